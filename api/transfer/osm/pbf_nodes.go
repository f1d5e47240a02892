package osm

// plainNode reads the old, loose form of a node.
func (d *blockDecoder) plainNode(message []byte, show func(int64, location, tags) error) error {
	if show == nil {
		return nil
	}
	var id, x, y int64
	var keys, values packed
	err := eachField(message, func(field int, n uint64, b []byte) error {
		switch field {
		case 1:
			id = zigzag(n)
		case 2:
			keys = b
		case 3:
			values = b
		case 8:
			y = zigzag(n)
		case 9:
			x = zigzag(n)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := d.pairs(keys, values); err != nil {
		return err
	}
	return sunk(show(id, d.position(x, y), d.tags))
}

// denseNodes reads many nodes: ids and positions as differences, tags as one
// list with 0 after each node.
func (d *blockDecoder) denseNodes(message []byte, show func(int64, location, tags) error) error {
	if show == nil {
		return nil
	}
	var ids, xs, ys, pairs packed
	err := eachField(message, func(field int, _ uint64, b []byte) error {
		switch field {
		case 1:
			ids = b
		case 8:
			ys = b
		case 9:
			xs = b
		case 10:
			pairs = b
		}
		return nil
	})
	if err != nil {
		return err
	}
	var id, x, y int64
	for len(ids) > 0 {
		di, ok1 := ids.nextSigned()
		dx, ok2 := xs.nextSigned()
		dy, ok3 := ys.nextSigned()
		if !ok1 || !ok2 || !ok3 {
			return errLists
		}
		id, x, y = id+di, x+dx, y+dy
		if err := d.denseTags(&pairs); err != nil {
			return err
		}
		if err := show(id, d.position(x, y), d.tags); err != nil {
			return errSink{err}
		}
	}
	return nil
}

func (d *blockDecoder) denseTags(pairs *packed) error {
	d.tags = d.tags[:0]
	for len(*pairs) > 0 {
		k, ok := pairs.next()
		if !ok {
			return errLists
		}
		if k == 0 {
			return nil
		}
		v, ok := pairs.next()
		if !ok {
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
