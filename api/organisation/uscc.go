package organisation

import (
	"errors"
	"strings"

	"golang.org/x/text/unicode/norm"
)

var (
	errCodeForm  = errors.New("is no unified social credit code: 18 digits and capital letters without I, O, S, V, Z are wanted")
	errCodeCheck = errors.New("does not fit its check character: a character is wrong or two are swapped")
)

// Alphabet is that of GB 32100-2015; a character's place in it is its value.
const Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// ParseCode reads a unified social credit code (GB 32100-2015), as typed:
// blanks, full-width and small letters. Its last character is MOD 31 over the
// first 17, weighted with powers of 3.
func ParseCode(typed string) (string, error) {
	code := strings.Join(strings.Fields(strings.ToUpper(norm.NFKC.String(typed))), "")
	if code == "" {
		return "", nil
	}
	if len(code) != 18 {
		return "", errCodeForm
	}
	for i := range len(code) {
		if !strings.Contains(Alphabet, code[i:i+1]) {
			return "", errCodeForm
		}
	}
	if code[17] != checkCharacter(code[:17]) {
		return "", errCodeCheck
	}
	return code, nil
}

func checkCharacter(first string) byte {
	sum, weight := 0, 1
	for i := range len(first) {
		sum += strings.IndexByte(Alphabet, first[i]) * weight
		weight = weight * 3 % 31
	}
	return Alphabet[(31-sum%31)%31]
}
