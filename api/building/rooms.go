package building

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/address"
	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/pg"
)

// FindDwellings looks what each row is about: by source and reference, by the
// code of the real-estate register, by building, unit and number.
func (s *Service) FindDwellings(ctx context.Context, q pg.Querier, source string, rows []Dwelling) ([]link.Found, error) {
	found := make([]link.Found, len(rows))
	refs := make([]string, len(rows))
	var realty []string
	var houses []uuid.UUID
	for i, r := range rows {
		refs[i] = r.Ref
		if r.RealtyCode != "" {
			realty = append(realty, r.RealtyCode)
		}
		houses = append(houses, r.BuildingID)
	}
	met, err := link.Met(ctx, q, "dwelling", source, refs)
	if err != nil {
		return nil, err
	}
	list, err := q.Query(ctx, `
SELECT d.id, d.building_id, COALESCE(u.code, ''), d.code, COALESCE(d.realty_code, '')
FROM dwelling d LEFT JOIN building_unit u ON u.id = d.unit_id
WHERE d.building_id = ANY($1) OR d.realty_code = ANY($2)`, distinct(houses), realty)
	if err != nil {
		return nil, fmt.Errorf("dwellings: %w", err)
	}
	byRealty, byRoom := map[string]uuid.UUID{}, map[roomName]uuid.UUID{}
	var id uuid.UUID
	var code string
	var name roomName
	if _, err := pgx.ForEachRow(list, []any{&id, &name.building, &name.unit, &name.code, &code}, func() error {
		byRoom[name] = id
		if code != "" {
			byRealty[code] = id
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("dwellings: %w", err)
	}
	for i, r := range rows {
		if id, ok := met[r.Ref]; ok {
			found[i] = link.Found{ID: id, By: link.BySource}
		} else if id, ok := byRealty[r.RealtyCode]; ok {
			found[i] = link.Found{ID: id, By: link.ByCode}
		} else if id, ok := byRoom[r.name()]; ok {
			found[i] = link.Found{ID: id, By: link.ByAddress}
		}
	}
	return found, nil
}

func distinct(ids []uuid.UUID) []uuid.UUID {
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// roomName is what no two rooms share.
type roomName struct {
	building   uuid.UUID
	unit, code string
}

func (d *Dwelling) name() roomName {
	return roomName{d.BuildingID, address.Unit(d.Unit), address.Room(d.Code)}
}

// house is what an import knows of a building while it fills it.
type house struct {
	id        uuid.UUID
	address   string
	grid      *string
	scope     string
	units     map[string]Unit
	storeys   *storeys
	rooms     map[roomName]uuid.UUID
	taken     map[spot]bool
	newUnits  []Unit
	newStorey []Storey
}

// spot is a cell of the stack.
type spot struct {
	unit        uuid.UUID
	storey, col int
}

// placed is a row with its place in the stack.
type placed struct {
	*Dwelling
	house       *house
	unit        *uuid.UUID
	storey, col int
}

// rooms are the columns of a dwelling. Where it lies in the stack is written
// once: the stack is changed by its plan.
var rooms = []link.Column[placed]{
	{Name: "building_id", Once: true, Value: func(p *placed) any { return p.house.id }},
	{Name: "unit_id", Once: true, Value: func(p *placed) any { return p.unit }},
	{Name: "storey_from", Once: true, Value: func(p *placed) any { return int16(p.storey) }},
	{Name: "storey_to", Once: true, Value: func(p *placed) any { return int16(p.storey) }},
	{Name: "col", Once: true, Value: func(p *placed) any { return int16(p.col) }},
	{Name: "address", Once: true, Value: func(p *placed) any { return roomAddress(p.house.address, p.Unit, p.Code) }},
	{Name: "grid_code", Once: true, Value: func(p *placed) any { return p.house.grid }},
	{Name: "scope_code", Once: true, Value: func(p *placed) any { return p.house.scope }},
	{Name: "code", Fields: []string{"code"}, Value: func(p *placed) any { return address.Room(p.Code) }},
	{Name: "use", Fields: []string{"use"}, Value: func(p *placed) any {
		if p.Use == "" {
			return "dwelling"
		}
		return p.Use
	}},
	{Name: "tenure", Fields: []string{"tenure"}, Value: func(p *placed) any { return p.Tenure }},
	{Name: "area_m2", Fields: []string{"area"}, Value: func(p *placed) any { return known(p.AreaM2) }},
	{Name: "realty_code", Fields: []string{"realty_code"}, Value: func(p *placed) any { return pg.OrNull(p.RealtyCode) }},
}

// roomAddress is the written address of a room.
func roomAddress(building, unit, code string) string {
	inside := address.Address{Unit: address.Unit(unit), Room: address.Room(code)}
	return building + inside.String()
}

// ImportDwellings merges rooms in the caller's transaction. A row with an ID
// updates that dwelling; one whose room is there already updates that one; the
// others are new, and bring the units and storeys that they name. Every row has
// its BuildingID, or its ID.
func (s *Service) ImportDwellings(ctx context.Context, tx pgx.Tx, b link.Batch, list []Dwelling) (pg.Merged, error) {
	houses, err := s.houses(ctx, tx, list)
	if err != nil {
		return pg.Merged{}, err
	}
	met, err := link.Met(ctx, tx, "dwelling", b.Source, refsOf(list))
	if err != nil {
		return pg.Merged{}, err
	}
	var m pg.Merged
	rows := make([]placed, 0, len(list))
	for i := range list {
		d := list[i]
		if id, ok := met[d.Ref]; ok && d.ID == uuid.Nil {
			d.ID = id
		}
		p := placed{Dwelling: &d, house: houses[d.BuildingID]}
		switch {
		case d.ID != uuid.Nil:
		case p.house == nil:
			return m, fault.New(fault.Invalid, "dwelling.building", "A dwelling lies in no building that is known.")
		default:
			if id, there := p.house.rooms[d.name()]; there {
				if d.ID = id; id == uuid.Nil { // an earlier row of this chunk
					m.Unchanged++
					continue
				}
			} else if err := p.house.room(&p, b.NewID); err != nil {
				return m, err
			}
		}
		rows = append(rows, p)
	}
	if err := putFrame(ctx, tx, houses); err != nil {
		return m, err
	}
	merged, err := link.Merge(ctx, tx, "dwelling", b, rooms, func(p *placed) (string, uuid.UUID) { return p.Ref, p.ID }, rows)
	if err != nil {
		return m, clash(err)
	}
	if m = m.Add(merged); m.Fresh+m.Changed == 0 {
		return m, nil
	}
	ids := make([]uuid.UUID, 0, len(houses))
	for id := range houses {
		ids = append(ids, id)
	}
	if _, err := tx.Exec(ctx, "UPDATE building SET rev = rev + 1, updated_at = $1 WHERE id = ANY($2)", b.Now, ids); err != nil {
		return m, fmt.Errorf("buildings of dwellings: %w", err)
	}
	return m, change.Record(ctx, tx, change.Bulk("dwelling", b.Now, int(m.Fresh+m.Changed)))
}

func refsOf(list []Dwelling) []string {
	refs := make([]string, len(list))
	for i := range list {
		refs[i] = list[i].Ref
	}
	return refs
}

// room gives a new row its unit, storey and column.
func (h *house) room(p *placed, newID func() uuid.UUID) error {
	unit, code := address.Unit(p.Unit), address.Room(p.Code)
	var inUnit uuid.UUID
	if unit != "" {
		u, ok := h.units[unit]
		if !ok {
			u = Unit{ID: newID(), Code: unit, Ordinal: h.nextUnit()}
			h.units[unit] = u
			h.newUnits = append(h.newUnits, u)
		}
		inUnit, p.unit = u.ID, &u.ID
	}
	label := address.Storey(p.Storey)
	if label == "" {
		label = storeyOfCode(code)
	}
	if label == "" {
		label = "1"
	}
	ordinal, added, ok := h.storeys.place(label, newID)
	h.newStorey = append(h.newStorey, added...)
	if !ok {
		return fault.Newf(fault.Invalid, "dwelling.storey", "The building has no storey %q between those it has.", label)
	}
	p.storey = ordinal
	p.col = columnOfCode(code)
	for p.col < 1 || h.taken[spot{inUnit, ordinal, p.col}] {
		if p.col++; p.col > mostColumns {
			p.col = 1
			for h.taken[spot{inUnit, ordinal, p.col}] {
				p.col++
			}
		}
	}
	h.taken[spot{inUnit, ordinal, p.col}] = true
	h.rooms[roomName{h.id, unit, code}] = uuid.Nil
	return nil
}

func (h *house) nextUnit() int {
	next := 1
	for _, u := range h.units {
		next = max(next, u.Ordinal+1)
	}
	return next
}

// houses reads the buildings of rows with what is in them, locked against
// another import or plan of the same.
func (s *Service) houses(ctx context.Context, tx pgx.Tx, list []Dwelling) (map[uuid.UUID]*house, error) {
	ids := make([]uuid.UUID, 0, len(list))
	for i := range list {
		ids = append(ids, list[i].BuildingID)
	}
	ids = distinct(ids)
	rows, err := tx.Query(ctx, "SELECT id, address, grid_code, scope_code FROM building WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", ids)
	if err != nil {
		return nil, fmt.Errorf("buildings of dwellings: %w", err)
	}
	houses := map[uuid.UUID]*house{}
	var id uuid.UUID
	var grid *string
	var text, scope string
	if _, err := pgx.ForEachRow(rows, []any{&id, &text, &grid, &scope}, func() error {
		houses[id] = &house{id: id, address: text, grid: grid, scope: scope, units: map[string]Unit{}, rooms: map[roomName]uuid.UUID{}, taken: map[spot]bool{}}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("buildings of dwellings: %w", err)
	}
	units, storeys, rooms, err := readStacks(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for id, h := range houses {
		names := map[uuid.UUID]string{}
		for _, u := range units[id] {
			h.units[u.Code] = u
			names[u.ID] = u.Code
		}
		h.storeys = newStoreys(storeys[id])
		for _, r := range rooms[id] {
			h.rooms[roomName{id, names[r.UnitID], r.Code}] = r.ID
			for storey := r.StoreyFrom; storey <= r.StoreyTo; storey++ {
				for col := r.Col; col < r.Col+r.Colspan; col++ {
					h.taken[spot{r.UnitID, storey, col}] = true
				}
			}
		}
	}
	return houses, nil
}

// putFrame writes the units and storeys that rows brought.
func putFrame(ctx context.Context, tx pgx.Tx, houses map[uuid.UUID]*house) error {
	var units, storeys [][]any
	for id, h := range houses {
		for _, u := range h.newUnits {
			units = append(units, unitRow(id, u))
		}
		for _, x := range h.newStorey {
			storeys = append(storeys, storeyRow(id, x))
		}
	}
	return copyFrame(ctx, tx, units, storeys)
}
