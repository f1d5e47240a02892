package address

import "strings"

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
	if w := p.word(end, levelWords); w != "" && len(parts) == 1 {
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
