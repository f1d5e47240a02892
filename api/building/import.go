package building

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"onemap/api/address"
	"onemap/api/fault"
	"onemap/api/find"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/place"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// texts is what a building's texts make it found by.
type texts struct {
	at    address.Address
	key   string // the house, as addresses are compared
	words pgtype.TSVector
}

// Ready reads a building's texts, once for all that follows: Find and Import take
// what they need from it. They are not to be changed afterwards.
func Ready(b Building) Building {
	b.read = b.texts()
	return b
}

func (b *Building) texts() *texts {
	if b.read != nil {
		return b.read
	}
	t := &texts{words: find.Words(b.Name, b.NameEn, b.Address, b.Code)}
	if b.Address != "" {
		t.at = address.Parse(b.Address)
		t.key = t.at.Key()
	}
	return t
}

// searched says what words are made of.
var searched = link.Searched{
	Table: "building", Columns: []string{"name", "name_en", "address", "code"}, Fields: []string{"name", "name_en", "address", "code"},
	Texts: func(held []string) []string { return held },
}

// described are the columns that an importer gives, under the fields' names.
var described = []link.Column[Building]{
	{Name: "code", Fields: []string{"code"}, Value: func(b *Building) any { return pg.OrNull(b.Code) }},
	{Name: "name", Fields: []string{"name"}, Value: func(b *Building) any { return b.Name }},
	{Name: "name_en", Fields: []string{"name_en"}, Value: func(b *Building) any { return b.NameEn }},
	{Name: "use", Fields: []string{"use"}, Value: func(b *Building) any { return b.Use }},
	{Name: "address", Fields: []string{"address"}, Value: func(b *Building) any { return b.Address }},
	{Name: "address_key", Fields: []string{"address"}, Value: func(b *Building) any { return b.texts().key }},
	{Name: "levels", Fields: []string{"levels"}, Value: func(b *Building) any { return known(b.Levels) }},
	{Name: "levels_below", Fields: []string{"levels_below"}, Value: func(b *Building) any { return small(b.LevelsBelow) }},
	{Name: "height_m", Fields: []string{"height"}, Value: func(b *Building) any { return known(b.HeightM) }},
	{Name: "built_year", Fields: []string{"built_year"}, Value: func(b *Building) any { return known(b.BuiltYear) }},
	{Name: "structure", Fields: []string{"structure"}, Value: func(b *Building) any { return b.Structure }},
	{Name: "words", Fields: searched.Fields, All: true, Value: func(b *Building) any { return b.texts().words }},
}

// outlined are the columns of the place.
func outlined(ix *grid.Index) []link.Column[Building] {
	where := []string{"geometry", "lon", "lat", "x", "y", "point"}
	codes := func(b *Building) (*string, string) { return place.Codes(ix.Locate(crs.FromPoint(b.Point))) }
	return []link.Column[Building]{
		{Name: "point", Fields: where, Value: func(b *Building) any { return b.Point }},
		{Name: "geom", Fields: where, Value: func(b *Building) any { return b.Geom }},
		{Name: "grid_code", Fields: where, Value: func(b *Building) any { g, _ := codes(b); return g }},
		{Name: "scope_code", Fields: where, Value: func(b *Building) any { _, s := codes(b); return s }},
	}
}

func small(n *int) any {
	if n == nil {
		return nil
	}
	return int16(*n)
}

// Import merges buildings in the caller's transaction, each in its grid. A row
// with an ID updates that building and is linked to it; the others are merged by
// source and reference. Of what is there only the given columns change; a row
// without a footprint leaves the one there is, and the point of a building stays
// while its footprint holds it: files rarely say it, and each program that works
// it out chooses another.
func (s *Service) Import(ctx context.Context, tx pgx.Tx, ix *grid.Index, b link.Batch, list []Building) (pg.Merged, error) {
	var whole, words []Building
	var refs []string
	var ids []uuid.UUID
	for _, x := range list {
		x = Ready(x)
		switch {
		case len(x.Geom) > 0:
			whole = append(whole, x)
		case x.ID == uuid.Nil:
			return pg.Merged{}, fault.Newf(fault.Invalid, "building.geometry", "A building that is not known yet needs its footprint.")
		default:
			words = append(words, x)
		}
		if x.ID == uuid.Nil {
			refs = append(refs, x.Ref)
		} else {
			ids = append(ids, x.ID)
		}
	}
	if err := keepPoints(ctx, tx, b, whole); err != nil {
		return pg.Merged{}, err
	}
	of := func(x *Building) (string, uuid.UUID) { return x.Ref, x.ID }
	m, err := link.Merge(ctx, tx, "building", b, append(described[:len(described):len(described)], outlined(ix)...), of, whole)
	if err != nil {
		return m, clash(err)
	}
	more, err := link.Merge(ctx, tx, "building", b, described, of, words)
	if err != nil {
		return m, clash(err)
	}
	if m = m.Add(more); m.Fresh+m.Changed == 0 {
		return m, nil
	}
	if err := searched.Reword(ctx, tx, b, m, refs, ids); err != nil {
		return m, err
	}
	if m.Changed > 0 && b.Located() {
		if err := s.carry(ctx, tx, "building t WHERE t.source = $2 AND t.source_ref = ANY ($3) OR t.id = ANY ($4)", b.Now, b.Source, refs, ids); err != nil {
			return m, err
		}
	}
	return m, link.Announce(ctx, tx, "building", b, m, of, list)
}

// keepPoints gives rows the points of the buildings that they are about.
func keepPoints(ctx context.Context, tx pgx.Tx, b link.Batch, list []Building) error {
	about, refs := make([]uuid.UUID, len(list)), []string{}
	for i := range list {
		if about[i] = list[i].ID; about[i] == uuid.Nil && !b.Sought {
			refs = append(refs, list[i].Ref)
		}
	}
	if len(refs) > 0 {
		own, err := link.Own(ctx, tx, "building", b.Source, refs)
		if err != nil {
			return err
		}
		for i := range list {
			if about[i] == uuid.Nil {
				about[i] = own[list[i].Ref]
			}
		}
	}
	ids := slices.DeleteFunc(slices.Clone(about), func(id uuid.UUID) bool { return id == uuid.Nil })
	if len(ids) == 0 {
		return nil // all are new
	}
	points, err := pg.Pairs[uuid.UUID, orb.Point](ctx, tx, "SELECT id, point FROM building WHERE id = ANY ($1)", ids)
	if err != nil {
		return fmt.Errorf("points of buildings: %w", err)
	}
	for i, id := range about {
		if point, known := points[id]; known && planar.MultiPolygonContains(list[i].Geom, point) {
			list[i].Point = point
		}
	}
	return nil
}

// clash names what a row has in common with another building.
func clash(err error) error {
	switch pg.Constraint(err) {
	case "building_code_uq":
		return fault.New(fault.Conflict, "building.code", "Another building has this code.").Because(err)
	case "dwelling_realty_uq":
		return fault.New(fault.Conflict, "dwelling.realty_code", "Another dwelling has this code of the register.").Because(err)
	case "dwelling_place_uq":
		return fault.New(fault.Conflict, "dwelling.code", "The unit has a room of this number already.").Because(err)
	}
	return err
}
