package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"onemap/api/pgserver"
	"onemap/api/pgserver/pgtest"
)

// A publish is killed with the signal nobody can catch while it moves objects:
// nothing has moved and the old edition is in force; run again, everything has.
func TestAKilledPublishMovesAllOrNothing(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	serve(t, dir) // keeps the database while commands come and go
	does(t, "import", "regions", regions(t), "--data", dir)
	does(t, "grids", "make", "--region", "8801", "--size", "250", "--data", dir)
	url, ok := pgserver.Attach(dir)
	if !ok {
		t.Fatal("the database does not run")
	}
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	var community, code string
	var west, south, east, north float64
	err = db.QueryRow(t.Context(), `
SELECT parent, code, ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom) FROM region WHERE level = 'grid' ORDER BY ST_Area(geom) DESC, code LIMIT 1`).Scan(&community, &code, &west, &south, &east, &north)
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	rows.WriteString("ref,kind,lon,lat\n")
	for i := range 400 {
		fmt.Fprintf(&rows, "B%d,bench,%.7f,%.7f\n", i, west+(east-west)*(float64(i%20)+0.5)/20, south+(north-south)*(float64(i/20)+0.5)/20)
	}
	bins := filepath.Join(t.TempDir(), "bins.csv")
	// The grid is cut in two: its west keeps the code, its east gets the next.
	half := (west + east) / 2
	var whole string
	if err := db.QueryRow(t.Context(), "SELECT ST_AsGeoJSON(ST_Intersection(geom, ST_MakeEnvelope($2, -90, 180, 90, 4326)), 7) FROM region WHERE code = $1", code, half).Scan(&whole); err != nil {
		t.Fatal(err)
	}
	var left string
	if err := db.QueryRow(t.Context(), "SELECT ST_AsGeoJSON(ST_Intersection(geom, ST_MakeEnvelope(-180, -90, $2, 90, 4326)), 7) FROM region WHERE code = $1", code, half).Scan(&left); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "grids.geojson")
	features := fmt.Sprintf(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":%q,"name":"西"},"geometry":%s},{"type":"Feature","properties":{"code":"","name":"东"},"geometry":%s}]}`, code, left, whole)
	for path, text := range map[string]string{bins: rows.String(), file: features} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	does(t, "import", "facilities", bins, "--data", dir)
	var draft struct{ ID string }
	if err := json.Unmarshal([]byte(does(t, "grids", "draft", "--region", community, "--data", dir, "--json", file)), &draft); err != nil {
		t.Fatal(err)
	}
	does(t, "grids", "validate", "--region", community, "--draft", draft.ID, "--data", dir)
	var ahead struct{ Moved, Edition int64 }
	if err := json.Unmarshal([]byte(does(t, "grids", "preview", "--region", community, "--draft", draft.ID, "--data", dir, "--json")), &ahead); err != nil || ahead.Moved == 0 {
		t.Fatalf("%+v, %v", ahead, err)
	}
	state := func() (edition, elsewhere int64) {
		t.Helper()
		if err := db.QueryRow(t.Context(), "SELECT (SELECT edition FROM region_edition), (SELECT count(*) FROM facility WHERE grid_code <> $1)", code).Scan(&edition, &elsewhere); err != nil {
			t.Fatal(err)
		}
		return edition, elsewhere
	}
	edition, elsewhere := state()
	publish := []string{"grids", "publish", "--region", community, "--draft", draft.ID, "--data", dir}
	// Somebody holds one of the rows that have to move, so the publish waits in its middle.
	holder, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close(t.Context())
	tx, err := holder.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "SELECT 1 FROM facility FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, publish...)
	cmd.Env = environment()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the publish is moving facilities", func() bool {
		var waits bool
		if err := db.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%UPDATE facility%')").Scan(&waits); err != nil {
			t.Fatal(err)
		}
		return waits || !alive(cmd.Process.Pid)
	})
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("killed, and ended well")
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if now, moved := state(); now != edition || moved != elsewhere {
		t.Errorf("after the kill edition %d (it was %d) is in force and %d are elsewhere (it was %d)", now, edition, moved, elsewhere)
	}
	if out := does(t, "check", "--data", dir); strings.Contains(out, "FAIL") {
		t.Error(out)
	}
	does(t, publish...)
	if now, moved := state(); now != edition+1 || moved != elsewhere+ahead.Moved {
		t.Errorf("published: edition %d, %d elsewhere; the preview told of %d", now, moved, ahead.Moved)
	}
	if out := does(t, "check", "--data", dir); strings.Contains(out, "FAIL") {
		t.Error(out)
	}
	does(t, "grids", "undo", "--region", community, "--edition", fmt.Sprint(edition+1), "--data", dir)
	if _, moved := state(); moved != elsewhere {
		t.Errorf("undone: %d elsewhere, it was %d", moved, elsewhere)
	}
}
