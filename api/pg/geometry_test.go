package pg_test

import (
	"math"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
)

var shapes = map[string]orb.Geometry{
	"POINT(1 2)":                                         orb.Point{1, 2},
	"MULTIPOINT((1 2),(3 4))":                            orb.MultiPoint{{1, 2}, {3, 4}},
	"MULTIPOINT EMPTY":                                   orb.MultiPoint{},
	"LINESTRING(1 2,3 4)":                                orb.LineString{{1, 2}, {3, 4}},
	"LINESTRING EMPTY":                                   orb.LineString{},
	"MULTILINESTRING((1 2,3 4))":                         orb.MultiLineString{{{1, 2}, {3, 4}}},
	"MULTILINESTRING EMPTY":                              orb.MultiLineString{},
	"POLYGON((0 0,1 0,1 1,0 0))":                         orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}},
	"POLYGON EMPTY":                                      orb.Polygon{},
	"MULTIPOLYGON(((0 0,1 0,1 1,0 0)))":                  orb.MultiPolygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}},
	"MULTIPOLYGON EMPTY":                                 orb.MultiPolygon{},
	"GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(1 2,3 4))": orb.Collection{orb.Point{1, 2}, orb.LineString{{1, 2}, {3, 4}}},
	"GEOMETRYCOLLECTION EMPTY":                           orb.Collection{},
}

func TestShapesGoInAndComeOut(t *testing.T) {
	t.Parallel()
	pool := open(t)
	for text, shape := range shapes {
		var (
			back orb.Geometry
			said string
			srid int
		)
		// Twice: the second run has a prepared statement.
		for range 2 {
			err := pool.QueryRow(t.Context(), "SELECT g, ST_AsText(g), ST_SRID(g) FROM (SELECT $1::geometry AS g) v", shape).Scan(&back, &said, &srid)
			if err != nil {
				t.Errorf("%s: %v", text, err)
				break
			}
			if said != text || srid != 4326 || !orb.Equal(back, shape) {
				t.Errorf("%s went in as %s, SRID %d, and came back as %v", text, said, srid, back)
			}
		}
	}
	// A ring and a bound are polygons to PostGIS.
	var area float64
	if err := pool.QueryRow(t.Context(), "SELECT ST_Area($1::geometry) + ST_Area($2::geometry)",
		orb.Ring{{0, 0}, {1, 0}, {1, 1}, {0, 0}}, orb.Bound{Max: orb.Point{2, 3}}).Scan(&area); err != nil || area != 6.5 {
		t.Errorf("areas sum up to %v, %v", area, err)
	}
}

func TestConcreteTypesAndNull(t *testing.T) {
	t.Parallel()
	pool := open(t)
	var (
		point   orb.Point
		polygon orb.Polygon
		multi   orb.MultiPolygon
	)
	err := pool.QueryRow(t.Context(), "SELECT 'SRID=4326;POINT(3 4)'::geometry, 'SRID=4326;POLYGON((0 0,1 0,1 1,0 0))'::geometry, 'SRID=4326;MULTIPOLYGON EMPTY'::geometry").
		Scan(&point, &polygon, &multi)
	if err != nil || point != (orb.Point{3, 4}) || len(polygon) != 1 || multi == nil || len(multi) != 0 {
		t.Errorf("%v %v %v, %v", point, polygon, multi, err)
	}
	var any1 orb.Geometry = orb.Point{1, 1}
	if err := pool.QueryRow(t.Context(), "SELECT NULL::geometry").Scan(&any1); err != nil || any1 != nil {
		t.Errorf("NULL came as %v, %v", any1, err)
	}
	var maybe *orb.Point
	if err := pool.QueryRow(t.Context(), "SELECT NULL::geometry").Scan(&maybe); err != nil || maybe != nil {
		t.Errorf("NULL came as %v, %v", maybe, err)
	}
	if err := pool.QueryRow(t.Context(), "SELECT 'SRID=4326;POINT(3 4)'::geometry").Scan(&maybe); err != nil || maybe == nil || *maybe != (orb.Point{3, 4}) {
		t.Errorf("a point came as %v, %v", maybe, err)
	}
	if err := pool.QueryRow(t.Context(), "SELECT NULL::geometry").Scan(&point); err == nil {
		t.Error("NULL was taken for a point")
	}
	if err := pool.QueryRow(t.Context(), "SELECT 'SRID=4326;LINESTRING(0 0,1 1)'::geometry").Scan(&point); err == nil {
		t.Error("a line was taken for a point")
	}
	for name, nothing := range map[string]any{"nil": nil, "a nil interface": orb.Geometry(nil), "a nil slice": orb.MultiPolygon(nil), "a nil pointer": (*orb.Point)(nil), "a nil go-geom": (*geom.Point)(nil)} {
		var isNull bool
		if err := pool.QueryRow(t.Context(), "SELECT $1::geometry IS NULL", nothing).Scan(&isNull); err != nil || !isNull {
			t.Errorf("%s went in as something: %v", name, err)
		}
	}
	var empty orb.Point
	if err := pool.QueryRow(t.Context(), "SELECT 'SRID=4326;POINT EMPTY'::geometry").Scan(&empty); err != nil || !math.IsNaN(empty[0]) {
		t.Errorf("POINT EMPTY came as %v, %v", empty, err)
	}
}

func TestZAndAnotherSRID(t *testing.T) {
	t.Parallel()
	pool := open(t)
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context())
	if _, err := tx.Exec(t.Context(), "CREATE TEMP TABLE surveyed (p geometry(PointZ, 4490), l geometry(LineStringZM, 4490)) ON COMMIT DROP"); err != nil {
		t.Fatal(err)
	}
	p := geom.NewPointFlat(geom.XYZ, []float64{113.3, 23.4, 12.5}).SetSRID(4490)
	l := geom.NewLineStringFlat(geom.XYZM, []float64{1, 2, 3, 4, 5, 6, 7, 8}).SetSRID(4490)
	if _, err := tx.Exec(t.Context(), "INSERT INTO surveyed (p, l) VALUES ($1, $2)", p, l); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.CopyFrom(t.Context(), pgx.Identifier{"surveyed"}, []string{"p", "l"}, pgx.CopyFromRows([][]any{{p, l}, {nil, l}})); err != nil {
		t.Fatal(err)
	}
	rows, err := tx.Query(t.Context(), "SELECT p, l, ST_SRID(l), COALESCE(ST_Z(p), 0) FROM surveyed")
	if err != nil {
		t.Fatal(err)
	}
	var (
		backP, backL geom.T
		srid, n      int
		z            float64
	)
	_, err = pgx.ForEachRow(rows, []any{&backP, &backL, &srid, &z}, func() error {
		if n++; n == 3 {
			if backP != nil {
				t.Errorf("NULL came as %v", backP)
			}
		} else if backP.SRID() != 4490 || backP.Layout() != geom.XYZ || z != 12.5 {
			t.Errorf("the point came as %v of SRID %d, z %v", backP.FlatCoords(), backP.SRID(), z)
		}
		if srid != 4490 || backL.Layout() != geom.XYZM || backL.FlatCoords()[7] != 8 {
			t.Errorf("the line came as %v", backL.FlatCoords())
		}
		return nil
	})
	if err != nil || n != 3 {
		t.Errorf("%d rows, %v", n, err)
	}
	var flat orb.Geometry
	if err := tx.QueryRow(t.Context(), "SELECT l FROM surveyed LIMIT 1").Scan(&flat); err == nil {
		t.Error("a line with Z and M was flattened without a word")
	}
}

func TestShapesByCopy(t *testing.T) {
	t.Parallel()
	pool := open(t)
	if _, err := pool.Exec(t.Context(), "CREATE TABLE drawn (n int CONSTRAINT drawn_pk PRIMARY KEY, g geometry(Geometry, 4326))"); err != nil {
		t.Fatal(err)
	}
	var rows [][]any
	var texts []string
	for text, shape := range shapes {
		rows = append(rows, []any{len(rows), shape})
		texts = append(texts, text)
	}
	rows = append(rows, []any{len(rows), nil})
	if _, err := pool.CopyFrom(t.Context(), pgx.Identifier{"drawn"}, []string{"n", "g"}, pgx.CopyFromRows(rows)); err != nil {
		t.Fatal(err)
	}
	for n, text := range texts {
		var said string
		if err := pool.QueryRow(t.Context(), "SELECT ST_AsText(g) FROM drawn WHERE n = $1", n).Scan(&said); err != nil || said != text {
			t.Errorf("%s was copied as %s, %v", text, said, err)
		}
	}
	values, err := pool.Query(t.Context(), "SELECT g FROM drawn WHERE n = $1", len(texts))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := pgx.CollectOneRow(values, pgx.RowTo[any]); err != nil || got != nil {
		t.Errorf("NULL as any: %v, %v", got, err)
	}
}
