package cases

import (
	_ "embed"
	"encoding/csv"
	"strings"
	"sync"
)

// Edition is the code table in force since 2026-07-01.
const Edition = "GB/T 47678.5-2026"

//go:embed codes/gbt47678-5.csv
var codesCSV string

// StandardCode is one row of the code table of an edition.
type StandardCode struct {
	Edition, Kind, MajorCode, MajorName, Code, Name string
}

// StandardCodes reads the table that the program carries.
var StandardCodes = sync.OnceValue(func() []StandardCode {
	rows, err := csv.NewReader(strings.NewReader(codesCSV)).ReadAll()
	if err != nil {
		panic("cases: the embedded code table cannot be read: " + err.Error())
	}
	var list []StandardCode
	for _, r := range rows[1:] {
		list = append(list, StandardCode{Edition: r[0], Kind: r[1], MajorCode: r[2], MajorName: r[3], Code: r[5], Name: r[6]})
	}
	return list
})

// Category is what can be reported, by its code in the standard.
type Category struct {
	Code   string `json:"code" example:"06010"`
	Name   string `json:"name" example:"暴露垃圾"`
	NameEn string `json:"name_en" example:"Exposed rubbish"`
	Kind   string `json:"kind" enum:"component,event"`
	Urgent bool   `json:"urgent" doc:"Handled within hours."`
}

// Other is the category of what came from elsewhere under a name that no code of
// the standard was given for: its major class 10, other matters.
const Other = "10"

// offered is what a resident chooses from when there is no plate to scan, in
// the order of the list; the Chinese names are the standard's own.
var offered = []struct {
	code, english string
	urgent        bool
}{
	{"06010", "Exposed rubbish", false},
	{"06042", "Overflowing bin", false},
	{"06012", "Dirty road", false},
	{"06013", "Damaged road", false},
	{"01023", "Damaged or missing manhole cover", true},
	{"01037", "Street lamp out of order", false},
	{"02014", "Traffic signals out of order", true},
	{"06036", "Piled-up clutter", false},
	{"06017", "Untidy green space", false},
	{"04002", "Street tree", false},
	{"06025", "Dirty water", false},
	{"06051", "Damaged tactile paving", false},
	{"09012", "Blocked fire lane", true},
	{"10002", "Fallen overhead cable", true},
	{"09009", "Badly parked cars", false},
	{"09010", "Badly parked bicycles", false},
	{"09005", "Trading outside the shop", false},
	{"07001", "Illegal posters", false},
	{"08004", "Construction dust", false},
	{"06028", "Noise", false},
	{"06011", "Piled-up rubble", false},
}

// Offered is the list a resident chooses from.
var Offered = sync.OnceValue(func() []Category {
	list := make([]Category, len(offered))
	for i, o := range offered {
		code, _ := standard(o.code)
		list[i] = Category{o.code, code.Name, o.english, code.Kind, o.urgent}
	}
	return list
})

// standard finds a code: a component's by preference, as the events of the
// standard repeat the components' codes.
func standard(code string) (StandardCode, bool) {
	var found StandardCode
	for _, c := range StandardCodes() {
		if c.Code == code && (found.Code == "" || c.Kind == "component") {
			found = c
		}
	}
	return found, found.Code != ""
}

// CategoryName names a code in Chinese, and in English where it is offered.
func CategoryName(code string) (zh, en string) {
	if code == Other {
		return "其他事项", "Other matters"
	}
	c, _ := standard(code)
	for _, o := range offered {
		if o.code == code {
			return c.Name, o.english
		}
	}
	return c.Name, ""
}

func urgentCategory(code string) bool {
	for _, o := range offered {
		if o.code == code {
			return o.urgent
		}
	}
	return false
}

// concerns are the four words on the report page: 脏 乱 差 破损.
var concerns = map[string][2]string{
	"dirty":  {"脏污", "dirty"},
	"messy":  {"周边杂乱", "untidy"},
	"poor":   {"状况差", "in poor condition"},
	"broken": {"破损", "broken"},
}
