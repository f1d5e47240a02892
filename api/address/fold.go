package address

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold brings a text to plain forms: no full-width letters, no spaces but between
// words of letters, notes in brackets apart. Marks between two numbers become a dash.
func fold(text string) (s []rune, note string) {
	out := make([]rune, 0, len(text)/2)
	var notes strings.Builder
	depth, gap := 0, false
	if !plainly(text) {
		text = norm.NFKC.String(text)
	}
	for _, r := range text {
		if depth == 0 && !gap && (han(r) || digit(r) || letter(r)) { // as most are
			out = append(out, r)
			continue
		}
		switch {
		case strings.ContainsRune("([{【〔〈《", r):
			depth++
			continue
		case strings.ContainsRune(")]}】〕〉》", r):
			depth = max(0, depth-1)
			continue
		case depth > 0:
			if !unicode.IsControl(r) {
				notes.WriteRune(r)
			}
			continue
		case strings.ContainsRune("—–−_~", r):
			r = '-'
		case unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(",;|/、。·:'\"“”‘’", r):
			gap = true
			continue
		}
		if gap && len(out) > 0 {
			out = append(out, between(out[len(out)-1], r)...)
		}
		gap = false
		out = append(out, r)
	}
	if notes.Len() > 0 {
		note = strings.Join(strings.Fields(notes.String()), " ")
	}
	return out, note
}

// plainly says of a text that it is in its plain form, without a look into tables.
func plainly(text string) bool {
	for _, r := range text {
		if r >= 0x80 && !han(r) {
			return false
		}
	}
	return true
}

// han says of the characters in common use that they are Chinese.
func han(r rune) bool { return r >= 0x4E00 && r <= 0x9FFF }

// between is what a gap between two characters becomes.
func between(a, b rune) []rune {
	switch {
	case letter(a) && letter(b):
		return []rune{' '}
	case (letter(a) || digit(a)) && (letter(b) || digit(b)):
		return []rune{'-'}
	}
	return nil
}

func digit(r rune) bool  { return r >= '0' && r <= '9' }
func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

func chinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return han(r) || r >= 0x80 && unicode.Is(unicode.Han, r) })
}
