package building_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"onemap/api/building"
	"onemap/api/fault"
)

// drawn writes a layout as people read a stack: the top first, rooms of units
// from the left, the label before.
func drawn(l building.Layout) []string {
	var lines []string
	for i := len(l.Storeys) - 1; i >= 0; i-- {
		s := l.Storeys[i]
		line := fmt.Sprintf("%s(%d)", s.Label, s.Ordinal)
		for _, r := range l.Rooms {
			if r.StoreyFrom == s.Ordinal {
				line += " " + r.Unit + ":" + r.Code
				if r.Colspan > 1 {
					line += fmt.Sprintf("x%d", r.Colspan)
				}
				if r.StoreyTo > r.StoreyFrom {
					line += fmt.Sprintf("^%d", r.StoreyTo)
				}
				if r.Use != "dwelling" {
					line += "=" + r.Use
				}
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func three() *int { n := 3; return &n }

func TestAPlanGivesAStack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plan building.Plan
		want []string
	}{
		"two units": {
			building.Plan{Count: 2, Floors: 2, RoomsPerFloor: 2, Pattern: "{floor}{col:02}"},
			[]string{"2(1) 1:201 1:202 2:201 2:202", "1(0) 1:101 1:102 2:101 2:102"},
		},
		"no units": {
			building.Plan{Floors: 2, RoomsPerFloor: 1, Pattern: "{floor:02}{col}"},
			[]string{"2(1) :021", "1(0) :011"},
		},
		"labels left out": {
			building.Plan{Count: 1, Floors: 4, RoomsPerFloor: 1, Pattern: "{floor}{col:02}", SkipLabels: []string{"3", "4"}},
			[]string{"6(3) 1:601", "5(2) 1:501", "2(1) 1:201", "1(0) 1:101"},
		},
		"shops and basements": {
			building.Plan{
				Units: []building.PlanUnit{{Code: "甲单元"}}, Floors: 2, Below: 2, RoomsPerFloor: 1, Pattern: "{building}{floor}{col:02}", GroundUse: "shop", BelowUse: "parking",
				Exceptions: []building.Exception{{Floors: "B2", Rooms: three(), Use: "civil_defence"}},
			},
			[]string{"2(1) 甲:7201", "1(0) 甲:7101=shop", "B1(-1) :B1=parking", "B2(-2) :B2001=civil_defence :B2002=civil_defence :B2003=civil_defence"},
		},
		"exceptions": {
			building.Plan{Count: 2, Floors: 5, RoomsPerFloor: 3, Pattern: "{unit}-{floor}{col:02}", SkipLabels: []string{"4"}, Exceptions: []building.Exception{
				{Floors: "2-3", Merge: [][2]int{{1, 2}}},
				{Unit: "2单元", Floors: "5", Skip: []int{2}},
				{Unit: "1", Floors: "5", Cols: []int{3}, StoreyTo: "6"},
				{Unit: "1", Floors: "1", Cols: []int{1}, Use: "office"},
			}},
			[]string{
				"6(4) 1:1-601 1:1-602 2:2-601 2:2-602 2:2-603", "5(3) 1:1-501 1:1-502 1:1-503^4 2:2-501 2:2-503",
				"3(2) 1:1-301x2 1:1-303 2:2-301x2 2:2-303", "2(1) 1:1-201x2 1:1-203 2:2-201x2 2:2-203", "1(0) 1:1-101=office 1:1-102 1:1-103 2:2-101 2:2-102 2:2-103",
			},
		},
	} {
		l, err := c.plan.Layout("7")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := drawn(l); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

func TestTheTallestPlanIsTaken(t *testing.T) {
	t.Parallel()
	l, err := building.Plan{Count: 1, Floors: 300, Below: 20, RoomsPerFloor: 60, Pattern: "{floor}{col:02}", BelowUse: "parking"}.Layout("")
	if err != nil || len(l.Rooms) != 300*60+20 || l.Storeys[0].Label != "B20" || l.Storeys[319].Label != "300" {
		t.Errorf("%d rooms (%v)", len(l.Rooms), err)
	}
}

func TestABadPlanIsRefusedWithEveryReason(t *testing.T) {
	t.Parallel()
	sound := building.Plan{Count: 2, Floors: 3, RoomsPerFloor: 2, Pattern: "{floor}{col:02}"}
	with := func(change func(*building.Plan)) building.Plan {
		p := sound
		change(&p)
		return p
	}
	many := 100
	for field, p := range map[string]building.Plan{
		"body.floors":               with(func(p *building.Plan) { p.Floors = 301 }),
		"body.below":                with(func(p *building.Plan) { p.Below = 21 }),
		"body.rooms_per_floor":      with(func(p *building.Plan) { p.RoomsPerFloor = -1 }),
		"body.count":                with(func(p *building.Plan) { p.Units = []building.PlanUnit{{Code: "1"}} }),
		"body.units[1].code":        with(func(p *building.Plan) { p.Count, p.Units = 0, []building.PlanUnit{{Code: "1"}, {Code: "一单元"}} }),
		"body.pattern":              with(func(p *building.Plan) { p.Pattern = "{floor}" }),
		"body.pattern ":             with(func(p *building.Plan) { p.Pattern = "{col" }),
		"body.pattern  ":            with(func(p *building.Plan) { p.Pattern = "{col}" }), // the same on each storey
		"body.pattern   ":           with(func(p *building.Plan) { p.Pattern = "{col:99}{storey}" }),
		"body.skip_labels[0]":       with(func(p *building.Plan) { p.SkipLabels = []string{"1"} }),
		"body.ground_use":           with(func(p *building.Plan) { p.GroundUse = "casino" }),
		"body.exceptions[0].floors": with(func(p *building.Plan) { p.Exceptions = []building.Exception{{Floors: "3-9"}} }),
		"body.exceptions[0].unit":   with(func(p *building.Plan) { p.Exceptions = []building.Exception{{Floors: "1", Unit: "3"}} }),
		"body.exceptions[0].merge":  with(func(p *building.Plan) { p.Exceptions = []building.Exception{{Floors: "1", Merge: [][2]int{{1, 3}}}} }),
		"body.exceptions[0].merge ": with(func(p *building.Plan) {
			p.Exceptions = []building.Exception{{Floors: "1", Merge: [][2]int{{1, 2}, {1, 2}}}}
		}),
		"body.exceptions[0].skip":      with(func(p *building.Plan) { p.Exceptions = []building.Exception{{Floors: "1", Skip: []int{3}}} }),
		"body.exceptions[0].storey_to": with(func(p *building.Plan) { p.Exceptions = []building.Exception{{Floors: "2", StoreyTo: "1"}} }),
		"body.exceptions": with(func(p *building.Plan) {
			p.Exceptions = []building.Exception{{Floors: "2", Cols: []int{1}, StoreyTo: "3"}, {Floors: "3", Merge: [][2]int{{1, 2}}}}
		}),
		"body.exceptions ": with(func(p *building.Plan) {
			p.Floors, p.Count = 300, 50
			p.RoomsPerFloor = 1
			p.Exceptions = []building.Exception{{Floors: "1-300", Rooms: &many}}
		}),
	} {
		_, err := p.Layout("")
		e := fault.As(err)
		if e == nil || e.Kind != fault.Invalid || !slices.ContainsFunc(e.Fields, func(f fault.Field) bool { return f.Location == strings.TrimSpace(field) }) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := (building.Plan{Floors: 0, Below: 99, Pattern: ""}).Layout(""); len(fault.As(err).Fields) < 3 {
		t.Errorf("not all at once: %v", err)
	}
}
