package analysis

import (
	"fmt"
	"slices"
	"strings"

	"onemap/api/fault"
	placed "onemap/api/place"
)

// Ages are years of age that may be asked for: from one on, to another included
// or without an end.
type Ages struct {
	From int  `json:"from"`
	To   *int `json:"to" doc:"The last year of age that counts; null is no end."`
}

// AllAges is what may be asked for: what the law, schools and care set apart. None
// of them is made up of others, put together and taken off (README).
var AllAges = []Ages{
	{0, nil},
	{0, new(2)},
	{3, new(5)},
	{6, new(11)},
	{12, new(17)},
	{18, new(34)},
	{60, nil},
	{65, nil},
	{70, nil},
	{75, nil},
	{80, nil},
	{85, nil},
	{90, nil},
}

// listed says whether somebody may ask for these ages.
func (a Ages) listed() bool {
	return slices.ContainsFunc(AllAges, func(x Ages) bool {
		return x.From == a.From && (x.To == nil) == (a.To == nil) && (x.To == nil || *x.To == *a.To)
	})
}

// oldest ends the last band.
const oldest = 150

// Tags are the care tags a planner may ask for; the others are no matter of
// planning services for everybody.
var Tags = []string{"disabled", "low_income", "left_behind_child", "lost_only_child", "veteran"}

// Kinds are the services people walk to.
var Kinds = []string{
	"canteen", "nursing_home", "community_centre", "clinic", "hospital", "pharmacy", "kindergarten", "school", "library",
	"marketplace", "post_office", "bank", "townhall", "police", "social_facility",
}

// The reach in metres: steps of 50, so that nobody asks for the ring around one house.
const (
	leastMetres = 100
	mostMetres  = 3000
	stepMetres  = 50
)

// Presets are distances in metres that standards name.
var Presets = []int{300, 500, 800, 1000}

// ElderlyMetresPerMinute is a walking pace of 3 km/h: 10 minutes are 500 m.
const ElderlyMetresPerMinute = 50

// Who is the people asked for. The zero age range is everybody.
type Who struct {
	AgeFrom int    `json:"age_from"`
	AgeTo   *int   `json:"age_to" doc:"The last year of age that counts; null is no end."`
	Alone   bool   `json:"alone" doc:"Only who lives alone."`
	Tag     string `json:"tag" doc:"Only who carries this care tag now; empty is everybody."`
}

// limit is the first year of age that no longer counts.
func (w Who) limit() int {
	if w.AgeTo == nil {
		return oldest
	}
	return *w.AgeTo + 1
}

// aged says whether the age matters.
func (w Who) aged() bool { return w.AgeFrom > 0 || w.AgeTo != nil }

// sensitive are groups of which less is told.
func (w Who) sensitive() bool { return w.Alone || w.Tag != "" }

// least is the fewest people of whom something is told, and the step of what is told.
func (w Who) least() int32 {
	if w.sensitive() {
		return leastSensitive
	}
	return leastPeople
}

func (w Who) key() string { return fmt.Sprintf("%d-%d %t %s", w.AgeFrom, w.limit(), w.Alone, w.Tag) }

// Question is everything that is asked; Region "" is the whole sight.
type Question struct {
	Who     Who    `json:"who"`
	Service string `json:"service" doc:"The kind of service."`
	Planned bool   `json:"planned" doc:"Planned services count as if they were open."`
	Metres  int    `json:"metres" doc:"How far, inclusive."`
	Region  string `json:"region"`
}

// Asked is a question as it is typed into an address.
type Asked struct {
	AgeFrom int    `query:"age_from" default:"60" doc:"The first year of age, as /api/v1/plan/options lists them with their last ones."`
	AgeTo   int    `query:"age_to" default:"-1" doc:"The last year of age that is listed for the first; -1 is no end."`
	Alone   bool   `query:"alone" doc:"Only who lives alone."`
	Tag     string `query:"tag" doc:"Only who carries this care tag: disabled, low_income, left_behind_child, lost_only_child, veteran."`
	Service string `query:"service" default:"canteen" doc:"The kind of service, as /api/v1/plan/options lists them."`
	Planned bool   `query:"planned" doc:"Count planned services as if they were open."`
	Metres  int    `query:"metres" default:"500" doc:"How far, in metres of straight distance: 100 to 3000 in steps of 50."`
	Region  string `query:"region" doc:"A region code in one's own area; empty is the whole of it."`
	Grids   string `query:"grids" default:"today" doc:"today, and nothing else: the answer is about who lives where now, and of another time there is none. It says in as_of of which day it is."`
}

// question takes listed words only, and says of all others what is wrong.
func (a Asked) question() (Question, error) {
	var f fault.Fields
	q := Question{
		Who:     Who{AgeFrom: a.AgeFrom, Alone: a.Alone, Tag: a.Tag},
		Service: a.Service, Planned: a.Planned, Metres: a.Metres, Region: a.Region,
	}
	if a.AgeTo != -1 {
		q.Who.AgeTo = &a.AgeTo
	}
	switch {
	case (Ages{a.AgeFrom, q.Who.AgeTo}).listed():
	case slices.ContainsFunc(AllAges, func(x Ages) bool { return x.From == a.AgeFrom }):
		f.Add("query.age_to", a.AgeTo, "0 to 2, 3 to 5, 6 to 11, 12 to 17, 18 to 34, or -1 with 0, 60, 65, 70, 75, 80, 85 or 90")
	default:
		f.Add("query.age_from", a.AgeFrom, "one of 0, 3, 6, 12, 18, 60, 65, 70, 75, 80, 85, 90")
	}
	if a.Tag != "" && !slices.Contains(Tags, a.Tag) {
		f.Add("query.tag", a.Tag, "one of %s", strings.Join(Tags, ", "))
	}
	if q.Who.aged() && a.Alone && a.Tag != "" {
		f.Add("query.tag", a.Tag, "at most two of age, living alone and tag together")
	}
	if a.Grids != "" && a.Grids != string(placed.Today) {
		f.Add("query.grids", a.Grids, "today: the answer is about who lives where now, on the grids in force; it has no other time that could be asked")
	}
	if !slices.Contains(Kinds, a.Service) {
		f.Add("query.service", a.Service, "one of %s", strings.Join(Kinds, ", "))
	}
	if a.Metres < leastMetres || a.Metres > mostMetres || a.Metres%stepMetres != 0 {
		f.Add("query.metres", a.Metres, "%d to %d in steps of %d", leastMetres, mostMetres, stepMetres)
	}
	return q, f.Err("plan.question")
}
