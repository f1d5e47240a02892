package facility_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	_ "image/png"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/apitest"
	"onemap/api/cases"
	"onemap/api/facility"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/plate"
	"onemap/api/web"
	"onemap/geo/crs"
)

func TestEveryKindHasAClassAndItsCodeIsInTheStandard(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, c := range cases.StandardCodes() {
		if c.Kind == "component" {
			known[c.Code] = true
		}
	}
	used := map[string]bool{}
	for name, k := range facility.Kinds {
		if k.Component != "" && !known[k.Component] {
			t.Errorf("%s is damaged under %s, which is no component of %s", name, k.Component, cases.Edition)
		}
		if _, ok := facility.ClassNames[k.Class]; !ok || k.Name == "" || k.NameEn == "" {
			t.Errorf("%s: %+v", name, k)
		}
		used[k.Class] = true
	}
	for class := range facility.ClassNames {
		if !used[class] {
			t.Errorf("no kind is of class %s", class)
		}
	}
}

func importAll(t *testing.T, c *apitest.City, list []facility.New) (m pg.Merged) {
	t.Helper()
	c.Tx(t, func(tx pgx.Tx) error {
		ix, err := c.Regions.Hold(t.Context(), tx)
		if err != nil {
			return err
		}
		m, err = c.Facilities.Import(t.Context(), tx, ix, link.Batch{Source: "test", NewID: apitest.NewID, Now: c.Clock.Now()}, list)
		return err
	})
	return m
}

// codes reads the plates by reference.
func codes(t *testing.T, c *apitest.City) map[string]string {
	t.Helper()
	rows, err := c.Pool.Query(t.Context(), "SELECT source_ref, code FROM facility")
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	var ref, code string
	if _, err := pgx.ForEachRow(rows, []any{&ref, &code}, func() error { m[ref] = code; return nil }); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestASecondImportChangesNothing(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	var list []facility.New
	for i := range 50 {
		list = append(list, facility.New{Ref: fmt.Sprint(i), Kind: "bench", Owner: "甲", Point: orb.Point{113.30 + float64(i)/2000, 23.405}})
	}
	if m := importAll(t, c, list); m != (pg.Merged{Fresh: 50}) {
		t.Fatalf("first: %+v", m)
	}
	first := codes(t, c)
	if m := importAll(t, c, list); m != (pg.Merged{Unchanged: 50}) {
		t.Errorf("second: %+v", m)
	}
	c.Clock.Advance(time.Minute)
	list[3].Name, list[4].Point[0], list[5].Kind, list[6].Owner = "长椅", 113.33, "waste_basket", "乙"
	if m := importAll(t, c, list); m != (pg.Merged{Changed: 3, Unchanged: 47}) {
		t.Errorf("third: %+v", m)
	}
	if fmt.Sprint(codes(t, c)) != fmt.Sprint(first) || len(first) != 50 {
		t.Error("plates have changed with an import")
	}
	var named, wrong int
	if err := c.Pool.QueryRow(t.Context(), `
SELECT count(*), count(*) FILTER (WHERE i.rev > f.rev OR f.id IS NULL OR i.rev = 2 AND f.source_ref NOT IN ('3', '4', '5'))
FROM change_inbox i LEFT JOIN facility f ON f.id::text = i.object WHERE i.kind = 'facility'`).Scan(&named, &wrong); err != nil || named != 53 || wrong != 0 {
		t.Errorf("%d changes announced, %d of them wrong, want the 50 new and the 3 changed (%v)", named, wrong, err)
	}
	var owner string
	var rev int
	if err := c.Pool.QueryRow(t.Context(), "SELECT owner, rev FROM facility WHERE source_ref = '6'").Scan(&owner, &rev); err != nil || owner != "甲" || rev != 1 {
		t.Errorf("what is kept here was overwritten: %s, rev %d (%v)", owner, rev, err)
	}
}

func TestALongImportIsAnnouncedAsOneChange(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	var list []facility.New
	for i := range 101 {
		list = append(list, facility.New{Ref: fmt.Sprint(i), Kind: "bench", Point: orb.Point{113.30 + float64(i)/5000, 23.405}})
	}
	importAll(t, c, list)
	var told string
	if err := c.Pool.QueryRow(t.Context(), "SELECT string_agg(kind || ' ' || object || ' ' || (body ->> 'count'), ', ') FROM change_inbox WHERE object <> 'region'").Scan(&told); err != nil || told != "bulk facility 101" {
		t.Errorf("announced: %s (%v)", told, err)
	}
}

func TestAnImportWithAnUnknownKindLeavesNothing(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	err := pg.InTx(t.Context(), c.Pool, func(tx pgx.Tx) error {
		ix, err := c.Regions.Hold(t.Context(), tx)
		if err != nil {
			return err
		}
		_, err = c.Facilities.Import(t.Context(), tx, ix, link.Batch{Source: "test", NewID: apitest.NewID, Now: c.Clock.Now()}, []facility.New{{Ref: "1", Kind: "bench", Point: apitest.InGridA}, {Ref: "2", Kind: "rocket", Point: apitest.InGridA}})
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "rocket") || len(codes(t, c)) != 0 {
		t.Errorf("%v, %v", err, codes(t, c))
	}
}

func serve(t *testing.T, c *apitest.City) func(path string) (*http.Response, []byte) {
	t.Helper()
	s := web.New(web.Config{
		Version: "test", Auth: c.Auth, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
		Ready: func(context.Context) error { return nil },
	})
	facility.Routes(s, c.Facilities, c.Cases)
	server := httptest.NewServer(s.Echo)
	t.Cleanup(server.Close)
	return func(path string) (*http.Response, []byte) {
		answer, err := server.Client().Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer, body
	}
}

type collection struct {
	Features []struct {
		ID         string
		Properties struct {
			Code, Class, Kind string
			Metres            float64 `json:"distance_m"`
		}
		Geometry struct{ Coordinates orb.Point }
	}
}

func TestNearestIsNearest(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	rng := rand.New(rand.NewPCG(8, 8))
	kinds := []string{"bench", "waste_basket", "bus_stop"}
	var list []facility.New
	for i := range 300 {
		list = append(list, facility.New{Ref: fmt.Sprint(i), Kind: kinds[rng.IntN(3)], Point: orb.Point{113.30 + rng.Float64()*0.04, 23.40 + rng.Float64()*0.02}})
	}
	importAll(t, c, list)
	plates := codes(t, c)
	get := serve(t, c)
	for n := range 40 {
		at := crs.WGS84{Lon: 113.295 + rng.Float64()*0.05, Lat: 23.395 + rng.Float64()*0.03}
		limit, radius := 1+rng.IntN(40), 100+rng.IntN(1500)
		class, near, datum := []string{"", "seat"}[n%2], fmt.Sprintf("%v,%v", at.Lon, at.Lat), "wgs84"
		if n%3 == 0 {
			g := at.GCJ02()
			near, datum = fmt.Sprintf("%v,%v", g.Lon, g.Lat), "gcj02"
		}
		answer, body := get(fmt.Sprintf("/api/v1/facilities?near=%s&crs=%s&limit=%d&radius=%d&class=%s", near, datum, limit, radius, class))
		var got collection
		if err := json.Unmarshal(body, &got); err != nil || answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "application/geo+json" {
			t.Fatalf("%d %s (%v)", answer.StatusCode, body, err)
		}
		type hit struct {
			code   string
			metres float64
		}
		var want []hit
		for _, f := range list {
			if d := geodesic(t, c, at, f.Point); d <= float64(radius) && (class == "" || f.Kind == "bench") {
				want = append(want, hit{plates[f.Ref], d})
			}
		}
		slices.SortFunc(want, func(a, b hit) int { return int(1e6 * (a.metres - b.metres)) })
		want = want[:min(limit, len(want))]
		if len(got.Features) != len(want) {
			t.Fatalf("%d found, want %d", len(got.Features), len(want))
		}
		for i, f := range got.Features {
			if f.ID != want[i].code || f.Properties.Metres-want[i].metres > 0.06 || want[i].metres-f.Properties.Metres > 0.06 {
				t.Errorf("place %d: %s at %v m, want %+v", i, f.ID, f.Properties.Metres, want[i])
			}
		}
	}
}

var distances = map[string]float64{}

// geodesic is the distance on the ellipsoid as PostGIS computes it, asked once a pair.
func geodesic(t *testing.T, c *apitest.City, a crs.WGS84, b orb.Point) (d float64) {
	t.Helper()
	k := fmt.Sprint(a, b)
	if d, ok := distances[k]; ok {
		return d
	}
	// One query brings the distances to every facility.
	rows, err := c.Pool.Query(t.Context(), "SELECT point, ST_Distance(point::geography, ST_SetSRID(ST_Point($1, $2), 4326)::geography) FROM facility", a.Lon, a.Lat)
	if err != nil {
		t.Fatal(err)
	}
	var p orb.Point
	if _, err := pgx.ForEachRow(rows, []any{&p, &d}, func() error { distances[fmt.Sprint(a, p)] = d; return nil }); err != nil {
		t.Fatal(err)
	}
	return distances[k]
}

func TestBadQuestions(t *testing.T) {
	t.Parallel()
	get := serve(t, apitest.New(t))
	for path, want := range map[string]string{
		"/api/v1/facilities?near=113.3,23.4&class=rocket":                   "422 query.class",
		"/api/v1/facilities?near=113.3":                                     "422 query.near",
		"/api/v1/facilities?near=east,west":                                 "422 query.near",
		"/api/v1/facilities?kind=rocket":                                    "422 query.kind",
		"/api/v1/facilities?near=113.3,23.4&crs=mars":                       "422 query.near/crs",
		"/api/v1/facilities?near=113.3,23.4&limit=0":                        "422 query.limit",
		"/api/v1/facilities?near=113.3,23.4&radius=1e9":                     "422 query.radius",
		"/api/v1/facilities/%E4%BA%95%E7%9B%96":                             "422 path.code",
		"/api/v1/facilities/2222222A":                                       "422 path.code",
		"/api/v1/facilities/2222222A/plate.svg":                             "422 path.code",
		"/api/v1/facilities/OOOO-OOOO":                                      "404 ",
		"/api/v1/facilities/" + "2222222" + check("2222222"):                "404 ",
		"/api/v1/facilities/" + "2222222" + check("2222222") + "/plate.png": "404 ",
	} {
		answer, body := get(path)
		var p web.Problem
		if err := json.Unmarshal(body, &p); err != nil {
			t.Errorf("%s: %d %s", path, answer.StatusCode, body)
			continue
		}
		got := fmt.Sprint(p.Status, " ")
		if len(p.Errors) > 0 {
			got += p.Errors[0].Location
		}
		if got != want {
			t.Errorf("%s: %s (%+v), want %s", path, got, p, want)
		}
	}
}

// check finds the check character of seven by trying.
func check(seven string) string {
	for _, r := range "23456789ABCDEFGHJKMNPQRSTUVWXYZ" {
		if parses(seven + string(r)) {
			return string(r)
		}
	}
	return ""
}

func TestThePlateLeadsToItsFacility(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	get := serve(t, c)
	f := c.Facility(t, "bench", apitest.InGridA)
	typed := strings.ToLower(f.Code.String())
	answer, body := get("/api/v1/facilities/" + typed)
	var feature struct{ Properties map[string]any }
	if err := json.Unmarshal(body, &feature); err != nil || feature.Properties["code"] != f.Code.Raw() || feature.Properties["name"] != "街头座椅" {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
	want := "http://" + answer.Request.Host + "/q/" + f.Code.Raw()
	if answer.Request.Host == "" {
		want = "http://" + answer.Request.URL.Host + "/q/" + f.Code.Raw()
	}
	answer, body = get("/api/v1/facilities/" + typed + "/plate.png?size=700")
	img, _, err := image.Decode(bytes.NewReader(body))
	if err != nil || answer.Header.Get("Content-Type") != "image/png" || img.Bounds().Dx() != 700 {
		t.Fatalf("%d %v %v", answer.StatusCode, answer.Header, err)
	}
	if got := decode(t, img); got != want {
		t.Errorf("the plate leads to %q, want %q", got, want)
	}
	answer, body = get("/api/v1/facilities/" + typed + "/plate.svg")
	if answer.Header.Get("Content-Type") != "image/svg+xml" || !bytes.Contains(body, []byte(f.Code.String())) {
		t.Errorf("%v %s", answer.Header, body[:min(200, len(body))])
	}
	for _, size := range []string{"9999", "-1", "x"} {
		if answer, _ := get("/api/v1/facilities/" + typed + "/plate.png?size=" + size); answer.StatusCode != 422 {
			t.Errorf("size %s: %d", size, answer.StatusCode)
		}
	}
}

// decode reads the symbol, hunting for it or, as this reader's hunt fails now
// and then, in the picture without its caption.
func decode(t *testing.T, img image.Image) string {
	t.Helper()
	hunt, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	if result, err := qrcode.NewQRCodeReader().Decode(hunt, nil); err == nil {
		return result.GetText()
	}
	width := img.Bounds().Dx()
	square := image.NewGray(image.Rect(0, 0, width, width-width/32))
	draw.Draw(square, square.Bounds(), img, image.Point{}, draw.Src)
	pure, err := gozxing.NewBinaryBitmapFromImage(square)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(pure, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true})
	if err != nil {
		t.Fatal(err)
	}
	return result.GetText()
}

func parses(code string) bool {
	_, err := plate.Parse(code)
	return err == nil
}
