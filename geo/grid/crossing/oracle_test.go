package crossing

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/tidwall/rtree"

	"onemap/geo/grid/gridtest"
	"onemap/geo/lattice"
)

// slow finds owners the plain way: boxes in an R-tree, then every candidate's
// whole ring.
type slow struct {
	list []*Polygon
	tree rtree.RTreeGN[float64, int32]
}

func newSlow(list []*Polygon) *slow {
	s := &slow{list: list}
	for i, p := range list {
		if p != nil {
			s.tree.Insert([2]float64{float64(p.Min.X), float64(p.Min.Y)}, [2]float64{float64(p.Max.X), float64(p.Max.Y)}, int32(i))
		}
	}
	return s
}

// near calls do with each polygon whose box has a place.
func (s *slow) near(at lattice.Node, do func(id int32, p *Polygon)) {
	q := [2]float64{float64(at.X), float64(at.Y)}
	s.tree.Search(q, q, func(_, _ [2]float64, id int32) bool { do(id, s.list[id]); return true })
}

// first keeps the one of lowest rank, of equal ones the lowest number.
func (s *slow) first(had *int32, id int32) {
	if *had >= 0 {
		a, b := s.list[id].Rank, s.list[*had].Rank
		if a > b || a == b && id > *had {
			return
		}
	}
	*had = id
}

// owner is the documented rule.
func (s *slow) owner(at lattice.Node) int32 {
	owner, rim := int32(-1), int32(-1)
	s.near(at, func(id int32, p *Polygon) {
		if p.Holds(at) {
			s.first(&owner, id)
		} else if p.Borders(at) {
			s.first(&rim, id)
		}
	})
	if owner >= 0 {
		return owner
	}
	return rim
}

// rational is the documented rule in rational numbers, from its words: the owner
// of (X, Y) contains (X+e1, Y+e2), e2 << e1.
func (s *slow) rational(at lattice.Node) int32 {
	owner, rim := int32(-1), int32(-1)
	s.near(at, func(id int32, p *Polygon) {
		inside, on := false, false
		for _, ring := range p.Rings {
			for i, a := range ring {
				crosses, touches := rationalEdge(a, ring[(i+1)%len(ring)], at)
				inside, on = inside != crosses, on || touches
			}
		}
		if inside {
			s.first(&owner, id)
		} else if on {
			s.first(&rim, id)
		}
	})
	if owner >= 0 {
		return owner
	}
	return rim
}

// rationalEdge says whether an edge meets the horizontal through Y+e2 not to the
// right of X, and whether the place is on it.
func rationalEdge(a, b, at lattice.Node) (crosses, touches bool) {
	if max(a.Y, b.Y) < at.Y || min(a.Y, b.Y) > at.Y || min(a.X, b.X) > at.X {
		return false, false
	}
	if a.Y == b.Y {
		return false, at.X <= max(a.X, b.X)
	}
	straddles := (a.Y > at.Y) != (b.Y > at.Y) // Y+e2 is above all lattice points at Y
	if max(a.X, b.X) < at.X {
		return straddles, false
	}
	cross := big.NewRat(int64(at.Y)-int64(a.Y), int64(b.Y)-int64(a.Y))
	cross.Mul(cross, big.NewRat(int64(b.X)-int64(a.X), 1))
	cross.Add(cross, big.NewRat(int64(a.X), 1))
	c := cross.Cmp(big.NewRat(int64(at.X), 1))
	return straddles && c <= 0, c == 0
}

// agree asks table, plain way and, of every tenth, rational numbers about n
// places anywhere and n at borders, and gives how many have an owner.
func agree(t testing.TB, table *Table, n int, seed uint64) (owned int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	var drawn []*Polygon
	for _, p := range table.polygons {
		if p != nil {
			drawn = append(drawn, p)
		}
	}
	s := newSlow(table.polygons)
	for i := range 2 * n {
		at := anywhere(rng, table.min, table.max)
		if i%2 == 1 {
			at = atBorder(rng, drawn)
		}
		got := table.Owner(at)
		if want := s.owner(at); got != want {
			t.Fatalf("set %d, %v: table %d, rings %d", seed, at, got, want)
		}
		if i%20 < 2 {
			if want := s.rational(at); got != want {
				t.Fatalf("set %d, %v: table %d, rational numbers %d", seed, at, got, want)
			}
		}
		if got >= 0 {
			owned++
		}
	}
	return owned
}

func TestOwnerInTown(t *testing.T) {
	t.Parallel()
	if owned := agree(t, New(grids(gridtest.New(50))), 200_000, 1); owned < 350_000 {
		t.Fatalf("only %d of 400,000 places have an owner", owned)
	}
}

// A place outside of all that is drawn has no owner, however far the table
// reaches: differences of 32 bits wrap round.
func TestNobodyOwnsWhatLiesOutside(t *testing.T) {
	t.Parallel()
	const east, north = 1_800_000_000, 900_000_000
	rng := rand.New(rand.NewPCG(9, 9))
	for range 300 {
		boxes := make([]*Polygon, 1+rng.IntN(3))
		for i := range boxes {
			low := lattice.Node{X: int32(rng.Int64N(2*east) - east), Y: int32(rng.Int64N(2*north) - north)}
			high := lattice.Node{X: low.X + 1 + int32(rng.Int64N(east-int64(low.X))), Y: low.Y + 1 + int32(rng.Int64N(north-int64(low.Y)))}
			if rng.IntN(2) == 0 { // of the size of a grid
				high = lattice.Node{X: min(high.X, low.X+3000), Y: min(high.Y, low.Y+3000)}
			}
			boxes[i] = NewPolygon([][]lattice.Node{{low, {X: high.X, Y: low.Y}, high, {X: low.X, Y: high.Y}}}, 0)
		}
		table, s := New(boxes), newSlow(boxes)
		for range 3000 {
			at := lattice.Node{X: int32(rng.Int64N(2*east+1) - east), Y: int32(rng.Int64N(2*north+1) - north)}
			if got, want := table.Owner(at), s.owner(at); got != want {
				t.Fatalf("%v..%v, %v: owner %d, not %d", table.min, table.max, at, got, want)
			}
		}
	}
}
