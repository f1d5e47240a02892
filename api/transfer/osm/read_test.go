package osm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb/planar"
)

// doc writes a small document: nodes 1..9 on a three by three board with a
// hundredth of a degree between them, nodes 11..14 a small square inside the
// first field, 15 and 16 to its right, and then whatever is given.
//
//	7 8 9
//	4 5 6
//	1 2 3
func doc(rest string) string {
	var s strings.Builder
	s.WriteString(`<?xml version="1.0"?><osm version="0.6">`)
	for i := range 9 {
		fmt.Fprintf(&s, `<node id="%d" lon="%.2f" lat="%.2f"/>`, i+1, 10+float64(i%3)/100, 50+float64(i/3)/100)
	}
	for i, at := range []string{`lon="10.002" lat="50.002"`, `lon="10.004" lat="50.002"`, `lon="10.004" lat="50.004"`, `lon="10.002" lat="50.004"`, `lon="10.006" lat="50.002"`, `lon="10.006" lat="50.004"`} {
		fmt.Fprintf(&s, `<node id="%d" %s/>`, 11+i, at)
	}
	return s.String() + rest + `</osm>`
}

func way(id int, nodes string, tags ...string) string {
	s := fmt.Sprintf(`<way id="%d">`, id)
	for _, n := range strings.Fields(nodes) {
		s += `<nd ref="` + n + `"/>`
	}
	return s + written(tags) + `</way>`
}

// relation takes members as "outer:5 inner:6".
func relation(id int, members string, tags ...string) string {
	s := fmt.Sprintf(`<relation id="%d">`, id)
	for _, m := range strings.Fields(members) {
		role, ref, _ := strings.Cut(m, ":")
		s += `<member type="way" ref="` + ref + `" role="` + role + `"/>`
	}
	return s + written(tags) + `</relation>`
}

func written(tags []string) string {
	s := ""
	for _, t := range tags {
		k, v, _ := strings.Cut(t, "=")
		s += `<tag k="` + k + `" v="` + v + `"/>`
	}
	return s
}

// said gives all that was read from a document, one short line a feature or
// refusal.
func said(t *testing.T, document string) []string {
	t.Helper()
	var g gathered
	report, err := Read(context.Background(), strings.NewReader(document), int64(len(document)), &g, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, b := range g.buildings {
		// Whole fields of the board are 1,000,000; the small square is 40,000.
		out = append(out, fmt.Sprintf("building %s %s %s%.0f", b.Ref, b.Use, shapeOf(b.Geom), planar.Area(b.Geom)*1e10))
	}
	for _, f := range g.facilities {
		out = append(out, fmt.Sprintf("facility %s %s %s %.4f,%.4f", f.Ref, f.Kind, f.Class, f.Point.Lon(), f.Point.Lat()))
	}
	for _, s := range g.services {
		out = append(out, fmt.Sprintf("service %s %s %.4f,%.4f", s.Ref, s.Kind, s.Point.Lon(), s.Point.Lat()))
	}
	for _, b := range g.basemap {
		out = append(out, fmt.Sprintf("%s %s %s %d %s", b.Layer, b.Ref, b.Class, b.Rank, b.Geom.GeoJSONType()))
	}
	for _, b := range g.boundaries {
		out = append(out, fmt.Sprintf("boundary %s %s %d %s %s", b.Ref, b.Name, b.AdminLevel, b.Code, shapeOf(b.Geom)))
	}
	for _, r := range report.Refused {
		out = append(out, fmt.Sprintf("refused %s %s %d %v", r.Feature, r.Reason, r.Count, r.Refs))
	}
	for _, r := range report.Shortened {
		out = append(out, fmt.Sprintf("shortened %s %s %d %v", r.Feature, r.Reason, r.Count, r.Refs))
	}
	return out
}

func TestRead(t *testing.T) {
	t.Parallel()
	const field, small = "1 2 5 4 1", "11 12 13 14 11"
	for _, c := range []struct {
		name, document string
		want           []string
	}{
		{"building", doc(way(1, field, "building=yes")), []string{"building w1  (0)1000000"}},
		{"not a building", doc(way(1, field, "building=no")), nil},
		{
			"missing node", doc(way(1, "1 2 99 4 1", "building=house")),
			[]string{"refused building missing_nodes 1 [w1]"},
		},
		{"node", doc(`<node id="20" lon="10" lat="50"><tag k="building" v="yes"/></node>`), []string{"refused building no_outline 1 [n20]"}},
		{"open", doc(way(1, "1 2 5 4", "building=yes")), []string{"refused building open_ring 1 [w1]"}},
		{"crossing", doc(way(1, "1 5 2 4 1", "building=yes")), []string{"refused building crossing_ring 1 [w1]"}},
		{"flat", doc(way(1, "1 2 1", "building=yes") + way(2, "", "building=yes")), []string{"refused building zero_area 2 [w1 w2]"}},
		{
			"school grounds that are the building", doc(way(1, field, "building=yes", "amenity=school")),
			[]string{"building w1 school (0)1000000", "service w1 school 10.0050,50.0050"},
		},
		{
			"school grounds", doc(way(1, field, "amenity=school")),
			[]string{"service w1 school 10.0050,50.0050", "landuse w1 education 2 MultiPolygon"},
		},
		{
			"multipolygon before its ways, before their nodes",
			`<osm>` + relation(1, "outer:1 inner:2", "type=multipolygon", "building=yes") + way(2, small) + way(1, field) +
				strings.TrimPrefix(doc(""), `<?xml version="1.0"?><osm version="0.6">`),
			[]string{"building r1  (1)960000"},
		},
		{
			"two outers of two ways each",
			doc(relation(1, "outer:1 outer:2 outer:3", "type=multipolygon", "building=yes") + way(1, "1 2 5") + way(2, "1 4 5") + way(3, "5 6 9 8 5")),
			[]string{"building r1  (0)(0)2000000"},
		},
		{
			"touching inner rings and wrong roles",
			doc(relation(1, "inner:1 outer:2 :3", "type=multipolygon", "building=yes") + way(1, field) + way(2, small) + way(3, "12 15 16 13 12")),
			[]string{"building r1  (1)920000"},
		},
		{
			"outer with a building tag of its own counts too",
			doc(relation(1, "outer:1 inner:2", "type=multipolygon", "building=yes") + way(1, field, "building=roof") + way(2, small)),
			[]string{"building w1 roof (0)1000000", "building r1  (1)960000"},
		},
		{
			"outer without one does not",
			doc(relation(1, "outer:1 inner:2", "type=multipolygon", "building=yes") + way(1, field, "source=survey") + way(2, small)),
			[]string{"building r1  (1)960000"},
		},
		{
			"old style: the outer way has the tags",
			doc(relation(1, "outer:1 inner:2", "type=multipolygon", "source=x") + way(1, field, "building=yes") + way(2, small)),
			[]string{"building r1  (1)960000"},
		},
		{
			"old style, but the outers differ",
			doc(relation(1, "outer:1 outer:2", "type=multipolygon") + way(1, field, "building=yes") + way(2, "5 6 9 8 5", "building=shed")),
			[]string{"building w1  (0)1000000", "building w2 shed (0)1000000"},
		},
		{
			"old style, but the hole lacks",
			doc(relation(1, "outer:1 inner:2", "type=multipolygon") + way(1, field, "building=yes")),
			[]string{"building w1  (0)1000000"},
		},
		{
			"missing member", doc(relation(1, "outer:1 outer:2", "type=multipolygon", "building=yes") + way(1, "1 2 5")),
			[]string{"refused building missing_members 1 [r1]"},
		},
		{
			"member with a missing node", doc(relation(1, "outer:1", "type=multipolygon", "building=yes") + way(1, "1 2 99 1")),
			[]string{"refused building missing_nodes 1 [r1]"},
		},
		{"no area relation", doc(relation(1, "outline:1", "type=building", "building=yes") + way(1, field)), []string{"refused building not_an_area 1 [r1]"}},
		{
			"road with a missing node", doc(way(1, "1 2 99 5 6", "highway=primary") + way(2, "1 99 2", "highway=primary")),
			[]string{"road w1 primary 2 MultiLineString", "refused basemap missing_nodes 1 [w2]", "shortened basemap missing_nodes 1 [w1]"},
		},
		{"road round a block is a line", doc(way(1, field, "highway=pedestrian")), []string{"road w1 pedestrian 6 LineString"}},
		{"square is an area", doc(way(1, field, "highway=pedestrian", "area=yes")), []string{"landuse w1 pedestrian 2 MultiPolygon"}},
		{
			"rails in a street", doc(way(1, "1 2 3", "highway=residential", "railway=tram")),
			[]string{"road w1 residential 5 LineString", "rail w1 tram 4 LineString"},
		},
		{
			"facility as an area, a line and a point",
			doc(way(1, small, "amenity=bicycle_parking") + way(2, "1 2", "amenity=bench") + `<node id="20" lon="10.5" lat="50.5"><tag k="amenity" v="toilets"/><tag k="portable" v="yes"/></node>`),
			[]string{"facility n20 mobile_toilet mobile_toilet 10.5000,50.5000", "facility w1 bicycle_parking cycle_parking 10.0030,50.0030", "facility w2 bench seat 10.0050,50.0000"},
		},
		{
			"borders are drawn once, with the more important level",
			doc(relation(1, "outer:1 outer:2", "type=boundary", "boundary=administrative", "admin_level=8", "name=东门街道", "division_code=360681001") +
				relation(2, "outer:2 outer:9", "type=boundary", "boundary=administrative", "admin_level=4") + way(1, "1 2 5") + way(2, "1 4 5")),
			[]string{
				"boundary w1 admin 5 LineString", "boundary w2 admin 1 LineString",
				"boundary r1 东门街道 8 360681001 (0)", "refused boundary missing_members 1 [r2]",
			},
		},
		{
			"the same object twice", doc(way(1, field, "building=yes") + way(1, field, "building=yes")),
			[]string{"building w1  (0)1000000", "refused object repeated 1 [w1]"},
		},
		{
			"deleted in an editor, or without a position",
			doc(`<way id="1" action="delete"><nd ref="1"/><tag k="highway" v="track"/></way><node id="20" visible="false"/><node id="21"><tag k="amenity" v="bench"/></node><node id="22" lon="NaN" lat="95"><tag k="amenity" v="bench"/></node>`),
			[]string{"refused facility no_position 2 [n21 n22]"},
		},
		{
			"place names", doc(`<node id="20" lon="10" lat="50"><tag k="place" v="city"/><tag k="capital" v="yes"/><tag k="name" v="Vaduz"/></node><node id="21" lon="10" lat="50"><tag k="place" v="town"/></node>`),
			[]string{"place n20 city 0 Point"},
		},
	} {
		if diff := cmp.Diff(c.want, said(t, c.document)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.name, diff)
		}
	}
}

func TestReadCountsAndProgress(t *testing.T) {
	t.Parallel()
	document := doc(way(1, "1 2 5 4 1", "building=yes") + relation(1, "outer:1", "type=route"))
	var seen []Progress
	report, err := Read(context.Background(), strings.NewReader(document), int64(len(document)), &gathered{}, func(p Progress) { seen = append(seen, p) })
	if err != nil {
		t.Fatal(err)
	}
	if report.Format != "xml" || report.Nodes != 15 || report.Ways != 1 || report.Relations != 1 || report.Buildings != 1 {
		t.Errorf("report %+v", report)
	}
	last := seen[len(seen)-1]
	if last != (Progress{Pass: 4, Passes: 4, Done: int64(len(document)), Total: int64(len(document))}) {
		t.Errorf("last progress %+v", last)
	}
}

type failing struct {
	gathered
	err error
}

func (f *failing) Building(Building) error { return f.err }

func TestReadStops(t *testing.T) {
	t.Parallel()
	document := doc(way(1, "1 2 5 4 1", "building=yes"))
	full := errors.New("disk full")
	if _, err := Read(context.Background(), strings.NewReader(document), int64(len(document)), &failing{err: full}, nil); !errors.Is(err, full) {
		t.Errorf("sink's error came back as %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Read(ctx, strings.NewReader(document), int64(len(document)), &gathered{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled reading said %v", err)
	}
}

func TestReadFileRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, c := range []struct{ name, content, want string }{
		{"empty.osm.pbf", "", "the file is empty"},
		{"notes.osm", "hello", "text that is not XML"},
		{"map.osm.pbf", `{"type":"FeatureCollection"}`, "looks like JSON"},
		{"map.osm.gz", "\x1f\x8b\x08", "gzip archive"},
		{"map.kml", `<?xml version="1.0"?><kml></kml>`, "begins with <kml>, expected <osm>"},
		{"diff.osm", `<osmChange></osmChange>`, "osmChange file"},
		{"nothing.osm", `<osm></osm>`, "holds no nodes, ways or relations"},
		{"cut.osm", `<osm><node id="1" lon="1" lat="1"/><way id="2"><nd re`, "the file ends in the middle"},
		{"cut2.osm", `<?xml version="1.0"?>`, "the file ends in the middle"},
		{"two.osm", `<osm><node id="1" lon="1" lat="1"/></osm><osm/>`, "follows the end of <osm>"},
		{"id.osm", `<osm><node id="x"/></osm>`, "the id is not a whole number"},
		{"nd.osm", `<osm><way id="1"><nd ref=""/></way></osm>`, "the reference is not a whole number"},
		{"member.osm", `<osm><relation id="1"><member ref="1.5"/></relation></osm>`, "the reference is not a whole number"},
		{"bomb.osm", `<!DOCTYPE osm [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><osm><node id="1" lon="1" lat="1"><tag k="name" v="&b;"/></node></osm>`, "invalid character entity"},
		{"outside.osm", `<!DOCTYPE osm [<!ENTITY x SYSTEM "file:///etc/passwd">]><osm><node id="1" lon="1" lat="1"><tag k="name" v="&x;"/></node></osm>`, "invalid character entity"},
	} {
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		var g gathered
		_, err := ReadFile(context.Background(), path, &g, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.name) {
			t.Errorf("%s: %v, want the name and %q", c.name, err, c.want)
		}
	}
	if _, err := ReadFile(context.Background(), dir, &gathered{}, nil); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("folder: %v", err)
	}
	if _, err := ReadFile(context.Background(), filepath.Join(dir, "none"), &gathered{}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}

// A document type without entities is common and harmless.
func TestReadDoctype(t *testing.T) {
	t.Parallel()
	got := said(t, "\xef\xbb\xbf"+`<!DOCTYPE osm><osm><node id="-1" lon="1" lat="2"><tag k="amenity" v="bench"/></node></osm>`)
	if !slices.Equal(got, []string{"facility n-1 bench seat 1.0000,2.0000"}) {
		t.Error(got)
	}
}
