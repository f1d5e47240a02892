package region

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/pg"
	"onemap/geo/grid"
)

// Charge is the grids of a community that a worker is proposed for. A worker of a
// grid is who holds that role on it; nothing is given or taken by a proposal.
type Charge struct {
	Community string        `json:"community"`
	Login     string        `json:"login"`
	Name      string        `json:"name"`
	Load      float64       `json:"load" doc:"Of what the cut was to balance; square metres where there is nothing of it."`
	Grids     []ChargedGrid `json:"grids"`
}

// ChargedGrid is a grid that a worker would take.
type ChargedGrid struct {
	Code string  `json:"code"`
	Load float64 `json:"load"`
	Kept float64 `json:"kept" doc:"The part of its ground that lies in grids of the worker's today, 0 to 1."`
}

// toCharge is a grid for which a worker is looked for.
type toCharge struct {
	code   string
	load   float64
	middle orb.Point
	today  []float64 // the part of its ground that each worker has today
}

// fairly is how much of an even load a worker may have by what they have today.
const fairly = 1.25

// share finds a worker for each grid: whoever has the most of its ground today,
// the surest first, as long as their load stays fair; the others go, one after
// the other, to whoever has the least, the grid nearest to their own first; who has
// none begins far from the others.
func share(grids []toCharge, workers int) []int {
	taken := make([]int, len(grids))
	loads := make([]float64, workers)
	middles := make([]orb.Point, workers) // sums
	counts := make([]float64, workers)
	var due float64
	rest := make([]int, len(grids))
	for i, g := range grids {
		due += g.load / float64(workers)
		rest[i], taken[i] = i, -1
	}
	take := func(i, w int) {
		taken[i] = w
		loads[w] += grids[i].load
		counts[w]++
		middles[w][0] += grids[i].middle[0]
		middles[w][1] += grids[i].middle[1]
	}
	away := func(p orb.Point, w int) float64 { // from the middle of what a worker has
		return math.Hypot((p[0]-middles[w][0]/counts[w])*math.Cos(p[1]*math.Pi/180), p[1]-middles[w][1]/counts[w])
	}
	most := func(i int) float64 { return slices.Max(grids[i].today) }
	slices.SortStableFunc(rest, func(a, b int) int {
		return cmp.Or(cmp.Compare(most(b), most(a)), cmp.Compare(grids[b].load, grids[a].load))
	})
	for _, i := range rest {
		w := slices.Index(grids[i].today, most(i))
		if most(i) > 0 && (counts[w] == 0 || loads[w]+grids[i].load <= fairly*due) {
			take(i, w)
		}
	}
	for {
		w := slices.Index(loads, slices.Min(loads))
		next, best := -1, math.Inf(1)
		for i, g := range grids {
			if taken[i] >= 0 {
				continue
			}
			var far float64
			if counts[w] > 0 {
				far = away(g.middle, w)
			} else { // begins where nobody else is
				far = -math.MaxFloat64
				for other := range counts {
					if counts[other] > 0 {
						far = max(far, -away(g.middle, other))
					}
				}
			}
			if far < best {
				next, best = i, far
			}
		}
		if next < 0 {
			return taken
		}
		take(next, w)
	}
}

// chargesOf proposes workers for the grids that a community is cut into, of those
// who hold the role on the community or on grids of it today; for a time as
// somebody's deputy does not count. Without any, nothing is proposed.
func (s *Service) chargesOf(ctx context.Context, community grid.Code, cells []CutCell) ([]Charge, error) {
	if s.grants == nil || len(cells) == 0 {
		return nil, nil
	}
	scopes := []string{string(community)}
	for _, ref := range s.Index().Children(community) {
		scopes = append(scopes, string(ref.Code))
	}
	held, err := s.grants.GrantsOn(ctx, s.pool, scopes)
	if err != nil {
		return nil, pg.Fault(err)
	}
	var charges []Charge
	of := map[string][]int{} // the workers of each grid
	for _, g := range held {
		if g.Role != string(actor.Worker) || g.Deputy {
			continue
		}
		w := slices.IndexFunc(charges, func(c Charge) bool { return c.Login == g.Login })
		if w < 0 {
			w = len(charges)
			charges = append(charges, Charge{Community: string(community), Login: g.Login, Name: g.Name, Grids: []ChargedGrid{}})
		}
		if grid.Code(g.Scope).Level() == grid.Grid {
			of[g.Scope] = append(of[g.Scope], w)
		}
	}
	if len(charges) == 0 {
		return nil, nil
	}
	grids := make([]toCharge, len(cells))
	var load float64
	for i, c := range cells {
		grids[i] = toCharge{code: c.Code, load: c.Load, middle: c.geom.Bound().Center(), today: make([]float64, len(charges))}
		load += c.Load
	}
	for i, c := range cells {
		if load == 0 {
			grids[i].load = c.Area
		}
	}
	if err := s.groundToday(ctx, cells, of, grids); err != nil {
		return nil, pg.Fault(err)
	}
	for i, w := range share(grids, len(charges)) {
		g, c := grids[i], &charges[w]
		c.Load += g.load
		c.Grids = append(c.Grids, ChargedGrid{Code: g.code, Load: g.load, Kept: g.today[w]})
	}
	slices.SortStableFunc(charges, func(a, b Charge) int { return strings.Compare(a.Login, b.Login) })
	return charges, nil
}

// groundToday measures what part of each cell lies in the grids of each worker. It
// is of degrees; cells are small enough for that to be the part of the ground.
func (s *Service) groundToday(ctx context.Context, cells []CutCell, of map[string][]int, grids []toCharge) error {
	if len(of) == 0 {
		return nil
	}
	var codes []string
	for code := range of {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	var b pgx.Batch
	for i, c := range cells {
		b.Queue(`
SELECT r.code, ST_Area(ST_Intersection(ST_MakeValid(r.geom), c.geom)) / ST_Area(c.geom)
FROM region r, (SELECT ST_MakeValid($1::geometry) AS geom) c WHERE r.code = ANY ($2) AND r.geom && c.geom`, orb.Geometry(c.geom), codes).Query(func(rows pgx.Rows) error {
			var code string
			var part float64
			_, err := pgx.ForEachRow(rows, []any{&code, &part}, func() error {
				for _, w := range of[code] {
					grids[i].today[w] += part
				}
				return nil
			})
			return err
		})
	}
	return s.pool.SendBatch(ctx, &b).Close()
}
