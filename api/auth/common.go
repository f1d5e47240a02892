package auth

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"
)

//go:embed commonest.txt
var commonestWords string

// wordsOfPasswords are the words of the list, the longest of them, and no
// comments.
var wordsOfPasswords = sync.OnceValue(func() (w struct {
	known   map[string]bool
	longest int
},
) {
	w.known = map[string]bool{}
	for line := range strings.Lines(commonestWords) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for word := range strings.FieldsSeq(line) {
			w.known[word] = true
			w.longest = max(w.longest, len(word))
		}
	}
	return w
})

// walks are the ways of a finger over a keyboard, and what is counted off.
var walks = func() []string {
	list := []string{
		"01234567890123456789", "1234567891011121314151617181920",
		"abcdefghijklmnopqrstuvwxyz", "!@#$%^&*()_+", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./",
		"qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "qazwsxedcrfvtgbyhnujmikolp",
		"1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "a1b2c3d4e5f6g7h8i9", "1a2b3c4d5e6f7g8h9i", "a1s2d3f4g5h6j7k8l9",
		"!qaz@wsx#edc$rfv%tgb", "147258369", "741852963", "159357", "159753", "112233445566778899", "1122334455", "aabbccddeeff", "1z2x3c4v5b6n7m",
	}
	for _, w := range list {
		list = append(list, backwards(w))
	}
	return list
}()

func backwards(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// filler is what stands before, between and after the words: years, dates, the
// numbers that sound like words in Chinese (520 "I love you", 1314 "for life"),
// one digit many times, marks.
var filler = regexp.MustCompile(`^(?:[!@#$%^&*.,_+=?~ -]{1,4}|\d{1,2}|[a-z]|(?:19|20)\d\d(?:[01]\d[0-3]\d)?|[01]\d[0-3]\d|520|521|1314|5201314|5211314|7758521|7758258|1314520|1314521|0{3,}|1{3,}|2{3,}|3{3,}|4{3,}|5{3,}|6{3,}|7{3,}|8{3,}|9{3,}|168|888|666|886|110|119|120|007|911|10086|10010|163|126|360|369|258|147|159|357|789|456|abc|xyz|qwe|asd|zxc|qaz|wsx)$`)

// letterless is how a letter is often written: p@ssw0rd.
var letterless = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "i", "!", "i", "0", "o", "$", "s", "5", "s", "7", "t")

// commonPassword says whether a password is among those that are tried first:
// made of the words of the list, walks over the keyboard, counting, and the usual
// fillers alone, or of one short piece again and again.
func commonPassword(password string) bool {
	p := strings.ToLower(password)
	if repeated(p) || madeOfCommon(p) {
		return true
	}
	if read := letterless.Replace(p); read != p {
		// Digits at the end stay digits: p@ssw0rd123.
		bare := strings.TrimRight(p, "0123456789!@#$%^&*.?")
		return madeOfCommon(letterless.Replace(bare) + p[len(bare):])
	}
	return false
}

// repeated is one short piece again and again: abcabcabca, 1212121212,
// woaini woaini.
func repeated(p string) bool {
	for n := 1; n <= len(p)/2 && n <= 6; n++ {
		if p == strings.Repeat(p[:n], len(p)/n)+p[:len(p)%n] {
			return true
		}
	}
	return false
}

// Beyond so many pieces it is a sentence that somebody made up.
const (
	mostWords  = 2
	mostPieces = 4
)

// madeOfCommon looks for the fewest pieces that the password is made of.
func madeOfCommon(p string) bool {
	w := wordsOfPasswords()
	const far = 1 << 20
	// best[i][k] is the fewest pieces that p[:i] is made of with k words.
	best := make([][mostWords + 1]int, len(p)+1)
	for i := range best {
		for k := range best[i] {
			best[i][k] = far
		}
	}
	best[0][0] = 0
	for i := range p {
		for to := i + 1; to <= min(len(p), i+40); to++ {
			piece := p[i:to]
			word := len(piece) <= w.longest && w.known[piece]
			if !word && !filler.MatchString(piece) && !walked(piece) {
				continue
			}
			for words, pieces := range best[i] {
				if word {
					words++
				}
				if words <= mostWords {
					best[to][words] = min(best[to][words], pieces+1)
				}
			}
		}
	}
	for _, n := range best[len(p)] {
		if n <= mostPieces {
			return true
		}
	}
	return false
}

// walked is three or more keys in the order of some walk.
func walked(piece string) bool {
	if len(piece) < 3 {
		return false
	}
	for _, w := range walks {
		if strings.Contains(w, piece) {
			return true
		}
	}
	return false
}
