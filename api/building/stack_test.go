package building_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/building"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/person"
	"onemap/api/web"
)

// resident moves somebody of an age into a dwelling.
func resident(t *testing.T, c *apitest.City, dwelling uuid.UUID, born int, alone bool) {
	t.Helper()
	c.Tx(t, func(tx pgx.Tx) error {
		day := c.Clock.Now().AddDate(born-c.Clock.Now().Year(), 0, 0)
		row := person.Row{Ref: apitest.NewID().String(), Name: "王芳", BornOn: day, Kind: "registered", LivesAlone: &alone, DwellingID: dwelling, Relation: "resident"}
		_, err := c.People.Import(t.Context(), tx, c.Regions.Index(), link.Batch{Source: "test", NewID: apitest.NewID, Now: c.Clock.Now()}, []person.Row{row})
		return err
	})
}

func roomOf(v building.StackView, unit, code string) *building.RoomView {
	for _, u := range v.Units {
		for i, r := range u.Rooms {
			if u.Code == unit && r.Code == code {
				return &u.Rooms[i]
			}
		}
	}
	return nil
}

func TestAStackIsPlannedAppliedAndPlannedAgain(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	at := apitest.InGridA
	put(t, c, batch(c, "map"), building.Building{Ref: "1", Address: "解放路12号3栋", Point: at, Geom: footprint(at, 20, 20)})
	house := idOf(t, c, "map", "1")
	registrar := c.As(actor.Registrar, apitest.StreetA)
	plan := building.Plan{Count: 2, Floors: 3, Below: 1, RoomsPerFloor: 2, Pattern: "{floor}{col:02}", BelowUse: "parking", GroundUse: "shop"}
	p, err := c.Buildings.Preview(registrar, house, plan)
	if err != nil || p.Added != 13 || p.Kept+p.Removed+len(p.Conflicts) != 0 || roomOf(p.StackView, "2", "302") == nil {
		t.Fatalf("%+v (%v)", p, err)
	}
	if v, err := c.Buildings.Stack(registrar, house); err != nil || len(v.Storeys) != 0 || v.Building.Rev != 1 {
		t.Fatalf("a preview wrote: %+v (%v)", v, err)
	}
	v, err := c.Buildings.Apply(registrar, house, 1, plan)
	if err != nil || len(v.Storeys) != 4 || v.Storeys[0].Label != "3" || v.Storeys[3].Kind != "below" || *v.Building.LevelsBelow != 1 || *v.Building.Levels != 3 || v.Building.Rev != 2 {
		t.Fatalf("%+v (%v)", v, err)
	}
	upper, shop := roomOf(v, "1", "302"), roomOf(v, "1", "101")
	if upper.Status != "vacant" || shop.Status != "shop" || roomOf(v, "", "B1").Use != "parking" {
		t.Errorf("%+v %+v", upper, shop)
	}
	// Two more numbered otherwise, one storey less: people stay where they live.
	resident(t, c, uuid.MustParse(upper.ID), 1950, true)
	plan.Floors = 2
	if p, err = c.Buildings.Preview(registrar, house, plan); err != nil || p.Removed != 4 || p.Kept != 9 || len(p.Conflicts) != 1 || p.Conflicts[0].Where != "1单元302室" {
		t.Errorf("%+v (%v)", p.Difference, err)
	}
	if _, err := c.Buildings.Apply(registrar, house, 2, plan); !fault.Is(err, fault.Conflict) {
		t.Errorf("a room with people in it was taken away: %v", err)
	}
	plan.Floors, plan.Pattern = 3, "{unit}-{floor}{col:02}"
	if v, err = c.Buildings.Apply(registrar, house, 2, plan); err != nil || roomOf(v, "1", "1-302") == nil || roomOf(v, "1", "1-302").ID != upper.ID {
		t.Fatalf("%+v (%v)", v, err)
	}
	// The roles: who sees people sees numbers, others use and tenure.
	for who, ctx := range map[string]context.Context{"a planner": c.As(actor.Planner, apitest.StreetA), "an operator": c.As(actor.Operator)} {
		v, err := c.Buildings.Stack(ctx, house)
		if r := roomOf(v, "1", "1-302"); err != nil || r.People != nil || r.Alone != nil || r.Elderly != nil || r.Status != "dwelling" {
			t.Errorf("%s: %+v (%v)", who, r, err)
		}
	}
	v, err = c.Buildings.Stack(c.As(actor.Worker, apitest.GridA), house)
	if r := roomOf(v, "1", "1-302"); err != nil || *r.People != 1 || !*r.Alone || !*r.Elderly || r.Status != "occupied" {
		t.Errorf("%+v (%v)", r, err)
	}
	neighbour := c.As(actor.Registrar, apitest.StreetB)
	if _, err := c.Buildings.Stack(neighbour, house); !fault.Is(err, fault.NotFound) {
		t.Errorf("the neighbour sees the stack: %v", err)
	}
	for who, ctx := range map[string]context.Context{"the neighbour": neighbour, "an operator": c.As(actor.Operator)} {
		refusal := fault.Forbidden
		if ctx == neighbour {
			refusal = fault.NotFound
		}
		if _, err := c.Buildings.Apply(ctx, house, 3, plan); !fault.Is(err, refusal) {
			t.Errorf("%s: %v", who, err)
		}
		if page, err := c.Buildings.Dwellings(ctx, building.DwellingFilter{Building: house}, 50, uuid.Nil); err != nil || len(page.Items) != 0 {
			t.Errorf("%s sees %d rooms (%v)", who, len(page.Items), err)
		}
	}
	page, err := c.Buildings.Dwellings(registrar, building.DwellingFilter{Text: "解放路12号3栋1单元1-302"}, 50, uuid.Nil)
	if err != nil || len(page.Items) != 1 || page.Items[0].ID.String() != upper.ID {
		t.Errorf("%+v (%v)", page, err)
	}
	if err := c.Buildings.RemoveDwelling(registrar, uuid.MustParse(upper.ID)); !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
	if err := c.Buildings.RemoveDwelling(registrar, uuid.MustParse(shop.ID)); err != nil {
		t.Error(err)
	}
}

// Of two who plan the same building at once one is told to look again.
func TestTwoPlannersAtOnce(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	at := apitest.InGridA
	put(t, c, batch(c, "map"), building.Building{Ref: "1", Point: at, Geom: footprint(at, 20, 20)})
	house := idOf(t, c, "map", "1")
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = c.Buildings.Apply(c.As(actor.Registrar), house, 1, building.Plan{Count: i + 1, Floors: 5, RoomsPerFloor: 2, Pattern: "{floor}{col:02}"})
		})
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !fault.Is(errs[0], fault.Stale) && !fault.Is(errs[1], fault.Stale) {
		t.Errorf("%v and %v", errs[0], errs[1])
	}
}

// door serves the slice to one actor.
func door(t *testing.T, c *apitest.City, by actor.Actor) func(method, path, match, body string) (int, http.Header, map[string]any) {
	t.Helper()
	s := web.New(web.Config{
		Version: "test", Auth: always{by}, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
		Ready: func(context.Context) error { return nil },
	})
	building.Routes(s, c.Buildings)
	server := httptest.NewServer(s.Echo)
	t.Cleanup(server.Close)
	return func(method, path, match, body string) (int, http.Header, map[string]any) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, bytes.NewBufferString(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if match != "" {
			r.Header.Set("If-Match", match)
		}
		a, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		var out map[string]any
		if a.StatusCode != http.StatusNoContent {
			if err := json.NewDecoder(a.Body).Decode(&out); err != nil {
				t.Fatal(err)
			}
		}
		return a.StatusCode, a.Header, out
	}
}

type always struct{ by actor.Actor }

func (a always) Authenticate(context.Context, *http.Request) (actor.Actor, error) { return a.by, nil }

// A room that was sent twice with one key is one room, whatever became of it meanwhile.
func TestARoomIsAddedOnce(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	at := apitest.InGridA
	put(t, c, batch(c, "map"), building.Building{Ref: "1", Address: "解放路12号", Levels: 6, Point: at, Geom: footprint(at, 20, 20)})
	ours := c.As(actor.Registrar, apitest.StreetA)
	room := building.Dwelling{BuildingID: idOf(t, c, "map", "1"), Unit: "1", Code: "502"}
	var made [4]uuid.UUID
	var sending sync.WaitGroup
	for i := range made {
		sending.Go(func() {
			var err error
			if made[i], err = c.Buildings.AddDwelling(ours, "a key", room); err != nil {
				t.Error(err)
			}
		})
	}
	sending.Wait()
	if made[0] == uuid.Nil || made[0] != made[1] || made[0] != made[2] || made[0] != made[3] {
		t.Errorf("%v", made)
	}
	if _, err := c.Buildings.AddDwelling(c.As(actor.Registrar, apitest.StreetB), "a key", room); !fault.Is(err, fault.NotFound) {
		t.Errorf("the neighbour knows the key: %v", err)
	}
	if _, err := c.Buildings.AddDwelling(ours, "another key", room); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same room with another key: %v", err)
	}
}

func TestBuildingsAndRoomsOverHTTP(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	at := apitest.InGridA
	put(t, c, batch(c, "map"), building.Building{Ref: "1", Name: "青禾大厦", Address: "解放路12号", Levels: 6, Point: at, Geom: footprint(at, 20, 20)},
		building.Building{Ref: "2", Name: "青山楼", Address: "和平路1号", Point: apitest.InGridB, Geom: footprint(apitest.InGridB, 20, 20)})
	id := idOf(t, c, "map", "1").String()
	ask := door(t, c, apitest.Actor(actor.Registrar, apitest.StreetA))
	for query, want := range map[string]int{"q=青禾": 1, "q=青": 2, "q=qhds": 1, "q=解放路": 1, "region=" + apitest.StreetB: 1, "q=nothing": 0, "limit=1": 1} {
		if status, _, out := ask("GET", "/api/v1/buildings?"+query, "", ""); status != 200 || len(out["items"].([]any)) != want {
			t.Errorf("%s: %d %v", query, status, out)
		}
	}
	_, head, _ := ask("GET", "/api/v1/buildings/"+id, "", "")
	status, _, out := ask("PATCH", "/api/v1/buildings/"+id, head.Get("ETag"), `{"address":"解放路14号","levels":null,"levels_below":2,"code":"L1"}`)
	if props, _ := out["properties"].(map[string]any); status != 200 || props["levels"] != nil || props["levels_below"] != 2.0 || props["address"] != "解放路14号" || props["name"] != "青禾大厦" {
		t.Fatalf("%d %v", status, out)
	}
	for how, w := range map[string]struct {
		match, body string
		status      int
	}{
		"nothing seen": {"", `{}`, 428}, "an older revision": {head.Get("ETag"), `{"name":"x"}`, 412}, "too many storeys": {`"2"`, `{"levels":301,"built_year":98}`, 422},
	} {
		if status, _, out := ask("PATCH", "/api/v1/buildings/"+id, w.match, w.body); status != w.status {
			t.Errorf("%s: %d %v", how, status, out)
		}
	}
	if _, _, out := ask("GET", "/api/v1/buildings?q=解放路14", "", ""); len(out["items"].([]any)) != 1 {
		t.Errorf("the words did not follow: %v", out)
	}
	status, _, room := ask("POST", "/api/v1/dwellings", "", `{"building_id":"`+id+`","unit":"一单元","code":"502室","area_m2":89.5}`)
	if status != 201 || room["unit"] != "1" || room["code"] != "502" || room["storey_from"] != 4.0 || room["address"] != "解放路14号1单元502室" || room["area_m2"] != 89.5 {
		t.Fatalf("%d %v", status, room)
	}
	if status, _, out := ask("POST", "/api/v1/dwellings", "", `{"building_id":"`+id+`","unit":"1","code":"502"}`); status != 409 {
		t.Errorf("twice: %d %v", status, out)
	}
	path := "/api/v1/dwellings/" + room["id"].(string)
	if status, head, out := ask("PATCH", path, `"1"`, `{"tenure":"let","use":"office"}`); status != 200 || out["tenure"] != "let" || head.Get("ETag") != `"2"` {
		t.Errorf("%d %v", status, out)
	}
	if status, _, _ := ask("PATCH", path, `"1"`, `{"tenure":"own"}`); status != 412 {
		t.Errorf("%d", status)
	}
	if status, _, out := ask("PATCH", path, `"2"`, `{"tenure":"stolen","use":"den"}`); status != 422 || len(out["errors"].([]any)) != 2 {
		t.Errorf("%d %v", status, out)
	}
	if status, _, out := ask("GET", "/api/v1/dwellings?building="+id+"&q=5", "", ""); status != 200 || len(out["items"].([]any)) != 1 {
		t.Errorf("%d %v", status, out)
	}
	status, head, stack := ask("GET", "/api/v1/buildings/"+id+"/stack", "", "")
	if status != 200 || len(stack["storeys"].([]any)) != 5 {
		t.Fatalf("%d %v", status, stack)
	}
	plan := `{"units":[{"code":"1单元","lift":true}],"floors":5,"rooms_per_floor":2,"pattern":"{floor}{col:02}","exceptions":[{"floors":"3-4","merge":[[1,2]]}]}`
	if status, _, out := ask("POST", "/api/v1/buildings/"+id+"/stack/plan", "", plan); status != 200 || out["added"] != 7.0 || out["kept"] != 1.0 || out["conflicts"] == nil {
		t.Errorf("%d %v", status, out)
	}
	if status, _, out := ask("PUT", "/api/v1/buildings/"+id+"/stack", head.Get("ETag"), plan); status != 200 {
		t.Errorf("%d %v", status, out)
	}
	if status, _, _ := ask("PUT", "/api/v1/buildings/"+id+"/stack", head.Get("ETag"), plan); status != 412 {
		t.Errorf("%d", status)
	}
	if status, _, _ := ask("DELETE", path, "", ""); status != 204 {
		t.Errorf("%d", status)
	}
	visitor := door(t, c, actor.Nobody)
	for path, want := range map[string]int{"/api/v1/buildings?q=青": 200, "/api/v1/buildings/" + id + "/stack": 401, "/api/v1/dwellings": 401, path: 401} {
		if status, _, _ := visitor("GET", path, "", ""); status != want {
			t.Errorf("a visitor, %s: %d", path, status)
		}
	}
}
