// Package check proves, against PostGIS and the data itself, what must always
// be true.
//
// The journey of a check: each rule is one question whose answer is a list of
// offenders; an empty list keeps the rule. All rules are asked in one
// snapshot, so that a busy database does not look broken for being busy.
package check

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"onemap/api/blob"
	"onemap/api/person"
	"onemap/api/place"
	"onemap/api/region"
	"onemap/api/vault"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// Result is what a rule found.
type Result struct {
	Rule      string   `json:"rule"`
	Looked    int64    `json:"looked"` // how many things were looked at
	Offenders []string `json:"offenders"`
	Warnings  []string `json:"warnings,omitempty"` // what somebody should look at, and breaks no rule
}

// OK says that the rule holds.
func (r Result) OK() bool { return len(r.Offenders) == 0 }

// most is how many offenders of a rule are named.
const most = 20

// Checker asks the rules.
type Checker struct {
	Pool   *pgxpool.Pool
	Photos blob.Store
	People *person.Service
	// Index builds the index of the regions that a transaction sees.
	Index func(ctx context.Context, tx pgx.Tx) (*grid.Index, error)
}

// Run asks every rule; the error is for what could not be asked.
func (c *Checker) Run(ctx context.Context) ([]Result, error) {
	var results []Result
	o := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, c.Pool, o, func(tx pgx.Tx) error {
		if err := vault.Enter(ctx, tx, vault.Everywhere()); err != nil {
			return err
		}
		ix, err := c.Index(ctx, tx)
		if err != nil {
			return err
		}
		for _, rule := range []func(context.Context, pgx.Tx, *grid.Index) (Result, error){
			placed("building", "FALSE"), placed("facility", "FALSE"), placed("service", "FALSE"),
			placed("case_file", "state IN ('closed', 'rejected')"),
			postgisAgrees("building", "FALSE"), postgisAgrees("facility", "FALSE"), postgisAgrees("service", "FALSE"),
			postgisAgrees("case_file", "state IN ('closed', 'rejected')"),
			groundKnown, placed("organisation", "FALSE"), postgisAgrees("organisation", "FALSE"),
			peopleFold, peopleOnce, tagsEnd, c.sealedOpen,
			roomsFollow, storeysWhole, roomsApart,
			gridsTile, gridsApart, regionsCovered, cellsValid, crosswalksAgree, casesFold, changesInOrder, c.photosThere,
		} {
			r, err := rule(ctx, tx, ix)
			if err != nil {
				return fmt.Errorf("%s: %w", r.Rule, err)
			}
			results = append(results, r)
		}
		return nil
	})
	return results, err
}

// offenders runs a query whose rows are sentences.
func offenders(ctx context.Context, tx pgx.Tx, r Result, sql string, args ...any) (Result, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return r, err
	}
	r.Offenders, err = pgx.CollectRows(rows, pgx.RowTo[string])
	return r, err
}

type rule = func(context.Context, pgx.Tx, *grid.Index) (Result, error)

// placed: each object's codes are what the index in force says of its point.
// Ended cases keep the grid they ended in.
func placed(table, keep string) rule {
	return func(ctx context.Context, tx pgx.Tx, ix *grid.Index) (Result, error) {
		r := Result{Rule: table + ": grid_code is the grid that holds the point", Offenders: []string{}}
		rows, err := tx.Query(ctx, "SELECT id::text, point, grid_code, scope_code FROM "+table+" WHERE NOT ("+keep+")")
		if err != nil {
			return r, err
		}
		var id, scope string
		var point orb.Point
		var had *string
		_, err = pgx.ForEachRow(rows, []any{&id, &point, &had, &scope}, func() error {
			r.Looked++
			g, s := place.Codes(ix.Locate(crs.FromPoint(point)))
			same := s == scope && (g == nil) == (had == nil) && (g == nil || *g == *had)
			if !same && len(r.Offenders) < most {
				r.Offenders = append(r.Offenders, fmt.Sprintf("%s at %.7f,%.7f has %q, the regions say %q", id, point[0], point[1], scope, s))
			}
			return nil
		})
		return r, err
	}
}

// groundKnown: of each ended case it is known which region its place lies in today.
func groundKnown(ctx context.Context, tx pgx.Tx, ix *grid.Index) (Result, error) {
	r := Result{Rule: "cases: of those that have ended today's grid is known", Offenders: []string{}}
	rows, err := tx.Query(ctx, "SELECT number, point, COALESCE(ground_code, scope_code) FROM case_file WHERE state IN ('closed', 'rejected')")
	if err != nil {
		return r, err
	}
	var number, had string
	var point orb.Point
	_, err = pgx.ForEachRow(rows, []any{&number, &point, &had}, func() error {
		r.Looked++
		if is := string(ix.Locate(crs.FromPoint(point)).Scope); is != had && len(r.Offenders) < most {
			r.Offenders = append(r.Offenders, fmt.Sprintf("%s is said to lie in %q today, the regions say %q", number, had, is))
		}
		return nil
	})
	return r, err
}

// postgisAgrees: off the borders PostGIS finds the same grid, and only one.
func postgisAgrees(table, keep string) rule {
	return func(ctx context.Context, tx pgx.Tx, _ *grid.Index) (Result, error) {
		r := Result{Rule: table + ": PostGIS finds the same one grid"}
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM "+table+" WHERE NOT ("+keep+")").Scan(&r.Looked); err != nil {
			return r, err
		}
		// 1e-6 degrees, 11 cm: a point nearer to a border may be rounded across it.
		return offenders(ctx, tx, r, `
SELECT o.id::text || ' has ' || COALESCE(o.grid_code, 'none') || ', PostGIS finds ' || COALESCE(string_agg(g.code, '+'), 'none')
FROM `+table+` o
LEFT JOIN region g ON g.level = 'grid' AND ST_Intersects(g.geom, o.point)
WHERE NOT (`+keep+`) AND NOT EXISTS (
    SELECT FROM region b WHERE b.level = 'grid' AND ST_DWithin(ST_Boundary(b.geom), o.point, 1e-6) AND b.geom && ST_Expand(o.point, 1e-6))
GROUP BY o.id, o.grid_code
HAVING count(g.code) > 1 OR max(g.code) IS DISTINCT FROM o.grid_code
LIMIT $1`, most)
	}
}

// gridsTile: the grids of a community cover it and no more.
func gridsTile(ctx context.Context, tx pgx.Tx, _ *grid.Index) (Result, error) {
	r := Result{Rule: "grids: together they are their community"}
	if err := tx.QueryRow(ctx, "SELECT count(DISTINCT parent) FROM region WHERE level = 'grid'").Scan(&r.Looked); err != nil {
		return r, err
	}
	// Coordinates lie on a lattice of 1e-7 degrees: what differs by less than a
	// lattice step along the border is rounding, not a gap.
	return offenders(ctx, tx, r, `
WITH pieces AS (
    SELECT c.code, c.geom AS whole, ST_Union(g.geom) AS together
    FROM region c JOIN region g ON g.parent = c.code AND g.level = 'grid' GROUP BY c.code, c.geom)
SELECT code || ' differs from its grids by ' || round(ST_Area(ST_SymDifference(whole, together)::geography)::numeric, 2) || ' m2'
FROM pieces
WHERE ST_Area(ST_SymDifference(whole, together)) > 2e-7 * ST_Perimeter(whole)
ORDER BY code LIMIT $1`, most)
}

// gridsApart: no two grids of a community overlap.
func gridsApart(ctx context.Context, tx pgx.Tx, _ *grid.Index) (Result, error) {
	r := Result{Rule: "grids: no two overlap"}
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM region WHERE level = 'grid'").Scan(&r.Looked); err != nil {
		return r, err
	}
	return offenders(ctx, tx, r, `
SELECT a.code || ' and ' || b.code || ' share ' || round(ST_Area(ST_Intersection(a.geom, b.geom)::geography)::numeric, 2) || ' m2'
FROM region a JOIN region b ON b.level = 'grid' AND b.code > a.code AND a.geom && b.geom AND ST_Intersects(a.geom, b.geom)
WHERE a.level = 'grid' AND ST_Area(ST_Intersection(a.geom, b.geom)) > 2e-7 * (ST_Perimeter(a.geom) + ST_Perimeter(b.geom))
ORDER BY a.code LIMIT $1`, most)
}

// regionsCovered: what lies between regions and their parents, for whoever keeps
// them. It is no broken rule: borders as they were delivered seldom fit to the
// last corner, and every object has its one grid all the same.
func regionsCovered(_ context.Context, _ pgx.Tx, ix *grid.Index) (Result, error) {
	r := Result{Rule: "regions: each is covered by those right under it", Offenders: []string{}}
	for _, parent := range region.Divided(ix) {
		r.Looked++
		c, err := region.Survey(ix, parent)
		if err != nil {
			return r, err
		}
		if found := c.Findings(); len(found) > 0 && len(r.Warnings) < most {
			r.Warnings = append(r.Warnings, fmt.Sprintf("under %s %d findings, the first: %s See onemap grids check --parent %s.", parent, len(found), found[0].Text, parent))
		}
	}
	return r, nil
}

// casesFold: the state of each case is the fold of its events.
func casesFold(ctx context.Context, tx pgx.Tx, _ *grid.Index) (Result, error) {
	r := Result{Rule: "cases: the state is the fold of the events"}
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM case_file").Scan(&r.Looked); err != nil {
		return r, err
	}
	return offenders(ctx, tx, r, `
SELECT c.number || ': ' || c.state || ' at revision ' || c.rev || ', its events end in ' || COALESCE(e.to_state, 'nothing') || ' at ' || COALESCE(e.seq, 0)
FROM case_file c
LEFT JOIN LATERAL (SELECT to_state, seq FROM case_event WHERE case_id = c.id ORDER BY seq DESC LIMIT 1) e ON true
WHERE c.state IS DISTINCT FROM e.to_state OR c.rev IS DISTINCT FROM e.seq
   OR (SELECT count(*) FROM case_event WHERE case_id = c.id) <> c.rev
ORDER BY c.number LIMIT $1`, most)
}

// changesInOrder: per object, the log's revisions grow with its positions.
func changesInOrder(ctx context.Context, tx pgx.Tx, _ *grid.Index) (Result, error) {
	r := Result{Rule: "change log: revisions of an object grow"}
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM change_log").Scan(&r.Looked); err != nil {
		return r, err
	}
	return offenders(ctx, tx, r, `
SELECT kind || ' ' || object || ' goes from ' || before || ' to ' || rev || ' at ' || pos
FROM (SELECT kind, object, pos, rev, lag(rev) OVER (PARTITION BY kind, object ORDER BY pos) AS before FROM change_log WHERE kind <> 'bulk') l
WHERE before >= rev ORDER BY pos LIMIT $1`, most)
}

// photosThere: each photo's files are in the store.
func (c *Checker) photosThere(ctx context.Context, tx pgx.Tx, _ *grid.Index) (Result, error) {
	r := Result{Rule: "photos: each has its files", Offenders: []string{}}
	rows, err := tx.Query(ctx, "SELECT id::text, sha256 FROM photo")
	if err != nil {
		return r, err
	}
	var id string
	var sha []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &sha}, func() error {
		r.Looked++
		var sum [32]byte
		copy(sum[:], sha)
		for _, key := range []blob.Key{blob.KeyOf(sum), blob.KeyOf(sum).Thumb()} {
			file, _, err := c.Photos.Open(ctx, key)
			if err == nil {
				_ = file.Close() // opened for reading: nothing can be lost
			} else if len(r.Offenders) < most {
				r.Offenders = append(r.Offenders, fmt.Sprintf("%s: %v", id, err))
			}
		}
		return nil
	})
	return r, err
}
