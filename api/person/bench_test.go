package person_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/person"
)

// crowd makes people three to a household and a room, one in ten with a tag.
func crowd(rooms []uuid.UUID, building uuid.UUID, grid string, n int) []person.Row {
	family := []rune("王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗")
	given := []rune("伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂华建国文辉玲红")
	rows := make([]person.Row, n)
	for i := range rows {
		born := on(1930, 1, 1).AddDate(0, 0, i*7%34000)
		r := person.Row{
			Ref: fmt.Sprint("p", i), Name: string(family[i%20]) + string(given[i/20%30]) + string(given[i/600%30]),
			IDNumber: number(born, i/4000%1000), Phone: fmt.Sprintf("138%08d", i), HouseholdRef: fmt.Sprint("h", i/3), Head: i%3 == 0,
			DwellingID: rooms[i/3%len(rooms)], BuildingID: building, GridCode: grid, ScopeCode: grid, Since: born,
		}
		if i%10 == 0 {
			r.Tags = []string{"low_income"}
		}
		rows[i] = r
	}
	return rows
}

// BenchmarkImport loads 200,000 people into an empty city: checked, sealed,
// placed, with households, residences and all indexes.
func BenchmarkImport(b *testing.B) {
	const people, chunk = 200_000, 10_000
	for b.Loop() {
		b.StopTimer()
		t := newTown(b, 70_000)
		var building uuid.UUID
		var grid string
		if err := t.Pool.QueryRow(b.Context(), "SELECT building_id, grid_code FROM dwelling WHERE id = $1", t.a[0]).Scan(&building, &grid); err != nil {
			b.Fatal(err)
		}
		rows := crowd(t.a, building, grid, people)
		b.StartTimer()
		start := time.Now()
		err := t.People.BulkLoad(b.Context(), func(tx pgx.Tx, bulk *person.Bulk) error {
			if _, err := t.Regions.Hold(b.Context(), tx); err != nil {
				return err
			}
			chunks := make(chan person.Prepared, 2)
			go func() {
				defer close(chunks)
				for from := 0; from < people; from += chunk {
					p, err := bulk.Prepare(rows[from : from+chunk])
					if err != nil {
						b.Error(err)
						return
					}
					chunks <- p
				}
			}()
			for p := range chunks {
				if _, err := bulk.Write(b.Context(), tx, t.batch("bench"), p); err != nil {
					return err
				}
			}
			b.Logf("copied after %v", time.Since(start))
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(people/time.Since(start).Seconds(), "rows/s")
	}
}

// BenchmarkMerge imports people chunk by chunk beside others, and then again.
func BenchmarkMerge(b *testing.B) {
	const people, chunk = 40_000, 5_000
	t := newTown(b, 20_000)
	rows := crowd(t.a, uuid.Nil, "", people)
	for _, name := range []string{"new", "again"} {
		start := time.Now()
		for from := 0; from < people; from += chunk {
			t.imports(b, t.batch("bench"), rows[from:from+chunk]...)
		}
		b.Logf("%s: %.0f rows/s", name, people/time.Since(start).Seconds())
	}
}
