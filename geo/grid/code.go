package grid

import "fmt"

// Code names a region: 4 digits a city, 6 a district, 9 a street, 12 a
// community, 15 a grid. Each code begins with its parent's, so a jurisdiction is
// a prefix.
type Code string

// Level is the rank of a region, from the city down to the grid.
type Level string

// The levels, largest first.
const (
	City      Level = "city"
	District  Level = "district"
	Street    Level = "street"
	Community Level = "community"
	Grid      Level = "grid"
)

// levels in order, largest first, with the length of their codes.
var levels = [...]struct {
	level  Level
	digits int
}{{City, 4}, {District, 6}, {Street, 9}, {Community, 12}, {Grid, gridDigits}}

const gridDigits = 15

// Levels lists the levels, largest first.
func Levels() []Level {
	all := make([]Level, len(levels))
	for i, l := range levels {
		all[i] = l.level
	}
	return all
}

// ParseLevel reads a level's name.
func ParseLevel(s string) (Level, error) {
	if l := Level(s); l.Order() >= 0 {
		return l, nil
	}
	return "", fmt.Errorf("unknown level %q: use city, district, street, community or grid", s)
}

// Order is 0 for the city up to 4 for the grid; -1 for no level.
func (l Level) Order() int {
	for i := range levels {
		if levels[i].level == l {
			return i
		}
	}
	return -1
}

// Digits is the length of a code of this level; 0 for no level.
func (l Level) Digits() int {
	if i := l.Order(); i >= 0 {
		return levels[i].digits
	}
	return 0
}

// ParseCode reads a code: 4, 6, 9, 12 or 15 digits and nothing else.
func ParseCode(s string) (Code, error) {
	if c := Code(s); c.Level() == "" {
		return "", fmt.Errorf("region code has %d characters: 4, 6, 9, 12 or 15 digits are possible", len(s))
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return "", fmt.Errorf("region code %q: digits only", s)
		}
	}
	return Code(s), nil
}

// Level follows from the length; "" when no level has codes of that length.
func (c Code) Level() Level {
	for i := range levels {
		if levels[i].digits == len(c) {
			return levels[i].level
		}
	}
	return ""
}

// Parent is the code one level up; "" for a city and for what is no code.
func (c Code) Parent() Code {
	if i := c.Level().Order(); i > 0 {
		return c[:levels[i-1].digits]
	}
	return ""
}

// Within says whether the region is prefix or lies under it. Every code is
// within "", the jurisdiction of all.
func (c Code) Within(prefix Code) bool {
	return len(c) >= len(prefix) && c[:len(prefix)] == prefix
}
