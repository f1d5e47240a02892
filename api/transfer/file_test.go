package transfer_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/transfer"
)

const benches = "编号,类型,位置,经度,纬度\nA1,街头座椅,解放路1号,113.3025,23.405\nA2,bench,解放路2号,113.3225,23.405\n" +
	"A3,飞船,解放路3号,113.3026,23.405\nA4,街头座椅,解放路4号,0,0\nA5,街头座椅,解放路5号,23.405,113.3025\nA1,街头座椅,解放路6号,113.3027,23.405\n"

// What can be taken is taken; each other row is told with its line and why, and
// the same file again changes nothing.
func TestAFileIsTakenRowByRow(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	path := file(t, "座椅.csv", benches)
	dry, err := c.Loader.File(t.Context(), "facilities", path, transfer.FileOptions{DryRun: true})
	if err != nil || dry.Fresh != 2 || dry.Refused != 4 {
		t.Fatalf("dry run: %+v, %v", dry, err)
	}
	first, err := c.Loader.File(t.Context(), "facilities", path, transfer.FileOptions{})
	if err != nil || first.Read != 6 || first.Fresh != 2 || first.Refused != 4 || first.Whole() {
		t.Fatalf("%+v, %v", first, err)
	}
	text, err := os.ReadFile(path + ".refused.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"4,kind,", "5,lon,\"lies at 0,0", "swapped", "the same reference is in line 2 already", "解放路3号"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the refused rows do not say %q:\n%s", want, text)
		}
	}
	again, err := c.Loader.File(t.Context(), "facilities", path, transfer.FileOptions{})
	if err != nil || again.Fresh != 0 || again.Changed != 0 || again.Unchanged != 2 || again.Refused != 4 {
		t.Errorf("again: %+v, %v", again, err)
	}
}

// An import that is killed in the middle goes on where it stood and ends with
// what one go would have given.
func TestAnImportThatBrokeOffGoesOn(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	var b strings.Builder
	b.WriteString("ref,kind,lon,lat\n")
	const rows = 12000
	for i := range rows {
		kind := "bench"
		if i%1000 == 0 {
			kind = "spaceship"
		}
		fmt.Fprintf(&b, "B%d,%s,%.6f,%.6f\n", i, kind, 113.3001+float64(i%100)*1e-5, 23.4001+float64(i/100)*1e-5)
	}
	path := file(t, "many.csv", b.String())
	ctx, cancel := context.WithCancel(t.Context())
	_, err := c.Loader.File(ctx, "facilities", path, transfer.FileOptions{Progress: func(transfer.Progress, transfer.Counts) { cancel() }})
	if err == nil {
		t.Fatal("a cancelled import says that it is done")
	}
	report, err := c.Loader.File(t.Context(), "facilities", path, transfer.FileOptions{})
	if err != nil || !report.Resumed || report.Read != rows || report.Refused != 12 || report.Fresh != rows-12 {
		t.Fatalf("%+v, %v", report, err)
	}
	var n int
	if err := c.Pool.QueryRow(t.Context(), "SELECT count(*) FROM facility WHERE source = 'many'").Scan(&n); err != nil || n != rows-12 {
		t.Errorf("%d facilities, %v", n, err)
	}
	text, err := os.ReadFile(path + ".refused.csv")
	if err != nil || strings.Count(string(text), "\n") != 13 {
		t.Errorf("the refused rows have %d lines, %v", strings.Count(string(text), "\n"), err)
	}
}

// A file in the projection it names lies where PROJ puts it, and goes out again.
func TestBinsOfZurichComeAndGo(t *testing.T) {
	t.Parallel()
	bins, districts := shared(t, "facilities/zurich-litter-bins.gpkg"), shared(t, "polygons/zurich-districts.gpkg")
	c := apitest.New(t)
	for _, path := range []*string{&bins, &districts} {
		data, err := os.ReadFile(*path)
		if err != nil {
			t.Fatal(err)
		}
		*path = file(t, "copy.gpkg", string(data))
	}
	regions, err := c.Loader.File(t.Context(), "regions", districts, transfer.FileOptions{Mapping: transfer.Mapping{City: "8261", CityName: "Zürich"}})
	if err != nil || regions.Fresh != 22 || regions.Refused != 0 {
		t.Fatalf("%+v, %v", regions, err)
	}
	m := transfer.Mapping{Columns: map[string]string{"ref": "gefaess_id", "code": "gefaess_id"}, Constants: map[string]string{"kind": "waste_basket"}}
	report, err := c.Loader.File(t.Context(), "facilities", bins, transfer.FileOptions{Mapping: m})
	if err != nil || report.Fresh != 4063 || report.CRS != "EPSG:2056" {
		t.Fatalf("%+v, %v", report, err)
	}
	var at orb.Point
	var misplaced int
	if err := c.Pool.QueryRow(t.Context(), "SELECT point, (SELECT count(*) FROM facility WHERE code ~ '^[0-9]+$' AND scope_code NOT LIKE '8261%') FROM facility WHERE code = '157'").Scan(&at, &misplaced); err != nil {
		t.Fatal(err)
	}
	if math.Abs(at[0]-8.5) > 0.1 || math.Abs(at[1]-47.4) > 0.1 || misplaced > 0 {
		t.Errorf("bin 157 lies at %v; %d bins outside the city", at, misplaced)
	}
	out := t.TempDir() + "/bins.geojson"
	ctx, _ := c.Audit.Command(t.Context(), "export")
	exported, err := c.Loader.Export(ctx, "facilities", out, transfer.ExportOptions{Format: "geojson", Region: "8261", Scope: actor.Everywhere()})
	if err != nil || exported.Rows != 4063 {
		t.Errorf("%d went out, %v", exported.Rows, err)
	}
}

func TestMistakesOfAMappingAreNamed(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	path := file(t, "x.csv", "name,name\na,b\n")
	_, err := c.Loader.File(t.Context(), "facilities", path, transfer.FileOptions{Mapping: transfer.Mapping{Columns: map[string]string{"place": "ort", "colour": "name"}}})
	for _, want := range []string{"no column \"ort\"", "no field colour", "no column gives 类型"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}
