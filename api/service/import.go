package service

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/address"
	"onemap/api/fault"
	"onemap/api/find"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/place"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// searched says what words are made of.
var searched = link.Searched{
	Table: "service", Columns: []string{"name", "name_en", "address", "code"}, Fields: []string{"name", "name_en", "address", "code"},
	Texts: func(held []string) []string { return held },
}

// written are the columns that an importer gives, under the fields' names.
func written(ix *grid.Index) []link.Column[Place] {
	plain := func(name string, value func(*Place) any) link.Column[Place] {
		return link.Column[Place]{Name: name, Fields: []string{name}, Value: value}
	}
	where := []string{"lon", "lat", "x", "y", "point", "geometry"}
	codes := func(p *Place) (*string, string) { return place.Codes(ix.Locate(crs.FromPoint(p.Point))) }
	return []link.Column[Place]{
		plain("code", func(p *Place) any {
			if p.Code == "" {
				return nil
			}
			return p.Code
		}),
		plain("kind", func(p *Place) any { return p.Kind }),
		plain("name", func(p *Place) any { return p.Name }),
		plain("name_en", func(p *Place) any { return p.NameEn }),
		plain("address", func(p *Place) any { return p.Address }),
		plain("hours", func(p *Place) any { return p.Hours }),
		plain("capacity", func(p *Place) any {
			if p.Capacity == 0 {
				return nil
			}
			return int32(p.Capacity)
		}),
		plain("capacity_unit", func(p *Place) any { return p.CapacityUnit }),
		plain("operator", func(p *Place) any { return p.Operator }),
		plain("phone", func(p *Place) any { return p.Phone }),
		plain("state", func(p *Place) any {
			if p.State == "" {
				return "open"
			}
			return p.State
		}),
		{Name: "address_key", Fields: []string{"address"}, Value: func(p *Place) any { return key(p.Address) }},
		{Name: "words", Fields: searched.Fields, All: true, Value: func(p *Place) any { return find.Words(p.Name, p.NameEn, p.Address, p.Code) }},
		{Name: "point", Fields: where, Value: func(p *Place) any { return p.Point }},
		{Name: "grid_code", Fields: where, Value: func(p *Place) any { g, _ := codes(p); return g }},
		{Name: "scope_code", Fields: where, Value: func(p *Place) any { _, s := codes(p); return s }},
	}
}

func key(text string) string {
	if text == "" {
		return ""
	}
	return address.Parse(text).Key()
}

// Import merges services in the caller's transaction, each in its grid. A row
// with an ID updates that service and is linked to it; the others are merged by
// source and reference. Of what is there only the given columns change.
func (s *Service) Import(ctx context.Context, tx pgx.Tx, ix *grid.Index, b link.Batch, list []Place) (pg.Merged, error) {
	of := func(p *Place) (string, uuid.UUID) { return p.Ref, p.ID }
	m, err := link.Merge(ctx, tx, "service", b, written(ix), of, list)
	if err != nil || m.Fresh+m.Changed == 0 {
		return m, clash(err)
	}
	var refs []string
	var ids []uuid.UUID
	for _, p := range list {
		refs, ids = append(refs, p.Ref), append(ids, p.ID)
	}
	if err := searched.Reword(ctx, tx, b, m, refs, ids); err != nil {
		return m, err
	}
	return m, link.Announce(ctx, tx, "service", b, m, of, list)
}

func clash(err error) error {
	if pg.Constraint(err) == "service_code_uq" {
		return fault.New(fault.Conflict, "service.code", "Another service has this code.").Because(err)
	}
	return err
}

// Find looks what each row is about: by source and reference, by code, by place:
// a service of its kind with its name within 50 m, or any of its kind within 2 m.
func (s *Service) Find(ctx context.Context, q pg.Querier, source string, rows []Place) ([]link.Found, error) {
	found := make([]link.Found, len(rows))
	refs, codes := make([]string, len(rows)), []string{}
	for i, r := range rows {
		refs[i] = r.Ref
		if r.Code != "" {
			codes = append(codes, r.Code)
		}
	}
	met, err := link.Met(ctx, q, "service", source, refs)
	if err != nil {
		return nil, err
	}
	coded, err := link.Coded(ctx, q, "service", codes)
	if err != nil {
		return nil, err
	}
	var spots []link.Spot
	for i, r := range rows {
		if id, ok := met[r.Ref]; ok {
			found[i] = link.Found{ID: id, By: link.BySource}
		} else if id, ok := coded[r.Code]; ok {
			found[i] = link.Found{ID: id, By: link.ByCode}
		} else {
			spots = append(spots, link.Spot{Row: i, Kind: r.Kind, Name: r.Name, Point: r.Point})
		}
	}
	return found, link.Beside(ctx, q, "service", "concat_ws('，', NULLIF(t.name, ''), NULLIF(t.address, ''))", source, spots, found)
}
