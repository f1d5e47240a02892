package region

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/geo/grid"
)

// MakeGrids cuts every community under a region (or the region itself, when it
// is one) into grids of about size metres, and publishes them: a cell that was a grid
// before has its code again, any other a new one. A region that
// ends above the communities gets one street and one community of its own
// shape first, numbered 001, so that its grids have a place in the tree.
func (s *Service) MakeGrids(ctx context.Context, under grid.Code, size float64, dryRun bool) (Published, error) {
	if size < 10 || size > 20000 {
		return Published{}, fault.Newf(fault.Invalid, "grids.size", "A grid of %g m cannot be made: the size must be from 10 to 20000 metres.", size)
	}
	ix := s.Index()
	if _, ok := ix.Ref(under); !ok {
		return Published{}, fault.Newf(fault.NotFound, "region.missing", "There is no region %s; import it first.", under)
	}
	var redraw []grid.Region
	for _, community := range communitiesUnder(ix, under, &redraw) {
		cells, err := grid.Cut(community.Geom, size)
		if err != nil {
			return Published{}, fault.Newf(fault.Invalid, "grids.cut", "%s %s cannot be cut into grids of %g m: %v.", community.Code, community.Name, size, err)
		}
		numbers, err := s.numbers(ctx, ix, community.Code, cells)
		if err != nil {
			return Published{}, err
		}
		for i, cell := range cells {
			redraw = append(redraw, gridOf(community, numbers[i], cell))
		}
	}
	if len(redraw) == 0 {
		return Published{}, fault.Newf(fault.Invalid, "grids.level", "%s is a grid already; name a community or a region above.", under)
	}
	if drawn(ix, redraw) {
		return Published{Edition: ix.Edition()}, nil
	}
	return s.Publish(ctx, Redraw{Source: "grids make", From: ix.Edition(), Regions: redraw, Replace: true, DryRun: dryRun})
}

// numbers gives the cells of a community their numbers: one that is or was a grid
// there has the number it had, others those after the last that was ever given.
func (s *Service) numbers(ctx context.Context, ix *grid.Index, community grid.Code, cells []orb.MultiPolygon) ([]int, error) {
	last, err := lastCode(ctx, s.pool, community)
	if err != nil {
		return nil, pg.Fault(err)
	}
	numbers := make([]int, len(cells))
	if last == "" {
		for i := range cells {
			numbers[i] = i + 1
		}
		return numbers, nil
	}
	rows, err := s.pool.Query(ctx, "SELECT code, name, name_en, geom FROM region_past WHERE parent = $1 AND level = 'grid' AND since <= $2 ORDER BY code, since DESC", string(community), ix.Edition())
	if err != nil {
		return nil, pg.Fault(err)
	}
	had, err := collectRegions(rows)
	if err != nil {
		return nil, err
	}
	for _, ref := range ix.Children(community) {
		r, _ := ix.Region(ref.Code)
		had = append([]grid.Region{r}, had...)
	}
	// A code in force stands for its ground of today, whatever it was before.
	next, used := numberOf(last), map[grid.Code]bool{}
	for i, cell := range cells {
		at := slices.IndexFunc(had, func(r grid.Region) bool {
			_, inForce := ix.Ref(r.Code)
			now, _ := ix.Region(r.Code)
			return !used[r.Code] && orb.Equal(r.Geom, cell) && (!inForce || orb.Equal(now.Geom, cell))
		})
		if at >= 0 {
			used[had[at].Code], numbers[i] = true, numberOf(had[at].Code)
			continue
		}
		if next++; next > mostGrids {
			return nil, fault.Newf(fault.Conflict, "grids.codes", "%v.", errCodesUsedUp(community))
		}
		numbers[i] = next
	}
	return numbers, nil
}

// mostGrids is how many grids a community may ever have.
const mostGrids = 999

// numberOf is the number that a grid's code ends in.
func numberOf(code grid.Code) int {
	n, _ := strconv.Atoi(string(code[len(code)-3:])) // digits, by the rule of codes
	return n
}

// drawn says that the regions are in force already, and under each of their
// communities no grid besides: the same cut again is no redraw.
func drawn(ix *grid.Index, redraw []grid.Region) bool {
	grids := map[grid.Code]int{}
	for _, r := range redraw {
		had, ok := ix.Region(r.Code)
		if !ok || had.Name != r.Name || had.NameEn != r.NameEn || !orb.Equal(had.Geom, r.Geom) {
			return false
		}
		grids[r.Code.Parent()]++
	}
	for community, n := range grids {
		if len(ix.Children(community)) != n {
			return false
		}
	}
	return true
}

// communitiesUnder walks down from a region; levels missing below a leaf are
// made from the leaf's own polygon and added to made.
func communitiesUnder(ix *grid.Index, code grid.Code, made *[]grid.Region) []grid.Region {
	r, _ := ix.Region(code)
	if code.Level() == grid.Community {
		return []grid.Region{r}
	}
	if code.Level() == grid.Grid {
		return nil
	}
	children := ix.Children(code)
	if len(children) == 0 {
		for r.Code.Level() != grid.Community {
			r.Code = next(r.Code)
			*made = append(*made, r)
		}
		return []grid.Region{r}
	}
	var list []grid.Region
	for _, child := range children {
		list = append(list, communitiesUnder(ix, child.Code, made)...)
	}
	return list
}

// next is the first code one level below.
func next(code grid.Code) grid.Code {
	below := grid.Levels()[code.Level().Order()+1]
	return grid.Code(fmt.Sprintf("%s%0*d", code, below.Digits()-len(code), 1))
}

func gridOf(community grid.Region, n int, cell orb.MultiPolygon) grid.Region {
	g := grid.Region{
		Code: grid.Code(fmt.Sprintf("%s%03d", community.Code, n)),
		Name: fmt.Sprintf("%s%02d网格", strings.TrimSuffix(community.Name, "社区"), n),
		Geom: cell,
	}
	if community.NameEn != "" {
		g.NameEn = fmt.Sprintf("%s grid %02d", strings.TrimSuffix(community.NameEn, " Community"), n)
	}
	return g
}
