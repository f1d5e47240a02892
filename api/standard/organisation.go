package standard

import (
	"strconv"
	"strings"

	"onemap/api/organisation"
)

func number(n int) string { return strconv.Itoa(n) }

// registrars are the first characters of organisation codes in use: who registers.
var registrars = map[string]Words{
	"1": {"机构编制", "public institutions"}, "2": {"外交", "foreign affairs"}, "3": {"司法行政", "justice"},
	"4": {"文化", "culture"}, "5": {"民政", "civil affairs"}, "6": {"旅游", "tourism"}, "7": {"宗教", "religion"},
	"8": {"工会", "trade unions"}, "9": {"市场监管", "market regulation"}, "A": {"军队改革", "armed forces"},
	"N": {"农业农村", "agriculture"}, "Y": {"其他", "others"},
}

// organisation reads the code of an organisation.
func (b *Book) organisation(r *Reading) {
	code := r.Code
	if at := strings.IndexFunc(code, func(c rune) bool { return !strings.ContainsRune(organisation.Alphabet, c) }); at >= 0 {
		at = len([]rune(code[:at]))
		r.wrong("第"+number(at+1)+"位不可用：只含数字和除 I、O、S、V、Z 外的大写字母", "character "+number(at+1)+" cannot be: digits and capital letters without I, O, S, V, Z are possible")
		return
	}
	if who, known := registrars[code[:1]]; known {
		r.part(code[:1], "登记管理部门："+who.Zh, "registered by: "+who.En)
	} else {
		r.part(code[:1], "登记管理部门：不明", "registered by: unknown")
		r.note("登记管理部门代码 "+code[:1]+" 不在清单中", "the registering authority "+code[:1]+" is in no list")
	}
	r.part(code[1:2], "机构类别", "kind of organisation")
	place := code[2:8]
	names := divisions()
	switch {
	case place == "100000":
		r.part(place, "登记机关行政区划：国家", "registered in: the state")
	case names[place] != "" || strings.HasSuffix(place, "00") && names[strings.TrimSuffix(strings.TrimSuffix(place, "00"), "00")] != "":
		name := names[place]
		if name == "" {
			name = names[strings.TrimSuffix(strings.TrimSuffix(place, "00"), "00")]
		}
		r.part(place, "登记机关行政区划："+name, "registered in: "+name)
	default:
		r.part(place, "登记机关行政区划：不明", "registered in: unknown")
		r.note("区划 "+place+" 不在2023年区划表中；旧代码不随区划改变", "division "+place+" is not in the table of 2023; codes given before a change stay as they are")
	}
	r.part(code[8:17], "主体标识码", "identifier of the organisation")
	r.part(code[17:], "校验码", "check character")
	if _, err := organisation.ParseCode(code); err != nil {
		r.wrong("校验码不符：有一位写错，或两位颠倒", "it does not fit its check character: a character is wrong or two are swapped")
	}
}
