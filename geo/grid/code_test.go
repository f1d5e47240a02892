package grid

import (
	"strings"
	"testing"
)

func TestCodes(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]Level{
		"9901": City, "990101": District, "990101001": Street, "990101001001": Community, "990101001001001": Grid,
	} {
		c, err := ParseCode(s)
		if err != nil || c.Level() != want || want.Digits() != len(s) {
			t.Errorf("%s: %q, %v", s, c.Level(), err)
		}
		if l, err := ParseLevel(string(want)); err != nil || l != want || Levels()[l.Order()] != l {
			t.Errorf("level %s: %q, %v", want, l, err)
		}
	}
	for _, s := range []string{"", "99", "99010", "99010a", "٩٩٠١", " 9901", "+901", "9901010010010011", strings.Repeat("9", 1<<20)} {
		if c, err := ParseCode(s); err == nil || len(err.Error()) > 200 {
			t.Errorf("%.20q is no code: %.20q", s, c)
		}
	}
	chain := []Code{"990101001001001", "990101001001", "990101001", "990101", "9901", ""}
	for i, c := range chain[1:] {
		if got := chain[i].Parent(); got != c {
			t.Errorf("parent of %s is %s, want %s", chain[i], got, c)
		}
		if !chain[0].Within(c) || c != "" && c.Within(chain[i]) {
			t.Errorf("%s is within %s, not the other way", chain[0], c)
		}
	}
	if Code("9902").Within("9901") || Code("990").Parent() != "" || Level("x").Order() != -1 || Level("x").Digits() != 0 {
		t.Error("what is no code or level has no rank")
	}
	if _, err := ParseLevel("province"); err == nil {
		t.Error("there is no province")
	}
}

func FuzzParseCode(f *testing.F) {
	for _, s := range []string{"9901", "990101001001001", "٩٩٠١", "9901\x00", "-901"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCode(s)
		if err != nil {
			return
		}
		if string(c) != s || strings.Trim(s, "0123456789") != "" || c.Level().Digits() != len(s) {
			t.Fatalf("%q was read as %q", s, c)
		}
		for c != "" {
			up := c.Parent()
			if !c.Within(up) || up != "" && up.Level().Order() != c.Level().Order()-1 {
				t.Fatalf("%q under %q", c, up)
			}
			c = up
		}
	})
}
