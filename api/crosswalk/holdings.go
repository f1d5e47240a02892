package crosswalk

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/pg"
	"onemap/geo/crs"
	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// view is a drawing as somebody may see it.
type view struct {
	*drawing
	sight actor.Scope
	held  holdings
}

// sees says whether ground of a grid is within the actor's area; ground of no grid
// is for those who see the whole place.
func (v *view) sees(g int) bool {
	if g < 0 {
		return v.sight.Holds(v.scope, "")
	}
	return v.sight.Holds(string(v.grids[g].Code), "")
}

// holdings is what lies where: each thing once, at its point.
type holdings struct {
	exact     bool // people are counted by house; otherwise in protected groups
	buildings []orb.Point
	people    []orb.Point // with how many each
	many      []int64
	cases     []orb.Point
}

// Counts is what lies on some ground.
type Counts struct {
	Buildings int64 `json:"buildings"`
	People    int64 `json:"people" doc:"Exact for those who keep people's records in the whole place; for others, of whole groups of ten and more."`
	Cases     int64 `json:"cases" doc:"Open ones that the reader may see."`
}

func (c *Counts) add(o Counts) {
	c.Buildings += o.Buildings
	c.People += o.People
	c.Cases += o.Cases
}

// hold reads what lies under a place, as far as the actor may count it.
func (s *Service) hold(ctx context.Context, place string, sight actor.Scope) (h holdings, err error) {
	a := actor.From(ctx)
	h.exact = a.IsCommand() || a.People().Holds(place, "")
	o := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, s.Pool, o, func(tx pgx.Tx) error {
		args := pgx.NamedArgs{}
		rows, err := tx.Query(ctx, "SELECT id, point FROM building b WHERE "+actor.Within("b.scope_code", place, "place", args)+" ORDER BY id", args)
		if err != nil {
			return err
		}
		var ids []uuid.UUID
		var id uuid.UUID
		var at orb.Point
		if _, err := pgx.ForEachRow(rows, []any{&id, &at}, func() error {
			ids, h.buildings = append(ids, id), append(h.buildings, at)
			return nil
		}); err != nil {
			return err
		}
		if h.exact {
			lives, err := s.Residents.Residents(ctx, tx, ids)
			if err != nil {
				return err
			}
			for i, id := range ids {
				if n := lives[id]; n > 0 {
					h.people, h.many = append(h.people, h.buildings[i]), append(h.many, n)
				}
			}
		}
		scope := a.Cases()
		if a.IsCommand() {
			scope = actor.Everywhere()
		}
		args = pgx.NamedArgs{}
		where := actor.Within("c.scope_code", place, "place", args) + " AND " + scope.Where("c.scope_code", "c.department_code", args)
		rows, err = tx.Query(ctx, "SELECT point FROM case_file c WHERE state NOT IN ('closed', 'rejected') AND "+where, args)
		if err != nil {
			return err
		}
		h.cases, err = pgx.CollectRows(rows, pgx.RowTo[orb.Point])
		return err
	})
	if err != nil || h.exact {
		return h, pg.Fault(err)
	}
	groups, err := s.Protected.Groups(ctx)
	for _, g := range groups {
		// A group that is partly from elsewhere would tell of there.
		if !slices.ContainsFunc(g.Codes, func(c string) bool { return !strings.HasPrefix(c, place) || !sight.Holds(c, "") }) {
			h.people, h.many = append(h.people, g.At), append(h.many, int64(g.People))
		}
	}
	return h, err
}

// byPiece counts what lies on each piece.
func (v *view) byPiece() []Counts {
	list := make([]Counts, len(v.pieces))
	v.locate(v.held.buildings, func(_, piece int) { list[piece].Buildings++ })
	v.locate(v.held.people, func(i, piece int) { list[piece].People += v.held.many[i] })
	v.locate(v.held.cases, func(_, piece int) { list[piece].Cases++ })
	return list
}

func (v *view) locate(points []orb.Point, found func(i, piece int)) {
	at, in := make([]lattice.Node, len(points)), make([]int32, len(points))
	for i, p := range points {
		at[i], _ = lattice.On(p[0], p[1])
	}
	v.table.OwnerAll(at, in)
	for i, piece := range in {
		if piece >= 0 {
			found(i, int(piece))
		}
	}
}

// pair is a cell of a net and a grid of ours; -1 is none.
type pair struct{ cell, grid int }

// byPair counts what lies in each cell of a net and grid: the grid by the rule of
// borders, the cells those that hold the place, all of them.
func (v *view) byPair(net int) map[pair]Counts {
	counts := map[pair]Counts{}
	note := func(points []orb.Point, c func(i int) Counts) {
		places, in := make([]crs.WGS84, len(points)), make([]grid.Place, len(points))
		for i, p := range points {
			places[i] = crs.FromPoint(p)
		}
		v.ix.LocateAll(places, in)
		var owners []int32
		for i, p := range points {
			g, known := v.number[in[i].Grid]
			if !known {
				g = -1
			}
			at, _ := lattice.On(p[0], p[1])
			owners = v.nets[net].owners.Owners(at, owners[:0])
			for _, o := range owners {
				sum := counts[pair{int(o), g}]
				sum.add(c(i))
				counts[pair{int(o), g}] = sum
			}
		}
	}
	note(v.held.buildings, func(int) Counts { return Counts{Buildings: 1} })
	note(v.held.people, func(i int) Counts { return Counts{People: v.held.many[i]} })
	note(v.held.cases, func(int) Counts { return Counts{Cases: 1} })
	return counts
}
