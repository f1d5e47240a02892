package boot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/address"
	"onemap/api/basemap"
	"onemap/api/building"
	"onemap/api/cases"
	"onemap/api/facility"
	"onemap/api/link"
	"onemap/api/organisation"
	"onemap/api/person"
	"onemap/api/service"
	"onemap/cmd/internal/town"
	"onemap/geo/grid"
)

// quarterLoad brings the quarter of a demo town through the slices' imports.
type quarterLoad struct {
	*demo
	Town   *town.Town
	index  *grid.Index
	batch  link.Batch
	houses []placed      // by place in Buildings
	rooms  [][]uuid.UUID // by place in Stacks and Rooms
}

// placed is a building as it is in the database.
type placed struct {
	id    uuid.UUID
	grid  *string
	scope string
}

func (l *quarterLoad) basemap(ctx context.Context, tx pgx.Tx) (int, error) {
	list := make([]basemap.Feature, len(l.Town.Basemap))
	for i, f := range l.Town.Basemap {
		list[i] = basemap.Feature(f)
	}
	_, err := basemap.Import(ctx, tx, demoSource, list, newID, l.batch.Now)
	return len(list), err
}

func (l *quarterLoad) buildings(ctx context.Context, tx pgx.Tx) (int, error) {
	list := make([]building.Building, len(l.Town.Buildings))
	at := make(map[string]int, len(list))
	for i, b := range l.Town.Buildings {
		below := b.Below
		list[i] = building.Building{
			Ref: b.Ref, Name: b.Name, NameEn: b.NameEn, Use: b.Use, Address: b.Address, Levels: b.Levels, LevelsBelow: &below, HeightM: b.Height,
			Point: b.Point, Geom: orb.MultiPolygon{b.Footprint},
		}
		at[b.Ref] = i
	}
	if _, err := l.Buildings.Import(ctx, tx, l.index, l.batch, list); err != nil {
		return 0, err
	}
	refs := make([]string, 0, len(at))
	for ref := range at {
		refs = append(refs, ref)
	}
	rows, err := tx.Query(ctx, "SELECT source_ref, id, grid_code, scope_code FROM building WHERE source = $1 AND source_ref = ANY ($2)", demoSource, refs)
	if err != nil {
		return 0, err
	}
	l.houses = make([]placed, len(list))
	var ref string
	var p placed
	_, err = pgx.ForEachRow(rows, []any{&ref, &p.id, &p.grid, &p.scope}, func() error {
		l.houses[at[ref]] = p
		return nil
	})
	return len(list), err
}

// stacks writes units, storeys and rooms.
func (l *quarterLoad) stacks(ctx context.Context, tx pgx.Tx) (int, error) {
	stacks, count := make([]building.StackOf, len(l.Town.Stacks)), 0
	l.rooms = make([][]uuid.UUID, len(l.Town.Stacks))
	for i, s := range l.Town.Stacks {
		house := l.houses[s.Building]
		of := building.StackOf{BuildingID: house.id, GridCode: house.grid, ScopeCode: house.scope}
		for k, u := range s.Units {
			of.Units = append(of.Units, building.Unit{ID: newID(), Code: u.Code, Ordinal: k + 1, Lift: u.Lift})
		}
		for _, y := range s.Storeys {
			kind := "above"
			switch {
			case y.Ordinal == 0:
				kind = "ground"
			case y.Ordinal < 0:
				kind = "below"
			}
			of.Storeys = append(of.Storeys, building.Storey{ID: newID(), Ordinal: y.Ordinal, Label: y.Label, Kind: kind, BaseM: y.Base, HeightM: y.Tall})
		}
		for k, r := range s.Rooms {
			room := building.Room{
				ID: newID(), Ref: l.roomRef(s, k), StoreyFrom: r.Storey, StoreyTo: r.Storey, Code: r.Code,
				Col: r.Col, Colspan: 1, Use: r.Use, Tenure: r.Tenure, AreaM2: r.Area, Address: r.Address,
			}
			if r.Unit >= 0 {
				room.UnitID = of.Units[r.Unit].ID
			}
			l.rooms[i] = append(l.rooms[i], room.ID)
			of.Dwellings = append(of.Dwellings, room)
		}
		count += len(of.Dwellings)
		stacks[i] = of
	}
	_, err := l.Buildings.ImportStacks(ctx, tx, l.batch, stacks)
	return count, err
}

func (l *quarterLoad) organisations(ctx context.Context, tx pgx.Tx) (int, error) {
	list := make([]organisation.Row, len(l.Town.Organisations))
	for i, o := range l.Town.Organisations {
		stack := l.Town.Stacks[o.Door.Stack]
		room, employees := stack.Rooms[o.Door.Room], o.Employees
		list[i] = organisation.Row{
			Ref: o.Ref, USCC: o.Code, Name: o.Name, NameEn: o.NameEn, Kind: o.Kind, Industry: o.Industry, Phone: o.Phone, Employees: &employees,
			Address: room.Address, AddressKey: address.Parse(room.Address).Key(), BuildingID: l.houses[stack.Building].id,
			DwellingID: l.rooms[o.Door.Stack][o.Door.Room], OpenedOn: o.Opened, Point: &l.Town.Buildings[stack.Building].Point,
		}
	}
	_, err := l.Organisations.Import(ctx, tx, l.index, l.batch, list)
	return len(list), err
}

func (l *quarterLoad) facilities(ctx context.Context, tx pgx.Tx) (int, error) {
	list := make([]facility.New, len(l.Town.Facilities))
	for i, f := range l.Town.Facilities {
		list[i] = facility.New{
			Ref: f.Ref, Kind: f.Kind, Name: f.Name, NameEn: f.NameEn, Place: f.Place, Owner: f.Owner, Maintainer: f.Maintainer,
			Department: f.Department, Code: f.Code, Point: f.Point,
		}
	}
	_, err := l.Facilities.Import(ctx, tx, l.index, l.batch, list)
	return len(list), err
}

func (l *quarterLoad) services(ctx context.Context, tx pgx.Tx) (int, error) {
	list := make([]service.Place, len(l.Town.Services))
	for i, s := range l.Town.Services {
		list[i] = service.Place{
			Ref: s.Ref, Kind: s.Kind, Name: s.Name, NameEn: s.NameEn, Address: s.Address, Hours: s.Hours, Capacity: s.Capacity, CapacityUnit: s.Unit,
			Operator: s.Name, Point: s.Point,
		}
	}
	_, err := l.Services.Import(ctx, tx, l.index, l.batch, list)
	return len(list), err
}

// chunk is how many rows of people, or cases, go to the database at once.
const chunk = 20_000

// people loads everybody at once, when every quarter stands: without the indexes
// of their tables, which are made at the end. When people are there already the
// loading that brought them came to its end.
func (d *demo) people(ctx context.Context) error {
	begin, done := time.Now(), 0
	err := d.People.BulkLoad(ctx, func(tx pgx.Tx, bulk *person.Bulk) error {
		if _, err := tx.Exec(ctx, "SET LOCAL synchronous_commit = off"); err != nil {
			return err
		}
		batch := link.Batch{Source: demoSource, NewID: newID, Now: begin}
		done = 0
		return d.eachQuarter(ctx, func(_ int, t *town.Town) error {
			l := quarterLoad{demo: d, Town: t}
			if err := l.find(ctx, tx); err != nil {
				return err
			}
			if err := l.settle(ctx, tx, bulk, batch); err != nil {
				return err
			}
			done += len(t.People)
			d.said(DemoProgress{Part: "people", Done: int64(done), Total: int64(d.city.People), Took: time.Since(begin)})
			return nil
		})
	})
	if errors.Is(err, person.ErrNotEmpty) {
		return nil
	}
	d.said(DemoProgress{Part: "residents", Done: int64(done), Took: time.Since(begin)})
	return err
}

// settle writes a quarter's people; a chunk is sealed while another is written.
func (l *quarterLoad) settle(ctx context.Context, tx pgx.Tx, bulk *person.Bulk, batch link.Batch) error {
	type sealed struct {
		rows person.Prepared
		err  error
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	next := make(chan sealed)
	go func() {
		defer close(next)
		var rows []person.Row
		for i := range l.Town.People {
			// Rows of one person stay together.
			if rows = l.rowsOf(rows, &l.Town.People[i]); len(rows) < chunk && i+1 < len(l.Town.People) {
				continue
			}
			prepared, err := bulk.Prepare(rows)
			select {
			case next <- sealed{prepared, err}:
			case <-ctx.Done():
				return
			}
			rows = nil
		}
	}()
	for s := range next {
		if s.err != nil {
			return s.err
		}
		if _, err := bulk.Write(ctx, tx, batch, s.rows); err != nil {
			return err
		}
	}
	return errors.Join(ctx.Err(), bulk.Written())
}

// find looks up the rooms of a quarter that stands.
func (l *quarterLoad) find(ctx context.Context, tx pgx.Tx) error {
	type door struct{ stack, room int }
	doors := map[string]door{}
	var refs []string
	l.rooms, l.houses = make([][]uuid.UUID, len(l.Town.Stacks)), make([]placed, len(l.Town.Buildings))
	for i, s := range l.Town.Stacks {
		l.rooms[i] = make([]uuid.UUID, len(s.Rooms))
		for k := range s.Rooms {
			ref := l.roomRef(s, k)
			doors[ref] = door{i, k}
			refs = append(refs, ref)
		}
	}
	rows, err := tx.Query(ctx, "SELECT source_ref, id, building_id, grid_code, scope_code FROM dwelling WHERE source = $1 AND source_ref = ANY ($2)", demoSource, refs)
	if err != nil {
		return err
	}
	var ref string
	var id uuid.UUID
	var house placed
	_, err = pgx.ForEachRow(rows, []any{&ref, &id, &house.id, &house.grid, &house.scope}, func() error {
		at := doors[ref]
		l.rooms[at.stack][at.room] = id
		l.houses[l.Town.Stacks[at.stack].Building] = house
		return nil
	})
	return err
}

func (l *quarterLoad) roomRef(s town.Stack, k int) string {
	return fmt.Sprintf("%s/%d", l.Town.Buildings[s.Building].Ref, k+1)
}

func (l *quarterLoad) rowsOf(rows []person.Row, p *town.Person) []person.Row {
	alone := p.Alone
	first := person.Row{
		Ref: p.Ref, Name: p.Name, Sex: p.Sex, BornOn: p.Born, IDKind: person.Resident, IDNumber: p.Number, Phone: p.Phone, Kind: p.Kind,
		LivesAlone: &alone, HouseholdRef: p.Household, Head: p.Head, Relation: person.Living, Since: p.Since, Tags: p.Tags, TagUntil: p.TagUntil,
	}
	l.tie(&first, p.Home)
	rows = append(rows, first)
	for _, t := range p.Ties {
		row := person.Row{Ref: p.Ref, Name: p.Name, Relation: t.Relation, Since: t.Since, Until: t.Until}
		l.tie(&row, t.Home)
		rows = append(rows, row)
	}
	return rows
}

func (l *quarterLoad) tie(row *person.Row, door town.Door) {
	house := l.houses[l.Town.Stacks[door.Stack].Building]
	row.DwellingID, row.BuildingID, row.ScopeCode = l.rooms[door.Stack][door.Room], house.id, house.scope
	if house.grid != nil {
		row.GridCode = *house.grid
	}
}

// past takes over the cases that have been on record.
func (l *quarterLoad) past(ctx context.Context, tx pgx.Tx) (int, error) {
	list := make([]cases.Taken, 0, chunk)
	send := func() error {
		_, err := l.Cases.Import(ctx, tx, l.index, l.batch, list)
		list = list[:0]
		return err
	}
	midnight := time.Date(l.city.Day.Year(), l.city.Day.Month(), l.city.Day.Day(), 0, 0, 0, 0, l.Zone)
	for _, p := range l.Town.Past {
		c := p.Case
		row := cases.Taken{
			Ref: p.Ref, Category: c.Category, Concern: c.Concern, Title: c.Title, Text: c.Text, Place: c.Place, State: cases.State(c.State), Urgent: c.Urgent,
			CreatedAt: midnight.Add(-c.Ago), Point: c.Point,
		}
		if !p.Open {
			row.ClosedAt = row.CreatedAt.Add(p.Took)
		}
		if p.Facility >= 0 {
			row.FacilityCode = l.Town.Facilities[p.Facility].Code.Raw()
		}
		if list = append(list, row); len(list) == chunk {
			if err := send(); err != nil {
				return 0, err
			}
		}
	}
	return len(l.Town.Past), send()
}
