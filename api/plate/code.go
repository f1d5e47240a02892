package plate

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// alphabet leaves out 0 O 1 I L, which people mix up on a weathered plate.
// It has 31 symbols because 31 is prime: see check.
const alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// Length is the number of characters of a code, its check character included.
const Length = 8

// Code is what a plate says, eight characters without the dash.
// Codes come from New and Parse, which alone promise a right check character.
type Code string

// What can be wrong with a typed code; Parse wraps one of them.
var (
	ErrLength    = errors.New("plate: a code has 8 characters")
	ErrCharacter = errors.New("plate: a character that no code has")
	ErrCheck     = errors.New("plate: the check character does not fit")
)

// New makes a code from random bytes, every one equally likely. It fails
// only when random does.
func New(random io.Reader) (Code, error) {
	// The largest multiple of 31 in a byte: what lies above is drawn again,
	// or the first symbols would come more often.
	const limit = 256 / len(alphabet) * len(alphabet)
	var code [Length]byte
	var drawn [1]byte
	for i := 0; i < Length-1; {
		if _, err := io.ReadFull(random, drawn[:]); err != nil {
			return "", fmt.Errorf("plate: no randomness: %w", err)
		}
		if int(drawn[0]) >= limit {
			continue
		}
		code[i] = alphabet[int(drawn[0])%len(alphabet)]
		i++
	}
	code[Length-1] = check(string(code[:Length-1]))
	return Code(code[:]), nil
}

// Parse reads a code as people type it: in either case, with or without
// dashes and spaces, also in the full-width forms of a Chinese keyboard.
func Parse(typed string) (Code, error) {
	var kept strings.Builder
	count := 0
	for _, r := range typed {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == '−' {
			continue
		}
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		if !strings.ContainsRune(alphabet, r) {
			return "", fmt.Errorf("%w: %q (0, O, 1, I and L are never used)", ErrCharacter, r)
		}
		if count++; count <= Length {
			kept.WriteRune(r)
		}
	}
	if count != Length {
		return "", fmt.Errorf("%w, this has %d", ErrLength, count)
	}
	code := kept.String()
	if check(code[:Length-1]) != code[Length-1] {
		return "", fmt.Errorf("%w: one of the characters is mistyped", ErrCheck)
	}
	return Code(code), nil
}

// String is the code as it is printed, XXXX-XXXX.
func (c Code) String() string {
	if len(c) != Length {
		return string(c)
	}
	return string(c[:Length/2]) + "-" + string(c[Length/2:])
}

// Raw is the code as it is stored and put in an address, without the dash.
func (c Code) Raw() string { return string(c) }

// check is the sum of index times place (1 to 7), modulo 31. The places are
// distinct and not zero modulo the prime 31, and the check character itself
// counts minus one; so every single substitution and every exchange of two
// different characters changes the sum.
func check(seven string) byte {
	sum := 0
	for i := range len(seven) {
		sum += (i + 1) * strings.IndexByte(alphabet, seven[i])
	}
	return alphabet[sum%len(alphabet)]
}
