package vault

import (
	"slices"
	"strings"

	"onemap/api/actor"
)

// Sight is what of people's tables a transaction sees. The zero Sight sees nothing.
type Sight struct{ people, tags string }

// Words of the policies (migration 00015).
const (
	everywhere = "everywhere"
	everything = "everything"
	unplaced   = "-" // people without a place
)

// Everywhere is the sight of the program itself: imports, the demand behind the
// planner's figures, checks. It is never an actor's.
func Everywhere() Sight { return Sight{everywhere, everything} }

// Of is what somebody sees: people within one scope, and each kind of care tag
// within its own.
func Of(people actor.Scope, tags map[string]actor.Scope) Sight {
	s := Sight{people: strings.Join(entries(people, ""), ",")}
	if slices.Contains(people.Prefixes(), "") {
		s.people = everywhere
	}
	var list []string
	for tag, scope := range tags {
		list = append(list, entries(scope, tag+"/")...)
	}
	slices.Sort(list)
	s.tags = strings.Join(list, ",")
	return s
}

// Over is the sight of everybody under some prefixes of region codes, without tags.
func Over(prefixes ...string) Sight {
	list := slices.DeleteFunc(slices.Clone(prefixes), func(p string) bool { return p == "" || !digits(p) })
	return Sight{people: strings.Join(list, ",")}
}

// Widened is the sight with people everywhere and the same tags: for what a
// change of one record that was seen makes of it.
func (s Sight) Widened() Sight { return Sight{everywhere, s.tags} }

func entries(scope actor.Scope, before string) []string {
	var list []string
	for _, p := range scope.Prefixes() {
		if digits(p) {
			list = append(list, before+p)
		}
	}
	if scope.Holds("", "") {
		list = append(list, before+unplaced)
	}
	return list
}

// digits keeps the list's own separators out of it: codes are digits.
func digits(code string) bool {
	return !strings.ContainsFunc(code, func(r rune) bool { return r < '0' || r > '9' })
}
