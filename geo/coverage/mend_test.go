package coverage

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/grid/gridtest"
	"onemap/geo/lattice"
)

// spoilt is a random town with random faults, and the grids they were put into.
func spoilt(seed uint64, side, faults int) (w town, grids []Polygon, where []int) {
	rng := rand.New(rand.NewPCG(seed, 7))
	w = townOf(gridtest.Town{Side: side, Step: step, X: west, Y: south, Seed: int(seed)})
	grids = slices.Clone(w.grids)
	var drop []int
	for range faults {
		k := rng.IntN(len(w.grids))
		if slices.Contains(where, k) {
			continue
		}
		where = append(where, k)
		grids[k] = cloned(grids[k])
		ring := grids[k].Geom[0][0]
		move := func(i int, by int32) {
			to := orb.Point{
				ring[i][0] + float64(rng.Int32N(2*by+1)-by)/lattice.PerDegree,
				ring[i][1] + float64(rng.Int32N(2*by+1)-by)/lattice.PerDegree,
			}
			if ring[i] = to; i == 0 {
				ring[len(ring)-1] = to
			}
		}
		switch rng.IntN(10) {
		case 0:
			drop = append(drop, k)
		case 1:
			grids = append(grids, Polygon{fmt.Sprintf("Z%d", k), grids[k].Geom.Clone()})
		case 2, 3:
			move(rng.IntN(len(ring)-1), []int32{3, 20, 300, 1500}[rng.IntN(4)])
		case 4:
			for i := range len(ring) - 1 {
				move(i, 10)
			}
		case 5:
			dx, dy := float64(rng.Int32N(600)-300)/lattice.PerDegree, float64(rng.Int32N(600)-300)/lattice.PerDegree
			for i := range ring {
				ring[i] = orb.Point{ring[i][0] + dx, ring[i][1] + dy}
			}
		case 6:
			i := 1 + rng.IntN(len(ring)-2)
			middle := orb.Point{(ring[i][0] + ring[i-1][0]) / 2, (ring[i][1] + ring[i-1][1]) / 2}
			grids[k].Geom[0][0] = slices.Insert(ring, i, middle)
		case 7:
			ring.Reverse()
		case 8:
			grids[k].Geom[0][0] = ring[:len(ring)-1]
		case 9:
			i, j := 1+rng.IntN(10), 13+rng.IntN(10)
			ring[i], ring[j] = ring[j], ring[i]
		}
	}
	slices.Sort(drop)
	slices.Reverse(drop)
	for _, k := range drop {
		grids = slices.Delete(grids, k, k+1)
	}
	return w, grids, where
}

// Whatever is wrong with a town, accepting what is proposed makes a coverage of
// it, and far from the faults no polygon changes.
func TestProposalsMendRandomTowns(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		w, grids, where := spoilt(seed, 8, 1+int(seed%9))
		c, err := New(&w.parent, grids, Options{})
		if err != nil {
			t.Fatal(err)
		}
		next, turns := mendAll(t, c)
		if !next.Valid() {
			t.Errorf("seed %d: after %d turns %v", seed, turns, next.Findings())
			continue
		}
		if turns > 2 {
			t.Errorf("seed %d: it took %d turns", seed, turns)
		}
		near := map[string]bool{}
		for _, k := range where {
			for dy := -2; dy <= 2; dy++ {
				for dx := -2; dx <= 2; dx++ {
					if i, j := k%8+dx, k/8+dy; i >= 0 && i < 8 && j >= 0 && j < 8 {
						near[w.grids[w.grid(i, j)].Code] = true
					}
				}
			}
		}
		now := map[string]orb.MultiPolygon{}
		for _, p := range next.Polygons() {
			now[p.Code] = p.Geom
		}
		for _, p := range w.grids {
			if !near[p.Code] && !orb.Equal(now[p.Code], p.Geom) {
				t.Errorf("seed %d: %s changed, far from the faults", seed, p.Code)
			}
		}
	}
}

// What the squares leave out cancels: without them the same edges are left.
func TestTheSquaresHideNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		w, grids, _ := spoilt(seed, 8, 1+int(seed%9))
		c, err := New(&w.parent, grids, Options{})
		if err != nil {
			t.Fatal(err)
		}
		c.Findings()
		net := func(list []seg) map[edge]int {
			times := map[edge]int{}
			for _, s := range list {
				if up := s.upward(); up == s.edge {
					times[up]++
				} else {
					times[up]--
				}
			}
			maps.DeleteFunc(times, func(_ edge, n int) bool { return n == 0 })
			return times
		}
		all, _ := c.residualOf(nil)
		if left := net(c.residual()); !maps.Equal(left, net(all)) {
			t.Errorf("seed %d: %d edges are left, of all %d", seed, len(left), len(net(all)))
		}
	}
}

// Each proposal by itself, whichever choice, ends its findings and adds none.
func TestEveryChoiceMendsItsFindings(t *testing.T) {
	t.Parallel()
	choices := 0
	for seed := range uint64(12) {
		w, grids, _ := spoilt(seed, 6, 3)
		c, err := New(&w.parent, grids, Options{})
		if err != nil {
			t.Fatal(err)
		}
		had := c.Findings()
		for _, p := range c.Proposals() {
			choices++
			next, err := c.Mend(p)
			if err != nil {
				t.Fatalf("seed %d: %s %v", seed, p.Text, err)
			}
			if left := next.Findings(); len(left) > len(had)-len(p.Findings) {
				t.Errorf("seed %d: %s: of %d findings %d are left: %v", seed, p.Text, len(had), len(left), left)
			}
			if got := next.Len(); p.Repair != Remove && got != c.Len() {
				t.Errorf("seed %d: %s: %d polygons of %d", seed, p.Text, got, c.Len())
			}
		}
		if !slices.EqualFunc(had, c.Findings(), func(a, b Finding) bool { return a.Text == b.Text }) {
			t.Errorf("seed %d: mending changed the set it was asked of", seed)
		}
	}
	if choices < 100 {
		t.Errorf("%d proposals looked at", choices)
	}
}

func TestMendRefuses(t *testing.T) {
	t.Parallel()
	w := newTown(6)
	grids := slices.Delete(slices.Clone(w.grids), 14, 15)
	c, err := New(&w.parent, grids, Options{})
	if err != nil {
		t.Fatal(err)
	}
	choices := c.Proposals()
	if len(choices) != 3 || choices[0].Choice != 0 || choices[1].Choice != 1 || choices[0].Gains == choices[1].Gains {
		t.Fatalf("of a gap: %+v", choices)
	}
	if _, err := c.Mend(choices[0], choices[1]); err == nil {
		t.Error("a gap went to two neighbours")
	}
	if again := c.Proposals(); again[0].ID != choices[0].ID {
		t.Error("the same polygons have other proposals")
	}
	c.Put(w.grids[14])
	if _, err := c.Mend(choices[0]); err == nil {
		t.Error("a gap that is filled was given to a neighbour")
	}
	if len(c.Proposals()) != 0 {
		t.Error("something is proposed for a sound set")
	}
}
