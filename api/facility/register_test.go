package facility_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/facility"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/plate"
	"onemap/api/web"
)

func imported(t *testing.T, c *apitest.City, b link.Batch, list ...facility.New) (m pg.Merged, err error) {
	t.Helper()
	b.NewID, b.Now = apitest.NewID, c.Clock.Now()
	err = pg.InTx(t.Context(), c.Pool, func(tx pgx.Tx) error {
		ix, err := c.Regions.Hold(t.Context(), tx)
		if err != nil {
			return err
		}
		m, err = c.Facilities.Import(t.Context(), tx, ix, b, list)
		return err
	})
	return m, err
}

const edition17, edition16 = "GB/T 47678.5-2026", "GB/T 30428.2-2013"

func TestCodesOfStandards(t *testing.T) {
	t.Parallel()
	for code, ok := range map[[3]string]bool{
		{edition17, "99010103005000001", "990101001"}: true, {edition16, "9901010305000001", "990101001"}: true, {edition17, "99010103005000001", ""}: true,
		{edition17, "9901010300500001", "990101"}: false, {edition16, "99010103005000001", "990101"}: false, {edition17, "99010103005000000", "990101"}: false,
		{edition17, "44060403005000001", "990101"}: false, {edition17, "99010100005000001", "990101"}: false, {edition17, "99010103000000001", "990101"}: false,
		{edition17, "9901010300500000X", "990101"}: false, {"GB/T 1", "1", ""}: false,
	} {
		if wrong := facility.CheckCode(code[0], code[1], code[2]); (wrong == "") != ok {
			t.Errorf("%v: %q", code, wrong)
		}
	}
}

func TestAFacilityIsMetByPlateStandardAndPlace(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	at := apitest.InGridA
	east := func(metres float64) orb.Point { return orb.Point{at[0] + metres/102180, at[1]} }
	_, err := imported(t, c, link.Batch{Source: "map"},
		facility.New{Ref: "1", Kind: "bench", Name: "湖边长椅", Point: at, Standard: facility.Codes{edition17: "99010104007000001"}},
		facility.New{Ref: "2", Kind: "bench", Point: east(100)}, facility.New{Ref: "3", Kind: "bench", Point: east(101)},
		facility.New{Ref: "4", Kind: "waste_basket", Point: at})
	if err != nil {
		t.Fatal(err)
	}
	ids, plates := map[string]uuid.UUID{}, map[string]plate.Code{}
	rows, err := c.Pool.Query(t.Context(), "SELECT source_ref, id, code FROM facility")
	if err != nil {
		t.Fatal(err)
	}
	var ref string
	var id uuid.UUID
	var code plate.Code
	if _, err := pgx.ForEachRow(rows, []any{&ref, &id, &code}, func() error { ids[ref], plates[ref] = id, code; return nil }); err != nil {
		t.Fatal(err)
	}
	asked := []facility.New{
		{Ref: "plate", Kind: "bench", Code: plates["2"], Point: apitest.InGridB},
		{Ref: "standard", Kind: "bench", Standard: facility.Codes{edition17: "99010104007000001"}, Point: apitest.InGridB},
		{Ref: "name", Kind: "bench", Name: "湖边长椅", Point: east(40)},
		{Ref: "far", Kind: "bench", Name: "湖边长椅", Point: east(60)},
		{Ref: "here", Kind: "bench", Point: east(1.5)},
		{Ref: "near", Kind: "bench", Point: east(4)},
		{Ref: "two", Kind: "bench", Point: east(100.5)},
		{Ref: "kind", Kind: "tree", Point: at},
	}
	found, err := c.Facilities.Find(t.Context(), c.Pool, "file", asked)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []link.Found{
		{ID: ids["2"], By: link.ByCode}, {ID: ids["1"], By: link.ByCode}, {ID: ids["1"], By: link.ByPlace}, {}, {ID: ids["1"], By: link.ByPlace}, {}, {}, {},
	} {
		if found[i].ID != want.ID || found[i].By != want.By || len(found[i].Candidates) != map[string]int{"two": 2}[asked[i].Ref] {
			t.Errorf("%s: %+v, want %+v", asked[i].Ref, found[i], want)
		}
	}
	// Only what the file has is overwritten; the plate stays, whatever it says.
	b := link.Batch{Source: "file", Given: []string{"owner", "state", "name", "code"}}
	row := facility.New{Ref: "x", ID: ids["1"], Owner: "园林处", State: "damaged", Name: "塔边长椅", Code: plates["4"]}
	if m, err := imported(t, c, b, row); err != nil || m != (pg.Merged{Changed: 1}) {
		t.Errorf("%+v (%v)", m, err)
	}
	if m, err := imported(t, c, b, row); err != nil || m != (pg.Merged{Unchanged: 1}) {
		t.Errorf("again: %+v (%v)", m, err)
	}
	f, err := c.Facilities.ByID(t.Context(), c.Pool, ids["1"])
	if err != nil || f.Owner != "园林处" || f.State != "damaged" || f.Name != "塔边长椅" || f.Kind != "bench" || f.Code != plates["1"] || f.Point != at {
		t.Errorf("%+v (%v)", f, err)
	}
	if _, err := imported(t, c, link.Batch{Source: "file"}, facility.New{Ref: "y", Kind: "bench", Point: at, Standard: facility.Codes{edition17: "44060404007000009"}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("another district's code: %v", err)
	}
}

type nobodyWaits struct{}

func (nobodyWaits) OpenOfFacilities(context.Context, pg.Querier, []uuid.UUID) (map[uuid.UUID]int, error) {
	return nil, nil
}

type always struct{ by actor.Actor }

func (a always) Authenticate(context.Context, *http.Request) (actor.Actor, error) { return a.by, nil }

func TestFacilitiesAreAddedChangedAndListed(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	s := web.New(web.Config{
		Version: "test", Auth: always{apitest.Actor(actor.Registrar, apitest.StreetA)}, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
		Ready: func(context.Context) error { return nil },
	})
	facility.Routes(s, c.Facilities, nobodyWaits{})
	server := httptest.NewServer(s.Echo)
	defer server.Close()
	ask := func(method, path, match, key, body string) (int, http.Header, map[string]any) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, bytes.NewBufferString(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		for name, value := range map[string]string{"If-Match": match, "Idempotency-Key": key} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		a, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		var out map[string]any
		if err := json.NewDecoder(a.Body).Decode(&out); err != nil {
			t.Fatal(err)
		}
		return a.StatusCode, a.Header, out
	}
	body := `{"kind":"bench","name":"湖边长椅","place":"解放路12号","installed_on":"2024-05-01","standard_codes":{"GB/T 47678.5-2026":"99010104007000001"},"lon":113.3025,"lat":23.405}`
	status, head, out := ask("POST", "/api/v1/facilities", "", "key-1", body)
	props, _ := out["properties"].(map[string]any)
	if status != 201 || props["grid_code"] != apitest.GridA || props["state"] != "intact" || props["installed_on"] != "2024-05-01" || props["standard_codes"].(map[string]any)[edition17] != "99010104007000001" {
		t.Fatalf("%d %v", status, out)
	}
	code := props["code"].(string)
	if _, _, again := ask("POST", "/api/v1/facilities", "", "key-1", body); again["properties"].(map[string]any)["code"] != code {
		t.Errorf("the same key made another: %v", again)
	}
	for how, w := range map[string]struct {
		body   string
		status int
	}{
		"the neighbour's": {`{"kind":"bench","lon":113.3225,"lat":23.405}`, 403}, "far away": {`{"kind":"bench","lon":13,"lat":23}`, 422},
		"all wrong":              {`{"kind":"rocket","state":"gone","installed_on":"yesterday","code":"!","lon":113.3025,"lat":23.405}`, 422},
		"the same standard code": {`{"kind":"bench","standard_codes":{"GB/T 47678.5-2026":"99010104007000001"},"lon":113.3025,"lat":23.405}`, 409},
	} {
		if status, _, out := ask("POST", "/api/v1/facilities", "", "", w.body); status != w.status {
			t.Errorf("%s: %d %v", how, status, out)
		}
	}
	path := "/api/v1/facilities/" + code
	status, _, out = ask("PATCH", path, head.Get("ETag"), "", `{"state":"damaged","owner":"园林处","installed_on":null,"standard_codes":{"GB/T 47678.5-2026":""},"lon":113.3075}`)
	props, _ = out["properties"].(map[string]any)
	if status != 200 || props["state"] != "damaged" || props["installed_on"] != nil || props["grid_code"] == apitest.GridA || len(props["standard_codes"].(map[string]any)) != 0 || props["name"] != "湖边长椅" {
		t.Errorf("%d %v", status, out)
	}
	for how, w := range map[string]struct {
		match, body string
		status      int
	}{
		"an older revision": {head.Get("ETag"), `{}`, 412}, "none": {"", `{}`, 428}, "a state there is not": {`"2"`, `{"state":"melted"}`, 422}, "across the border": {`"2"`, `{"lon":113.3225}`, 403},
	} {
		if status, _, out := ask("PATCH", path, w.match, "", w.body); status != w.status {
			t.Errorf("%s: %d %v", how, status, out)
		}
	}
	for query, want := range map[string]int{"q=湖边": 1, "q=hb": 1, "q=座椅": 1, "q=解放": 1, "q=" + strings.ToLower(code): 1, "state=damaged": 1, "state=intact": 0, "kind=bench&region=" + apitest.StreetB: 0, "near=113.3075,23.405": 1} {
		if status, _, out := ask("GET", "/api/v1/facilities?"+query, "", "", ""); status != 200 || len(out["features"].([]any)) != want {
			t.Errorf("%s: %d %v", query, status, out)
		}
	}
	var wg sync.WaitGroup
	answers := make([]int, 2)
	for i := range answers {
		wg.Go(func() {
			_, err := c.Facilities.Edit(c.As(actor.Registrar), uuid.MustParse(props["id"].(string)), 2, facility.Edit{})
			if fault.Is(err, fault.Stale) {
				answers[i] = 1
			} else if err != nil {
				answers[i] = 9
			}
		})
	}
	wg.Wait()
	if answers[0]+answers[1] != 1 {
		t.Errorf("two writers at once: %v", answers)
	}
}
