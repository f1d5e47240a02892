package person

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Sexes.
const (
	Male   = "male"
	Female = "female"
)

// Identity is a resident identity number (GB 11643-1999) and what it says.
type Identity struct {
	Number string // 18 characters, X as a capital
	Born   time.Time
	Sex    string
}

// What is wrong with a number; none of these sentences holds any of it.
var (
	errIdentityForm  = errors.New("is no identity number: 18 characters are wanted, 17 digits and a digit or X (or 15 digits, as before 1999)")
	errIdentityPlace = errors.New("does not begin with the code of a place")
	errIdentityBirth = errors.New("holds no possible date of birth")
	errIdentityCheck = errors.New("does not fit its check character: a character is wrong or two are swapped")
)

// oldest is the year before which nobody was born who lives or is registered.
const oldest = 1880

// ParseIdentity reads a number as people and files write it: spaces, full-width
// digits, a small x, and the old form of 15 digits, which it brings to 18. The
// error is a sentence that goes on after "the number" and holds none of it.
func ParseIdentity(typed string, today time.Time) (Identity, error) {
	text := compact(typed)
	switch {
	case len(text) == 15 && digits(text):
		text = upgrade(text)
	case len(text) != 18 || !digits(text[:17]) || !digits(text[17:]) && text[17] != 'X':
		return Identity{}, errIdentityForm
	}
	if !knownPlace(text[:2]) {
		return Identity{}, errIdentityPlace
	}
	born, err := time.Parse("20060102", text[6:14])
	if err != nil || born.Year() < oldest || born.After(today) {
		return Identity{}, errIdentityBirth
	}
	if text[17] != checkCharacter(text[:17]) {
		return Identity{}, errIdentityCheck
	}
	sex := Female
	if text[16]%2 == 1 { // '1' is odd as a byte, too
		sex = Male
	}
	return Identity{text, born, sex}, nil
}

// compact takes what is written between the characters of a number out of it.
func compact(typed string) string {
	if len(typed) == 18 && digits(typed[:17]) && (typed[17] == 'X' || digits(typed[17:])) {
		return typed // as most are written
	}
	text := strings.ToUpper(norm.NFKC.String(typed))
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\u200b', '\ufeff', '\'', '`': // an apostrophe keeps a spreadsheet from rounding
			return -1
		}
		return r
	}, text)
}

func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// upgrade gives an old number its century and its check character. The serials
// 996 to 999 were kept for people born before 1900.
func upgrade(old string) string {
	century := "19"
	if old[12:] >= "996" {
		century = "18"
	}
	text := old[:6] + century + old[6:]
	return text + string(checkCharacter(text))
}

// checkCharacter is MOD 11-2 of ISO 7064 over 17 digits.
func checkCharacter(first string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(first[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// knownPlace says whether two digits begin the code of a province (GB/T 2260), of
// residents from Hong Kong, Macao and Taiwan (81 to 83), of foreigners who live
// here for good (9, since 2023), or of a city that is none (99).
func knownPlace(two string) bool {
	switch two[0] {
	case '1':
		return two[1] >= '1' && two[1] <= '5'
	case '2':
		return two[1] >= '1' && two[1] <= '3'
	case '3':
		return two[1] >= '1' && two[1] <= '7'
	case '4':
		return two[1] >= '1' && two[1] <= '6'
	case '5':
		return two[1] <= '4'
	case '6':
		return two[1] >= '1' && two[1] <= '5'
	case '7':
		return two[1] == '1'
	case '8':
		return two[1] >= '1' && two[1] <= '3'
	}
	return two[0] == '9'
}

// Kinds of documents.
const (
	Resident = "resident"
	Passport = "passport"
	Permit   = "permit"
	Other    = "other"
)

var (
	// Home-return permits of Hong Kong and Macao, permits of Taiwan, identity cards of Hong Kong.
	permitForm   = regexp.MustCompile(`^([HM][0-9]{8}([0-9]{2})?|[0-9]{8}([0-9]{2}[A-Z]?)?|[A-Z]{1,2}[0-9]{6}[0-9A])$`)
	passportForm = regexp.MustCompile(`^[A-Z0-9]{5,15}$`)
	otherForm    = regexp.MustCompile(`^[\p{L}\p{N}/-]{3,40}$`)
)

// document is a number of some kind of document in the one form that is kept.
// Without a kind it is taken for an identity number.
type document struct {
	kind, number string
	Identity     // zero for all but residents
}

func parseDocument(kind, typed string, today time.Time) (document, error) {
	text := compact(typed)
	if text == "" {
		return document{kind: kind}, nil
	}
	if kind == "" {
		kind = Resident
	}
	// Residents from Hong Kong, Macao and Taiwan have numbers of the same form.
	if kind == Resident || kind == Permit && len(text) == 18 {
		id, err := ParseIdentity(text, today)
		return document{kind, id.Number, id}, err
	}
	form, message := otherForm, "is no number of a document"
	switch kind {
	case Passport:
		form, message = passportForm, "is no passport's number: 5 to 15 letters and digits are wanted"
	case Permit:
		text = strings.NewReplacer("(", "", ")", "").Replace(text)
		form, message = permitForm, "is no number of a permit for Hong Kong, Macao or Taiwan"
	}
	if !form.MatchString(text) {
		return document{}, errors.New(message)
	}
	return document{kind: kind, number: text}, nil
}

// blindKind keeps numbers of different kinds of documents apart: a passport may
// have the number of a permit.
func (d document) blindKind() string {
	if d.Number != "" {
		return "identity"
	}
	return "identity/" + d.kind
}
