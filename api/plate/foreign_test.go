package plate_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"onemap/api/plate"
)

func TestACodeFromElsewhereIsReadAsItStands(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]plate.Code{
		"7": "7", " 10432 ": "10432", "ab-12.c_d": "AB-12.C_D", "１０４３２": "10432", "０ｏ１ｉｌ": "0O1IL", strings.Repeat("9", 32): plate.Code(strings.Repeat("9", 32)),
	} {
		if got, err := plate.ParseForeign(typed); err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", typed, got, err, want)
		}
	}
	for _, typed := range []string{"", "  ", "-1", ".", "..", "a b", "1/2", "1?x", "%41", "井盖1", "1\x00", strings.Repeat("9", 33)} {
		if got, err := plate.ParseForeign(typed); !errors.Is(err, plate.ErrForeign) {
			t.Errorf("%q was read as %q (%v)", typed, got, err)
		}
	}
}

func TestWhatIsTypedMayBeOursOrAnothers(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string][]plate.Code{
		"mb8j-aenr": {"MB8JAENR", "MB8J-AENR"}, // ours first; another system may have painted the dash
		"MB8JAENR":  {"MB8JAENR"},
		"MB8JAENS":  {"MB8JAENS"}, // its check does not fit: another's, if there is one
		"MB8J AENR": {"MB8JAENR"},
		"10432":     {"10432"},
		"???":       nil,
	} {
		got, err := plate.ParseAny(typed)
		if !slices.Equal(got, want) || (err == nil) != (len(want) > 0 && want[0] == "MB8JAENR") {
			t.Errorf("%q: %v (%v), want %v", typed, got, err, want)
		}
	}
	if _, err := plate.ParseAny("MB8JAENS"); !plate.Mistyped(err) {
		t.Errorf("a wrong check is not said: %v", err)
	}
	if _, err := plate.ParseAny("10432"); plate.Mistyped(err) {
		t.Errorf("five digits were taken for a code of ours: %v", err)
	}
}

func TestACodeIsPrintedAsOnThePlate(t *testing.T) {
	t.Parallel()
	for code, want := range map[plate.Code]string{"MB8JAENR": "MB8J-AENR", "10432": "10432", "12345678": "12345678", "MB8JAENS": "MB8JAENS", "A-1": "A-1"} {
		if got := code.String(); got != want {
			t.Errorf("%s is printed %s, want %s", code.Raw(), got, want)
		}
		if got, err := plate.ParseAny(code.String()); err != nil && len(got) == 0 || !slices.Contains(got, code) {
			t.Errorf("%s is not read back: %v, %v", code, got, err)
		}
	}
}
