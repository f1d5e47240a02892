package person_test

import (
	"fmt"
	"strings"
	"testing"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/person"
)

// Who has left is counted where they lived last, as long as their record is kept,
// for those only who see them; whose time is over is due, the others have a day.
func TestWhoHasLeftIsCounted(t *testing.T) {
	t.Parallel()
	w := newTown(t, 4)
	months := 24
	w.People.Keep = func() int { return months }
	d := newDeskOn(t, w)
	city, street := apitest.Actor(actor.Registrar, apitest.CityCode), apitest.Actor(actor.Registrar, apitest.StreetA)
	today := w.Clock.Now().In(apitest.Zone)
	ago := func(months int) string {
		return fmt.Sprintf("%s-15", today.AddDate(0, -months, 1-today.Day()).Format("2006-01"))
	}
	first := func(months int) string { return strings.TrimSuffix(ago(-months), "15") + "01" }
	for _, one := range []struct {
		home int
		on   string
		why  string
	}{{0, ago(30), "moved"}, {1, ago(25), "died"}, {2, ago(24), "moved"}, {3, ago(3), "died"}, {4, ago(3), "moved"}} {
		home := append(d.a, d.b...)[one.home]
		p := read[person.Full](t, d.must(t, 201, city, "POST", "/people", fmt.Sprintf(`{"name":"王小明","dwelling_id":"%s","since":"2020-03-01"}`, home)))
		d.must(t, 200, city, "POST", "/people/"+p.ID.String()+"/leave", fmt.Sprintf(`{"on":"%s","why":"%s"}`, one.on, one.why))
	}
	d.must(t, 201, city, "POST", "/people", fmt.Sprintf(`{"name":"赵大海","dwelling_id":"%s","since":"2020-03-01"}`, d.a[0]))
	said := func(months int, before string, due [2]int, coming string) string {
		return fmt.Sprintf(`{"months":%d,"before":"%s","items":[{"community":"990101001001","moved":2,"died":2,"due":%d},{"community":"990101002001","moved":1,"died":0,"due":%d}],"coming":[%s]}`, months, before, due[0], due[1], coming)
	}
	day := func(on string, n int) string { return fmt.Sprintf(`{"on":"%s","people":%d}`, on, n) }
	for _, tt := range []struct {
		months int
		want   string
	}{
		{24, said(24, first(-24), [2]int{2, 0}, day(first(1), 1)+","+day(first(22), 2))},
		{1, said(1, first(-1), [2]int{4, 1}, "")},
		{0, said(0, "", [2]int{0, 0}, "")},
	} {
		months = tt.months
		for _, by := range []actor.Actor{city, apitest.Actor(actor.Administrator, "")} {
			if got := strings.TrimSpace(d.must(t, 200, by, "GET", "/retention", "")); got != tt.want {
				t.Errorf("kept for %d months, %v is told\n%s, want\n%s", tt.months, by.Grants, got, tt.want)
			}
		}
	}
	d.must(t, 403, street, "GET", "/retention", "")
	d.must(t, 403, apitest.Actor(actor.Planner, apitest.CityCode), "GET", "/retention", "")
	d.must(t, 401, actor.Actor{}, "GET", "/retention", "")

	// What is due by this count is what the sweep takes.
	months = 24
	if n, err := w.People.EraseLeft(t.Context(), w.People.Overdue(), true); err != nil || n != 2 {
		t.Errorf("the sweep takes %d, %v", n, err)
	}
}
