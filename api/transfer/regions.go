package transfer

import (
	"fmt"
	"strings"

	"github.com/paulmach/orb"

	"onemap/geo/grid"
)

// regionCode reads an official code, which official tables fill up with zeros:
// 440600 is the city 4406, 440604001000 the street 440604001. The level decides
// where it is given.
func regionCode(given, level string) (grid.Code, error) {
	for _, r := range given {
		if r < '0' || r > '9' {
			return "", fmt.Errorf("code %q: digits only", given)
		}
	}
	switch level {
	case "province":
		return "", fmt.Errorf("code %s is a province: the tree begins at the city", given)
	case "city":
		if len(given) == 6 && strings.HasSuffix(given, "00") {
			given = given[:4]
		}
	case "county":
		given = strings.TrimSuffix(given, "000000")
	}
	if len(given) == 12 {
		given = strings.TrimSuffix(given, "000")
		if len(given) == 9 {
			given = strings.TrimSuffix(given, "000")
		}
	}
	if len(given) == 6 {
		given = strings.TrimSuffix(given, "00")
	}
	if len(given) == 4 && strings.HasSuffix(given, "00") {
		return "", fmt.Errorf("code %s is a province: the tree begins at the city", given)
	}
	return grid.ParseCode(given)
}

// fatal are the findings for which a region cannot be taken.
func fatal(g orb.Geometry) []grid.Finding {
	var out []grid.Finding
	for _, f := range grid.CheckRings(g) {
		if f.Fatal() {
			out = append(out, f)
		}
	}
	return out
}

// sentences says what is wrong, the first three things in full.
func sentences(found []grid.Finding) string {
	const most = 3
	var parts []string
	for i, f := range found {
		if i == most {
			parts = append(parts, fmt.Sprintf("and %d more", len(found)-most))
			break
		}
		parts = append(parts, f.Text)
	}
	return strings.Join(parts, "; ")
}
