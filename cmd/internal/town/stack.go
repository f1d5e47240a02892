package town

import (
	"fmt"
	"math"
)

// Stack is the inside of a building: units, storeys from the lowest, and rooms.
type Stack struct {
	Building int // place in Town.Buildings
	Units    []Unit
	Storeys  []Storey
	Rooms    []Room
}

// Unit is a staircase.
type Unit struct {
	Code string
	Lift bool
}

// Storey has its ordinal, 0 being the ground floor, and what the lift says.
type Storey struct {
	Ordinal     int
	Label       string
	Base, Tall  float64 // metres
	AboveGround bool
}

// Room is a door: of a flat, a shop, an office. Unit is a place in Stack.Units,
// or -1; Storey an ordinal.
type Room struct {
	Unit, Storey int
	Col          int
	Code         string
	Use, Tenure  string
	Area         float64 // square metres
	Address      string
}

// flats says how a house of flats is divided: staircases, and flats to a storey of each.
func (h *house) flats() (units, each int) {
	if h.long < 1.4*h.deep { // a point block
		if h.long > 26 {
			return 1, 6
		}
		return 1, 4
	}
	return max(1, int(math.Round(h.long/26))), 2
}

// dwellings is how many flats a house has.
func (h *house) dwellings() int {
	switch h.use {
	case "apartments":
		units, each := h.flats()
		return units * each * h.levels
	case "house":
		return max(1, h.levels-1)
	}
	return 0
}

// inside divides every building into rooms.
func (m *maker) inside() {
	d := m.dice("inside")
	for i := range m.houses {
		h := &m.houses[i]
		s := Stack{Building: i}
		b := &m.town.Buildings[i]
		switch b.Use {
		case "apartments":
			m.flatsOf(d, &s, h)
		case "house":
			m.floorsOf(&s, h, 0, false)
			for k := range h.dwellings() {
				floor := k
				if h.levels > 2 && k > 0 {
					floor = k + 1
				}
				s.Rooms = append(s.Rooms, Room{Unit: -1, Storey: min(floor, h.levels-1), Col: 1, Code: fmt.Sprintf("%d01", min(floor, h.levels-1)+1), Use: "dwelling", Area: math.Round(h.long * h.deep * 0.8)})
			}
		case "retail", "commercial":
			m.floorsOf(&s, h, 0, false)
			m.fill(&s, 0, max(1, int(h.long/9)), "shop", h.long*h.deep)
			for floor := 1; floor < h.levels; floor++ {
				m.fill(&s, floor, max(1, int(h.long/18)), "office", h.long*h.deep)
			}
		case "office":
			m.floorsOf(&s, h, 1, false)
			for floor := range h.levels {
				m.fill(&s, floor, max(2, int(h.long/7)), "office", h.long*h.deep)
			}
			m.fill(&s, -1, 1, "parking", h.long*h.deep)
		case "industrial":
			m.floorsOf(&s, h, 0, false)
			m.fill(&s, 0, 1, "workshop", h.long*h.deep)
		case "shed", "toilets":
			continue
		default:
			m.floorsOf(&s, h, 0, false)
			m.fill(&s, 0, 1, "public", h.long*h.deep)
		}
		for k := range s.Rooms {
			r := &s.Rooms[k]
			unit := ""
			if r.Unit >= 0 {
				unit = s.Units[r.Unit].Code + "单元"
			}
			r.Address = b.Address + unit + r.Code + "室"
		}
		b.Below = h.below
		m.town.Stacks = append(m.town.Stacks, s)
	}
}

// flatsOf divides a house of flats. Some high ones leave out the storeys 4, 13
// and 14, as they do; those above eleven storeys have a garage below.
func (m *maker) flatsOf(d dice, s *Stack, h *house) {
	units, each := h.flats()
	for u := range units {
		s.Units = append(s.Units, Unit{Code: fmt.Sprint(u + 1), Lift: h.levels > 6})
	}
	below := 0
	if h.levels > 11 {
		below = 1
	}
	m.floorsOf(s, h, below, h.levels > 11 && d.chance(0.2))
	area := math.Round(h.long * h.deep * 0.88 / float64(units*each))
	for _, y := range s.Storeys {
		if y.Ordinal < 0 {
			s.Rooms = append(s.Rooms, Room{Unit: -1, Storey: y.Ordinal, Col: 1, Code: y.Label + "01", Use: "parking", Area: math.Round(h.long * h.deep)})
			continue
		}
		for u := range units {
			for c := range each {
				s.Rooms = append(s.Rooms, Room{Unit: u, Storey: y.Ordinal, Col: c + 1, Code: fmt.Sprintf("%s%02d", y.Label, c+1), Use: "dwelling", Area: area})
			}
		}
	}
}

// floorsOf makes the storeys, of even height.
func (m *maker) floorsOf(s *Stack, h *house, below int, skip bool) {
	const parapet = 1.2
	tall := (h.height - parapet) / float64(h.levels)
	h.below = below
	label := 0
	for o := -below; o < h.levels; o++ {
		y := Storey{Ordinal: o, Base: float64(o) * tall, Tall: tall, AboveGround: o >= 0}
		if o < 0 {
			y.Label = fmt.Sprintf("B%d", -o)
		} else {
			label++
			for skip && (label == 4 || label == 13 || label == 14) {
				label++
			}
			y.Label = fmt.Sprint(label)
		}
		s.Storeys = append(s.Storeys, y)
	}
}

// fill puts n rooms of a use side by side on a storey.
func (m *maker) fill(s *Stack, storey, n int, use string, area float64) {
	label := ""
	for _, y := range s.Storeys {
		if y.Ordinal == storey {
			label = y.Label
		}
	}
	for c := range n {
		s.Rooms = append(s.Rooms, Room{Unit: -1, Storey: storey, Col: c + 1, Code: fmt.Sprintf("%s%02d", label, c+1), Use: use, Area: math.Max(4, math.Round(area/float64(n)))})
	}
}
