package address

import (
	"strconv"
	"strings"
)

var digits = map[rune]int{'〇': 0, '零': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}

// numeral reads the number a text begins with, in digits or in Chinese, and how
// many characters it takes: 十二 is 12, 五〇二 is 502. 八一 is no number: it is a name.
func numeral(s []rune) (value string, n int) {
	for n < len(s) && digit(s[n]) {
		n++
	}
	if n > 0 {
		return string(s[:n]), n
	}
	plainDigits, tens, zero := true, 0, false
	for n < len(s) && n < 7 {
		if d, ok := digits[s[n]]; ok {
			zero = zero || d == 0
		} else if s[n] == '十' || s[n] == '百' {
			plainDigits = false
		} else {
			break
		}
		n++
	}
	switch {
	case n == 0:
		return "", 0
	case plainDigits && (n == 1 || n > 2 || zero):
		var b strings.Builder
		for _, r := range s[:n] {
			b.WriteByte(byte('0' + digits[r]))
		}
		return b.String(), n
	case plainDigits:
		return "", 0
	}
	total, last := 0, -1
	for _, r := range s[:n] {
		switch r {
		case '十', '百':
			unit := 10
			if r == '百' {
				unit = 100
			}
			if last < 0 && r == '百' || tens != 0 && unit >= tens {
				return "", 0
			}
			if last < 0 {
				last = 1
			}
			total, tens, last = total+last*unit, unit, -1
		case '零', '〇':
		default:
			if last >= 0 {
				return "", 0
			}
			last = digits[r]
		}
	}
	return strconv.Itoa(total + max(0, last)), n
}

// inChinese writes 1 to 99 as roads are named: 中山二路.
func inChinese(n int) string {
	const names = "零一二三四五六七八九"
	at := func(i int) string { return string([]rune(names)[i]) }
	switch {
	case n < 10:
		return at(n)
	case n < 20 && n%10 == 0:
		return "十"
	case n < 20:
		return "十" + at(n%10)
	case n%10 == 0:
		return at(n/10) + "十"
	}
	return at(n/10) + "十" + at(n%10)
}
