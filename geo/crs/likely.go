package crs

import "slices"

// Fit is how well a reading of a set of pairs agrees with what is known where
// they lie.
type Fit struct {
	Reading string  // as Reading.String has it: "gcj02", "swapped:wgs84"
	Share   float64 // of the places at which something is known
	Shift   float64 // metres between a place as it was taken and as it is in this reading, the median
}

// Readings lists every way to read a pair, in the order of [Guess].
func Readings(x, y float64) []Reading { return Guess(x, y, func(WGS84) bool { return true }) }

// Likely is the datum that a set of pairs seems to be in, where that is another
// than they were taken for (as, one place for each pair): the reading under which
// at least half of them lie at something known, and at least twice as many as
// lie there as they were taken. The word of known is asked for once, for all
// places of all readings. Fewer than enough places say nothing.
//
// GCJ-02 and BD-09 lie 300 to 1,300 m from WGS84 and from each other, so a
// reading that is wrong meets what is known only by chance; CGCS2000 cannot be
// told from WGS84.
func Likely(pairs [][2]float64, as []WGS84, known func([]WGS84) ([]bool, error)) (best Fit, ok bool, err error) {
	const enough = 5
	if len(pairs) < enough {
		return Fit{}, false, nil
	}
	names := []string{""} // as they were taken
	places := [][]WGS84{as}
	for i, pair := range pairs {
		for _, r := range Readings(pair[0], pair[1]) {
			at := slices.Index(names, r.String())
			if at < 0 && i == 0 {
				at, names, places = len(names), append(names, r.String()), append(places, nil)
			}
			if at >= 0 && len(places[at]) == i {
				places[at] = append(places[at], r.At)
			}
		}
	}
	var all []WGS84
	for i, list := range places {
		if len(list) < len(pairs) { // some pair cannot be read so
			places[i] = nil
		}
		all = append(all, places[i]...)
	}
	there, err := known(all)
	if err != nil {
		return Fit{}, false, err
	}
	share := make([]float64, len(names))
	for i, list := range places {
		for range list {
			if there[0] {
				share[i] += 1 / float64(len(pairs))
			}
			there = there[1:]
		}
	}
	for i := 1; i < len(names); i++ {
		if share[i] > best.Share {
			best = Fit{names[i], share[i], medianShift(as, places[i])}
		}
	}
	return best, best.Share >= 0.5 && best.Share >= 2*share[0] && best.Shift > 1, nil
}

func medianShift(a, b []WGS84) float64 {
	apart := make([]float64, len(a))
	for i := range a {
		apart[i] = Distance(a[i], b[i])
	}
	slices.Sort(apart)
	return apart[len(apart)/2]
}
