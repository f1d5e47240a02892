package address

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

func (a Address) foreign() bool { return a.Road != "" && !chinese(a.Road+a.Estate+a.Lane) }

func (a Address) foreignString() string {
	s := a.Road
	if a.Number != "" {
		s += " " + a.Number
	}
	if a.Room != "" {
		s += ", #" + a.Room
	}
	if a.City != "" {
		s += ", " + a.City
	}
	if a.Note != "" {
		s += " (" + a.Note + ")"
	}
	return s
}

// parseForeign reads street and number: the first part that has both, the number
// before or behind.
func parseForeign(text string) Address {
	var a Address
	text, a.Note = withoutNotes(norm.NFKC.String(text))
	var rest []string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		words := strings.Fields(part)
		switch {
		case len(words) == 0:
		case a.Road == "":
			a.Road, a.Number, a.Room = street(words)
		case a.Room == "" && strings.HasPrefix(words[0], "#") && len(words) == 1 && len(words[0]) > 1:
			a.Room = strings.ToUpper(words[0][1:])
		default:
			rest = append(rest, strings.Join(words, " "))
		}
	}
	a.City = strings.Join(rest, ", ")
	return a
}

func street(words []string) (road, number, room string) {
	for i, w := range words {
		word := strings.ToLower(strings.Trim(w, "."))
		if i > 0 && i+1 < len(words) && (word == "apt" || word == "unit" || word == "flat" || word == "suite" || word == "wohnung") {
			room = strings.ToUpper(strings.TrimPrefix(strings.Join(words[i+1:], ""), "#"))
			words = words[:i]
			break
		}
		if i > 0 && strings.HasPrefix(w, "#") && len(w) > 1 {
			room = strings.ToUpper(w[1:])
			words = words[:i]
			break
		}
	}
	last := len(words) - 1
	switch {
	case last > 0 && numbered(words[last]):
		return strings.Join(words[:last], " "), strings.ToLower(words[last]), room
	case last > 0 && numbered(words[0]):
		return strings.Join(words[1:], " "), strings.ToLower(words[0]), room
	}
	return strings.Join(words, " "), "", room
}

// numbered says whether a word is a house's number: 12, 12a, 12-14, 3/5.
func numbered(word string) bool {
	letters := 0
	for i, r := range word {
		switch {
		case i == 0 && !digit(r):
			return false
		case unicode.IsLetter(r):
			letters++
		case !digit(r) && r != '-' && r != '/':
			return false
		}
	}
	return letters <= 1
}

func withoutNotes(text string) (rest, note string) {
	var out, notes strings.Builder
	depth := 0
	for _, r := range text {
		switch {
		case r == '(' || r == '[' || r == '{':
			depth++
		case r == ')' || r == ']' || r == '}':
			depth = max(0, depth-1)
		case unicode.IsControl(r) && r != '\n':
			out.WriteByte(' ')
		case depth > 0:
			notes.WriteRune(r)
		default:
			out.WriteRune(r)
		}
	}
	return out.String(), strings.Join(strings.Fields(notes.String()), " ")
}

// foreignGap keeps 1st Street 2 apart from 1st Street2.
func foreignGap(road string) string {
	if chinese(road) {
		return ""
	}
	return " "
}

func suffix(road, word string) string {
	if chinese(road) {
		return word
	}
	return ""
}

var shortened = map[string]string{"st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "blvd": "boulevard", "dr": "drive", "ln": "lane", "pl": "place", "sq": "square"}

// roadKey is a road as it is compared: 中山2路 is 中山二路, Main St is main street.
func roadKey(road string) string {
	if !chinese(road) {
		words := strings.Fields(strings.ReplaceAll(strings.ToLower(road), "ß", "ss"))
		for i, w := range words {
			w = strings.Trim(w, ".")
			if long, ok := shortened[w]; ok {
				w = long
			}
			if cut, found := strings.CutSuffix(w, "str"); found && cut != "" {
				w = cut + "strasse"
			}
			words[i] = w
		}
		return strings.Join(words, " ")
	}
	return spelled(road)
}

// spelled writes a number before the road's last word in Chinese.
func spelled(road string) string {
	s := []rune(road)
	for i := 1; i < len(s); i++ {
		if !digit(s[i]) || digit(s[i-1]) {
			continue
		}
		value, n := numeral(s[i:])
		if end := i + n; n <= 2 && end < len(s) && strings.ContainsRune("路街道马横", s[end]) && value != "0" {
			number := 0
			for _, r := range value {
				number = 10*number + int(r-'0')
			}
			return string(s[:i]) + inChinese(number) + string(s[end:])
		}
	}
	return road
}
