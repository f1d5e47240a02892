package building

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/link"
	"onemap/api/pg"
	"onemap/geo/crs"
	"onemap/geo/ewkb"
)

// near is how far, in metres, a row's point may lie from a building of the same
// address: streets of one name are in many towns.
const near = 500.0

// Find looks what each row is about: by source and reference, by code, by its
// footprint if one building has the very same, by its address if one has it, by
// place (its point in a footprint, or half of its footprint in another's). Buildings of the same source are told apart by
// their references and only met by source and code.
func (s *Service) Find(ctx context.Context, q pg.Querier, source string, rows []Building) ([]link.Found, error) {
	found := make([]link.Found, len(rows))
	refs, codes := make([]string, 0, len(rows)), []string{}
	for i := range rows {
		refs = append(refs, rows[i].Ref)
		if rows[i].Code != "" {
			codes = append(codes, rows[i].Code)
		}
	}
	met, err := link.Met(ctx, q, "building", source, refs)
	if err != nil {
		return nil, err
	}
	coded, err := link.Coded(ctx, q, "building", codes)
	if err != nil {
		return nil, err
	}
	open := 0
	for i, r := range rows {
		if id, ok := met[r.Ref]; ok {
			found[i] = link.Found{ID: id, By: link.BySource}
		} else if id, ok := coded[r.Code]; ok {
			found[i] = link.Found{ID: id, By: link.ByCode}
		} else {
			open++
		}
	}
	if open == 0 {
		return found, nil
	}
	if others, err := link.Others(ctx, q, "building", source); err != nil || !others {
		return found, err
	}
	if err := byFootprint(ctx, q, source, rows, found); err != nil {
		return nil, err
	}
	if err := byAddress(ctx, q, source, rows, found); err != nil {
		return nil, err
	}
	return found, byPlace(ctx, q, source, rows, found)
}

func open(f link.Found) bool { return f.ID == uuid.Nil && len(f.Candidates) == 0 }

// settle takes the one candidate, or leaves several to a person.
func settle(found *link.Found, candidates []link.Candidate, by link.By) {
	switch len(candidates) {
	case 0:
	case 1:
		*found = link.Found{ID: candidates[0].ID, By: by}
	default:
		found.Candidates = candidates
	}
}

// most is how many candidates a person is shown.
const most = 10

func byAddress(ctx context.Context, q pg.Querier, source string, rows []Building, found []link.Found) error {
	keys := map[string][]int{}
	for i := range rows {
		if !open(found[i]) || rows[i].Address == "" {
			continue
		}
		for _, k := range rows[i].texts().at.Keys() {
			keys[k] = append(keys[k], i)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	asked := make([]string, 0, len(keys))
	for k := range keys {
		asked = append(asked, k)
	}
	list, err := q.Query(ctx, "SELECT address_key, id, name, address, point FROM building WHERE address_key = ANY($1) AND source <> $2 ORDER BY id", asked, source)
	if err != nil {
		return fmt.Errorf("buildings by address: %w", err)
	}
	var k, name, text string
	var id uuid.UUID
	var point orb.Point
	candidates := map[int][]link.Candidate{}
	if _, err := pgx.ForEachRow(list, []any{&k, &id, &name, &text, &point}, func() error {
		for _, i := range keys[k] {
			c := link.Candidate{ID: id, Title: title(name, text), Why: link.ByAddress}
			if rows[i].Point != (orb.Point{}) {
				if c.Metres = crs.Distance(crs.FromPoint(rows[i].Point), crs.FromPoint(point)); c.Metres > near {
					continue
				}
			}
			if len(candidates[i]) < most && !slices.ContainsFunc(candidates[i], func(x link.Candidate) bool { return x.ID == id }) {
				candidates[i] = append(candidates[i], c)
			}
		}
		return nil
	}); err != nil {
		return fmt.Errorf("buildings by address: %w", err)
	}
	for i, c := range candidates {
		settle(&found[i], c, link.ByAddress)
	}
	return nil
}

func title(name, text string) string {
	switch {
	case name == "":
		return text
	case text == "":
		return name
	}
	return name + "，" + text
}

// shapesOf are the shapes of the rows that are still open, by their numbers, as
// PostGIS reads them; points only where the row has no footprint, and where asked for.
func shapesOf(rows []Building, found []link.Found, points bool) (at []int32, shapes []string, err error) {
	for i := range rows {
		if !open(found[i]) {
			continue
		}
		var g orb.Geometry = rows[i].Point
		if len(rows[i].Geom) > 0 {
			g = rows[i].Geom
		} else if !points || rows[i].Point == (orb.Point{}) {
			continue
		}
		b, err := ewkb.Marshal(g, 4326)
		if err != nil {
			return nil, nil, fmt.Errorf("building %s: %w", rows[i].Ref, err)
		}
		at, shapes = append(at, int32(i)), append(shapes, hex.EncodeToString(b))
	}
	return at, shapes, nil
}

// byFootprint meets the one building with the very footprint of a row: what went
// out of here and comes back is known by it, also where several buildings have
// one address, or stand over one another.
func byFootprint(ctx context.Context, q pg.Querier, source string, rows []Building, found []link.Found) error {
	at, shapes, err := shapesOf(rows, found, false)
	if err != nil || len(at) == 0 {
		return err
	}
	list, err := q.Query(ctx, `
SELECT n.at, b.id
FROM (SELECT at, shape::geometry AS shape FROM unnest($1::int[], $2::text[]) AS u (at, shape)) n
JOIN building b ON b.geom ~= n.shape AND b.source <> $3
WHERE CASE WHEN b.geom = n.shape THEN true ELSE ST_Equals(ST_MakeValid(b.geom), ST_MakeValid(n.shape)) END`, at, shapes, source)
	if err != nil {
		return fmt.Errorf("buildings by footprint: %w", err)
	}
	var i int32
	var id uuid.UUID
	same := map[int32][]link.Candidate{}
	if _, err := pgx.ForEachRow(list, []any{&i, &id}, func() error {
		same[i] = append(same[i], link.Candidate{ID: id})
		return nil
	}); err != nil {
		return fmt.Errorf("buildings by footprint: %w", err)
	}
	for i, c := range same {
		if len(c) == 1 {
			settle(&found[i], c, link.ByPlace)
		}
	}
	return nil
}

// byPlace asks PostGIS for all the rows that are still open at once. A
// footprint meets the building with which it shares half of the smaller one.
func byPlace(ctx context.Context, q pg.Querier, source string, rows []Building, found []link.Found) error {
	at, shapes, err := shapesOf(rows, found, true)
	if err != nil || len(at) == 0 {
		return err
	}
	list, err := q.Query(ctx, `
SELECT n.at, b.id, b.name, b.address
FROM (SELECT at, shape::geometry AS shape FROM unnest($1::int[], $2::text[]) AS u (at, shape)) n
JOIN building b ON b.geom && n.shape AND b.source <> $3
WHERE CASE WHEN ST_Dimension(n.shape) = 0 THEN ST_Intersects(b.geom, n.shape)
           ELSE ST_Area(ST_Intersection(ST_MakeValid(b.geom), ST_MakeValid(n.shape))) >= 0.5 * LEAST(ST_Area(b.geom), ST_Area(n.shape)) END
ORDER BY n.at, b.id`, at, shapes, source)
	if err != nil {
		return fmt.Errorf("buildings by place: %w", err)
	}
	var i int32
	var id uuid.UUID
	var name, text string
	candidates := map[int32][]link.Candidate{}
	if _, err := pgx.ForEachRow(list, []any{&i, &id, &name, &text}, func() error {
		if len(candidates[i]) < most {
			candidates[i] = append(candidates[i], link.Candidate{ID: id, Title: title(name, text), Why: link.ByPlace})
		}
		return nil
	}); err != nil {
		return fmt.Errorf("buildings by place: %w", err)
	}
	for i, c := range candidates {
		settle(&found[i], c, link.ByPlace)
	}
	return nil
}
