package auth

import (
	"regexp"
	"slices"
	"strings"

	"onemap/api/actor"
	"onemap/api/fault"
)

// NewAccount is what an account is made of.
type NewAccount struct {
	Login    string
	Name     string
	Password string
	Demo     bool
	Grants   []actor.Grant
}

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,39}$`)

// MinPassword is the shortest password taken, in characters.
const MinPassword = 10

// Validate says everything that is wrong at once.
func (n NewAccount) Validate() error {
	var f fault.Fields
	if !loginForm.MatchString(n.Login) {
		f.Add("login", n.Login, "2 to 40 characters: small letters, digits, dot, dash or underscore, beginning with a letter or digit")
	}
	if strings.TrimSpace(n.Name) == "" {
		f.Add("name", nil, "must not be empty")
	}
	if len([]rune(n.Password)) < MinPassword || len(n.Password) > 256 {
		f.Add("password", nil, "%d to 256 characters", MinPassword)
	}
	for _, g := range n.Grants {
		validateGrant(&f, g)
	}
	return f.Err("account.invalid")
}

func validateGrant(f *fault.Fields, g actor.Grant) {
	if !slices.Contains(actor.Roles, g.Role) {
		f.Add("role", g.Role, "one of %v", actor.Roles)
	}
	if !slices.Contains([]int{0, 4, 6, 9, 12, 15}, len(g.Prefix)) || strings.Trim(g.Prefix, "0123456789") != "" {
		f.Add("scope", g.Prefix, "a region code of 4, 6, 9, 12 or 15 digits, or empty for everywhere")
	}
	if (g.Role == actor.Handler) != (g.Department != "") {
		f.Add("department", g.Department, "a handler needs a department, and nobody else has one")
	}
}
