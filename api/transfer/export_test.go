package transfer_test

import (
	"archive/zip"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/audit"
	"onemap/api/building"
	"onemap/api/crosswalk"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/transfer"
)

const standardCode = "99010101030123456"

// furnished is a town with something of every kind.
func furnished(t *testing.T) (c *apitest.City, number17 string) {
	t.Helper()
	c = town(t)
	n := number("1950-05-06", 11)
	for kind, text := range map[string]string{
		"people":        "姓名,身份证号,手机,楼栋编码,房号\n王小明," + n + ",13800001234,L1,101\n李芳,,,L2,101\n",
		"organisations": "名称,经度,纬度\n一店,113.3025,23.405\n二店,113.3225,23.405\n",
		"facilities":    "类型,编号,部件标识码,经度,纬度\n路灯,A1," + standardCode + ",113.3025,23.405\n路灯,A2,,113.3225,23.405\n",
		"services":      "类型,名称,容量,经度,纬度\n图书馆,甲,20,113.3025,23.405\n图书馆,乙,,113.3225,23.405\n",
		"cases":         "类别,上报时间,经度,纬度\n06010,2025-05-06 10:00:00,113.3025,23.405\n06010,2025-05-06 11:00:00,113.3225,23.405\n",
	} {
		takes(t, c, kind, file(t, kind+".csv", text), transfer.Counts{Read: 2, Fresh: 2})
	}
	police, err := c.Nets.Define(c.As(actor.Registrar), crosswalk.Net{Scope: apitest.CityCode, Name: "police", Kind: crosswalk.Police})
	if err != nil {
		t.Fatal(err)
	}
	beats := "code,name,wkt\nP1,一警区,\"POLYGON ((113.3 23.4, 113.31 23.4, 113.31 23.41, 113.3 23.4))\"\nP2,二警区,\"POLYGON ((113.31 23.4, 113.32 23.4, 113.31 23.41, 113.31 23.4))\"\n"
	takes(t, c, "cells", file(t, "cells.csv", beats), transfer.Counts{Read: 2, Fresh: 2}, transfer.FileOptions{Mapping: transfer.Mapping{Net: police.ID.String()}})
	return c, n
}

// Every kind goes out in every format, as GDAL reads it.
func TestGDALReadsWhatGoesOut(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ogrinfo"); err != nil {
		t.Skipf("GDAL is not here (%v): make install-test installs it", err)
	}
	c, n := furnished(t)
	ctx, _ := c.Audit.Command(t.Context(), "export")
	for _, k := range transfer.Kinds() {
		var first int64 = -1
		for _, format := range []string{"csv", "xlsx", "geojson", "gpkg", "shp"} {
			path := filepath.Join(t.TempDir(), k.Name+"."+map[bool]string{true: "zip", false: format}[format == "shp"])
			out, err := c.Loader.Export(ctx, k.Name, path, transfer.ExportOptions{Format: format, Scope: actor.Everywhere(), Purpose: "测试"})
			if format == "shp" && k.Geometry == "none" {
				if !fault.Is(err, fault.Invalid) {
					t.Errorf("%s without places as a Shapefile: %v", k.Name, err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%s as %s: %v", k.Name, format, err)
			}
			rows := out.Rows
			if first < 0 {
				first = rows
			}
			source := path
			if format == "shp" {
				source = "/vsizip/" + path
			}
			said, err := exec.CommandContext(t.Context(), "ogrinfo", "-ro", "-al", "--config", "OGR_XLSX_HEADERS", "FORCE", source).CombinedOutput()
			if count := fmt.Sprintf("Feature Count: %d", first); err != nil || first < 2 || rows != first || !strings.Contains(string(said), count) {
				t.Errorf("%s as %s: GDAL does not read %d rows: %v\n%.2000s", k.Name, format, rows, err, said)
			}
			want := map[string]string{"facilities": standardCode, "people": "1234", "buildings": "一号楼"}[k.Name]
			if !strings.Contains(string(said), want) {
				t.Errorf("%s as %s does not say %s", k.Name, format, want)
			}
			inRows := 0
			if k.Name == "people" {
				inRows = int(rows)
			}
			// Each row of people has the number; the file itself has it where the format has a place.
			if got := strings.Count(string(said), "export_no (String) = "+out.Number); got != inRows {
				t.Errorf("%s as %s: the number in %d rows, want %d\n%.2000s", k.Name, format, got, inRows, said)
			}
			if !strings.Contains(propertiesOf(t, path, format, string(said)), out.Number) && format != "csv" {
				t.Errorf("%s as %s does not say its number", k.Name, format)
			}
			for _, secret := range []string{n, n[:17], "13800001234", "王小明"} {
				if strings.Contains(string(said), secret) {
					t.Errorf("%s as %s shows somebody", k.Name, format)
				}
			}
		}
	}
}

// propertiesOf is what a file says of itself, beside its rows.
func propertiesOf(t *testing.T, path, format, gdal string) string {
	t.Helper()
	parts := map[string][]string{"xlsx": {"docProps/core.xml", "xl/worksheets/sheet1.xml"}, "shp": {"README.txt"}}[format]
	if parts == nil {
		at := strings.Index(gdal, "OGRFeature(") // GeoPackage and GeoJSON: as GDAL says it of the file and the layer
		return gdal[:max(at, 0)]
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	said := ""
	for _, name := range parts {
		f, err := z.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		if name == "xl/worksheets/sheet1.xml" { // what is printed on each page
			_, after, _ := strings.Cut(string(b), "<headerFooter")
			if b = []byte(after); after == "" {
				t.Error("no page of the workbook is numbered")
			}
		}
		said += string(b)
	}
	return said
}

// Somebody finds one row of a list of people: by the number in it the audit log
// says who took the file, when, what for and how much; a mistyped one is none.
func TestARowLeadsBackToWhoTookIt(t *testing.T) {
	t.Parallel()
	c, _ := furnished(t)
	d := served(t, c)
	by := apitest.Actor(actor.Registrar, apitest.StreetA)
	var names []string
	row := func(purpose string) (line, number string) {
		body, header := d.askFull(t, 200, by, "GET", "/exports/people?region="+apitest.StreetA+"&purpose="+url.QueryEscape(purpose), "")
		names = append(names, header.Get("Content-Disposition"))
		lines := strings.Split(strings.TrimSpace(body), "\r\n")
		line = lines[len(lines)-1]
		return line, line[strings.LastIndexByte(line, ',')+1:]
	}
	line, first := row("慰问高龄老人")
	_, second := row("核对")
	if first == second || !strings.Contains(line, "王**") {
		t.Fatalf("%q and %q: %s", first, second, line)
	}
	for i, number := range []string{first, second} {
		if !strings.Contains(names[i], `filename="people-`+number+`.csv"`) {
			t.Errorf("%s is not in the name of the file: %s", number, names[i])
		}
		read, err := audit.ReadNumber(strings.ToLower(number[:5]) + " - " + number[5:])
		if err != nil || read != number {
			t.Errorf("%s read aloud is %q, %v", number, read, err)
		}
		list := c.Audited(t, audit.Ask{Kind: audit.ExportObject, Object: number})
		if len(list) != 1 {
			t.Fatalf("%s leads to %+v", number, list)
		}
		e := list[0]
		if e.Action != "export" || e.Kind != "person" || e.ActorID != by.ID || e.Rows != 1 || e.Purpose != []string{"慰问高龄老人", "核对"}[i] || e.Scope != apitest.StreetA || !slices.Contains(e.Others, "region/"+apitest.StreetA) || !slices.Equal(e.Fields, []string{"format", "region"}) {
			t.Errorf("%+v", e)
		}
	}
	// One character wrong is no number at all, rather than another's.
	for i := range first {
		wrong := []byte(first)
		if wrong[i] = 'A'; first[i] == 'A' {
			wrong[i] = 'B'
		}
		if got, err := audit.ReadNumber(string(wrong)); err == nil {
			t.Errorf("%s passes as %s", wrong, got)
		}
	}
}

// Our own column of numbers is left aside when a file of people comes in.
func TestTheNumberOfAnExportIsNoField(t *testing.T) {
	t.Parallel()
	for _, k := range transfer.Kinds() {
		if got := transfer.Guess(k, []string{"export_no", "Export No"}, [][]string{{"7K3M9Q2WXY"}, {"7K3M9Q2WXY"}}, apitest.Start); len(got) != 0 {
			t.Errorf("%s takes it for %v", k.Name, got)
		}
	}
}

// What went out comes in again in every format and changes nothing: outlines
// round a court, heights that no short fraction is, long names and days.
func TestWhatWentOutComesInAgain(t *testing.T) {
	t.Parallel()
	c, _ := furnished(t)
	below, at := 2, orb.Point{apitest.InGridA[0] + 0.001, apitest.InGridA[1]}
	court := orb.Polygon{square(at)[0], {{at[0] + 5e-5, at[1] + 5e-5}, {at[0] + 5e-5, at[1] + 15e-5}, {at[0] + 15e-5, at[1] + 15e-5}, {at[0] + 15e-5, at[1] + 5e-5}, {at[0] + 5e-5, at[1] + 5e-5}}}
	c.Tx(t, func(tx pgx.Tx) error {
		_, err := c.Buildings.Import(t.Context(), tx, c.Regions.Index(), link.Batch{Source: "map", NewID: apitest.NewID, Now: apitest.Start}, []building.Building{
			{
				Ref: "way/1", Name: "青禾市人民政府政务服务中心（新址）", NameEn: "Qinghe Government Service Centre", Use: "public", Address: "解放路3号", Levels: 7, LevelsBelow: &below,
				HeightM: 23.700000000000003, BuiltYear: 1998, Structure: "concrete", Point: orb.Point{at[0] + 1.23456789e-5, at[1] + 2e-5}, Geom: orb.MultiPolygon{court, square(orb.Point{at[0], at[1] + 0.0004})},
			},
			{Ref: "way/2", Point: orb.Point{at[0] + 0.00101, at[1] + 0.00001}, Geom: orb.MultiPolygon{square(orb.Point{at[0] + 0.001, at[1]})}},
		})
		return err
	})
	for kind, text := range map[string]string{
		"organisations": "名称,经度,纬度,成立日期,从业人数,地址\n青禾市第一人民医院住院部一楼便利店,113.302512345,23.405098765,1999-12-31,3,解放路1号\n",
		"facilities":    "类型,编号,经度,纬度,安装日期,名称\n路灯,A3,113.302512345,23.405098765,2001-02-28,\"灯,新\"\n",
		"services":      "类型,名称,经度,纬度,地址\n图书馆,青禾市图书馆第三十七社区少年儿童分馆,113.302512345,23.405098765,解放路1号\n",
	} {
		takes(t, c, kind, file(t, "more.csv", text), transfer.Counts{Read: 1, Fresh: 1})
	}
	ctx, _ := c.Audit.Command(t.Context(), "export")
	for _, kind := range []string{"buildings", "dwellings", "organisations", "facilities", "services"} {
		for _, format := range []string{"csv", "xlsx", "geojson", "gpkg", "shp"} {
			path := filepath.Join(t.TempDir(), kind+"."+map[bool]string{true: "zip", false: format}[format == "shp"])
			out, err := c.Loader.Export(ctx, kind, path, transfer.ExportOptions{Format: format, Scope: actor.Everywhere()})
			if format == "shp" && kind == "dwellings" {
				continue // they have no places of their own
			}
			rows := out.Rows
			if err != nil || rows < 3 {
				t.Fatal(rows, err)
			}
			report, err := c.Loader.File(t.Context(), kind, path, transfer.FileOptions{})
			if want := (transfer.Counts{Read: rows, Unchanged: rows}); err != nil || report.Counts != want {
				t.Errorf("%s as %s: %+v, want %+v, %v, %+v", kind, format, report.Counts, want, err, report.First)
			}
		}
	}
}

// People go out for a purpose, which is kept, to those who keep the registry, of
// their own streets.
func TestPeopleGoOutForAPurpose(t *testing.T) {
	t.Parallel()
	c, _ := furnished(t)
	path := filepath.Join(t.TempDir(), "x.csv")
	if _, err := c.Loader.Export(t.Context(), "people", path, transfer.ExportOptions{Format: "csv", Scope: actor.Everywhere()}); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a purpose: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file is left")
	}
	d := served(t, c)
	registrar := apitest.Actor(actor.Registrar, apitest.StreetA)
	registrar.Grants = append(registrar.Grants, actor.Grant{Role: actor.Worker, Prefix: apitest.StreetB}, actor.Grant{Role: actor.Leader, Prefix: apitest.CityCode})
	d.ask(t, 422, registrar, "GET", "/exports/people", "")
	text := d.ask(t, 200, registrar, "GET", "/exports/people?purpose=%E6%85%B0%E9%97%AE", "")
	if strings.Count(text, "\n") != 2 || !strings.Contains(text, "王**") || strings.Contains(text, "李") {
		t.Errorf("%s", text)
	}
	if text := d.ask(t, 200, registrar, "GET", "/exports/services", ""); !strings.Contains(text, "甲") || strings.Contains(text, "乙") {
		t.Errorf("%s", text)
	}
	list := c.Audited(t, audit.Ask{Action: "export"})
	if len(list) != 2 || list[1].Kind != "person" || list[1].Rows != 1 || list[1].Purpose != "慰问" || list[1].ActorID != registrar.ID || list[0].Kind != "service" {
		t.Errorf("%+v", list)
	}
	if _, err := c.Loader.Export(t.Context(), "people", path, transfer.ExportOptions{Format: "csv", Scope: actor.Everywhere(), Purpose: "慰问"}); err == nil {
		t.Error("people go out where nothing is kept")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file is left")
	}
}
