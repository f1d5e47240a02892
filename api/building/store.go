package building

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/change"
	"onemap/api/link"
	"onemap/api/pg"
)

var (
	unitColumns   = []string{"id", "building_id", "code", "ordinal", "lift"}
	storeyColumns = []string{"id", "building_id", "ordinal", "label", "kind", "base_m", "height_m"}
	roomColumns   = []string{
		"id", "source", "source_ref", "building_id", "unit_id", "storey_from", "storey_to", "code", "col", "colspan",
		"use", "tenure", "area_m2", "realty_code", "address", "grid_code", "scope_code", "rev", "updated_at",
	}
)

func unitRow(building uuid.UUID, u Unit) []any {
	return []any{u.ID, building, u.Code, int16(u.Ordinal), u.Lift}
}

func storeyRow(building uuid.UUID, s Storey) []any {
	return []any{s.ID, building, int16(s.Ordinal), s.Label, s.Kind, float32(s.BaseM), known(s.HeightM)}
}

func roomRow(b link.Batch, s StackOf, r Room) []any {
	var unit *uuid.UUID
	if r.UnitID != uuid.Nil {
		unit = &r.UnitID
	}
	return []any{
		r.ID, b.Source, r.Ref, s.BuildingID, unit, int16(r.StoreyFrom), int16(r.StoreyTo), r.Code, int16(r.Col), int16(max(1, r.Colspan)),
		r.Use, r.Tenure, known(r.AreaM2), pg.OrNull(r.RealtyCode), r.Address, s.GridCode, s.ScopeCode, int64(1), b.Now,
	}
}

func copyFrame(ctx context.Context, tx pgx.Tx, units, storeys [][]any) error {
	if len(units) > 0 {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"building_unit"}, unitColumns, pgx.CopyFromRows(units)); err != nil {
			return fmt.Errorf("units: %w", err)
		}
	}
	if len(storeys) > 0 {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"building_storey"}, storeyColumns, pgx.CopyFromRows(storeys)); err != nil {
			return fmt.Errorf("storeys: %w", err)
		}
	}
	return nil
}

// ImportStacks writes whole stacks of buildings that have none, by COPY. A
// building that has storeys already keeps its stack: its rooms count as unchanged.
func (s *Service) ImportStacks(ctx context.Context, tx pgx.Tx, b link.Batch, stacks []StackOf) (pg.Merged, error) {
	var m pg.Merged
	ids := make([]uuid.UUID, len(stacks))
	for i, x := range stacks {
		ids[i] = x.BuildingID
	}
	rows, err := tx.Query(ctx, "SELECT DISTINCT building_id FROM building_storey WHERE building_id = ANY($1)", ids)
	if err != nil {
		return m, fmt.Errorf("stacks: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return m, fmt.Errorf("stacks: %w", err)
	}
	built := make(map[uuid.UUID]bool, len(list))
	for _, id := range list {
		built[id] = true
	}
	var units, storeys, dwellings [][]any
	for _, x := range stacks {
		if built[x.BuildingID] {
			m.Unchanged += int64(len(x.Dwellings))
			continue
		}
		for _, u := range x.Units {
			units = append(units, unitRow(x.BuildingID, u))
		}
		for _, y := range x.Storeys {
			storeys = append(storeys, storeyRow(x.BuildingID, y))
		}
		for _, r := range x.Dwellings {
			dwellings = append(dwellings, roomRow(b, x, r))
		}
	}
	if err := copyFrame(ctx, tx, units, storeys); err != nil || len(dwellings) == 0 {
		return m, err
	}
	n, err := tx.CopyFrom(ctx, pgx.Identifier{"dwelling"}, roomColumns, pgx.CopyFromRows(dwellings))
	if err != nil {
		return m, fmt.Errorf("dwellings: %w", clash(err))
	}
	m.Fresh = n
	return m, change.Record(ctx, tx, change.Bulk("dwelling", b.Now, int(n)))
}

// readStacks reads the units, storeys (lowest first) and rooms of buildings.
func readStacks(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID][]Unit, map[uuid.UUID][]Storey, map[uuid.UUID][]Room, error) {
	units, storeys, rooms := map[uuid.UUID][]Unit{}, map[uuid.UUID][]Storey{}, map[uuid.UUID][]Room{}
	var building uuid.UUID
	rows, err := q.Query(ctx, "SELECT building_id, id, code, ordinal, lift FROM building_unit WHERE building_id = ANY($1) ORDER BY building_id, ordinal", ids)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("units: %w", err)
	}
	var u Unit
	if _, err = pgx.ForEachRow(rows, []any{&building, &u.ID, &u.Code, &u.Ordinal, &u.Lift}, func() error {
		units[building] = append(units[building], u)
		return nil
	}); err != nil {
		return nil, nil, nil, fmt.Errorf("units: %w", err)
	}
	rows, err = q.Query(ctx, "SELECT building_id, id, ordinal, label, kind, COALESCE(base_m, 0), COALESCE(height_m, 0) FROM building_storey WHERE building_id = ANY($1) ORDER BY building_id, ordinal", ids)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("storeys: %w", err)
	}
	var x Storey
	if _, err = pgx.ForEachRow(rows, []any{&building, &x.ID, &x.Ordinal, &x.Label, &x.Kind, &x.BaseM, &x.HeightM}, func() error {
		storeys[building] = append(storeys[building], x)
		return nil
	}); err != nil {
		return nil, nil, nil, fmt.Errorf("storeys: %w", err)
	}
	rows, err = q.Query(ctx, `
SELECT building_id, id, source_ref, unit_id, storey_from, storey_to, code, col, colspan, use, tenure, COALESCE(area_m2, 0), COALESCE(realty_code, ''), address
FROM dwelling WHERE building_id = ANY($1) ORDER BY building_id, storey_from DESC, col, code`, ids)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("dwellings: %w", err)
	}
	var r Room
	var unit *uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&building, &r.ID, &r.Ref, &unit, &r.StoreyFrom, &r.StoreyTo, &r.Code, &r.Col, &r.Colspan, &r.Use, &r.Tenure, &r.AreaM2, &r.RealtyCode, &r.Address}, func() error {
		r.UnitID = uuid.Nil
		if unit != nil {
			r.UnitID = *unit
		}
		rooms[building] = append(rooms[building], r)
		return nil
	})
	if err != nil {
		return nil, nil, nil, fmt.Errorf("dwellings: %w", err)
	}
	return units, storeys, rooms, nil
}
