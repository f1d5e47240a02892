package tiles

import (
	"fmt"
	"math"
	"testing"

	"github.com/paulmach/orb"
)

func TestParseID(t *testing.T) {
	t.Parallel()
	for _, ok := range [][3]string{{"0", "0", "0"}, {"1", "1", "0"}, {"14", "13488", "6209"}, {"22", "4194303", "4194303"}} {
		id, good := ParseID(ok[0], ok[1], ok[2])
		if !good || id.String() != ok[0]+"/"+ok[1]+"/"+ok[2] {
			t.Errorf("%v: %v %v", ok, id, good)
		}
	}
	for _, bad := range [][3]string{
		{"", "0", "0"},
		{"0", "1", "0"},
		{"0", "0", "1"},
		{"-1", "0", "0"},
		{"1", "-1", "0"},
		{"1", "2", "0"},
		{"23", "0", "0"},
		{"01", "0", "0"},
		{"1", "00", "0"},
		{"1", "+1", "0"},
		{"1", " 1", "0"},
		{"1", "1 ", "0"},
		{"1", "0x1", "0"},
		{"1", "1e0", "0"},
		{"1", "0.5", "0"},
		{"99999999999999999999", "0", "0"},
		{"22", "4194304", "0"},
		{"1", "٣", "0"},
		{"256", "0", "0"},
		{"64", "0", "0"},
	} {
		if id, good := ParseID(bad[0], bad[1], bad[2]); good {
			t.Errorf("%q is taken for %v", bad, id)
		}
	}
}

func FuzzParseID(f *testing.F) {
	f.Add("14", "13488", "6209")
	f.Add("-1", "00", "9e9")
	f.Fuzz(func(t *testing.T, z, x, y string) {
		id, ok := ParseID(z, x, y)
		if !ok {
			return
		}
		if id.String() != z+"/"+x+"/"+y {
			t.Fatalf("%q/%q/%q has a second address %s", z, x, y, id)
		}
		if id.Z > MaxZoom || id.X >= 1<<id.Z || id.Y >= 1<<id.Z {
			t.Fatalf("%s does not exist", id)
		}
	})
}

func TestBound(t *testing.T) {
	t.Parallel()
	world := ID{}.Bound(0)
	want := orb.Bound{Min: orb.Point{-180, -85.0511287798066}, Max: orb.Point{180, 85.0511287798066}}
	for i := range 2 {
		if math.Abs(world.Min[i]-want.Min[i]) > 1e-9 || math.Abs(world.Max[i]-want.Max[i]) > 1e-9 {
			t.Errorf("the world is %v", world)
		}
	}
}

func (c town) testEnvelopes(t *testing.T) {
	t.Parallel()
	for _, id := range []ID{{}, {1, 1, 0}, {5, 31, 0}, {10, 843, 388}, {14, 13488, 6209}, {18, 215808, 99348}, {22, 4194303, 4194303}} {
		for _, buffer := range []int{0, pointBuffer, shapeBuffer} {
			var m, b orb.Bound
			err := c.pool.QueryRow(t.Context(), `
SELECT ST_XMin(e.m), ST_YMin(e.m), ST_XMax(e.m), ST_YMax(e.m), ST_XMin(e.b), ST_YMin(e.b), ST_XMax(e.b), ST_YMax(e.b)
FROM (
    SELECT x.m, ST_Transform(x.m, 4326) AS b
    FROM (SELECT ST_Expand(ST_TileEnvelope($1, $2, $3), $4) AS m) x
) e`, id.Z, id.X, id.Y, id.span()*float64(buffer)/Extent).Scan(&m.Min[0], &m.Min[1], &m.Max[0], &m.Max[1], &b.Min[0], &b.Min[1], &b.Max[0], &b.Max[1])
			if err != nil {
				t.Fatal(err)
			}
			if d := apart(id.Mercator(buffer), m); d > 1e-6 {
				t.Errorf("%s buffer %d: %g m from PostGIS's envelope", id, buffer, d)
			}
			inWorld := b.Min[0] < b.Max[0] && id.Bound(buffer).Max[0] <= 180 && id.Bound(buffer).Min[0] >= -180
			if d := apart(id.Bound(buffer), b); inWorld && d > 1e-11 {
				t.Errorf("%s buffer %d: %g degrees from PostGIS's envelope", id, buffer, d)
			}
		}
	}
}

func apart(a, b orb.Bound) (d float64) {
	for i := range 2 {
		d = max(d, math.Abs(a.Min[i]-b.Min[i]), math.Abs(a.Max[i]-b.Max[i]))
	}
	return d
}

func ExampleID_Bound() {
	id, _ := ParseID("14", "13488", "6209")
	b := id.Bound(0)
	fmt.Printf("%.4f %.4f %.4f %.4f\n", b.Min[0], b.Min[1], b.Max[0], b.Max[1])
	// Output: 116.3672 39.8760 116.3892 39.8929
}
