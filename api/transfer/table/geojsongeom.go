package table

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/paulmach/orb"
)

// maxDepth is how deep collections of geometries may lie in each other.
const maxDepth = 8

// geometryOf reads a GeoJSON geometry; nil for null and for an empty one.
// Heights are dropped. A position of one number, which general libraries fill
// with 0, is an error.
func geometryOf(raw []byte, depth int) (orb.Geometry, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil // a feature without a place is a feature
	}
	var kind string
	var coordinates, geometries []byte
	isObject := members(raw, func(key string, value []byte) {
		switch key {
		case "type":
			kind = jsonText(value)
		case "coordinates":
			coordinates = value
		case "geometries":
			geometries = value
		}
	})
	if !isObject {
		return nil, errors.New("its geometry is no object")
	}
	if depth > maxDepth {
		return nil, errors.New("its geometry is nested too deep")
	}
	p := positions{s: coordinates}
	var geom orb.Geometry
	var err error
	empty := false
	switch kind {
	case "Point":
		if p.empty() {
			return nil, nil // POINT EMPTY
		}
		geom, err = p.point()
	case "MultiPoint":
		var list []orb.Point
		list, err = listOf(&p, p.point)
		geom, empty = orb.MultiPoint(list), len(list) == 0
	case "LineString":
		var list []orb.Point
		list, err = listOf(&p, p.point)
		geom, empty = orb.LineString(list), len(list) == 0
	case "MultiLineString":
		var list []orb.LineString
		list, err = listOf(&p, p.line)
		geom, empty = orb.MultiLineString(list), len(list) == 0
	case "Polygon":
		var list []orb.Ring
		list, err = listOf(&p, p.ring)
		geom, empty = orb.Polygon(list), len(list) == 0
	case "MultiPolygon":
		var list []orb.Polygon
		list, err = listOf(&p, p.polygon)
		geom, empty = orb.MultiPolygon(list), len(list) == 0
	case "GeometryCollection":
		var parts []json.RawMessage
		if err := json.Unmarshal(geometries, &parts); err != nil {
			return nil, errors.New("its geometries are no list")
		}
		var list orb.Collection
		for _, part := range parts {
			one, err := geometryOf(part, depth+1)
			if err != nil {
				return nil, err
			}
			if one != nil {
				list = append(list, one)
			}
		}
		if len(list) == 0 {
			return nil, nil // an empty collection
		}
		return list, nil
	default:
		return nil, fmt.Errorf("its geometry has the type %q, which GeoJSON does not have", kind)
	}
	p.skip()
	switch {
	case err != nil:
		return nil, err
	case p.i < len(p.s):
		return nil, errPosition
	case empty:
		return nil, nil // an empty geometry is none
	}
	return geom, nil
}

var errPosition = errors.New("its coordinates are not lists of positions as the type of its geometry asks for")

// positions reads nested lists of numbers without making a value of each level.
type positions struct {
	s []byte
	i int
}

func (p *positions) skip() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\n' || p.s[p.i] == '\t' || p.s[p.i] == '\r') {
		p.i++
	}
}

// take passes over a character if it comes next.
func (p *positions) take(c byte) bool {
	p.skip()
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

// empty says whether the list that comes next has nothing in it, and is over it if so.
func (p *positions) empty() bool {
	at := p.i
	if p.take('[') && p.take(']') {
		return true
	}
	p.i = at
	return false
}

func listOf[T any](p *positions, one func() (T, error)) ([]T, error) {
	if p.empty() {
		return nil, nil
	}
	if !p.take('[') {
		return nil, errPosition
	}
	var list []T
	for {
		v, err := one()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if p.take(']') {
			return list, nil
		}
		if !p.take(',') {
			return nil, errPosition
		}
	}
}

func (p *positions) point() (orb.Point, error) {
	var at orb.Point
	if !p.take('[') {
		return at, errPosition
	}
	for n := 0; ; n++ {
		p.skip()
		begin := p.i
		for p.i < len(p.s) && p.s[p.i] != ',' && p.s[p.i] != ']' && p.s[p.i] > ' ' {
			p.i++
		}
		x, err := strconv.ParseFloat(string(p.s[begin:p.i]), 64)
		if err != nil {
			return at, errPosition
		}
		if n < 2 {
			at[n] = x
		}
		if p.take(']') {
			if n < 1 {
				return at, errors.New("one of its positions has only one number")
			}
			return at, nil
		}
		if !p.take(',') {
			return at, errPosition
		}
	}
}

func (p *positions) line() (orb.LineString, error) {
	list, err := listOf(p, p.point)
	return list, err
}

func (p *positions) ring() (orb.Ring, error) {
	list, err := listOf(p, p.point)
	return list, err
}

func (p *positions) polygon() (orb.Polygon, error) {
	list, err := listOf(p, p.ring)
	return list, err
}
