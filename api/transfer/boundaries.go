package transfer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/transfer/table"
	"onemap/geo/ewkb"
	"onemap/geo/grid"
)

// regions takes a file of regions in: sound ones together, since a redraw is one
// act, broken ones are refused and listed.
func (r *runner) regions(ctx context.Context, f *table.File, proj projection) error {
	under := grid.Code(r.run.Mapping.Under)
	if under == "" && r.run.Mapping.City != "" {
		under = grid.Code(r.run.Mapping.City)
	}
	var list []grid.Region
	seen := lines{}
	told, err := r.rows(f, func(x *record, number int64) error {
		g, err := r.boundary(ctx, proj, x, under, int(number))
		if err != nil {
			return err
		}
		seen.once(x, string(g.Code))
		if len(x.refused) == 0 {
			seen[string(g.Code)] = x.line
			list = append(list, g)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if told.Read == 0 {
		return fault.New(fault.Invalid, "import.empty", "The file holds no regions.")
	}
	return r.settle(ctx, list, told)
}

// settle takes the file's regions in, in one transaction, and counts what became
// of them.
func (r *runner) settle(ctx context.Context, list []grid.Region, told Told) error {
	city, err := r.city(list)
	if err != nil {
		return err
	}
	var next *grid.Index
	err = pg.InTx(ctx, r.Pool, func(tx pgx.Tx) error {
		told := told
		if err := hold(ctx, tx, r.run); err != nil {
			return err
		}
		done, err := r.bring(actor.With(ctx, r.run.actor), tx, r.batch.Source, r.run.FileName, city, list)
		if err != nil {
			return err
		}
		told.Fresh, told.Changed, told.Unchanged, told.Draft, next = done.fresh, done.changed, done.unchanged, done.draft, done.next
		if told.Draft != nil && r.run.DryRun {
			told.Draft.ID = ""
		}
		if told.Bytes, err = r.out.flush(); err != nil {
			return err
		}
		r.run.Told = told
		if r.run.DryRun {
			return errDry
		}
		return r.advance(ctx, tx, r.run, told.Read, told)
	})
	if errors.Is(err, errDry) {
		_, err = r.Pool.Exec(ctx, "UPDATE import_run SET counts = $2, updated_at = $3 WHERE id = $1", r.run.ID, r.run.Told, r.Now())
		return err
	}
	if err == nil {
		r.run.Position = r.run.Told.Read
		if next != nil {
			r.Regions.Adopt(next)
		}
	}
	return err
}

// city is the union of the regions, when the mapping asks for a city that there is not.
func (r *runner) city(list []grid.Region) ([]grid.Region, error) {
	code := grid.Code(r.run.Mapping.City)
	if code == "" || len(list) == 0 {
		return nil, nil
	}
	if _, err := grid.ParseCode(string(code)); err != nil || code.Level() != grid.City {
		return nil, fault.Newf(fault.Invalid, "import.city", "%q is no city code: want 4 digits.", code)
	}
	if _, there := r.Regions.Index().Ref(code); there {
		return nil, nil
	}
	parts := make([]orb.MultiPolygon, len(list))
	for i, g := range list {
		parts[i] = g.Geom
	}
	whole, err := grid.Union(parts)
	if err != nil {
		return nil, fault.Newf(fault.Invalid, "import.city", "The regions cannot be joined into a city: %v.", err)
	}
	name := r.run.Mapping.CityName
	if name == "" {
		name = string(code)
	}
	return []grid.Region{{Code: code, Name: name, NameEn: r.run.Mapping.CityName, Geom: whole}}, nil
}

// boundary makes a region of a record, or notes in it why not.
func (r *runner) boundary(ctx context.Context, proj projection, x *record, under grid.Code, number int) (grid.Region, error) {
	g := grid.Region{Name: x.text("name"), NameEn: x.text("name_en")}
	var err error
	switch given := x.text("code"); {
	case given != "":
		g.Code, err = regionCode(given, strings.ToLower(x.text("level")))
	default:
		g.Code, err = numbered(under, number)
	}
	if err != nil {
		x.refuse("code", err.Error())
	}
	var had grid.Ref
	if x.text("code") != "" { // what a file does not say of a region in force stays
		had, _ = r.Regions.Index().Ref(g.Code)
	}
	g.Name, g.NameEn = cmp.Or(g.Name, had.Name, string(g.Code)), cmp.Or(g.NameEn, had.NameEn)
	if r.run.Scope != nil && !within(string(g.Code), r.run.Scope) && len(x.refused) == 0 {
		x.refuse("code", "lies outside your jurisdiction")
	}
	g.Geom, err = r.outline(ctx, proj, x)
	return g, err
}

// numbered is the n-th code under a region.
func numbered(under grid.Code, n int) (grid.Code, error) {
	if under == "" {
		return "", errors.New("no code: name the column that holds it, or number the rows under a region (--under)")
	}
	if under.Level() == grid.Grid {
		return "", errors.New("nothing lies under a grid")
	}
	below := grid.Levels()[under.Level().Order()+1]
	code := fmt.Sprintf("%s%0*d", under, below.Digits()-len(under), n)
	if len(code) > below.Digits() {
		return "", fmt.Errorf("is number %d, more than the %d digits of a %s under %s can count", n, below.Digits()-len(under), below, under)
	}
	return grid.ParseCode(code)
}

func shapeBytes(g orb.Geometry) ([]byte, error) { return ewkb.Marshal(g, 4326) }
