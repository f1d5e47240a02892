package person

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var today = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// numbered makes a number that is right in form; its place is none.
func numbered(first17 string) string { return first17 + string(checkCharacter(first17)) }

func on(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }

func TestIdentityNumbersAreRead(t *testing.T) {
	t.Parallel()
	// The example of the check character in GB 11643-1999 ends in X.
	if got := checkCharacter("11010519491231002"); got != 'X' {
		t.Fatalf("the standard's own example: %c", got)
	}
	man, woman := numbered("99010119800229001"), numbered("99010120010101002")
	ending := man
	for i := 1; ending[17] != 'X'; i++ {
		ending = numbered("9901011980022900" + string(rune('0'+i)))
	}
	old := "990101800229001"
	for name, c := range map[string]struct {
		typed, number string
		born          time.Time
		sex           string
	}{
		"a man's":                    {man, man, on(1980, 2, 29), Male},
		"a woman's":                  {woman, woman, on(2001, 1, 1), Female},
		"spaces":                     {" " + man[:6] + " " + man[6:14] + " " + man[14:] + " ", man, on(1980, 2, 29), Male},
		"full-width":                 {wide(man), man, on(1980, 2, 29), Male},
		"small x":                    {strings.ToLower(ending), ending, on(1980, 2, 29), map[bool]string{true: Male, false: Female}[ending[16]%2 == 1]},
		"full-width X":               {ending[:17] + "Ｘ", ending, on(1980, 2, 29), map[bool]string{true: Male, false: Female}[ending[16]%2 == 1]},
		"a spreadsheet's apostrophe": {"'" + man, man, on(1980, 2, 29), Male},
		"15 digits":                  {old, man, on(1980, 2, 29), Male},
		"15 digits of a centenarian": {"990101850101996", numbered("99010118850101996"), on(1885, 1, 1), Female},
		"born today":                 {numbered("99010120260302001"), numbered("99010120260302001"), today, Male},
	} {
		got, err := ParseIdentity(c.typed, today)
		if err != nil || got != (Identity{c.number, c.born, c.sex}) {
			t.Errorf("%s: %v, %v %s, %v", name, got.Number == c.number, got.Born, got.Sex, err)
		}
	}
}

func wide(text string) string {
	return strings.Map(func(r rune) rune { return r + 0xFEE0 }, text)
}

func TestFalseIdentityNumbersAreRefusedAndNeverRepeated(t *testing.T) {
	t.Parallel()
	man := numbered("99010119800229001")
	wrongCheck := man[:17] + string("0123456789X0"[strings.IndexByte("0123456789X", man[17])+1])
	swapped := man[:15] + string(man[16]) + string(man[15]) + man[17:]
	for name, c := range map[string]struct {
		typed string
		want  error
	}{
		"empty":               {"", errIdentityForm},
		"17":                  {man[:17], errIdentityForm},
		"19":                  {man + "0", errIdentityForm},
		"16":                  {man[:16], errIdentityForm},
		"a letter":            {man[:8] + "O" + man[9:], errIdentityForm},
		"X within":            {man[:16] + "X" + man[17:], errIdentityForm},
		"Y at the end":        {man[:17] + "Y", errIdentityForm},
		"other digits":        {man[:17] + "٣", errIdentityForm},
		"as a float":          {"9.90101E+17", errIdentityForm},
		"rounded":             {man[:15] + "000", errIdentityCheck},
		"wrong check":         {wrongCheck, errIdentityCheck},
		"swapped":             {swapped, errIdentityCheck},
		"no place":            {numbered("00010119800229001"), errIdentityPlace},
		"no province":         {numbered("16010119800229001"), errIdentityPlace},
		"30 February":         {numbered("99010119800230001"), errIdentityBirth},
		"29 February of 1900": {numbered("99010119000229001"), errIdentityBirth},
		"month 13":            {numbered("99010119801301001"), errIdentityBirth},
		"day 0":               {numbered("99010119801200001"), errIdentityBirth},
		"tomorrow":            {numbered("99010120260303001"), errIdentityBirth},
		"1879":                {numbered("99010118791231001"), errIdentityBirth},
		"15, no date":         {"990101801301001", errIdentityBirth},
	} {
		got, err := ParseIdentity(c.typed, today)
		if err != c.want || got != (Identity{}) { //nolint:errorlint // the very sentence is wanted
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err != nil && len(c.typed) > 3 && strings.Contains(err.Error(), c.typed) {
			t.Errorf("%s: the refusal repeats the number", name)
		}
	}
}

// drawNumber draws a right number.
func drawNumber(t *rapid.T) (number string, born time.Time, sex string) {
	born = on(1880, 1, 1).AddDate(0, 0, rapid.IntRange(0, 53000).Draw(t, "born"))
	serial := rapid.IntRange(0, 999).Draw(t, "serial")
	sex = Female
	if serial%2 == 1 {
		sex = Male
	}
	digit := func(n int) string { return string(rune('0' + n)) }
	return numbered("990101" + born.Format("20060102") + digit(serial/100) + digit(serial/10%10) + digit(serial%10)), born, sex
}

func TestOneWrongCharacterOrOneSwapIsNoticed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number, born, sex := drawNumber(t)
		got, err := ParseIdentity(number, today)
		if err != nil || got != (Identity{number, born, sex}) {
			t.Fatalf("a right number: %v", err)
		}
		if again, err := ParseIdentity(got.Number, today); err != nil || again != got {
			t.Fatal("reading twice gives something else")
		}
		bent := []byte(number)
		at := rapid.IntRange(0, 17).Draw(t, "at")
		if rapid.Bool().Draw(t, "swap") && at < 16 {
			bent[at], bent[at+1] = bent[at+1], bent[at]
		} else {
			alphabet := "0123456789"
			if at == 17 {
				alphabet += "X"
			}
			bent[at] = alphabet[rapid.IntRange(0, len(alphabet)-1).Draw(t, "to")]
		}
		if string(bent) == number {
			return
		}
		if _, err := ParseIdentity(string(bent), today); err == nil {
			t.Fatal("MOD 11-2 notices each single error and each swap of neighbours")
		}
	})
}

func TestDocumentsAndPhonesHaveOneForm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ kind, typed, want string }{
		"home-return permit":   {Permit, "h 0123456700", "H0123456700"},
		"its short form":       {Permit, "M01234567", "M01234567"},
		"Taiwan":               {Permit, "01234567", "01234567"},
		"Hong Kong's card":     {Permit, "a012345(6)", "A0123456"},
		"residence permit":     {Permit, numbered("81000019800229001"), numbered("81000019800229001")},
		"passport":             {Passport, "e 01234567", "E01234567"},
		"other":                {Other, "军-0123456", "军-0123456"},
		"nothing":              {Passport, " ", ""},
		"false permit":         {Permit, "X1", "refused"},
		"false passport":       {Passport, "E0123.567", "refused"},
		"an unsaid kind":       {"", "E01234567", "refused"},
		"false residence card": {Permit, numbered("81000019800229001")[:17] + "Z", "refused"},
	} {
		d, err := parseDocument(c.kind, c.typed, today)
		got := d.number
		if err != nil {
			got = "refused"
		}
		if got != c.want {
			t.Errorf("%s: %q (%v), want %q", name, got, err, c.want)
		}
	}
	for typed, want := range map[string]string{
		"13800001234": "13800001234", " 138 0000-1234 ": "13800001234", "+86 138 0000 1234": "13800001234", "8613800001234": "13800001234",
		"0086-13800001234": "13800001234", "１３８００００１２３４": "13800001234", "0757-80001234": "075780001234", "010-80001234": "01080001234",
		"(0757) 8000 1234": "075780001234", "0757-80001234-801": "075780001234-801", "0757-80001234转801": "075780001234-801", "+86-757-80001234": "075780001234",
		"80001234": "80001234", "400-000-1234": "4000001234", "+852 8000 1234": "+85280001234", "": "", " ": "",
		"12345": "refused", "1380000123": "refused", "12800001234": "refused", "138000012345": "refused", "call me": "refused", "1.38E+10": "refused", "13800001234/13800001235": "refused",
	} {
		got, err := ParsePhone(typed)
		if err != nil {
			got = "refused"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
		if again, err := ParsePhone(got); got != "refused" && (err != nil || again != got) {
			t.Errorf("%q read twice: %q, %v", typed, again, err)
		}
	}
}
