package coverage

import (
	"fmt"

	"github.com/paulmach/orb"

	"onemap/geo/crs"
	"onemap/geo/lattice"
)

// tangle says that cutting was given up.
func tangle(n noded) []Finding {
	if n.tangled == nil {
		return nil
	}
	at := n.tangled.Point()
	return []Finding{{
		Kind: Tangled, Codes: []string{}, Geometry: at, Place: at,
		Text: fmt.Sprintf("Around (%.7f, %.7f) borders cross so often that not all of it could be told apart: mend what is listed and look again.", at[0], at[1]),
	}}
}

// shifted says that a set which overlaps its parent would fit it in another datum:
// of the parent's vertices that no polygon has, most have one there when the
// polygons' are read so.
func (c *Check) shifted(segs []seg) []Finding {
	const reach = 50 // units, half a metre
	var mine, theirs []lattice.Node
	var list []box
	seen := make(map[lattice.Node]bool)
	for _, s := range segs {
		switch {
		case s.owner == parentOwner:
			mine = append(mine, s.a)
			list = append(list, box{s.a, s.a})
		case !seen[s.a]:
			seen[s.a] = true
			theirs = append(theirs, s.a)
		}
	}
	if len(mine) < 4 {
		return nil
	}
	index := newBoxes(list)
	for _, name := range [...]crs.Name{crs.NameGCJ02, crs.NameBD09} {
		met := make([]bool, len(mine))
		count := 0
		for _, n := range theirs {
			p := n.Point()
			at, err := name.WGS84(p[0], p[1])
			if err != nil {
				continue
			}
			if m, ok := lattice.On(at.Lon, at.Lat); ok {
				index.visit(box{m, m}.by(reach, reach), func(i int32) {
					if !met[i] {
						met[i] = true
						count++
					}
				})
			}
		}
		if 4*count < 3*len(mine) {
			continue
		}
		middle := c.border.box.middle().Point()
		at, err := name.WGS84(middle[0], middle[1])
		if err != nil {
			continue
		}
		ring := orb.Bound{Min: c.border.box.lo.Point(), Max: c.border.box.hi.Point()}.ToPolygon()
		return []Finding{{
			Kind: Shifted, Codes: c.codes([]int32{parentOwner}), Geometry: orb.MultiPolygon{ring}, Place: middle,
			Text: fmt.Sprintf("Read as %s the polygons would fit %s: %d of the %d vertices of its border that they lack would be theirs. As they are they lie about %.0f m off.",
				name, c.parent.Code, count, len(mine), crs.Distance(at, crs.FromPoint(middle))),
		}}
	}
	return nil
}
