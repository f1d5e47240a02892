package person

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"onemap/api/find"
)

const longestName = 60

var errName = errors.New("is no name: 1 to 60 characters with a letter among them are wanted")

// cleanName brings a name to the form that is kept: composed, without blanks at
// its ends, single blanks within, none between Chinese characters (王 明).
func cleanName(typed string) (string, error) {
	plain := true
	for i := range len(typed) {
		plain = plain && typed[i] < utf8.RuneSelf
	}
	text := typed
	if !plain {
		text = norm.NFC.String(typed)
	}
	if !utf8.ValidString(text) {
		return "", errName
	}
	var out []rune
	letter, blank := false, false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff':
			blank = len(out) > 0
			continue
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return "", errName
		}
		letter = letter || unicode.IsLetter(r)
		if blank && !(unicode.Is(unicode.Han, r) && unicode.Is(unicode.Han, out[len(out)-1])) {
			out = append(out, ' ')
		}
		blank = false
		out = append(out, r)
	}
	if !letter || len(out) > longestName {
		return "", errName
	}
	return string(out), nil
}

// named is a name with what it is found by.
type named struct{ name, second, third, initials string }

func nameParts(name string) named {
	return named{name, from(name, 1), from(name, 2), find.Initials(name)}
}

// from is a name from its n-th character on (n from 0), or from its n-th word
// where it is not Chinese.
func from(name string, n int) string {
	first, _ := utf8.DecodeRuneInString(name)
	if !unicode.Is(unicode.Han, first) {
		words := strings.FieldsFunc(name, apart)
		if len(words) <= n {
			return ""
		}
		return strings.Join(words[n:], " ")
	}
	for i := range name {
		if n == 0 {
			return name[i:]
		}
		n--
	}
	return ""
}

func apart(r rune) bool { return r == ' ' || r == '·' || r == '•' || r == '.' }

// MaskName shows the first character of a name: 王*, 王**, J**.
func MaskName(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	if size == 0 {
		return ""
	}
	if rest := utf8.RuneCountInString(name[size:]); rest <= 1 {
		return string(first) + "*"
	}
	return string(first) + "**"
}

// MaskPhone shows the carrier and the last four digits: 138****1234.
func MaskPhone(phone string) string {
	switch n := len(phone); {
	case n == 0:
		return ""
	case n >= 11:
		return phone[:3] + "****" + phone[n-4:]
	case n >= 7:
		return "****" + phone[n-3:]
	}
	return "****"
}

// MaskNumber shows the last four characters of a document's number, fewer of a
// short one.
func MaskNumber(number string) string {
	text := []rune(number)
	shown := min(4, len(text)/3)
	return strings.Repeat("*", len(text)-shown) + string(text[len(text)-shown:])
}
