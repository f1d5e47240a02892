package organisation

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/link"
	"onemap/api/pg"
)

// near is how far apart two places of one organisation may be said to be, in metres.
const near = 100

// Find says which organisations rows are about: by source and reference or an
// earlier link, by the unified social credit code, by name and address, by the
// same name within 100 m. Codes that differ tell two organisations apart.
func (s *Service) Find(ctx context.Context, q pg.Querier, source string, rows []Row) ([]link.Found, error) {
	list, err := prepared(rows)
	if err != nil {
		return nil, err
	}
	if err := points(ctx, q, list); err != nil {
		return nil, err
	}
	refs := make([]string, len(list))
	for i, r := range list {
		refs[i] = r.Ref
	}
	met, err := link.Met(ctx, q, linkKind, source, refs)
	if err != nil {
		return nil, err
	}
	coded, err := byCode(ctx, q, list)
	if err != nil {
		return nil, err
	}
	found, open := make([]link.Found, len(list)), []int{}
	for i, r := range list {
		id := met[r.Ref]
		other := coded[r.USCC]
		switch {
		case id != uuid.Nil && other.ID != uuid.Nil && id != other.ID:
			found[i].Candidates = []link.Candidate{other, {ID: id, Why: link.BySource, Title: r.Name}}
		case id != uuid.Nil:
			found[i] = link.Found{ID: id, By: link.BySource}
		case other.ID != uuid.Nil:
			found[i] = link.Found{ID: other.ID, By: link.ByCode}
		default:
			open = append(open, i)
		}
	}
	return found, byName(ctx, q, list, open, found)
}

func byCode(ctx context.Context, q pg.Querier, list []Row) (map[string]link.Candidate, error) {
	var codes []string
	for _, r := range list {
		if r.USCC != "" {
			codes = append(codes, r.USCC)
		}
	}
	known := map[string]link.Candidate{}
	if len(codes) == 0 {
		return known, nil
	}
	rows, err := q.Query(ctx, "SELECT uscc, id, name FROM organisation WHERE uscc = ANY ($1)", codes)
	if err != nil {
		return nil, fmt.Errorf("organisations by code: %w", err)
	}
	var code string
	c := link.Candidate{Why: link.ByCode}
	_, err = pgx.ForEachRow(rows, []any{&code, &c.ID, &c.Title}, func() error { known[code] = c; return nil })
	return known, err
}

// byName finds organisations of the same name at the same address, or near. One
// at the same address is taken; of all others a person decides, unless there is
// but one.
func byName(ctx context.Context, q pg.Querier, list []Row, open []int, found []link.Found) error {
	if len(open) == 0 {
		return nil
	}
	var (
		at                 []int32
		names, codes, keys []string
		lons, lats         []float64
	)
	for _, i := range open {
		r := list[i]
		at, names, codes, keys = append(at, int32(i)), append(names, r.Name), append(codes, r.USCC), append(keys, r.AddressKey)
		lons, lats = append(lons, r.Point[0]), append(lats, r.Point[1])
	}
	rows, err := q.Query(ctx, `
SELECT n.at, o.id, o.name, o.same, o.metres
FROM unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[]) AS n (at, name, code, key, lon, lat)
CROSS JOIN LATERAL (
    SELECT id, name, address_key <> '' AND address_key = n.key AS same, ST_Distance(point::geography, ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326)::geography) AS metres
    FROM organisation
    WHERE point && ST_Expand(ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326), 0.002) AND name = n.name AND (n.code = '' OR uscc IS NULL)
    ORDER BY 3 DESC, 4 LIMIT 5) o
WHERE o.metres <= $7
ORDER BY n.at, o.same DESC, o.metres`, at, names, codes, keys, lons, lats, float64(near))
	if err != nil {
		return fmt.Errorf("organisations by name: %w", err)
	}
	addressed := map[int32]int{}
	var i int32
	var c link.Candidate
	var same bool
	if _, err := pgx.ForEachRow(rows, []any{&i, &c.ID, &c.Title, &same, &c.Metres}, func() error {
		c.Why = link.ByPlace
		if same {
			c.Why = link.ByAddress
			addressed[i]++
		}
		found[i].Candidates = append(found[i].Candidates, c)
		return nil
	}); err != nil {
		return fmt.Errorf("organisations by name: %w", err)
	}
	for _, i := range at {
		if all := found[i].Candidates; addressed[i] == 1 || len(all) == 1 {
			found[i] = link.Found{ID: all[0].ID, By: all[0].Why}
		}
	}
	return nil
}
