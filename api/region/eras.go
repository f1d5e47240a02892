package region

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"onemap/api/pg"
	"onemap/api/place"
	"onemap/geo/grid"
)

// Eras lists the times in which the regions above the grids, and the grids right
// under one of them ("" is none), stayed as they are, the oldest first.
func (s *Service) Eras(ctx context.Context, under grid.Code) ([]place.Era, error) {
	rows, err := s.pool.Query(ctx, `
SELECT c.edition, e.at
FROM (SELECT since FROM region WHERE level <> 'grid' OR parent = $1
      UNION SELECT since FROM region_past WHERE level <> 'grid' OR parent = $1
      UNION SELECT until FROM region_past WHERE level <> 'grid' OR parent = $1) AS c (edition)
LEFT JOIN edition e ON e.edition = c.edition
ORDER BY c.edition`, string(under))
	if err != nil {
		return nil, pg.Fault(err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e place.Era, err error) {
		var at *time.Time
		if err = row.Scan(&e.Edition, &at); at != nil {
			e.Since = *at
		}
		return e, err
	})
}

// In is these regions as they were in an era. What it has built it keeps: the past
// does not change.
func (s *Service) In(ctx context.Context, e place.Era, under grid.Code) (*grid.Index, error) {
	if ix := s.past.get(e.Edition, under); ix != nil {
		return ix, nil
	}
	const of = "SELECT code, name, name_en, geom FROM "
	rows, err := s.pool.Query(ctx, of+"region WHERE (level <> 'grid' OR parent = $2) AND since <= $1 UNION ALL "+of+"region_past WHERE (level <> 'grid' OR parent = $2) AND since <= $1 AND until > $1", e.Edition, string(under))
	if err != nil {
		return nil, pg.Fault(err)
	}
	list, err := collectRegions(rows)
	if err != nil {
		return nil, fmt.Errorf("regions of edition %d: %w", e.Edition, err)
	}
	ix, err := grid.NewIndex(e.Edition, list)
	if err == nil {
		s.past.keep(ix, under)
	}
	return ix, err
}

// Heirs are, of each community of an era and of later ones that is not as it was then,
// those in force that have its ground. What is as wide as the lattice rounds is
// nobody's ground.
func (s *Service) Heirs(ctx context.Context, e place.Era) (map[string][]string, error) {
	rows, err := s.pool.Query(ctx, `
WITH was AS (SELECT DISTINCT ON (code) code, geom FROM region_past WHERE level = 'community' AND until > $1 ORDER BY code, since)
SELECT w.code, COALESCE(array_agg(n.code ORDER BY n.code) FILTER (WHERE n.code IS NOT NULL), '{}')
FROM was w LEFT JOIN region n ON n.level = 'community' AND n.geom && w.geom AND ST_Intersects(n.geom, w.geom)
    AND ST_Area(ST_Intersection(n.geom, w.geom)) > 2e-7 * ST_Perimeter(ST_Intersection(n.geom, w.geom))
GROUP BY w.code`, e.Edition)
	if err != nil {
		return nil, pg.Fault(err)
	}
	heirs := map[string][]string{}
	var code string
	var now []string
	_, err = pgx.ForEachRow(rows, []any{&code, &now}, func() error { heirs[code] = slices.Clone(now); return nil })
	return heirs, pg.Fault(err)
}

// past is the last eras that were asked for.
type past struct {
	mu   sync.Mutex
	list []era
}

type era struct {
	*grid.Index
	under grid.Code
}

const mostPast = 24

func (p *past) get(edition int64, under grid.Code) *grid.Index {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.list {
		if e.Edition() == edition && e.under == under {
			return e.Index
		}
	}
	return nil
}

func (p *past) keep(ix *grid.Index, under grid.Code) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.list = append(p.list, era{ix, under}); len(p.list) > mostPast {
		p.list = p.list[1:]
	}
}

// forget is for a database that was put back: another future may follow.
func (p *past) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = nil
}
