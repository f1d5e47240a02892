package boot

import (
	"encoding/json"
	"testing"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/livemap"
)

// What is at a place is told to everybody, but of cases only to whom they concern.
func TestWhatIsHereTellsCasesToWhomTheyConcern(t *testing.T) {
	t.Parallel()
	p, city := open(t)
	city.Facility(t, "bench", apitest.InGridA)
	city.Report(t, apitest.InGridA)
	if err := p.server.live.Load(t.Context(), p.server.hub.At()); err != nil {
		t.Fatal(err)
	}
	here := func(key string) (h livemap.Here) {
		t.Helper()
		status, body := p.get(t, "/api/v1/at?lon=113.3025&lat=23.405", key)
		if err := json.Unmarshal(body, &h); status != 200 || err != nil {
			t.Fatalf("%d %s (%v)", status, body, err)
		}
		return h
	}
	ours := p.key(t, actor.Operator, apitest.StreetA)
	if h := here(ours); len(h.Cases.Items) != 1 || h.GridCode == nil || *h.GridCode != apitest.GridA || len(h.Chain) != 5 || len(h.Facilities.Items) != 1 || h.Facilities.Items[0].Distance != 0 {
		t.Errorf("%+v", h)
	}
	keys := map[string]string{"a visitor": "", "a planner": p.key(t, actor.Planner, apitest.CityCode)}
	for _, role := range actor.Roles {
		keys["the neighbours' "+string(role)] = p.key(t, role, apitest.StreetB)
	}
	for name, key := range keys {
		if h := here(key); len(h.Cases.Items) != 0 || h.Cases.Beyond != 0 || len(h.Facilities.Items) != 1 {
			t.Errorf("%s is told %+v", name, h)
		}
	}
}
