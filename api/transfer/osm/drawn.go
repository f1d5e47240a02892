package osm

import (
	"math"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// drawn is how a thing looks on the basemap. An area's rank is made from its
// size instead.
type drawn struct {
	layer, class string
	rank         int
}

var roads = map[string]drawn{
	"motorway": {"road", "motorway", 0}, "motorway_link": {"road", "motorway", 2},
	"trunk": {"road", "trunk", 1}, "trunk_link": {"road", "trunk", 3},
	"primary": {"road", "primary", 2}, "primary_link": {"road", "primary", 4},
	"secondary": {"road", "secondary", 3}, "secondary_link": {"road", "secondary", 5},
	"tertiary": {"road", "tertiary", 4}, "tertiary_link": {"road", "tertiary", 5},
	"residential": {"road", "residential", 5}, "unclassified": {"road", "residential", 5},
	"living_street": {"road", "residential", 6}, "road": {"road", "residential", 6},
	"pedestrian": {"road", "pedestrian", 6},
	"service":    {"road", "service", 7}, "busway": {"road", "service", 6},
	"cycleway": {"road", "cycleway", 8}, "track": {"road", "track", 8},
	"path": {"road", "path", 8}, "footway": {"road", "path", 8}, "bridleway": {"road", "path", 8},
	"steps": {"road", "steps", 8},
}

var rails = map[string]drawn{
	"rail": {"rail", "rail", 2}, "narrow_gauge": {"rail", "rail", 3}, "funicular": {"rail", "rail", 3},
	"preserved": {"rail", "rail", 4}, "subway": {"rail", "subway", 3},
	"light_rail": {"rail", "light_rail", 3}, "monorail": {"rail", "light_rail", 3},
	"tram": {"rail", "tram", 4},
}

var waterways = map[string]drawn{
	"river": {"waterway", "river", 1}, "canal": {"waterway", "canal", 2},
	"stream": {"waterway", "stream", 5}, "ditch": {"waterway", "ditch", 7}, "drain": {"waterway", "ditch", 7},
}

var placeNames = map[string]drawn{
	"city": {"place", "city", 1}, "town": {"place", "town", 3}, "village": {"place", "village", 5},
	"borough": {"place", "suburb", 4}, "suburb": {"place", "suburb", 5}, "quarter": {"place", "quarter", 6},
	"neighbourhood": {"place", "neighbourhood", 7}, "hamlet": {"place", "hamlet", 7}, "locality": {"place", "locality", 8},
}

// areaRules name "layer class" for areas; an area is one thing in each layer.
var areaRules = []rule{
	{key: "natural", value: "water", kind: "water water"},
	{key: "waterway", value: "riverbank", kind: "water water"},
	{key: "waterway", value: "dock", kind: "water water"},
	{key: "landuse", value: "reservoir", kind: "water water"},
	{key: "landuse", value: "basin", kind: "water water"},
	{key: "leisure", value: "park", kind: "green park"},
	{key: "leisure", value: "common", kind: "green park"},
	{key: "leisure", value: "pitch", kind: "green pitch"},
	{key: "leisure", value: "garden", kind: "green garden"},
	{key: "landuse", value: "allotments", kind: "green garden"},
	{key: "landuse", value: "forest", kind: "green forest"},
	{key: "natural", value: "wood", kind: "green forest"},
	{key: "landuse", value: "cemetery", kind: "green cemetery"},
	{key: "amenity", value: "grave_yard", kind: "green cemetery"},
	{key: "landuse", value: "meadow", kind: "green meadow"},
	{key: "landuse", value: "farmland", kind: "green farmland"},
	{key: "landuse", value: "farm", kind: "green farmland"},
	{key: "landuse", value: "orchard", kind: "green farmland"},
	{key: "landuse", value: "vineyard", kind: "green farmland"},
	{key: "landuse", value: "grass", kind: "green grass"},
	{key: "landuse", value: "village_green", kind: "green grass"},
	{key: "landuse", value: "recreation_ground", kind: "green grass"},
	{key: "natural", value: "grassland", kind: "green grass"},
	{key: "natural", value: "scrub", kind: "green grass"},
	{key: "natural", value: "heath", kind: "green grass"},
	{key: "amenity", value: "school", kind: "landuse education", and: ground},
	{key: "amenity", value: "kindergarten", kind: "landuse education", and: ground},
	{key: "amenity", value: "college", kind: "landuse education", and: ground},
	{key: "amenity", value: "university", kind: "landuse education", and: ground},
	{key: "landuse", value: "education", kind: "landuse education"},
	{key: "amenity", value: "hospital", kind: "landuse health", and: ground},
	{key: "amenity", value: "clinic", kind: "landuse health", and: ground},
	{key: "landuse", value: "residential", kind: "landuse residential"},
	{key: "landuse", value: "commercial", kind: "landuse commercial"},
	{key: "landuse", value: "industrial", kind: "landuse industrial"},
	{key: "landuse", value: "retail", kind: "landuse retail"},
	{key: "landuse", value: "railway", kind: "landuse railway"},
	{key: "place", value: "square", kind: "landuse pedestrian"},
	{key: "highway", value: "pedestrian", kind: "landuse pedestrian", and: paved},
	{key: "highway", value: "footway", kind: "landuse pedestrian", and: paved},
}

// ground tells a school's grounds from a school's house, which is a building.
func ground(t tags) bool { return !t.yes("building") }

// paved tells a square from a road that runs in a circle: only an area says
// that it is one.
func paved(t tags) bool { return t.get("area") == "yes" || t.get("type") == "multipolygon" }

// lines gives how a way is drawn as a line, in up to three layers: rails may
// lie in a street.
func (t tags) lines() []drawn {
	var out []drawn
	if d, ok := roads[t.get("highway")]; ok && t.get("area") != "yes" {
		out = append(out, d)
	}
	if d, ok := rails[t.get("railway")]; ok {
		if t.get("service") != "" && t.get("highway") == "" {
			d.rank = 6 // sidings and yards
		}
		out = append(out, d)
	}
	if d, ok := waterways[t.get("waterway")]; ok && t.get("area") != "yes" {
		out = append(out, d)
	}
	return out
}

// areas gives how an object is drawn when it is an area.
func (t tags) areas() []drawn {
	var out []drawn
	for _, layer := range [...]string{"water ", "green ", "landuse "} {
		for _, r := range areaRules {
			if r.kind[:min(len(layer), len(r.kind))] == layer && t.get(r.key) == r.value && (r.and == nil || r.and(t)) {
				out = append(out, drawn{layer: layer[:len(layer)-1], class: r.kind[len(layer):]})
				break
			}
		}
	}
	return out
}

// place gives how a named place is written.
func (t tags) place() (drawn, bool) {
	d, ok := placeNames[t.get("place")]
	if t.yes("capital") && d.class == "city" {
		d.rank = 0
	}
	return d, ok && t.get("name") != ""
}

func (t tags) basemap(ref string, d drawn, g orb.Geometry) Basemap {
	return Basemap{
		Ref: ref, Layer: d.layer, Class: d.class, Rank: d.rank,
		Name: t.get("name"), NameEn: t.get("name:en"),
		Bridge: t.yes("bridge"), Tunnel: t.yes("tunnel"), Geom: g,
	}
}

// areaRank makes large areas important: from ten square kilometres (0) a
// tenth of the size is two ranks.
func areaRank(area orb.MultiPolygon) int {
	const degree = 111_195.0 // metres of latitude
	m2 := planar.Area(area) * degree * degree * math.Cos(area.Bound().Center().Lat()*math.Pi/180)
	if m2 <= 0 {
		return 9
	}
	return min(max(int(2*(7-math.Log10(m2))), 0), 9)
}

// administrative tells whether the tags are those of an administrative
// boundary, and its level, 0 when not said.
func (t tags) administrative() (level int, ok bool) {
	if t.get("boundary") != "administrative" {
		return 0, false
	}
	n, err := strconv.Atoi(t.get("admin_level"))
	if err != nil || n < 1 || n > 11 {
		n = 0
	}
	return n, true
}

// levelRank is the rank of a boundary line of an administrative level.
var levelRank = [...]int{9, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8}

// divisionCode gives the official code of a division.
func (t tags) divisionCode() string {
	if c := first(t.get("division_code"), t.get("ref:division_code"), t.get("ISO3166-2")); c != "" {
		return c
	}
	for _, x := range t {
		if len(x.key) > 4 && x.key[:4] == "ref:" {
			return x.value
		}
	}
	return t.get("ref")
}
