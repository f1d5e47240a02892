package crs

// Reading is one way to read a pair of numbers.
type Reading struct {
	Name    Name
	Swapped bool  // the numbers were given as lat, lon (y, x)
	At      WGS84 // where the pair lies when read so
}

// String says the reading in one word: "gcj02", "swapped:wgs84".
func (r Reading) String() string {
	if r.Swapped {
		return "swapped:" + string(r.Name)
	}
	return string(r.Name)
}

// Guess returns the readings of a pair that near accepts, the plainest first:
// wgs84, gcj02, bd09, epsg:3857, then the same with the numbers swapped. It
// serves to say "this looks like GCJ-02" or "like latitude and longitude
// swapped"; it never decides. CGCS2000 reads like WGS84 and is not listed. When
// near accepts a whole town, several datums fit; use it with a narrow near, such
// as "within 50 m of the facility named".
func Guess(x, y float64, near func(WGS84) bool) []Reading {
	var fit []Reading
	for _, swapped := range [...]bool{false, true} {
		if swapped {
			x, y = y, x
		}
		for _, name := range [...]Name{NameWGS84, NameGCJ02, NameBD09, NameWebMercator} {
			at, err := name.WGS84(x, y)
			if err == nil && near(at) {
				fit = append(fit, Reading{Name: name, Swapped: swapped, At: at})
			}
		}
	}
	return fit
}
