package find_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"onemap/api/find"
)

func words(texts ...string) string {
	var list []string
	for _, l := range find.Words(texts...).Lexemes {
		list = append(list, l.Word)
	}
	return strings.Join(list, " ")
}

func TestWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"春风路":             "cfl fl 春风 路 风路",
		"路":               "路",
		"":                "",
		"——（）%_":          "",
		"Main Street 12b": "12 b main street",
		"１２号楼，Ａ座":         "12 a hl 号楼 座 楼",
		"重庆":              "cq zq 庆 重庆", // 重 is read zhòng and chóng in names, tóng in a dictionary only
		"Zürich":          "zürich",
		"春风 春风":           "cf 春风 风",
	} {
		if got := words(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := words("甲", "乙"); got != "乙 甲" {
		t.Errorf("two texts make a pair: %q", got)
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"春":        `'春':*`,
		"春风":       `'春风'`,
		"春风路":      `'春风' & '风路'`,
		"春风路12号":   `'12' & '春风' & '风路'`,
		"春风路1":     `'1':* & '春风' & '风路'`,
		"cfl":      `'cfl':*`,
		"Main str": `'main' & 'str':*`,
		"号12":      `'12':*`,
		"%":        "",
		"' | 'a":   `'a':*`,
		`\`:        "",
	} {
		if got := find.Query(typed); got != want {
			t.Errorf("%q: %s, want %s", typed, got, want)
		}
	}
}

func TestUnsure(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string][]string{
		"春风": nil, "春风12": nil, "main": nil, "%": nil,
		"春风路": {"春风路"}, "１２号 春风": {"号"}, "路": {"路"}, "春风路12号楼上": {"春风路", "号楼上"},
	} {
		if got := find.Unsure(typed); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

func TestInitials(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"王小明": "wxm", "春风路12号": "cfl12h", "Anna": "anna", "欧阳 娜": "oyn", "〇": "l", "": ""} {
		if got := find.Initials(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		typed, text string
		want        bool
	}{
		{"风春", "春风路春风", false}, // both pairs of 风春风 may stand apart
		{"春风路12", "春风路12号", true},
		{"春风路12", "春风路3号，另12栋", true},
		{"cf", "大春风路", true},
		{"dx", "大春风路", false},
		{"main 12", "12 Main Street", true},
		{"１２", "12号", true},
	} {
		if got := find.Matches(tt.typed, tt.text); got != tt.want {
			t.Errorf("%q in %q: %v", tt.typed, tt.text, got)
		}
	}
}

// Whatever part of a text is typed, the text's lexemes answer it.
func TestEveryPartIsFound(t *testing.T) {
	t.Parallel()
	alphabet := []rune("春风路解放大道重庆长沙12３号a Bü-（）楼栋")
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(rapid.SampledFrom(alphabet), 1, 14).Draw(t, "text"))
		folded := []rune(find.Fold(text))
		from := rapid.IntRange(0, len(folded)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(folded)).Draw(t, "to")
		part := string(folded[from:to])
		// A number or a word is found from its beginning, and whole unless it is the last.
		if from > 0 && inside(folded[from-1], folded[from]) || to < len(folded) && inside(folded[to-1], folded[to]) {
			return
		}
		var have []string
		for _, l := range find.Words(text).Lexemes {
			have = append(have, l.Word)
		}
		for _, term := range strings.Split(find.Query(part), " & ") {
			if term == "" {
				continue
			}
			word, prefix := strings.CutSuffix(term, ":*")
			word = strings.Trim(word, "'")
			if !slices.ContainsFunc(have, func(h string) bool { return h == word || prefix && strings.HasPrefix(h, word) }) {
				t.Fatalf("%q in %q: no lexeme for %s among %q", part, text, term, have)
			}
		}
		if find.Query(part) != "" && !find.Matches(part, text) {
			t.Fatalf("%q in %q: found, but does not match", part, text)
		}
	})
}

// inside says whether two neighbours belong to one number or word.
func inside(a, b rune) bool {
	kind := func(r rune) int {
		switch {
		case r >= '0' && r <= '9':
			return 1
		case r < 0x2000 && (r == 'ü' || r >= 'a' && r <= 'z'):
			return 2
		}
		return 0
	}
	return kind(a) != 0 && kind(a) == kind(b)
}

func FuzzQuery(f *testing.F) {
	f.Add("春风路12号")
	f.Add("'\\:*&|!()<->")
	f.Fuzz(func(t *testing.T, typed string) {
		q := find.Query(typed)
		for _, term := range strings.Split(q, " & ") {
			inner := strings.Trim(strings.TrimSuffix(term, ":*"), "'")
			if strings.ContainsAny(inner, `'\ `) {
				t.Errorf("%q gives %s", typed, q)
			}
		}
	})
}

func BenchmarkWords(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		find.Words("和平花园3栋", "", "青禾市临川区第一街道和平路12号和平花园3栋", "和平路12号")
	}
}
