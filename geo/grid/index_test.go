package grid

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/crs"
	"onemap/geo/lattice"
)

// smallTown: city 9901 of 0..100k units with a street west, in it a community
// with two grids side by side; city 9902 to the east, touching nothing.
func smallTown(t testing.TB) *Index {
	t.Helper()
	rect := func(x1, y1, x2, y2 int32) orb.MultiPolygon {
		return mp([]lattice.Node{{X: x1, Y: y1}, {X: x2, Y: y1}, {X: x2, Y: y2}, {X: x1, Y: y2}})
	}
	ix, err := NewIndex(7, []Region{
		{Code: "990101001001002", Name: "二", Geom: rect(10_000, 0, 20_000, 10_000)},
		{Code: "990101001001001", Name: "一", NameEn: "One", Geom: rect(0, 0, 10_000, 10_000)},
		{Code: "990101001001", Geom: rect(0, 0, 30_000, 30_000)},
		{Code: "990101001", Geom: rect(0, 0, 50_000, 50_000)},
		{Code: "990101", Geom: rect(0, 0, 70_000, 70_000)},
		{Code: "9901", Name: "青禾市", NameEn: "Qinghe", Geom: rect(0, 0, 100_000, 100_000)},
		{Code: "9902", Geom: rect(700_000, 0, 800_000, 100_000)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

func at(x, y int32) crs.WGS84 { return crs.FromPoint(offset([]lattice.Node{{X: x, Y: y}})[0].Point()) }

func TestLocate(t *testing.T) {
	t.Parallel()
	ix := smallTown(t)
	grid1, grid2 := Code("990101001001001"), Code("990101001001002")
	for _, c := range []struct {
		name string
		p    crs.WGS84
		want Place
	}{
		{"inside", at(5_000, 5_000), Place{Grid: grid1, Scope: grid1}},
		{"shared border", at(10_000, 5_000), Place{Grid: grid2, Scope: grid2}},
		{"lower left corner", at(0, 0), Place{Grid: grid1, Scope: grid1}},
		{"upper border of both, lowest code", at(10_000, 10_000), Place{Grid: grid1, Scope: grid1}},
		{"outer right border", at(20_000, 5_000), Place{Grid: grid2, Scope: grid2}},
		{"outer upper right corner", at(20_000, 10_000), Place{Grid: grid2, Scope: grid2}},
		{"one unit out", at(20_001, 5_000), Place{Scope: "990101001001"}},
		{"below a unit is rounded", crs.WGS84{Lon: 113.00049996, Lat: 22}, Place{Grid: grid1, Scope: grid1}},
		{"community", at(25_000, 25_000), Place{Scope: "990101001001"}},
		{"street", at(45_000, 5_000), Place{Scope: "990101001"}},
		{"district", at(65_000, 65_000), Place{Scope: "990101"}},
		{"city", at(90_000, 90_000), Place{Scope: "9901"}},
		{"city's corner", at(100_000, 100_000), Place{Scope: "9901"}},
		{"one unit outside", at(-1, 0), Place{Scope: "9901", Outside: true}},
		{"4.9 km from one, 1.3 km from the other", at(575_000, 50_000), Place{Scope: "9902", Outside: true}},
		{"nearer to the first", at(390_000, 50_000), Place{Scope: "9901", Outside: true}},
		{"5.1 km south", at(50_000, -461_000), Place{Outside: true, FarOutside: true}},
		{"4.9 km south", at(50_000, -442_000), Place{Scope: "9901", Outside: true}},
		{"elsewhere", crs.WGS84{Lon: 8.5, Lat: 47.4}, Place{Outside: true, FarOutside: true}},
		{"not a number", crs.WGS84{Lon: math.NaN(), Lat: 22}, Place{Outside: true, FarOutside: true}},
		{"off the Earth", crs.WGS84{Lon: 473, Lat: 22}, Place{Outside: true, FarOutside: true}},
		{"pole", crs.WGS84{Lon: 0, Lat: 90}, Place{Outside: true, FarOutside: true}},
	} {
		c.want.Edition = 7
		got, bulk := ix.Locate(c.p), make([]Place, 1)
		if ix.LocateAll([]crs.WGS84{c.p}, bulk); got != c.want || bulk[0] != c.want {
			t.Errorf("%s: %+v, in bulk %+v, want %+v", c.name, got, bulk[0], c.want)
		}
	}
}

// Distances of outside points agree with the ellipsoid's.
func TestNearCityIsInMetres(t *testing.T) {
	t.Parallel()
	ix := smallTown(t)
	city := ix.entry("9901").polygon
	for _, p := range []lattice.Node{{X: -400_000, Y: 50_000}, {X: 50_000, Y: -300_000}, {X: -200_000, Y: -200_000}} {
		p = offset([]lattice.Node{p})[0]
		foot := lattice.Node{X: max(p.X, city.Min.X), Y: max(p.Y, city.Min.Y)}
		want := crs.Distance(crs.FromPoint(p.Point()), crs.FromPoint(foot.Point()))
		if got := distance(city, p); math.Abs(got-want) > want/1000 {
			t.Errorf("%v: %v m, want %v", p, got, want)
		}
	}
}

func TestOverlapGoesToTheLowestCode(t *testing.T) {
	t.Parallel()
	regions := []Region{
		{Code: "990101001001009", Geom: mp(square(0, 0, 100))},
		{Code: "990101001001003", Geom: mp(square(50, 0, 100))},
		{Code: "990101001001005", Geom: mp(square(20, 0, 100))},
	}
	ix, err := NewIndex(1, regions)
	if err != nil {
		t.Fatal(err)
	}
	for x, want := range map[int32]Code{10: "990101001001009", 30: "990101001001005", 60: "990101001001003", 100: "990101001001003", 150: "990101001001003"} {
		if got := ix.Locate(at(x, 50)); got.Grid != want {
			t.Errorf("x %d: %s, want %s", x, got.Grid, want)
		}
	}
	if regions[0].Code != "990101001001009" {
		t.Error("the caller's list was sorted")
	}
}

func TestIndexTells(t *testing.T) {
	t.Parallel()
	ix := smallTown(t)
	chain := ix.Chain("990101001001001")
	if len(chain) != 5 || chain[0].Name != "青禾市" || chain[0].Level != City || chain[4].NameEn != "One" {
		t.Errorf("chain: %+v", chain)
	}
	if got := ix.Chain("990101001001777"); len(got) != 4 {
		t.Errorf("chain of an unknown grid is that of its community: %+v", got)
	}
	if c := ix.Cities(); len(c) != 2 || c[0].Code != "9901" || c[1].Code != "9902" {
		t.Errorf("cities: %+v", c)
	}
	if c := ix.Children("990101001001"); len(c) != 2 || c[0].Code != "990101001001001" {
		t.Errorf("children: %+v", c)
	}
	if r, ok := ix.Region("9901"); !ok || len(r.Geom) != 1 || r.NameEn != "Qinghe" {
		t.Errorf("region: %+v", r)
	}
	if _, ok := ix.Region("9999"); ok || ix.Len() != 7 || ix.Edition() != 7 || len(ix.AtLevel(Grid)) != 2 {
		t.Error("there are 7 regions, none of them 9999")
	}
	if r, _ := ix.Ref("990101001001002"); r.Bound.Min != (orb.Point{113.001, 22}) {
		t.Errorf("bound: %v", r.Bound)
	}
	var none Index
	bulk := make([]Place, 1)
	none.LocateAll([]crs.WGS84{at(0, 0)}, bulk)
	if p := none.Locate(at(0, 0)); !p.FarOutside || bulk[0] != p {
		t.Errorf("nothing is in an empty index: %+v", p)
	}
}

func TestNewIndexRefuses(t *testing.T) {
	t.Parallel()
	good := mp(square(0, 0, 10))
	for name, regions := range map[string][]Region{
		"no code":   {{Code: "99", Geom: good}},
		"twice":     {{Code: "9901", Geom: good}, {Code: "9901", Geom: good}},
		"empty":     {{Code: "9901"}},
		"flat":      {{Code: "9901", Geom: orb.MultiPolygon{{{{1, 1}, {2, 2}, {1, 1}}}}}},
		"off earth": {{Code: "9901", Geom: orb.MultiPolygon{{{{1, 1}, {200, 2}, {1, 3}, {1, 1}}}}}},
	} {
		if _, err := NewIndex(1, regions); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestLocateAllocatesNothing(t *testing.T) {
	ix := smallTown(t)
	for _, p := range []crs.WGS84{at(5_000, 5_000), at(20_000, 10_000), at(90_000, 90_000), at(-1, 0)} {
		if n := testing.AllocsPerRun(100, func() { ix.Locate(p) }); n != 0 {
			t.Errorf("%v: %v allocations", p, n)
		}
	}
	points, out := []crs.WGS84{at(5_000, 5_000), at(20_000, 10_000), at(90_000, 90_000), at(-1, 0)}, make([]Place, 4)
	if n := testing.AllocsPerRun(100, func() { ix.LocateAll(points, out) }); n != 0 {
		t.Errorf("in bulk: %v allocations", n)
	}
}
