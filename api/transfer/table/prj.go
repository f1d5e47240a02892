package table

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var (
	urnCode   = regexp.MustCompile(`(?i)EPSG:[0-9.]*:?([0-9]{4,6})$`)
	wktName   = regexp.MustCompile(`^\s*(?:PROJCS|GEOGCS|PROJCRS|GEOGCRS|COMPD_CS|LOCAL_CS|BOUNDCRS)\s*\[\s*"([^"]*)"`)
	wktCode   = regexp.MustCompile(`(?:AUTHORITY\s*\[\s*"EPSG"\s*,\s*"?|ID\s*\[\s*"EPSG"\s*,\s*)([0-9]{4,6})"?\s*\]\s*\]\s*$`)
	gkMiddle  = regexp.MustCompile(`^cgcs2000_3_degree_gk_cm_([0-9]{2,3})e$`)
	gkZone    = regexp.MustCompile(`^cgcs2000_3_degree_gk_zone_([0-9]{2})$`)
	gk6Middle = regexp.MustCompile(`^cgcs2000_gk_cm_([0-9]{2,3})e$`)
	gk6Zone   = regexp.MustCompile(`^cgcs2000_gk_zone_([0-9]{2})$`)
	utmZone   = regexp.MustCompile(`^wgs_?1984_utm_zone_([0-9]{1,2})([ns])$`)
)

// crsNamed reads the name of a system as GeoJSON's former crs member writes it.
func crsNamed(name string) CRS {
	if m := urnCode.FindStringSubmatch(name); m != nil {
		n, _ := strconv.Atoi(m[1])
		return CRS{EPSG: n, Name: name}
	}
	if strings.HasSuffix(strings.ToUpper(name), "CRS84") {
		return CRS{EPSG: 4326, Name: name}
	}
	return CRS{Name: name}
}

// crsFromWKT reads a .prj: its name and, where it gives one or its name is known, its code.
func crsFromWKT(wkt string) CRS {
	wkt = strings.TrimSpace(strings.Trim(wkt, "\ufeff\x00"))
	c := CRS{WKT: wkt}
	if m := wktName.FindStringSubmatch(wkt); m != nil {
		c.Name = m[1]
	}
	if m := wktCode.FindStringSubmatch(wkt); m != nil {
		c.EPSG, _ = strconv.Atoi(m[1])
		return c
	}
	c.EPSG = codeOfName(c.Name)
	return c
}

// codeOfName knows the names that Esri's programs write, which leave the code
// out. A zone number and a central meridian are different systems: the first
// has the zone in front of the easting.
func codeOfName(name string) int {
	name = strings.ToLower(strings.NewReplacer(" ", "_", "/", "_", "-", "_").Replace(name))
	for strings.Contains(name, "__") {
		name = strings.ReplaceAll(name, "__", "_")
	}
	switch name {
	case "gcs_wgs_1984", "wgs_84", "wgs84":
		return 4326
	case "gcs_china_geodetic_coordinate_system_2000", "china_geodetic_coordinate_system_2000", "gcs_cgcs_2000", "cgcs2000":
		return 4490
	case "wgs_1984_web_mercator_auxiliary_sphere", "wgs_84_pseudo_mercator", "wgs_1984_web_mercator":
		return 3857
	case "ch1903+_lv95", "ch1903+_1995":
		return 2056
	}
	within := func(re *regexp.Regexp, first, step, last, code int) int {
		m := re.FindStringSubmatch(name)
		if m == nil {
			return 0
		}
		n, _ := strconv.Atoi(m[1])
		if n < first || n > last || (n-first)%step != 0 {
			return 0
		}
		return code + (n-first)/step
	}
	if m := utmZone.FindStringSubmatch(name); m != nil {
		n, _ := strconv.Atoi(m[1])
		if n < 1 || n > 60 {
			return 0
		}
		if m[2] == "s" {
			return 32700 + n
		}
		return 32600 + n
	}
	return max(within(gkMiddle, 75, 3, 135, 4534), within(gkZone, 25, 1, 45, 4513), within(gk6Middle, 75, 6, 135, 4502), within(gk6Zone, 13, 1, 23, 4491))
}

const (
	wktWGS84 = `GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
	wkt2000  = `GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
	wktSwiss = `PROJCS["CH1903+_LV95",GEOGCS["GCS_CH1903+",DATUM["D_CH1903+",SPHEROID["Bessel_1841",6377397.155,299.1528128]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Hotine_Oblique_Mercator_Azimuth_Center"],PARAMETER["False_Easting",2600000.0],PARAMETER["False_Northing",1200000.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Azimuth",90.0],PARAMETER["Longitude_Of_Center",7.43958333333333],PARAMETER["Latitude_Of_Center",46.9524055555556],UNIT["Meter",1.0]]`
	wktWeb   = `PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",` + wktWGS84 + `,PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]`
)

// wktOf is a system in the words of a .prj, as Esri's programs write them;
// empty for one that is not known.
func wktOf(epsg int) string {
	switch {
	case epsg == 4326:
		return wktWGS84
	case epsg == 4490:
		return wkt2000
	case epsg == 3857:
		return wktWeb
	case epsg == 2056:
		return wktSwiss
	case epsg > 32600 && epsg <= 32660:
		n := epsg - 32600
		return mercator(fmt.Sprintf("WGS_1984_UTM_Zone_%dN", n), wktWGS84, 500000, 0, n*6-183, "0.9996")
	case epsg > 32700 && epsg <= 32760:
		n := epsg - 32700
		return mercator(fmt.Sprintf("WGS_1984_UTM_Zone_%dS", n), wktWGS84, 500000, 10000000, n*6-183, "0.9996")
	case epsg >= 4534 && epsg <= 4554:
		middle := 75 + 3*(epsg-4534)
		return mercator(fmt.Sprintf("CGCS2000_3_Degree_GK_CM_%dE", middle), wkt2000, 500000, 0, middle, "1.0")
	case epsg >= 4513 && epsg <= 4533:
		zone := 25 + epsg - 4513
		return mercator(fmt.Sprintf("CGCS2000_3_Degree_GK_Zone_%d", zone), wkt2000, zone*1000000+500000, 0, zone*3, "1.0")
	}
	return ""
}

func mercator(name, base string, east, north, middle int, scale string) string {
	return fmt.Sprintf(`PROJCS["%s",%s,PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",%d.0],PARAMETER["False_Northing",%d.0],PARAMETER["Central_Meridian",%d.0],PARAMETER["Scale_Factor",%s],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`,
		name, base, east, north, middle, scale)
}
