package table

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
)

// Any bytes given as a text end in rows, in named bad rows, or in a refusal.
func FuzzText(f *testing.F) {
	for _, s := range []string{
		"", "a,b\n1,2\n", "a\n\"x\ny\"\n", "\"a\",\"b\"\"c\"\n", "a;b\r\n\"", "a|a||\n,,", "\ufeff姓名\t电话\n王\t1",
		"\xff\xfea\x00\n\x00", "\xd0\xd5\xc3\xfb,b\n\xd0,2\n", "a,b\n\x00,1\n", "\r\r\r", "\"", "a\n'=1\n=\"0\"\n",
	} {
		f.Add([]byte(s))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(dir, "a.csv")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := Open(path, Options{})
		if err != nil {
			return
		}
		defer file.Close()
		for n := 0; ; n++ {
			row, err := file.Next()
			var bad *RowError
			switch {
			case errors.Is(err, io.EOF):
				return
			case errors.As(err, &bad):
			case err != nil:
				return
			case len(row.Values) != len(file.Columns()) || row.Line < 1:
				t.Fatalf("row %+v for %q", row, file.Columns())
			}
			if n > len(content)+1 {
				t.Fatal("more rows than bytes")
			}
		}
	})
}

func FuzzBlobGeometry(f *testing.F) {
	for _, g := range []orb.Geometry{
		orb.Point{1, 2},
		orb.LineString{{1, 2}, {3, 4}},
		orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}},
		orb.MultiPolygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}},
		orb.Collection{orb.Point{1, 2}, orb.MultiPoint{{3, 4}}},
	} {
		body, err := wkb.Marshal(g, binary.BigEndian)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(append([]byte{'G', 'P', 0, 1, 0, 0, 0, 0}, body...))
		f.Add(append(append([]byte{'G', 'P', 0, 3, 0, 0, 0, 0}, make([]byte, 32)...), body...))
	}
	f.Add([]byte{'G', 'P', 0, 0x11, 0, 0, 0, 0})
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = blobGeometry(b)
	})
}

// Heights and measures are dropped in both dialects of well-known binary.
func TestBlobGeometryDropsHeights(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]uint32{"ISO Z": 1001, "ISO M": 2001, "ISO ZM": 3001, "EWKB Z": 0x80000001, "EWKB ZM": 0xc0000001} {
		b := []byte{'G', 'P', 0, 1, 0, 0, 0, 0, 1}
		b = binary.LittleEndian.AppendUint32(b, code)
		b = appendPositions(b, orb.Point{113, 22}, orb.Point{5, 6})
		if g, err := blobGeometry(b); err != nil || g != (orb.Point{113, 22}) {
			t.Errorf("%s: %v, %v", name, g, err)
		}
	}
}

func FuzzShape(f *testing.F) {
	s := shapefileSink{kind: shapePolygon}
	f.Add(s.record(orb.MultiPolygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}}))
	f.Add(s.record(nil))
	s.kind = shapePoint
	f.Add(s.record(orb.Point{1, 2}))
	f.Add([]byte{25, 0, 0, 0})
	f.Fuzz(func(_ *testing.T, b []byte) {
		if kind, parts, err := shapeParts(b); err == nil {
			shapeGeometry(kind, parts)
		}
	})
}

func FuzzDBase(f *testing.F) {
	d := dbaseSink{kinds: []byte("CND"), names: []string{"名称", "n", "d"}, widths: []int{10, 3, 8}, decimals: make([]int, 3)}
	f.Add(append(d.head(1, 22), []byte(" \xc7\xe0\xba\xcc      1.51998022")...))
	f.Add(d.head(0, 22))
	f.Fuzz(func(_ *testing.T, b []byte) {
		d, err := openDBase(io.NopCloser(bytes.NewReader(b)), int64(len(b)))
		if err != nil {
			return
		}
		d.encoding = gbName
		for range 100 {
			if _, err := d.next(); err != nil {
				return
			}
			for _, field := range d.fields {
				_, _ = d.value(field)
			}
		}
	})
}

// FuzzXML holds the scan of a workbook's XML against encoding/xml.
func FuzzXML(f *testing.F) {
	for _, s := range []string{
		`<?xml version="1.0"?><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r='B1'/></row></sheetData>`,
		`<x:a xmlns:x="u"><!-- <b> --><x:t xml:space="preserve"> a &lt;&#x4f60;&amp; </x:t><![CDATA[<v>1</v>]]></x:a>`,
		`<a b="1>2" c="'">x</a>`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		known := strings.Count(s, "<!--") + strings.Count(s, "<![CDATA[")
		if strings.Contains(s, "\r") || strings.Count(s, ":") != strings.Count(s, "x:") || strings.Count(s, "<!") != known {
			return // line ends, odd names and document types, which no workbook has
		}
		var want []string
		decoder := xml.NewDecoder(strings.NewReader(s))
		text := ""
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return
			}
			switch token := token.(type) {
			case xml.CharData:
				text += string(token)
			case xml.StartElement:
				want, text = append(want, text, token.Name.Local), ""
			case xml.EndElement:
				want, text = append(want, text, "/"+token.Name.Local), ""
			}
		}
		var got []string
		scan := newScan(strings.NewReader(s))
		for {
			if err := scan.next(); err != nil {
				break
			}
			name := scan.name
			if scan.end {
				name = "/" + name
			}
			got = append(got, string(scan.text), name)
			if scan.self {
				got = append(got, "", "/"+name)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q: %q, encoding/xml has %q", s, got, want)
		}
	})
}

// FuzzMembers holds the scan of JSON against encoding/json.
func FuzzMembers(f *testing.F) {
	for _, s := range []string{`{}`, ` { "a" : 1 , "b":[1,{"c":"]"}], "d\u4f60\"": "x\\" }`, `{"a":{"b":null},"c":-1e5,"":true}`, `[1]`, `"a"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) || !utf8.Valid(raw) {
			return
		}
		var want map[string]json.RawMessage
		isObject := json.Unmarshal(raw, &want) == nil && want != nil
		got := make(map[string]json.RawMessage)
		if members(raw, func(key string, value []byte) { got[key] = value }) != isObject {
			t.Fatalf("%q: object is %v", raw, isObject)
		}
		if isObject && !maps.EqualFunc(got, want, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) }) {
			t.Fatalf("%q: %q, encoding/json has %q", raw, got, want)
		}
	})
}

func TestNumberFormatsThatAreDates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		id   int
		code string
		x    string
		want string
	}{
		{0, "", "45000.5", "45000.5"},
		{0, "General", "13800000001", "13800000001"},
		{0, `#,##0.00"元/m2"`, "45000", "45000"},
		{14, "", "45000", "2023-03-15"},
		{0, "yyyy/m/d;@", "35854", "1998-02-28"},
		{0, `[$-804]yyyy"年"m"月"d"日"`, "1", "1900-01-01"},
		{0, `yyyy\-mm\-dd\ hh:mm`, "45000.75", "2023-03-15T18:00:00"},
		{20, "", "0.5", "12:00:00"},
		{0, "[h]:mm", "0.25", "06:00:00"},
		{0, "0000", "42", "0042"},
		{0, "[Red]0.0", "1.38E10", "13800000000"},
		{0, "0.00E+00", "12345678901234567", ""},
		{14, "", "-3", ""},
	} {
		got, reason := formatOfCode(c.id, c.code).show(c.x, 0)
		if got != c.want || (c.want == "") != (reason != "") {
			t.Errorf("%s as %d %q: %q (%s), want %q", c.x, c.id, c.code, got, reason, c.want)
		}
	}
	if got, _ := formatOfCode(14, "").show("0", 1462); got != "1904-01-01" {
		t.Errorf("day 0 of 1904 is %s", got)
	}
}

func TestNamesOfSystems(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{
		"CGCS2000_3_Degree_GK_CM_114E": 4547, "CGCS2000_3_Degree_GK_Zone_38": 4526, "CGCS2000_GK_CM_117E": 4509,
		"GCS_WGS_1984": 4326, "WGS_1984_UTM_Zone_50N": 32650, "CGCS2000_3_Degree_GK_CM_113E": 0, "Xian_1980_GK_Zone_19": 0,
	} {
		if got := crsFromWKT(`PROJCS["` + name + `",GEOGCS["x"]]`).EPSG; got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
	if c := crsFromWKT(`PROJCS["a",GEOGCS["b",AUTHORITY["EPSG","4490"]],AUTHORITY["EPSG","4547"]]`); c.EPSG != 4547 {
		t.Errorf("%+v", c)
	}
	if c := crsFromWKT(`PROJCS["a",GEOGCS["b",AUTHORITY["EPSG","4490"]]]`); c.EPSG != 0 {
		t.Errorf("the base's code is not the system's: %+v", c)
	}
	for _, epsg := range []int{4326, 4490, 3857, 2056, 32650, 32733, 4547, 4526} {
		if c := crsFromWKT(wktOf(epsg)); c.EPSG != epsg {
			t.Errorf("%d is read back as %+v", epsg, c)
		}
	}
}
