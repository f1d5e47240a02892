package region

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/geo/grid"
	"onemap/geo/parcel"
)

// Terrain tells what lies in a box that grids are to be cut in.
type Terrain struct {
	Barriers   func(ctx context.Context, q pg.Querier, box orb.Bound, along []string) ([]parcel.Line, error)
	Footprints func(ctx context.Context, q pg.Querier, box orb.Bound) ([]orb.MultiPolygon, error)
	Households func(ctx context.Context, q pg.Querier, box orb.Bound) ([]parcel.Load, error)
	Cases      func(ctx context.Context, q pg.Querier, box orb.Bound) ([]parcel.Load, error)
}

// Surveys tells the service what it cuts grids along and around; called once, at start.
func (s *Service) Surveys(t Terrain) { s.terrain = t }

// Cutting is how grids are to be cut.
type Cutting struct {
	Along   []string      `json:"along,omitempty" enum:"roads,rivers,walls" doc:"What of the map the borders are to follow; roads are railways, too. When not given, all."`
	Target  string        `json:"target" enum:"area,households,cases" doc:"What each grid is to have as much of."`
	Much    float64       `json:"much" exclusiveMinimum:"0" maximum:"100000000" doc:"How much: square metres, households, cases."`
	Workers int           `json:"workers,omitempty" minimum:"0" maximum:"999" doc:"How many share the grids of each community: contiguous areas of work of much the same load. 0 when nobody asks."`
	Lines   []parcel.Line `json:"-"` // besides those of the map
}

// title is what a draft that comes of cutting is called when nobody names it: how
// it was cut, which the page says in the language of its reader.
func (c Cutting) title() string {
	return "grids make " + c.Target + "=" + strconv.FormatFloat(c.Much, 'f', -1, 64)
}

// Spread is how something is spread over grids.
type Spread struct {
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	Max    float64 `json:"max"`
	CV     float64 `json:"cv" doc:"Standard deviation over mean."`
	Peak   float64 `json:"peak" doc:"Maximum over mean."`
}

// CutCell is a grid that was cut.
type CutCell struct {
	Code    string  `json:"code"`
	Area    float64 `json:"area_m2"`
	Load    float64 `json:"load" doc:"Of what is wanted."`
	Work    int     `json:"work" doc:"The area of work in its community, from 1; 0 when nobody asked."`
	Why     string  `json:"why" enum:",one_building,no_way,hemmed_in,full,strips,little" doc:"Why it is far from what is wanted: one building alone has more; buildings leave no way through; barriers on all sides; no neighbour has room for it; the ground between carriageways or tracks beside it is in it; the whole community has less."`
	Crossed float64 `json:"crossed_m" doc:"Metres of expressway, railway or river that run through it."`
	geom    orb.MultiPolygon
}

// CutReport says what came of cutting.
type CutReport struct {
	Communities int       `json:"communities"`
	Grids       int       `json:"grids"`
	Lines       int       `json:"lines" doc:"Lines that reach into the place."`
	Sliced      int       `json:"buildings_cut" doc:"Buildings that a border between grids goes through: none."`
	Detours     int       `json:"detours" doc:"Buildings that a line goes through, which the borders go round."`
	Straddling  int       `json:"straddling" doc:"Buildings that the border of a community goes through."`
	Crossed     float64   `json:"crossed_m" doc:"The longest stretch of expressway, railway or river in one grid, in metres."`
	CrossedIn   string    `json:"crossed_in" doc:"That grid's code, or empty."`
	Area        Spread    `json:"area_m2"`
	Load        Spread    `json:"load"`
	Work        *Spread   `json:"work" doc:"Load of the areas of work, or null when nobody asked; cv and peak against the mean of their community."`
	Off         []CutCell `json:"off" doc:"Grids that are far from what is wanted, and why."`
	Cells       []CutCell `json:"cells"`
	Charges     []Charge  `json:"charges" doc:"Who of the workers of each community would take which of its grids: whoever has the most of the ground today, load balanced. A proposal: nothing is given by it. Empty where no worker is known, who holds the role on the community or a grid of it."`
}

// Cuts is what came of cutting a place: nothing is kept yet.
type Cuts struct {
	Report CutReport
	made   []grid.Region // levels that were missing
	cuts   []cutOf
}

type cutOf struct {
	community grid.Region
	plan      parcel.Plan
}

// PlanCuts cuts every community under a place along what runs there, never
// through a building, and keeps nothing. It takes seconds for tens of thousands of
// buildings and ends early when the context does.
func (s *Service) PlanCuts(ctx context.Context, under grid.Code, c Cutting) (Cuts, error) {
	if _, err := s.place(ctx, under); err != nil {
		return Cuts{}, err
	}
	if c.Target != "area" && c.Target != "households" && c.Target != "cases" || !(c.Much > 0) {
		return Cuts{}, fault.Newf(fault.Invalid, "cuts.target", "Grids are cut by area, households or cases, and by how much; not by %q of %g.", c.Target, c.Much)
	}
	if c.Target == "area" && c.Much < 100 {
		return Cuts{}, fault.Newf(fault.Invalid, "cuts.target", "A grid of %g m² cannot be made: it takes 100 m² at least.", c.Much)
	}
	var out Cuts
	ix := s.Index()
	known := 0.0
	for _, community := range communitiesUnder(ix, under, &out.made) {
		plan, err := s.cutOne(ctx, community, c)
		if err != nil {
			return out, err
		}
		for _, cell := range plan.Cells {
			known += cell.Load
		}
		out.cuts = append(out.cuts, cutOf{community, plan})
	}
	if known == 0 {
		return out, fault.Newf(fault.Invalid, "cuts.nothing", "No %s are known in %s; import them first, or cut by area.", c.Target, under)
	}
	return out, nil
}

// cutOne cuts a community.
func (s *Service) cutOne(ctx context.Context, community grid.Region, c Cutting) (parcel.Plan, error) {
	r := parcel.Region{Geom: community.Geom, Lines: slices.Clone(c.Lines)}
	w := parcel.Wanted{Workers: c.Workers}
	box := community.Geom.Bound()
	along := c.Along
	if along == nil {
		along = []string{"roads", "rivers", "walls"}
	}
	lines, err := s.terrain.Barriers(ctx, s.pool, box, along)
	if err != nil {
		return parcel.Plan{}, err
	}
	r.Lines = append(r.Lines, lines...)
	if r.Buildings, err = s.terrain.Footprints(ctx, s.pool, box); err != nil {
		return parcel.Plan{}, pg.Fault(err)
	}
	switch c.Target {
	case "area":
		w.Area = c.Much
	case "households":
		w.Load = c.Much
		r.Loads, err = s.terrain.Households(ctx, s.pool, box)
	case "cases":
		w.Load = c.Much
		r.Loads, err = s.terrain.Cases(ctx, s.pool, box)
	}
	if err != nil {
		return parcel.Plan{}, pg.Fault(err)
	}
	plan, err := parcel.Cut(ctx, r, w)
	switch {
	case err != nil && ctx.Err() != nil:
		return plan, fault.New(fault.Unavailable, "cuts.time", "Cutting took too long and was broken off; ask for a smaller place, or for larger grids.")
	case err != nil:
		return plan, fault.Newf(fault.Invalid, "cuts.cut", "%s %s cannot be cut: %v.", community.Code, community.Name, err)
	}
	return plan, nil
}

// draw puts the cells into a drawing. A cell that is a grid already keeps its
// code; the others get the next by rule, in reading order; the grids that are not
// among them go away.
func (c *Cuts) draw(d *drawing) error {
	for _, r := range c.made {
		d.draw(r)
	}
	c.Report.Cells = nil
	for _, of := range c.cuts {
		had := d.children(of.community.Code)
		kept := make([]grid.Code, len(of.plan.Cells))
		stays := map[grid.Code]bool{}
		for i, cell := range of.plan.Cells {
			for _, r := range had {
				if orb.Equal(r.Geom, cell.Geom) {
					kept[i], stays[r.Code] = r.Code, true
				}
			}
		}
		for i, cell := range of.plan.Cells {
			code := kept[i]
			if code == "" {
				var err error
				if code, err = d.next(of.community.Code); err != nil {
					return fault.Newf(fault.Conflict, "cuts.codes", "%v.", err)
				}
				d.draw(d.titled(code, cell.Geom))
			}
			c.Report.Cells = append(c.Report.Cells, CutCell{
				Code: string(code), Area: cell.Area, Load: cell.Load, Work: cell.Work, Why: string(cell.Why), Crossed: cell.Crossed[parcel.Barrier], geom: cell.Geom,
			})
		}
		for _, r := range had {
			if !stays[r.Code] {
				d.remove(r.Code)
			}
		}
	}
	c.report()
	return nil
}

// CutDraft cuts the communities under a place and puts the grids into a new
// draft, which a person looks at, changes and publishes.
func (s *Service) CutDraft(ctx context.Context, under grid.Code, c Cutting, id uuid.UUID, name, key string) (Draft, CutReport, error) {
	cuts, err := s.PlanCuts(ctx, under, c)
	if err != nil {
		return Draft{}, CutReport{}, err
	}
	if err := cuts.draw(s.drawingOf(ctx, under, s.Index(), nil)); err != nil { // before there is a draft
		return Draft{}, cuts.Report, err
	}
	if name == "" {
		name = c.title()
	}
	draft, err := s.Begin(ctx, under, id, name, key)
	if err != nil {
		return draft, cuts.Report, err
	}
	draft, err = s.change(ctx, under, draft.ID, draft.Rev, func(tx pgx.Tx, _ *Draft, parts []Part) error {
		d := s.drawingOf(ctx, under, s.Index(), parts)
		if err := cuts.draw(d); err != nil {
			return err
		}
		if len(d.parts) > mostParts {
			return fault.Newf(fault.Invalid, "draft.large", "A draft changes %d regions at most; this one would change %d.", mostParts, len(d.parts))
		}
		return writeParts(ctx, tx, draft.ID, parts, d)
	})
	if err == nil {
		err = s.charge(ctx, &cuts)
	}
	return draft, cuts.Report, err
}

// charge proposes workers for the grids of a report, community by community.
func (s *Service) charge(ctx context.Context, c *Cuts) error {
	c.Report.Charges = []Charge{}
	cells := c.Report.Cells
	for _, of := range c.cuts {
		n := len(of.plan.Cells)
		charges, err := s.chargesOf(ctx, of.community.Code, cells[:n])
		if err != nil {
			return err
		}
		c.Report.Charges = append(c.Report.Charges, charges...)
		cells = cells[n:]
	}
	return nil
}

// CutPreview cuts and keeps nothing: the report, and in it what the grids would be.
func (s *Service) CutPreview(ctx context.Context, under grid.Code, c Cutting) (CutReport, error) {
	cuts, err := s.PlanCuts(ctx, under, c)
	if err != nil {
		return CutReport{}, err
	}
	if err = cuts.draw(s.drawingOf(ctx, under, s.Index(), nil)); err == nil {
		err = s.charge(ctx, &cuts)
	}
	return cuts.Report, err
}

// CutGrids cuts, and publishes where no grids are yet; where some are, what came
// of it is a draft.
func (s *Service) CutGrids(ctx context.Context, under grid.Code, c Cutting, id uuid.UUID) (Draft, Published, CutReport, error) {
	ix := s.Index()
	var made []grid.Region
	for _, community := range communitiesUnder(ix, under, &made) {
		if len(ix.Children(community.Code)) > 0 {
			draft, report, err := s.CutDraft(ctx, under, c, id, "", "")
			return draft, Published{}, report, err
		}
	}
	cuts, err := s.PlanCuts(ctx, under, c)
	if err != nil {
		return Draft{}, Published{}, CutReport{}, err
	}
	d := s.drawingOf(ctx, under, ix, nil)
	if err := cuts.draw(d); err != nil {
		return Draft{}, Published{}, cuts.Report, err
	}
	if err := s.charge(ctx, &cuts); err != nil {
		return Draft{}, Published{}, cuts.Report, err
	}
	put, _ := d.redraw()
	done, err := s.Publish(ctx, Redraw{Source: "grids make", From: ix.Edition(), Regions: put})
	return Draft{}, done, cuts.Report, err
}
