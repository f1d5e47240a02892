package transfer_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/transfer"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// A file in another datum than it is taken for is within the city all the same;
// what is known there gives it away. The likely datum and the shift are named,
// and nothing is changed for it.
func TestTheDatumGuard(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	lamps := func(name string, write func(crs.WGS84) (x, y float64)) string {
		text := "部件类型,位置,经度,纬度\n"
		for i := range 12 {
			x, y := write(crs.WGS84{Lon: 113.3005 + float64(i)*0.0007, Lat: 23.4012 + float64(i*i%7)*0.001})
			text += fmt.Sprintf("路灯,解放路%d号,%.7f,%.7f\n", i+1, x, y)
		}
		return file(t, name, text)
	}
	right := lamps("灯.csv", func(p crs.WGS84) (x, y float64) { return p.Lon, p.Lat })
	if report := takes(t, c, "facilities", right, transfer.Counts{Read: 12, Fresh: 12}); len(report.Warnings) > 0 {
		t.Errorf("a town without anything in it: %q", report.Warnings)
	}
	off := regexp.MustCompile(`about (\d+) m off.*--crs (\S+)$`)
	for _, f := range []struct {
		name, crs, want string
		least, most     int
		write           func(crs.WGS84) (x, y float64)
	}{
		{"right", "", "", 0, 0, func(p crs.WGS84) (x, y float64) { return p.Lon, p.Lat }},
		{"GCJ-02", "", "gcj02", 300, 800, func(p crs.WGS84) (x, y float64) { g := p.GCJ02(); return g.Lon, g.Lat }},
		{"GCJ-02, said so", "gcj02", "", 0, 0, func(p crs.WGS84) (x, y float64) { g := p.GCJ02(); return g.Lon, g.Lat }},
		{"WGS84 said to be GCJ-02", "gcj02", "wgs84", 300, 800, func(p crs.WGS84) (x, y float64) { return p.Lon, p.Lat }},
		{"BD-09", "", "bd09", 800, 2000, func(p crs.WGS84) (x, y float64) { b := p.BD09(); return b.Lon, b.Lat }},
	} {
		report, err := c.Loader.File(t.Context(), "facilities", lamps("再.csv", f.write), transfer.FileOptions{DryRun: true, Mapping: transfer.Mapping{CRS: f.crs}})
		if err != nil {
			t.Fatal(err)
		}
		said := off.FindStringSubmatch(strings.Join(report.Warnings, "\n"))
		switch {
		case f.want == "" && len(report.Warnings) > 0:
			t.Errorf("%s: %q", f.name, report.Warnings)
		case f.want == "":
		case said == nil || said[2] != f.want:
			t.Errorf("%s: %q", f.name, report.Warnings)
		default:
			if m, _ := strconv.Atoi(said[1]); m < f.least || m > f.most {
				t.Errorf("%s: %s m", f.name, said[1])
			}
		}
	}
	swapped := lamps("反.csv", func(p crs.WGS84) (x, y float64) { return p.Lat, p.Lon })
	report, err := c.Loader.File(t.Context(), "facilities", swapped, transfer.FileOptions{DryRun: true})
	if err != nil || !strings.Contains(strings.Join(report.Warnings, "\n"), "--crs swapped:wgs84") {
		t.Errorf("swapped: %q %v", report.Warnings, err)
	}

	// Regions are compared with those of the same codes.
	var features []string
	for _, code := range []string{"9901", "990101", "990101001", "990101001001", apitest.GridA, apitest.GridB} {
		ref, ok := c.Regions.Index().Ref(grid.Code(code))
		if !ok {
			t.Fatal(code)
		}
		low, high := crs.FromPoint(ref.Bound.Min).GCJ02(), crs.FromPoint(ref.Bound.Max).GCJ02()
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"code":%q},"geometry":{"type":"Polygon","coordinates":[[[%v,%v],[%v,%v],[%v,%v],[%v,%v],[%v,%v]]]}}`,
			code, low.Lon, low.Lat, high.Lon, low.Lat, high.Lon, high.Lat, low.Lon, high.Lat, low.Lon, low.Lat))
	}
	path := file(t, "界.geojson", `{"type":"FeatureCollection","features":[`+strings.Join(features, ",")+`]}`)
	report, err = c.Loader.File(c.As(actor.Administrator), "regions", path, transfer.FileOptions{DryRun: true})
	if err != nil || !strings.Contains(strings.Join(report.Warnings, "\n"), "--crs gcj02") {
		t.Errorf("regions: %q %v", report.Warnings, err)
	}
}
