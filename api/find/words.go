package find

import (
	"slices"
	"strings"
	"unicode"

	"github.com/jackc/pgx/v5/pgtype"
	"golang.org/x/text/unicode/norm"
)

// run is a stretch of one kind of characters.
type run struct {
	kind rune // 'h' Chinese, 'w' a word, 'n' a number
	text []rune
}

// Fold brings a text to the one form that is stored and asked for: full-width
// forms become plain ones, letters small.
func Fold(text string) string { return strings.ToLower(norm.NFKC.String(text)) }

func kindOf(r rune) rune {
	switch {
	case unicode.Is(unicode.Han, r) || r == '〇':
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
	var last rune
	for _, r := range Fold(text) {
		kind := kindOf(r)
		if kind != 0 {
			if kind != last {
				list = append(list, run{kind: kind})
			}
			list[len(list)-1].text = append(list[len(list)-1].text, r)
		}
		last = kind
	}
	return list
}

// longest is how many characters of a word are kept: PostgreSQL takes 2046 bytes.
const longest = 60

func clip(text []rune) string { return string(text[:min(len(text), longest)]) }

// Words gives the lexemes of texts, for a tsvector column.
func Words(texts ...string) pgtype.TSVector {
	var words []string
	for _, text := range texts {
		for _, r := range runs(text) {
			if r.kind != 'h' {
				words = append(words, clip(r.text))
				continue
			}
			for i := range r.text {
				words = append(words, string(r.text[i:min(i+2, len(r.text))]))
			}
			words = append(words, initialsOfRun(r.text)...)
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
