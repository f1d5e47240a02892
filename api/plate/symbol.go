package plate

import (
	"errors"
	"fmt"

	"rsc.io/qr/coding"
)

// ErrTooLong is returned for a text that no QR symbol of level M holds.
var ErrTooLong = errors.New("plate: the text is too long for a QR symbol")

// encode makes the smallest symbol of level M (15 % of it may be lost), or
// of level Q (25 %) when that is no larger, with the best of the eight masks.
func encode(text string) (*coding.Code, error) {
	if text == "" {
		return nil, errors.New("plate: nothing to encode")
	}
	version, parts, err := smallest(text, coding.M)
	if err != nil {
		return nil, err
	}
	level := coding.M
	if fits(parts, version, coding.Q) {
		level = coding.Q
	}
	var best *coding.Code
	lowest := 0
	for mask := range coding.Mask(8) {
		plan, err := coding.NewPlan(version, level, mask)
		if err != nil {
			return nil, fmt.Errorf("plate: %w", err)
		}
		code, err := plan.Encode(parts...)
		if err != nil {
			return nil, fmt.Errorf("plate: %w", err)
		}
		if p := penalty(code); best == nil || p < lowest {
			best, lowest = code, p
		}
	}
	return best, nil
}

func smallest(text string, level coding.Level) (coding.Version, []coding.Encoding, error) {
	for v := coding.Version(coding.MinVersion); v <= coding.MaxVersion; v++ {
		if len(text) > v.DataBytes(level)*3 {
			continue // not even if all of it were digits
		}
		if parts := segments(text, v); fits(parts, v, level) {
			return v, parts, nil
		}
	}
	return 0, nil, fmt.Errorf("%w: %d bytes", ErrTooLong, len(text))
}

func fits(parts []coding.Encoding, v coding.Version, level coding.Level) bool {
	bits := 0
	for _, p := range parts {
		bits += p.Bits(v)
	}
	return bits <= v.DataBytes(level)*8
}

// A mode packs characters of some set into bits; each run of one mode costs
// a header of its own.
type mode struct {
	sixths int // of a bit a character
	has    func(c byte) bool
	wrap   func(s string) coding.Encoding
}

var modes = [3]mode{
	{48, func(byte) bool { return true }, func(s string) coding.Encoding { return coding.String(s) }},
	{33, isAlpha, func(s string) coding.Encoding { return coding.Alpha(s) }},
	{20, func(c byte) bool { return c >= '0' && c <= '9' }, func(s string) coding.Encoding { return coding.Num(s) }},
}

func isAlpha(c byte) bool { return coding.Alpha([]byte{c}).Check() == nil }

// segments splits the text into runs of modes so that the bits are fewest:
// the shortest way through (character, mode), as the QR standard's annex on
// the optimisation of bit length asks for. Lengths are in sixths of a bit,
// whole bits at each change of mode.
func segments(text string, v coding.Version) []coding.Encoding {
	var cost [len(modes)]int
	from := make([][len(modes)]int, len(text))
	const never = 1 << 40
	for i := range len(text) {
		var next [len(modes)]int
		for m, to := range modes {
			next[m] = never
			if !to.has(text[i]) {
				continue
			}
			header := to.wrap("").Bits(v) * 6
			for before := range modes {
				c := cost[before]
				if i == 0 || before != m {
					c = (c+5)/6*6 + header
				}
				if c += to.sixths; c < next[m] {
					next[m], from[i][m] = c, before
				}
			}
		}
		cost = next
	}
	last := 0
	for m := range modes {
		if cost[m] < cost[last] {
			last = m
		}
	}
	var parts []coding.Encoding
	for end := len(text); end > 0; {
		begin := end - 1
		for begin > 0 && from[begin][last] == last {
			begin--
		}
		parts = append([]coding.Encoding{modes[last].wrap(text[begin:end])}, parts...)
		end, last = begin, from[begin][last]
	}
	return parts
}
