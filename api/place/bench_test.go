package place_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"onemap/api/pgserver/pgtest"
	"onemap/geo/crs"
	"onemap/geo/grid"
	"onemap/geo/grid/gridtest"
	"onemap/geo/lattice"
)

// bulkDemand is how many times the CPU time of LocateAll a join takes.
const bulkDemand = 150

// BenchmarkGridsBulk prints the last lines of make bench-grids: the grids of 1.3
// million places among 2,500, by LocateAll and by a join of PostGIS over GiST,
// both warm, and whether their answers are the same. Of either the CPU time of
// all threads counts; a join of one process, as it is with parallel plans off.
func BenchmarkGridsBulk(b *testing.B) {
	const side, places = 50, 1_300_000
	town := gridtest.New(side)
	regions := make([]grid.Region, 0, side*side+1)
	for i := range side * side {
		regions = append(regions, grid.Region{Code: grid.Code(fmt.Sprintf("9900%011d", i)), Geom: town.Polygon(i%side, i/side)})
	}
	ix, err := grid.NewIndex(1, append(regions, grid.Region{Code: "9900", Geom: orb.MultiPolygon{town.Rim().Bound().ToPolygon()}}))
	if err != nil {
		b.Fatal(err)
	}
	rng, box := rand.New(rand.NewPCG(1, 1)), town.Rim().Bound()
	points := make([]crs.WGS84, places)
	for i := range points { // on the lattice, where PostGIS and LocateAll mean the same place
		n, _ := lattice.On(box.Min[0]+rng.Float64()*(box.Max[0]-box.Min[0]), box.Min[1]+rng.Float64()*(box.Max[1]-box.Min[1]))
		points[i] = crs.FromPoint(n.Point())
	}
	found := make([]grid.Place, places)
	ix.LocateAll(points, found)

	c := joining(b, regions, points)
	pid := c.PgConn().PID()
	for range b.N {
		ours := time.Duration(1 << 62)
		for range 5 {
			began := processTime(b)
			ix.LocateAll(points, found)
			ours = min(ours, processTime(b)-began)
		}
		began := backendTime(b, pid)
		owners := join(b, c, places)
		theirs := backendTime(b, pid) - began

		differ, owned := 0, 0
		for i, p := range found {
			if owners[i] != string(p.Grid) && !onBorder(b, c, points[i], p.Grid) {
				differ++
			}
			if p.Grid != "" {
				owned++
			}
		}
		ratio := float64(theirs) / float64(ours)
		b.Logf("%d places, %d in a grid: LocateAll %v, the join %v", places, owned, ours, theirs)
		say("grids-bulk-times-less-than-postgis", ratio, ">=150", ratio >= bulkDemand)
		say("grids-bulk-answers-other-than-postgis", float64(differ), "<=0", differ == 0)
	}
}

func say(name string, got float64, demand string, ok bool) {
	verdict := "ok"
	if !ok {
		verdict = "SHORT"
	}
	fmt.Printf("BENCH %s %.4g demand %s %s\n", name, got, demand, verdict)
}

// joining is a connection to a database that holds the grids and the places.
func joining(b *testing.B, regions []grid.Region, points []crs.WGS84) *pgx.Conn {
	ctx := b.Context()
	c, err := pgx.Connect(ctx, pgtest.Empty(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close(ctx) })
	run := func(sql string) {
		if _, err := c.Exec(ctx, sql); err != nil {
			b.Fatal(sql, err)
		}
	}
	run(`SET max_parallel_workers_per_gather = 0; SET max_parallel_maintenance_workers = 0; SET synchronous_commit = off; SET jit = off`)
	run(`CREATE TEMP TABLE plot (code text, geom geometry(MultiPolygon, 4326)); CREATE TEMP TABLE place (id int, lon float8, lat float8, geom geometry(Point, 4326) GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(lon, lat), 4326)) STORED)`)
	for _, r := range regions {
		bytes, err := ewkb.Marshal(r.Geom, 4326)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Exec(ctx, `INSERT INTO plot (code, geom) VALUES ($1, ST_GeomFromEWKB($2))`, string(r.Code), bytes); err != nil {
			b.Fatal(err)
		}
	}
	_, err = c.CopyFrom(ctx, pgx.Identifier{"place"}, []string{"id", "lon", "lat"}, pgx.CopyFromSlice(len(points), func(i int) ([]any, error) {
		return []any{int32(i), points[i].Lon, points[i].Lat}, nil
	}))
	if err != nil {
		b.Fatal(err)
	}
	run(`CREATE INDEX ON plot USING gist (geom)`)
	run(`VACUUM ANALYZE plot`)
	run(`VACUUM ANALYZE place`)
	run(`SELECT count(*) FROM plot JOIN place ON ST_Contains(plot.geom, place.geom) WHERE place.id < 1000`)
	return c
}

// join is the grid of each place, by PostGIS; "" of several and of none.
func join(b *testing.B, c *pgx.Conn, places int) []string {
	ctx := b.Context()
	if _, err := c.Exec(ctx, `CREATE TEMP TABLE owner AS SELECT place.id, plot.code FROM place JOIN plot ON ST_Contains(plot.geom, place.geom)`); err != nil {
		b.Fatal(err)
	}
	defer c.Exec(ctx, `DROP TABLE owner`)
	owners := make([]string, places)
	rows, _ := c.Query(ctx, `SELECT id, min(code) FROM owner GROUP BY id HAVING count(*) = 1`)
	var id int32
	var code string
	if _, err := pgx.ForEachRow(rows, []any{&id, &code}, func() error { owners[id] = code; return nil }); err != nil {
		b.Fatal(err)
	}
	return owners
}

// onBorder says whether a place lies on the border of its grid, where PostGIS
// has it in none.
func onBorder(b *testing.B, c *pgx.Conn, p crs.WGS84, code grid.Code) (on bool) {
	err := c.QueryRow(b.Context(), `SELECT coalesce(bool_or(ST_DWithin(ST_Boundary(geom), ST_SetSRID(ST_MakePoint($1, $2), 4326), 1e-12)), false)
FROM plot WHERE code = $3`, p.Lon, p.Lat, string(code)).Scan(&on)
	if err != nil {
		b.Fatal(err)
	}
	return on
}

func processTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// backendTime is the CPU time that the process of a connection has used.
func backendTime(b *testing.B, pid uint32) time.Duration {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(int(pid)) + "/schedstat")
	if err != nil {
		b.Skip("needs a database on this machine: ", err)
	}
	ns, err := strconv.ParseInt(strings.Fields(string(stat))[0], 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return time.Duration(ns)
}
