package osm

import (
	"errors"
	"math"
)

// blockDecoder turns an unpacked PrimitiveBlock into calls of a visitor. It
// keeps its slices from block to block.
type blockDecoder struct {
	strings     [][]byte
	known       []string // strings already made, "" where not yet
	granularity int64    // nanodegrees a unit
	offsetX     int64    // nanodegrees
	offsetY     int64

	groups  [][]byte
	tags    tags
	nodes   []int64
	members []member
}

var (
	errStrings = errors.New("an object names a string that the block does not hold")
	errLists   = errors.New("an object's lists are of different lengths")
)

// block shows the block's objects to v and says which kinds it holds.
func (d *blockDecoder) block(message []byte, v visitor) (uint8, error) {
	d.strings, d.groups = d.strings[:0], d.groups[:0]
	d.granularity, d.offsetX, d.offsetY = 100, 0, 0
	err := eachField(message, func(field int, n uint64, b []byte) error {
		switch field {
		case 1:
			return eachField(b, func(field int, _ uint64, b []byte) error {
				if field == 1 {
					d.strings = append(d.strings, b)
				}
				return nil
			})
		case 2:
			d.groups = append(d.groups, b)
		case 17:
			d.granularity = int64(int32(n))
		case 19:
			d.offsetY = int64(n)
		case 20:
			d.offsetX = int64(n)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if cap(d.known) < len(d.strings) {
		d.known = make([]string, len(d.strings))
	}
	d.known = d.known[:len(d.strings)]
	clear(d.known)

	var holds uint8
	for _, g := range d.groups {
		err := eachField(g, func(field int, _ uint64, b []byte) error {
			switch field {
			case 1:
				holds |= holdsNodes
				return d.plainNode(b, v.node)
			case 2:
				holds |= holdsNodes
				return d.denseNodes(b, v.node)
			case 3:
				holds |= holdsWays
				return d.way(b, v.way)
			case 4:
				holds |= holdsRelations
				return d.relation(b, v.relation)
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	return holds, nil
}

func (d *blockDecoder) text(i uint64) (string, bool) {
	if i >= uint64(len(d.strings)) {
		return "", false
	}
	if d.known[i] == "" {
		d.known[i] = string(d.strings[i])
	}
	return d.known[i], true
}

// position turns the block's units into a location: nanodegrees to 1e-7
// degrees, rounded.
func (d *blockDecoder) position(x, y int64) location {
	lon := float64(d.offsetX) + float64(d.granularity)*float64(x)
	lat := float64(d.offsetY) + float64(d.granularity)*float64(y)
	at, _ := locate(lon/1e9, lat/1e9)
	return at
}

// pairs reads the parallel key and value lists of a way, relation or plain
// node into d.tags.
func (d *blockDecoder) pairs(keys, values packed) error {
	d.tags = d.tags[:0]
	for len(keys) > 0 {
		k, ok := keys.next()
		v, ok2 := values.next()
		if !ok || !ok2 {
			return errLists
		}
		key, ok := d.text(k)
		value, ok2 := d.text(v)
		if !ok || !ok2 {
			return errStrings
		}
		d.tags = append(d.tags, tag{key, value})
	}
	return nil
}

func (d *blockDecoder) way(message []byte, show func(int64, []int64, tags) error) error {
	if show == nil {
		return nil
	}
	var id int64
	var keys, values, refs packed
	err := eachField(message, func(field int, n uint64, b []byte) error {
		switch field {
		case 1:
			id = int64(n)
		case 2:
			keys = b
		case 3:
			values = b
		case 8:
			refs = b
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := d.pairs(keys, values); err != nil {
		return err
	}
	d.nodes = d.nodes[:0]
	for node := int64(0); len(refs) > 0; {
		step, ok := refs.nextSigned()
		if !ok {
			return errLists
		}
		node += step
		d.nodes = append(d.nodes, node)
	}
	return sunk(show(id, d.nodes, d.tags))
}

func (d *blockDecoder) relation(message []byte, show func(int64, []member, tags) error) error {
	if show == nil {
		return nil
	}
	var id int64
	var keys, values, roles, refs, kinds packed
	err := eachField(message, func(field int, n uint64, b []byte) error {
		switch field {
		case 1:
			id = int64(n)
		case 2:
			keys = b
		case 3:
			values = b
		case 8:
			roles = b
		case 9:
			refs = b
		case 10:
			kinds = b
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := d.pairs(keys, values); err != nil {
		return err
	}
	d.members = d.members[:0]
	for ref := int64(0); len(refs) > 0; {
		step, ok1 := refs.nextSigned()
		role, ok2 := roles.next()
		kind, ok3 := kinds.next()
		if !ok1 || !ok2 || !ok3 || kind > math.MaxUint8 {
			return errLists
		}
		ref += step
		name, ok := d.text(role)
		if !ok {
			return errStrings
		}
		d.members = append(d.members, member{ref: ref, kind: memberType(kind), role: name})
	}
	return sunk(show(id, d.members, d.tags))
}

// sunk marks an error as the visitor's own.
func sunk(err error) error {
	if err != nil {
		return errSink{err}
	}
	return nil
}
