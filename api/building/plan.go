package building

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"onemap/api/address"
	"onemap/api/fault"
)

// Plan describes a building in a few lines, from which its stack is made.
// Storeys are named by their labels, as people name them: with 4 among
// SkipLabels the fourth storey above ground is 5.
type Plan struct {
	Units         []PlanUnit  `json:"units,omitempty" maxItems:"50" doc:"The staircases from left to right; none where all doors open on one corridor."`
	Count         int         `json:"count,omitempty" minimum:"0" maximum:"50" doc:"Instead of units: so many, called 1, 2, 3."`
	Floors        int         `json:"floors" doc:"Storeys from the ground floor up, at most 300."`
	Below         int         `json:"below,omitempty" doc:"Storeys below ground, at most 20."`
	RoomsPerFloor int         `json:"rooms_per_floor" doc:"Of one unit, at most 100."`
	Pattern       string      `json:"pattern" maxLength:"60" doc:"How rooms are numbered: {floor}, {col}, {unit}, {building}; {col:02} has two digits."`
	SkipLabels    []string    `json:"skip_labels,omitempty" maxItems:"50" doc:"Labels that no storey has, as 4, 13, 14."`
	BelowUse      string      `json:"below_use,omitempty" doc:"What the storeys below ground are used for; empty makes no rooms there."`
	GroundUse     string      `json:"ground_use,omitempty" doc:"What the ground floor is used for when not for dwellings."`
	Exceptions    []Exception `json:"exceptions,omitempty" maxItems:"500"`
}

// PlanUnit is a staircase.
type PlanUnit struct {
	Code string `json:"code" maxLength:"20"`
	Lift bool   `json:"lift,omitempty"`
}

// Exception is what is different on some storeys; a later one overrides.
type Exception struct {
	Unit     string   `json:"unit,omitempty" doc:"One unit; empty is all of them."`
	Floors   string   `json:"floors" maxLength:"200" doc:"Labels and ranges of labels: 3-5,8 or B1."`
	Rooms    *int     `json:"rooms,omitempty" doc:"So many rooms."`
	Skip     []int    `json:"skip,omitempty" maxItems:"100" doc:"Columns that have no room."`
	Merge    [][2]int `json:"merge,omitempty" maxItems:"50" doc:"From one column to another is one room."`
	Cols     []int    `json:"cols,omitempty" maxItems:"100" doc:"The columns that use and storey_to are for; none is all."`
	Use      string   `json:"use,omitempty"`
	StoreyTo string   `json:"storey_to,omitempty" doc:"The rooms reach up to the storey of this label, as a duplex does."`
}

// PlannedRoom is a room as a plan gives it.
type PlannedRoom struct {
	Unit                 string // "" for what belongs to no unit
	Code                 string
	StoreyFrom, StoreyTo int
	Col, Colspan         int
	Use                  string
	UseSaid              bool // by the plan, not only by default
}

// Layout is the stack that a plan gives: units from the left, storeys from below.
type Layout struct {
	Units   []Unit
	Storeys []Storey
	Rooms   []PlannedRoom
}

// mostRooms bounds what one plan may make.
const mostRooms = 20_000

// Layout makes the stack, or says everything that is wrong with the plan.
// building is what {building} stands for.
func (p Plan) Layout(building string) (Layout, error) {
	m := planner{Plan: p, building: building}
	m.check()
	if err := m.bad.Err("stack.plan"); err != nil {
		return Layout{}, err
	}
	m.frame()
	m.apply()
	if err := m.bad.Err("stack.plan"); err != nil {
		return Layout{}, err
	}
	m.fill()
	return m.layout, m.bad.Err("stack.plan")
}

type planner struct {
	Plan
	building string
	bad      fault.Fields
	layout   Layout
	index    map[string]int // of a label in layout.Storeys
	pattern  []piece
	lanes    []string             // the codes of the units; "" where there are none
	cells    map[lane]map[int]*on // by lane and ordinal
	twice    bool
}

type lane struct {
	unit  string
	below bool
}

// on is what a unit has on a storey.
type on struct {
	rooms int
	skip  []int
	merge [][2]int
	use   map[int]string // by column, 0 for all
	to    map[int]int    // ordinal that a room reaches up to, by column
}

func (m *planner) check() {
	codes := map[string]bool{}
	for i, u := range m.Units {
		code := address.Unit(u.Code)
		if code == "" || codes[code] {
			m.bad.Add(fmt.Sprintf("body.units[%d].code", i), u.Code, "a name that no other unit has")
		}
		codes[code] = true
		m.lanes = append(m.lanes, code)
		m.layout.Units = append(m.layout.Units, Unit{Code: code, Ordinal: i + 1, Lift: u.Lift})
	}
	if len(m.Units) > 0 && m.Count > 0 {
		m.bad.Add("body.count", m.Count, "either units or count")
	}
	if m.Count < 0 || m.Count > 50 || len(m.Units) > 50 {
		m.bad.Add("body.count", m.Count, "from 1 to 50 units")
	} else if len(m.Units) == 0 {
		for i := range m.Count {
			code := strconv.Itoa(i + 1)
			m.lanes = append(m.lanes, code)
			m.layout.Units = append(m.layout.Units, Unit{Code: code, Ordinal: i + 1})
		}
	}
	if len(m.lanes) == 0 {
		m.lanes = []string{""}
	}
	if m.Floors < 1 || m.Floors > mostLevels {
		m.bad.Add("body.floors", m.Floors, "from 1 to %d storeys above ground", mostLevels)
	}
	if m.Below < 0 || m.Below > mostBelow {
		m.bad.Add("body.below", m.Below, "from 0 to %d storeys below ground", mostBelow)
	}
	if m.RoomsPerFloor < 0 || m.RoomsPerFloor > mostColumns {
		m.bad.Add("body.rooms_per_floor", m.RoomsPerFloor, "from 0 to %d rooms", mostColumns)
	}
	if m.Floors*m.RoomsPerFloor*len(m.lanes) > mostRooms {
		m.bad.Add("body.floors", m.Floors, "together more than %d rooms", mostRooms)
	}
	for i, l := range m.SkipLabels {
		if n, err := strconv.Atoi(l); err != nil || n < 2 || n > 2*mostLevels {
			m.bad.Add(fmt.Sprintf("body.skip_labels[%d]", i), l, "the number of a storey above the first")
		}
	}
	m.use("body.below_use", m.BelowUse)
	m.use("body.ground_use", m.GroundUse)
	var err error
	if m.pattern, err = readPattern(m.Pattern); err != nil {
		m.bad.Add("body.pattern", m.Pattern, "%s", err.Error())
	}
	if len(m.Exceptions) > 500 {
		m.bad.Add("body.exceptions", len(m.Exceptions), "at most 500 exceptions")
	}
}

func (m *planner) use(location, use string) {
	if use != "" && !slices.Contains(Uses, use) {
		m.bad.Add(location, use, "one of %s", strings.Join(Uses, ", "))
	}
}

// frame makes the storeys, and what each unit has there before exceptions.
func (m *planner) frame() {
	m.index, m.cells = map[string]int{}, map[lane]map[int]*on{}
	ground := dwellingHeight
	if m.GroundUse == "shop" {
		ground = shopHeight
	}
	add := func(ordinal int, label string, base, height float64) {
		m.index[label] = len(m.layout.Storeys)
		m.layout.Storeys = append(m.layout.Storeys, Storey{Ordinal: ordinal, Label: label, Kind: kindOf(ordinal), BaseM: base, HeightM: height})
	}
	for n := m.Below; n > 0; n-- {
		add(-n, labelOf(-n), -float64(n)*dwellingHeight, dwellingHeight)
	}
	number, base := 0, 0.0
	for ordinal := range m.Floors {
		number++
		for slices.Contains(m.SkipLabels, strconv.Itoa(number)) {
			number++
		}
		height := dwellingHeight
		if ordinal == 0 {
			height = ground
		}
		add(ordinal, strconv.Itoa(number), base, height)
		base += height
	}
	m.cells[lane{below: true}] = map[int]*on{}
	for _, s := range m.layout.Storeys {
		if s.Ordinal < 0 {
			o := &on{use: map[int]string{}, to: map[int]int{}}
			if m.BelowUse != "" {
				o.rooms, o.use[0] = 1, m.BelowUse
			}
			m.cells[lane{below: true}][s.Ordinal] = o
			continue
		}
		for _, u := range m.lanes {
			if m.cells[lane{unit: u}] == nil {
				m.cells[lane{unit: u}] = map[int]*on{}
			}
			o := &on{rooms: m.RoomsPerFloor, use: map[int]string{}, to: map[int]int{}}
			if s.Ordinal == 0 && m.GroundUse != "" {
				o.use[0] = m.GroundUse
			}
			m.cells[lane{unit: u}][s.Ordinal] = o
		}
	}
}

// apply brings the exceptions in, the later over the earlier.
func (m *planner) apply() {
	for i, e := range m.Exceptions {
		at := fmt.Sprintf("body.exceptions[%d].", i)
		storeys, err := m.floors(e.Floors)
		if err != nil {
			m.bad.Add(at+"floors", e.Floors, "%s", err.Error())
			continue
		}
		unit := address.Unit(e.Unit)
		if e.Unit != "" && !slices.Contains(m.lanes, unit) {
			m.bad.Add(at+"unit", e.Unit, "one of the plan's units")
			continue
		}
		if e.Rooms != nil && (*e.Rooms < 0 || *e.Rooms > mostColumns) {
			m.bad.Add(at+"rooms", *e.Rooms, "from 0 to %d rooms", mostColumns)
			continue
		}
		m.use(at+"use", e.Use)
		to := -1
		if e.StoreyTo != "" {
			there, ok := m.index[address.Storey(e.StoreyTo)]
			if !ok || m.layout.Storeys[there].Ordinal <= storeys[len(storeys)-1] || len(storeys) != 1 {
				m.bad.Add(at+"storey_to", e.StoreyTo, "the label of a storey above the one of the rooms")
				continue
			}
			to = m.layout.Storeys[there].Ordinal
		}
		for _, ordinal := range storeys {
			if ordinal < 0 {
				if e.Unit != "" {
					m.bad.Add(at+"unit", e.Unit, "storeys below ground belong to no unit")
					break
				}
				m.except(at, m.cells[lane{below: true}][ordinal], e, to)
				continue
			}
			for _, u := range m.lanes {
				if e.Unit == "" || u == unit {
					m.except(at, m.cells[lane{unit: u}][ordinal], e, to)
				}
			}
		}
	}
}

func (m *planner) except(at string, o *on, e Exception, to int) {
	if e.Rooms != nil {
		o.rooms, o.skip, o.merge = *e.Rooms, nil, nil
	}
	outside := func(col int) bool { return col < 1 || col > o.rooms }
	if e.Skip != nil {
		o.skip = e.Skip
	}
	if e.Merge != nil {
		o.merge = e.Merge
	}
	for _, list := range [][]int{e.Skip, e.Cols} {
		if slices.ContainsFunc(list, outside) {
			m.bad.Add(at+"skip", list, "columns from 1 to %d", o.rooms)
			return
		}
	}
	taken := map[int]bool{}
	for _, pair := range e.Merge {
		if pair[0] >= pair[1] || outside(pair[0]) || outside(pair[1]) {
			m.bad.Add(at+"merge", pair, "from a column to a later one, from 1 to %d", o.rooms)
			return
		}
		for col := pair[0]; col <= pair[1]; col++ {
			if taken[col] {
				m.bad.Add(at+"merge", pair, "column %d is in another room already", col)
				return
			}
			taken[col] = true
		}
	}
	cols := e.Cols
	if len(cols) == 0 {
		cols = []int{0}
		if e.Use != "" {
			clear(o.use)
		}
	}
	for _, col := range cols {
		if e.Use != "" {
			o.use[col] = e.Use
		}
		if to >= 0 {
			o.to[col] = to
		}
	}
}

// floors reads labels and ranges of them as ordinals, lowest first.
func (m *planner) floors(text string) ([]int, error) {
	var list []int
	for _, part := range strings.Split(strings.ReplaceAll(text, "，", ","), ",") {
		from, to, ranged := strings.Cut(strings.TrimSpace(part), "-")
		if !ranged {
			to = from
		}
		a, okA := m.index[address.Storey(from)]
		b, okB := m.index[address.Storey(to)]
		if !okA || !okB || a > b {
			return nil, fmt.Errorf("labels of the plan's storeys, as 3-5,8; %q is none", strings.TrimSpace(part))
		}
		for i := a; i <= b; i++ {
			if o := m.layout.Storeys[i].Ordinal; !slices.Contains(list, o) {
				list = append(list, o)
			}
		}
	}
	slices.Sort(list)
	return list, nil
}

// fill makes the rooms, storey by storey from below, and leaves out those whose
// place a duplex from below has taken.
func (m *planner) fill() {
	taken := map[spotOf]bool{}
	named := map[[2]string]string{}
	for _, s := range m.layout.Storeys {
		lanes := m.lanes
		if s.Ordinal < 0 {
			lanes = []string{""}
		}
		for _, u := range lanes {
			o := m.cells[lane{unit: u, below: s.Ordinal < 0}][s.Ordinal]
			for col := 1; col <= o.rooms; col++ {
				span := 1
				for _, pair := range o.merge {
					if pair[0] == col {
						span = pair[1] - pair[0] + 1
					}
				}
				first := col
				col += span - 1
				if !slices.Contains(o.skip, first) {
					m.room(u, s, o, first, span, taken, named)
				}
				if len(m.layout.Rooms) > mostRooms {
					m.bad.Add("body.exceptions", nil, "together more than %d rooms", mostRooms)
					return
				}
			}
		}
	}
}

type spotOf struct {
	unit        string
	storey, col int
}

func (m *planner) room(unit string, s Storey, o *on, col, span int, taken map[spotOf]bool, named map[[2]string]string) {
	r := PlannedRoom{Unit: unit, StoreyFrom: s.Ordinal, StoreyTo: s.Ordinal, Col: col, Colspan: span, Use: "dwelling"}
	if use, said := o.use[col]; said {
		r.Use, r.UseSaid = use, true
	} else if use, said := o.use[0]; said {
		r.Use, r.UseSaid = use, true
	}
	if to, said := o.to[col]; said {
		r.StoreyTo = to
	} else if to, said := o.to[0]; said {
		r.StoreyTo = to
	}
	free := 0
	for c := col; c < col+span; c++ {
		if !taken[spotOf{unit, s.Ordinal, c}] {
			free++
		}
	}
	switch {
	case free == 0:
		return // a duplex from below is here
	case free < span:
		m.bad.Add("body.exceptions", s.Label, "on storey %s, column %d, two rooms overlap", s.Label, col)
		return
	}
	for storey := r.StoreyFrom; storey <= r.StoreyTo; storey++ {
		for c := col; c < col+span; c++ {
			taken[spotOf{unit, storey, c}] = true
		}
	}
	switch {
	case s.Ordinal >= 0:
		r.Code = numbered(m.pattern, s.Label, unit, m.building, col)
	case o.rooms == 1:
		r.Code = s.Label
	default:
		r.Code = fmt.Sprintf("%s%03d", s.Label, col)
	}
	if r.Code = address.Room(r.Code); len([]rune(r.Code)) > 20 {
		m.bad.Add("body.pattern", r.Code, "gives a number of more than 20 characters")
		return
	}
	if before, twice := named[[2]string{unit, r.Code}]; twice {
		if !m.twice {
			m.bad.Add("body.pattern", r.Code, "gives %s twice, on storeys %s and %s", r.Code, before, s.Label)
		}
		m.twice = true // once is enough
		return
	}
	named[[2]string{unit, r.Code}] = s.Label
	m.layout.Rooms = append(m.layout.Rooms, r)
}
