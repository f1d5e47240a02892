package transfer

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/geo/crs"
	"onemap/geo/grid"
)

// suggestion is what is odd about a file's places. Nothing is changed for it.
type suggestion struct {
	reading string  // in which the numbers would fit: "gcj02", "swapped:wgs84"
	shift   float64 // metres by which they lie wrong otherwise, where what is known there tells; else 0
	odd     string  // something else, as a sentence
}

// String is the suggestion as a sentence, "" for none.
func (s suggestion) String() string {
	switch {
	case s.odd != "":
		return s.odd
	case s.reading == "":
		return ""
	case s.shift > 0:
		return fmt.Sprintf("compared with what is known there, the places look like %s; as they are taken they lie about %.0f m off: look at the preview, and give --crs %s", s.reading, s.shift, s.reading)
	}
	return fmt.Sprintf("most rows lie far outside the city, but inside it if they are %s: give --crs %s", s.reading, s.reading)
}

// pointsOf are the tables whose points say where things of a kind are.
var pointsOf = map[string]string{"organisations": "organisation", "facilities": "facility", "services": "service", "cases": "facility"}

// guard asks whether a file's first places agree with what is known there better
// in another datum: regions with regions of the same code, corners of other
// departments' grids with borders of ours, all else with footprints of buildings
// and things of its kind, some metres around.
func (l *Loader) guard(ctx context.Context, k *Kind, records []*record, pairs, as []orb.Point) suggestion {
	known := func(places []crs.WGS84) ([]bool, error) { return l.known(ctx, k, places) }
	if k.Name == "regions" {
		var anchors []crs.WGS84
		anchors, pairs, as = l.anchors(records, pairs, as)
		known = func(places []crs.WGS84) ([]bool, error) {
			const near = 100 // metres: a border may have been drawn anew
			there := make([]bool, len(places))
			for i, p := range places {
				there[i] = crs.Distance(p, anchors[i%len(anchors)]) < near
			}
			return there, nil
		}
	}
	if k.Name == "cells" {
		known = func(places []crs.WGS84) ([]bool, error) { return l.onBorders(ctx, places) }
	}
	numbers, taken := make([][2]float64, len(pairs)), make([]crs.WGS84, len(as))
	for i := range pairs {
		numbers[i], taken[i] = pairs[i], crs.FromPoint(as[i])
	}
	fit, ok, err := crs.Likely(numbers, taken, known)
	if err != nil || !ok {
		return suggestion{} // an advice less; what is wrong with the database the import will say
	}
	return suggestion{reading: fit.Reading, shift: fit.Shift}
}

// anchors are the middles of regions of the same codes, with the rows that have them.
func (l *Loader) anchors(records []*record, pairs, as []orb.Point) (anchors []crs.WGS84, kept, keptAs []orb.Point) {
	ix := l.Regions.Index()
	for i, r := range records {
		if ref, known := ix.Ref(grid.Code(r.text("code"))); known {
			anchors = append(anchors, crs.FromPoint(ref.Bound.Center()))
			kept, keptAs = append(kept, pairs[i]), append(keptAs, as[i])
		}
	}
	return anchors, kept, keptAs
}

// known says of each place whether something that the database knows is there,
// within 5e-5 degrees, some five metres.
func (l *Loader) known(ctx context.Context, k *Kind, places []crs.WGS84) ([]bool, error) {
	sql := `
SELECT EXISTS (SELECT 1 FROM building b WHERE ST_DWithin(b.geom, n.p, 5e-5))`
	if table := pointsOf[k.Name]; table != "" {
		sql += ` OR EXISTS (SELECT 1 FROM ` + table + ` t WHERE ST_DWithin(t.point, n.p, 5e-5))`
	}
	sql += `
FROM (SELECT i, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS p FROM unnest(@lons::float8[], @lats::float8[]) WITH ORDINALITY AS g (lon, lat, i)) n ORDER BY n.i`
	lons, lats := make([]float64, len(places)), make([]float64, len(places))
	for i, p := range places {
		lons[i], lats[i] = p.Lon, p.Lat
	}
	rows, err := l.Pool.Query(ctx, sql, pgx.NamedArgs{"lons": lons, "lats": lats})
	if err != nil {
		return nil, fmt.Errorf("what is known at the places of a file: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[bool])
}

// corners are vertices of the first shapes, some of each.
func corners(records []*record) (list []orb.Point) {
	const most, ofEach = 600, 12
	for _, r := range records {
		var all []orb.Point
		switch g := r.geom.(type) {
		case orb.Polygon:
			for _, ring := range g {
				all = append(all, ring...)
			}
		case orb.MultiPolygon:
			for _, poly := range g {
				for _, ring := range poly {
					all = append(all, ring...)
				}
			}
		}
		for i := 0; i < len(all) && len(list) < most; i += 1 + len(all)/ofEach {
			list = append(list, all[i])
		}
	}
	return list
}

// onBorders says of each place whether a border of ours runs by within 1e-4
// degrees, some ten metres: departments draw along the same streets.
func (l *Loader) onBorders(ctx context.Context, places []crs.WGS84) ([]bool, error) {
	lons, lats := make([]float64, len(places)), make([]float64, len(places))
	for i, p := range places {
		lons[i], lats[i] = p.Lon, p.Lat
	}
	rows, err := l.Pool.Query(ctx, `
SELECT EXISTS (SELECT 1 FROM region r WHERE r.level IN ('community', 'grid') AND r.geom && ST_Expand(n.p, 1e-4) AND ST_DWithin(ST_Boundary(r.geom), n.p, 1e-4))
FROM (SELECT i, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS p FROM unnest($1::float8[], $2::float8[]) WITH ORDINALITY AS g (lon, lat, i)) n ORDER BY n.i`, lons, lats)
	if err != nil {
		return nil, fmt.Errorf("borders at the places of a file: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[bool])
}
