// Package place ties an object to its grid.
//
// The journey of a place: whoever writes objects asks the Keeper, inside its
// transaction, for the index of the edition in force; the Keeper holds that
// edition until the transaction ends, so a redraw waits and no object is placed
// by polygons that are no longer true. After a redraw, in the redraw's own
// transaction, Move puts every object of a table where the new polygons say; it
// reads those on the ground that changed.
//
// What has happened is counted by grids in two ways (Grids): as it was, or on the
// grids of today. A case that is open is in the grid in force; one that has ended
// keeps the grid it ended in, or counts where its place lies now. Moves into and out
// of homes count by the communities of the end of that day, by their borders, or by
// those in force. Ground that nobody had divided yet counts with the first community
// it came to. What somebody may see depends on neither: sight goes by what an object
// belongs to now, so that asking in the other way shows nothing more. Figures of what
// is now (who lives out of reach of a service) have no other time that could be asked.
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

// Move places the objects of a table anew on the ground of a redraw and gives how
// many changed. The table has id, point, grid_code, scope_code, rev and updated_at;
// rows for which keep holds (a condition, "FALSE" for none) stay where they are.
func Move(ctx context.Context, tx pgx.Tx, table, keep string, r Redraw, now time.Time) (int64, error) {
	m, err := elsewhere(ctx, tx, table, "NOT ("+keep+")", "t.scope_code", r)
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

// Elsewhere finds the objects of a table, of those a condition takes in, that a
// redraw puts into another region than they are said to be in (code, an
// expression over the table's row t): their ids, and the regions.
func Elsewhere(ctx context.Context, tx pgx.Tx, table, which, code string, r Redraw) (ids []uuid.UUID, scopes []string, err error) {
	m, err := elsewhere(ctx, tx, table, which, code, r)
	if err != nil {
		return nil, nil, err
	}
	return m.ids, m.scopes, nil
}

func elsewhere(ctx context.Context, tx pgx.Tx, table, which, code string, r Redraw) (*moving, error) {
	from, args := r.On(table, 1)
	rows, err := tx.Query(ctx, "SELECT t.id, t.point, "+code+" FROM "+from+" WHERE "+which, args...)
	if err != nil {
		return nil, fmt.Errorf("objects of %s: %w", table, err)
	}
	var (
		m     = &moving{ix: r.Index}
		id    uuid.UUID
		point orb.Point
		scope string
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &point, &scope}, func() error {
		m.add(id, point, scope)
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
	scope string
}

func (m *moving) add(id uuid.UUID, point orb.Point, scope string) {
	const some = 4096
	m.points, m.were = append(m.points, crs.FromPoint(point)), append(m.were, was{id, scope})
	if len(m.points) == some {
		m.look()
	}
}

// look looks up those that wait and keeps those that moved: who is in the same
// region is in the same grid, which is that region or none.
func (m *moving) look() {
	m.places = slices.Grow(m.places[:0], len(m.points))[:len(m.points)]
	m.ix.LocateAll(m.points, m.places)
	for i, w := range m.were {
		g, s := Codes(m.places[i])
		if s != w.scope {
			m.ids, m.grids, m.scopes = append(m.ids, w.id), append(m.grids, g), append(m.scopes, s)
		}
	}
	m.points, m.were = m.points[:0], m.were[:0]
}
