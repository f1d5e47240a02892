package check

import (
	"context"

	"github.com/jackc/pgx/v5"

	"onemap/geo/grid"
)

// peopleFold: somebody is seen where the dwelling lies that they live in.
// Offenders are ids: a name would tell more than whoever checks may know.
func peopleFold(ctx context.Context, tx pgx.Tx, _ *grid.Index) (Result, error) {
	r := Result{Rule: "people: each is seen where they live"}
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM person").Scan(&r.Looked); err != nil {
		return r, err
	}
	return offenders(ctx, tx, r, `
SELECT p.id::text || ' is seen in ' || COALESCE(NULLIF(p.scope_code, ''), 'no place') || ', lives in ' || COALESCE(b.scope_code, 'no place')
FROM person p
LEFT JOIN residence r ON r.person_id = p.id AND r.relation = 'resident' AND r.until IS NULL
LEFT JOIN dwelling d ON d.id = r.dwelling_id
LEFT JOIN building b ON b.id = d.building_id
WHERE (p.dwelling_id, p.building_id, p.grid_code, p.scope_code) IS DISTINCT FROM (d.id, b.id, b.grid_code, COALESCE(b.scope_code, ''))
   OR p.left_on IS NOT NULL AND r.id IS NOT NULL
ORDER BY p.id LIMIT $1`, most)
}

// peopleOnce: nobody lives, or is registered, in two dwellings at once.
func peopleOnce(ctx context.Context, tx pgx.Tx, _ *grid.Index) (Result, error) {
	r := Result{Rule: "people: nobody is in two dwellings at once"}
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM residence").Scan(&r.Looked); err != nil {
		return r, err
	}
	return offenders(ctx, tx, r, `
SELECT person_id::text || ' is ' || relation || ' in ' || count(*) || ' dwellings'
FROM residence WHERE until IS NULL AND relation IN ('registered', 'resident')
GROUP BY person_id, relation HAVING count(*) > 1 ORDER BY person_id LIMIT $1`, most)
}

// tagsEnd: each tag has a purpose, a basis and an end, and nobody who has left
// carries one.
func tagsEnd(ctx context.Context, tx pgx.Tx, _ *grid.Index) (Result, error) {
	r := Result{Rule: "people: each tag has a purpose and an end"}
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM person_tag").Scan(&r.Looked); err != nil {
		return r, err
	}
	return offenders(ctx, tx, r, `
SELECT t.id::text || ' of ' || t.person_id
FROM person_tag t JOIN person p ON p.id = t.person_id
WHERE t.purpose = '' OR t.basis = '' OR t.until > t.since + interval '11 years' OR p.left_on IS NOT NULL AND t.until > GREATEST(p.left_on, t.since)
ORDER BY t.id LIMIT $1`, most)
}

// sampled is how many people's sealed values are opened.
const sampled = 1000

// sealedOpen: sealed values open with the key, and are what their blinds say.
func (c *Checker) sealedOpen(ctx context.Context, tx pgx.Tx, _ *grid.Index) (Result, error) {
	r := Result{Rule: "people: sealed values open and match their blinds", Offenders: []string{}}
	looked, ids, err := c.People.Unreadable(ctx, tx, sampled)
	r.Looked = looked
	for i, id := range ids {
		if i < most {
			r.Offenders = append(r.Offenders, id.String())
		}
	}
	return r, err
}
