package transfer

import (
	"context"
	"fmt"
	"strings"

	"github.com/paulmach/orb"

	"onemap/geo/crs"
)

// suggest looks at a file's first places: where most of them lie outside the
// city as they are read, but inside when read otherwise, it names that reading;
// where many lie on one same point, it says so.
func (l *Loader) suggest(ctx context.Context, k *Kind, m Mapping, v look) string {
	if k.Geometry == "none" || k.Name == "regions" {
		return ""
	}
	p := compile(k, m, v.columns, l.zone())
	ix := l.Regions.Index()
	var pairs []orb.Point
	same := map[orb.Point]int{}
	for _, row := range v.rows {
		r := p.record(row)
		if r.geom != nil {
			r.pair, r.located = r.geom.Bound().Center(), true
		}
		if r.located && r.pair != (orb.Point{}) {
			pairs = append(pairs, r.pair)
			same[r.pair]++
		}
	}
	out, why, err := v.proj.points(ctx, pairs)
	if err != nil || len(pairs) == 0 {
		return ""
	}
	for pair, n := range same {
		if n >= 10 && n*5 > len(pairs) {
			return fmt.Sprintf("same:%d of the first %d rows lie on one same point (%v, %v); it may stand for an unknown place", n, len(pairs), pair[0], pair[1])
		}
	}
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
		return best
	}
	return ""
}

// suggested is a suggestion as a sentence.
func suggested(s string) string {
	if said, ok := strings.CutPrefix(s, "same:"); ok {
		return said
	}
	return fmt.Sprintf("most rows lie far outside the city, but inside it if they are %s: give --crs %s", s, s)
}
