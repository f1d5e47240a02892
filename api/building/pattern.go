package building

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// piece is a part of a numbering pattern: text, or what stands in braces.
type piece struct {
	text, name string
	digits     int
}

// readPattern reads "{floor}{col:02}".
func readPattern(pattern string) ([]piece, error) {
	var list []piece
	col := false
	for rest := pattern; rest != ""; {
		text, after, open := strings.Cut(rest, "{")
		if strings.Contains(text, "}") {
			return nil, errors.New("has a } without {")
		}
		if text != "" {
			list = append(list, piece{text: text})
		}
		if !open {
			break
		}
		inside, end, closed := strings.Cut(after, "}")
		if !closed {
			return nil, errors.New("has a { without }")
		}
		name, digits, width := strings.Cut(inside, ":")
		p := piece{name: name}
		switch name {
		case "col":
			col = true
		case "floor", "unit", "building":
		default:
			return nil, fmt.Errorf("knows floor, col, unit and building, not %q", name)
		}
		if width {
			n, err := strconv.Atoi(digits)
			if err != nil || n < 1 || n > 4 || name == "unit" {
				return nil, fmt.Errorf("%q: the digits are written as in {col:02}", inside)
			}
			p.digits = n
		}
		list = append(list, p)
		rest = end
	}
	if !col {
		return nil, errors.New("needs {col}, or all rooms of a storey have one number")
	}
	return list, nil
}

// numbered writes the number of a room.
func numbered(pattern []piece, floor, unit, building string, col int) string {
	var b strings.Builder
	for _, p := range pattern {
		value := p.text
		switch p.name {
		case "floor":
			value = floor
		case "col":
			value = strconv.Itoa(col)
		case "unit":
			value = unit
		case "building":
			value = building
		}
		for range p.digits - len(value) {
			b.WriteByte('0')
		}
		b.WriteString(value)
	}
	return b.String()
}
