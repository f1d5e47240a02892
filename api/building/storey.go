package building

import (
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// Estimated heights of a storey, in metres, where a building's own is not known:
// 3.0 of a dwelling's, 4.5 of a ground floor with shops.
const dwellingHeight, shopHeight = 3.0, 4.5

// mostColumns is how many rooms side by side a storey of a unit may have.
const mostColumns = 100

// ordinalOf is the ordinal a label has where no label is left out: 1 is 0, B2
// is -2; 12A stands for 13 and is 12.
func ordinalOf(label string) (int, bool) {
	number, sign := label, 1
	if below, found := strings.CutPrefix(label, "B"); found {
		number, sign = below, -1
	}
	replaced := 0
	if cut, found := strings.CutSuffix(number, "A"); found && sign > 0 {
		number, replaced = cut, 1
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > mostLevels || sign < 0 && n > mostBelow {
		return 0, false
	}
	if sign < 0 {
		return -n, true
	}
	return n - 1 + replaced, true
}

// labelOf is the label of an ordinal where none is left out.
func labelOf(ordinal int) string {
	if ordinal < 0 {
		return "B" + strconv.Itoa(-ordinal)
	}
	return strconv.Itoa(ordinal + 1)
}

// storeyOfCode reads the label of the storey from a room's number, whose last
// two characters are its place there: 502 is on 5, 12A03 on 12A; "" when it says none.
func storeyOfCode(code string) string {
	if len(code) < 3 || len(code) > 6 {
		return ""
	}
	label := strings.TrimSuffix(code[:len(code)-2], "-")
	if _, err := strconv.Atoi(code[len(code)-2:]); err != nil {
		return ""
	}
	if _, ok := ordinalOf(label); !ok {
		return ""
	}
	return label
}

// columnOfCode reads a room's place on its storey from its number, 0 when it says none.
func columnOfCode(code string) int {
	if storeyOfCode(code) == "" {
		return 0
	}
	n, _ := strconv.Atoi(code[len(code)-2:])
	return n
}

func kindOf(ordinal int) string {
	switch {
	case ordinal < 0:
		return "below"
	case ordinal == 0:
		return "ground"
	}
	return "above"
}

// storeys are those of one building, by ordinal without a gap, ground included.
type storeys struct {
	list    []Storey // lowest first
	byLabel map[string]int
}

func newStoreys(list []Storey) *storeys {
	s := &storeys{list: list, byLabel: map[string]int{}}
	for _, x := range list {
		s.byLabel[x.Label] = x.Ordinal
	}
	return s
}

// place gives the ordinal of a label. A storey above the highest or below the
// lowest is added with all between, counting from the outermost label on; one
// between two others that is not there cannot be.
func (s *storeys) place(label string, newID func() uuid.UUID) (ordinal int, added []Storey, ok bool) {
	if at, there := s.byLabel[label]; there {
		return at, nil, true
	}
	at, ok := ordinalOf(label)
	if !ok {
		return 0, nil, false
	}
	if len(s.list) == 0 {
		added = append(added, s.add(0, "1", newID))
		if at == 0 {
			return 0, added, true
		}
	}
	top, bottom := s.list[len(s.list)-1], s.list[0]
	highest, _ := ordinalOf(top.Label)
	lowest, _ := ordinalOf(bottom.Label)
	switch {
	case at > highest && at >= 0:
		for n := highest + 1; n <= at; n++ {
			name := labelOf(n)
			if n == at {
				name = label
			}
			added = append(added, s.add(s.list[len(s.list)-1].Ordinal+1, name, newID))
		}
		return s.byLabel[label], added, true
	case at < lowest && at < 0:
		for n := min(lowest, 0) - 1; n >= at; n-- {
			added = append(added, s.add(s.list[0].Ordinal-1, labelOf(n), newID))
		}
		return s.byLabel[label], added, true
	}
	return 0, added, false
}

func (s *storeys) add(ordinal int, label string, newID func() uuid.UUID) Storey {
	x := Storey{ID: newID(), Ordinal: ordinal, Label: label, Kind: kindOf(ordinal), HeightM: dwellingHeight}
	x.BaseM = float64(ordinal) * dwellingHeight
	s.byLabel[label] = ordinal
	if ordinal < 0 {
		s.list = append([]Storey{x}, s.list...)
	} else {
		s.list = append(s.list, x)
	}
	return x
}
