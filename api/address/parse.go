package address

import (
	"slices"
	"strings"
)

// Parse reads an address. What it makes of a text, String writes so that Parse
// reads the same again; a text in which it finds nothing becomes the note.
func Parse(text string) Address {
	const tries = 4
	a := read(text)
	if a.String() == text {
		return a // written cleanly, as most are
	}
	for range tries {
		again := read(a.String())
		if again == a {
			return a
		}
		a = again
	}
	s, note := fold(text)
	left := Address{Note: strings.TrimSpace(strings.Join(strings.Fields(string(s)+" "+note), " "))}
	if read(left.String()) != left {
		return Address{}
	}
	return left
}

func read(text string) Address {
	if !chinese(text) {
		return parseForeign(text)
	}
	p := &parser{}
	p.s, p.a.Note = fold(text)
	p.regions()
	for p.i < len(p.s) {
		n := p.storey()
		if n == 0 {
			n = p.item()
		}
		if n == 0 {
			p.run = append(p.run, p.s[p.i])
			n = 1
		}
		p.i += n
	}
	p.flush()
	return p.a
}

// parser goes from left to right; run is what it has not made sense of yet, and
// becomes a road or an estate when something numbered follows.
type parser struct {
	s   []rune
	i   int
	run []rune
	a   Address
}

// inside says that the house itself is behind us.
func (p *parser) inside() bool {
	return p.a.Building != "" || p.a.Unit != "" || p.a.Storey != "" || p.a.Room != ""
}

func (p *parser) at(i int, word string) bool {
	for _, r := range word {
		if i >= len(p.s) || p.s[i] != r {
			return false
		}
		i++
	}
	return true
}

// flush gives the run its place.
func (p *parser) flush() {
	run := strings.Trim(string(p.run), "- ")
	p.run = nil
	if run == "" {
		return
	}
	a := &p.a
	switch {
	case p.inside():
		a.Note = strings.TrimSpace(a.Note + " " + run)
	case a.Road == "" && a.Estate == "" && a.Number == "":
		a.Road, a.Estate = splitRoad(run)
	case a.Estate == "":
		for _, word := range []string{"大院", "院内", "院", "内", "旁边", "旁"} {
			if cut := strings.TrimPrefix(run, word); cut != run {
				run = cut
				break
			}
		}
		a.Estate = run
	default:
		a.Estate += run
	}
}

var roadEnds = []string{"大道", "大街", "胡同", "公路", "国道", "省道", "路", "街", "巷", "弄", "道", "里", "条", "坊", "径", "段"}

// splitRoad tells a road from the estate behind it.
func splitRoad(run string) (road, estate string) {
	for _, word := range roadEnds {
		if strings.HasSuffix(run, word) && run != word {
			return run, ""
		}
	}
	if cut := strings.TrimRight(run, "东南西北中"); strings.HasSuffix(cut, "路") || strings.HasSuffix(cut, "道") || strings.HasSuffix(cut, "街") {
		return run, "" // 南海大道北
	}
	best := -1
	for _, word := range []string{"大道", "大街", "胡同", "路", "街", "巷"} {
		at := strings.LastIndex(run, word)
		if at <= 0 {
			continue
		}
		rest := run[at+len(word):]
		if strings.HasPrefix(rest, "口") || strings.HasPrefix(rest, "桥") || strings.HasPrefix(rest, "心") || strings.HasPrefix(rest, "村") {
			continue
		}
		best = max(best, at+len(word))
	}
	if best < 0 {
		return "", run
	}
	return run[:best], run[best:]
}

// storey reads a storey that has no plain number: 地下一层, 负1楼, 首层, 夹层.
func (p *parser) storey() int {
	if !strings.ContainsRune("首底顶夹地负-", p.s[p.i]) {
		return 0
	}
	for _, name := range []struct{ written, label string }{
		{"首层", "1"}, {"底层", "1"}, {"顶层", "顶"}, {"顶楼", "顶"}, {"夹层", "夹"}, {"地下室", "B1"},
	} {
		if p.a.Storey == "" && p.at(p.i, name.written) {
			p.flush()
			p.a.Storey = name.label
			return len([]rune(name.written))
		}
	}
	for _, word := range []string{"地下", "负", "-"} {
		if p.a.Storey != "" || !p.at(p.i, word) || word == "-" && len(p.run) > 0 && alnum(p.run[len(p.run)-1]) {
			continue
		}
		n := len([]rune(word))
		if p.at(p.i+n, "第") {
			n++
		}
		value, taken := numeral(p.s[p.i+n:])
		if end := p.i + n + taken; taken > 0 && (p.at(end, "层") || p.at(end, "楼")) {
			p.flush()
			p.a.Storey = "B" + value
			return n + taken + 1
		}
	}
	return 0
}

func alnum(r rune) bool { return digit(r) || letter(r) }

// value is a number or short code at the reader's place.
type value struct {
	text    string // in digits and capitals
	n       int
	chinese bool // written in Chinese numerals
	side    bool // 东, 甲: only with a word behind it
}

const stems, sides = "甲乙丙丁戊己庚辛", "东西南北中主附左右前后"

// side says whether a code is one of 东, 甲 and their like.
func side(s string) bool {
	r := []rune(s)
	return len(r) == 1 && strings.ContainsRune(stems+sides, r[0])
}

func (p *parser) value() value {
	i := p.i
	first := p.s[i]
	if alnum(first) && len(p.run) > 0 && alnum(p.run[len(p.run)-1]) {
		return value{}
	}
	if strings.ContainsRune(stems, first) && i+1 < len(p.s) && digit(p.s[i+1]) {
		v := p.code(i + 1)
		v.text, v.n = string(first)+v.text, v.n+1
		return v
	}
	if strings.ContainsRune(stems+sides, first) {
		return value{text: string(first), n: 1, side: true}
	}
	if alnum(first) {
		return p.code(i)
	}
	text, n := numeral(p.s[i:])
	return value{text: text, n: n, chinese: n > 0}
}

// code reads letters and digits in groups between dashes (之 between digits, too).
func (p *parser) code(from int) value {
	var b strings.Builder
	i := from
	for i < len(p.s) {
		r := p.s[i]
		switch {
		case alnum(r):
			b.WriteRune(r)
		case r == '附' && i > from && i+1 < len(p.s) && digit(p.s[i-1]) && digit(p.s[i+1]):
			b.WriteRune(r)
		case (r == '-' || r == '之' && digit(p.s[i-1])) && i > from && i+1 < len(p.s) && alnum(p.s[i-1]) && alnum(p.s[i+1]):
			b.WriteByte('-')
		default:
			return value{text: strings.ToUpper(b.String()), n: i - from}
		}
		i++
	}
	return value{text: strings.ToUpper(b.String()), n: i - from}
}

var (
	buildingWords = spelt("号楼", "号栋", "号幢", "#楼", "#栋", "栋", "幢", "座")
	levelWords    = spelt("层", "楼")
	unitWords     = spelt("号单元", "单元", "梯")
	roomWords     = spelt("号商铺", "号车位", "号铺", "号房", "号室", "商铺", "车位", "室", "房", "户", "铺")
	laneWords     = spelt("支弄", "弄", "巷", "段", "条", "支巷")
	zoneWords     = spelt("期", "区", "组", "村", "队")
)

// term is a text and its characters.
type term struct {
	text  string
	runes []rune
}

func spelt(texts ...string) []term {
	list := make([]term, len(texts))
	for i, text := range texts {
		list[i] = term{text, []rune(text)}
	}
	return list
}

// begins says whether a word begins at a place.
func (p *parser) begins(i int, w term) bool {
	return i <= len(p.s)-len(w.runes) && slices.Equal(p.s[i:i+len(w.runes)], w.runes)
}

func (p *parser) word(i int, words []term) string {
	for _, w := range words {
		if p.begins(i, w) {
			return w.text
		}
	}
	return ""
}
