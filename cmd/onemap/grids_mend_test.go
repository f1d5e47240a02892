package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"onemap/api/pgserver"
)

// gapped is a file with a small city whose two grids leave ten metres between them.
func gapped(t *testing.T) string {
	t.Helper()
	var features []string
	for code, at := range map[string][2]float64{
		"8802": {114.4, 114.41}, "880201": {114.4, 114.41}, "880201001": {114.4, 114.41}, "880201001001": {114.4, 114.41},
		"880201001001001": {114.4, 114.405}, "880201001001002": {114.4051, 114.41},
	} {
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":%q},"geometry":{"type":"Polygon","coordinates":[[[%[3]v,24.4],[%[4]v,24.4],[%[4]v,24.41],[%[3]v,24.41],[%[3]v,24.4]]]}}`, code, code, at[0], at[1]))
	}
	path := filepath.Join(t.TempDir(), "gapped.geojson")
	if err := os.WriteFile(path, []byte(`{"type":"FeatureCollection","features":[`+strings.Join(features, ",")+`]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// gridsAreMended mends a gap by a draft's proposals, all and by number; where there
// is nothing to mend, or no such proposal, no draft is begun.
func gridsAreMended(t *testing.T, dir string) {
	url, ok := pgserver.Attach(dir)
	if !ok {
		t.Fatal("the database does not run")
	}
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	drafts := func(want int) {
		t.Helper()
		var n int
		if err := db.QueryRow(t.Context(), "SELECT count(*) FROM region_draft WHERE under LIKE '8802%'").Scan(&n); err != nil || n != want {
			t.Fatalf("%d drafts, want %d, %v", n, want, err)
		}
	}
	mend := func(region, which string, more ...string) []string {
		return append([]string{"grids", "draft", "--region", region, "--mend", which, "--data", dir}, more...)
	}
	file := gapped(t)
	does(t, "import", "regions", file, "--data", dir)
	for want, args := range map[string][]string{
		`"99" is none of`:      mend("880201001001", "1,99"),
		`"x" is none of`:       mend("880201001001", "x"),
		"only all can be said": mend("880201001001", "1", file),
	} {
		if out, errs, err := command(t, "", args...); err == nil || !strings.Contains(errs, want) {
			t.Errorf("%v: %v %s%s", args, err, out, errs)
		}
	}
	drafts(0)
	type draft struct {
		ID               string
		Changed, Removed int
	}
	read := func(args []string) (d draft) {
		t.Helper()
		if err := json.Unmarshal([]byte(does(t, append(args, "--json")...)), &d); err != nil || d.Changed == 0 || d.Removed != 0 {
			t.Fatalf("%+v, %v", d, err)
		}
		return d
	}
	read(mend("880201001001", "1"))
	whole := read(mend("8802", "all"))
	drafts(2)
	does(t, "grids", "validate", "--region", "8802", "--draft", whole.ID, "--data", dir)
	does(t, "grids", "publish", "--region", "8802", "--draft", whole.ID, "--data", dir)
	var short float64 // square metres that nobody has
	if err := db.QueryRow(t.Context(), `
SELECT ST_Area(ST_Difference((SELECT geom FROM region WHERE code = '880201001001'), ST_Union(geom))::geography) FROM region WHERE parent = '880201001001'`).Scan(&short); err != nil || short > 1 {
		t.Errorf("%.1f m² are left, %v", short, err)
	}
	if out := does(t, mend("880201001001", "all")...); !strings.Contains(out, "nothing to mend under 880201001001; no draft") {
		t.Error(out)
	}
	if out := does(t, mend("880201001001", "all", "--json")...); strings.TrimSpace(out) != "null" {
		t.Error(out)
	}
	drafts(2)
}
