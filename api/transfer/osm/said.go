package osm

import (
	"math"
	"strconv"
	"strings"
	"unicode"
)

// What the tags say in words and figures.

// address puts addr:* together: the largest first and without gaps where it is
// written in Chinese, else street and number, then the town.
func (t tags) address() string {
	if full := t.get("addr:full"); full != "" {
		return full
	}
	street, number := first(t.get("addr:street"), t.get("addr:place")), t.get("addr:housenumber")
	if number == "" {
		number = t.get("addr:housename")
	}
	city := t.get("addr:city")
	if hasHan(t.get("name")) || hasHan(street) || hasHan(city) {
		if number != "" && unicode.IsDigit(rune(number[len(number)-1])) {
			number += "号"
		}
		return city + t.get("addr:district") + street + number
	}
	where := strings.TrimSpace(street + " " + number)
	if where == "" || city == "" {
		return where + city
	}
	return where + ", " + city
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// values splits "a;b" lists.
func values(s string) []string {
	list := strings.Split(s, ";")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// levels reads "5", "3;4" (the highest counts) and "2.5" (rounded up, a half
// storey has rooms). 0 when it says nothing usable.
func levels(s string) int {
	n := 0
	for _, v := range values(s) {
		f, err := strconv.ParseFloat(strings.Replace(v, ",", ".", 1), 64)
		if err == nil && f > 0 && f <= 300 {
			n = max(n, int(math.Ceil(f)))
		}
	}
	return n
}

// metres reads "12", "12.5 m", "12,5", "40 ft" and "40'", "5'10\"". 0 when it
// says nothing usable.
func metres(s string) float64 {
	s = strings.TrimSpace(s)
	if feet, inches, ok := strings.Cut(s, "'"); ok {
		f, err := strconv.ParseFloat(strings.TrimSpace(feet), 64)
		i, err2 := strconv.ParseFloat(strings.Trim(inches, " \"'"), 64)
		if err != nil || err2 != nil && strings.Trim(inches, " \"'") != "" {
			return 0
		}
		return height(f*0.3048 + i*0.0254)
	}
	unit := 1.0
	for _, u := range []struct {
		name   string
		metres float64
	}{{"ft", 0.3048}, {"feet", 0.3048}, {"metres", 1}, {"meters", 1}, {"米", 1}, {"m", 1}} {
		if rest, ok := strings.CutSuffix(s, u.name); ok {
			s, unit = strings.TrimSpace(rest), u.metres
			break
		}
	}
	f, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil {
		return 0
	}
	return height(f * unit)
}

func height(m float64) float64 {
	if m > 0 && m < 2000 {
		return m
	}
	return 0
}

// count reads a whole number of persons, beds or places.
func count(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 0 || n > math.MaxInt32 {
		return 0
	}
	return n
}
