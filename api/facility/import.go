package facility

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/fault"
	"onemap/api/find"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/place"
	"onemap/api/plate"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// States are what a facility may be: 完好, 破损, 丢失, 废弃, 移除.
var States = []string{"intact", "damaged", "lost", "abandoned", "removed"}

// Check says what is wrong with a row; locations are the fields of an import.
func Check(f New) []fault.Field {
	var bad []fault.Field
	add := func(location string, value any, format string, args ...any) {
		bad = append(bad, fault.Field{Location: location, Message: fmt.Sprintf(format, args...), Value: value})
	}
	if _, ok := Kinds[f.Kind]; !ok {
		add("kind", f.Kind, "one of %s", strings.Join(slices.Sorted(maps.Keys(Kinds)), ", "))
	}
	if f.State != "" && !slices.Contains(States, f.State) {
		add("state", f.State, "one of %s", strings.Join(States, ", "))
	}
	if y := f.InstalledOn.Year(); !f.InstalledOn.IsZero() && (y < 1800 || y > 2200) {
		add("installed_on", nil, "a day of the years 1800 to 2200")
	}
	for name, code := range f.Standard {
		if wrong := CheckCode(name, code, ""); wrong != "" {
			add("standard_code", code, "%s", wrong)
		}
	}
	for _, t := range []struct {
		location, value string
		most            int
	}{
		{"name", f.Name, 200},
		{"name_en", f.NameEn, 200},
		{"place", f.Place, 300},
		{"owner", f.Owner, 200},
		{"maintainer", f.Maintainer, 200},
		{"purpose", f.Purpose, 200},
		{"department", f.Department, 64},
	} {
		if len([]rune(t.value)) > t.most {
			add(t.location, nil, "at most %d characters", t.most)
		}
	}
	return bad
}

// searched says what words are made of: what people call a facility, its name or
// its kind, its place and its plate.
var searched = link.Searched{
	Table: "facility", Columns: []string{"name", "name_en", "place", "code", "kind"}, Fields: []string{"name", "name_en", "place", "kind"},
	Texts: func(held []string) []string {
		k := Kinds[held[4]]
		return append(held[:4:4], k.Name, k.NameEn)
	},
}

// told are the fields that a batch changes which does not say what it has: all
// but what people maintain here.
var told = []string{"kind", "name", "name_en", "place", "lon", "lat"}

// written are the columns that an importer gives, under the fields' names.
func written(ix *grid.Index, codes map[*New]string) []link.Column[New] {
	plain := func(name string, value func(*New) any) link.Column[New] {
		return link.Column[New]{Name: name, Fields: []string{name}, Value: value}
	}
	where := []string{"lon", "lat", "x", "y", "point", "geometry"}
	located := func(f *New) (*string, string) { return place.Codes(ix.Locate(crs.FromPoint(f.Point))) }
	return []link.Column[New]{
		// A plate hangs in the street: no import changes what it says.
		{Name: "code", Once: true, Value: func(f *New) any { return codes[f] }},
		plain("kind", func(f *New) any { return f.Kind }),
		{Name: "class", Fields: []string{"kind"}, Value: func(f *New) any { return Kinds[f.Kind].Class }},
		plain("name", func(f *New) any { return f.Name }),
		plain("name_en", func(f *New) any { return f.NameEn }),
		plain("place", func(f *New) any { return f.Place }),
		plain("owner", func(f *New) any { return f.Owner }),
		plain("maintainer", func(f *New) any { return f.Maintainer }),
		plain("purpose", func(f *New) any { return f.Purpose }),
		{Name: "department_code", Fields: []string{"department"}, Value: func(f *New) any { return pg.OrNull(f.Department) }},
		plain("state", func(f *New) any { return cmp.Or(f.State, "intact") }),
		plain("installed_on", func(f *New) any { return pg.OrNull(f.InstalledOn) }),
		{Name: "words", Fields: searched.Fields, All: true, Value: func(f *New) any {
			return find.Words(searched.Texts([]string{f.Name, f.NameEn, f.Place, codes[f], f.Kind})...)
		}},
		{Name: "point", Fields: where, Value: func(f *New) any { return f.Point }},
		{Name: "grid_code", Fields: where, Value: func(f *New) any { g, _ := located(f); return g }},
		{Name: "scope_code", Fields: where, Value: func(f *New) any { _, s := located(f); return s }},
	}
}

// Import merges facilities in the caller's transaction, each in its grid. A row
// with an ID updates that facility and is linked to it; the others are merged by
// source and reference. Of what is there only the given columns change, and
// without Given what people maintain here stays: owner, maintainer, department,
// purpose, state.
func (s *Service) Import(ctx context.Context, tx pgx.Tx, ix *grid.Index, b link.Batch, list []New) (pg.Merged, error) {
	if b.Given == nil {
		b.Given = told
	}
	refs, ids := make([]string, len(list)), make([]uuid.UUID, len(list))
	for i, f := range list {
		if _, ok := Kinds[f.Kind]; !ok && (f.ID == uuid.Nil || b.Has("kind")) {
			return pg.Merged{}, fmt.Errorf("facility %s: unknown kind %q", f.Ref, f.Kind)
		}
		if len(f.Standard) > 0 && f.Point != (orb.Point{}) {
			if err := checkCodes(f.Standard, string(ix.Locate(crs.FromPoint(f.Point)).Scope)); err != nil {
				return pg.Merged{}, err
			}
		}
		refs[i], ids[i] = f.Ref, f.ID
	}
	codes, err := s.plates(ctx, tx, b.Source, refs, ids, list)
	if err != nil {
		return pg.Merged{}, err
	}
	of := func(f *New) (string, uuid.UUID) { return f.Ref, f.ID }
	m, err := link.Merge(ctx, tx, "facility", b, written(ix, codes), of, list)
	if err != nil {
		return m, clash(err)
	}
	if err := s.standards(ctx, tx, b.Source, refs, list); err != nil {
		return m, err
	}
	if m.Fresh+m.Changed == 0 {
		return m, nil
	}
	if err := searched.Reword(ctx, tx, b, m, refs, ids); err != nil {
		return m, err
	}
	return m, link.Announce(ctx, tx, "facility", b, m, of, list)
}

// plates gives each row its code: the one of the facility that is there, the
// file's, or one drawn at random, so that no code tells the next.
func (s *Service) plates(ctx context.Context, q pg.Querier, source string, refs []string, ids []uuid.UUID, list []New) (map[*New]string, error) {
	rows, err := q.Query(ctx, "SELECT id, source, source_ref, code FROM facility WHERE source = $1 AND source_ref = ANY($2) OR id = ANY($3)", source, refs, ids)
	if err != nil {
		return nil, fmt.Errorf("plates: %w", err)
	}
	byRef, byID := map[string]string{}, map[uuid.UUID]string{}
	var id uuid.UUID
	var from, ref, code string
	if _, err := pgx.ForEachRow(rows, []any{&id, &from, &ref, &code}, func() error {
		byID[id] = code
		if from == source {
			byRef[ref] = code
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("plates: %w", err)
	}
	codes := make(map[*New]string, len(list))
	for i := range list {
		f := &list[i]
		switch there := cmp.Or(byID[f.ID], byRef[f.Ref]); {
		case there != "":
			codes[f] = there
		case f.Code != "":
			codes[f] = f.Code.Raw()
		default:
			drawn, err := plate.New(rand.Reader)
			if err != nil {
				return nil, err
			}
			codes[f] = drawn.Raw()
		}
	}
	return codes, nil
}

// standards writes the rows' codes of standards.
func (s *Service) standards(ctx context.Context, tx pgx.Tx, source string, refs []string, list []New) error {
	if !slices.ContainsFunc(list, func(f New) bool { return len(f.Standard) > 0 }) {
		return nil
	}
	met, err := link.Met(ctx, tx, "facility", source, refs)
	if err != nil {
		return err
	}
	codes := map[uuid.UUID]Codes{}
	for _, f := range list {
		id := f.ID
		if id == uuid.Nil {
			id = met[f.Ref]
		}
		if len(f.Standard) > 0 {
			codes[id] = f.Standard
		}
	}
	return putCodes(ctx, tx, codes)
}

func clash(err error) error {
	switch pg.Constraint(err) {
	case "facility_code_uq":
		return fault.New(fault.Conflict, "facility.code", "Another facility has this plate.").Because(err)
	case "facility_department_fk":
		return fault.New(fault.Invalid, "facility.department", "There is no such department.").Because(err)
	}
	return err
}

// Find looks what each row is about: by source and reference, by the plate or by
// a code of a standard, by place: a facility of its kind with its name within
// 50 m, or any of its kind within 2 m.
func (s *Service) Find(ctx context.Context, q pg.Querier, source string, rows []New) ([]link.Found, error) {
	found := make([]link.Found, len(rows))
	refs := make([]string, len(rows))
	var plates, editions, standards []string
	for i, r := range rows {
		refs[i] = r.Ref
		if r.Code != "" {
			plates = append(plates, r.Code.Raw())
		}
		for name, code := range r.Standard {
			editions, standards = append(editions, name), append(standards, code)
		}
	}
	met, err := link.Met(ctx, q, "facility", source, refs)
	if err != nil {
		return nil, err
	}
	coded, err := link.Coded(ctx, q, "facility", plates)
	if err != nil {
		return nil, err
	}
	listed, err := byStandard(ctx, q, editions, standards)
	if err != nil {
		return nil, err
	}
	var spots []link.Spot
	for i, r := range rows {
		if id, ok := met[r.Ref]; ok {
			found[i] = link.Found{ID: id, By: link.BySource}
			continue
		}
		if id, ok := coded[r.Code.Raw()]; ok {
			found[i] = link.Found{ID: id, By: link.ByCode}
			continue
		}
		for name, code := range r.Standard {
			if id, ok := listed[[2]string{name, code}]; ok {
				found[i] = link.Found{ID: id, By: link.ByCode}
			}
		}
		if found[i].ID == uuid.Nil {
			spots = append(spots, link.Spot{Row: i, Kind: r.Kind, Name: r.Name, Point: r.Point})
		}
	}
	return found, link.Beside(ctx, q, "facility", "concat_ws('，', t.code, NULLIF(t.name, ''), NULLIF(t.place, ''))", source, spots, found)
}

func byStandard(ctx context.Context, q pg.Querier, editions, codes []string) (map[[2]string]uuid.UUID, error) {
	met := map[[2]string]uuid.UUID{}
	if len(codes) == 0 {
		return met, nil
	}
	rows, err := q.Query(ctx, "SELECT c.edition, c.code, c.facility_id FROM facility_code c JOIN unnest($1::text[], $2::text[]) AS n (edition, code) ON n.edition = c.edition AND n.code = c.code", editions, codes)
	if err != nil {
		return nil, fmt.Errorf("facilities by standard: %w", err)
	}
	var name, code string
	var id uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&name, &code, &id}, func() error {
		met[[2]string{name, code}] = id
		return nil
	})
	return met, err
}
