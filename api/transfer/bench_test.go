package transfer_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/apitest"
	"onemap/api/transfer"
)

// demanded prints a rate against what is demanded of it, in rows a second.
func demanded(name string, rows int, took time.Duration, demand float64) {
	rate, verdict := float64(rows)/took.Seconds(), "ok"
	if rate < demand {
		verdict = "SHORT"
	}
	fmt.Printf("BENCH %s %.0f demand >=%.0f %s\n", name, rate, demand, verdict)
}

// lines writes a file line by line.
func lines(tb testing.TB, name, head string, n int, line func(i int) string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, head)
	for i := range n {
		fmt.Fprintln(w, line(i))
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

// flats gives the first house of a town rooms with codes of the real-estate register.
func flats(tb testing.TB, c *apitest.City, n int) {
	tb.Helper()
	var house uuid.UUID
	if err := c.Pool.QueryRow(tb.Context(), "SELECT id FROM building WHERE code = 'L1'").Scan(&house); err != nil {
		tb.Fatal(err)
	}
	_, err := c.Pool.CopyFrom(tb.Context(), pgx.Identifier{"dwelling"},
		[]string{"id", "source", "source_ref", "building_id", "storey_from", "storey_to", "code", "col", "use", "address", "realty_code", "grid_code", "scope_code", "rev", "updated_at"},
		pgx.CopyFromSlice(n, func(i int) ([]any, error) {
			code := fmt.Sprint("R", i)
			return []any{apitest.NewID(), "flats", code, house, 0, 0, code, 1, "dwelling", "解放路1号" + code, code, apitest.GridA, apitest.GridA, 1, c.Clock.Now()}, nil
		}))
	if err != nil {
		tb.Fatal(err)
	}
}

func somebody(rooms int) func(i int) string {
	family, given := []rune("王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗"), []rune("伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂华建国文辉玲红")
	return func(i int) string {
		born := time.Date(1930, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i*7%34000).Format("20060102")
		return fmt.Sprintf("%c%c%c,%s,138%08d,H%d,R%d", family[i%20], given[i/20%30], given[i/600%30], number(born, i/4000%1000), i, i/3, i/3%rooms)
	}
}

const peopleHead = "姓名,身份证号,手机,户号,房屋编码"

// The first long file of a city's people is loaded as a whole; what it holds is
// what chunk by chunk would have given, and again nothing changes.
func TestTheFirstLongFileOfPeople(t *testing.T) {
	t.Parallel()
	c := town(t)
	flats(t, c, 5000)
	const people = 16000
	one := somebody(5000)
	path := lines(t, "人口.csv", peopleHead, people, func(i int) string {
		if i == 777 {
			return "甲," + number("1950-05-06", 11)[:17] + "?,,,R1"
		}
		return one(i)
	})
	report := takes(t, c, "people", path, transfer.Counts{Read: people, Fresh: people - 1, Refused: 1})
	if report.First[0].Line != 779 {
		t.Errorf("%+v", report.First)
	}
	takes(t, c, "people", path, transfer.Counts{Read: people, Unchanged: people - 1, Refused: 1})
	var living int
	if err := c.Root.QueryRow(t.Context(), "SELECT count(*) FROM residence WHERE until IS NULL").Scan(&living); err != nil || living != people-1 {
		t.Errorf("%d live somewhere, %v", living, err)
	}
}

// A long file with the owner's row before the resident's cannot be loaded as a
// whole, and is taken chunk by chunk.
func TestALongFileThatBreaksARuleIsTakenByChunks(t *testing.T) {
	t.Parallel()
	c := town(t)
	flats(t, c, 5000)
	const people = 16000
	one := somebody(5000)
	path := lines(t, "人口.csv", peopleHead+",人房关系", people, func(i int) string {
		switch i {
		case 10:
			return one(i) + ",业主"
		case people - 1:
			return one(10) + ",居住"
		}
		return one(i) + ",居住"
	})
	report, err := c.Loader.File(t.Context(), "people", path, transfer.FileOptions{})
	if err != nil || report.Fresh != people-1 || report.Read != people || report.Refused != 0 {
		t.Errorf("%+v, %v, %+v", report.Counts, err, report.First)
	}
}

const buildingsHead = "楼栋编码,名称,地址,层数,wkt"

// aHouse writes the i-th building of a file.
func aHouse(i int) string {
	at := orb.Point{113.3002 + float64(i%400)*9e-5, 23.4002 + float64(i/400)*7e-5}
	const w, h = 6e-5, 5e-5
	return fmt.Sprintf(`L%d,青禾花园%d栋,青禾市临川区解放%d路%d号%d栋,6,"POLYGON((%.6f %.6f,%.6f %.6f,%.6f %.6f,%.6f %.6f,%.6f %.6f))"`,
		i, i%40, i%97, i/40, i%40, at[0], at[1], at[0]+w, at[1], at[0]+w, at[1]+h, at[0], at[1]+h, at[0], at[1])
}

// The first long file of buildings is loaded as a whole; what it holds, and what
// it refuses, is what chunk by chunk would have given, and again nothing changes.
func TestTheFirstLongFileOfBuildings(t *testing.T) {
	t.Parallel()
	const houses, twin = 5200, 5100
	path := lines(t, "楼栋.csv", buildingsHead, houses, func(i int) string {
		switch i {
		case 77:
			return `L77,一号楼,解放路1号,999,"POLYGON((113.3 23.4,113.31 23.4,113.31 23.41,113.3 23.4))"`
		case 5050:
			return `L5050,二号楼,解放路2号,6,"POLYGON((113.3 23.4,113.31 23.41,113.31 23.4,113.3 23.41,113.3 23.4))"`
		}
		return aHouse(i)
	})
	// The code of an earlier row, under another reference: only chunks can say whether that is the same building.
	doubled := lines(t, "楼栋.csv", "id,"+buildingsHead, houses, func(i int) string {
		if i == twin {
			return "x" + fmt.Sprint(i) + "," + aHouse(5)
		}
		return "x" + fmt.Sprint(i) + "," + aHouse(i)
	})
	for name, tt := range map[string]struct {
		path string
		want transfer.Counts
	}{
		"loaded": {path, transfer.Counts{Read: houses, Fresh: houses - 2, Refused: 2}},
		"not to be loaded, since two rows have one code": {doubled, transfer.Counts{Read: houses, Fresh: houses - 1, Unchanged: 1}},
	} {
		held := func(c *apitest.City) (text string) {
			if err := c.Pool.QueryRow(t.Context(), "SELECT md5(string_agg(((to_jsonb(b) - 'id') - 'fid')::text, '' ORDER BY source_ref)) FROM building b").Scan(&text); err != nil {
				t.Fatal(err)
			}
			return text
		}
		whole, chunks := apitest.New(t), apitest.New(t)
		// Rows that were about buildings before keep a file from being loaded.
		if _, err := chunks.Root.Exec(t.Context(), "INSERT INTO import_link (kind, source, source_ref, object_id) VALUES ('building', '', '', $1)", apitest.NewID()); err != nil {
			t.Fatal(err)
		}
		var refused []string
		for _, c := range []*apitest.City{whole, chunks} {
			text, err := json.Marshal(takes(t, c, "buildings", tt.path, tt.want).First)
			if err != nil {
				t.Fatal(err)
			}
			refused = append(refused, string(text))
		}
		if refused[0] != refused[1] || held(whole) != held(chunks) {
			t.Errorf("%s: a load is no import: %s, %s", name, refused[0], refused[1])
		}
		again := tt.want
		again.Fresh, again.Unchanged = 0, tt.want.Fresh+tt.want.Unchanged
		takes(t, whole, "buildings", tt.path, again)
	}
}

// BenchmarkImportPeople takes 200,000 people in from CSV, into an empty register.
func BenchmarkImportPeople(b *testing.B) {
	const people, rooms = 200_000, 70_000
	for b.Loop() {
		b.StopTimer()
		c := town(b)
		flats(b, c, rooms)
		path := lines(b, "人口.csv", peopleHead, people, somebody(rooms))
		b.StartTimer()
		start := time.Now()
		takes(b, c, "people", path, transfer.Counts{Read: people, Fresh: people})
		demanded("import-people", people, time.Since(start), 50_000)
	}
}

// BenchmarkImportBuildings takes 100,000 buildings in from CSV with outlines as text.
func BenchmarkImportBuildings(b *testing.B) {
	const buildings = 100_000
	for b.Loop() {
		b.StopTimer()
		c := apitest.New(b)
		path := lines(b, "楼栋.csv", buildingsHead, buildings, aHouse)
		b.StartTimer()
		start := time.Now()
		takes(b, c, "buildings", path, transfer.Counts{Read: buildings, Fresh: buildings})
		demanded("import-buildings", buildings, time.Since(start), 30_000)
	}
}
