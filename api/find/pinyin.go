package find

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

// letters gives the first letters a character is read with in everyday names of
// people and places, the commonest reading first: 重 is z and c. What else a
// dictionary knows of it (重 is also tóng) would only fill the index.
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

// twofold lists the characters whose everyday readings begin with different
// letters, by these letters.
var twofold = map[string]string{
	"ae": "阿", "ay": "艾", "bf": "佛", "bm": "秘", "bp": "泊便扁屏堡炮埔瀑", "cj": "车", "cs": "参乘刹匙晟盛种单",
	"cx": "畜郗", "cz": "重长朝曾藏传枞查褚幢", "dt": "调弹洞囤提", "ds": "石单", "dz": "翟", "fp": "番繁否", "gh": "桧会", "gj": "贾给",
	"gk": "会", "gq": "龟", "gw": "涡", "gy": "谷", "gz": "轧", "hj": "虹", "hk": "会吭阚", "hx": "行吓巷郇", "jq": "强茄奇将卡", "jx": "降校见系浚", "jz": "祭",
	"kw": "隗", "kq": "壳卡", "ly": "乐", "ls": "率", "mf": "宓", "mw": "万", "mn": "乜", "nl": "弄", "nz": "粘", "qx": "栖蹊纤圈",
	"qt": "覃", "qj": "圈龟", "qs": "俟", "qy": "铅", "qc": "仇", "sx": "厦宿省莘歙", "sz": "属识折召殖", "sy": "俞", "st": "汤",
	"wy": "尉蔚尾於", "xy": "荥",
}

// others gives the letters of twofold by the character.
var others = sync.OnceValue(func() map[rune]string {
	of := map[rune]string{}
	for letters, characters := range twofold {
		for _, r := range characters {
			of[r] += letters
		}
	}
	return of
})

func read(r rune) string {
	reading, _, _ := strings.Cut(pinyin.PinyinDict[int(r)], ",")
	first, size := utf8.DecodeRuneInString(reading)
	if size == 0 {
		return ""
	}
	out := string(plainLetter(first))
	others := []byte(others()[r])
	slices.Sort(others)
	for _, letter := range slices.Compact(others) {
		if letter != out[0] {
			out += string(letter)
		}
	}
	return out
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
	if alone, n := plainReading(text); alone != "" {
		for i := range n - 1 {
			if i == 0 || n <= short {
				words = append(words, clipLetters(alone[i:]))
			}
		}
		return words
	}
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

// plainReading is the one reading of a text of n characters each of which has
// one, as most have; "" of any other.
func plainReading(text string) (reading string, n int) {
	var buf [longest]byte
	for _, r := range text {
		l := letters(r)
		if len(l) != 1 || n == len(buf) {
			return "", 0
		}
		buf[n] = l[0]
		n++
	}
	return string(buf[:n]), n
}

func clipLetters(s string) string { return s[:min(len(s), longest)] }
