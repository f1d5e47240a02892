package table_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"onemap/api/transfer/table"
)

// A long file takes no more memory than a short one. ONEMAP_ROWS=1000000 does
// it with a million rows of each format and prints the pace.
func TestLongFilesAreNotHeld(t *testing.T) {
	rows := 20000
	if n, err := strconv.Atoi(os.Getenv("ONEMAP_ROWS")); err == nil {
		rows = n
	}
	columns := []table.Column{{Name: "编号"}, {Name: "姓名"}, {Name: "地址"}, {Name: "面积", Type: "float"}, {Name: "楼层", Type: "int"}}
	for format, ext := range map[string]string{"csv": "csv", "xlsx": "xlsx", "geojson": "geojson", "gpkg": "gpkg", "shp": "zip"} {
		path := filepath.Join(t.TempDir(), "a."+ext)
		began := time.Now()
		w, err := table.Create(path, format, table.WriteOptions{Columns: columns, Geometry: "point"})
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			values := []any{fmt.Sprintf("%018d", i), "王小明", fmt.Sprintf("翠竹路%d号%d单元%d室", i%900, i%4, i), float64(i%2000) / 10, i % 33}
			if err := w.Write(values, orb.Point{113 + float64(i%1000)/1000, 22 + float64(i/1000)/1000}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		wrote := time.Since(began)
		began = time.Now()
		f := open(t, path, table.Options{})
		held := uint64(0)
		n := 0
		for ; ; n++ {
			if _, err := f.Next(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(format, err)
			}
			if n%(rows/4) == rows/8 {
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				held = max(held, m.HeapAlloc)
			}
		}
		if n != rows || held > 96<<20 {
			t.Errorf("%s: %d rows of %d with %d MiB held", format, n, rows, held>>20)
		}
		if f.Read() != f.Size() {
			t.Errorf("%s: read %d of %d", format, f.Read(), f.Size())
		}
		read := time.Since(began)
		t.Logf("%-8s %d rows: written in %v, read in %v (%.0f rows/s), %d MiB held", format, rows, wrote.Round(time.Millisecond), read.Round(time.Millisecond), float64(n)/read.Seconds(), held>>20)
	}
}
