package tiles

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// States are the states a case may be in, in the order of its life.
var States = [...]string{"reported", "filed", "rejected", "dispatched", "returned", "in_progress", "suspended", "resolved", "closed"}

// Filter narrows a tile of cases as the list of cases is narrowed, by the same
// words with the same meaning; the zero Filter narrows nothing.
type Filter struct {
	States   []string  // any of these; empty is all
	Category string    // a code or the beginning of one
	Since    time.Time // reported at or after
	Until    time.Time // reported before
	Region   string    // a region's code: what belongs to it
	Today    bool      // what lies in the region on the grids in force, instead of what ended in it
	Overdue  bool      // only cases past their limit
	Urged    bool      // only open cases that those in charge have urged
	// Now is what "overdue" is measured by, a whole minute, so that a tile
	// can be kept for a minute.
	Now time.Time
}

// FieldError is one thing wrong with a query.
type FieldError struct {
	Location string `json:"location"`
	Message  string `json:"message"`
	Value    string `json:"value,omitempty"`
}

var (
	categoryPattern = regexp.MustCompile(`^[0-9]{2,5}$`)
	regionPattern   = regexp.MustCompile(`^[0-9]{4,15}$`)
)

var filterNames = []string{"state", "category", "since", "until", "region", "grids", "overdue", "urged"}

// ParseFilter reads the closed list of filters and says everything that is
// wrong at once. A bare date is the beginning of that day in the zone; an empty
// value is none.
func ParseFilter(query url.Values, now time.Time, zone *time.Location) (Filter, []FieldError) {
	f := Filter{Now: now.Truncate(time.Minute).UTC()}
	wrong := unknown(query, filterNames)
	refuse := func(name, message string) {
		wrong = append(wrong, FieldError{"query." + name, message, clip(query.Get(name))})
	}
	for _, name := range filterNames {
		values, given := query[name]
		if !given {
			continue
		}
		if len(values) > 1 {
			refuse(name, "give it once")
			continue
		}
		if values[0] == "" {
			continue
		}
		if message := f.set(name, values[0], zone); message != "" {
			refuse(name, message)
		}
	}
	if !f.Since.IsZero() && !f.Until.IsZero() && !f.Since.Before(f.Until) {
		refuse("until", "must be later than since")
	}
	return f, wrong
}

// set takes one parameter; the answer is what would be right, or "".
func (f *Filter) set(name, value string, zone *time.Location) string {
	switch name {
	case "state":
		for s := range strings.SplitSeq(value, ",") {
			if !slices.Contains(States[:], s) {
				return "a comma-separated list of " + strings.Join(States[:], ", ")
			}
			f.States = append(f.States, s)
		}
		slices.Sort(f.States)
		f.States = slices.Compact(f.States)
	case "category":
		if f.Category = value; !categoryPattern.MatchString(value) {
			return "a code of 2 to 5 digits, or the beginning of one"
		}
	case "region":
		if f.Region = value; !regionPattern.MatchString(value) {
			return "a region code of 4 to 15 digits"
		}
	case "grids":
		if f.Today = value == "today"; !f.Today && value != "then" {
			return "then or today"
		}
	case "overdue", "urged":
		if value != "true" && value != "false" {
			return "true or false"
		}
		if name == "overdue" {
			f.Overdue = value == "true"
		} else {
			f.Urged = value == "true"
		}
	case "since", "until":
		at, ok := moment(value, zone)
		if !ok {
			return "a time as 2026-11-22T08:00:00+08:00 or a day as 2026-11-22"
		}
		if name == "since" {
			f.Since = at
		} else {
			f.Until = at
		}
	}
	return ""
}

// moment reads an RFC 3339 time, or a day: its beginning.
func moment(s string, zone *time.Location) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		if at, err = time.ParseInLocation(time.DateOnly, s, zone); err != nil {
			return time.Time{}, false
		}
	}
	return at.UTC(), at.Year() >= 1900 && at.Year() <= 9999
}

// unknown lists the parameters that are none of the known ones, in order.
func unknown(query url.Values, known []string) []FieldError {
	var wrong []FieldError
	for name, values := range query {
		if !slices.Contains(known, name) {
			message := "no such parameter"
			if len(known) > 0 {
				message += "; there are " + strings.Join(known, ", ")
			}
			wrong = append(wrong, FieldError{"query." + clip(name), message, clip(strings.Join(values, ","))})
		}
	}
	slices.SortFunc(wrong, func(a, b FieldError) int { return strings.Compare(a.Location, b.Location) })
	return wrong
}

// clip keeps an answer from repeating a whole long value.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// Key names the filter in a cache. Timed says whether the answer depends on Now.
func (f Filter) Key(timed bool) string {
	var b strings.Builder
	if len(f.States) > 0 {
		b.WriteString(" state=" + strings.Join(f.States, ","))
	}
	if f.Category != "" {
		b.WriteString(" category=" + f.Category)
	}
	if !f.Since.IsZero() {
		b.WriteString(" since=" + f.Since.Format(time.RFC3339Nano))
	}
	if !f.Until.IsZero() {
		b.WriteString(" until=" + f.Until.Format(time.RFC3339Nano))
	}
	if f.Region != "" {
		b.WriteString(" region=" + f.Region)
		if f.Today {
			b.WriteString(" today")
		}
	}
	if f.Overdue {
		b.WriteString(" overdue")
	}
	if f.Urged {
		b.WriteString(" urged")
	}
	if timed || f.Overdue {
		b.WriteString(" now=" + strconv.FormatInt(f.Now.Unix(), 10))
	}
	return b.String()
}

// overdue is the condition that a case of the table aliased t has a limit that
// runs and has passed. It does not run for a case that is suspended, waits for
// its check, or is at its end.
func (f Filter) overdue(a *args) string {
	return "COALESCE(t.due_at < " + a.add(f.Now) + "::timestamptz AND t.state IN ('reported', 'filed', 'dispatched', 'returned', 'in_progress'), FALSE)"
}

// where is the filter as conditions on case_file t.
func (f Filter) where(a *args) []string {
	var parts []string
	if len(f.States) > 0 {
		parts = append(parts, "t.state = ANY("+a.add(f.States)+"::text[])")
	}
	if f.Category != "" {
		parts = append(parts, "starts_with(t.category, "+a.add(f.Category)+")")
	}
	if !f.Since.IsZero() {
		parts = append(parts, "t.created_at >= "+a.add(f.Since))
	}
	if !f.Until.IsZero() {
		parts = append(parts, "t.created_at < "+a.add(f.Until))
	}
	switch {
	case f.Region != "" && f.Today:
		parts = append(parts, "(t.ground_code IS NULL AND "+under("t.scope_code", f.Region, a)+" OR "+under("t.ground_code", f.Region, a)+")")
	case f.Region != "":
		parts = append(parts, under("t.scope_code", f.Region, a))
	}
	if f.Overdue {
		parts = append(parts, f.overdue(a))
	}
	if f.Urged {
		parts = append(parts, "t.urges > 0 AND t.state NOT IN ('closed', 'rejected')")
	}
	return parts
}
