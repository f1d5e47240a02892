package plate_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"math"
	mrand "math/rand/v2"
	"strings"
	"testing"

	"onemap/api/plate"
)

const alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

func fresh(t testing.TB) plate.Code {
	t.Helper()
	code, err := plate.New(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestParseReadsWhatPeopleType(t *testing.T) {
	t.Parallel()
	for range 200 {
		code := fresh(t)
		printed := code.String()
		if len(printed) != 9 || printed[4] != '-' || strings.ReplaceAll(printed, "-", "") != code.Raw() {
			t.Fatalf("printed %q for %q", printed, code.Raw())
		}
		var wide strings.Builder
		for _, r := range printed {
			wide.WriteRune(r + '！' - '!')
		}
		for _, typed := range []string{
			printed, code.Raw(), strings.ToLower(printed), "  " + printed + "\n",
			strings.Join(strings.Split(code.Raw(), ""), " "), strings.ReplaceAll(printed, "-", "—"), wide.String(),
		} {
			if got, err := plate.Parse(typed); err != nil || got != code {
				t.Fatalf("Parse(%q) = %q, %v", typed, got, err)
			}
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed string
		want  error
	}{
		{"", plate.ErrLength},
		{"2345-678", plate.ErrLength},
		{"2345-6789-A", plate.ErrLength},
		{strings.Repeat("2", 1<<20), plate.ErrLength},
		{"0345-6789", plate.ErrCharacter},
		{"O345-6789", plate.ErrCharacter},
		{"2345_6789", plate.ErrCharacter},
		{"ſ3456789", plate.ErrCharacter}, // upper-cases to S in Unicode
		{"2345-678\xff", plate.ErrCharacter},
		{"青禾市的长椅坏了", plate.ErrCharacter},
		{"2222-2223", plate.ErrCheck},
	} {
		if _, err := plate.Parse(c.typed); !errors.Is(err, c.want) {
			t.Errorf("Parse(%.20q): %v, want %v", c.typed, err, c.want)
		}
	}
}

// Every single wrong character and every exchange of any two different
// characters is caught: all of them, for many codes.
func TestCheckCatchesEverySlip(t *testing.T) {
	t.Parallel()
	for range 400 {
		code := []byte(fresh(t).Raw())
		for i := range code {
			for j := range alphabet {
				if alphabet[j] == code[i] {
					continue
				}
				slip := bytes.Clone(code)
				slip[i] = alphabet[j]
				mustFail(t, code, slip)
			}
			for j := i + 1; j < len(code); j++ {
				slip := bytes.Clone(code)
				slip[i], slip[j] = slip[j], slip[i]
				if slip[i] != slip[j] {
					mustFail(t, code, slip)
				}
			}
		}
	}
}

func mustFail(t *testing.T, code, slip []byte) {
	t.Helper()
	if _, err := plate.Parse(string(slip)); !errors.Is(err, plate.ErrCheck) {
		t.Fatalf("%s mistyped as %s was taken: %v", code, slip, err)
	}
}

// Each symbol comes equally often at each of the seven places: the deviation
// from even is within what chance allows (chi squared, 30 degrees of freedom).
func TestNewIsUnbiased(t *testing.T) {
	t.Parallel()
	random := mrand.NewChaCha8([32]byte{7})
	const draws = 30000
	var seen [7][256]float64
	for range draws {
		code, err := plate.New(random)
		if err != nil {
			t.Fatal(err)
		}
		for i := range seen {
			seen[i][code[i]]++
		}
	}
	expect := float64(draws) / float64(len(alphabet))
	for i := range seen {
		chi := 0.0
		for j := range alphabet {
			chi += math.Pow(seen[i][alphabet[j]]-expect, 2) / expect
		}
		if chi > 67 { // one in ten thousand by chance
			t.Errorf("place %d: chi squared %.1f", i, chi)
		}
	}
}

func TestNewFailsWithoutRandomness(t *testing.T) {
	t.Parallel()
	if code, err := plate.New(bytes.NewReader([]byte{1, 2, 255, 3})); err == nil {
		t.Fatalf("made %q out of four bytes", code)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "2345-6789", "ABCD EFGH", "２３４５", "2222-2222", "\x00", "0O1IL"} {
		f.Add(s)
	}
	f.Add(fresh(f).String())
	f.Fuzz(func(t *testing.T, typed string) {
		code, err := plate.Parse(typed)
		if err != nil {
			if code != "" {
				t.Fatalf("both %q and %v", code, err)
			}
			return
		}
		if len(code) != plate.Length || strings.Trim(code.Raw(), alphabet) != "" {
			t.Fatalf("Parse(%q) = %q", typed, code)
		}
		if again, err := plate.Parse(code.String()); err != nil || again != code {
			t.Fatalf("%q printed and parsed is %q, %v", code, again, err)
		}
	})
}
