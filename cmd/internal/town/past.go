package town

import (
	"fmt"
	"math"
	"sort"
	"time"
)

// Past is a case that is on record: where, about what, when, and how it ended;
// a few of the last days have not ended yet.
type Past struct {
	Ref      string
	Facility int // place in Town.Facilities, or -1
	Case     Case
	Open     bool
	Took     time.Duration // from the report to its end
}

const halfYear = 182 * 24 * time.Hour

// daily is how many cases a thousand people report in a day.
const daily = 1.7

// hours is how the reports of a day lie over its hours.
var hours = [24]float64{1, 0.6, 0.4, 0.3, 0.4, 1, 2.6, 5.5, 8, 8.6, 8, 6.6, 5, 4.6, 5.4, 6, 6.3, 6.6, 6.4, 6, 5.2, 4, 2.8, 1.7}

// weekdays from Sunday on: people report when they are out to work.
var weekdays = [7]float64{0.72, 1.16, 1.1, 1.06, 1.04, 1.08, 0.84}

// pass makes the ended cases of half a year by the rhythm of week and day, with
// places where there are more of them than elsewhere.
func (m *maker) pass() {
	d := m.dice("past")
	chooser := newChooser(m, d)
	hot := m.hotSpots(d)
	for day := range 182 {
		date := m.day.AddDate(0, 0, -day-1)
		mean := float64(m.people) / 1000 * daily * weekdays[int(date.Weekday())] * (1 + 0.25*math.Sin(float64(date.YearDay())/365*2*math.Pi-1.9))
		count := int(mean)
		if d.chance(mean - float64(count)) {
			count++
		}
		for range count {
			c := chooser.about()
			if len(hot) > 0 && d.chance(0.22) {
				hot[d.IntN(len(hot))].draw(d, &c)
			}
			at := time.Duration(day)*24*time.Hour + (24*time.Hour - d.hour())
			p := Past{Facility: c.Facility, Case: c.Case, Took: took(d, c.Urgent)}
			p.Case.Ago, p.Case.Photo = at, ""
			p.Case.State = "closed"
			if d.chance(0.08) {
				p.Case.State = "rejected"
				p.Took = time.Duration(d.between(0.1, 5) * float64(time.Hour))
			}
			if p.Took > at-2*time.Hour {
				p.Open = true // its end lies ahead
				p.Case.State = "filed"
			}
			if p.Open && m.quarter == nil {
				continue // a small town's open cases are those that are walked
			}
			m.town.Past = append(m.town.Past, p)
		}
	}
	sort.SliceStable(m.town.Past, func(i, j int) bool { return m.town.Past[i].Case.Ago > m.town.Past[j].Case.Ago })
	for i := range m.town.Past {
		m.town.Past[i].Ref = fmt.Sprintf("past-%s%06d", m.prefix, i+1)
	}
}

// hour is a time of the day by the rhythm of reports.
func (d dice) hour() time.Duration {
	total := 0.0
	for _, h := range hours {
		total += h
	}
	at := d.Float64() * total
	for i, h := range hours {
		if at -= h; at < 0 {
			return time.Duration((float64(i) + d.Float64()) * float64(time.Hour)).Truncate(time.Second)
		}
	}
	return 12 * time.Hour
}

// took is how long a case lies open: most a day or two, some weeks.
func took(d dice, urgent bool) time.Duration {
	days := 0.25 + math.Exp(d.NormFloat64()*0.9-0.1)
	if urgent {
		days *= 0.3
	}
	return time.Duration(math.Min(days, 60) * 24 * float64(time.Hour)).Truncate(time.Second)
}

// hotSpot is a place where the same trouble comes back.
type hotSpot struct {
	at    site
	place string
	about trouble
}

func (m *maker) hotSpots(d dice) []hotSpot {
	var pins []trouble
	for _, t := range troubles {
		if t.kind == "" {
			pins = append(pins, t)
		}
	}
	var list []hotSpot
	for range max(2, m.people/5000) {
		if len(m.marks) == 0 {
			break
		}
		k := m.marks[d.IntN(len(m.marks))]
		list = append(list, hotSpot{k.at, k.name.zh + "周边", pins[d.IntN(len(pins))]})
	}
	return list
}

// draw brings a case to the hot spot.
func (h hotSpot) draw(d dice, c *chosen) {
	t := h.about
	where := site{h.at.x + d.NormFloat64()*28, h.at.y + d.NormFloat64()*28}
	c.Facility, c.Point, c.Place, c.Channel = -1, where.wgs84(), h.place, "pin"
	c.Title, c.TitleEn = t.title.zh, t.title.en
	c.Category, c.Concern, c.Urgent, c.Text = t.category, t.concern, t.urgent, t.texts[d.IntN(len(t.texts))]
}
