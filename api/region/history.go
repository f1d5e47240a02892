package region

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/geo/grid"
)

// Edition says who published what, and when.
type Edition struct {
	Edition  int64     `json:"edition"`
	At       time.Time `json:"at"`
	By       string    `json:"by" doc:"The name of who published it; of a command its name."`
	Source   string    `json:"source"`
	Name     string    `json:"name"`
	Scope    string    `json:"scope" doc:"The place that all it changed lies under; empty is the whole installation."`
	Regions  int       `json:"regions"`
	Dropped  int       `json:"dropped"`
	Moved    int64     `json:"moved"`
	Undoes   *int64    `json:"undoes" doc:"The edition this one takes back, or null."`
	Undoable bool      `json:"undoable" doc:"Nothing of what it changed has been changed since."`
}

// keepEdition notes what a redraw did.
func keepEdition(ctx context.Context, tx pgx.Tx, r Redraw, done Published, scope grid.Code, now time.Time) error {
	a := actor.From(ctx)
	_, err := tx.Exec(ctx, `
INSERT INTO edition (edition, at, by, by_name, source, name, scope, regions, dropped, moved, undoes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		done.Edition, now, account(a), a.Name, r.Source, r.Name, string(scope), done.Regions, done.Dropped, done.Moved, pg.OrNull(r.Undoes))
	if err != nil {
		return fmt.Errorf("edition %d: %w", done.Edition, err)
	}
	return nil
}

// standing says of an edition e that all it brought is still as it brought it.
const standing = `(
    NOT EXISTS (SELECT FROM region_past p WHERE p.since = e.edition)
    AND NOT EXISTS (SELECT FROM region_past p JOIN region r ON r.code = p.code WHERE p.until = e.edition AND r.since <> e.edition)
    AND NOT EXISTS (SELECT FROM region_past p JOIN region_past q ON q.code = p.code AND q.since > e.edition WHERE p.until = e.edition)
    AND NOT EXISTS (SELECT FROM region r JOIN region c ON c.parent = r.code WHERE r.since = e.edition AND c.since > e.edition))`

// Editions lists those that changed something under a place, the newest first.
func (s *Service) Editions(ctx context.Context, under grid.Code, before int64, limit int) ([]Edition, error) {
	rows, err := s.pool.Query(ctx, `
SELECT edition, at, by_name, source, name, scope, regions, dropped, moved, undoes, `+standing+`
FROM edition e
WHERE starts_with(scope, $1) AND ($2 = 0 OR edition < $2)
ORDER BY edition DESC LIMIT $3`, string(under), before, limit)
	if err != nil {
		return nil, pg.Fault(err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Edition])
}

// Span is the editions that were in force at two times: the first and the last of
// the editions of what happened between them. Of before editions were kept, it is
// the one that was in force when that began.
func (s *Service) Span(ctx context.Context, since, until time.Time) (from, to int64, err error) {
	err = s.pool.QueryRow(ctx, `
WITH known AS (SELECT COALESCE(min(edition) - 1, $3) AS first FROM edition)
SELECT COALESCE((SELECT max(edition) FROM edition WHERE at <= $1), first), COALESCE((SELECT max(edition) FROM edition WHERE at <= $2), first)
FROM known`, since, until, s.Index().Edition()).Scan(&from, &to)
	return from, to, pg.Fault(err)
}

// ever lists the codes under a place that a region has, or once had.
func ever(ctx context.Context, q pg.Querier, codes []string) (map[string]bool, error) {
	rows, err := q.Query(ctx, "SELECT code FROM region_code WHERE code = ANY ($1)", codes)
	if err != nil {
		return nil, err
	}
	had := map[string]bool{}
	var code string
	_, err = pgx.ForEachRow(rows, []any{&code}, func() error { had[code] = true; return nil })
	return had, err
}

// lastCode is the highest code right under a parent that a region has, or once had; "" is none.
func lastCode(ctx context.Context, q pg.Querier, parent grid.Code) (last grid.Code, err error) {
	const right = " WHERE code >= $1 AND code < $1 || ':' AND length(code) = $2" // ':' follows '9'
	digits := grid.Levels()[parent.Level().Order()+1].Digits()
	err = q.QueryRow(ctx, "SELECT COALESCE(max(code), '') FROM region_code"+right,
		string(parent), digits).Scan(&last)
	return last, err
}

// changed lists the regions of a place, and those it lies in, that are not as
// they were in an edition.
func changed(ctx context.Context, q pg.Querier, under grid.Code, since int64) ([]string, error) {
	const here = "(starts_with(code, $1) OR starts_with($1, code))"
	rows, err := q.Query(ctx, "SELECT code FROM region WHERE since > $2 AND "+here+" UNION SELECT code FROM region_past WHERE until > $2 AND "+here+" ORDER BY code",
		string(under), since)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// At builds the index of an edition that was in force once.
func (s *Service) At(ctx context.Context, edition int64) (*grid.Index, error) {
	if ix := s.Index(); ix.Edition() == edition {
		return ix, nil
	}
	const of = "SELECT code, name, name_en, geom FROM "
	rows, err := s.pool.Query(ctx, of+"region WHERE since <= $1 UNION ALL "+of+"region_past WHERE since <= $1 AND until > $1", edition)
	if err != nil {
		return nil, pg.Fault(err)
	}
	list, err := collectRegions(rows)
	if err != nil {
		return nil, fmt.Errorf("regions of edition %d: %w", edition, err)
	}
	return grid.NewIndex(edition, list)
}

// Undo publishes what was in force before an edition, as a new one. All that the
// edition changed has to lie under the place, and to be as it left it.
func (s *Service) Undo(ctx context.Context, under grid.Code, edition int64) (Published, error) {
	if _, err := manages(ctx, under); err != nil {
		return Published{}, err
	}
	var done Published
	var next *grid.Index
	err := pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		now, err := nextEdition(ctx, tx)
		if err != nil {
			return err
		}
		var name string
		var stands bool
		err = tx.QueryRow(ctx, "SELECT name, "+standing+" FROM edition e WHERE edition = $1 AND starts_with(scope, $2)", edition, string(under)).Scan(&name, &stands)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("edition")
		}
		if err != nil {
			return err
		}
		if !stands {
			return fault.Newf(fault.Conflict, "edition.changed", "What edition %d drew has been redrawn since; undo the later editions first.", edition)
		}
		r := Redraw{Source: "undo", Name: name, Undoes: edition}
		if r.Regions, r.Drop, err = before(ctx, tx, edition); err != nil {
			return err
		}
		if len(r.Regions)+len(r.Drop) == 0 {
			return fault.Newf(fault.Conflict, "edition.nothing", "Edition %d changed no border and no name; there is nothing to undo.", edition)
		}
		done, next, err = s.publishAs(ctx, tx, now, r)
		return err
	})
	if err == nil {
		s.Adopt(next)
	}
	return done, pg.Fault(err)
}

// before is what an edition replaced and took away, and what came with it.
func before(ctx context.Context, tx pgx.Tx, edition int64) (was []grid.Region, came []grid.Code, err error) {
	rows, err := tx.Query(ctx, "SELECT code, name, name_en, geom FROM region_past WHERE until = $1", edition)
	if err != nil {
		return nil, nil, err
	}
	if was, err = collectRegions(rows); err != nil {
		return nil, nil, err
	}
	rows, err = tx.Query(ctx, "SELECT code FROM region r WHERE since = $1 AND NOT EXISTS (SELECT FROM region_past p WHERE p.code = r.code AND p.until = $1)", edition)
	if err != nil {
		return nil, nil, err
	}
	came, err = pgx.CollectRows(rows, pgx.RowTo[grid.Code])
	return was, came, err
}

func collectRegions(rows pgx.Rows) (list []grid.Region, err error) {
	var r grid.Region
	var geom orb.Geometry
	_, err = pgx.ForEachRow(rows, []any{&r.Code, &r.Name, &r.NameEn, &geom}, func() error {
		r.Geom = geom.(orb.MultiPolygon)
		list = append(list, r)
		return nil
	})
	return list, err
}

func texts(codes []grid.Code) []string {
	list := make([]string, len(codes))
	for i, c := range codes {
		list[i] = string(c)
	}
	return list
}
