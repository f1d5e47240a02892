package tiles

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"

	"onemap/api/pgserver/pgtest"
)

//go:embed testdata/city.sql
var citySQL string

// town is a database with the invented city, which the tests only read.
type town struct{ pool *pgxpool.Pool }

// TestTown runs what needs the database, all on one copy of it.
func TestTown(t *testing.T) {
	t.Parallel()
	c := openTown(t)
	for name, test := range map[string]func(*testing.T){
		"points as brute force":         c.testPointsAsBruteForce,
		"points as PostGIS places them": c.testPointsAsPostGISPlacesThem,
		"point attributes":              c.testPointAttributes,
		"sight":                         c.testSight,
		"filters":                       c.testFilters,
		"shapes":                        c.testShapes,
		"shape attributes":              c.testShapeAttributes,
		"regions tile the plane":        c.testRegionsTileThePlane,
		"region labels":                 c.testRegionLabels,
		"basemap zooms":                 c.testBasemapZooms,
		"envelopes":                     c.testEnvelopes,
		"plans":                         c.testPlans,
		"over HTTP":                     c.testOverHTTP,
		"render limit":                  c.testRenderLimit,
	} {
		t.Run(name, test)
	}
}

func openTown(t testing.TB) town {
	t.Helper()
	url := pgtest.From(t, fmt.Sprintf("tiles town %s %x", pgtest.Migrations(t), sha256.Sum256([]byte(citySQL))), func(ctx context.Context, url string) error {
		if err := pgtest.Migrate(ctx, url); err != nil {
			return err
		}
		c, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		_, err = c.Exec(ctx, citySQL)
		return err
	})
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = 4
	// A query given up is cancelled on the server, and the connection kept.
	config.ConnConfig.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: 2 * time.Second}
	}
	config.ConnConfig.RuntimeParams["max_parallel_workers_per_gather"] = "0" // as the program has it
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return town{pool}
}

// noon is the clock of the tests: some limits are past, some are not.
var noon = time.Date(2026, 11, 22, 12, 0, 30, 0, time.UTC)

// object is a row as brute force sees it.
type features = []*geojson.Feature

type object struct {
	fid        int64
	lon, lat   float64
	scope      string
	department string
	state      string
	category   string
	urges      int
	ground     string    // where it lies on the grids in force
	due        time.Time // zero for none
	created    time.Time
}

func (c town) objects(t testing.TB, table string) []object {
	t.Helper()
	extra := "'', '', '', 0, scope_code, NULL::timestamptz, now()"
	if table == "case_file" {
		extra = "COALESCE(department_code, ''), state, category, urges, COALESCE(ground_code, scope_code), due_at, created_at"
	}
	rows, err := c.pool.Query(t.Context(), "SELECT fid, ST_X(point), ST_Y(point), scope_code, "+extra+" FROM "+table+" ORDER BY fid")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []object
	for rows.Next() {
		var o object
		var due *time.Time
		if err := rows.Scan(&o.fid, &o.lon, &o.lat, &o.scope, &o.department, &o.state, &o.category, &o.urges, &o.ground, &due, &o.created); err != nil {
			t.Fatal(err)
		}
		if due != nil {
			o.due = *due
		}
		out = append(out, o)
	}
	if rows.Err() != nil || len(out) == 0 {
		t.Fatal("no rows in ", table, rows.Err())
	}
	return out
}

// spot is a point's rounded place on the lattice of a zoom, by brute force.
func (o object) spot(z int) (gx, gy int) {
	side := 4096 * float64(uint64(1)<<z)
	gx = int(math.Floor((o.lon+180)/360*side + 0.5))
	lat := o.lat * math.Pi / 180
	gy = int(math.Floor((0.5-math.Asinh(math.Tan(lat))/(2*math.Pi))*side + 0.5))
	return gx, gy
}

func render(t testing.TB, s Source, id ID, sight Sight, f Filter) map[string][]*geojson.Feature {
	t.Helper()
	b, err := s.Tile(t.Context(), id, sight, f)
	if err != nil {
		t.Fatalf("%s %s: %v", s.Describe().Name, id, err)
	}
	return decode(t, b)
}

func decode(t testing.TB, b []byte) map[string][]*geojson.Feature {
	t.Helper()
	layers, err := mvt.Unmarshal(b)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]*geojson.Feature{}
	for _, l := range layers {
		if l.Extent != Extent || l.Version != 2 {
			t.Fatalf("layer %s: extent %d, version %d", l.Name, l.Extent, l.Version)
		}
		if _, twice := out[l.Name]; twice {
			t.Fatalf("layer %s is there twice", l.Name)
		}
		out[l.Name] = l.Features
		seen := map[any]bool{}
		for _, f := range l.Features {
			if f.ID == nil || seen[f.ID] {
				t.Fatalf("layer %s: id %v is missing or there twice", l.Name, f.ID)
			}
			seen[f.ID] = true
		}
	}
	return out
}

// source finds a PostGIS source by name.
func (c town) source(t testing.TB, name string) Source {
	t.Helper()
	for _, s := range PostGIS(c.pool) {
		if s.Describe().Name == name {
			return s
		}
	}
	t.Fatal("no source " + name)
	return nil
}

// over lists the tiles of a zoom that touch a box.
func over(z int, b orb.Bound) []ID {
	first, last := object{lon: b.Min[0], lat: b.Max[1]}, object{lon: b.Max[0], lat: b.Min[1]}
	x0, y0 := first.spot(z)
	x1, y1 := last.spot(z)
	var ids []ID
	for x := x0 / 4096; x <= x1/4096; x++ {
		for y := y0 / 4096; y <= y1/4096; y++ {
			ids = append(ids, ID{uint8(z), uint32(x), uint32(y)})
		}
	}
	return ids
}

var cityBox = orb.Bound{Min: orb.Point{116.0, 39.8}, Max: orb.Point{116.32, 40.12}}

var everywhere = Sight{Staff: true, Prefixes: []string{""}}
