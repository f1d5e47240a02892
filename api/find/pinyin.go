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

// initialsOfRun adds the initials that a run of Chinese is found by: the whole
// and, of a short run, what begins at a later character; up to four readings of
// each, the commonest of every character among them.
func initialsOfRun(words []string, text string) []string {
	const short = 8
	characters := []rune(text)
	readings := []string{""} // of what follows
	for i := len(characters) - 1; i >= 0; i-- {
		l := letters(characters[i])
		if l == "" {
			continue
		}
		next := make([]string, 0, most)
		for j := 0; j < len(l) && len(next) < most; j++ { // what is typed begins at the front: its readings first
			next = append(next, clipLetters(l[j:j+1]+readings[0]))
		}
		for _, rest := range readings[1:] {
			if len(next) < most {
				next = append(next, clipLetters(l[:1]+rest))
			}
		}
		readings = next
		if i < len(characters)-1 && (i == 0 || len(characters) <= short) {
			words = append(words, readings...)
		}
	}
	return words
}

func clipLetters(s string) string { return s[:min(len(s), longest)] }
