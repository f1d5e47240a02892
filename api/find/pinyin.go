package find

import (
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

// letters gives the first letters a character may be read with, the commonest
// reading first: 重 is z and c.
func letters(r rune) string {
	const first = 0x4E00 // of the characters that are in use
	if i := int(r) - first; i >= 0 && i < len(common()) {
		return common()[i]
	}
	return read(r)
}

// common holds the letters of the characters U+4E00 to U+9FFF: each object that
// is written asks for a dozen of them.
var common = sync.OnceValue(func() []string {
	list := make([]string, 0x9FFF-0x4E00+1)
	for i := range list {
		list[i] = read(rune(0x4E00 + i))
	}
	return list
})

func read(r rune) string {
	var out strings.Builder
	for _, reading := range strings.Split(pinyin.PinyinDict[int(r)], ",") {
		first, size := utf8.DecodeRuneInString(reading)
		if letter := plainLetter(first); size > 0 && !strings.ContainsRune(out.String(), letter) {
			out.WriteRune(letter)
		}
	}
	return out.String()
}

// plainLetter takes the tone from a reading's first letter.
func plainLetter(r rune) rune {
	switch {
	case strings.ContainsRune("āáǎà", r):
		return 'a'
	case strings.ContainsRune("ēéěèê", r):
		return 'e'
	case strings.ContainsRune("ōóǒò", r):
		return 'o'
	case strings.ContainsRune("ḿ", r):
		return 'm'
	case strings.ContainsRune("ńňǹ", r):
		return 'n'
	}
	return r
}

// most is how many readings of one text are kept.
const most = 4

// Initials gives the pinyin initials of a text as it is most likely read, other
// letters and digits as they are: 春风路12号 is cfl12h.
func Initials(text string) string {
	var out strings.Builder
	for _, r := range runs(text) {
		for _, c := range r.text {
			if r.kind != 'h' {
				out.WriteRune(c)
			} else if l := letters(c); l != "" {
				out.WriteByte(l[0])
			}
		}
	}
	return out.String()
}

// initialsOfRun gives the initials that a run of Chinese is found by: the whole
// and, of a short run, what begins at a later character; up to four readings of each.
func initialsOfRun(text []rune) []string {
	const short = 8
	last := 1
	if len(text) <= short {
		last = len(text) - 1
	}
	var out []string
	for from := range last {
		readings := []string{""}
		for _, r := range text[from:min(from+longest, len(text))] {
			l := letters(r)
			if l == "" {
				continue
			}
			var next []string
			for i := range l {
				for _, begun := range readings {
					if len(next) < most {
						next = append(next, begun+l[i:i+1])
					}
				}
			}
			readings = next
		}
		if readings[0] != "" {
			out = append(out, readings...)
		}
	}
	return out
}
