package facility_test

import (
	"encoding/json"
	"testing"

	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/cases"
	"onemap/api/facility"
)

// Anybody sees how many reports of a facility are being worked on, so that
// nobody needs to report twice.
func TestAFacilitySaysHowManyCasesAreOpen(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	importAll(t, c, []facility.New{
		{Ref: "1", Kind: "bench", Point: apitest.InGridA},
		{Ref: "2", Kind: "bench", Point: orb.Point{apitest.InGridA[0] + 0.0001, apitest.InGridA[1]}},
	})
	plates := codes(t, c)
	get := serve(t, c)
	open := func(code string) int {
		_, body := get("/api/v1/facilities/" + code)
		var f struct {
			Properties struct {
				Open *int `json:"open_cases"`
			}
		}
		if err := json.Unmarshal(body, &f); err != nil || f.Properties.Open == nil {
			t.Fatalf("%s: %v", body, err)
		}
		return *f.Properties.Open
	}
	report := func(key string) cases.Receipt {
		r, err := c.Cases.Report(t.Context(), key, cases.Report{FacilityCode: plates["1"], Concern: "broken"})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first := report("open-cases-key-0001")
	report("open-cases-key-0002")
	if a, b := open(plates["1"]), open(plates["2"]); a != 2 || b != 0 {
		t.Errorf("two reports: %d and %d open", a, b)
	}
	err := c.Cases.Step(c.As(actor.Operator), first.ID, cases.Do{Action: cases.DoReject, Note: "又是重复", Rev: 1})
	if err != nil {
		t.Fatal(err)
	}
	if n := open(plates["1"]); n != 1 {
		t.Errorf("after one was rejected: %d open", n)
	}
}
