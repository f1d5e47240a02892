package person

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// However ties become known, nobody is in two dwellings at once, nothing ends
// before it begins, what has ended stays as it was, and what is told twice
// changes nothing.
func TestTiesSettle(t *testing.T) {
	t.Parallel()
	rooms := []uuid.UUID{{1}, {2}, {3}}
	rapid.Check(t, func(t *rapid.T) {
		var had []residence
		for n := range rapid.IntRange(1, 8).Draw(t, "ties") {
			tie := residence{
				ID: uuid.UUID{15: byte(n + 1)}, DwellingID: rapid.SampledFrom(rooms).Draw(t, "room"),
				Relation: rapid.SampledFrom(Relations).Draw(t, "relation"),
			}
			if rapid.Bool().Draw(t, "dated") {
				tie.Since = today.AddDate(0, 0, -rapid.IntRange(0, 900).Draw(t, "since"))
			}
			if rapid.IntRange(0, 3).Draw(t, "ended") == 0 {
				tie.Until = later(tie.Since, today.AddDate(0, 0, -rapid.IntRange(0, 900).Draw(t, "until")))
			}
			var all ties
			changed, fresh := settle(had, tie, today)
			next := all.take(had, changed, fresh)
			for i, h := range had {
				if !h.open() && next[i] != h {
					t.Fatalf("what had ended was changed: %+v, then %+v", h, next[i])
				}
			}
			open := map[string]int{}
			for _, r := range next {
				if r.open() && single(r.Relation) {
					open[r.Relation]++
				}
				if !r.open() && !r.Since.IsZero() && r.Until.Before(r.Since) {
					t.Fatalf("it ends before it begins: %+v", r)
				}
			}
			for relation, n := range open {
				if n > 1 {
					t.Fatalf("%d open ties of %s: %+v", n, relation, next)
				}
			}
			if changed, fresh := settle(next, tie, today); len(changed) > 0 || fresh != nil {
				t.Fatalf("told twice, %+v changes %+v into %+v, %+v", tie, next, changed, fresh)
			}
			had = next
		}
	})
}

func TestAgesAndMasks(t *testing.T) {
	t.Parallel()
	leap := on(2004, 2, 29)
	for at, want := range map[time.Time]int{on(2026, 2, 28): 21, on(2026, 3, 1): 22, on(2004, 2, 29): 0, on(2024, 2, 29): 20} {
		if got := age(&leap, at); *got != want {
			t.Errorf("on %v: %d, want %d", at, *got, want)
		}
	}
	for name, want := range map[string]string{"": "", "王": "王*", "王明": "王*", "王小明": "王**", "欧阳小明": "欧**", "John Smith": "J**"} {
		if got := MaskName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	for phone, want := range map[string]string{"": "", "13800001234": "138****1234", "075780001234": "075****1234", "80001234": "****234", "12345": "****"} {
		if got := MaskPhone(phone); got != want {
			t.Errorf("%q: %q, want %q", phone, got, want)
		}
	}
	for number, want := range map[string]string{"": "", "E01234567": "******567", "A1": "**", "990101198002290019": "**************0019"} {
		if got := MaskNumber(number); got != want {
			t.Errorf("%q: %q, want %q", number, got, want)
		}
	}
}

func TestNamesAreCleaned(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]named{
		"王小明":         {"王小明", "小明", "明", "wxm"},
		" 王 明 ":       {"王明", "明", "", "wm"},
		"　王　小明":       {"王小明", "小明", "明", "wxm"},
		"欧阳小明":        {"欧阳小明", "阳小明", "小明", "oyxm"},
		"John  Smith": {"John Smith", "Smith", "", "johnsmith"},
	} {
		name, err := cleanName(typed)
		if got := nameParts(name); err != nil || got != want {
			t.Errorf("%q: %+v (%v), want %+v", typed, got, err, want)
		}
	}
	for _, typed := range []string{"", " ", "123", "王\x00明", "王\u202e明", "\xff王", string(make([]rune, 70)), "***"} {
		if name, err := cleanName(typed); err == nil {
			t.Errorf("%q is taken as %q", typed, name)
		}
	}
}
