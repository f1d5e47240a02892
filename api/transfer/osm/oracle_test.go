package osm

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/planar"
)

var samples = []string{"helsinki-centre-2019.osm.pbf", "beijing-bupt-2025.osm", "guixi-jiangxi-2024.osm", "liechtenstein-2015.osm.pbf"}

// run starts an installed program of others, our oracle, and skips the test
// without it.
func run(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed, nothing to compare with", name)
	}
	cmd := exec.Command(name, args...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, complaint.String())
	}
	return out
}

// osmiumAreas gives every polygon osmium makes of a file, by our ref.
func osmiumAreas(t testing.TB, path string) map[string]*geojson.Feature {
	t.Helper()
	out := run(t, "osmium", "export", path, "-u", "type_id", "--geometry-types=polygon", "-f", "geojsonseq", "-x", "print_record_separator=false")
	areas := map[string]*geojson.Feature{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		f, err := geojson.UnmarshalFeature(lines.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		// Areas are numbered 2n for way n and 2n+1 for relation n.
		n, err := strconv.ParseInt(strings.TrimPrefix(f.ID.(string), "a"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if n%2 == 0 {
			areas[wayRef(n/2)] = f
		} else {
			areas[relationRef(n/2)] = f
		}
	}
	return areas
}

// Relations without tags of their own whose outer way lends them its tags:
// osmium gives the way without its holes, we and GDAL give the relation.
var oldStyle = map[string]string{
	"r1687648": "w123263194", "r3629397": "w271900006", "r3636149": "w272649803", "r3636151": "w272649791",
	"r3636152": "w272649808", "r3636153": "w272649789", "r3768867": "w284115741",
}

func TestBuildingsAgainstOsmium(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name             string
		tagged, polygons int // by the description of the data
		taken            int
	}{
		{"helsinki-centre-2019.osm.pbf", 536, 446, 446},
		{"beijing-bupt-2025.osm", 114, 111, 111},
		{"guixi-jiangxi-2024.osm", 165, 165, 165},
		// w237982147 is tagged building=no.
		{"liechtenstein-2015.osm.pbf", 9001, 8995, 8994},
	} {
		path := shared(t, c.name)
		areas := osmiumAreas(t, path)
		g, report := read(t, path)
		denied := 0
		var theirs, ours []string
		var theirArea, ourArea, holes float64
		for ref, f := range areas {
			if b, _ := f.Properties["building"].(string); b == "no" {
				denied++
			} else if b != "" {
				theirs = append(theirs, ref)
				theirArea += planar.Area(f.Geometry)
			}
		}
		for _, b := range g.buildings {
			ref := b.Ref
			ourArea += planar.Area(b.Geom)
			if way, ok := oldStyle[ref]; ok {
				ref = way
				holes += planar.Area(areas[way].Geometry) - planar.Area(b.Geom)
			} else if d := math.Abs(planar.Area(b.Geom)/planar.Area(areas[ref].Geometry) - 1); !(d < 1e-9) {
				t.Errorf("%s: area of %s differs by %g of it", c.name, ref, d)
			}
			ours = append(ours, ref)
			if !planar.MultiPolygonContains(b.Geom, b.Point) {
				t.Errorf("%s: the point of %s is outside", c.name, b.Ref)
			}
		}
		slices.Sort(theirs)
		slices.Sort(ours)
		if diff := cmp.Diff(theirs, ours); diff != "" {
			t.Errorf("%s: other buildings than osmium's:\n%s", c.name, diff)
		}
		if len(theirs)+denied != c.polygons || report.Buildings != c.taken {
			t.Errorf("%s: osmium %d and %d denied, we %d; want %d and %d", c.name, len(theirs), denied, report.Buildings, c.polygons, c.taken)
		}
		if got := report.Buildings + report.RefusedCount(KindBuilding) + denied; got != c.tagged {
			t.Errorf("%s: %d taken, refused or denied, %d objects have a building tag", c.name, got, c.tagged)
		}
		if d := math.Abs((ourArea+holes)/theirArea - 1); !(d < 1e-9) {
			t.Errorf("%s: areas in all differ by %g", c.name, d)
		}
	}
}

// Where GDAL lacks nodes it closes the outline without them and invents a
// wall; we refuse those. It leaves out some ways that are a building and the
// outer way of another, a roof over a bus station or a storey over a
// university; osmium and we give both.
func TestBuildingsAgainstGDAL(t *testing.T) {
	t.Parallel()
	for name, left := range map[string][]string{
		"helsinki-centre-2019.osm.pbf": {"w122595213", "w675858716"}, // outer of r1688819, r9630
		"beijing-bupt-2025.osm":        nil,
		"guixi-jiangxi-2024.osm":       nil,
		"liechtenstein-2015.osm.pbf":   {"w300089873"}, // outer of r3990462
	} {
		path := shared(t, name)
		file := filepath.Join(t.TempDir(), "buildings.csv")
		run(t, "ogr2ogr", "-f", "CSV", file, path, "-sql", "SELECT osm_id, osm_way_id FROM multipolygons WHERE building IS NOT NULL AND building <> 'no'")
		out, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		g, report := read(t, path)
		ours, refused := map[string]bool{}, map[string]bool{}
		for _, b := range g.buildings {
			ours[b.Ref] = true
		}
		for _, r := range report.Refused {
			if r.Feature == KindBuilding && r.Reason == MissingNodes {
				for _, ref := range r.Refs {
					refused[ref] = true
				}
			}
		}
		for _, line := range strings.Fields(string(out))[1:] {
			relation, way, _ := strings.Cut(strings.ReplaceAll(line, `"`, ""), ",")
			ref := "r" + relation
			if way != "" {
				ref = "w" + way
			}
			if !ours[ref] && !refused[ref] {
				t.Errorf("%s: GDAL has %s, we neither have nor refuse it", name, ref)
			}
			delete(ours, ref)
		}
		for _, ref := range left {
			if !ours[ref] {
				t.Errorf("%s: GDAL now has %s", name, ref)
			}
			delete(ours, ref)
		}
		if len(ours) > 0 {
			t.Errorf("%s: GDAL lacks %v", name, ours)
		}
	}
}

// Every other area too has osmium's size, and GEOS finds it valid.
func TestAreas(t *testing.T) {
	t.Parallel()
	for _, name := range samples {
		path := shared(t, name)
		areas := osmiumAreas(t, path)
		g, _ := read(t, path)
		all := geojson.NewFeatureCollection()
		for _, b := range g.buildings {
			all.Append(geojson.NewFeature(b.Geom))
		}
		compared := 0
		check := func(ref string, area orb.MultiPolygon) {
			all.Append(geojson.NewFeature(area))
			f := areas[ref]
			if f == nil {
				// osmium knows the untagged relation only by its ways.
				t.Logf("%s: osmium has no area %s", name, ref)
				return
			}
			compared++
			if d := math.Abs(planar.Area(area)/planar.Area(f.Geometry) - 1); !(d < 1e-9) {
				t.Errorf("%s: area of %s differs by %g of it", name, ref, d)
			}
		}
		for _, b := range g.basemap {
			if area, ok := b.Geom.(orb.MultiPolygon); ok {
				check(b.Ref, area)
			}
		}
		for _, b := range g.boundaries {
			check(b.Ref, b.Geom)
		}
		if compared == 0 {
			t.Errorf("%s: nothing was compared", name)
		}
		file := filepath.Join(t.TempDir(), "areas.geojson")
		text, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		out := string(run(t, "ogrinfo", "-q", "-dialect", "SQLITE", "-sql", "SELECT COUNT(*) AS valid FROM areas WHERE ST_IsValid(geometry)", file))
		if !strings.Contains(out, fmt.Sprintf("valid (Integer) = %d\n", len(all.Features))) {
			t.Errorf("%s: of %d areas GEOS says:\n%s", name, len(all.Features), out)
		}
	}
}

// The table of the data's description: objects carrying a tag.
func TestFacilitiesAgainstTagTable(t *testing.T) {
	t.Parallel()
	table := []struct {
		tag   string
		kind  string
		count [4]int
	}{
		{"amenity=waste_basket", "waste_basket", [4]int{36, 0, 0, 3}},
		{"amenity=bench", "bench", [4]int{162, 5, 0, 53}},
		{"amenity=post_box", "post_box", [4]int{22, 0, 0, 11}},
		{"amenity=telephone", "telephone", [4]int{0, 1, 0, 3}},
		{"amenity=toilets", "toilets", [4]int{18, 1, 0, 13}},
		{"amenity=bicycle_parking", "bicycle_parking", [4]int{53, 13, 0, 5}},
		{"amenity=recycling", "recycling", [4]int{2, 0, 0, 4}},
		{"highway=bus_stop", "bus_stop", [4]int{92, 3, 0, 307}},
		{"highway=street_lamp", "street_lamp", [4]int{586, 0, 0, 0}},
		{"highway=traffic_signals", "traffic_signals", [4]int{135, 7, 0, 8}},
		{"information=guidepost", "guidepost", [4]int{0, 0, 0, 29}},
		{"man_made=street_cabinet", "street_cabinet", [4]int{8, 0, 0, 0}},
		{"emergency=fire_hydrant", "hydrant", [4]int{37, 0, 0, 0}},
		{"barrier=bollard", "bollard", [4]int{186, 16, 0, 28}},
		{"natural=tree", "tree", [4]int{649, 9, 0, 3000}},
		{"amenity=pharmacy", "pharmacy", [4]int{6, 0, 0, 3}},
		{"amenity=school", "school", [4]int{3, 0, 4, 19}},
	}
	var asked []string
	for _, row := range table {
		asked = append(asked, row.tag)
	}
	for i, name := range samples {
		path := shared(t, name)
		tagged := opl(run(t, "osmium", append([]string{"tags-filter", "-R", path, "-f", "opl,add_metadata=false"}, asked...)...))
		kinds := kindsOf(t, path)
		for _, row := range table {
			found := 0
			for ref, line := range tagged {
				list, _, _ := strings.Cut(strings.TrimPrefix(line, "T"), " ")
				if !slices.Contains(strings.Split(list, ","), row.tag) {
					continue
				}
				found++
				if k := kinds[ref]; k != row.kind && k != string(MissingNodes) && k != string(MissingMembers) {
					t.Errorf("%s: %s with %s became %q", name, ref, row.tag, k)
				}
				delete(kinds, ref)
			}
			if found != row.count[i] {
				t.Errorf("%s: osmium finds %d %s, the table says %d", name, found, row.tag, row.count[i])
			}
			for ref, k := range kinds {
				if k == row.kind {
					t.Errorf("%s: %s is a %s without %s", name, ref, k, row.tag)
				}
			}
		}
	}
}

// kindsOf gives the kind of every facility and service, or why it was refused.
func kindsOf(t *testing.T, path string) map[string]string {
	t.Helper()
	g, report := read(t, path)
	kinds := map[string]string{}
	for _, r := range report.Refused {
		if r.Feature == KindFacility || r.Feature == KindService {
			for _, ref := range r.Refs {
				kinds[ref] = string(r.Reason)
			}
		}
	}
	for _, f := range g.facilities {
		kinds[f.Ref] = f.Kind
	}
	for _, s := range g.services {
		if kinds[s.Ref] == "" {
			kinds[s.Ref] = s.Kind
		}
	}
	return kinds
}

// opl gives the lines of osmium's text form by ref.
func opl(text []byte) map[string]string {
	lines := map[string]string{}
	for line := range strings.Lines(string(text)) {
		ref, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		lines[ref] = rest
	}
	return lines
}
