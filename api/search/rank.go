package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"onemap/api/find"
)

// ranked is a hit with how well it fits: the title itself, a title that begins
// with what was typed, one that holds it, anything else; the shorter the better.
type ranked struct {
	Hit
	class, length int
}

// rank says whether the row is meant at all, and how well it fits.
func (r *ranked) rank(typed string, more ...string) bool {
	if !find.Matches(typed, append([]string{r.Title, r.Subtitle}, more...)...) {
		return false
	}
	want, title := strings.TrimSpace(find.Fold(typed)), find.Fold(r.Title)
	switch {
	case title == want:
		r.class = 0
	case strings.HasPrefix(title, want):
		r.class = 1
	case strings.Contains(title, want):
		r.class = 2
	default:
		r.class = 3
	}
	r.length = utf8.RuneCountInString(r.Title)
	return true
}

// best orders the hits and keeps the first ones. Cases come newest first, as
// they were read.
func best(list []ranked, limit int) []ranked {
	slices.SortStableFunc(list, func(a, b ranked) int {
		if a.Type == "case" {
			return 0
		}
		return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.length, b.length), cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID))
	})
	return list[:min(limit, len(list))]
}
