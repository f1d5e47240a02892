// Package place ties an object to its grid.
//
// The journey of a place: whoever writes objects asks the Keeper, inside its
// transaction, for the index of the edition in force; the Keeper holds that
// edition until the transaction ends, so a redraw waits and no object is placed
// by polygons that are no longer true. After a redraw, in the redraw's own
// transaction, Move puts every object of a table where the new polygons say.
package place

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/fault"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// Keeper gives the index in force and holds its edition for the transaction.
type Keeper interface {
	Hold(ctx context.Context, tx pgx.Tx) (*grid.Index, error)
}

// Codes are an object's two columns: grid_code (nil outside all grids) and scope_code.
func Codes(p grid.Place) (gridCode *string, scopeCode string) {
	if p.Grid != "" {
		g := string(p.Grid)
		gridCode = &g
	}
	return gridCode, string(p.Scope)
}

// Near refuses a point far outside every city, naming the datum or the order of
// coordinates that would bring it home. location names the input's field.
func Near(ix *grid.Index, given crs.Name, x, y float64, at crs.WGS84, location string) *fault.Field {
	if ix.Len() == 0 || !ix.Locate(at).FarOutside {
		return nil
	}
	message := "lies far outside the city; this map covers " + coverage(ix)
	home := crs.Guess(x, y, func(p crs.WGS84) bool { return !ix.Locate(p).Outside })
	for _, r := range home {
		if r.Name != given || r.Swapped {
			message += "; it would lie inside if it were " + r.String()
			break
		}
	}
	return &fault.Field{Location: location, Message: message, Value: []float64{x, y}}
}

func coverage(ix *grid.Index) string {
	cities := ix.Cities()
	if len(cities) == 0 {
		return "no city yet"
	}
	b := cities[0].Bound
	for _, c := range cities[1:] {
		b = b.Union(c.Bound)
	}
	return fmt.Sprintf("lon %.4f to %.4f, lat %.4f to %.4f (WGS84)", b.Min[0], b.Max[0], b.Min[1], b.Max[1])
}

// Move places every object of a table anew and gives how many changed.
// The table has id, point, grid_code, scope_code, rev and updated_at; rows for
// which keep holds (a condition, "FALSE" for none) stay where they are.
func Move(ctx context.Context, tx pgx.Tx, table, keep string, ix *grid.Index, now time.Time) (int64, error) {
	m, err := elsewhere(ctx, tx, table, keep, ix)
	if err != nil || len(m.ids) == 0 {
		return 0, err
	}
	// What has come to be kept while this waited for its row stays, too.
	moved, err := tx.Exec(ctx, `
UPDATE `+table+` t SET grid_code = n.grid_code, scope_code = n.scope_code, updated_at = $4
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n (id, grid_code, scope_code)
WHERE t.id = n.id AND NOT (`+keep+`)`, m.ids, m.grids, m.scopes, now)
	if err != nil {
		return 0, fmt.Errorf("move objects of %s: %w", table, err)
	}
	return moved.RowsAffected(), nil
}

// elsewhere finds the objects of a table that an index puts elsewhere.
func elsewhere(ctx context.Context, tx pgx.Tx, table, keep string, ix *grid.Index) (*moving, error) {
	rows, err := tx.Query(ctx, "SELECT id, point, grid_code, scope_code FROM "+table+" WHERE NOT ("+keep+")")
	if err != nil {
		return nil, fmt.Errorf("objects of %s: %w", table, err)
	}
	var (
		m     = &moving{ix: ix}
		id    uuid.UUID
		point orb.Point
		had   *string
		scope string
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &point, &had, &scope}, func() error {
		m.add(id, point, had, scope)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("objects of %s: %w", table, err)
	}
	m.look()
	return m, nil
}

// moving is the objects that lie elsewhere now, found some at a time.
type moving struct {
	ix     *grid.Index
	ids    []uuid.UUID
	grids  []*string
	scopes []string

	points []crs.WGS84 // not looked up yet
	were   []was
	places []grid.Place
}

type was struct {
	id    uuid.UUID
	grid  *string
	scope string
}

func (m *moving) add(id uuid.UUID, point orb.Point, had *string, scope string) {
	const some = 4096
	m.points, m.were = append(m.points, crs.FromPoint(point)), append(m.were, was{id, had, scope})
	if len(m.points) == some {
		m.look()
	}
}

// look looks up those that wait and keeps those that moved.
func (m *moving) look() {
	m.places = slices.Grow(m.places[:0], len(m.points))[:len(m.points)]
	m.ix.LocateAll(m.points, m.places)
	for i, w := range m.were {
		g, s := Codes(m.places[i])
		if s != w.scope || (g == nil) != (w.grid == nil) || g != nil && *g != *w.grid {
			m.ids, m.grids, m.scopes = append(m.ids, w.id), append(m.grids, g), append(m.scopes, s)
		}
	}
	m.points, m.were = m.points[:0], m.were[:0]
}
