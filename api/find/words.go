package find

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"
	"golang.org/x/text/unicode/norm"
)

// run is a stretch of one kind of characters.
type run struct {
	kind rune // 'h' Chinese, 'w' a word, 'n' a number
	text string
}

// Fold brings a text to the one form that is stored and asked for: full-width
// forms become plain ones, letters small.
func Fold(text string) string {
	if isFolded(text) {
		return text
	}
	if !norm.NFKC.IsNormalString(text) {
		text = norm.NFKC.String(text)
	}
	return strings.ToLower(text)
}

// isFolded says of a text that it is in that form, without a look into tables.
func isFolded(text string) bool {
	for _, r := range text {
		if r >= 0x80 && (r < 0x4E00 || r > 0x9FFF) || r >= 'A' && r <= 'Z' {
			return false
		}
	}
	return true
}

func kindOf(r rune) rune {
	switch {
	case r >= 0x4E00 && r <= 0x9FFF || r == '〇':
		return 'h'
	case r >= 'a' && r <= 'z':
		return 'w'
	case r >= '0' && r <= '9':
		return 'n'
	case r < 0x80:
		return 0
	case unicode.Is(unicode.Han, r):
		return 'h'
	case unicode.IsDigit(r):
		return 'n'
	case unicode.IsLetter(r) || unicode.Is(unicode.M, r):
		return 'w'
	}
	return 0
}

func runs(text string) []run {
	var list []run
	folded := Fold(text)
	var last rune
	begun := 0
	end := func(at int) {
		if last != 0 {
			list = append(list, run{last, folded[begun:at]})
		}
	}
	for i, r := range folded {
		if kind := kindOf(r); kind != last {
			end(i)
			last, begun = kind, i
		}
	}
	end(len(folded))
	return list
}

// longest is how many characters of a word are kept: PostgreSQL takes 2046 bytes.
const longest = 60

func clip(text string) string {
	n := 0
	for i := range text {
		if n++; n > longest {
			return text[:i]
		}
	}
	return text
}

// pairs gives each two neighbours of a run, and its last character.
func pairs(words []string, text string) []string {
	before := -1
	for i := range text {
		if before >= 0 {
			_, size := utf8.DecodeRuneInString(text[i:])
			words = append(words, text[before:i+size])
		}
		before = i
	}
	return append(words, text[before:])
}

// Words gives the lexemes of texts, for a tsvector column.
func Words(texts ...string) pgtype.TSVector {
	words := make([]string, 0, 64)
	for _, text := range texts {
		for _, r := range runs(text) {
			if r.kind != 'h' {
				words = append(words, clip(r.text))
				continue
			}
			words = pairs(words, r.text)
			words = initialsOfRun(words, r.text)
		}
	}
	slices.Sort(words)
	words = slices.Compact(words)
	v := pgtype.TSVector{Lexemes: make([]pgtype.TSVectorLexeme, len(words)), Valid: true}
	for i, w := range words {
		v.Lexemes[i].Word = w
	}
	return v
}
