package live

import (
	"cmp"
	"encoding/binary"
	"iter"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/crs"
	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// row is what the tests count and filter by.
type row struct {
	grid  grid.Code
	state uint8
}

func (r *row) group() Group { return Group{Grid: r.grid, State: string('a' + rune(r.state))} }

// model is a layer without any index.
type model map[ID]Object[row]

func (m model) apply(edits []Edit[row]) {
	for _, e := range edits {
		old, ok := m[e.ID]
		switch {
		case ok && e.Rev <= old.Rev:
		case e.Gone:
			delete(m, e.ID)
		default:
			m[e.ID] = e.Object
		}
	}
}

// id is an ID whose bits are hardly mixed by themselves.
func id(n int) (id ID) {
	binary.BigEndian.PutUint64(id[4:], uint64(n))
	return id
}

// worlds are where places of the tests lie: few nodes, so that they often meet; a
// town; the Earth's edges and what is beyond; two spots far apart.
var worlds = map[string]func(*rand.Rand) lattice.Node{
	"few": func(r *rand.Rand) lattice.Node { return lattice.Node{X: 1e9 + r.Int32N(12), Y: 2e8 + r.Int32N(12)} },
	"town": func(r *rand.Rand) lattice.Node {
		return lattice.Node{X: 1.13e9 + r.Int32N(5e6), Y: 2.3e8 + r.Int32N(5e6)}
	},
	"edge": func(r *rand.Rand) lattice.Node {
		x, y := []int32{-1.8e9, 1.8e9, 0, -1.8e9 + 5, 1.8e9 - 7}, []int32{-9e8, 9e8, 0, 9e8 - 3, 1}
		return lattice.Node{X: x[r.IntN(len(x))], Y: y[r.IntN(len(y))]}
	},
	"seam": func(r *rand.Rand) lattice.Node {
		x := r.Int32N(2e5) - 1e5
		if x < 0 {
			return lattice.Node{X: 1.8e9 + x, Y: r.Int32N(2e5)}
		}
		return lattice.Node{X: -1.8e9 + x, Y: r.Int32N(2e5)}
	},
	"pole": func(r *rand.Rand) lattice.Node {
		return lattice.Node{X: int32(r.Int64N(3.6e9) - 1.8e9), Y: 9e8 - r.Int32N(1e5)}
	},
	"spots": func(r *rand.Rand) lattice.Node {
		if r.IntN(3) == 0 {
			return lattice.Node{X: -7e8 + r.Int32N(3), Y: 5e8}
		}
		return lattice.Node{X: 1.2e9, Y: -3e8}
	},
	"earth": func(r *rand.Rand) lattice.Node {
		n, _ := lattice.On(r.Float64()*360-180, r.Float64()*180-90)
		return n
	},
}

// batch is edits of some of so many objects: new, moved, changed where they are,
// gone, and stale, some more than once.
func batch(r *rand.Rand, m model, objects int, place func(*rand.Rand) lattice.Node) []Edit[row] {
	edits := make([]Edit[row], r.IntN(60))
	for i := range edits {
		e := &edits[i]
		e.ID = id(r.IntN(objects))
		old, ok := m[e.ID]
		e.At, e.Rev = place(r), old.Rev+int64(r.IntN(4)-1)
		e.Row = row{grid: grid.Code([]string{"440604001002003", "440604001002004", ""}[r.IntN(3)]), state: uint8(r.IntN(3))}
		if ok && r.IntN(3) == 0 {
			e.At = old.At
		}
		e.Gone = r.IntN(4) == 0
	}
	return edits
}

// same compares a snapshot with the model, asking every question.
func same(t *testing.T, r *rand.Rand, s *Points[row], m model, place func(*rand.Rand) lattice.Node) {
	t.Helper()
	if s.Len() != len(m) || s.ids.root.n != len(m) {
		t.Fatalf("%d objects by place, %d by ID; want %d", s.Len(), s.ids.root.n, len(m))
	}
	sound(t, s.space.root, 0)
	sound(t, s.ids.root, 0)
	sameObjects(t, "All", s.All(), m, func(*Object[row]) bool { return true })
	for i := range 100 {
		got, ok := s.Get(id(i))
		if want, there := m[id(i)]; ok != there || got != want {
			t.Fatalf("Get %d: %v %v, want %v %v", i, got, ok, want, there)
		}
	}
	counts := map[Group]int{}
	for _, o := range m {
		counts[o.Row.group()]++
	}
	if got := maps.Collect(s.Counts()); !maps.Equal(got, counts) {
		t.Fatalf("Counts: %v, want %v", got, counts)
	}
	for range 4 {
		a, b := place(r), place(r)
		low, high := lattice.Node{X: min(a.X, b.X), Y: min(a.Y, b.Y)}, lattice.Node{X: max(a.X, b.X), Y: max(a.Y, b.Y)}
		sameObjects(t, "Box", s.Box(low, high), m, func(o *Object[row]) bool {
			return o.At.X >= low.X && o.At.X <= high.X && o.At.Y >= low.Y && o.At.Y <= high.Y
		})
		if low.X < high.X {
			sameObjects(t, "Box turned round", s.Box(lattice.Node{X: high.X, Y: low.Y}, lattice.Node{X: low.X, Y: high.Y}), m, func(*Object[row]) bool { return false })
		}
		sameWithin(t, r, s, m, place)
	}
	sameNear(t, r, s, m, place)
}

func sameObjects(t *testing.T, what string, got iter.Seq[*Object[row]], m model, want func(*Object[row]) bool) {
	t.Helper()
	seen := map[ID]bool{}
	for o := range got {
		if seen[o.ID] {
			t.Fatalf("%s: %x twice", what, o.ID)
		}
		if *o != m[o.ID] || !want(o) {
			t.Fatalf("%s: %v, which is %v", what, *o, m[o.ID])
		}
		seen[o.ID] = true
	}
	for _, o := range m {
		if want(&o) && !seen[o.ID] {
			t.Fatalf("%s: %v is missing", what, o)
		}
	}
}

// sameWithin asks about a tangle of rings, compared with package crossing.
func sameWithin(t *testing.T, r *rand.Rand, s *Points[row], m model, place func(*rand.Rand) lattice.Node) {
	t.Helper()
	p, holds := outline(r, place, 6)
	if r.IntN(2) == 0 {
		p[0][0] = append(p[0][0], p[0][0][0])
	}
	sameObjects(t, "Within", s.Within(p), m, func(o *Object[row]) bool { return holds.Holds(o.At) })
}

// metres is the distance that Circle and Nearest go by.
func metres(at orb.Point, n lattice.Node) float64 {
	return math.Round(crs.Distance(crs.FromPoint(at), crs.FromPoint(n.Point()))*1000) / 1000
}

func sameNear(t *testing.T, r *rand.Rand, s *Points[row], m model, place func(*rand.Rand) lattice.Node) {
	t.Helper()
	at := place(r).Point()
	if r.IntN(2) == 0 {
		at[0] = min(max(at[0]+r.NormFloat64()*math.Pow(10, float64(r.IntN(8)-6)), -180), 180)
		at[1] = min(max(at[1]+r.NormFloat64()*math.Pow(10, float64(r.IntN(8)-6)), -90), 90)
	}
	keep := func(o *Object[row]) bool { return o.Row.state != 1 }
	switch r.IntN(3) {
	case 0:
		keep = func(o *Object[row]) bool { return binary.BigEndian.Uint64(o.ID[4:])%17 == 0 }
	case 1:
		keep = nil
	}
	var want []found[row]
	for _, o := range m {
		if keep == nil || keep(&o) {
			want = append(want, found[row]{metres(at, o.At), &o})
		}
	}
	slices.SortFunc(want, func(a, b found[row]) int {
		return cmp.Or(cmp.Compare(a.metres, b.metres), slices.Compare(a.o.ID[:], b.o.ID[:]))
	})
	asked := len(want)
	if r.IntN(2) == 0 {
		asked = min(asked, 10)
	}
	n := 0
	for o, d := range s.Nearest(at, keep) {
		if n == len(want) {
			t.Fatalf("Nearest %v: more than %d", at, n)
		}
		if *o != *want[n].o || d != want[n].metres {
			t.Fatalf("Nearest %v: number %d is %v at %v, want %v at %v", at, n, *o, d, *want[n].o, want[n].metres)
		}
		if n++; n == asked && asked < len(want) {
			break
		}
	}
	if n != asked {
		t.Fatalf("Nearest %v: %d, want %d", at, n, asked)
	}
	if len(want) == 0 {
		return
	}
	reach := want[r.IntN(len(want))].metres
	sameObjects(t, "Circle", func(yield func(*Object[row]) bool) {
		for o, d := range s.Circle(at, reach) {
			if d != metres(at, o.At) {
				t.Fatalf("Circle: %v at %v", o, d)
			}
			if !yield(o) {
				return
			}
		}
	}, m, func(o *Object[row]) bool { return metres(at, o.At) <= reach })
}

// sound says that numbers in squares are right and none is too empty or too full.
func sound(t *testing.T, in *square[row], level int) int {
	n := 0
	for i := range in.kids {
		k := &in.kids[i]
		if k.in != nil {
			if k.in.n <= few || len(k.list) > 0 {
				t.Fatalf("a square of %d objects is no list", k.in.n)
			}
			n += sound(t, k.in, level+1)
			continue
		}
		if len(k.list) > most && level < levels-1 {
			t.Fatalf("a list of %d", len(k.list))
		}
		n += len(k.list)
	}
	if n != in.n {
		t.Fatalf("a square of %d objects says %d", n, in.n)
	}
	return n
}
