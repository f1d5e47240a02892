package person

import (
	"errors"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

var errPhone = errors.New("is no phone number: 11 digits of a mobile, or a number with its area code, are wanted")

var (
	mobileForm  = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	areaForm    = regexp.MustCompile(`^(0(?:10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6,7})(?:-([0-9]{1,6}))?$`)
	localForm   = regexp.MustCompile(`^[2-8][0-9]{6,7}$`)
	serviceForm = regexp.MustCompile(`^[48]00[0-9]{7}$`)
	abroadForm  = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
)

// ParsePhone brings a phone number to the one form that is kept and looked for:
// digits, an extension after a dash, a plus before a country other than China.
// The error holds none of it.
func ParsePhone(typed string) (string, error) {
	if typed == "" || len(typed) == 11 && typed[0] == '1' && typed[1] >= '3' && digits(typed) {
		return typed, nil // as most are written
	}
	text := norm.NFKC.String(typed)
	text = strings.NewReplacer("转", "-", "ext.", "-", "ext", "-", "–", "-", "—", "-").Replace(strings.ToLower(text))
	text = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '(', ')', '.', '\'', '\u200b', '\ufeff':
			return -1
		}
		return r
	}, text)
	if text == "" {
		return "", nil
	}
	if strings.HasPrefix(text, "00") {
		text = "+" + text[2:]
	}
	text = strings.TrimPrefix(strings.TrimPrefix(text, "+86"), "-")
	if plain := strings.ReplaceAll(text, "-", ""); mobileForm.MatchString(plain) || serviceForm.MatchString(plain) || abroadForm.MatchString(plain) {
		return plain, nil
	}
	if len(text) == 13 && strings.HasPrefix(text, "86") && mobileForm.MatchString(text[2:]) {
		return text[2:], nil
	}
	return parseLandline(text)
}

// parseLandline reads an area code and a number, written together or with a
// dash, with or without the area's 0 and an extension; or a number alone.
func parseLandline(text string) (string, error) {
	if localForm.MatchString(text) {
		return text, nil
	}
	parts := strings.Split(text, "-")
	joined := text
	if len(parts) > 1 && len(parts[0]) <= 4 {
		joined = parts[0] + parts[1]
		if !strings.HasPrefix(joined, "0") {
			joined = "0" + joined
		}
		if len(parts) > 2 {
			joined += "-" + strings.Join(parts[2:], "")
		}
	}
	if areaForm.MatchString(joined) {
		return joined, nil
	}
	return "", errPhone
}
