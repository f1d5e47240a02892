package town

import (
	"crypto/sha256"
	"encoding/json"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"onemap/api/cases"
	"onemap/api/facility"
	"onemap/api/plate"
	"onemap/geo/coverage"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// today is the day from which the tests' towns count.
var today = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// Towns of several seeds and sizes, made once; the tests only read them.
var towns = []struct {
	name string
	make func() (*Town, error)
}{
	{"one", sync.OnceValues(func() (*Town, error) { return Make(1, 10_000, today) })},
	{"two", sync.OnceValues(func() (*Town, error) { return Make(2, 5000, today) })},
	{"large", sync.OnceValues(func() (*Town, error) { return Make(5, 20_000, today) })},
	{"small", sync.OnceValues(func() (*Town, error) { return Make(6, 1000, today) })},
	{"city", sync.OnceValues(func() (*Town, error) { return Make(3, 40_000, today) })},
}

// eachTown checks what must hold for all of them.
func eachTown(t *testing.T, check func(t *testing.T, town *Town)) {
	t.Helper()
	for _, c := range towns {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			town, err := c.make()
			if err != nil {
				t.Fatal(err)
			}
			check(t, town)
		})
	}
}

func TestTheSameSeedMakesTheSameTown(t *testing.T) {
	t.Parallel()
	sum := func(seed uint64, people int) [32]byte {
		town, err := Make(seed, people, today)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(town)
		if err != nil {
			t.Fatal(err)
		}
		return sha256.Sum256(b)
	}
	one := sum(1, 2000)
	if one != sum(1, 2000) {
		t.Error("one seed made two towns")
	}
	if one == sum(2, 2000) || one == sum(1, 3000) {
		t.Error("two seeds or sizes made one town")
	}
	if sum(3, -5) != sum(3, MinPeople) {
		t.Error("too few people are not brought to the least")
	}
}

// Every part is there in believable numbers.
func TestATownHasWhatATownHas(t *testing.T) {
	t.Parallel()
	town, err := towns[0].make()
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, f := range town.Facilities {
		count[f.Class]++
		count[f.Kind]++
	}
	for _, b := range town.Buildings {
		if b.Use == "apartments" || b.Use == "house" {
			count["homes"]++
		}
	}
	for _, f := range town.Basemap {
		count[f.Layer]++
		if f.Bridge {
			count["bridge"]++
		}
		if f.Tunnel {
			count["tunnel"]++
		}
	}
	for _, s := range town.Services {
		count[s.Kind]++
	}
	for _, r := range town.Regions {
		count[string(r.Code.Level())]++
	}
	t.Log(len(town.Buildings), "buildings,", len(town.Facilities), "facilities,", len(town.Services), "services,", len(town.Basemap), "features", count)
	for what, least := range map[string]int{
		"homes": 150, "bridge": 2, "tunnel": 1, "road": 60, "rail": 1, "waterway": 1, "water": 2, "green": 20, "landuse": 20, "place": 20, "boundary": 1,
		"waste_bin": 40, "guide_sign": 10, "bus_stop": 10, "postal": 5, "phone_booth": 2, "seat": 40, "mobile_toilet": 2, "cycle_parking": 15, "cabinet": 10,
		"street_lamp": 200, "tree": 200, "hospital": 1, "clinic": 3, "pharmacy": 3, "school": 3, "kindergarten": 2, "canteen": 3, "community_centre": 5,
		"police": 1, "fire_station": 1, "library": 1, "townhall": 1, "marketplace": 1, "nursing_home": 1, "college": 1, "bank": 2, "post_office": 1,
		"city": 1, "district": 1, "street": 1, "community": 5, "grid": 40,
	} {
		if count[what] < least {
			t.Errorf("%d of %s, at least %d", count[what], what, least)
		}
	}
	if count["homes"] > 260 {
		t.Errorf("%d homes for 5000 people", count["homes"])
	}
}

// No house overlaps another, a road or water, by every pair; all lie within
// the town, and are sound polygons that hold their point.
func TestHousesStandWhereHousesCan(t *testing.T) {
	t.Parallel()
	eachTown(t, func(t *testing.T, town *Town) {
		rings := make([][]site, len(town.Buildings))
		for i, b := range town.Buildings {
			if found := grid.CheckRings(b.Footprint); len(found) > 0 {
				t.Fatalf("%s %s: %v", b.Ref, b.Name, found[0])
			}
			if b.Address == "" || b.Levels < 1 || b.Height < 3 {
				t.Errorf("%s has no address, levels or height: %+v", b.Ref, b)
			}
			rings[i] = sites(orb.LineString(b.Footprint[0]))
			if !planar.PolygonContains(orb.Polygon{b.Footprint[0]}, b.Point) && b.Use != "school" && len(b.Footprint[0]) == 5 {
				t.Errorf("%s %s: its point is outside", b.Ref, b.Name)
			}
		}
		for i := range rings {
			for j := i + 1; j < len(rings); j++ {
				if math.Abs(rings[i][0].x-rings[j][0].x) < 230 && math.Abs(rings[i][0].y-rings[j][0].y) < 230 && overlap(rings[i], rings[j]) {
					t.Errorf("%s %q (%s) and %s %q overlap", town.Buildings[i].Ref, town.Buildings[i].Name, town.Buildings[i].Use, town.Buildings[j].Ref, town.Buildings[j].Name)
				}
			}
		}
		for _, f := range town.Basemap {
			switch g := f.Geom.(type) {
			case orb.LineString:
				if f.Layer == "road" || f.Layer == "rail" {
					offRoad(t, town, rings, f, sites(g))
				}
			case orb.Polygon:
				if found := grid.CheckRings(g); len(found) > 0 {
					t.Errorf("%s: %v", f.Ref, found[0])
				}
				if f.Layer == "water" {
					water := sites(orb.LineString(g[0]))
					for i := range rings {
						if overlap(rings[i], water) {
							t.Errorf("%s %q stands in %s", town.Buildings[i].Ref, town.Buildings[i].Name, f.Name)
						}
					}
				}
			}
		}
	})
}

func offRoad(t *testing.T, town *Town, rings [][]site, f Feature, line []site) {
	t.Helper()
	half := widths[f.Class] / 2
	for i, ring := range rings {
		for k := 1; k < len(line); k++ {
			if apart(ring[0], line[k]) > 150 {
				continue
			}
			if d := ringToSegment(ring, line[k-1], line[k]); d < half {
				t.Errorf("%s %q (%s) is %.1f m from the middle of %s %s", town.Buildings[i].Ref, town.Buildings[i].Name, town.Buildings[i].Use, d, f.Class, f.Name)
			}
		}
	}
}

func sites(line orb.LineString) []site {
	out := make([]site, 0, len(line))
	for _, p := range line {
		out = append(out, siteOf(p))
	}
	return out
}

// overlap: two edges cross, or one ring lies within the other. Rings are closed.
func overlap(a, b []site) bool {
	for i := 1; i < len(a); i++ {
		for j := 1; j < len(b); j++ {
			if crosses(a[i-1], a[i], b[j-1], b[j]) {
				return true
			}
		}
	}
	return inside(a[0], b[:len(b)-1]) || inside(b[0], a[:len(a)-1])
}

func crosses(a, b, c, d site) bool {
	side := func(p, q, r site) float64 { return (q.x-p.x)*(r.y-p.y) - (q.y-p.y)*(r.x-p.x) }
	return side(a, b, c)*side(a, b, d) < 0 && side(c, d, a)*side(c, d, b) < 0
}

func ringToSegment(ring []site, a, b site) float64 {
	best := math.Inf(1)
	for i := 1; i < len(ring); i++ {
		if crosses(ring[i-1], ring[i], a, b) {
			return 0
		}
		best = min(best, toSegment(ring[i], a, b), toSegment(a, ring[i-1], ring[i]), toSegment(b, ring[i-1], ring[i]))
	}
	if inside(a, ring[:len(ring)-1]) {
		return 0
	}
	return best
}

// The regions are sound, the grids fill their communities, and those the
// town; every point is in exactly one community.
func TestRegionsTileTheTown(t *testing.T) {
	t.Parallel()
	eachTown(t, func(t *testing.T, town *Town) {
		regions := make([]grid.Region, len(town.Regions))
		for i, r := range town.Regions {
			if r.Name == "" || r.NameEn == "" {
				t.Errorf("%s has no name", r.Code)
			}
			regions[i] = grid.Region(r)
		}
		covered(t, town.Regions)
		index, err := grid.NewIndex(1, regions)
		if err != nil {
			t.Fatal(err)
		}
		located := func(what string, p orb.Point) {
			if at := index.Locate(crs.FromPoint(p)); at.Outside || at.Grid == "" {
				t.Errorf("%s at %v is in no grid: %+v", what, p, at)
			}
		}
		for _, f := range town.Facilities {
			located(f.Ref, f.Point)
		}
		for _, b := range town.Buildings {
			located(b.Ref, b.Point)
		}
		for _, c := range town.Cases {
			located(c.Ref, c.Point)
		}
	})
}

// covered fails unless each region is exactly its parts, vertex for vertex.
func covered(t *testing.T, regions []Region) {
	t.Helper()
	parts := map[grid.Code][]coverage.Polygon{}
	for _, r := range regions {
		parts[r.Code.Parent()] = append(parts[r.Code.Parent()], coverage.Polygon{Code: string(r.Code), Geom: r.Geom})
	}
	for _, r := range regions {
		if r.Code.Level() == grid.Grid {
			continue
		}
		c, err := coverage.New(&coverage.Polygon{Code: string(r.Code), Geom: r.Geom}, parts[r.Code], coverage.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if found := c.Findings(); !c.Valid() || len(found) > 0 {
			t.Errorf("%s of %d parts: %d findings, the first %+v", r.Code, c.Len(), len(found), found[0])
		}
	}
}

// Towns of many seeds and a large city are covered at every level.
func TestRegionsOfManyTownsCoverTheirParents(t *testing.T) {
	t.Parallel()
	for seed, people := range map[uint64]int{11: 31_000, 12: 100_000, 13: 300_000, 14: 1_330_000} {
		c, err := Plan(seed, people, today)
		if err != nil {
			t.Fatal(err)
		}
		covered(t, c.Regions)
	}
}

func TestFacilitiesStandWhereTheyCan(t *testing.T) {
	t.Parallel()
	eachTown(t, func(t *testing.T, town *Town) {
		departments := map[string]bool{}
		for _, d := range town.Departments {
			departments[d.Code] = true
		}
		codes := map[plate.Code]bool{}
		var waters, rings [][]site
		for _, b := range town.Buildings {
			rings = append(rings, sites(orb.LineString(b.Footprint[0]))[1:])
		}
		for _, f := range town.Basemap {
			if g, ok := f.Geom.(orb.Polygon); ok && f.Layer == "water" {
				waters = append(waters, sites(orb.LineString(g[0])))
			}
		}
		for _, f := range town.Facilities {
			if got, err := plate.Parse(f.Code.String()); err != nil || codes[got] {
				t.Errorf("%s: plate %q: %v", f.Ref, f.Code, err)
			}
			codes[f.Code] = true
			known, ok := facility.Kinds[f.Kind]
			if !ok || known.Class != f.Class {
				t.Errorf("%s: kind %s, class %s, the register says %s", f.Ref, f.Kind, f.Class, known.Class)
			}
			if !departments[f.Department] || f.Name == "" || f.NameEn == "" || f.Place == "" || f.Owner == "" || f.Maintainer == "" {
				t.Errorf("incomplete: %+v", f)
			}
			at := siteOf(f.Point)
			for _, w := range waters {
				if inside(at, w[:len(w)-1]) {
					t.Errorf("%s %s stands in the water", f.Ref, f.Name)
				}
			}
			for i, ring := range rings {
				if math.Abs(ring[0].x-at.x) < 130 && math.Abs(ring[0].y-at.y) < 130 && inside(at, ring) {
					t.Errorf("%s %s stands in %s", f.Ref, f.Name, town.Buildings[i].Ref)
				}
			}
		}
	})
}

// Every case can be walked by the program's own table, by the roles and with
// what each step needs, ends in the state it says, and not in the future.
func TestCasesCanBeWalked(t *testing.T) {
	t.Parallel()
	eachTown(t, func(t *testing.T, town *Town) {
		states, open, recent, overdue, photos := map[string]int{}, 0, 0, 0, 0
		before := time.Duration(math.MaxInt64)
		for _, c := range town.Cases {
			state, total := cases.Reported, time.Duration(0)
			var dispatched time.Duration
			for _, s := range c.Steps {
				state = walked(t, c, state, s)
				if total += s.After; s.Action == "dispatch" {
					dispatched = total
				}
			}
			if string(state) != c.State || total > c.Ago || c.Ago > month || c.Ago > before {
				t.Errorf("%s: in %s, says %s; steps take %v of %v", c.Ref, state, c.State, total, c.Ago)
			}
			before = c.Ago
			complete(t, town, c)
			states[c.State]++
			if c.Photo != "" {
				photos++
			}
			if state.Open() {
				open++
				if len(c.Steps) == 0 && c.Ago > time.Hour || dispatched > 0 && state == cases.InProgress && c.Ago-dispatched > 48*time.Hour {
					overdue++
				}
			}
			if c.Ago < time.Hour {
				recent++
			}
		}
		for _, s := range cases.States {
			if states[string(s)] == 0 {
				t.Errorf("no case is %s", s)
			}
		}
		if len(town.Cases) < 110 || open < 20 || open > 60 || recent < 3 || overdue < 2 || photos < 60 {
			t.Errorf("%d cases, %d open, %d in the last hour, %d overdue, %d with photos", len(town.Cases), open, recent, overdue, photos)
		}
	})
}

func walked(t *testing.T, c Case, from cases.State, s Step) cases.State {
	t.Helper()
	for _, row := range cases.From(from) {
		if string(row.Action) != s.Action {
			continue
		}
		allowed := false
		for _, r := range row.Roles {
			allowed = allowed || string(r) == s.Role
		}
		for _, need := range row.Needs {
			if need == cases.NeedNote && s.Note == "" || need == cases.NeedDepartment && s.Department == "" {
				t.Errorf("%s: %s without %s", c.Ref, s.Action, need)
			}
		}
		if !allowed || (s.Role == "handler") != (s.Department != "" && s.Action != "dispatch") {
			t.Errorf("%s: %s by %s of %q", c.Ref, s.Action, s.Role, s.Department)
		}
		return row.To
	}
	t.Fatalf("%s: no %s from %s", c.Ref, s.Action, from)
	return from
}

func complete(t *testing.T, town *Town, c Case) {
	t.Helper()
	if zh, _ := cases.CategoryName(c.Category); zh == "" {
		t.Errorf("%s: category %s is not in the standard", c.Ref, c.Category)
	}
	if c.Title == "" || c.TitleEn == "" || c.Text == "" || c.Place == "" || !strings.Contains("dirty messy poor broken", c.Concern) {
		t.Errorf("incomplete: %+v", c)
	}
	if c.Facility >= 0 {
		f := town.Facilities[c.Facility]
		if f.Point != c.Point || facility.Kinds[f.Kind].Component != c.Category {
			t.Errorf("%s: facility %s (%s), category %s", c.Ref, f.Name, f.Kind, c.Category)
		}
	}
	if (c.Channel == "scan") != (c.Facility >= 0) {
		t.Errorf("%s: channel %s", c.Ref, c.Channel)
	}
}
