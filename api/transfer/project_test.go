package transfer

import (
	"fmt"
	"math"
	"os/exec"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"onemap/api/transfer/table"
	"onemap/geo/crs"
)

// lv95 is EPSG:2056 as an ESRI .prj says it.
const lv95 = `PROJCS["CH1903+_LV95",GEOGCS["GCS_CH1903+",DATUM["D_CH1903+",SPHEROID["Bessel_1841",6377397.155,299.1528128]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Hotine_Oblique_Mercator_Azimuth_Center"],PARAMETER["False_Easting",2600000.0],PARAMETER["False_Northing",1200000.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Azimuth",90.0],PARAMETER["Longitude_Of_Center",7.439583333333333],PARAMETER["Latitude_Of_Center",46.95240555555556],UNIT["Meter",1.0]]`

// Places turned by us and by GDAL lie within a centimetre.
func TestCoordinatesAgreeWithGDAL(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("gdaltransform"); err != nil {
		t.Skipf("GDAL is not here (%v): make install-test installs it", err)
	}
	pool := somePool(t)
	for name, tt := range map[string]struct {
		said   string
		file   table.CRS
		points []orb.Point
	}{
		"Swiss LV95":             {said: "EPSG:2056", points: []orb.Point{{2683920, 1245604}, {2677064, 1241838}, {2689602, 1254152}}},
		"Swiss LV95 by its .prj": {file: table.CRS{WKT: lv95}, points: []orb.Point{{2683920, 1245604}, {2677064, 1241838}}},
		"CGCS2000 zone 114E":     {said: "EPSG:4547", points: []orb.Point{{400000, 2550000}, {520000, 2600000}}},
		"New York, feet":         {said: "EPSG:2263", points: []orb.Point{{987654, 212345}, {1040000, 190000}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := projectionOf(t.Context(), pool, tt.said, tt.file)
			if err != nil {
				t.Fatal(err)
			}
			got, why, err := p.points(t.Context(), tt.points)
			if err != nil || strings.Join(why, "") != "" {
				t.Fatalf("%v %v", why, err)
			}
			from, in := tt.said+tt.file.WKT, ""
			for _, at := range tt.points {
				in += fmt.Sprintf("%f %f\n", at[0], at[1])
			}
			command := exec.CommandContext(t.Context(), "gdaltransform", "-s_srs", from, "-t_srs", "EPSG:4326", "-output_xy")
			command.Stdin = strings.NewReader(in)
			out, err := command.Output()
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			for i, line := range lines {
				var want orb.Point
				if _, err := fmt.Sscan(line, &want[0], &want[1]); err != nil {
					t.Fatal(err)
				}
				d := crs.Distance(crs.FromPoint(got[i]), crs.FromPoint(want))
				if math.IsNaN(d) || d > 0.01 {
					t.Errorf("%v is %v for us, %v for GDAL: %.3f m apart", tt.points[i], got[i], want, d)
				}
			}
		})
	}
}
