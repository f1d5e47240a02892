package transfer

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/crosswalk"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/transfer/table"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// cells takes a file of another department's grids in. The sound ones become the
// whole net in one transaction; broken ones, and those that lie elsewhere, are
// refused and listed.
func (r *runner) cells(ctx context.Context, f *table.File, proj projection) error {
	n, err := r.netOf(ctx)
	if err != nil {
		return err
	}
	ix := r.Regions.Index()
	place, _ := ix.Region(grid.Code(n.Scope))
	var list []crosswalk.Cell
	seen := lines{}
	told, err := r.rows(f, func(x *record, _ int64) error {
		c := crosswalk.Cell{Code: x.text("code"), Name: x.text("name")}
		var err error
		if c.Geom, err = r.outline(ctx, proj, x); err != nil {
			return err
		}
		if wrong := crosswalk.CheckCode(c.Code); wrong != "" && c.Code != "" { // what is empty is refused already
			x.refuse("code", wrong)
		}
		seen.once(x, c.Code)
		if len(x.refused) == 0 && !reaches(ix, place, c.Geom) {
			x.refuse("geometry", fmt.Sprintf("lies outside of %s %s", place.Code, place.Name))
		}
		if len(x.refused) == 0 {
			seen[c.Code] = x.line
			list = append(list, c)
		}
		return nil
	})
	if err != nil {
		return err
	}
	switch {
	case told.Read == 0:
		return fault.New(fault.Invalid, "import.empty", "The file holds no grids.")
	case len(list) == 0:
		r.run.Told = told
		if r.run.Told.Bytes, err = r.out.flush(); err != nil {
			return err
		}
		return fault.New(fault.Invalid, "import.cells", "No row can be taken, so the net stays as it is; each row's reason is listed.")
	}
	return r.replace(ctx, n, list, told)
}

// replace puts cells in the place of a net's own and counts what became of them.
func (r *runner) replace(ctx context.Context, n crosswalk.Net, list []crosswalk.Cell, told Told) error {
	err := pg.InTx(ctx, r.Pool, func(tx pgx.Tx) error {
		told := told
		if err := hold(ctx, tx, r.run); err != nil {
			return err
		}
		taken, err := r.Nets.Take(ctx, tx, n.ID, list, r.run.FileName, cmp.Or(r.run.By, actor.From(ctx).Name))
		if err != nil {
			return err
		}
		told.Fresh, told.Changed, told.Unchanged = taken.Fresh, taken.Changed, taken.Unchanged
		if taken.Fresh+taken.Changed+taken.Dropped > 0 {
			audit.Note(ctx, "import", r.run.ID.String())
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
	}
	return err
}

// netOf is the net that a run's mapping names, of a place where the run may write.
func (r *runner) netOf(ctx context.Context) (crosswalk.Net, error) {
	id, err := uuid.Parse(r.run.Mapping.Net)
	if err != nil {
		return crosswalk.Net{}, fault.New(fault.Invalid, "import.net", "Say which net these grids are of.")
	}
	n, err := r.Nets.Of(ctx, r.Pool, id)
	if err == nil && r.run.Scope != nil && !within(n.Scope, r.run.Scope) {
		return crosswalk.Net{}, fault.Missing("net")
	}
	return n, err
}

// outline is the polygon of a record in WGS84, or noted in it why there is none.
func (r *runner) outline(ctx context.Context, proj projection, x *record) (orb.MultiPolygon, error) {
	if x.geom == nil {
		reason := "has no geometry, want a polygon"
		if x.located {
			reason = "is a Point, want a polygon"
		}
		x.located = false // a point is not turned into a place here
		x.refuse("geometry", reason)
		return nil, nil
	}
	turned, why, err := proj.geometries(ctx, []orb.Geometry{x.geom})
	if err != nil {
		return nil, err
	}
	if why[0] != "" {
		x.refuse("geometry", why[0])
		return nil, nil
	}
	var geom orb.MultiPolygon
	switch shape := turned[0].(type) {
	case orb.Polygon:
		geom = orb.MultiPolygon{shape}
	case orb.MultiPolygon:
		geom = shape
	default:
		x.refuse("geometry", "is a "+turned[0].GeoJSONType()+", want a polygon")
		return nil, nil
	}
	if broken := fatal(geom); len(broken) > 0 {
		x.at, x.located = broken[0].Place, true
		x.refuse("geometry", sentences(broken))
	}
	return geom, nil
}

// reaches says whether a polygon has ground in a region: a corner of either lies in
// the other, or the middle of the polygon's box in the region.
func reaches(ix *grid.Index, place grid.Region, geom orb.MultiPolygon) bool {
	if !geom.Bound().Intersects(place.Geom.Bound()) {
		return false
	}
	in := func(p orb.Point) bool {
		at := ix.Locate(crs.FromPoint(p))
		return !at.Outside && at.Scope.Within(place.Code)
	}
	if in(geom.Bound().Center()) {
		return true
	}
	for _, poly := range geom {
		for _, ring := range poly {
			for _, p := range ring {
				if in(p) {
					return true
				}
			}
		}
	}
	one, err := grid.NewIndex(0, []grid.Region{{Code: place.Code, Geom: geom}})
	if err != nil {
		return false
	}
	for _, poly := range place.Geom {
		for _, p := range poly[0] {
			if !one.Locate(crs.FromPoint(p)).Outside {
				return true
			}
		}
	}
	return false
}
