package ewkb

import (
	"encoding/hex"
	"math"
	"reflect"
	"testing"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
)

// The right column is what PostGIS 3.3 prints for SELECT 'SRID=4326;…'::geometry.
var printed = map[string]orb.Geometry{
	"0101000020E610000000000000004054400000000000003640":                                         orb.Point{81, 22},
	"0102000020E6100000020000000000000000005C4000000000000036400000000000405C400000000000003740": orb.LineString{{112, 22}, {113, 23}},
	"0106000020E61000000100000001030000000100000004000000000000000000000000000000000000000000000000000840000000000000000000000000000000000000000000000840" + "00000000000000000000000000000000": orb.MultiPolygon{{{{0, 0}, {3, 0}, {0, 3}, {0, 0}}}},
	"0107000020E610000002000000010100000000000000000000000000000000000000" + "0104000000010000000101000000000000000000F03F000000000000F03F":                                                     orb.Collection{orb.Point{0, 0}, orb.MultiPoint{{1, 1}}},
}

func TestReadsWhatPostGISWrites(t *testing.T) {
	t.Parallel()
	for text, want := range printed {
		data, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		got, srid, err := Unmarshal(data)
		if err != nil || srid != WGS84 || !orb.Equal(got, want) {
			t.Errorf("%s: %v, %d, %v", text, got, srid, err)
		}
		back, err := Marshal(want, WGS84)
		if err != nil {
			t.Error(err)
		}
		if again, _, err := Unmarshal(back); err != nil || !orb.Equal(again, want) {
			t.Errorf("%T does not come back: %v, %v", want, again, err)
		}
		if g, err := UnmarshalGeom(data); err != nil || g.SRID() != WGS84 {
			t.Errorf("%T by go-geom: %v, %v", want, g, err)
		}
	}
}

func TestEveryOrbTypeComesBack(t *testing.T) {
	t.Parallel()
	for _, g := range orb.AllGeometries {
		data, err := Marshal(g, WGS84)
		if err != nil {
			continue // nil, which has no bytes
		}
		if _, srid, err := Unmarshal(data); err != nil || srid != WGS84 {
			t.Errorf("%T %v: %d, %v", g, g, srid, err)
		}
	}
	for _, g := range []orb.Geometry{nil, orb.Polygon(nil), orb.Collection{nil}, orb.MultiPolygon{nil}, orb.MultiLineString{nil}} {
		if data, err := Marshal(g, WGS84); err == nil {
			t.Errorf("nil in %T gave %x", g, data)
		}
	}
	if _, err := Marshal(orb.Point{}, -1); err == nil {
		t.Error("SRID -1 is none")
	}
}

func TestZAndM(t *testing.T) {
	t.Parallel()
	p := geom.NewPolygonFlat(geom.XYZM, []float64{0, 0, 5, 1, 3, 0, 5, 2, 0, 3, 5, 3, 0, 0, 5, 4}, []int{16}).SetSRID(4490)
	data, err := MarshalGeom(p)
	if err != nil {
		t.Fatal(err)
	}
	back, err := UnmarshalGeom(data)
	if err != nil || !reflect.DeepEqual(back, geom.T(p)) {
		t.Errorf("%v, %v", back, err)
	}
	if _, _, err := Unmarshal(data); err == nil {
		t.Error("orb has no Z and must say so")
	}
	if _, err := MarshalGeom(nil); err == nil {
		t.Error("nil has no bytes")
	}
}

func TestRefusesBadBytes(t *testing.T) {
	t.Parallel()
	deep := []byte{}
	for range 1000 {
		deep = append(deep, 1, 7, 0, 0, 0, 1, 0, 0, 0)
	}
	for name, data := range map[string][]byte{
		"nothing":       nil,
		"byte order":    {7, 1, 0, 0, 0},
		"type 9":        {1, 9, 0, 0, 0, 0, 0, 0, 0},
		"half a point":  {1, 1, 0, 0, 0, 0, 0, 0},
		"4e9 points":    {1, 2, 0, 0, 0, 255, 255, 255, 255},
		"4e9 rings":     {1, 3, 0, 0, 0, 255, 255, 255, 255},
		"4e9 parts":     {1, 7, 0, 0, 0, 255, 255, 255, 255, 1, 1, 0, 0, 0},
		"no SRID":       {1, 1, 0, 0, 0x20},
		"deep":          deep,
		"bytes after":   append(mustMarshal(t, orb.Point{1, 2}), 0),
		"wrong part":    {1, 4, 0, 0, 0, 1, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0},
		"no part count": {1, 6, 0, 0, 0, 1, 0},
	} {
		if g, _, err := Unmarshal(data); err == nil {
			t.Errorf("%s: orb got %v", name, g)
		}
		if g, err := UnmarshalGeom(data); err == nil {
			t.Errorf("%s: go-geom got %v", name, g)
		}
	}
	empty, _, err := Unmarshal(mustMarshal(t, orb.Point{math.NaN(), math.NaN()}))
	if p, ok := empty.(orb.Point); err != nil || !ok || !math.IsNaN(p[0]) {
		t.Errorf("POINT EMPTY: %v, %v", empty, err)
	}
}

func mustMarshal(t testing.TB, g orb.Geometry) []byte {
	t.Helper()
	data, err := Marshal(g, WGS84)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What passes the check must be read by both libraries, and never panic; what
// one wrote must pass again.
func FuzzUnmarshal(f *testing.F) {
	for text := range printed {
		data, _ := hex.DecodeString(text)
		f.Add(data)
	}
	f.Add([]byte{1, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0})
	f.Add([]byte{1, 7, 0, 0, 0, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, data []byte) {
		g, srid, err := Unmarshal(data)
		if err == nil {
			back, err := Marshal(g, int(int32(srid)&math.MaxInt32))
			if err != nil {
				t.Fatalf("cannot write what was read: %v", err)
			}
			if _, _, err = Unmarshal(back); err != nil {
				t.Fatalf("cannot read what was written: %v", err)
			}
		}
		if wide, err := UnmarshalGeom(data); err == nil {
			if _, err := MarshalGeom(wide); err != nil {
				t.Fatalf("cannot write what was read with Z, M: %v", err)
			}
		} else if g != nil {
			t.Fatalf("orb reads it, go-geom does not: %v", err)
		}
	})
}
