package grid

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"
	"golang.org/x/sys/unix"

	"onemap/geo/crs"
	"onemap/geo/grid/gridtest"
	"onemap/geo/lattice"
)

// BenchmarkGrids prints the lines of make bench-grids: CPU time of the thread
// for one place of an index against an R-tree with orb's test of containment,
// both warm, over the same places, in turn; and in the same run whether every
// answer is right. How the cost grows comes last, as a table, and as a picture
// where ONEMAP_BENCH_SVG names a file.
func BenchmarkGrids(b *testing.B) {
	var all []cost
	for _, t := range []struct {
		side  int
		share float64
	}{{50, 1.0 / 25}, {224, 1.0 / 15}, {1000, 1.0 / 8}} {
		b.Run(fmt.Sprint(t.side*t.side), func(b *testing.B) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			for range b.N {
				s, town := invented(t.side, t.share)
				c, ix := s.measure(b)
				c.redrawOne(b, ix, town)
				if t.side < 1000 {
					overlap(b, "2x"+s.name, s.twice(town.Step/2), s.places, 200_000)
				}
				all = append(all, c)
			}
		})
	}
	for _, c := range all {
		fmt.Printf("PLOT grids=%d rtree_orb_ns=%.0f locate_ns=%.1f bulk_ns=%.1f build_ms=%.0f redraw_ms=%.3f bytes_per_grid=%.0f\n",
			c.polygons, c.orb, c.one, c.bulk, c.build, c.redraw, c.bytes)
	}
	if file := os.Getenv("ONEMAP_BENCH_SVG"); file != "" {
		if err := os.WriteFile(file, drawCosts(all), 0o644); err != nil {
			b.Fatal(err)
		}
	}
}

// set is polygons to be measured: all of one level, and last their city.
type set struct {
	name    string
	level   Level
	regions []Region
	places  []crs.WGS84 // in which to ask
	share   float64     // of the time of R-tree and orb: the demand
}

// invented is a town of side x side grids of 26 corners.
func invented(side int, share float64) (set, gridtest.Town) {
	town := gridtest.New(side)
	s := set{level: Grid, share: share}
	for j := range side {
		for i := range side {
			s.regions = append(s.regions, Region{Code: Code(fmt.Sprintf("9900%011d", j*side+i)), Geom: town.Polygon(i, j)})
		}
	}
	s.name = fmt.Sprint(len(s.regions))
	s.regions = append(s.regions, Region{Code: "9900", Geom: orb.MultiPolygon{town.Rim()[0][0].Bound().Pad(0.001).ToPolygon()}})
	rng := rand.New(rand.NewPCG(1, uint64(side)))
	wide := (int32(side) - 2) * town.Step // not at the rim
	for range 1 << 18 {
		s.places = append(s.places, crs.FromPoint(lattice.Node{X: town.X + town.Step + rng.Int32N(wide), Y: town.Y + town.Step + rng.Int32N(wide)}.Point()))
	}
	return s, town
}

// cost is what a set costs: nanoseconds a place, milliseconds a build and a
// redraw, bytes a polygon beyond its corners.
type cost struct {
	polygons                             int
	orb, one, bulk, build, redraw, bytes float64
}

func (s set) measure(b *testing.B) (cost, *Index) {
	c := cost{polygons: len(s.regions) - 1}
	before := heap()
	began := time.Now()
	ix, err := NewIndex(1, s.regions)
	if err != nil {
		b.Fatal(err)
	}
	c.build = milliseconds(time.Since(began))
	whole, corners := heap()-before, 0
	for _, e := range ix.layers[s.level.Order()].byCode {
		for _, ring := range e.polygon.Rings {
			corners += len(ring)
		}
	}
	c.bytes = float64(whole-8*corners) / float64(c.polygons)

	differs := c.time(b, ix, s)
	wrong, asked := s.disagreements(ix)
	out := make([]Place, 100)

	name := func(what string) string { return "grids-" + what + "-of-" + s.name }
	report(name("locate-share-of-rtree-orb"), c.one/c.orb, s.share)
	report(name("locate-all-share-of-rtree-orb"), c.bulk/c.orb, s.share)
	report(name("allocations-per-locate"), testing.AllocsPerRun(100, func() { ix.Locate(s.places[0]); ix.LocateAll(s.places[:100], out) }), 0)
	if s.level == Grid {
		report(name("bytes-per-grid"), c.bytes, 1000)
	}
	if c.polygons == 1_000_000 {
		report(name("index-MB-with-corners"), float64(whole)/(1<<20), 1024)
	}
	report(name(fmt.Sprintf("disagreements-in-%d-places", asked)), float64(wrong), 0)
	b.Logf("%s: %d corners, orb differs in %d of %d places; R-tree and orb %.0f ns, Locate %.1f, LocateAll %.1f", s.name, corners, differs, len(s.places), c.orb, c.one, c.bulk)
	return c, ix
}

func report(name string, got, demand float64) {
	verdict := "ok"
	if got > demand {
		verdict = "SHORT"
	}
	fmt.Printf("BENCH %s %.4g demand <=%.4g %s\n", name, got, demand, verdict)
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// time measures the three ways in turn, round after round, and takes the medians
// of some places at a time: what else runs on the machine meets all of them. It
// says where R-tree and orb give another answer.
func (c *cost) time(b *testing.B, ix *Index, s set) (differs int) {
	var tree rtree.RTreeGN[float64, int32]
	for i, r := range s.regions[:c.polygons] {
		box := r.Geom.Bound()
		tree.Insert(box.Min, box.Max, int32(i))
	}
	byOrb := func(p crs.WGS84) (owner int32) {
		at := [2]float64{p.Lon, p.Lat}
		owner = -1
		tree.Search(at, at, func(_, _ [2]float64, id int32) bool {
			if planar.MultiPolygonContains(s.regions[id].Geom, orb.Point(at)) {
				owner = id
			}
			return owner < 0
		})
		return owner
	}
	places, sum := make([]Place, some), 0
	took := inTurn(b, s.places, func(now []crs.WGS84) {
		for _, p := range now {
			sum += int(byOrb(p))
		}
	}, func(now []crs.WGS84) {
		for _, p := range now {
			sum += len(ix.Locate(p).Scope)
		}
	}, func(now []crs.WGS84) { ix.LocateAll(now, places) })
	c.orb, c.one, c.bulk = took[0], took[1], took[2]
	for _, p := range s.places {
		got := ix.Locate(p)
		if owner := byOrb(p); owner < 0 && len(got.Scope) > 4 || owner >= 0 && s.regions[owner].Code != got.Scope {
			differs++
		}
	}
	if sum == 0 {
		b.Fatal("no place was found")
	}
	return differs
}

// some places are asked for at a time.
const some = 4096

// inTurn is the nanoseconds a place that each of several ways takes.
func inTurn(b *testing.B, places []crs.WGS84, ways ...func([]crs.WGS84)) []float64 {
	took := make([][]float64, len(ways))
	for range 3 {
		for way, do := range ways {
			for now := range slices.Chunk(places, some) {
				began := threadTime(b)
				do(now)
				took[way] = append(took[way], float64(threadTime(b)-began)/float64(len(now)))
			}
		}
	}
	medians := make([]float64, len(ways))
	for way := range ways {
		medians[way] = median(took[way])
	}
	return medians
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

func threadTime(b *testing.B) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		b.Fatal(err)
	}
	return time.Duration(t.Nano())
}

// disagreements asks single and bulk look-up, an R-tree with whole rings, and
// rational numbers about a million places, most of them vertices, places on
// edges and next to them, and says how often not all gave the same answer.
func (s set) disagreements(ix *Index) (wrong, asked int) {
	slow := newSlowIndex(ix)
	asked = 1_000_000
	points, places := make([]crs.WGS84, 0, asked), make([]Place, asked)
	for _, p := range probes(rand.New(rand.NewPCG(3, 3)), slow.shapes[1:], asked*3/4) {
		points = append(points, crs.FromPoint(p.Point()))
	}
	points = append(points, s.places[:asked-len(points)]...)
	ix.LocateAll(points, places)
	for i, p := range points {
		want := slow.Locate(p)
		if ix.Locate(p) != want || places[i] != want || !slow.rational(s.level, p, want) {
			wrong++
		}
	}
	return wrong, asked
}

// rational says whether rational numbers give the same answer, where the rule of
// the outer border is not needed.
func (x *slowIndex) rational(level Level, p crs.WGS84, got Place) bool {
	at, _ := lattice.On(p.Lon, p.Lat)
	q := [2]float64{float64(at.X), float64(at.Y)}
	first := int32(-1)
	x.trees[level.Order()].Search(q, q, func(_, _ [2]float64, i int32) bool {
		if (first < 0 || i < first) && oracleHolds(&x.shapes[i], at) {
			first = i
		}
		return true
	})
	return first < 0 || x.codes[first] == got.Scope
}
