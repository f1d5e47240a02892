package transfer_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"onemap/api/apitest"
	"onemap/api/transfer"
	"onemap/api/transfer/table"
)

// sheet is a table to be written in any format: its first row names the columns.
type sheet struct {
	rows  [][]string
	types map[string]string // of columns that are no text
	geom  []orb.Geometry    // of the rows, or nil
}

// write writes a sheet as csv (GB18030), xlsx, shp, geojson or gpkg.
func (s sheet) write(t testing.TB, name, format string) string {
	t.Helper()
	ending := map[string]string{"shp": "zip"}[format]
	if ending == "" {
		ending = format
	}
	path := filepath.Join(t.TempDir(), name+"."+ending)
	o := table.WriteOptions{Geometry: "none"}
	if s.geom != nil {
		o.Geometry = map[string]string{"Point": "point", "Polygon": "polygon"}[s.geom[0].GeoJSONType()]
	}
	if format == "csv" {
		o.Encoding = "gb18030"
	}
	for _, c := range s.rows[0] {
		o.Columns = append(o.Columns, table.Column{Name: c, Type: s.types[c]})
	}
	w, err := table.Create(path, format, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range s.rows[1:] {
		values := make([]any, len(row))
		for j, v := range row {
			values[j] = v
			if s.types[s.rows[0][j]] == "date" {
				day, err := time.Parse(time.DateOnly, v)
				if err != nil {
					t.Fatal(err)
				}
				values[j] = day
			}
		}
		var g orb.Geometry
		if s.geom != nil {
			g = s.geom[i]
		}
		if err := w.Write(values, g); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func square(at orb.Point) orb.Polygon {
	const side = 0.0002
	return orb.Polygon{{at, {at[0] + side, at[1]}, {at[0] + side, at[1] + side}, {at[0], at[1] + side}, at}}
}

// number makes an identity number that is right in form, of a place that is none.
func number(born string, serial int) string {
	first := fmt.Sprintf("990101%s%03d", strings.ReplaceAll(born, "-", ""), serial)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(first[i]-'0')
	}
	return first + string("10X98765432"[sum%11])
}

var (
	houses = sheet{
		rows: [][]string{{"楼栋编码", "名称", "地址", "层数"}, {"L1", "一号楼", "解放路1号", "6"}, {"L2", "二号楼", "解放路2号", "6"}},
		geom: []orb.Geometry{square(apitest.InGridA), square(apitest.InGridB)},
	}
	rooms = sheet{rows: [][]string{{"楼栋编码", "楼层", "房号"}, {"L1", "1", "101"}, {"L1", "1", "102"}, {"L2", "1", "101"}}}
)

// takes imports a file and wants these counts.
func takes(t testing.TB, c *apitest.City, kind, path string, want transfer.Counts, o ...transfer.FileOptions) transfer.Report {
	t.Helper()
	o = append(o, transfer.FileOptions{})
	report, err := c.Loader.File(t.Context(), kind, path, o[0])
	if err != nil || report.Counts != want {
		t.Fatalf("%s of %s: %+v, want %+v, %v: %+v", kind, filepath.Base(path), report.Counts, want, err, report.First)
	}
	return report
}

// town has two houses with three rooms.
func town(t testing.TB) *apitest.City {
	t.Helper()
	c := apitest.New(t)
	takes(t, c, "buildings", houses.write(t, "楼栋", "geojson"), transfer.Counts{Read: 2, Fresh: 2})
	takes(t, c, "dwellings", rooms.write(t, "房屋", "csv"), transfer.Counts{Read: 3, Fresh: 3})
	return c
}

// A city's houses, rooms and people come in from every format, and again.
func TestHousesRoomsAndPeopleOfEveryFormat(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"csv", "xlsx", "shp", "geojson", "gpkg"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			c := apitest.New(t)
			people := sheet{
				rows: [][]string{
					{"姓名", "身份证号", "出生日期", "手机", "楼栋编码", "房号", "标签"},
					{"王小明", number("1950-05-06", 11), "1950-05-06", "13800001234", "L1", "101", "低保"},
					{"李芳", number("1988-11-12", 22), "1988-11-12", "13800001235", "L2", "101室", ""},
				},
				types: map[string]string{"出生日期": "date"},
			}
			rooms, people := rooms, people
			if format == "shp" || format == "geojson" { // each row has its house's place there
				rooms.geom = []orb.Geometry{apitest.InGridA, apitest.InGridA, apitest.InGridB}
				people.geom = []orb.Geometry{apitest.InGridA, apitest.InGridB}
			}
			for _, tt := range []struct {
				kind string
				s    sheet
			}{{"buildings", houses}, {"dwellings", rooms}, {"people", people}} {
				path, n := tt.s.write(t, tt.kind, format), int64(len(tt.s.rows)-1)
				takes(t, c, tt.kind, path, transfer.Counts{Read: n, Fresh: n}, transfer.FileOptions{DryRun: true})
				takes(t, c, tt.kind, path, transfer.Counts{Read: n, Fresh: n})
				takes(t, c, tt.kind, path, transfer.Counts{Read: n, Unchanged: n})
			}
			var got string
			err := c.Root.QueryRow(t.Context(), `
SELECT string_agg(concat_ws(' ', NULLIF(p.name, ''), p.sex, p.born_on, b.name, d.code, p.scope_code), '; ' ORDER BY d.code DESC, p.sex)
FROM person p JOIN dwelling d ON d.id = p.dwelling_id JOIN building b ON b.id = d.building_id`).Scan(&got)
			want := "李芳 female 1988-11-12 二号楼 101 " + apitest.GridB + "; male 1950-05-06 一号楼 101 " + apitest.GridA // whose name a tag seals
			if err != nil || got != want {
				t.Errorf("%s, want %s, %v", got, want, err)
			}
		})
	}
}
