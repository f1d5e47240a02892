package organisation

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/find"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/place"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// Config is what the service works with.
type Config struct {
	Pool *pgxpool.Pool
	// Regions holds the edition of the grids while an organisation is given a place.
	Regions place.Keeper
	Now     func() time.Time
	NewID   func() uuid.UUID
}

// Service keeps the organisations.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// linkKind names organisations among the links of rows to objects.
const linkKind = "organisation"

// columns are those that a batch may give, by the names of the import's fields.
var columns = map[string][]string{
	"uscc": {"uscc"}, "name": {"name"}, "name_en": {"name_en"}, "kind": {"kind"}, "industry": {"industry"}, "phone": {"phone"},
	"employees": {"employees"}, "address": {"address", "address_key"}, "building_code": {"building_id", "dwelling_id"},
	"opened_on": {"opened_on"}, "closed_on": {"closed_on"},
}

var fields = []string{"uscc", "name", "name_en", "kind", "industry", "phone", "employees", "address", "building_code", "opened_on", "closed_on"}

// Import merges organisations of a source in the caller's transaction, each in
// the grid of its point. A row with an ID is about that organisation and changes
// the columns that the batch gives; others are merged by source and reference.
func (s *Service) Import(ctx context.Context, tx pgx.Tx, ix *grid.Index, b link.Batch, rows []Row) (pg.Merged, error) {
	list, err := prepared(rows)
	if err != nil {
		return pg.Merged{}, err
	}
	if err := points(ctx, tx, list); err != nil {
		return pg.Merged{}, err
	}
	var fresh, known [][]any
	var refs []string
	var ids []uuid.UUID
	for _, r := range list {
		values := s.values(ix, r)
		if r.ID == uuid.Nil {
			fresh = append(fresh, append([]any{b.Source, r.Ref, b.NewID()}, values...))
			continue
		}
		known = append(known, append([]any{r.ID}, values...))
		refs, ids = append(refs, r.Ref), append(ids, r.ID)
	}
	compare := []string{"point", "grid_code", "scope_code", "words"}
	for _, name := range fields {
		compare = append(compare, columns[name]...)
	}
	m, err := pg.Merge(ctx, tx, pg.Rows{Table: "organisation", Key: []string{"source", "source_ref"}, Once: []string{"id"}, Compare: compare, Values: fresh}, b.Now)
	if err != nil {
		return m, inWords(err)
	}
	n, err := mergeKnown(ctx, tx, b, compare, known)
	if err != nil {
		return m, inWords(err)
	}
	if err := remember(ctx, tx, b.Source, refs, ids); err != nil {
		return m, err
	}
	if m = m.Add(n); m.Fresh+m.Changed > 0 {
		err = change.Record(ctx, tx, change.Bulk("organisation", b.Now, int(m.Fresh+m.Changed)))
	}
	return m, err
}

func prepared(rows []Row) ([]Row, error) {
	list := make([]Row, len(rows))
	for i, r := range rows {
		var wrong []fault.Field
		if list[i], wrong = prepare(r); len(wrong) > 0 {
			var f fault.Fields
			for _, w := range wrong {
				f.Add(fmt.Sprintf("rows[%d].%s", i, w.Location), nil, "%s", w.Message)
			}
			return nil, f.Err("organisation.invalid")
		}
	}
	return list, nil
}

// values are a row's in the order of Compare.
func (s *Service) values(ix *grid.Index, r Row) []any {
	gridCode, scope := place.Codes(ix.Locate(crs.FromPoint(*r.Point)))
	var employees any
	if r.Employees != nil {
		employees = int32(*r.Employees)
	}
	return []any{
		*r.Point, gridCode, scope, find.Words(r.Name, r.NameEn, r.Address),
		pg.OrNull(r.USCC), r.Name, r.NameEn, r.Kind, r.Industry, r.Phone, employees, r.Address, r.AddressKey, pg.OrNull(r.BuildingID), pg.OrNull(r.DwellingID),
		pg.OrNull(r.OpenedOn), pg.OrNull(r.ClosedOn),
	}
}

// points gives rows that have a building but no point of their own the building's.
func points(ctx context.Context, q pg.Querier, list []Row) error {
	var ids []uuid.UUID
	for _, r := range list {
		if r.Point == nil {
			ids = append(ids, r.BuildingID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	at, err := pg.Pairs[uuid.UUID, orb.Point](ctx, q, "SELECT id, point FROM building WHERE id = ANY ($1)", ids)
	if err != nil {
		return fmt.Errorf("buildings of organisations: %w", err)
	}
	for i := range list {
		if list[i].Point != nil {
			continue
		}
		point, ok := at[list[i].BuildingID]
		if !ok {
			return fault.New(fault.Invalid, "organisation.building", "There is no such building.")
		}
		list[i].Point = &point
	}
	return nil
}

// Move follows a redraw of the regions.
func (s *Service) Move(ctx context.Context, tx pgx.Tx, r place.Redraw, now time.Time) (int64, error) {
	return place.Move(ctx, tx, "organisation", "FALSE", r, now)
}

// Ahead lists what a redraw of the regions would move.
func (s *Service) Ahead(ctx context.Context, tx pgx.Tx, r place.Redraw) ([]place.Moving, error) {
	return place.Ahead(ctx, tx, "organisation", "organisation", "FALSE", "t.name", r)
}

func inWords(err error) error {
	switch pg.Constraint(err) {
	case "organisation_uscc_uq":
		return fault.New(fault.Conflict, "organisation.code_taken", "An organisation with this unified social credit code is registered already.").Because(err)
	case "organisation_building_fk":
		return fault.New(fault.Invalid, "organisation.building", "There is no such building.").Because(err)
	case "organisation_dwelling_fk":
		return fault.New(fault.Invalid, "organisation.dwelling", "There is no such dwelling.").Because(err)
	case "organisation_dates_ck":
		return fault.New(fault.Invalid, "organisation.dates", "It closes before it opens.").Because(err)
	}
	return err
}
