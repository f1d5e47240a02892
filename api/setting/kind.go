package setting

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"onemap/api/actor"
)

// Values are the settings in force.
type Values struct {
	// CityName and Contact stand on residents' pages; empty ones do not.
	CityName, CityNameEn string
	Contact, ContactEn   string
	// KeepLeft is for how many months records of people who have left are kept; 0
	// is until they are erased by hand.
	KeepLeft int
	// SessionHours is how long a session lasts, whatever is done in it.
	SessionHours int
	// IdleMinutes is after how long without use administrators, registrars and
	// auditors are signed out.
	IdleMinutes int
	// SecondFactor lists the roles that need a second factor to sign in.
	SecondFactor []actor.Role
}

// kind is one setting: where it lies in Values, and what it may be.
type kind struct {
	key, group string
	// flag is the flag of the start that gives it, "" when only this page does.
	flag        string
	unit        string
	least, most int // of a number; of a text, most is its length
	text        func(*Values) *string
	number      func(*Values) *int
	roles       func(*Values) *[]actor.Role
}

// The groups, in the order of a page.
const (
	groupCity   = "city"
	groupPeople = "people"
	groupSignIn = "signin"
	groupServer = "server"
)

// kinds are the settings, in the order of a page.
var kinds = []kind{
	{key: "city_name", group: groupCity, most: 40, text: func(v *Values) *string { return &v.CityName }},
	{key: "city_name_en", group: groupCity, most: 60, text: func(v *Values) *string { return &v.CityNameEn }},
	{key: "contact", group: groupCity, most: 120, text: func(v *Values) *string { return &v.Contact }},
	{key: "contact_en", group: groupCity, most: 160, text: func(v *Values) *string { return &v.ContactEn }},
	{key: "keep_left", group: groupPeople, flag: "keep-left", unit: "months", least: 0, most: 600, number: func(v *Values) *int { return &v.KeepLeft }},
	{key: "session_hours", group: groupSignIn, unit: "hours", least: 1, most: 24, number: func(v *Values) *int { return &v.SessionHours }},
	{key: "idle_minutes", group: groupSignIn, unit: "minutes", least: 5, most: 720, number: func(v *Values) *int { return &v.IdleMinutes }},
	{key: "second_factor", group: groupSignIn, flag: "second-factor", roles: func(v *Values) *[]actor.Role { return &v.SecondFactor }},
}

func kindOf(key string) (kind, bool) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.key == key })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

// of is the setting's value as JSON shows it.
func (k kind) of(v *Values) any {
	switch {
	case k.text != nil:
		return *k.text(v)
	case k.number != nil:
		return *k.number(v)
	}
	return append([]actor.Role{}, *k.roles(v)...) // an empty list, never null
}

// take puts a value in its place, or says in words what is wrong with it.
func (k kind) take(raw json.RawMessage, v *Values) (wrong string) {
	switch {
	case k.text != nil:
		return k.takeText(raw, v)
	case k.number != nil:
		return k.takeNumber(raw, v)
	}
	return k.takeRoles(raw, v)
}

func (k kind) takeText(raw json.RawMessage, v *Values) string {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return "a text"
	}
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > k.most {
		return fmt.Sprintf("at most %d characters", k.most)
	}
	if strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError
	}) {
		return "one line, without control characters"
	}
	*k.text(v) = text
	return ""
}

func (k kind) takeNumber(raw json.RawMessage, v *Values) string {
	var n int
	if json.Unmarshal(raw, &n) != nil || n < k.least || n > k.most {
		return fmt.Sprintf("a whole number from %d to %d", k.least, k.most)
	}
	*k.number(v) = n
	return ""
}

func (k kind) takeRoles(raw json.RawMessage, v *Values) string {
	var list []actor.Role
	if json.Unmarshal(raw, &list) != nil || list == nil || slices.ContainsFunc(list, func(r actor.Role) bool { return !slices.Contains(actor.Roles, r) }) {
		return "a list of roles; an empty one is none"
	}
	// In one order, each once: so the same choice is the same value.
	*k.roles(v) = slices.DeleteFunc(slices.Clone(actor.Roles), func(r actor.Role) bool { return !slices.Contains(list, r) })
	return ""
}
