package lattice

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestOnRoundsHalvesAwayFromZero(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1_000_000 {
		lon, lat := rng.Float64()*360-180, rng.Float64()*180-90
		switch rng.IntN(4) {
		case 0: // near the lattice
			lon = math.Round(lon*PerDegree) / PerDegree
		case 1: // a hair below or above halfway
			lon = math.Nextafter((math.Floor(lon*PerDegree)+0.5)/PerDegree, lon*1000)
		case 2: // halfway
			lon, lat = (math.Floor(lon*PerDegree)+0.5)/PerDegree, (math.Floor(lat*PerDegree)+0.5)/PerDegree
		}
		if math.Abs(lon) > 180 || math.Abs(lat) > 90 {
			continue
		}
		want := Node{int32(math.Round(lon * PerDegree)), int32(math.Round(lat * PerDegree))}
		if n, ok := On(lon, lat); !ok || n != want {
			t.Fatalf("%v, %v: %v %v, want %v", lon, lat, n, ok, want)
		}
	}
	for _, p := range [][2]float64{{180.1, 0}, {0, -90.1}, {math.NaN(), 0}, {0, math.NaN()}, {math.Inf(1), 0}} {
		if n, ok := On(p[0], p[1]); ok {
			t.Errorf("%v is on Earth at %v", p, n)
		}
	}
	for p, want := range map[[2]float64]Node{{180, 90}: {1_800_000_000, 900_000_000}, {-180, -90}: {-1_800_000_000, -900_000_000}, {5e-8, -5e-8}: {1, -1}} {
		if n, ok := On(p[0], p[1]); !ok || n != want {
			t.Errorf("%v is at %v, want %v", p, n, want)
		}
	}
}
