package facility_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"onemap/api/apitest"
	"onemap/api/cases"
	"onemap/api/facility"
	"onemap/api/link"
	"onemap/api/plate"
)

// A city has painted its own numbers on its bins; one of them looks like a code
// of ours with a wrong check character.
func TestPlatesOfAnotherSystem(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	get := serve(t, c)
	lookalike := plate.Code("2222222A")
	c.Tx(t, func(tx pgx.Tx) error {
		ix, err := c.Regions.Hold(t.Context(), tx)
		if err != nil {
			return err
		}
		_, err = c.Facilities.Import(t.Context(), tx, ix, link.Batch{Source: "bins", NewID: apitest.NewID, Now: c.Clock.Now()}, []facility.New{
			{Ref: "1", Kind: "waste_basket", Code: "10432", Place: "Bahnhofstrasse", Point: apitest.InGridA},
			{Ref: "2", Kind: "waste_basket", Code: lookalike, Point: apitest.InGridB},
		})
		return err
	})
	for path, want := range map[string]string{
		"10432":    "10432",
		"%20１０４３２": "10432",
		"2222222a": "2222222A",
		"2222222A": "2222222A",
	} {
		answer, body := get("/api/v1/facilities/" + path)
		var f struct{ ID string }
		if err := json.Unmarshal(body, &f); err != nil || answer.StatusCode != 200 || f.ID != want {
			t.Errorf("%s: %d %s", path, answer.StatusCode, body)
		}
	}
	answer, svg := get("/api/v1/facilities/10432/plate.svg")
	if answer.StatusCode != 200 || !strings.Contains(string(svg), ">10432</text>") {
		t.Errorf("%d %s", answer.StatusCode, svg)
	}
	r, err := c.Cases.Report(context.Background(), apitest.NewID().String(), cases.Report{FacilityCode: "１０４３２", Concern: "broken"})
	if err != nil || r.Place != "Bahnhofstrasse" {
		t.Errorf("a report by another system's number: %+v, %v", r, err)
	}
}
