package transfer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"onemap/api/pg"
	"onemap/api/pgserver/pgtest"
	"onemap/api/transfer/table"
	"onemap/geo/crs"
)

func somePool(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool, err := pg.Open(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// turnedBy gives WGS84 places (lon, lat) for a file's coordinates, as an import does.
func turnedBy(t *testing.T, pool *pgxpool.Pool, said string, given []orb.Point) []orb.Point {
	t.Helper()
	p, err := projectionOf(t.Context(), pool, said, table.CRS{})
	if err != nil {
		t.Fatal(err)
	}
	got, why, err := p.points(t.Context(), given)
	if err != nil || strings.Join(why, "") != "" {
		t.Fatalf("%s: %v %v", said, why, err)
	}
	return got
}

// gaussKrueger is the transverse Mercator projection of CGCS2000's ellipsoid: north
// and east of the equator and the middle meridian, in metres. Krüger's series to
// the fourth order, a hundredth of a millimetre within a zone: C. F. F. Karney,
// "Transverse Mercator with an accuracy of a few nanometers" (2011), equations 7 to 11, 35.
func gaussKrueger(lon, lat, middle float64) (north, east float64) {
	const a, f = 6378137.0, 1 / 298.257222101
	n := f / (2 - f)
	e := math.Sqrt(f * (2 - f))
	big := a / (1 + n) * (1 + n*n/4 + n*n*n*n/64)
	alpha := [...]float64{
		n/2 - 2*n*n/3 + 5*n*n*n/16 + 41*n*n*n*n/180,
		13*n*n/48 - 3*n*n*n/5 + 557*n*n*n*n/1440,
		61*n*n*n/240 - 103*n*n*n*n/140,
		49561 * n * n * n * n / 161280,
	}
	phi, l := lat*math.Pi/180, (lon-middle)*math.Pi/180
	tau := math.Tan(phi)
	sigma := math.Sinh(e * math.Atanh(e*math.Sin(phi)))
	conformal := tau*math.Hypot(1, sigma) - sigma*math.Hypot(1, tau)
	xi := math.Atan2(conformal, math.Cos(l))
	eta := math.Asinh(math.Sin(l) / math.Hypot(conformal, math.Cos(l)))
	north, east = xi, eta
	for j, a := range alpha {
		k := 2 * float64(j+1)
		north += a * math.Sin(k*xi) * math.Cosh(k*eta)
		east += a * math.Cos(k*xi) * math.Sinh(k*eta)
	}
	return big * north, big * east
}

// Every zone of three degrees, with its number before the easting (EPSG:4513 to
// 4533) and without (4534 to 4554), is where the formula says.
func TestZonesOfThreeDegreesAgreeWithTheFormula(t *testing.T) {
	t.Parallel()
	pool := somePool(t)
	random := rand.New(rand.NewPCG(4513, 4554))
	for code := 4513; code <= 4554; code++ {
		middle, before := float64(75+3*(code-4534)), 0.0
		if code < 4534 {
			middle, before = float64(75+3*(code-4513)), float64(25+code-4513)*1e6
		}
		var given, want []orb.Point
		for range 20 {
			at := orb.Point{middle + 3.4*(random.Float64()-0.5), 3 + 50*random.Float64()}
			north, east := gaussKrueger(at[0], at[1], middle)
			given, want = append(given, orb.Point{before + 500000 + east, north}), append(want, at)
		}
		for i, got := range turnedBy(t, pool, fmt.Sprintf("EPSG:%d", code), given) {
			if d := crs.Distance(crs.FromPoint(got), crs.FromPoint(want[i])); !(d < 0.001) {
				t.Errorf("EPSG:%d: %v is %v, by the formula %v: %.4f m apart", code, given[i], got, want[i], d)
			}
		}
	}
}

// The worked example of swisstopo's "Formulas and constants" (2016): the Rigi in
// LV95 and on Bessel's ellipsoid; from there to WGS84 by the shift that defines CH1903+.
func TestLV95AgreesWithItsWorkedExample(t *testing.T) {
	t.Parallel()
	const a, f = 6377397.155, 1 / 299.1528128
	lon, lat := (8+29/60.0+11.11127154/3600)*math.Pi/180, (47+3/60.0+28.95659233/3600)*math.Pi/180
	e2 := f * (2 - f)
	radius := a / math.Sqrt(1-e2*math.Sin(lat)*math.Sin(lat))
	x := radius*math.Cos(lat)*math.Cos(lon) + 674.374
	y := radius*math.Cos(lat)*math.Sin(lon) + 15.056
	z := radius*(1-e2)*math.Sin(lat) + 405.346
	// Back to longitude and latitude on the ellipsoid of WGS84.
	const a84, f84 = 6378137.0, 1 / 298.257223563
	e84 := f84 * (2 - f84)
	p := math.Hypot(x, y)
	phi := math.Atan2(z, p*(1-e84))
	for range 10 {
		phi = math.Atan2(z+e84*a84/math.Sqrt(1-e84*math.Sin(phi)*math.Sin(phi))*math.Sin(phi), p)
	}
	want := orb.Point{math.Atan2(y, x) * 180 / math.Pi, phi * 180 / math.Pi}
	got := turnedBy(t, somePool(t), "EPSG:2056", []orb.Point{{2679520.05, 1212273.44}})[0]
	// The example is given to the centimetre.
	if d := crs.Distance(crs.FromPoint(got), crs.FromPoint(want)); !(d < 0.01) {
		t.Errorf("the Rigi is at %v, by the example at %v: %.4f m apart", got, want, d)
	}
}
