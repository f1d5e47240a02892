package address

import (
	"slices"
	"strings"
	"unicode/utf8"
)

var provinces = spelt(
	"北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南",
	"广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾", "内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门",
)

// What names of regions end in.
var (
	cityWords      = spelt("自治州", "地区", "市", "盟")
	districtWords  = spelt("自治县", "自治旗", "特区", "林区", "区", "县", "旗", "市")
	alone          = spelt("自治县", "自治旗", "区", "县", "旗") // of a district without its city
	streetWords    = spelt("街道办事处", "街道", "民族乡", "镇", "乡", "苏木")
	communityWords = spelt("社区居民委员会", "社区居委会", "社区", "居民委员会", "居委会", "村民委员会", "村委会")
)

// regions takes the regions from the front of an address.
func (p *parser) regions() {
	p.province()
	p.a.City = p.region(cityWords, 2, 10)
	if p.a.City != "" || p.a.Province != "" {
		// A city named twice, as 北京市北京市; a city of a county's rank.
		for p.a.City != "" && p.at(0, p.a.City) {
			p.s = p.s[utf8.RuneCountInString(p.a.City):]
		}
		p.a.District = p.region(districtWords, 1, 14)
	} else {
		p.a.District = p.region(alone, 1, 14)
	}
	p.a.Street = p.region(streetWords, 1, 9)
	p.a.Street = strings.TrimSuffix(p.a.Street, "办事处")
	p.a.Community = p.region(communityWords, 1, 10)
	for _, word := range []string{"社区居民委员会", "社区居委会"} {
		if name, found := strings.CutSuffix(p.a.Community, word); found {
			p.a.Community = name + "社区"
		}
	}
}

func (p *parser) province() {
	for i, province := range provinces {
		if !p.begins(0, province) {
			continue
		}
		name, rest := province.text, string(p.s[len(province.runes):])
		for _, word := range []string{"省", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "特别行政区"} {
			if after, found := strings.CutPrefix(rest, word); found && after != "" {
				p.a.Province = name + word
				p.s = []rune(after)
				return
			}
		}
		// Without its word a province is only known by the city behind it: 广东佛山市.
		if k := strings.Index(rest, "市"); k >= len("佛山") && k <= len("呼和浩特") && !strings.ContainsAny(rest[:k], "0123456789路街区县") && i >= 4 {
			p.a.Province = name
			p.s = []rune(rest)
		}
		return
	}
}

// regionBegins are the first characters of all the words that end a region.
var regionBegins = func() map[rune]bool {
	set := map[rune]bool{}
	for _, r := range "自地市盟特林区县旗街民镇乡苏社居村" {
		set[r] = true
	}
	return set
}()

// What a region's last character also ends or begins.
var (
	noRegionBefore = map[string]string{
		"区": "小社园校厂院景宅活住墅矿片校期苑楼一二三四五六七八九十0123456789ABCDEFGHabcdefgh",
		"市": "超菜夜门股集", "镇": "", "乡": "", "县": "",
	}
	noRegionAfter = spelt(
		"路", "街", "大道", "大街", "巷", "弄", "道", "胡同", "花园", "广场", "家园", "公寓", "人家", "嘉园", "新村", "小区", "大厦", "名苑",
		"场", "民路", "民大", "民广", "民中", "政府", "政路", "政大", "之", "口", "委", "栋", "座", "号", "小学", "中学", "医院", "城",
	)
	roadNamedRegions = spelt("路南区", "路北区", "路桥区", "道里区", "道外区")
	estateWords      = spelt("花园", "家园", "小区", "公寓", "大厦", "广场", "新村", "名苑", "嘉园", "别墅", "山庄", "花苑", "佳苑", "商场", "大楼", "中心")
	roadWords        = spelt("路", "街", "大道", "大街", "胡同", "巷", "弄")
)

// region takes the shortest region that ends in one of the words, its name of at
// least and at most so many characters.
func (p *parser) region(words []term, least, most int) string {
	for end := least; end <= most && end < len(p.s); end++ {
		if digit(p.s[end-1]) && p.s[0] != '第' {
			return "" // a number: the regions are behind us
		}
		if !regionBegins[p.s[end]] {
			continue
		}
		for _, word := range words {
			n := len(word.runes)
			if end+n >= len(p.s) || !p.begins(end, word) {
				continue
			}
			if p.isRegion(end, word.text, end+n) {
				whole := string(p.s[:end+n])
				p.s = p.s[end+n:]
				return whole
			}
		}
	}
	return ""
}

// isRegion says whether the name of so many characters before a word is that of a
// region, by itself and by what follows at rest.
func (p *parser) isRegion(name int, word string, rest int) bool {
	if strings.ContainsRune(noRegionBefore[word], p.s[name-1]) {
		return false
	}
	follows := func(w term) bool { return p.begins(rest, w) }
	if strings.HasSuffix(word, "社区") || strings.Contains(word, "委") {
		return !strings.ContainsAny(string(p.s[:name]), "号栋幢") && !p.at(rest, "路") && !p.at(rest, "街")
	}
	if slices.ContainsFunc(roadNamedRegions, follows) {
		return true
	}
	for _, w := range noRegionAfter {
		if follows(w) && !(word == "街道" && w.text != "口") && !(w.text == "城" && word != "乡" && word != "县") {
			return false
		}
	}
	for _, w := range estateWords {
		if p.index(w, name) >= 0 {
			return false
		}
	}
	if word == "街道" || word == "街道办事处" {
		return true
	}
	for _, w := range roadWords {
		// 路南区, 路桥区 and 道里区 begin so; 解放路东区 does not.
		if p.index(w, name) > 0 {
			return false
		}
	}
	return !strings.ContainsAny(string(p.s[:name]), "号栋幢室")
}

// index is where a word first lies whole within the first n characters, or -1.
func (p *parser) index(w term, n int) int {
	for i := range n + 1 - len(w.runes) {
		if p.begins(i, w) {
			return i
		}
	}
	return -1
}
