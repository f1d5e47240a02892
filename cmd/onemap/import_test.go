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
	"onemap/api/transfer"
)

// identity makes an identity number that is right in form, of a place that is none.
func identity(serial int) string {
	first := fmt.Sprintf("990101%04d0101%03d", 1930+serial/1000, serial%1000)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(first[i]-'0')
	}
	return first + string("10X98765432"[sum%11])
}

// An import of people is killed with the signal nobody can catch, twice, and run
// again: everybody is there once, and no number is printed on the way.
func TestAKilledImportGoesOn(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	serve(t, dir) // keeps the database while the imports come and go
	does(t, "import", "regions", regions(t), "--data", dir)
	const people = 20000
	var b strings.Builder
	b.WriteString("编号,姓名,身份证号\n")
	for i := range people {
		fmt.Fprintf(&b, "P%d,王小%d,%s\n", i, i, identity(i))
	}
	fmt.Fprintf(&b, "X,王小明,%s\n", identity(0)[:17]+"?")
	path := filepath.Join(t.TempDir(), "人口.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	// Somebody is there already, so that chunks are committed one by one.
	before := filepath.Join(t.TempDir(), "旧.csv")
	if err := os.WriteFile(before, []byte("编号,姓名\n1,张三\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	does(t, "import", "people", before, "--data", dir)
	for range 2 {
		kill(t, dir, path)
	}
	out, errs, err := command(t, "", "import", "people", path, "--data", dir, "--json")
	if err == nil {
		t.Error("a file with a refused row ends as if it were whole")
	}
	var report transfer.Report
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v: %s%s", err, out, errs)
	}
	if report.Fresh != people || report.Read != people+1 || report.Refused != 1 || !report.Resumed {
		t.Errorf("%+v", report)
	}
	out, again, _ := command(t, "", "import", "people", path, "--data", dir, "--json", "--again")
	if err := json.Unmarshal([]byte(out), &report); err != nil || report.Unchanged != people || report.Fresh != 0 || report.Refused != 1 {
		t.Errorf("again: %+v, %v", report, err)
	}
	refused, err := os.ReadFile(path + ".refused.csv")
	if err != nil || strings.Count(string(refused), "\n") != 2 {
		t.Errorf("%s, %v", refused, err)
	}
	for _, said := range []string{out, errs, again, string(refused)} {
		if strings.Contains(said, identity(0)[:17]) || strings.Contains(said, identity(people - 1)[:17]) {
			t.Error("a number is printed")
		}
	}
}

// kill runs an import and kills it after it has committed something more.
func kill(t *testing.T, dir, path string) {
	t.Helper()
	url, ok := pgserver.Attach(dir)
	if !ok {
		t.Fatal("the database does not run")
	}
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	committed := func() (n int64) {
		if err := db.QueryRow(t.Context(), "SELECT COALESCE(max(position), 0) FROM import_run WHERE file_name = '人口.csv'").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	had := committed()
	cmd := exec.Command(binary, "import", "people", path, "--data", dir)
	cmd.Env = environment()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "a chunk is committed", func() bool { return committed() > had || !alive(cmd.Process.Pid) })
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("killed, and ended well")
	}
}
