package auth

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/fault"
)

// NewAccount is what an account is made of.
type NewAccount struct {
	Login      string
	Name       string
	Password   string // without one, a one-time link sets it
	MustChange bool   // at the first sign-in: somebody else chose the password
	Demo       bool
	Scope      string // where it belongs; left empty, the widest of its grants
	SSO        bool
	Grants     []actor.Grant
	Until      *time.Time // of the grants; nil is no end
	Reason     string     // of the grants
	by         uuid.UUID  // who makes it; none is a command of the installation
}

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,39}$`)

// Validate says everything that is wrong at once.
func (n NewAccount) Validate() error {
	var f fault.Fields
	validateLogin(&f, n.Login)
	validateName(&f, n.Name)
	if n.Password != "" {
		checkPassword(&f, "password", n.Password, n.Login, n.Name)
	}
	for _, g := range n.Grants {
		validateGrant(&f, g)
	}
	return f.Err("account.invalid")
}

// loginOf is a login as it is kept, of one that somebody typed.
func loginOf(typed string) string { return strings.ToLower(strings.TrimSpace(typed)) }

func validateLogin(f *fault.Fields, login string) {
	if !loginForm.MatchString(login) {
		f.Add("login", login, "2 to 40 characters: small letters, digits, dot, dash or underscore, beginning with a letter or digit")
	}
}

func validateName(f *fault.Fields, name string) {
	if strings.TrimSpace(name) == "" {
		f.Add("name", nil, "must not be empty")
	}
	if len([]rune(name)) > 80 {
		f.Add("name", nil, "at most 80 characters")
	}
}

func validateScope(f *fault.Fields, scope string) {
	if !slices.Contains([]int{0, 4, 6, 9, 12, 15}, len(scope)) || strings.Trim(scope, "0123456789") != "" {
		f.Add("scope", scope, "a region code of 4, 6, 9, 12 or 15 digits, or empty for everywhere")
	}
}

// maxReason is how many characters a reason has at most.
const maxReason = 200

func validateReason(f *fault.Fields, reason string) {
	if len([]rune(reason)) > maxReason {
		f.Add("reason", nil, "at most %d characters", maxReason)
	}
}

func validateGrant(f *fault.Fields, g actor.Grant) {
	if !slices.Contains(actor.Roles, g.Role) {
		f.Add("role", g.Role, "one of %v", actor.Roles)
	}
	validateScope(f, g.Prefix)
	if (g.Role == actor.Handler) != (g.Department != "") {
		f.Add("department", g.Department, "a handler needs a department, and nobody else has one")
	}
}

// home is the widest of some places when it holds the others, else everywhere.
func home(grants []actor.Grant) string {
	if len(grants) == 0 {
		return ""
	}
	widest := grants[0].Prefix
	for _, g := range grants[1:] {
		switch {
		case strings.HasPrefix(widest, g.Prefix):
			widest = g.Prefix
		case !strings.HasPrefix(g.Prefix, widest):
			return ""
		}
	}
	return widest
}
