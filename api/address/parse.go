package address

import "strings"

// Parse reads an address. What it makes of a text, String writes so that Parse
// reads the same again; a text in which it finds nothing becomes the note.
func Parse(text string) Address {
	const tries = 4 // one for what is written cleanly
	a := read(text)
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
	buildingWords = []string{"号楼", "号栋", "号幢", "#楼", "#栋", "栋", "幢", "座"}
	unitWords     = []string{"号单元", "单元", "梯"}
	roomWords     = []string{"号商铺", "号车位", "号铺", "号房", "号室", "商铺", "车位", "室", "房", "户", "铺"}
	laneWords     = []string{"支弄", "弄", "巷", "段", "条", "支巷"}
	zoneWords     = []string{"期", "区", "组", "村", "队"}
)

func (p *parser) word(i int, words []string) string {
	for _, w := range words {
		if p.at(i, w) {
			return w
		}
	}
	return ""
}

// item reads something numbered and gives how many characters it took.
func (p *parser) item() int {
	from := p.i
	v := value{}
	if p.at(from, "第") && from+1 < len(p.s) {
		p.i++
		v = p.value()
		p.i = from
		if v.n == 0 || v.side {
			return 0
		}
		v.n++
	} else {
		v = p.value()
	}
	if v.n == 0 {
		return 0
	}
	end := from + v.n
	length := func(word string) int { return v.n + len([]rune(word)) }
	parts := strings.Split(v.text, "-")
	if w := p.word(end, buildingWords); w != "" {
		return p.take(p.building(parts, w), length(w))
	}
	if w := p.word(end, unitWords); w != "" {
		return p.take(p.unit(parts), length(w))
	}
	if v.side {
		return p.sided(v, end)
	}
	if p.at(end, "门") && (end+1 == len(p.s) || alnum(p.s[end+1])) && !v.chinese {
		return p.take(p.unit(parts), length("门"))
	}
	if w := p.word(end, []string{"层", "楼"}); w != "" && len(parts) == 1 {
		return p.take(p.level(v.text, w), length(w))
	}
	if w := p.word(end, roomWords); w != "" && (!v.chinese || p.inside() || p.a.Number != "") {
		return p.take(p.room(parts), length(w))
	}
	if n := p.along(v, end); n > 0 {
		return n
	}
	switch {
	case p.at(end, "号"):
		return p.number(v, end)
	case p.at(end, "#"):
		return p.take(p.sharp(parts), length("#"))
	case v.chinese:
		return 0
	case len(v.text) > 1 && strings.HasSuffix(v.text, "F") && strings.Trim(v.text[:len(v.text)-1], "0123456789") == "" && p.a.Storey == "":
		return p.take(p.level(v.text[:len(v.text)-1], "层"), v.n)
	case end == len(p.s):
		return p.take(p.bare(parts), v.n)
	case p.inside() && p.a.Room == "" && len(v.text) > 1 && len(p.run) == 0:
		return p.take(p.room(parts), v.n)
	}
	// A word within a name, as in SOHO现代城: whole, or its digits would begin anew.
	if letter(p.s[from]) {
		p.run = append(p.run, p.s[from:end]...)
		return v.n
	}
	return 0
}

// take gives the length when what was read found its place.
func (p *parser) take(taken bool, n int) int {
	if taken {
		return n
	}
	return 0
}

// sided reads 东楼, 东户, which have a side instead of a number.
func (p *parser) sided(v value, end int) int {
	switch {
	case p.at(end, "楼") && len(p.run) > 0 && !p.inside() && (end+1 == len(p.s) || !hanName(p.s[end+1:])):
		p.flush()
		p.a.Building = v.text
		return v.n + 1
	case (p.at(end, "户") || p.at(end, "室")) && p.inside() && p.a.Room == "":
		p.flush()
		p.a.Room = v.text
		return v.n + 1
	}
	return 0
}

// hanName says whether a name goes on: 东楼村 is no building.
func hanName(rest []rune) bool { return strings.ContainsRune("村路街镇巷梯", rest[0]) }

func (p *parser) building(parts []string, word string) bool {
	if len(parts) > 1 {
		// 12-3栋 behind a road is its number 12, house 3.
		if len(parts) != 2 || p.a.Number != "" || p.inside() {
			return false
		}
		p.flush()
		if p.a.Road == "" || p.a.Estate != "" {
			p.a.Building = strings.Join(parts, "-")
			return true
		}
		p.a.Number, p.a.Building = parts[0], parts[1]
		return true
	}
	if p.a.Unit != "" || p.a.Storey != "" || p.a.Room != "" {
		return false
	}
	p.flush()
	if p.a.Building != "" {
		// 阳光花园12号3栋: the first was a house of the estate that has houses itself.
		p.a.Estate += p.a.Building + "号"
	}
	p.a.Building = parts[0]
	return true
}

func (p *parser) unit(parts []string) bool {
	if p.a.Unit != "" || len(parts) > 2 || len(parts) == 2 && p.a.Building != "" {
		return false
	}
	p.flush()
	if len(parts) == 2 {
		p.a.Building = parts[0]
	}
	p.a.Unit = parts[len(parts)-1]
	return true
}

func (p *parser) level(label, word string) bool {
	letters := strings.Trim(label, "0123456789") == label
	if word == "楼" && letters && !p.inside() {
		return p.building([]string{label}, word)
	}
	if p.a.Storey != "" || p.a.Room != "" {
		return false
	}
	p.flush()
	p.a.Storey = label
	return true
}

// room reads 502室, and 3-1-502室 with what stands before the room.
func (p *parser) room(parts []string) bool {
	if p.a.Room != "" {
		return false
	}
	p.flush()
	a := &p.a
	last := len(parts) - 1
	before := parts[:last]
	var open []*string // the places that are still empty, from the road inwards
	if a.Road != "" && a.Number == "" && a.Estate == "" && !p.inside() {
		open = append(open, &a.Number)
	}
	if a.Building == "" && a.Unit == "" && a.Storey == "" && len(before) > 0 {
		open = append(open, &a.Building)
	}
	if a.Unit == "" && a.Storey == "" && len(before) > len(open) || len(open) == 0 && a.Unit == "" && a.Storey == "" {
		open = append(open, &a.Unit)
	}
	if len(before) == len(open)+1 && a.Storey == "" && a.Unit == "" {
		open = append(open, &a.Storey)
	}
	if len(before) > len(open) {
		a.Room = strings.Join(parts, "-")
		return true
	}
	for i, part := range before {
		*open[i] = part
	}
	a.Room = parts[last]
	return true
}

// along reads what is numbered along a road (100弄, 四段) and the parts of an
// estate (三村, 2期).
func (p *parser) along(v value, end int) int {
	if p.inside() || strings.Contains(v.text, "-") {
		return 0
	}
	if w := p.word(end, laneWords); w != "" && p.a.Number == "" && p.a.Estate == "" {
		run := string(p.run)
		onRoad := len(p.run) == 0 && p.a.Road != ""
		for _, ending := range []string{"路", "街", "道", "巷", "弄", "里"} {
			onRoad = onRoad || p.a.Road == "" && len(p.run) > 1 && strings.HasSuffix(run, ending)
		}
		if onRoad {
			p.flush()
			p.a.Lane += v.text + w
			return v.n + len([]rune(w))
		}
	}
	if w := p.word(end, zoneWords); w != "" && (len(p.run) > 0 || p.a.Estate != "") && !p.at(end, "区区") {
		p.run = append(p.run, []rune(v.text+w)...)
		return v.n + 1
	}
	return 0
}

// number reads 12号 with what belongs to it: 12号之3, 12号附1, 12号院.
func (p *parser) number(v value, end int) int {
	for _, w := range []string{"路", "街", "线", "桥", "大道", "公路", "巷", "弄", "地块", "码头"} {
		if p.at(end+1, w) {
			return 0 // 三号路
		}
	}
	n := v.n + 1
	rest := end + 1
	p.flush()
	a := &p.a
	switch {
	case p.inside() || a.Number != "":
		if a.Number != "" && !p.inside() && len(v.text) < 3 && !strings.Contains(v.text, "-") {
			a.Building = v.text
			return n
		}
		if p.room(strings.Split(v.text, "-")) {
			return n
		}
		return 0
	case a.Road+a.Lane != "" && a.Estate != "":
		a.Building = v.text
		return n
	}
	a.Number = v.text
	for _, w := range []string{"大院", "院", "门"} {
		if p.at(rest, w) {
			return n + len([]rune(w))
		}
	}
	return n + p.numberTail(rest)
}

func (p *parser) numberTail(i int) int {
	for _, w := range []struct{ written, kept string }{{"之", "-"}, {"-", "-"}, {"附", "附"}} {
		if !p.at(i, w.written) {
			continue
		}
		value, n := numeral(p.s[i+1:])
		end := i + 1 + n
		if n == 0 || w.written == "-" && (len(value) > 2 || end < len(p.s)) {
			return 0
		}
		p.a.Number += w.kept + value
		if w.kept == "附" && p.at(end, "号") {
			end++
		}
		return end - i
	}
	if i < len(p.s) && strings.ContainsRune(stems, p.s[i]) && !side(string([]rune(p.a.Number)[:1])) &&
		p.word(i+1, buildingWords) == "" && p.word(i+1, unitWords) == "" {
		p.a.Number = string(p.s[i]) + p.a.Number
		return 1
	}
	return 0
}

// sharp reads 12#: a number on a road, a house in an estate, else a room.
func (p *parser) sharp(parts []string) bool {
	if len(parts) > 1 {
		return p.room(parts)
	}
	p.flush()
	a := &p.a
	switch {
	case p.inside():
		return p.room(parts)
	case a.Road != "" && a.Number == "" && a.Estate == "":
		a.Number = parts[0]
	default:
		a.Building = parts[0]
	}
	return true
}

// bare reads what the address ends in without a word: 502, 3-502, 3-1-502.
func (p *parser) bare(parts []string) bool {
	p.flush()
	a := &p.a
	onRoad := a.Road+a.Lane != "" && a.Number == "" && a.Estate == "" && !p.inside()
	switch {
	case onRoad && len(parts) <= 2 && (len(parts) == 1 || len(parts[1]) < 3):
		a.Number = strings.Join(parts, "-")
		return true
	case !p.inside() && a.Road+a.Lane+a.Number+a.Estate == "":
		a.Note = strings.TrimSpace(a.Note + " " + strings.Join(parts, "-"))
		return true
	case len(parts) == 1 && !p.inside() && len(parts[0]) < 3:
		a.Building = parts[0]
		return true
	}
	if !p.room(parts) {
		a.Note = strings.TrimSpace(a.Note + " " + strings.Join(parts, "-"))
	}
	return true
}
