package town

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"onemap/api/cases"
	"onemap/api/organisation"
	"onemap/api/person"
	"onemap/api/service"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// Everybody has a number that the program itself finds right and nobody else
// has, and lives in a dwelling; as many live there as were asked for.
func TestPeople(t *testing.T) {
	t.Parallel()
	eachTown(t, func(t *testing.T, town *Town) {
		numbers, refs, heads := map[string]bool{}, map[string]bool{}, map[string]int{}
		for i := range town.People {
			p := &town.People[i]
			refs[p.Ref] = true
			id, err := person.ParseIdentity(p.Number, today)
			if err != nil || !id.Born.Equal(p.Born) || id.Sex != p.Sex {
				t.Fatalf("%s: the number does not say what the person is: %v", p.Ref, err)
			}
			if numbers[p.Number] || !strings.HasPrefix(p.Number, "99") {
				t.Fatalf("%s: the number is another's, or of a place that there is", p.Ref)
			}
			numbers[p.Number] = true
			row := person.Row{
				Ref: p.Ref, Name: p.Name, Sex: p.Sex, BornOn: p.Born, IDNumber: p.Number, Phone: p.Phone, Kind: p.Kind, Relation: person.Living,
				Since: p.Since, Tags: p.Tags, TagUntil: p.TagUntil,
			}
			if wrong := person.Check(row, today); len(wrong) > 0 {
				t.Fatalf("%s: %v", p.Ref, wrong)
			}
			if r := town.Stacks[p.Home.Stack].Rooms[p.Home.Room]; r.Use != "dwelling" || r.Tenure == "vacant" {
				t.Fatalf("%s lives in a %s %s", p.Ref, r.Tenure, r.Use)
			}
			if p.Head {
				heads[p.Household]++
			}
			open := map[string]int{"resident": 1}
			for _, tie := range p.Ties {
				if tie.Since.Before(p.Born) || !tie.Until.IsZero() && (tie.Until.Before(tie.Since) || tie.Until.After(today)) {
					t.Errorf("%s: a tie from %v to %v", p.Ref, tie.Since, tie.Until)
				}
				if tie.Until.IsZero() {
					open[tie.Relation]++
				}
			}
			if open["resident"] > 1 || open["registered"] > 1 {
				t.Errorf("%s lives or is registered in two dwellings", p.Ref)
			}
		}
		if len(refs) != len(town.People) {
			t.Errorf("%d references of %d people", len(refs), len(town.People))
		}
		for household, n := range heads {
			if n != 1 {
				t.Fatalf("%s has %d heads", household, n)
			}
		}
	})
}

// The ages are those of a city that grows old.
func TestAges(t *testing.T) {
	t.Parallel()
	town, err := towns[2].make()
	if err != nil {
		t.Fatal(err)
	}
	var sixty, sixtyFive, eighty, alone, young, women float64
	for _, p := range town.People {
		years := today.Sub(p.Born).Hours() / 24 / 365.2425
		if years < 15 {
			young++
		}
		if p.Sex == "female" {
			women++
		}
		if years >= 60 {
			sixty++
		}
		if years >= 65 {
			sixtyFive++
			if p.Alone {
				alone++
			}
		}
		if years >= 80 {
			eighty++
		}
	}
	all := float64(len(town.People))
	for what, x := range map[string]struct{ got, low, high float64 }{
		"60 and more": {sixty / all, 0.19, 0.25}, "80 and more": {eighty / all, 0.02, 0.04}, "alone of 65 and more": {alone / sixtyFive, 0.10, 0.14},
		"under 15": {young / all, 0.08, 0.2}, "women": {women / all, 0.45, 0.56}, "all": {all, 0.98 * 20_000, 1.02 * 20_000},
	} {
		if x.got < x.low || x.got > x.high {
			t.Errorf("%s: %.3f, between %v and %v", what, x.got, x.low, x.high)
		}
	}
}

// Rooms lie in their building's storeys and units, side by side; storeys follow
// one another from the lowest.
func TestRooms(t *testing.T) {
	t.Parallel()
	eachTown(t, func(t *testing.T, town *Town) {
		buildings := map[int]bool{}
		for _, s := range town.Stacks {
			b := town.Buildings[s.Building]
			if buildings[s.Building] || len(s.Storeys) != b.Levels+b.Below {
				t.Errorf("%s has two stacks, or %d storeys for %d and %d below", b.Ref, len(s.Storeys), b.Levels, b.Below)
			}
			buildings[s.Building] = true
			labels, storeys := map[string]bool{}, map[int]string{}
			for i, y := range s.Storeys {
				if y.Ordinal != i-b.Below || labels[y.Label] || y.AboveGround != (y.Ordinal >= 0) || y.Tall < 2 {
					t.Errorf("%s: storey %+v", b.Ref, y)
				}
				labels[y.Label], storeys[y.Ordinal] = true, y.Label
			}
			type cell struct{ unit, storey, col int }
			type door struct {
				unit int
				code string
			}
			cells, doors := map[cell]bool{}, map[door]bool{}
			for _, r := range s.Rooms {
				c, n := cell{r.Unit, r.Storey, r.Col}, door{r.Unit, r.Code}
				if _, there := storeys[r.Storey]; !there || cells[c] || doors[n] || r.Unit >= len(s.Units) || r.Area <= 0 {
					t.Errorf("%s: room %+v", b.Ref, r)
				}
				if !strings.HasPrefix(r.Code, storeys[r.Storey]) || !strings.HasPrefix(r.Address, b.Address) {
					t.Errorf("%s: room %s at %s on storey %s", b.Ref, r.Code, r.Address, storeys[r.Storey])
				}
				cells[c], doors[n] = true, true
			}
		}
	})
}

func TestOrganisationsAndServices(t *testing.T) {
	t.Parallel()
	eachTown(t, func(t *testing.T, town *Town) {
		codes := map[string]bool{}
		for _, o := range town.Organisations {
			room := town.Stacks[o.Door.Stack].Rooms[o.Door.Room]
			row := organisation.Row{
				Ref: o.Ref, USCC: o.Code, Name: o.Name, NameEn: o.NameEn, Kind: o.Kind, Industry: o.Industry, Phone: o.Phone, OpenedOn: o.Opened,
				Point: &town.Buildings[town.Stacks[o.Door.Stack].Building].Point,
			}
			if wrong := organisation.Check(row); len(wrong) > 0 || codes[o.Code] || room.Use == "dwelling" {
				t.Fatalf("%s in a %s: %v", o.Ref, room.Use, wrong)
			}
			codes[o.Code] = true
		}
		for _, s := range town.Services {
			place := service.Place{Kind: s.Kind, Name: s.Name, Address: s.Address, Hours: s.Hours, Capacity: s.Capacity, CapacityUnit: s.Unit, Point: s.Point}
			if wrong := service.Check(place); len(wrong) > 0 || s.Address == "" {
				t.Errorf("%s: %v", s.Ref, wrong)
			}
		}
	})
}

// The cases on record are of the standard, ended after they began, and follow
// the week.
func TestPast(t *testing.T) {
	t.Parallel()
	eachTown(t, func(t *testing.T, town *Town) {
		week := map[time.Weekday]int{}
		ended := 0
		for _, p := range town.Past {
			c := p.Case
			row := cases.Taken{
				Ref: p.Ref, Category: c.Category, Concern: c.Concern, Title: c.Title, Text: c.Text, Place: c.Place, State: cases.State(c.State),
				CreatedAt: today.Add(-c.Ago), Point: c.Point,
			}
			if wrong := cases.Check(row); len(wrong) > 0 || c.Ago < 0 || c.Ago > halfYear || !p.Open && p.Took >= c.Ago {
				t.Fatalf("%s: %v ago, took %v: %v", p.Ref, c.Ago, p.Took, wrong)
			}
			if !p.Open {
				ended++
			}
			week[row.CreatedAt.Weekday()]++
		}
		if len(town.Past) > 500 && (week[time.Sunday] >= week[time.Monday] || 10*ended < 9*len(town.Past)) {
			t.Errorf("%d of %d ended, the week %v", ended, len(town.Past), week)
		}
	})
}

// A town of several quarters has communities and grids of believable sizes.
func TestGridsOfACity(t *testing.T) {
	t.Parallel()
	town, err := towns[4].make()
	if err != nil {
		t.Fatal(err)
	}
	var regions []grid.Region
	for _, r := range town.Regions {
		regions = append(regions, grid.Region(r))
	}
	index, err := grid.NewIndex(1, regions)
	if err != nil {
		t.Fatal(err)
	}
	living := map[grid.Code]int{}
	for _, p := range town.People {
		at := index.Locate(crs.FromPoint(town.Buildings[town.Stacks[p.Home.Stack].Building].Point))
		living[at.Grid]++
		living[at.Grid.Parent()]++
	}
	for code, n := range living {
		if code.Level() == grid.Community && n > 12_000 || code.Level() == grid.Grid && n > 5000 {
			t.Errorf("%d people in %s", n, code)
		}
	}
}

// Any seed and size makes a town that is as large as it was asked for.
func TestAnySeed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seed, people := rapid.Uint64Range(0, 1000).Draw(t, "seed"), rapid.IntRange(MinPeople, 12_000).Draw(t, "people")
		town, err := Make(seed, people, today)
		if err != nil {
			t.Fatal(err)
		}
		if len(town.People) != people {
			t.Fatalf("%d people, not %d", len(town.People), people)
		}
		numbers := map[string]bool{}
		for _, p := range town.People {
			if numbers[p.Number] {
				t.Fatalf("two people have one number")
			}
			numbers[p.Number] = true
		}
	})
}
