package plate

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// alphabet leaves out 0 O 1 I L, which people mix up on a weathered plate.
// It has 31 symbols because 31 is prime: see check.
const alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// Length is the number of characters of a code, its check character included.
const Length = 8

// Code is what a plate says: ours is eight characters without the dash, another
// system's is what that painted on it. New and Parse alone promise a right check
// character.
type Code string

// What can be wrong with a typed code; Parse wraps one of them.
var (
	ErrLength    = errors.New("plate: not as long as a code is")
	ErrCharacter = errors.New("plate: a character that no code has")
	ErrCheck     = errors.New("plate: the check character does not fit")
)

// New makes a code from random bytes, every one equally likely. It fails
// only when random does.
func New(random io.Reader) (Code, error) {
	code, err := Draw(random, Length)
	return Code(code), err
}

// Draw makes a text of so many characters as a code is made, 3 to 30 with the
// check character at the end: for what else people read to each other.
func Draw(random io.Reader, length int) (string, error) {
	// The largest multiple of 31 in a byte: what lies above is drawn again,
	// or the first symbols would come more often.
	const limit = 256 / len(alphabet) * len(alphabet)
	text := make([]byte, length)
	var drawn [1]byte
	for i := 0; i < length-1; {
		if _, err := io.ReadFull(random, drawn[:]); err != nil {
			return "", fmt.Errorf("plate: no randomness: %w", err)
		}
		if int(drawn[0]) >= limit {
			continue
		}
		text[i] = alphabet[int(drawn[0])%len(alphabet)]
		i++
	}
	text[length-1] = check(string(text[:length-1]))
	return string(text), nil
}

// Parse reads a code as people type it: in either case, with or without
// dashes and spaces, also in the full-width forms of a Chinese keyboard.
func Parse(typed string) (Code, error) {
	code, err := Read(typed, Length)
	return Code(code), err
}

// Read reads what Draw made, as people type it.
func Read(typed string, length int) (string, error) {
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
		if count++; count <= length {
			kept.WriteRune(r)
		}
	}
	if count != length {
		return "", fmt.Errorf("%w: it has %d characters, this has %d", ErrLength, length, count)
	}
	text := kept.String()
	if check(text[:length-1]) != text[length-1] {
		return "", fmt.Errorf("%w: one of the characters is mistyped", ErrCheck)
	}
	return text, nil
}

// foreign is what another system may have painted on a plate, and all that an
// address can carry as it stands.
var foreign = regexp.MustCompile(`^[0-9A-Z][0-9A-Z._-]{0,31}$`)

// ErrForeign says that something is no code at all, neither ours nor another's.
var ErrForeign = errors.New("plate: a code has 1 to 32 characters of 0-9, A-Z, dot, dash and underscore")

// ParseForeign reads a code of another system as it stands: only the case, the
// space around it and full-width forms are evened out. It has no check character.
func ParseForeign(typed string) (Code, error) {
	code := Code(strings.ToUpper(strings.TrimSpace(width.Narrow.String(typed))))
	if !foreign.MatchString(string(code)) {
		return "", ErrForeign
	}
	return code, nil
}

// ParseAny gives the codes that something typed may be, the likeliest first: one
// of ours, then another system's. The error says why it is none of ours, also
// where it may be another's: what nobody carries was mistyped.
func ParseAny(typed string) ([]Code, error) {
	own, why := Parse(typed)
	var may []Code
	if why == nil {
		may = append(may, own)
	}
	if other, err := ParseForeign(typed); err == nil && (why != nil || other != own) {
		may = append(may, other)
	}
	return may, why
}

// Mistyped says whether an error of Parse is about a code of ours with a wrong
// character: eight of our characters whose check does not fit.
func Mistyped(err error) bool { return errors.Is(err, ErrCheck) }

// String is the code as it is printed: ours as XXXX-XXXX, another's as it is.
func (c Code) String() string {
	if own, err := Parse(string(c)); err != nil || own != c {
		return string(c)
	}
	return string(c[:Length/2]) + "-" + string(c[Length/2:])
}

// Raw is the code as it is stored and put in an address, without the dash.
func (c Code) Raw() string { return string(c) }

// check is the sum of index times place (from 1), modulo 31. Up to 29 places are
// distinct and not zero modulo the prime 31, and the check character itself
// counts minus one; so every single substitution and every exchange of two
// different characters changes the sum.
func check(text string) byte {
	sum := 0
	for i := range len(text) {
		sum += (i + 1) * strings.IndexByte(alphabet, text[i])
	}
	return alphabet[sum%len(alphabet)]
}
