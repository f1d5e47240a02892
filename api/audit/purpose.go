package audit

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"onemap/api/fault"
)

// Purpose checks what somebody says they read or change a record for: 2 to 200
// characters, and nobody's number among them, since entries are kept for good.
// location names the field in the fault.
func Purpose(given, location string) (string, error) {
	text := strings.TrimSpace(given)
	var f fault.Fields
	switch n := utf8.RuneCountInString(text); {
	case !utf8.ValidString(text) || n < 2 || n > 200 || strings.ContainsFunc(text, unicode.IsControl):
		f.Add(location, nil, "say what the record is read or changed for, in 2 to 200 characters")
	case numbered(text):
		f.Add(location, nil, "say what for without anybody's number: an identity or phone number stands in it, and this is kept for good")
	}
	return text, f.Err("purpose.invalid")
}

// numbered says whether a text holds what looks like a mobile phone's number (11
// digits from 13 on, also behind 86) or a document's (15 and more), written in
// one or with gaps. A case's number may stand there.
func numbered(text string) bool {
	var tight, loose []rune
	check := func(run []rune) bool {
		n := len(run)
		if n == 13 && run[0] == '8' && run[1] == '6' {
			run, n = run[2:], 11
		}
		return n == 11 && run[0] == '1' && run[1] >= '3' || n >= 15
	}
	for _, r := range text + "." { // the full stop ends the last run
		if r >= '０' && r <= '９' {
			r += '0' - '０'
		}
		switch {
		case r >= '0' && r <= '9':
			tight, loose = append(tight, r), append(loose, r)
			continue
		case check(tight):
			return true
		}
		tight = nil
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) {
			continue
		}
		if check(loose) {
			return true
		}
		loose = nil
	}
	return false
}
