package transfer

import (
	"regexp"
	"slices"
	"strings"

	"onemap/api/find"
	"onemap/api/person"
)

// Kind is what a file may hold rows of.
type Kind struct {
	Name     string  `json:"kind"`
	Title    string  `json:"title"`
	TitleEn  string  `json:"title_en"`
	Geometry string  `json:"geometry" enum:"none,point,polygon" doc:"What a row needs to say where it is."`
	Fields   []Field `json:"fields"`
	secret   bool    // about people: no value is ever repeated
	numbers  map[string]int
}

// Field is one thing a row says.
type Field struct {
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	TitleEn  string   `json:"title_en"`
	Type     string   `json:"type" enum:"text,int,float,date,time,bool,choice,choices"`
	Required bool     `json:"required"`
	Help     string   `json:"help"`
	HelpEn   string   `json:"help_en"`
	Values   []Choice `json:"values"`
	aliases  []string // what columns are called elsewhere
	words    map[string]string
}

// Choice is one of a closed list.
type Choice struct {
	Value   string `json:"value"`
	Title   string `json:"title"`
	TitleEn string `json:"title_en"`
	aliases []string
}

// Kinds are the kinds of files there are, in the order in which a city brings them.
func Kinds() []*Kind { return kinds }

// KindOf finds a kind by name, or nil.
func KindOf(name string) *Kind {
	if i := slices.IndexFunc(kinds, func(k *Kind) bool { return k.Name == name }); i >= 0 {
		return kinds[i]
	}
	return nil
}

// field gives a field's number, or -1.
func (k *Kind) field(name string) int {
	if i, ok := k.numbers[name]; ok {
		return i
	}
	return -1
}

// has says whether the kind has a field.
func (k *Kind) has(name string) bool { return k.field(name) >= 0 }

// longFigures are what may be an identity number or a telephone.
var longFigures = regexp.MustCompile(`[0-9][0-9 -]{5,}[0-9Xx]`)

// shown is a value as a page shows it: of people, masked. A field of "" is a
// column that nobody has named yet.
func (k *Kind) shown(field, v string) string {
	if !k.secret {
		return v
	}
	switch field {
	case "name":
		return person.MaskName(v)
	case "id_number":
		return person.MaskNumber(v)
	case "phone":
		return person.MaskPhone(v)
	case "born_on", "since", "until", "tag_until":
		return v
	}
	return longFigures.ReplaceAllStringFunc(v, func(s string) string { return s[:2] + strings.Repeat("*", len(s)-4) + s[len(s)-2:] })
}

// prepared gives each field its number and the words by which its values are known.
func prepared(list []*Kind) []*Kind {
	for _, k := range list {
		k.numbers = make(map[string]int, len(k.Fields))
		for i := range k.Fields {
			f := &k.Fields[i]
			k.numbers[f.Name] = i
			if f.Values == nil {
				f.Values = []Choice{}
			}
			f.words = map[string]string{}
			for _, c := range f.Values {
				for _, word := range append([]string{c.Value, c.Title, c.TitleEn}, c.aliases...) {
					if word = plain(word); word != "" {
						f.words[word] = c.Value
					}
				}
			}
		}
	}
	return list
}

// plain is a word without what does not tell names apart: case, width, spaces,
// punctuation and notes in brackets such as a unit.
func plain(s string) string {
	s = find.Fold(s)
	if i := strings.IndexAny(s, "([【"); i > 0 {
		s = s[:i]
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-./\\:*#'\"、，：", r) || r == '\u3000' {
			return -1
		}
		return r
	}, s)
}

func textField(name, title, titleEn string, aliases ...string) Field {
	return Field{Name: name, Title: title, TitleEn: titleEn, Type: "text", aliases: aliases}
}

func typedField(kind, name, title, titleEn string, aliases ...string) Field {
	f := textField(name, title, titleEn, aliases...)
	f.Type = kind
	return f
}

func choiceField(name, title, titleEn string, values []Choice, aliases ...string) Field {
	f := typedField("choice", name, title, titleEn, aliases...)
	f.Values = values
	return f
}

func (f Field) required() Field {
	f.Required = true
	return f
}

func (f Field) help(zh, en string) Field {
	f.Help, f.HelpEn = zh, en
	return f
}
