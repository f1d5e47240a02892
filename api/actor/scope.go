package actor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"onemap/geo/grid"
)

// Scope is what an actor may see: whole jurisdictions, and a department's own
// objects within a jurisdiction. The zero Scope sees nothing.
type Scope struct {
	prefixes    []string
	departments []departmentScope
	// unplaced: what has no code is seen, too.
	unplaced bool
}

type departmentScope struct{ department, prefix string }

// sighted are the roles that see every case of their jurisdiction. A planner
// and a registrar work with places, not with cases; a handler sees the cases
// of the department.
var sighted = []Role{Operator, Supervisor, Worker, Auditor, Administrator, Leader}

// Cases is the scope over cases.
func (a Actor) Cases() Scope {
	var s Scope
	for _, g := range a.Grants {
		switch {
		case slices.Contains(sighted, g.Role):
			s.prefixes = append(s.prefixes, g.Prefix)
		case g.Role == Handler:
			s.departments = append(s.departments, departmentScope{g.Department, g.Prefix})
		}
	}
	return s.canonical()
}

// registering are the roles that work with people's records.
var registering = []Role{Registrar, Worker, Administrator}

// People is the scope over people, their dwellings' rooms and their tags. Who
// has no place is seen by those who see a whole city.
func (a Actor) People() Scope {
	var s Scope
	for _, g := range a.Grants {
		if slices.Contains(registering, g.Role) {
			s.prefixes = append(s.prefixes, g.Prefix)
			s.unplaced = s.unplaced || len(g.Prefix) <= grid.City.Digits()
		}
	}
	return s.canonical()
}

// planning are the roles that read the planner's map: protected figures, no people.
var planning = []Role{Planner, Leader, Supervisor, Registrar, Administrator}

// Planning is the scope over the demand for services.
func (a Actor) Planning() Scope { return a.where(planning...) }

// Oversight is the scope over what others have done.
func (a Actor) Oversight() Scope { return a.where(Auditor, Administrator) }

// where is the scope of the jurisdictions over which the actor holds one of the roles.
func (a Actor) where(roles ...Role) Scope {
	var prefixes []string
	for _, g := range a.Grants {
		if slices.Contains(roles, g.Role) {
			prefixes = append(prefixes, g.Prefix)
		}
	}
	return Under(prefixes...)
}

// Area is the scope of whatever all staff of a jurisdiction may see.
func (a Actor) Area() Scope {
	var s Scope
	for _, g := range a.Grants {
		s.prefixes = append(s.prefixes, g.Prefix)
	}
	return s.canonical()
}

// Under is the scope of whole jurisdictions.
func Under(prefixes ...string) Scope { return Scope{prefixes: slices.Clone(prefixes)}.canonical() }

// Everywhere is the scope of the program itself.
func Everywhere() Scope { return Under("") }

// canonical drops what a wider prefix covers already and orders the rest, so
// that equal scopes have equal keys.
func (s Scope) canonical() Scope {
	slices.Sort(s.prefixes)
	s.prefixes = slices.Compact(s.prefixes)
	var kept []string
	for _, p := range s.prefixes {
		if !slices.ContainsFunc(kept, func(k string) bool { return strings.HasPrefix(p, k) }) {
			kept = append(kept, p)
		}
	}
	s.prefixes = kept
	slices.SortFunc(s.departments, func(a, b departmentScope) int {
		return strings.Compare(a.department+"/"+a.prefix, b.department+"/"+b.prefix)
	})
	s.departments = slices.Compact(s.departments)
	return s
}

// Empty says that nothing can be seen.
func (s Scope) Empty() bool { return len(s.prefixes) == 0 && len(s.departments) == 0 }

// Holds says whether an object with this code and department is seen.
func (s Scope) Holds(code, department string) bool {
	for _, p := range s.prefixes {
		if strings.HasPrefix(code, p) {
			return true
		}
	}
	if code == "" && s.unplaced {
		return true
	}
	for _, d := range s.departments {
		if d.department == department && strings.HasPrefix(code, d.prefix) {
			return true
		}
	}
	return false
}

// Meets says whether something that serves a whole jurisdiction serves any place
// of the scope.
func (s Scope) Meets(jurisdiction string) bool {
	return slices.ContainsFunc(s.prefixes, func(p string) bool {
		return strings.HasPrefix(p, jurisdiction) || strings.HasPrefix(jurisdiction, p)
	})
}

// Within is the part of the jurisdictions seen whole that lies under a region's
// code; "" is all of it.
func (s Scope) Within(region string) Scope {
	var prefixes []string
	for _, p := range s.prefixes {
		switch {
		case strings.HasPrefix(p, region):
			prefixes = append(prefixes, p)
		case strings.HasPrefix(region, p):
			prefixes = append(prefixes, region)
		}
	}
	return Under(prefixes...)
}

// Prefixes gives the jurisdictions seen whole.
func (s Scope) Prefixes() []string { return slices.Clone(s.prefixes) }

// Departments gives (department, prefix) pairs.
func (s Scope) Departments() [][2]string {
	pairs := make([][2]string, len(s.departments))
	for i, d := range s.departments {
		pairs[i] = [2]string{d.department, d.prefix}
	}
	return pairs
}

// Of is what of the scope lies under a region. Where all of the region is seen it
// is the region alone, so that a list of it is read as by somebody who sees everything.
func (s Scope) Of(region string) Scope {
	if region == "" {
		return s
	}
	var of Scope
	for _, p := range s.prefixes {
		switch {
		case strings.HasPrefix(region, p):
			return Under(region)
		case strings.HasPrefix(p, region):
			of.prefixes = append(of.prefixes, p)
		}
	}
	for _, d := range s.departments {
		switch {
		case strings.HasPrefix(region, d.prefix):
			of.departments = append(of.departments, departmentScope{d.department, region})
		case strings.HasPrefix(d.prefix, region):
			of.departments = append(of.departments, d)
		}
	}
	return of.canonical()
}

// Where is the scope as a condition on a code column and a department column
// ("" where the table has none); its values go into args. A prefix is a range
// in C collation, which the btree on the column answers.
func (s Scope) Where(codeColumn, departmentColumn string, args pgx.NamedArgs) string {
	var parts []string
	for i, p := range s.prefixes {
		parts = append(parts, Within(codeColumn, p, fmt.Sprintf("scope%d", i), args))
	}
	if s.unplaced && !slices.Contains(s.prefixes, "") {
		parts = append(parts, codeColumn+" = ''")
	}
	if departmentColumn != "" {
		for i, d := range s.departments {
			name := fmt.Sprintf("department%d", i)
			args[name] = d.department
			parts = append(parts, fmt.Sprintf("(%s = @%s AND %s)", departmentColumn, name, Within(codeColumn, d.prefix, name+"scope", args)))
		}
	}
	if len(parts) == 0 {
		return "FALSE"
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// Within is the condition that a code column lies under a prefix of digits;
// name keeps its parameters apart from others in args.
func Within(column, prefix, name string, args pgx.NamedArgs) string {
	if prefix == "" {
		return "TRUE"
	}
	args[name+"lo"] = prefix
	args[name+"hi"] = prefix + ":" // ':' follows '9' in C collation
	return fmt.Sprintf("(%s >= @%slo AND %s < @%shi)", column, name, column, name)
}
