package crs

import (
	"errors"
	"math/rand/v2"
	"testing"
)

// Sets in each datum, taken for WGS84 or for another, are told from what is
// known of the town: things at which a hundred of their places lie, within 5 m.
func TestLikely(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 1))
	var things []WGS84
	for range 100 {
		things = append(things, WGS84{113.10 + rng.Float64()*0.03, 23.02 + rng.Float64()*0.03})
	}
	known := func(places []WGS84) ([]bool, error) {
		at := make([]bool, len(places))
		for i, p := range places {
			for _, thing := range things {
				at[i] = at[i] || Distance(p, thing) < 5
			}
		}
		return at, nil
	}
	for _, c := range []struct {
		name        string
		write       func(WGS84) [2]float64
		taken       Name
		want        string
		least, most float64
	}{
		{"right", func(p WGS84) [2]float64 { return [2]float64{p.Lon, p.Lat} }, NameWGS84, "", 0, 0},
		{"right, said as CGCS2000", func(p WGS84) [2]float64 { return [2]float64{p.Lon, p.Lat} }, NameCGCS2000, "", 0, 0},
		{"GCJ-02", func(p WGS84) [2]float64 { g := p.GCJ02(); return [2]float64{g.Lon, g.Lat} }, NameWGS84, "gcj02", 300, 800},
		{"BD-09", func(p WGS84) [2]float64 { g := p.BD09(); return [2]float64{g.Lon, g.Lat} }, NameWGS84, "bd09", 800, 2000},
		{"BD-09 said as GCJ-02", func(p WGS84) [2]float64 { g := p.BD09(); return [2]float64{g.Lon, g.Lat} }, NameGCJ02, "bd09", 500, 1500},
		{"WGS84 said as GCJ-02", func(p WGS84) [2]float64 { return [2]float64{p.Lon, p.Lat} }, NameGCJ02, "wgs84", 300, 800},
		{"swapped", func(p WGS84) [2]float64 { return [2]float64{p.Lat, p.Lon} }, NameWGS84, "swapped:wgs84", 1e6, 2e7},
		{"elsewhere", func(p WGS84) [2]float64 { return [2]float64{p.Lon + 0.1, p.Lat} }, NameWGS84, "", 0, 0},
	} {
		var pairs [][2]float64
		var as []WGS84
		for _, thing := range things {
			pair := c.write(thing)
			at := WGS84{pair[0], pair[1]}
			if c.want != "swapped:wgs84" {
				at, _ = c.taken.WGS84(pair[0], pair[1])
			}
			pairs, as = append(pairs, pair), append(as, at)
		}
		fit, ok, err := Likely(pairs, as, known)
		if err != nil || ok != (c.want != "") || ok && (fit.Reading != c.want || fit.Share < 0.99 || fit.Shift < c.least || fit.Shift > c.most) {
			t.Errorf("%s: %+v %v %v", c.name, fit, ok, err)
		}
		if _, ok, _ := Likely(pairs[:4], as[:4], known); ok {
			t.Errorf("%s: four places are not enough", c.name)
		}
	}
	broken := errors.New("broken")
	if _, _, err := Likely(make([][2]float64, 9), make([]WGS84, 9), func([]WGS84) ([]bool, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
}
