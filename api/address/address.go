// Package address reads addresses as people write them.
//
// The journey of an address: 佛山市南海区桂城街道南海大道十二号阳光花园３栋２单元502室 is
// folded (full-width forms, spaces and notes in brackets), its regions are taken
// from the front, then street, number, estate, building, unit, storey and room
// from left to right, each normalised (十二号 is 12, 3幢 is 3栋, 地下一层 is B1).
// Key is what is compared: the house, without regions and without what does not
// tell two houses apart. The elements are those of GA/T 2000.32, codes 10 to 42.
//
// An address without Chinese characters keeps its street and number
// (Bahnhofstrasse 12, 12 Main St), so that keys work there, too.
//
// The storey is a label, what the lift's button says: 502 lies on the storey
// labelled 5, which is the fifth only where no label is left out.
package address

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Address is an address in its parts; what it does not say is empty.
type Address struct {
	Province, City, District string
	Street, Community        string // 街道, 镇 or 乡; 社区 or 村委会
	Road                     string // 解放路
	Lane                     string // 100弄, 3巷, 4段: what is numbered along the road
	Number                   string // 12, 12-1 (12号之1, too), 甲12, 12附1
	Estate                   string // 阳光花园, 曹杨3村, 青禾大厦
	Building                 string // 3, A, 东
	Unit                     string // 1, 甲, 东
	Storey                   string // the label: 5, B1, 12A
	Room                     string // 502, 12A03, 东
	Note                     string // what stood in brackets, or after the room
}

// Key is the house as addresses are compared: street with number, or estate, and
// building; "" when the address names no house. The estate is left out where a
// street with a number says enough.
func (a Address) Key() string {
	var b strings.Builder
	place := a.Road + a.Lane
	switch {
	case place != "" && a.Number != "":
		b.WriteString(roadKey(place) + foreignGap(a.Road) + a.Number + suffix(a.Road, "号"))
	case a.Estate != "":
		b.WriteString(a.Estate)
		b.WriteString(a.estateNumber())
	case place != "" && a.Building != "":
		b.WriteString(roadKey(place))
	case a.Community != "" && a.Number+a.Building != "":
		b.WriteString(a.Community)
		b.WriteString(a.estateNumber())
	default:
		return ""
	}
	if a.Building != "" {
		b.WriteString(house(a.Building))
	}
	return strings.ToLower(b.String())
}

// estateNumber is a number that stands behind an estate: 阳光花园12号 is its 12栋.
func (a Address) estateNumber() string {
	switch {
	case a.Number == "":
		return ""
	case a.Building == "":
		return house(a.Number)
	}
	return a.Number + "号"
}

// Keys are the key and, where the address also names an estate, the key of the
// same house by its estate alone: files name a house by either.
func (a Address) Keys() []string {
	var keys []string
	if k := a.Key(); k != "" {
		keys = append(keys, k)
	}
	if a.Estate != "" && a.Road != "" && a.Building != "" {
		byEstate := Address{Estate: a.Estate, Building: a.Building}
		keys = append(keys, byEstate.Key())
	}
	return keys
}

// Inside is where in the house: unit, label of the storey, room.
func (a Address) Inside() (unit, storey, room string) { return a.Unit, a.Storey, a.Room }

// String is the address in its one written form; Parse reads it back to the same.
func (a Address) String() string {
	if a.foreign() {
		return a.foreignString()
	}
	var b strings.Builder
	for _, part := range []string{a.Province, a.City, a.District, a.Street, a.Community, a.Road, a.Lane} {
		b.WriteString(part)
	}
	if a.Road+a.Lane != "" {
		b.WriteString(with(a.Number, "号"))
		b.WriteString(a.Estate)
	} else {
		b.WriteString(a.Estate)
		b.WriteString(with(a.Number, "号"))
	}
	b.WriteString(house(a.Building))
	b.WriteString(with(a.Unit, "单元"))
	b.WriteString(with(a.Storey, "层"))
	switch {
	case side(a.Room):
		b.WriteString(a.Room + "户")
	default:
		b.WriteString(with(a.Room, "室"))
	}
	if a.Note != "" {
		b.WriteString("(" + a.Note + ")")
	}
	return b.String()
}

func with(value, word string) string {
	if value == "" {
		return ""
	}
	return value + word
}

// house writes a building: 3栋, A座.
func house(building string) string {
	if building == "" || building[0] >= '0' && building[0] <= '9' {
		return with(building, "栋")
	}
	return building + "座"
}

// Unit normalises what a column calls a unit: 三单元, 3 and 3号 are 3.
func Unit(text string) string {
	s := plain(text)
	for _, word := range []string{"单元", "梯", "门", "号"} {
		s = strings.TrimSuffix(s, word)
	}
	return code(s)
}

// Room normalises what a column calls a room: 502室, 502房 and ５０２ are 502.
func Room(text string) string {
	s := plain(text)
	for _, word := range []string{"号车位", "车位", "号商铺", "号房", "号铺", "商铺", "室", "房", "铺", "户", "号"} {
		if cut := strings.TrimSuffix(s, word); cut != s {
			s = cut
			break
		}
	}
	return code(s)
}

// Storey normalises what a column calls a storey to its label: 5层, 5楼, 5F and
// 五层 are 5; 地下一层, 负1楼 and -1 are B1.
func Storey(text string) string {
	s := plain(text)
	switch s {
	case "首层", "底层":
		return "1"
	case "地下室", "地下":
		return "B1"
	}
	for _, word := range []string{"层", "楼", "F"} {
		s = strings.TrimSuffix(s, word)
	}
	for _, word := range []string{"地下", "负", "-"} {
		if below, found := strings.CutPrefix(s, word); found {
			return "B" + code(strings.TrimPrefix(below, "第"))
		}
	}
	return code(strings.TrimPrefix(s, "第"))
}

// code is a short name in digits and capitals.
func code(s string) string {
	s = strings.TrimPrefix(s, "第")
	if value, n := numeral([]rune(s)); n > 0 && n == len([]rune(s)) {
		return value
	}
	return s
}

// plain folds a column's short text.
func plain(text string) string {
	return strings.Join(strings.Fields(strings.ToUpper(norm.NFKC.String(text))), "")
}
