package transfer

import (
	"context"
	"fmt"

	"github.com/paulmach/orb"

	"onemap/geo/crs"
)

// suggest looks at a file's first places: where many lie on one same point, it
// says so; where most of them lie outside the city as they are read, but inside
// when read otherwise, it names that reading; where they agree with what is known
// there in another datum only, that one (guard).
func (l *Loader) suggest(ctx context.Context, k *Kind, m Mapping, v look) suggestion {
	if k.Geometry == "none" {
		return suggestion{}
	}
	p := compile(k, m, v.columns, l.zone())
	var records []*record
	var pairs []orb.Point
	same := map[orb.Point]int{}
	for _, row := range v.rows {
		r := p.record(row)
		if r.geom != nil {
			r.pair, r.located = r.geom.Bound().Center(), true
		}
		if r.located && r.pair != (orb.Point{}) {
			records, pairs = append(records, r), append(pairs, r.pair)
			same[r.pair]++
		}
	}
	out, why, err := v.proj.points(ctx, pairs)
	if err != nil || len(pairs) == 0 {
		return suggestion{}
	}
	if k.Name != "regions" {
		for pair, n := range same {
			if n >= 10 && n*5 > len(pairs) {
				return suggestion{odd: fmt.Sprintf("%d of the first %d rows lie on one same point (%v, %v); it may stand for an unknown place", n, len(pairs), pair[0], pair[1])}
			}
		}
		if s := l.outside(pairs, out, why); s.reading != "" {
			return s
		}
	}
	if k.Name == "cells" {
		pairs = corners(records)
		if out, _, err = v.proj.points(ctx, pairs); err != nil {
			return suggestion{}
		}
	}
	return l.guard(ctx, k, records, pairs, out)
}

// outside names the reading in which most places lie inside the city, where most
// lie far outside as they are taken.
func (l *Loader) outside(pairs, out []orb.Point, why []string) suggestion {
	ix := l.Regions.Index()
	outside, other := 0, map[string]int{}
	for i, at := range out {
		if ix.Len() == 0 || why[i] == "" && !ix.Locate(crs.FromPoint(at)).FarOutside {
			continue
		}
		outside++
		for _, r := range crs.Guess(pairs[i][0], pairs[i][1], func(w crs.WGS84) bool { return !ix.Locate(w).Outside }) {
			other[r.String()]++
			break
		}
	}
	best := ""
	for name, n := range other {
		if n*2 > outside && (best == "" || n > other[best]) {
			best = name
		}
	}
	if outside*2 > len(pairs) {
		return suggestion{reading: best}
	}
	return suggestion{}
}
