package transfer

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"onemap/api/organisation"
	"onemap/api/person"
)

// likeness says how likely a column of this name is the field, from 0 to 1.
func (f Field) likeness(column string) float64 {
	name := plain(column)
	if name == "" {
		return 0
	}
	best := 0.0
	for i, word := range append([]string{f.Name, f.Title, f.TitleEn}, f.aliases...) {
		word = plain(word)
		switch {
		case word == "":
		case name == word:
			// A field's own name and title say more than what others call it.
			best = max(best, 1-0.01*float64(min(i, 3)))
		case len(name) >= 8 && strings.HasPrefix(word, name):
			best = max(best, 0.65) // Shapefiles cut names after ten bytes
		case len([]rune(word)) >= 2 && len(name) > 2 && len(word) > 2 && (strings.HasPrefix(name, word) || strings.HasSuffix(name, word)):
			best = max(best, 0.5+0.3*float64(len(word))/float64(len(name)))
		}
	}
	return best
}

// looks says how well a column's values fit a field: below 0 they do not.
func (f Field) looks(k *Kind, samples []string, today time.Time) float64 {
	var fit, filled float64
	for _, v := range samples {
		if v == "" {
			continue
		}
		filled++
		switch {
		case k.secret && f.Name == "id_number":
			if _, err := person.ParseIdentity(v, today); err == nil {
				fit++
			}
		case k.secret && f.Name == "phone":
			if p, err := person.ParsePhone(v); err == nil && len(p) == 11 && p[0] == '1' {
				fit++
			}
		case f.Name == "uscc":
			if code, err := organisation.ParseCode(v); err == nil && code != "" {
				fit++
			}
		case f.Type == "int" || f.Type == "float":
			if _, err := strconv.ParseFloat(v, 64); err == nil {
				fit++
			}
		case f.Type == "choice":
			if _, ok := f.words[plain(v)]; ok {
				fit++
			}
		}
	}
	if filled == 0 {
		return 0
	}
	return fit / filled
}

// telling are fields whose values give them away under any name.
var telling = []string{"id_number", "uscc"}

// Guess maps the columns of a file by their names and by what they hold.
func Guess(k *Kind, columns []string, samples [][]string, today time.Time) map[string]string {
	type pair struct {
		field, column int
		score         float64
	}
	var pairs []pair
	for i, f := range k.Fields {
		for j, c := range columns {
			if plain(c) == plain(numberColumn) {
				continue // it says which file of ours this was, and nothing of the row
			}
			score := f.likeness(c)
			looks := f.looks(k, samples[j], today)
			switch {
			case slices.Contains(telling, f.Name) && looks > 0.8:
				score = max(score, 0.9) + looks/2
			case f.Type == "int" || f.Type == "float":
				if looks == 0 && slices.ContainsFunc(samples[j], func(s string) bool { return s != "" }) {
					score = 0 // a column of words is no number, whatever it is called
				}
			case f.Name == "phone" && k.secret && looks > 0.8:
				score = max(score, 0.6)
			case f.Type == "choice" && looks > 0.8 && score > 0:
				score += 0.1
			}
			if score >= 0.6 {
				pairs = append(pairs, pair{i, j, score})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	guessed, used := map[string]string{}, map[int]bool{}
	for _, p := range pairs {
		name := k.Fields[p.field].Name
		if guessed[name] == "" && !used[p.column] {
			guessed[name], used[p.column] = columns[p.column], true
		}
	}
	if guessed["lon"] != "" && guessed["lat"] != "" {
		delete(guessed, "x")
		delete(guessed, "y")
	} else {
		delete(guessed, "lon")
		delete(guessed, "lat")
	}
	if guessed["x"] == "" || guessed["y"] == "" {
		delete(guessed, "x")
		delete(guessed, "y")
	}
	return guessed
}
