package town

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// A past is how a case went: the steps in order, and how long ago the last
// one was. Letters stand for the steps: f file, x reject, d dispatch, D to the
// wrong department, r return, a accept, s suspend, u resume, v resolve,
// w rework, c close.
type past struct {
	steps string
	idle  time.Duration
}

// open are the cases that somebody still has to do something about; some of
// them are overdue: a report not filed or a case not dispatched within half an
// hour, a task not finished within two days.
var open = []past{
	{"", 2 * time.Minute},
	{"", 9 * time.Minute},
	{"", 17 * time.Minute},
	{"", 26 * time.Minute},
	{"", 74 * time.Minute},
	{"f", 6 * time.Minute},
	{"f", 14 * time.Minute},
	{"f", 55 * time.Minute},
	{"fd", 20 * time.Minute},
	{"fd", 90 * time.Minute},
	{"fd", 5 * time.Hour},
	{"fd", 19 * time.Hour},
	{"fd", 51 * time.Hour},
	{"fDr", 40 * time.Minute},
	{"fDr", 2 * time.Hour},
	{"fda", 1 * time.Hour},
	{"fda", 3 * time.Hour},
	{"fda", 8 * time.Hour},
	{"fda", 20 * time.Hour},
	{"fda", 62 * time.Hour},
	{"fdavw", 2 * time.Hour},
	{"fdavw", 5 * time.Hour},
	{"fdas", 10 * time.Hour},
	{"fdas", 30 * time.Hour},
	{"fdav", 25 * time.Minute},
	{"fdav", 2 * time.Hour},
	{"fdav", 6 * time.Hour},
}

// done are the ways a case ends, and how many of a month's cases did.
var done = []struct {
	steps string
	count int
}{
	{"x", 10}, {"fDrx", 2}, {"fdavc", 56}, {"fdavwvc", 9}, {"fDrdavc", 8}, {"fdasuvc", 8},
}

const month = 30 * 24 * time.Hour

// happen makes the month's cases.
func (m *maker) happen() {
	d := m.dice("cases")
	pasts := slices.Clone(open)
	for _, p := range done {
		for range p.count {
			pasts = append(pasts, past{steps: p.steps, idle: -1})
		}
	}
	if m.quarter != nil {
		pasts = m.city.dealt(m.index, pasts)
	}
	chooser := newChooser(m, d)
	for _, p := range pasts {
		c := chooser.about()
		total := m.walk(d, &c.Case, c.trouble, p.steps)
		c.Ago = total + p.idle
		if p.idle < 0 {
			// More of them in the last days than evenly, as a list shows them.
			rest := month - total - 2*time.Hour
			c.Ago = total + time.Hour + time.Duration(math.Pow(d.Float64(), 1.4)*float64(rest))
		}
		c.Ago = c.Ago.Round(time.Second)
		m.town.Cases = append(m.town.Cases, c.Case)
	}
	slices.SortStableFunc(m.town.Cases, func(a, b Case) int { return cmp.Compare(b.Ago, a.Ago) })
	for i := range m.town.Cases {
		m.town.Cases[i].Ref = fmt.Sprintf("case-%s%03d", m.prefix, i+1)
	}
}

// walk appends the steps and gives the time they took together.
func (m *maker) walk(d dice, c *Case, t trouble, steps string) time.Duration {
	c.State = "reported"
	total := time.Duration(0)
	department, resolved := "", 0
	pick := func(list []string) string { return list[d.IntN(len(list))] }
	hours := func(low, high float64) time.Duration {
		return time.Duration(d.between(low, high) * float64(time.Hour)).Round(time.Second)
	}
	for _, letter := range steps {
		var s Step
		switch letter {
		case 'f':
			s = Step{Action: "file", Role: "supervisor", After: hours(0.04, 0.4), Note: pick(fileNotes)}
			c.State = "filed"
		case 'x':
			s = Step{Action: "reject", Role: "operator", After: hours(0.05, 0.45), Note: pick(rejectNotes)}
			c.State = "rejected"
		case 'd', 'D':
			department = m.departmentOf(c, t)
			if letter == 'D' {
				department = otherThan(d, department)
			}
			s = Step{Action: "dispatch", Role: "operator", After: hours(0.03, 0.35), Department: department, Note: pick(dispatchNotes)}
			if c.Urgent {
				s.Note = pick(urgentNotes)
			}
			c.State = "dispatched"
		case 'r':
			s = Step{Action: "return", Role: "handler", After: hours(0.4, 4), Department: department, Note: pick(returnNotes)}
			c.State = "returned"
		case 'a':
			s = Step{Action: "accept", Role: "handler", After: hours(0.1, 3.2), Department: department, Note: pick(acceptNotes)}
			c.State = "in_progress"
		case 's':
			s = Step{Action: "suspend", Role: "handler", After: hours(0.8, 3), Department: department, Note: pick(suspendNotes)}
			c.State = "suspended"
		case 'u':
			s = Step{Action: "resume", Role: "handler", After: hours(14, 44), Department: department, Note: pick(resumeNotes)}
			c.State = "in_progress"
		case 'v':
			s = m.resolve(d, c, t, department, resolved)
			resolved++
			c.State = "resolved"
		case 'w':
			s = Step{Action: "rework", Role: "supervisor", After: hours(0.8, 5), Note: pick(reworkNotes)}
			c.State = "in_progress"
		case 'c':
			s = Step{Action: "close", Role: "supervisor", After: hours(0.4, 9), Note: pick(closeNotes)}
			c.State = "closed"
		}
		total += s.After
		c.Steps = append(c.Steps, s)
	}
	return total
}

// resolve takes hours, days for one in six, and mostly brings a photo.
func (m *maker) resolve(d dice, c *Case, t trouble, department string, times int) Step {
	took := d.between(1.2, 26)
	switch {
	case c.Urgent:
		took = d.between(0.6, 4.5)
	case d.chance(1.0 / 6):
		took = d.between(40, 80)
	}
	s := Step{Action: "resolve", Role: "handler", After: time.Duration(took * float64(time.Hour)).Round(time.Second), Department: department, Note: t.done[d.IntN(len(t.done))]}
	if times > 0 {
		s.Note = againNotes[d.IntN(len(againNotes))]
	}
	if t.photo != "" && d.chance(0.85) {
		s.Photo = t.photo + fixed
	}
	return s
}

func (m *maker) departmentOf(c *Case, t trouble) string {
	if c.Facility >= 0 {
		return m.town.Facilities[c.Facility].Department
	}
	return t.department
}

// otherThan is one of the three departments that get most by mistake.
func otherThan(d dice, code string) string {
	often := slices.DeleteFunc([]string{"D01", "D02", "D03"}, func(s string) bool { return s == code })
	return often[d.IntN(len(often))]
}

// chooser picks what the next case is about.
type chooser struct {
	m      *maker
	d      dice
	byKind map[string][]int
	taken  map[int]bool
	total  int
	worker string // the worker's community
}

type chosen struct {
	Case
	trouble trouble
}

func newChooser(m *maker, d dice) *chooser {
	c := &chooser{m: m, d: d, byKind: map[string][]int{}, taken: map[int]bool{}, worker: accounts(m.communities)[4].Scope}
	for i, f := range m.town.Facilities {
		c.byKind[f.Kind] = append(c.byKind[f.Kind], i)
	}
	for _, t := range troubles {
		c.total += t.weight
	}
	return c
}

func (c *chooser) about() chosen {
	for {
		at := c.d.IntN(c.total)
		for _, t := range troubles {
			if at -= t.weight; at >= 0 {
				continue
			}
			if t.kind == "" {
				return c.pin(t)
			}
			if len(c.byKind[t.kind]) > 0 {
				return c.facility(t)
			}
			break
		}
	}
}

// concernWords end the title of a facility's case.
var concernWords = map[string]name{
	"dirty": {"脏污", "dirty"}, "messy": {"周边杂乱", "untidy"}, "poor": {"状况差", "in poor condition"}, "broken": {"破损", "broken"},
}

// facility mostly takes one that has no case yet; now and then one that has,
// so that a facility shows its earlier cases.
func (c *chooser) facility(t trouble) chosen {
	list := c.byKind[t.kind]
	at := list[c.d.IntN(len(list))]
	for range 20 {
		if c.taken[at] == c.d.chance(0.12) {
			break
		}
		at = list[c.d.IntN(len(list))]
	}
	c.taken[at] = true
	f := c.m.town.Facilities[at]
	word := concernWords[t.concern]
	out := c.filled(t)
	out.Facility, out.Point, out.Place = at, f.Point, f.Place
	out.Title, out.TitleEn = f.Name+word.zh, f.NameEn+" "+word.en
	out.Channel = "scan"
	return out
}

// pin drops one at the side of a street; damage to the road is in the road.
func (c *chooser) pin(t trouble) chosen {
	for {
		s := &c.m.streets[c.d.IntN(len(c.m.streets))]
		if s.bridge || c.m.bareStreet(s) {
			continue
		}
		at, side, off := c.d.between(0.1, 0.9), 1.0, c.d.between(1, 3.5)
		if c.d.chance(0.5) {
			side = -1
		}
		if t.photo == "road" {
			off = -c.d.between(1, 2.5)
		}
		p := spot{s.from.x + (s.to.x-s.from.x)*at, s.from.y + (s.to.y-s.from.y)*at}
		if out := side * (widths[s.class]/2 + off); s.upright() {
			p.x -= out
		} else {
			p.y += out
		}
		where := c.m.ground.at(p)
		out := c.filled(t)
		out.Facility, out.Point, out.Place = -1, where.wgs84(), c.m.describe(s, where, side)
		out.Title, out.TitleEn, out.Channel = t.title.zh, t.title.en, "pin"
		if c.m.communityOf(where) == c.worker && c.d.chance(0.6) {
			out.Channel = "staff"
		}
		return out
	}
}

// bareStreet says that no houses stand at a street: fields on both sides.
func (m *maker) bareStreet(s *street) bool {
	bare, known := m.bare[s]
	if !known {
		if m.bare == nil {
			m.bare = map[*street]bool{}
		}
		bare = m.withoutHouses(s)
		m.bare[s] = bare
	}
	return bare
}

func (m *maker) withoutHouses(s *street) bool {
	for i := range m.houses {
		b := &m.blocks[m.houses[i].block]
		if b.use == farmland || b.use == forest {
			continue
		}
		for _, side := range b.sides {
			if &m.streets[side] == s {
				return false
			}
		}
	}
	return true
}

func (c *chooser) filled(t trouble) chosen {
	out := chosen{trouble: t}
	out.Category, out.Concern, out.Urgent = t.category, t.concern, t.urgent
	out.Text = t.texts[c.d.IntN(len(t.texts))]
	if t.photo != "" && c.d.chance(0.8) {
		out.Photo = t.photo
	}
	return out
}
