package building_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/apitest"
	"onemap/api/building"
	"onemap/api/pg"
)

// A city's first file of buildings, in chunks of 10,000 as an import takes them:
// looked for, placed in grids, searchable by words.
func BenchmarkBuildingsOfAFile(b *testing.B) {
	c := apitest.New(b)
	const size, chunk = 30_000, 10_000
	list := make([]building.Building, size)
	for i := range list {
		at := orb.Point{113.3005 + float64(i%200)*1.9e-4, 23.4005 + float64(i/200)*1.2e-4}
		list[i] = building.Building{
			Ref: fmt.Sprint("r", i), Code: fmt.Sprint("L", i), Name: fmt.Sprintf("青禾花园%d栋", i%40), Use: "residential",
			Address: fmt.Sprintf("青禾市临川区解放%d路%d号%d栋", i%97, i/40, i%40), Levels: 6, Point: at, Geom: footprint(at, 12, 10),
		}
	}
	for run := 0; b.Loop(); run++ {
		source := fmt.Sprint("file", run)
		b.StopTimer()
		if _, err := c.Pool.Exec(b.Context(), "TRUNCATE building CASCADE"); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		for from := 0; from < size; from += chunk {
			rows := list[from : from+chunk]
			err := pg.InTx(b.Context(), c.Pool, func(tx pgx.Tx) error {
				ix, err := c.Regions.Hold(b.Context(), tx)
				if err != nil {
					return err
				}
				if _, err := c.Buildings.Find(b.Context(), tx, source, rows); err != nil {
					return err
				}
				_, err = c.Buildings.Import(b.Context(), tx, ix, batch(c, source), rows)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(size)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
