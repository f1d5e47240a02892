package person_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/apitest"
	"onemap/api/building"
	"onemap/api/link"
	"onemap/api/person"
	"onemap/api/pg"
)

// town is a city with a house of rooms in each of two streets.
type town struct {
	*apitest.City
	a, b []uuid.UUID // dwellings in GridA and GridB
}

func newTown(tb testing.TB, rooms int) *town {
	tb.Helper()
	t := &town{City: apitest.New(tb)}
	t.a, t.b = t.house(tb, "a", apitest.InGridA, rooms), t.house(tb, "b", apitest.InGridB, rooms)
	return t
}

// house builds a house of so many rooms and gives the rooms.
func (t *town) house(tb testing.TB, ref string, at orb.Point, rooms int) []uuid.UUID {
	tb.Helper()
	list := make([]uuid.UUID, rooms)
	t.Tx(tb, func(tx pgx.Tx) error {
		ctx := tb.Context()
		ix, err := t.Regions.Hold(ctx, tx)
		if err != nil {
			return err
		}
		around := orb.MultiPolygon{{{{at[0], at[1]}, {at[0] + 0.001, at[1]}, {at[0], at[1] + 0.001}, {at[0], at[1]}}}}
		house := building.Building{Ref: ref, Name: ref + "楼", Address: "解放路1号", Point: at, Geom: around}
		if _, err := t.Buildings.Import(ctx, tx, ix, t.batch("houses"), []building.Building{house}); err != nil {
			return err
		}
		var id uuid.UUID
		var scope string
		if err := tx.QueryRow(ctx, "SELECT id, scope_code FROM building WHERE source = 'houses' AND source_ref = $1", ref).Scan(&id, &scope); err != nil {
			return err
		}
		for i := range list {
			list[i] = apitest.NewID()
		}
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"dwelling"}, []string{"id", "source", "source_ref", "building_id", "storey_from", "storey_to", "code", "col", "use", "address", "grid_code", "scope_code", "rev", "updated_at"},
			pgx.CopyFromSlice(rooms, func(i int) ([]any, error) {
				code := fmt.Sprint(101 + i)
				return []any{list[i], "houses", ref + code, id, 0, 0, code, 1, "dwelling", "解放路1号" + code, scope, scope, 1, t.Clock.Now()}, nil
			}))
		return err
	})
	return list
}

func (t *town) batch(source string) link.Batch {
	return link.Batch{Source: source, NewID: apitest.NewID, Now: t.Clock.Now()}
}

// imports imports rows as an import does: what is known is looked up first.
func (t *town) imports(tb testing.TB, b link.Batch, rows ...person.Row) (m pg.Merged) {
	tb.Helper()
	t.Tx(tb, func(tx pgx.Tx) (err error) {
		m, err = t.tryImport(tb.Context(), tx, b, rows)
		return err
	})
	return m
}

func (t *town) tryImport(ctx context.Context, tx pgx.Tx, b link.Batch, rows []person.Row) (pg.Merged, error) {
	ix, err := t.Regions.Hold(ctx, tx)
	if err != nil {
		return pg.Merged{}, err
	}
	found, err := t.People.Find(ctx, tx, b.Source, rows)
	if err != nil {
		return pg.Merged{}, err
	}
	rows = append([]person.Row{}, rows...)
	for i, f := range found {
		rows[i].ID = f.ID
	}
	return t.People.Import(ctx, tx, ix, b, rows)
}

// number makes an identity number that is right in form, of a place that is none.
func number(born time.Time, serial int) string {
	first := fmt.Sprintf("990101%s%03d", born.Format("20060102"), serial)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(first[i]-'0')
	}
	return first + string("10X98765432"[sum%11])
}

func on(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }

// one asks for one value.
func one[T any](tb testing.TB, t *town, sql string, args ...any) (value T) {
	tb.Helper()
	if err := t.Root.QueryRow(tb.Context(), sql, args...).Scan(&value); err != nil {
		tb.Fatalf("%s: %v", sql, err)
	}
	return value
}
