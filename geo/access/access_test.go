package access_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/access"
	"onemap/geo/crs"
)

// Some points around a place, up to metres away from it.
func scatter(r *rand.Rand, around orb.Point, metres float64, n int) []orb.Point {
	points := make([]orb.Point, n)
	north := metres / 111000
	for i := range points {
		points[i] = orb.Point{around[0] + (r.Float64()*2-1)*north/math.Cos(around[1]*math.Pi/180), around[1] + (r.Float64()*2-1)*north}
	}
	return points
}

func TestMetresAgreeWithTheGeodesic(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		a := orb.Point{r.Float64()*360 - 180, r.Float64()*130 - 65}
		b := scatter(r, a, 2100, 1)[0]
		want := crs.Distance(crs.FromPoint(a), crs.FromPoint(b))
		if got := access.Metres(a, b); math.Abs(got-want) > 0.0016 {
			t.Fatalf("%v %v: %.4f m, the geodesic is %.4f m", a, b, got, want)
		}
	}
}

func TestTheFieldFindsWhatBruteForceFinds(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 2, 50, 3000} {
		for _, lat := range []float64{-33, 0, 23.4, 59, 80} {
			points := scatter(r, orb.Point{113.3, lat}, 3000, n)
			field := access.NewField(points)
			for _, at := range scatter(r, orb.Point{113.3, lat}, 4000, 40) {
				metres := r.Float64() * 2000
				found := map[int]bool{}
				var order []int32
				field.Within(at, metres, func(i int, d float64) {
					order = append(order, int32(i))
					if found[i] || d != access.Metres(at, points[i]) {
						t.Fatalf("place %d twice or at %g m", i, d)
					}
					found[i] = true
				})
				if reach := field.Reach(nil, at, metres); !slices.Equal(reach, order) {
					t.Fatalf("%d places at latitude %g within %g m: %d reached, %d found", n, lat, metres, len(reach), len(order))
				}
				nearest, least := -1, math.Inf(1)
				for i, p := range points {
					d := access.Metres(at, p)
					if (d <= metres) != found[i] {
						t.Fatalf("%d places at latitude %g: place %d at %g m, within %g m: %v", n, lat, i, d, metres, found[i])
					}
					if d < least && d <= metres {
						nearest, least = i, d
					}
				}
				if i, d := field.Nearest(at, metres); i != nearest || d != least {
					t.Fatalf("nearest %d at %g m, want %d at %g m", i, d, nearest, least)
				}
			}
		}
	}
}

// atDistances are two services and four places whose distances are those of
// the reference: d = [[300,1200],[800,700],[1100,900],[400,2000]] m.
func atDistances(t *testing.T) (services []access.Supply, places []orb.Point) {
	t.Helper()
	const lat, lon = 23.4, 113.3
	east := 100 / access.Metres(orb.Point{lon, lat}, orb.Point{lon + 1e-3, lat}) * 1e-3 / 100 // degrees a metre
	north := 100 / access.Metres(orb.Point{lon, lat}, orb.Point{lon, lat + 1e-3}) * 1e-3 / 100
	at := func(x, y float64) orb.Point { return orb.Point{lon + x*east, lat + y*north} }
	const apart = 1450
	services = []access.Supply{{At: at(0, 0), Capacity: 60}, {At: at(apart, 0), Capacity: 40}}
	for _, d := range [][2]float64{{300, 1200}, {800, 700}, {1100, 900}, {400, 2000}} {
		// A triangle with these sides; where there is none, on the line outside.
		x := (apart*apart + d[0]*d[0] - d[1]*d[1]) / (2 * apart)
		if y2 := d[0]*d[0] - x*x; y2 >= 0 {
			places = append(places, at(x, math.Sqrt(y2)))
		} else {
			places = append(places, at(-d[0], 0))
		}
	}
	return services, places
}

func TestTwoStepGivesTheReferenceFigures(t *testing.T) {
	t.Parallel()
	services, places := atDistances(t)
	people := []float64{100, 200, 150, 50}
	s := access.TwoStep(access.NewField(places), people, services, 1000)
	near := func(what string, got []float64, want ...float64) {
		t.Helper()
		for i := range want {
			if math.Abs(got[i]-want[i]) > 5e-9 {
				t.Errorf("%s %d is %.8f, want %.8f", what, i, got[i], want[i])
			}
		}
	}
	near("ratio", s.Ratio, 0.17142857, 0.11428571)
	near("places", s.Places, 0.17142857, 0.28571429, 0.11428571, 0.17142857)
	near("people", s.People, 350, 350)
}

// What is handed out is what is there, whatever the town looks like.
func TestNoCapacityIsLostOrInvented(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		places := scatter(r, orb.Point{8.54, 47.37}, 3000, 1+r.IntN(800))
		people := make([]float64, len(places))
		for i := range people {
			people[i] = float64(r.IntN(40))
		}
		services := make([]access.Supply, r.IntN(30))
		for j, at := range scatter(r, orb.Point{8.54, 47.37}, 5000, len(services)) {
			services[j] = access.Supply{At: at, Capacity: float64(r.IntN(100))}
		}
		s := access.TwoStep(access.NewField(places), people, services, 500)
		var given, there float64
		for i := range people {
			given += people[i] * s.Places[i]
		}
		for j := range services {
			if s.People[j] > 0 {
				there += services[j].Capacity
			}
		}
		if math.Abs(given-there) > 1e-6 {
			t.Fatalf("%g places given, %g there", given, there)
		}
	}
}

func TestTheEdgeOfTheReachIsInside(t *testing.T) {
	t.Parallel()
	a, b := orb.Point{113.3, 23.4}, orb.Point{113.304, 23.403}
	d := access.Metres(a, b)
	s := access.TwoStep(access.NewField([]orb.Point{b}), []float64{10}, []access.Supply{{At: a, Capacity: 5}}, d)
	if !s.Reached[0] || s.Places[0] != 0.5 {
		t.Errorf("at exactly the reach: %+v", s)
	}
	s = access.TwoStep(access.NewField([]orb.Point{b}), []float64{10}, []access.Supply{{At: a, Capacity: 5}}, d-0.001)
	if s.Reached[0] || s.People[0] != 0 {
		t.Errorf("a millimetre beyond it: %+v", s)
	}
}

// A reach that ends exactly where places lie, and a millimetre before and behind,
// is the same whether each distance is worked out or not.
func TestTheReachIsThatOfEachDistance(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	for _, lat := range []float64{0, 23.4, -47, 66, 79.5} {
		at := orb.Point{113.3, lat}
		points := scatter(r, at, 2500, 400)
		field := access.NewField(points)
		for _, p := range points {
			for _, off := range []float64{-0.001, 0, 0.001} {
				metres := access.Metres(at, p) + off
				var want []int32
				field.Within(at, metres, func(i int, _ float64) { want = append(want, int32(i)) })
				if got := field.Reach(nil, at, metres); !slices.Equal(got, want) {
					t.Fatalf("at latitude %g within %.3f m: %d reached, %d found", lat, metres, len(got), len(want))
				}
			}
		}
	}
}
