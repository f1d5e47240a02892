package main_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"onemap/api/pgserver/pgtest"
)

// realFiles are those that testdata/real/batch.json names, in the shared data.
var realFiles = []string{
	"polygons/zurich-districts.gpkg", "facilities/zurich-litter-bins.gpkg", "facilities/zurich-restaurants.gpkg",
	"incidents/zurich-zueriwieneu-reports-2016-2025.csv", "incidents/nyc-311-2011-2000rows.csv",
}

// head is how many of the 62,245 reports the test takes in: all of them, twice,
// with ONEMAP_WHOLE=1.
const head = 5000

// cityFolder lays the batch, its mappings and links to the data into a folder of
// the test's own, as refused rows are written beside the file they come from.
func cityFolder(t *testing.T) string {
	t.Helper()
	root := os.Getenv("ONEMAP_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	root, err := filepath.Abs(filepath.Join(root, "data"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "real"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range realFiles {
		from, to := filepath.Join(root, filepath.FromSlash(name)), filepath.Join(dir, "data", filepath.FromSlash(name))
		if _, err := os.Stat(from); err != nil {
			t.Skipf("shared sample data is not here (%v); set ONEMAP_SHARED to its folder", err)
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
			t.Fatal(err)
		}
		if name == realFiles[3] && os.Getenv("ONEMAP_WHOLE") == "" {
			text, err := os.ReadFile(from)
			if err != nil {
				t.Fatal(err)
			}
			lines := bytes.SplitAfterN(text, []byte("\n"), head+2)
			if err := os.WriteFile(to, bytes.Join(lines[:head+1], nil), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.Symlink(from, to); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// reports are counted by reading the file itself: date, year, service_code, e, n.
type reports struct{ all, rubbish, repeats int64 }

func countReports(t *testing.T, path string) (n reports) {
	t.Helper()
	seen := map[string]bool{}
	for _, row := range rowsOf(t, path)[1:] {
		n.all++
		if row[2] == "Abfall/Sammelstelle" {
			n.rubbish++
		}
		if line := strings.Join(row, ","); seen[line] {
			n.repeats++
		} else {
			seen[line] = true
		}
	}
	return n
}

func rowsOf(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.LazyQuotes = true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows[0][0] = strings.TrimPrefix(rows[0][0], "\ufeff")
	return rows
}

// Two real cities with all they have, from five files in one go.
func TestTwoRealCitiesInOneGo(t *testing.T) {
	t.Parallel()
	city, data := cityFolder(t), pgtest.Folder(t)
	url := pgtest.Empty(t)
	batch := []string{"import", "batch", filepath.Join(city, "batch.json"), "--data", data, "--database-url", url, "--zone", "Europe/Zurich"}

	n := countReports(t, filepath.Join(city, "data", filepath.FromSlash(realFiles[3])))
	if n.all != head && n != (reports{62245, 24090, 232}) {
		t.Fatalf("the file of reports has %+v", n)
	}

	// A row without coordinates is refused, so the command does not end well.
	out, errs, err := command(t, "", batch...)
	if err == nil {
		t.Error("rows are refused, and the command ends well")
	}
	for _, want := range []string{
		"Read 22 rows", ": 22 new", "Read 4063 rows", ": 4063 new", "Read 3462 rows", ": 3462 new", fmt.Sprintf("Read %d rows", n.all), fmt.Sprintf(": %d new", n.all),
		"Read 2000 rows", ": 1401 new, 0 changed, 0 unchanged, 599 refused, 0 doubtful",
		"598  lon: has no coordinates", "1  closed_at: lies before the report",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the report does not say %q:\n%s%s", want, out, errs)
		}
	}
	refusedRows(t, filepath.Join(city, "data", "incidents", "nyc-311-2011-2000rows.csv"))
	inTheDatabase(t, url, n)

	before := revisions(t, url)
	again, _, _ := command(t, "", batch...) // ends as the first one
	for _, want := range []string{
		"0 new, 0 changed, 22 unchanged", "under 8261: as they were", "under 8360: as they were", "0 new, 0 changed, 4063 unchanged",
		"0 new, 0 changed, 3462 unchanged", fmt.Sprintf("0 new, 0 changed, %d unchanged", n.all), "0 new, 0 changed, 1401 unchanged, 599 refused",
	} {
		if !strings.Contains(again, want) {
			t.Errorf("the second time does not say %q:\n%s", want, again)
		}
	}
	if after := revisions(t, url); after != before {
		t.Errorf("the second time wrote something: %s, before %s", after, before)
	}
	if out := does(t, "check", "--data", data, "--database-url", url); strings.Contains(out, "FAIL") {
		t.Error(out)
	}
	aPlate(t, data, url, n.all)
}

// refusedRows: each has its line, and the reason that the row itself bears out.
func refusedRows(t *testing.T, path string) {
	t.Helper()
	given, refused := rowsOf(t, path), rowsOf(t, path+".refused.csv")
	key, reason := slices.Index(refused[0], "Unique Key"), slices.Index(refused[0], "reason")
	if key < 0 || reason < 0 {
		t.Fatalf("columns of the refused rows: %v", refused[0])
	}
	why := map[string]string{}
	for _, row := range refused[1:] {
		why[row[key]] = row[reason]
	}
	lat := slices.Index(given[0], "Latitude")
	without := 0
	for _, row := range given[1:] {
		if row[lat] != "" {
			continue
		}
		without++
		if why[row[0]] != "has no coordinates" {
			t.Errorf("row %s has none, and is refused for %q", row[0], why[row[0]])
		}
	}
	if without != 598 || len(why) != 599 {
		t.Errorf("%d rows have no coordinates, %d are refused", without, len(why))
	}
}

// inTheDatabase asks PostGIS, and counts by ways of its own.
func inTheDatabase(t *testing.T, url string, n reports) {
	t.Helper()
	for what, q := range map[string]struct {
		sql  string
		want int64
	}{
		"districts of Zürich":                            {"SELECT count(*) FROM region WHERE level = 'district' AND parent = '8261'", 22},
		"districts outside their city, 2 cm":             {"SELECT count(*) FROM region d JOIN region c ON c.code = d.parent WHERE d.level = 'district' AND NOT ST_Covers(ST_Buffer(c.geom, 2e-7), d.geom)", 0},
		"bins with a plate that is their id":             {"SELECT count(*) FROM facility WHERE code = source_ref AND code ~ '^[0-9]+$' AND kind = 'waste_basket'", 4063},
		"restaurants with an address":                    {"SELECT count(*) FROM organisation WHERE address ~ '^.+, 8[0-9]{3}'", 3462},
		"reports in Zürich":                              {"SELECT count(*) FROM case_file WHERE source = 'zurich-reports' AND state = 'closed' AND scope_code LIKE '8261%'", n.all},
		"reports of rubbish":                             {"SELECT count(*) FROM case_file WHERE title = 'Abfall/Sammelstelle'", n.rubbish},
		"exact repeats":                                  {"SELECT COALESCE(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM case_file WHERE source = 'zurich-reports' GROUP BY created_at, title, point HAVING count(*) > 1) r", n.repeats},
		"reports not at midnight in Zürich":              {"SELECT count(*) FROM case_file WHERE source = 'zurich-reports' AND (created_at AT TIME ZONE 'Europe/Zurich')::time <> '00:00'", 0},
		"New York cases that are not ended":              {"SELECT count(*) FROM case_file WHERE source = 'new-york-311' AND state = 'filed'", 42},
		"summer time between report and end in New York": {"SELECT count(*) FROM case_file WHERE source_ref = '19937901' AND created_at = '2011-03-01 10:41:13-05' AND closed_at = '2011-03-15 16:14:19-04'", 1},
		"in another grid than PostGIS's":                 {elsewhere, 0},
		"farther than 2 m from where swisstopo has it":   {swiss, 0},
	} {
		var got int64
		if err := asked(t, url, q.sql, &got); err != nil || got != q.want {
			t.Errorf("%s: %d, want %d (%v)", what, got, q.want, err)
		}
	}
}

// elsewhere counts objects off the borders (1e-6 degrees, 11 cm) whose grid is
// not the one PostGIS finds.
const elsewhere = `
SELECT count(*) FROM (
    SELECT grid_code, point FROM case_file UNION ALL SELECT grid_code, point FROM facility UNION ALL SELECT grid_code, point FROM organisation) o
LEFT JOIN region g ON g.level = 'grid' AND ST_Intersects(g.geom, o.point)
WHERE g.code IS DISTINCT FROM o.grid_code
AND NOT EXISTS (SELECT FROM region b WHERE b.level = 'grid' AND b.geom && ST_Expand(o.point, 1e-6) AND ST_DWithin(ST_Boundary(b.geom), o.point, 1e-6))`

// swiss looks at the first report of the file, 2683920 1245604 in LV95. By the
// approximate formulas of swisstopo (good to 1 m) that is 8.5494213 E, 47.355939 N.
const swiss = `
SELECT count(*) FROM (SELECT min(ST_Distance(point::geography, ST_SetSRID(ST_MakePoint(8.5494213, 47.355939), 4326)::geography)) AS metres
FROM case_file WHERE title = 'Brunnen/Hydranten' AND created_at >= '2016-06-26' AND created_at < '2016-06-28') d WHERE metres > 2`

// revisions is a number for all that an import may write.
func revisions(t *testing.T, url string) string {
	t.Helper()
	var all string
	err := asked(t, url, `SELECT concat_ws(' ', (SELECT count(*) FROM case_event), (SELECT sum(rev) FROM case_file), (SELECT sum(rev) FROM facility),
(SELECT count(*) FROM organisation), (SELECT count(*) FROM region), (SELECT max(edition) FROM region_edition))`, &all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func asked(t *testing.T, url, sql string, into any) error {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	return c.QueryRow(t.Context(), sql).Scan(into)
}

// aPlate: the number on a bin opens the bin, and the strip of time has every year.
func aPlate(t *testing.T, data, url string, all int64) {
	t.Helper()
	s := serve(t, data, "--database-url", url, "--zone", "Europe/Zurich")
	operator := key(t, "operator", "--data", data, "--database-url", url)
	var bin struct{ Properties, Code json.RawMessage }
	s.get("/api/v1/facilities/4789", nil, &bin)
	if !strings.Contains(string(bin.Properties)+string(bin.Code), "4789") {
		t.Errorf("bin 4789: %s %s", bin.Properties, bin.Code)
	}
	var hits struct {
		Items []struct{ Type, Code string }
	}
	if s.get("/api/v1/search?q=4789", nil, &hits); len(hits.Items) == 0 || hits.Items[0].Code != "4789" {
		t.Errorf("the search for 4789 finds %v", hits.Items)
	}
	var times struct {
		Unit    string
		Buckets []struct{ Open, Closed int64 }
	}
	s.get("/api/v1/cases/times?region=8261&buckets=120", operator, &times)
	var sum int64
	for _, b := range times.Buckets {
		sum += b.Open + b.Closed
	}
	if sum != all || times.Unit != "quarter" && times.Unit != "month" {
		t.Errorf("%s: %d of %d", times.Unit, sum, all)
	}
}
