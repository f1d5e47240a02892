package find

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Query turns what somebody typed into a tsquery; "" when there is nothing to
// look for in it. The last word is taken as one that is still being typed.
func Query(typed string) string {
	list := runs(typed)
	var asked []string
	for i, r := range list {
		last := i == len(list)-1
		switch {
		case r.kind != 'h':
			asked = append(asked, term(clip(r.text), last))
		case utf8.RuneCountInString(r.text) > 1:
			two := pairs(nil, r.text)
			for _, pair := range two[:len(two)-1] {
				asked = append(asked, term(pair, false))
			}
		case len(list) == 1:
			asked = append(asked, term(r.text, true))
		}
		// One character beside other words, as in 12号, is common: Matches looks at it.
	}
	if len(asked) == 0 && len(list) > 0 {
		asked = append(asked, term(list[0].text, true))
	}
	slices.Sort(asked)
	return strings.Join(slices.Compact(asked), " & ")
}

// Unsure gives the stretches of Chinese in a query that an object may answer
// without holding them: pairs that stand apart, and a character left out. They
// are in the form that Fold gives.
func Unsure(typed string) (list []string) {
	for _, r := range runs(typed) {
		if r.kind == 'h' && utf8.RuneCountInString(r.text) != 2 {
			list = append(list, r.text)
		}
	}
	return list
}

// A word holds letters, digits and marks only: nothing in it needs escaping.
func term(word string, prefix bool) string {
	if prefix {
		return "'" + word + "':*"
	}
	return "'" + word + "'"
}

// Matches says whether a text holds each run that was typed: Chinese and numbers
// as they stand, a word at the beginning of a word or as pinyin initials.
func Matches(typed string, texts ...string) bool {
	var folded, letters []string
	for _, t := range texts {
		folded = append(folded, Fold(t))
	}
	for _, r := range runs(typed) {
		want := clip(r.text)
		holds := func(t string) bool { return strings.Contains(t, want) }
		if slices.ContainsFunc(folded, holds) {
			continue
		}
		if r.kind != 'w' {
			return false
		}
		if letters == nil {
			for _, t := range texts {
				for _, x := range runs(t) {
					if x.kind == 'h' {
						letters = initialsOfRun(letters, x.text)
					}
				}
			}
		}
		if !slices.ContainsFunc(letters, func(l string) bool { return strings.HasPrefix(l, want) }) {
			return false
		}
	}
	return true
}
