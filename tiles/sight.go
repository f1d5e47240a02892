package tiles

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Reader tells what the sender of a request may see. It is asked for private
// layers only; a request nobody signed is the zero Sight, not an error.
type Reader interface {
	Sight(r *http.Request) (Sight, error)
}

// Sight is what a reader may see of a private layer. The zero Sight sees nothing of it.
type Sight struct {
	// Staff is somebody signed in; without it a private layer does not exist.
	Staff bool
	// Prefixes are region codes seen with all that lies under them; "" is everywhere.
	Prefixes []string
	// Departments are seen within a prefix, too, where the object is theirs.
	Departments []DepartmentScope
}

// DepartmentScope is one department's own objects within a jurisdiction.
type DepartmentScope struct {
	Department string
	Prefix     string
}

// canonical orders the parts and drops those a wider one covers, so that equal
// sights have equal keys and statements.
func (s Sight) canonical() Sight {
	if !s.Staff {
		return Sight{}
	}
	out := Sight{Staff: true}
	prefixes := slices.Sorted(slices.Values(s.Prefixes))
	for _, p := range prefixes {
		if !covered(out.Prefixes, p) {
			out.Prefixes = append(out.Prefixes, p)
		}
	}
	departments := slices.SortedFunc(slices.Values(s.Departments), func(a, b DepartmentScope) int {
		if c := strings.Compare(a.Department, b.Department); c != 0 {
			return c
		}
		return strings.Compare(a.Prefix, b.Prefix)
	})
	for _, d := range departments {
		wider := func(have DepartmentScope) bool {
			return have.Department == d.Department && strings.HasPrefix(d.Prefix, have.Prefix)
		}
		if !covered(out.Prefixes, d.Prefix) && !slices.ContainsFunc(out.Departments, wider) {
			out.Departments = append(out.Departments, d)
		}
	}
	return out
}

func covered(prefixes []string, p string) bool {
	return slices.ContainsFunc(prefixes, func(have string) bool { return strings.HasPrefix(p, have) })
}

// Key names the sight in a cache: equal exactly when the same is seen.
func (s Sight) Key() string {
	s = s.canonical()
	if !s.Staff {
		return ""
	}
	var b strings.Builder
	b.WriteString("staff")
	for _, p := range s.Prefixes {
		b.WriteString("|" + p)
	}
	for _, d := range s.Departments {
		// A department's code is free text: quoting keeps two keys apart.
		b.WriteString("|" + strconv.Quote(d.Department) + "@" + d.Prefix)
	}
	return b.String()
}

// where is the ONE place in which sight becomes SQL: scope_code of the table
// aliased t lies under a prefix, or under a department's where the row is the
// department's.
func (s Sight) where(a *args) string {
	s = s.canonical()
	var parts []string
	for _, p := range s.Prefixes {
		parts = append(parts, under("t.scope_code", p, a))
	}
	for _, d := range s.Departments {
		parts = append(parts, "(t.department_code = "+a.add(d.Department)+" AND "+under("t.scope_code", d.Prefix, a)+")")
	}
	if len(parts) == 0 {
		return "FALSE"
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// under is the condition that a code in C collation begins with a prefix of
// digits, as a range: ':' is the character after '9'.
func under(column, prefix string, a *args) string {
	if prefix == "" {
		return "TRUE"
	}
	return "(" + column + " >= " + a.add(prefix) + " AND " + column + " < " + a.add(prefix+":") + ")"
}
