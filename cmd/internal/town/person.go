package town

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Person is somebody of the town; Home is where they live now. Everything is
// invented, and the numbers begin with the code of no city.
type Person struct {
	Ref, Name, Sex string
	Born           time.Time
	Number         string // of identity, 18 characters
	Phone          string
	Kind           string // registered, floating, left_behind, overseas
	Alone, Head    bool
	Household      string
	Home           Door
	Since          time.Time
	Ties           []Tie // beside living at home
	Tags           []string
	TagUntil       time.Time
}

// Door is a room of a stack.
type Door struct{ Stack, Room int }

// Tie is another dwelling, or another relation to the same.
type Tie struct {
	Home         Door
	Relation     string
	Since, Until time.Time
}

// member is a person of a household to be: years is the age.
type member struct {
	sex   string
	years int
}

// families are the kinds of households, and how many of a thousand are of each.
// Together they give the ages of a city that grows old: 22 % are 60 and above,
// 3 % are 80 and above, one in eight of those above 65 lives alone.
var families = []struct {
	share int
	let   float64 // how likely they live to rent
	make  func(d dice) []member
}{
	{150, 0.65, func(d dice) []member { return []member{{either(d), 21 + d.IntN(24)}} }},
	{45, 0, func(d dice) []member {
		sex := "female"
		if d.chance(0.32) {
			sex = "male"
		}
		return []member{{sex, max(65, elderly(d))}}
	}},
	{185, 0.02, func(d dice) []member {
		man := elderly(d)
		return []member{{"male", man}, {"female", max(55, man-d.IntN(6))}}
	}},
	{135, 0.3, func(d dice) []member {
		man := 24 + d.IntN(34)
		return []member{{"male", man}, {"female", max(22, man-d.IntN(5))}}
	}},
	{205, 0.2, func(d dice) []member { return withChildren(d, 1) }},
	{75, 0.15, func(d dice) []member { return withChildren(d, 2) }},
	{110, 0.04, func(d dice) []member {
		list := withChildren(d, 1+d.IntN(2))
		grand := max(list[0].years+22, 58+d.IntN(16))
		list = append(list, member{"female", grand})
		if d.chance(0.45) {
			list = append(list, member{"male", grand + d.IntN(4)})
		}
		return list
	}},
	{65, 0.1, func(d dice) []member {
		man := 47 + d.IntN(15)
		return []member{{"male", man}, {"female", man - d.IntN(4)}, {either(d), man - 24 - d.IntN(5)}}
	}},
	{30, 0.2, func(d dice) []member {
		parent := 28 + d.IntN(22)
		return []member{{"female", parent}, {either(d), max(0, parent-23-d.IntN(8))}}
	}},
}

func either(d dice) string {
	if d.chance(0.51) {
		return "male"
	}
	return "female"
}

// elderly is 60 and more; each year later fewer of them.
func elderly(d dice) int { return min(102, 60-int(math.Log(1-d.Float64())*11.4)) }

func withChildren(d dice, n int) []member {
	man := 26 + d.IntN(22)
	list := []member{{"male", man}, {"female", max(24, man-d.IntN(5))}}
	for i := range n {
		list = append(list, member{either(d), max(0, list[1].years-24-d.IntN(6)-3*i)})
	}
	return list
}

func family(d dice) (list []member, let bool) {
	at := d.IntN(1000)
	for _, f := range families {
		if at -= f.share; at < 0 {
			return f.make(d), d.chance(f.let)
		}
	}
	return families[0].make(d), true
}

// settler moves households in.
type settler struct {
	*maker
	d       dice
	numbers map[string]int // given out: by place, day and sex
	homes   []Door
	count   int
	houses  int
}

// settle moves in as many people as the town, or the quarter, is for.
func (m *maker) settle() {
	s := &settler{maker: m, d: m.dice("people"), numbers: map[string]int{}}
	total := 0
	for i := range m.town.Stacks {
		for k := range m.town.Stacks[i].Rooms {
			if m.town.Stacks[i].Rooms[k].Use == "dwelling" {
				total++
				s.homes = append(s.homes, Door{i, k})
			}
		}
	}
	if total == 0 {
		return
	}
	// Those that stay empty are spread over the town.
	s.d.Shuffle(len(s.homes), func(i, j int) { s.homes[i], s.homes[j] = s.homes[j], s.homes[i] })
	m.town.People = make([]Person, 0, m.people+m.people/20)
	next := 0
	for s.count < m.people {
		home := s.homes[next%total]
		next++
		s.moveIn(home, next > total)
	}
	for _, home := range s.homes[min(next, total):] {
		m.town.Stacks[home.Stack].Rooms[home.Room].Tenure = "vacant"
	}
	// Nobody's room is another's who came to share it.
	slices.SortStableFunc(m.town.People, func(a, b Person) int { return strings.Compare(a.Ref, b.Ref) })
}

// moveIn brings a household into a dwelling; shared is for a town with more
// households than homes.
func (s *settler) moveIn(home Door, shared bool) {
	d := s.d
	list, let := family(d)
	if shared {
		list, let = []member{{either(d), 19 + d.IntN(22)}}, true
	}
	if left := s.people - s.count; len(list) > left {
		list = list[:left]
	}
	room := &s.town.Stacks[home.Stack].Rooms[home.Room]
	if !shared {
		room.Tenure = "own"
		if let {
			room.Tenure = "let"
		}
	}
	s.houses++
	household := fmt.Sprintf("household-%s%06d", s.prefix, s.houses)
	floating := let && d.chance(0.8)
	surname := surnameOf(d)
	oldest := 0
	for _, p := range list {
		oldest = max(oldest, p.years)
	}
	since := s.day.AddDate(0, -d.IntN(12*min(20, max(1, oldest-19))), -d.IntN(28))
	if let {
		since = s.day.AddDate(0, -d.IntN(40), -d.IntN(28))
	}
	for i, one := range list {
		s.person(one, i, len(list), household, surname, home, since, floating, let)
	}
}

func (s *settler) person(one member, i, of int, household, surname string, home Door, since time.Time, floating, let bool) {
	d := s.d
	s.count++
	p := Person{
		Ref: fmt.Sprintf("person-%s%07d", s.prefix, s.count), Sex: one.sex, Kind: "registered", Head: i == 0,
		Alone: of == 1, Household: household, Home: home, Since: since,
		Born: s.day.AddDate(-one.years, 0, -d.IntN(365)),
	}
	if i == 1 && of > 1 && one.years > 20 || surname == "" {
		surname = surnameOf(d) // wives keep their name
	}
	p.Name = surname + givenName(d, one.sex, p.Born.Year())
	if p.Since.Before(p.Born) {
		p.Since = p.Born
	}
	place := s.district
	if floating {
		p.Kind = "floating"
		place = fmt.Sprintf("99%02d%02d", 2+d.IntN(40), 1+d.IntN(9))
	}
	p.Number = s.number(place, p.Born, p.Sex)
	if one.years >= 10 && one.years < 88 && d.chance(0.93) || one.years >= 14 && i == 0 {
		p.Phone = fmt.Sprintf("%s%02d%06d", phonePrefix, s.index%100, s.count%1_000_000)
	}
	switch {
	case floating:
	case d.chance(0.11):
		// Registered in another dwelling of the same quarter.
		p.Ties = append(p.Ties, Tie{Home: s.homes[d.IntN(len(s.homes))], Relation: "registered", Since: p.Born})
	default:
		p.Ties = append(p.Ties, Tie{Home: home, Relation: "registered", Since: p.Since})
	}
	if i == 0 && one.years >= 18 {
		relation := "owner"
		if let {
			relation = "tenant"
		}
		p.Ties = append(p.Ties, Tie{Home: home, Relation: relation, Since: p.Since})
	}
	if years := s.day.Sub(p.Since).Hours() / 24 / 365; years < 6 && p.Since.After(p.Born.AddDate(0, 6, 0)) && d.chance(0.3) {
		from := p.Since.AddDate(0, -3-d.IntN(70), 0)
		if from.Before(p.Born) {
			from = p.Born
		}
		p.Ties = append(p.Ties, Tie{Home: s.homes[d.IntN(len(s.homes))], Relation: "resident", Since: from, Until: p.Since})
	}
	s.tag(&p, one.years)
	s.town.People = append(s.town.People, p)
}

// phonePrefix begins numbers that nobody has been given.
const phonePrefix = "169"

// tag gives care tags at about the rates of a city.
func (s *settler) tag(p *Person, years int) {
	for _, t := range []struct {
		tag      string
		low, top int
		rate     float64
	}{
		{"disabled", 0, 200, 0.018 + 0.0007*math.Max(0, float64(years-45))},
		{"low_income", 0, 200, 0.009},
		{"left_behind_child", 3, 15, 0.006},
		{"lost_only_child", 52, 85, 0.003},
		{"veteran", 20, 90, 0.014},
		{"mental_illness_care", 18, 90, 0.0035},
		{"community_correction", 18, 70, 0.0005},
		{"resettlement", 18, 65, 0.0006},
	} {
		if years >= t.low && years <= t.top && s.d.chance(t.rate) && (t.tag != "veteran" || p.Sex == "male") {
			p.Tags = append(p.Tags, t.tag)
		}
	}
	if len(p.Tags) > 0 {
		p.TagUntil = s.day.AddDate(0, 2+s.d.IntN(22), 0)
		if slices.Contains(p.Tags, "left_behind_child") {
			p.Kind = "left_behind"
		}
	}
}

// number is an identity number of GB 11643 that nobody else has: the serials of
// a day are shared out among the quarters.
func (s *settler) number(place string, born time.Time, sex string) string {
	const each = 20 // serials a quarter has of a place, day and sex
	key := place + born.Format("20060102") + sex
	n := s.numbers[key]
	s.numbers[key] = n + 1
	if n >= each {
		// Beyond its own serials a quarter takes another place's.
		return s.number(nextPlace(place), born, sex)
	}
	serial := 2 * (s.index%25*each + n) % 1000
	if sex == "male" {
		serial++
	}
	text := fmt.Sprintf("%s%s%03d", place, born.Format("20060102"), serial)
	return text + string(checkDigit(text))
}

// nextPlace counts up the last two digits of a place's code.
func nextPlace(place string) string {
	n := 10*int(place[4]-'0') + int(place[5]-'0')
	return fmt.Sprintf("%s%02d", place[:4], n%99+1)
}

// checkDigit is MOD 11-2 of ISO 7064 over 17 digits.
func checkDigit(first string) byte {
	sum := 0
	for i, w := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(first[i]-'0')
	}
	return "10X98765432"[sum%11]
}
