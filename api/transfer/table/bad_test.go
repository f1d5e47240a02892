package table_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/xuri/excelize/v2"

	"onemap/api/fault"
	"onemap/api/transfer/table"
)

// Each bad row is named by its line with the reason, and the rows behind it are read.
func TestBadRowsOfText(t *testing.T) {
	t.Parallel()
	const good = "王小明,1\n"
	for _, c := range []struct {
		name, content string
		rows          int
		bad           []string // line and reason
	}{
		{"ragged", "姓名,n\n" + good + "李四\n王五,2,3,4\n" + good, 2, []string{"line 3: the row has 1 fields, the header has 2", "line 4: the row has 4 fields, the header has 2"}},
		{"empty at the end", "姓名,n\n王小明,1,,\n", 1, nil},
		{"zero byte", "姓名,n\n" + good + "李\x00四,2\n" + good, 2, []string{"line 3: the row holds a zero byte"}},
		{"gb in utf-8", "姓名,n\n" + strings.Repeat(good, 5) + gb(t, "李四,2\n") + good, 6, []string{"line 7: the row is not in the file's encoding UTF-8; it reads as GB18030"}},
		{"utf-8 in gb", gb(t, "姓名,n\n"+strings.Repeat(good, 5)) + "李四光明,2\n" + gb(t, good), 6, []string{"line 7: the row is not in the file's encoding GB18030; it reads as UTF-8"}},
		{"stray mark", "姓名,n\n\"李四,2\n" + good + good, 2, []string{"line 2: a quotation mark opened in this row is never closed"}},
		{"inches", "姓名,n\n12\" 管,1\n", 1, nil},
		{"lines in a field", "姓名,n\n\"李\n四\",2\n" + good, 2, nil},
		{"long line", "姓名,n\n\"" + strings.Repeat("长", 3<<20) + "\",2\n" + good, 1, []string{"line 2: the line is longer than 4 MiB"}},
		{"blank lines", "姓名,n\n\n" + good + "\n ,\n" + good + "\n\n", 2, nil},
	} {
		f := open(t, file(t, "people.csv", c.content), table.Options{})
		rows, bad := all(t, f)
		if len(rows) != c.rows || len(bad) != len(c.bad) {
			t.Errorf("%s: %d rows, bad %v", c.name, len(rows), bad)
			continue
		}
		for i, b := range bad {
			if !strings.HasPrefix(b.Error(), c.bad[i]) {
				t.Errorf("%s: %q, want %q", c.name, b, c.bad[i])
			}
		}
	}
}

func TestLinesAreThoseOfTheFile(t *testing.T) {
	t.Parallel()
	f := open(t, file(t, "a.csv", "台账,\n\na,b\n\"x\ny\",1\n\nz,2\n"), table.Options{})
	rows, _ := all(t, f)
	if len(rows) != 2 || rows[0].Line != 4 || rows[1].Line != 7 {
		t.Errorf("%+v", rows)
	}
}

func TestHeadersThatAreOdd(t *testing.T) {
	t.Parallel()
	f := open(t, file(t, "a.csv", "姓名,性别,电话,,年龄,住址,电话\n王,男,1,2,3,4,5\n"), table.Options{})
	if got := strings.Join(f.Columns(), "|"); got != "姓名|性别|电话|column_4|年龄|住址|电话 (2)" {
		t.Error(got)
	}
	problems := fmt.Sprint(f.Problems())
	for _, want := range []string{"the column 电话 appears twice (3rd and 7th)", "the 4th column has no name"} {
		if !strings.Contains(problems, want) {
			t.Errorf("%s does not say %q", problems, want)
		}
	}
	if f := open(t, file(t, "a.csv", "1,2,3\n4,5,6\n"), table.Options{}); !strings.Contains(fmt.Sprint(f.Problems()), "looks like a row of data") {
		t.Errorf("no word about %q", f.Columns())
	}
}

func TestFilesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, content, want string }{
		{"a.csv", "", "empty"},
		{"a.csv", "\n\n \n", "no header"},
		{"a.csv", "PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + strings.Repeat("\x00\x01\x02", 100), "not a text file"},
		{"a.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("x", 600), "save it as .xlsx"},
		{"a.xls", "<html><table><tr><td>姓名</td></tr></table></html>", "web page"},
		{"a.xlsx", "PK\x03\x04 and then nothing", "damaged or cut off"},
		{"a.geojson", `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":null}`, "cut off"},
		{"a.geojson", `{"type":"Topology","objects":{}}`, "TopoJSON"},
		{"a.json", `{"people":[1,2]}`, "no features"},
		{"a.gpkg", "SQLite format 3\x00" + strings.Repeat("\x00", 4096), "GeoPackage"},
		{"a.shp", "\x00\x00\x27\x0a" + strings.Repeat("\x00", 20), "header"},
		{"a.dbf", "\x03ab", "one part of a shapefile"},
	} {
		_, err := table.Open(file(t, c.name, c.content), table.Options{})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.As(err).Public, c.want) {
			t.Errorf("%s %.20q: %v, want a refusal with %q", c.name, c.content, err, c.want)
		}
	}
}

// workbook makes an .xlsx with a library that is not ours.
func workbook(t testing.TB, fill func(b *excelize.File) error) string {
	t.Helper()
	b := excelize.NewFile()
	if err := fill(b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := b.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWorkbookAsGovernmentsMakeThem(t *testing.T) {
	t.Parallel()
	path := workbook(t, func(b *excelize.File) error {
		const s = "Sheet1"
		date, err := b.NewStyle(&excelize.Style{NumFmt: 31}) // 1998年2月28日
		if err != nil {
			return err
		}
		code, err := b.NewStyle(&excelize.Style{CustomNumFmt: new("000000")})
		if err != nil {
			return err
		}
		err = errors.Join(
			b.SetCellValue(s, "A1", "青禾社区实有人口台账"), b.MergeCell(s, "A1", "G1"),
			b.SetCellValue(s, "A2", "填报单位：青禾社区 2026年11月"),
			b.SetSheetRow(s, "A3", &[]any{"姓名", "联系方式", nil, "出生日期", "证件号码", "面积", "邮编"}),
			b.SetSheetRow(s, "B4", &[]any{"电话", "微信"}), b.MergeCell(s, "B3", "C3"),
			b.SetSheetRow(s, "A5", &[]any{"王小明", 13800000001, "", 35854, "440604199802281234", 0.1 + 0.2, 528000}),
			b.SetCellStyle(s, "D5", "D5", date), b.SetCellStyle(s, "G5", "G7", code),
			b.SetSheetRow(s, "A6", &[]any{"", 13800000002, "wx", nil, "", 90, 1234}),
			b.SetSheetRow(s, "A7", &[]any{"李四", nil, nil, nil, 440604199802281234, 80, nil}),
			b.SetSheetRow(s, "A8", &[]any{"王五"}), b.SetCellFormula(s, "F8", "F6+1"),
			b.SetSheetRow(s, "A9", &[]any{"赵六", true, nil, nil, nil, nil, nil, "多余"}),
			b.SetSheetRow(s, "A12", &[]any{"孙七", nil, nil, nil, nil, -1.5, nil}),
			b.MergeCell(s, "A5", "A6"),
		)
		for _, column := range []string{"A", "D", "E", "F", "G"} {
			err = errors.Join(err, b.MergeCell(s, column+"3", column+"4"))
		}
		return err
	})
	f := open(t, path, table.Options{})
	if got := strings.Join(f.Columns(), " "); got != "姓名 电话 微信 出生日期 证件号码 面积 邮编" {
		t.Fatalf("columns %s", got)
	}
	if !strings.Contains(fmt.Sprint(f.Problems()), "A5:A6 are merged") {
		t.Errorf("problems %v", f.Problems())
	}
	rows, bad := all(t, f)
	want := []string{
		"5 王小明|13800000001||1998-02-28|440604199802281234|0.3|528000",
		"6 |13800000002|wx|||90|001234",
		"12 孙七|||||-1.5|",
	}
	for i, r := range rows {
		if got := fmt.Sprint(r.Line, " ", strings.Join(r.Values, "|")); i >= len(want) || got != want[i] {
			t.Errorf("row %d: %s", i, got)
		}
	}
	wantBad := []string{"line 7: cell E7: stored as a number, digits are lost", "line 8: cell F8: a formula without a value", "line 9: column H has a value but no header"}
	if len(rows) != len(want) || len(bad) != len(wantBad) {
		t.Fatalf("%d rows, bad %v", len(rows), bad)
	}
	for i, b := range bad {
		if !strings.HasPrefix(b.Error(), wantBad[i]) {
			t.Errorf("%q, want %q", b, wantBad[i])
		}
	}
}

func TestWorkbookThatIsABomb(t *testing.T) {
	t.Parallel()
	path := workbook(t, func(b *excelize.File) error { return b.SetCellValue("Sheet1", "A1", "姓名") })
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	in, err := zip.NewReader(bytes.NewReader(old), int64(len(old)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	zeros := make([]byte, 1<<20)
	for _, part := range in.File {
		to, err := w.Create(part.Name)
		for n := 0; n < 80 && err == nil && strings.HasSuffix(part.Name, "sheet1.xml"); n++ {
			_, err = to.Write(zeros)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	_, err = table.Open(file(t, "a.xlsx", out.String()), table.Options{})
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "bomb") {
		t.Errorf("%v", err)
	}
}

// Sizes that only say they are small: their sum runs over and is 3.
func TestSizesThatRunOver(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, size := range map[string]uint64{"xl/workbook.xml": math.MaxUint64 - 6, "xl/worksheets/sheet1.xml": 10} {
		if _, err := w.CreateRaw(&zip.FileHeader{Name: name, CompressedSize64: size / 2, UncompressedSize64: size}); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	_, err := table.Open(file(t, "a.xlsx", out.String()), table.Options{})
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "bomb") {
		t.Errorf("%v", err)
	}
}

func TestFeaturesThatAreBad(t *testing.T) {
	t.Parallel()
	feature := func(geometry, properties string) string {
		return `{"type":"Feature","id":"way/7","geometry":` + geometry + `,"properties":` + properties + `}`
	}
	features := []string{
		feature(`{"type":"Point","coordinates":[113.1,22.9,5]}`, `{"名称":"长椅","n":1e3,"tags":{"a":[1, 2]}}`),
		feature(`{"type":"Point","coordinates":[113.1]}`, `{}`),
		feature(`{"type":"Circle","coordinates":[1,2]}`, `null`),
		feature(`{"type":"Polygon","coordinates":[[1,2],[3,4]]}`, `{}`),
		feature(`null`, `{"later":true}`),
		`{"type":"FeatureCollection"}`,
		feature(`{"type":"Polygon","coordinates":[]}`, `{"n":null}`),
		feature(`{"type":"Point","coordinates":[1,2]}`, `{}`),
	}
	for name, content := range map[string]string{
		"collection": `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}},"features":[` + strings.Join(features, ",\n") + `]}`,
		"lines":      strings.Join(features, "\n") + "\n",
	} {
		f := open(t, file(t, "a.geojson", content), table.Options{})
		if got := strings.Join(f.Columns(), " "); got != "名称 n tags later id" {
			t.Errorf("%s: columns %s", name, got)
		}
		if name == "collection" && f.CRS().EPSG != 4490 {
			t.Errorf("system %+v", f.CRS())
		}
		rows, bad := all(t, f)
		if len(rows) != 4 || len(bad) != 4 || bad[0].Line != 2 || bad[3].Line != 6 {
			t.Fatalf("%s: %v, bad %v", name, rows, bad)
		}
		if got := strings.Join(rows[0].Values, "|"); got != `长椅|1000|{"a":[1,2]}||way/7` || rows[0].Geom != (orb.Point{113.1, 22.9}) {
			t.Errorf("%s: %s %v", name, got, rows[0].Geom)
		}
		if rows[1].Geom != nil || rows[2].Geom != nil || rows[1].Values[3] != "true" {
			t.Errorf("%s: %v", name, rows[1:])
		}
	}
}

// A shapefile as it comes by mail: four files, Chinese in GB18030 without a
// .cpg, names and texts cut in the middle of a character, rows struck out.
func TestShapefileParts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	archive := filepath.Join(dir, "a.zip")
	long := strings.Repeat("长", 200)
	write(t, archive, "shp", table.WriteOptions{
		Columns: []table.Column{{Name: "社区名称很长的一列"}, {Name: "社区名称很长的二列"}}, Geometry: "point", EPSG: 4547, Encoding: "gb18030",
	}, [][]any{{"青禾社区", "a"}, {long, "b"}, {"翠竹社区", "c"}}, []orb.Geometry{orb.Point{1, 2}, orb.Point{3, 4}, orb.Point{5, 6}})
	parts := make(map[string][]byte)
	z, err := zip.OpenReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, p := range z.File {
		r, err := p.Open()
		if err != nil {
			t.Fatal(err)
		}
		if parts[filepath.Ext(p.Name)], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	dbf := parts[".dbf"]
	dbf[29] = 0 // the language is not said
	record := int(dbf[10]) | int(dbf[11])<<8
	begin := int(dbf[8]) | int(dbf[9])<<8
	dbf[begin+2*record] = '*'                    // the third row is struck out
	copy(dbf[begin+record+253:], gb(t, "长")[:1]) // half a character at the end of a full column
	save := func(ext string, b []byte) string {
		path := filepath.Join(dir, "社区"+ext)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	save(".DBF", dbf)
	save(".prj", parts[".prj"])
	path := save(".shp", parts[".shp"])
	f := open(t, path, table.Options{})
	if f.Encoding() != "GB18030" || f.CRS().EPSG != 4547 || !slices.Equal(f.Columns(), []string{"社区名称很", "社区名称_1"}) {
		t.Errorf("%s %+v %q", f.Encoding(), f.CRS(), f.Columns())
	}
	rows, bad := all(t, f)
	if len(rows) != 2 || len(bad) != 0 || rows[0].Values[0] != "青禾社区" || !strings.HasPrefix(rows[1].Values[0], strings.Repeat("长", 126)) {
		t.Errorf("%v, bad %v", rows, bad)
	}
	save(".shp", parts[".shp"][:len(parts[".shp"])-7])
	if _, err := table.Open(path, table.Options{}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), ".shp is cut off") {
		t.Errorf("cut .shp: %v", err)
	}
	save(".shp", parts[".shp"])
	save(".DBF", dbf[:len(dbf)-30])
	if _, err := table.Open(path, table.Options{}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), ".dbf is cut off") {
		t.Errorf("cut .dbf: %v", err)
	}
}
