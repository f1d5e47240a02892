package analysis

import "onemap/geo/grid"

// Coverage is the answer. All numbers of people are in steps of Rule.Round and
// sums of the same groups, so parts add up to their whole.
type Coverage struct {
	Question  Question       `json:"question"`
	Measure   string         `json:"measure" enum:"straight_line" doc:"How distance is measured."`
	AsOf      string         `json:"as_of" format:"date" doc:"The day of the people's data."`
	Regions   []Named        `json:"regions" doc:"What the answer is about; usually one region."`
	Unit      string         `json:"capacity_unit" doc:"meals, beds, places, visits, or empty."`
	Totals    Totals         `json:"totals"`
	ByMetres  []AtDistance   `json:"by_metres" doc:"The same for other distances."`
	Nearest   []Band         `json:"nearest" doc:"How far it is to the nearest service; the last is everybody beyond."`
	Cells     CellCollection `json:"cells" doc:"GeoJSON; WGS84, lon before lat."`
	Areas     []Area         `json:"communities"`
	Grids     []Area         `json:"grids"`
	Services  []Reached      `json:"services"`
	Rule      Rule           `json:"rule"`
	Withheld  bool           `json:"withheld" doc:"There are too few people to tell anything."`
	Notes     []Note         `json:"notes"`
	MayList   bool           `json:"may_list" doc:"Whether the reader gets the list of buildings behind the figures."`
	Reference *float64       `json:"reference_per_100" doc:"Places for 100 people in everything that is known, to compare with."`
}

// Named is a region.
type Named struct {
	Code   string      `json:"code"`
	Level  string      `json:"level"`
	Name   string      `json:"name"`
	NameEn string      `json:"name_en"`
	BBox   *[4]float64 `json:"bbox" doc:"West, south, east, north."`
}

// Totals are the figures of an area.
type Totals struct {
	People    int      `json:"people"`
	Covered   int      `json:"covered"`
	Uncovered int      `json:"uncovered"`
	Share     *float64 `json:"share" doc:"Covered of all, from 0.05 to 0.95 (less and more are told as these); null for fewer than 20 people."`
	PerHead   *float64 `json:"places_per_100" doc:"Capacity in reach for 100 people, shared with all others in its reach; null where no capacity is known."`
}

// AtDistance are the totals for another distance.
type AtDistance struct {
	Metres int `json:"metres"`
	Totals
}

// Band is who lives this far from the nearest service.
type Band struct {
	To     *int `json:"to" doc:"Metres, inclusive; null is everybody beyond."`
	People int  `json:"people"`
}

// Area is a community or a grid; merged are those put to it because one of
// them has too few people.
type Area struct {
	Named
	Merged []Named `json:"merged"`
	Totals
}

// Reached is a service and whom it reaches.
type Reached struct {
	ID       string   `json:"id"`
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	NameEn   string   `json:"name_en"`
	Address  string   `json:"address"`
	State    string   `json:"state" enum:"open,planned"`
	Lon      float64  `json:"lon"`
	Lat      float64  `json:"lat"`
	Capacity *int     `json:"capacity"`
	People   int      `json:"people_in_reach"`
	PerHead  *float64 `json:"places_per_100" doc:"Its capacity for 100 people in its reach; null where either is unknown or nobody is."`
}

// Rule says what was done so that nobody can be singled out.
type Rule struct {
	People     int `json:"least_people"`
	Households int `json:"least_households"`
	Round      int `json:"round" doc:"The step of all numbers of people: the least people of a group."`
	Cell       int `json:"cell_metres" doc:"The side of the smallest cell."`
}

// Note is something to know about the answer.
type Note struct {
	Code string `json:"code" enum:"straight_line,groups,merged_outside,no_capacity,other_unit"`
	N    int    `json:"n,omitempty"`
}

// CellCollection is a GeoJSON FeatureCollection of cells.
type CellCollection struct {
	Type     string `json:"type" enum:"FeatureCollection"`
	Features []Cell `json:"features"`
}

// Cell is one square of a fixed lattice, or several that were merged.
type Cell struct {
	Type       string         `json:"type" enum:"Feature"`
	ID         string         `json:"id"`
	Geometry   CellGeometry   `json:"geometry"`
	Properties CellProperties `json:"properties"`
}

// CellGeometry is a GeoJSON MultiPolygon.
type CellGeometry struct {
	Type        string           `json:"type" enum:"MultiPolygon"`
	Coordinates [][][][2]float64 `json:"coordinates"`
}

// CellProperties are a cell's figures.
type CellProperties struct {
	Totals
	Density   int     `json:"density" doc:"People for each square kilometre."`
	Squares   int     `json:"squares" doc:"How many squares were merged."`
	Community string  `json:"community" doc:"The community of most of its people."`
	Lon       float64 `json:"lon"`
	Lat       float64 `json:"lat"`
}

// sum adds up groups for one area.
type sum struct {
	people, covered int
	places          float64
}

func (s *sum) add(g *group, reached bool, places float64) {
	s.people += g.people
	if reached {
		s.covered += g.people
	}
	s.places += float64(g.people) * places
}

func (s sum) totals(capacity bool) Totals {
	t := Totals{People: s.people, Covered: s.covered, Uncovered: s.people - s.covered}
	if s.people >= leastShare {
		share := min(max(rounded(float64(s.covered)/float64(s.people), 3), lowShare), highShare)
		t.Share = &share
	}
	if capacity && s.people > 0 {
		t.PerHead = new(rounded(100*s.places/float64(s.people), 1))
	}
	return t
}

func named(ix *grid.Index, code string) Named {
	n := Named{Code: code, Level: string(grid.Code(code).Level())}
	if ref, ok := ix.Ref(grid.Code(code)); ok {
		n.Name, n.NameEn = ref.Name, ref.NameEn
		n.BBox = &[4]float64{ref.Bound.Min[0], ref.Bound.Min[1], ref.Bound.Max[0], ref.Bound.Max[1]}
	}
	return n
}
