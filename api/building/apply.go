package building

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/web"
)

// planSource marks the rooms that a plan made.
const planSource = "plan"

// Apply makes the stack what a plan says, if the building is as the writer saw
// it. A room that somebody is tied to is never taken away: the plan is refused.
func (s *Service) Apply(ctx context.Context, id uuid.UUID, rev int64, p Plan) (StackView, error) {
	err := pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		f, err := readFrame(ctx, tx, id, " FOR NO KEY UPDATE")
		if err != nil {
			return err
		}
		if err := web.Keeps(ctx, "building", f.building.Scope); err != nil {
			return err
		}
		if f.building.Rev != rev {
			return web.Changed("building")
		}
		layout, err := p.Layout(f.building.short())
		if err != nil {
			return err
		}
		rooms, removed := match(f, layout)
		d, err := s.difference(ctx, tx, f, rooms, removed)
		if err != nil {
			return err
		}
		if len(d.Conflicts) > 0 {
			e := fault.New(fault.Conflict, "stack.tied", "People or organisations are tied to rooms that would go.")
			for _, c := range d.Conflicts {
				e.Fields = append(e.Fields, fault.Field{Location: c.Where, Message: c.Message})
			}
			return e
		}
		return s.write(ctx, tx, f, layout, rooms, removed)
	})
	if err != nil {
		return StackView{}, err
	}
	return s.Stack(ctx, id)
}

func (s *Service) write(ctx context.Context, tx pgx.Tx, f frameOf, layout Layout, rooms []matched, removed []*Room) error {
	building, now := f.building.ID, s.Now()
	gone := make([]uuid.UUID, len(removed))
	for i, r := range removed {
		gone[i] = r.ID
	}
	if err := removeRooms(ctx, tx, gone); err != nil {
		return err
	}
	units, err := s.putUnits(ctx, tx, building, f.units, layout.Units)
	if err != nil {
		return err
	}
	if err := s.putRooms(ctx, tx, f.building, rooms, units); err != nil {
		return err
	}
	var codes []string
	for _, u := range layout.Units {
		codes = append(codes, u.Code)
	}
	if _, err := tx.Exec(ctx, "DELETE FROM building_unit WHERE building_id = $1 AND NOT code = ANY($2)", building, append([]string{}, codes...)); err != nil {
		return fmt.Errorf("units: %w", err)
	}
	if _, err := tx.Exec(ctx, "DELETE FROM building_storey WHERE building_id = $1", building); err != nil {
		return fmt.Errorf("storeys: %w", err)
	}
	var storeys [][]any
	for _, x := range layout.Storeys {
		x.ID = s.NewID()
		storeys = append(storeys, storeyRow(building, x))
	}
	if err := copyFrame(ctx, tx, nil, storeys); err != nil {
		return err
	}
	above, below := levelsOf(layout)
	var rev int64
	if err := tx.QueryRow(ctx, "UPDATE building SET levels = $2, levels_below = $3, rev = rev + 1, updated_at = $4 WHERE id = $1 RETURNING rev", building, above, below, now).Scan(&rev); err != nil {
		return fmt.Errorf("building: %w", err)
	}
	return change.Record(ctx, tx, change.Change{Kind: "building", Object: building.String(), Rev: rev, At: now, Body: struct{}{}},
		change.Bulk("dwelling", now, len(rooms)+len(removed)))
}

// removeRooms takes rooms away; one that somebody has moved into meanwhile stays.
func removeRooms(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, "DELETE FROM import_link WHERE kind = 'dwelling' AND object_id = ANY($1)", ids); err != nil {
		return fmt.Errorf("links of rooms: %w", err)
	}
	_, err := tx.Exec(ctx, "DELETE FROM dwelling WHERE id = ANY($1)", ids)
	if slices.Contains([]string{"residence_dwelling_fk", "person_dwelling_fk", "household_dwelling_fk", "organisation_dwelling_fk"}, pg.Constraint(err)) {
		return fault.New(fault.Conflict, "dwelling.tied", "People or organisations are, or were, tied to the room.").Because(err)
	}
	if err != nil {
		return fmt.Errorf("remove rooms: %w", err)
	}
	return nil
}

// putUnits writes the units of the plan and gives their ids by code.
func (s *Service) putUnits(ctx context.Context, tx pgx.Tx, building uuid.UUID, had, want []Unit) (map[string]uuid.UUID, error) {
	// No two units share an ordinal, not even while they change places.
	if _, err := tx.Exec(ctx, "UPDATE building_unit SET ordinal = -ordinal - 1 WHERE building_id = $1", building); err != nil {
		return nil, fmt.Errorf("units: %w", err)
	}
	ids := map[string]uuid.UUID{}
	var fresh [][]any
	for _, u := range want {
		if i := slices.IndexFunc(had, func(x Unit) bool { return x.Code == u.Code }); i >= 0 {
			ids[u.Code] = had[i].ID
			if _, err := tx.Exec(ctx, "UPDATE building_unit SET ordinal = $2, lift = $3 WHERE id = $1", had[i].ID, u.Ordinal, u.Lift); err != nil {
				return nil, fmt.Errorf("units: %w", err)
			}
			continue
		}
		u.ID = s.NewID()
		ids[u.Code] = u.ID
		fresh = append(fresh, unitRow(building, u))
	}
	return ids, copyFrame(ctx, tx, fresh, nil)
}

// putRooms updates the rooms that stay and writes the new ones.
func (s *Service) putRooms(ctx context.Context, tx pgx.Tx, h header, rooms []matched, units map[string]uuid.UUID) error {
	var (
		kept                 []uuid.UUID
		inUnit               []*uuid.UUID
		codes, uses, places  []string
		from, to, cols, span []int16
		fresh                [][]any
	)
	x := StackOf{BuildingID: h.ID, GridCode: h.Grid, ScopeCode: h.Scope}
	b := link.Batch{Source: planSource, Now: s.Now()}
	for _, m := range rooms {
		r := m.room(units[m.Unit])
		r.Address = roomAddress(h.Address, m.Unit, r.Code)
		if m.had == nil {
			r.ID = s.NewID()
			r.Ref = r.ID.String()
			fresh = append(fresh, roomRow(b, x, r))
			continue
		}
		var unit *uuid.UUID
		if r.UnitID != uuid.Nil {
			unit = &r.UnitID
		}
		kept, inUnit, codes, uses, places = append(kept, r.ID), append(inUnit, unit), append(codes, r.Code), append(uses, r.Use), append(places, r.Address)
		from, to, cols, span = append(from, int16(r.StoreyFrom)), append(to, int16(r.StoreyTo)), append(cols, int16(r.Col)), append(span, int16(r.Colspan))
	}
	// Two rooms may exchange their numbers: none keeps its own meanwhile.
	if _, err := tx.Exec(ctx, `
UPDATE dwelling d SET code = d.id::text FROM unnest($1::uuid[], $2::text[]) AS n (id, code) WHERE d.id = n.id AND d.code <> n.code`, kept, codes); err != nil {
		return fmt.Errorf("rooms: %w", err)
	}
	if _, err := tx.Exec(ctx, `
UPDATE dwelling d SET unit_id = n.unit, code = n.code, use = n.use, address = n.address, storey_from = n.low, storey_to = n.high, col = n.col, colspan = n.span,
    rev = d.rev + 1, updated_at = $10
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::smallint[], $8::smallint[], $9::smallint[])
    AS n (id, unit, code, use, address, low, high, col, span)
WHERE d.id = n.id AND (d.unit_id, d.code, d.use, d.address, d.storey_from, d.storey_to, d.col, d.colspan)
    IS DISTINCT FROM (n.unit, n.code, n.use, n.address, n.low, n.high, n.col, n.span)`,
		kept, inUnit, codes, uses, places, from, to, cols, span, s.Now()); err != nil {
		return fmt.Errorf("rooms: %w", clash(err))
	}
	if len(fresh) == 0 {
		return nil
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"dwelling"}, roomColumns, pgx.CopyFromRows(fresh)); err != nil {
		return fmt.Errorf("rooms: %w", clash(err))
	}
	return nil
}
