package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"

	"onemap/api/apitest"
	"onemap/api/fault"
	"onemap/api/transfer"
)

// refusedText is the file of refused rows beside an import's file.
func refusedText(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path + ".refused.csv")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// nowhere looks for secrets in a text and in every table that tells of imports.
func nowhere(t testing.TB, c *apitest.City, text string, secrets ...string) {
	t.Helper()
	for _, table := range []string{"import_run", "import_doubt", "import_link", "import_mapping", "person", "household", "residence", "change_log", "change_inbox"} {
		var rows string
		if err := c.Root.QueryRow(t.Context(), "SELECT COALESCE(string_agg(x::text, ' '), '') FROM "+table+" x").Scan(&rows); err != nil {
			t.Fatal(err)
		}
		text += table + ": " + rows
	}
	for _, s := range secrets {
		if i := strings.Index(text, s); i >= 0 {
			t.Errorf("%s stands in the open: ...%s", s, text[max(0, i-80):i])
		}
	}
}

// Every row about a person that cannot be taken is refused with its line and
// reason, and no refusal, report or table repeats a number.
func TestBadRowsAboutPeople(t *testing.T) {
	t.Parallel()
	c := town(t)
	good, other := number("1950-05-06", 11), number("1988-11-12", 22)
	wrongDigit := other[:17] + string("0123456789X"[(strings.IndexByte("0123456789X", other[17])+1)%11])
	rows := []struct{ name, number, born, house, room, reason string }{
		{"王小明", good, "1950-05-06", "L1", "101", ""},
		{"甲", wrongDigit, "", "L1", "101", "id_number"},
		{"乙", good[:15], "", "L1", "101", "id_number"},
		{"王小明", good, "", "L2", "101", "nobody is in two dwellings at once"},
		{"丙", other, "1988-11-13", "L1", "102", "is not what the identity number says"},
		{"丁", "", "33367", "L1", "102", "born_on"},
		{"戊", "", "1990-13-40", "L1", "102", "born_on"},
		{"己", "", "", "L9", "101", "in no building that is known"},
		{"庚", "", "", "L1", "909", "no such room"},
		{"", "", "", "L1", "101", "is empty"},
		{"=HYPERLINK(1)", "", "2990-01-01", "L1", "101", "lies in the future"},
	}
	text := "姓名,身份证号,出生日期,楼栋编码,房号\n"
	for _, r := range rows {
		text += strings.Join([]string{r.name, r.number, r.born, r.house, r.room}, ",") + "\n"
	}
	path := file(t, "人口.csv", text)
	report := takes(t, c, "people", path, transfer.Counts{Read: int64(len(rows)), Fresh: 1, Refused: int64(len(rows)) - 1})
	lines := refusedText(t, path)
	for i, r := range rows[1:] {
		found := false
		for line := range strings.Lines(lines) {
			found = found || strings.HasPrefix(line, fmt.Sprintf("%d,", i+3)) && strings.Contains(line, r.reason)
		}
		if !found {
			t.Errorf("row %d (%s) is not refused for %q:\n%s", i+3, r.name, r.reason, lines)
		}
	}
	nowhere(t, c, fmt.Sprintf("%+v %s", report, lines), good, good[:15], wrongDigit, other)
}

// A file that calls its rows and households by identity numbers leaves none behind.
func TestNumbersAsReferences(t *testing.T) {
	t.Parallel()
	c := town(t)
	a, b := number("1950-05-06", 11), number("1988-11-12", 22)
	path := file(t, "户.csv", fmt.Sprintf("编号,户号,姓名,身份证号,楼栋编码,房号\n%s,%s,王小明,%s,L1,101\n%s,%s,李芳,%s,L1,101\n%s,%s,张三,,L1,102\n", a, a, a, b, a, b, b, b))
	report := takes(t, c, "people", path, transfer.Counts{Read: 3, Fresh: 2, Refused: 1})
	nowhere(t, c, fmt.Sprintf("%+v %s", report, refusedText(t, path)), a, b)
	var households int
	if err := c.Root.QueryRow(t.Context(), "SELECT count(DISTINCT household_id) FROM person").Scan(&households); err != nil || households != 1 {
		t.Errorf("%d households, %v", households, err)
	}
}

// Places that are none, swapped or in another datum are refused, or the reading
// that would be right is named.
func TestBadPlaces(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	path := file(t, "站.csv", "类型,名称,经度,纬度\n图书馆,甲,113.3025,23.405\n图书馆,乙,0,0\n图书馆,丙,23.405,113.3025\n图书馆,丁,12612800,2682500\n图书馆,戊,,\n图书馆,己,113.3025,\n")
	report := takes(t, c, "services", path, transfer.Counts{Read: 6, Fresh: 1, Refused: 5})
	for i, want := range []string{"0,0", "swapped", "", "no coordinates", "one of the two"} {
		if r := report.First[i]; r.Line != int64(i+3) || !strings.Contains(r.Reason, want) || r.Reason == "" {
			t.Errorf("%+v does not say %q", r, want)
		}
	}
	swapped := file(t, "反.csv", "类型,名称,经度,纬度\n药店,庚,23.405,113.3025\n药店,辛,23.408,113.3046\n")
	look := takes(t, c, "services", swapped, transfer.Counts{Read: 2, Refused: 2}, transfer.FileOptions{DryRun: true})
	if !strings.Contains(strings.Join(look.Warnings, " "), "--crs swapped:wgs84") {
		t.Errorf("%v", look.Warnings)
	}
	takes(t, c, "services", swapped, transfer.Counts{Read: 2, Fresh: 2}, transfer.FileOptions{Mapping: transfer.Mapping{CRS: "swapped:wgs84"}})
}

// Columns that are missing or were renamed since the mapping was saved are named
// with what they may be called now; doubled ones are told apart.
func TestColumnsThatChanged(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	first := file(t, "a.csv", "部件类型,位置,经度,纬度\n路灯,解放路1号,113.3025,23.405\n")
	takes(t, c, "facilities", first, transfer.Counts{Read: 1, Fresh: 1}, transfer.FileOptions{Save: "月报"})
	renamed := file(t, "a.csv", "设施类型,位置,经度,纬度\n路灯,解放路1号,113.3025,23.405\n")
	_, err := c.Loader.File(t.Context(), "facilities", renamed, transfer.FileOptions{Saved: "月报"})
	if err == nil || !strings.Contains(err.Error(), "部件类型") || !strings.Contains(err.Error(), "设施类型") {
		t.Errorf("a renamed column: %v", err)
	}
	doubled := file(t, "b.csv", "类型,类型,位置,经度,纬度\n路灯,窨井,解放路9号,113.3065,23.405\n")
	report := takes(t, c, "facilities", doubled, transfer.Counts{Read: 1, Fresh: 1}, transfer.FileOptions{DryRun: true})
	if len(report.Warnings) == 0 {
		t.Error("nobody is told that a column is doubled")
	}
	if _, err := c.Loader.File(t.Context(), "facilities", file(t, "c.csv", "位置,经度,纬度\n解放路1号,113.3,23.4\n"), transfer.FileOptions{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a missing column: %v", err)
	}
}

// A refused cell that is a formula is none in the file of refused rows.
func TestFormulasOfAFileStayText(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	path := file(t, "x.csv", "类型,名称,经度,纬度\n飞船,\"=HYPERLINK(\"\"http://x\"\")\",113.3025,23.405\n")
	takes(t, c, "facilities", path, transfer.Counts{Read: 1, Refused: 1})
	if text := refusedText(t, path); !strings.Contains(text, "'=HYPERLINK") {
		t.Errorf("a formula stands there:\n%s", text)
	}
}

// Whoever looks like somebody who is there waits for a decision, which holds
// when the file comes again.
func TestDecisionsHold(t *testing.T) {
	t.Parallel()
	c := town(t)
	takes(t, c, "people", file(t, "去年.csv", "姓名,出生日期,楼栋编码,房号\n赵一,1970-01-01,L1,101\n钱二,1971-01-01,L1,101\n孙三,1972-01-01,L1,101\n"), transfer.Counts{Read: 3, Fresh: 3})
	path := file(t, "今年.csv", fmt.Sprintf("编号,姓名,出生日期,楼栋编码,房号,身份证号\n1,赵一,1970-01-01,L1,101,%s\n2,钱二,1971-01-01,L1,101,\n3,孙三,1972-01-01,L1,101,\n4,李四,1973-01-01,L1,102,\n",
		number("1970-01-01", 11)))
	takes(t, c, "people", path, transfer.Counts{Read: 4, Fresh: 1, Doubtful: 3})
	takes(t, c, "people", path, transfer.Counts{Read: 4, Unchanged: 1, Doubtful: 3})
	list, err := c.Loader.Doubts(t.Context(), uuid.Nil, "open", uuid.Nil, 100)
	if err != nil || len(list) != 3 {
		t.Fatalf("%d rows wait, %v", len(list), err)
	}
	nowhere(t, c, fmt.Sprintf("%+v", list), number("1970-01-01", 11))
	if strings.Contains(fmt.Sprintf("%+v", list), "赵一") {
		t.Error("a doubt shows a name")
	}
	for i, take := range []string{list[0].Candidates[0].ID, "new", "drop"} {
		if err := c.Loader.Decide(t.Context(), uuid.MustParse(list[i].ID), take, uuid.Nil, nil); err != nil {
			t.Fatalf("%s: %v", take, err)
		}
		if err := c.Loader.Decide(t.Context(), uuid.MustParse(list[i].ID), take, uuid.Nil, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("decided twice: %v", err)
		}
	}
	if err := c.Loader.Decide(t.Context(), apitest.NewID(), "new", uuid.Nil, nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("a doubt that is none: %v", err)
	}
	takes(t, c, "people", path, transfer.Counts{Read: 4, Unchanged: 4})
	var people, numbered int
	if err := c.Root.QueryRow(t.Context(), "SELECT count(*), count(id_blind) FROM person").Scan(&people, &numbered); err != nil || people != 5 || numbered != 1 {
		t.Errorf("%d people, %d with a number, %v", people, numbered, err)
	}
}

// A row whose reference names one person and whose number another stays what it
// was decided to be.
func TestADecisionBetweenTwoPeopleHolds(t *testing.T) {
	t.Parallel()
	c := town(t)
	a, b := number("1950-05-06", 11), number("1950-05-06", 33)
	takes(t, c, "people", file(t, "名单.csv", fmt.Sprintf("编号,姓名,身份证号\n1,王小明,%s\n2,王大明,%s\n", a, b)), transfer.Counts{Read: 2, Fresh: 2})
	path := file(t, "名单.csv", fmt.Sprintf("编号,姓名,身份证号\n1,王大明,%s\n", b))
	takes(t, c, "people", path, transfer.Counts{Read: 1, Doubtful: 1})
	list, err := c.Loader.Doubts(t.Context(), uuid.Nil, "open", uuid.Nil, 100)
	if err != nil || len(list) != 1 || len(list[0].Candidates) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := c.Loader.Decide(t.Context(), uuid.MustParse(list[0].ID), list[0].Candidates[0].ID, uuid.Nil, nil); err != nil {
		t.Fatal(err)
	}
	takes(t, c, "people", path, transfer.Counts{Read: 1, Unchanged: 1})
}

// Two imports of one file at once: every row is taken once, and the refused rows
// are whole.
func TestTwoImportsOfOneFile(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	var b strings.Builder
	b.WriteString("ref,kind,lon,lat\n")
	const rows = 20000
	for i := range rows {
		kind := "bench"
		if i%100 == 0 {
			kind = "spaceship"
		}
		fmt.Fprintf(&b, "B%d,%s,%.6f,%.6f\n", i, kind, 113.3001+float64(i%100)*1e-5, 23.4001+float64(i/100)*1e-5)
	}
	path := file(t, "many.csv", b.String())
	ctx, ended := context.WithoutCancel(t.Context()), make(chan error, 2)
	for range 2 {
		go func() {
			_, err := c.Loader.File(ctx, "facilities", path, transfer.FileOptions{})
			ended <- err
		}()
	}
	whole := 0
	for range 2 {
		err := <-ended
		if err == nil {
			whole++
		} else if f := fault.As(err); f == nil || f.Code != "import.taken" {
			t.Errorf("%v", err)
		}
	}
	var n int
	if err := c.Root.QueryRow(t.Context(), "SELECT count(*) FROM facility WHERE source = 'many'").Scan(&n); err != nil || n != rows-rows/100 || whole == 0 {
		t.Errorf("%d facilities, %d imports came to an end, %v", n, whole, err)
	}
	text := refusedText(t, path)
	if lines := strings.Count(text, "\n"); lines != rows/100+1 || strings.ContainsRune(text, 0) {
		t.Errorf("the refused rows have %d lines", lines)
	}
	if _, err := c.Loader.File(t.Context(), "facilities", path+"x", transfer.FileOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such file: %v", err)
	}
}
