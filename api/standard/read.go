package standard

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"onemap/api/cases"
	"onemap/geo/grid"
)

// Words say something in Chinese and in English.
type Words struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// Part is a stretch of a code and what it stands for.
type Part struct {
	Digits string `json:"digits"`
	Words
}

// Reading is what a code says.
type Reading struct {
	Code      string  `json:"code" doc:"As it is read: without blanks, full-width forms and small letters."`
	Kind      string  `json:"kind" enum:"division,grid,component,event,organisation,unknown"`
	Edition   string  `json:"edition" doc:"The standard that has codes of this form; empty when none does."`
	Valid     bool    `json:"valid" doc:"Nothing is wrong with it. Whether it was ever given to anything is another question."`
	Wrong     []Words `json:"wrong"`
	Notes     []Words `json:"notes" doc:"What cannot be told from here."`
	Parts     []Part  `json:"parts"`
	Elsewhere []Class `json:"elsewhere" doc:"What other editions call a class of the same name."`
}

// Book reads codes with a city's map at hand.
type Book struct {
	Index func() *grid.Index
}

// form is what codes of a length are.
type form struct {
	length        int
	kind, edition string
	class         int // digits of the class, after six of the district
	Words
}

var forms = []form{
	{10, "event", edition2013, 4, Words{"事件代码", "kind of event"}},
	{11, "event", cases.Edition, 5, Words{"事项代码", "kind of event"}},
	{12, "division", "GB/T 10114", 0, Words{"统计用区划代码", "division"}},
	{14, "grid", "CJ/T 213-2005", 0, Words{"单元网格代码", "grid"}},
	{15, "grid", "GB/T 47678.3", 0, Words{"单元网格标识码", "grid"}},
	{16, "component", edition2013, 4, Words{"部件标识码", "component"}},
	{17, "component", cases.Edition, 5, Words{"管理部件标识码", "component"}},
	{18, "organisation", "GB 32100-2015", 0, Words{"统一社会信用代码", "organisation"}},
}

// Read says what a code is and what is wrong with it.
func (b *Book) Read(typed string) Reading {
	code := strings.Join(strings.Fields(strings.ToUpper(norm.NFKC.String(typed))), "")
	r := &Reading{Code: code, Kind: "unknown", Wrong: []Words{}, Notes: []Words{}, Parts: []Part{}, Elsewhere: []Class{}}
	letters := len([]rune(code))
	for _, f := range forms {
		if f.length != letters {
			continue
		}
		r.Kind, r.Edition = f.kind, f.edition
		switch {
		case f.kind == "organisation":
			b.organisation(r)
		case strings.Trim(code, "0123456789") != "":
			at := strings.IndexFunc(code, func(c rune) bool { return c < '0' || c > '9' })
			r.wrong("第"+number(at+1)+"位不是数字；"+f.Zh+"只含数字", "character "+number(at+1)+" is no digit; the code of a "+f.En+" has digits only")
		case f.class > 0:
			b.classed(r, f)
		default:
			b.divided(r, f)
		}
	}
	if r.Kind == "unknown" {
		r.wrong("长度为"+number(letters)+"，没有这样长的代码：事项10或11位，区划12位，网格14或15位，部件16或17位，统一社会信用代码18位",
			"it is "+number(letters)+" characters long; codes have 10 or 11 (event), 12 (division), 14 or 15 (grid), 16 or 17 (component) or 18 (organisation)")
	}
	r.Valid = len(r.Wrong) == 0
	return *r
}

func (r *Reading) wrong(zh, en string) { r.Wrong = append(r.Wrong, Words{zh, en}) }

func (r *Reading) note(zh, en string) { r.Notes = append(r.Notes, Words{zh, en}) }

func (r *Reading) part(digits, zh, en string) { r.Parts = append(r.Parts, Part{digits, Words{zh, en}}) }

// classed reads district, class, and a component's serial number.
func (b *Book) classed(r *Reading, f form) {
	b.district(r, r.Code[:6])
	class := r.Code[6 : 6+f.class]
	editions := []string{f.edition}
	if f.edition == edition2013 {
		editions = append(editions, edition2007)
	}
	known := listed(f.kind, class, editions...)
	switch {
	case len(known) > 0:
		var names []string
		for _, c := range known {
			if len(known) == 1 {
				names = append(names, c.major+" "+c.Name)
			} else {
				names = append(names, c.Edition+": "+c.major+" "+c.Name)
			}
		}
		name := strings.Join(names, "; ")
		r.part(class, "类别："+name, "class: "+name)
		r.Elsewhere = elsewhere(known)
	case f.edition == cases.Edition:
		r.part(class, "类别：不明", "class: unknown")
		r.wrong(f.edition+" 没有类别 "+class, f.edition+" has no class "+class)
	default:
		r.part(class, "类别：不明", "class: unknown")
		r.note("类别 "+class+" 不在在用清单中；各城市可有自己的扩展类别", "class "+class+" is in no list in use; cities may have added classes of their own")
	}
	if f.kind == "component" {
		b.serial(r, r.Code[6+f.class:])
	}
}

func (b *Book) serial(r *Reading, digits string) {
	r.part(digits, "顺序号", "serial number")
	if strings.Trim(digits, "0") == "" {
		r.wrong("顺序号从"+strings.Repeat("0", len(digits)-1)+"1开始", "serial numbers begin at "+strings.Repeat("0", len(digits)-1)+"1")
	}
}

// divided reads district, street, community, and a grid's serial number.
func (b *Book) divided(r *Reading, f form) {
	ix, code := b.Index(), r.Code
	if f.kind == "division" && strings.Trim(code[4:], "0") == "" {
		b.whole(r)
		return
	}
	b.district(r, code[:6])
	_, ours := ix.Ref(grid.Code(code[:6]))
	for _, level := range []struct {
		from, to int
		Words
	}{{6, 9, Words{"街道（镇）", "street or town"}}, {9, 12, Words{"社区（村）", "community or village"}}} {
		digits := code[level.from:level.to]
		ref, known := ix.Ref(grid.Code(code[:level.to]))
		switch {
		case digits == "000" && f.kind == "division" && strings.Trim(code[level.from:], "0") == "":
			r.part(digits, "无："+"代码止于上一级", "none: the code ends above")
			continue
		case known:
			r.part(digits, level.Zh+"："+ref.Name, level.En+": "+named(ref))
			continue
		}
		r.part(digits, level.Zh+"：不明", level.En+": unknown")
		switch {
		case digits == "000":
			r.wrong(level.Zh+"代码从001开始", "the code of a "+level.En+" begins at 001")
		case ours && len(ix.Children(grid.Code(code[:level.from]))) > 0:
			r.wrong("本市地图上没有"+level.Zh+" "+code[:level.to], "this city's map has no "+level.En+" "+code[:level.to])
		default:
			r.note(level.Zh+" "+code[:level.to]+" 不在本市地图上，无从核对", level.En+" "+code[:level.to]+" is not on this city's map and cannot be checked")
		}
	}
	if f.kind != "grid" {
		return
	}
	b.serial(r, code[12:])
	if ref, known := ix.Ref(grid.Code(code)); known {
		r.note("本市地图上有此网格："+ref.Name, "this city's map has this grid: "+named(ref))
	} else if f.length == 14 {
		r.note("14位是旧版代码；新版15位，顺序号3位", "14 digits are of the former standard; now there are 15, with a serial number of three")
	}
}

// whole looks up the code of a whole city or province: zeros after four digits.
func (b *Book) whole(r *Reading) {
	code := r.Code
	if ref, known := b.Index().Ref(grid.Code(code[:4])); known {
		r.part(code, "市："+ref.Name, "city: "+named(ref))
		return
	}
	name := divisions()[strings.TrimSuffix(code[:4], "00")]
	if name == "" {
		r.wrong("没有地级区划 "+code[:4]+"（2023年区划表）", "there is no city "+code[:4]+" in the table of 2023")
		return
	}
	r.part(code, "市或省："+name, "city or province: "+name)
}

// district looks up six digits on the map and in the national table of 2023.
func (b *Book) district(r *Reading, code string) {
	names := divisions()
	if ref, known := b.Index().Ref(grid.Code(code)); known {
		r.part(code, "县级区划："+ref.Name, "district: "+named(ref))
		return
	}
	if name, known := names[code]; known {
		full := names[code[:2]] + " " + names[code[:4]] + " " + name
		r.part(code, "县级区划："+full, "district: "+full)
		return
	}
	r.part(code, "县级区划：不明", "district: unknown")
	switch {
	case code[:2] == "71" || code[:2] == "81" || code[:2] == "82":
		r.note("区划表不含港澳台", "the table does not list Hong Kong, Macau and Taiwan")
	case names[code[:2]] == "":
		r.wrong("没有以 "+code[:2]+" 开头的省级区划", "no province begins with "+code[:2])
	case names[code[:4]] == "" && code[2:4] != "90":
		r.wrong("没有地级区划 "+code[:4]+"（2023年区划表）", "there is no city "+code[:4]+" in the table of 2023")
	default:
		r.wrong("没有县级区划 "+code+"（2023年区划表）；可能已撤销", "there is no district "+code+" in the table of 2023; it may have been abolished")
	}
}

func named(ref grid.Ref) string {
	if ref.NameEn != "" {
		return ref.NameEn
	}
	return ref.Name
}
