package actor

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestScopeSeesItsJurisdictionAndItsDepartment(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		grants     []Grant
		code       string
		department string
		want       bool
	}{
		{"a street's operator, own grid", []Grant{{Role: Operator, Prefix: "990101001"}}, "990101001002003", "", true},
		{"a street's operator, the neighbour", []Grant{{Role: Operator, Prefix: "990101001"}}, "990101002001001", "", false},
		{"a street's operator, what lies outside all grids of the city", []Grant{{Role: Operator, Prefix: "990101001"}}, "9901", "", false},
		{"the city's operator sees it", []Grant{{Role: Operator, Prefix: "9901"}}, "9901", "", true},
		{"a handler, the department's case", []Grant{{Role: Handler, Prefix: "9901", Department: "D01"}}, "990101001002003", "D01", true},
		{"a handler, another department's", []Grant{{Role: Handler, Prefix: "9901", Department: "D01"}}, "990101001002003", "D02", false},
		{"a handler, the department's case elsewhere", []Grant{{Role: Handler, Prefix: "9901", Department: "D01"}}, "440604001001001", "D01", false},
		{"a planner sees no case", []Grant{{Role: Planner, Prefix: ""}}, "990101001002003", "", false},
		{"nobody", nil, "990101001002003", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := (Actor{Grants: tt.grants}).Cases().Holds(tt.code, tt.department); got != tt.want {
				t.Fatalf("Holds = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestScopeWhere(t *testing.T) {
	t.Parallel()
	args := pgx.NamedArgs{}
	a := Actor{Grants: []Grant{{Role: Operator, Prefix: "990101"}, {Role: Leader, Prefix: "990101001"}, {Role: Handler, Prefix: "9901", Department: "D01"}}}
	got := a.Cases().Where("c.scope_code", "c.department_code", args)
	want := "((c.scope_code >= @scope0lo AND c.scope_code < @scope0hi) OR (c.department_code = @department0 AND (c.scope_code >= @department0scopelo AND c.scope_code < @department0scopehi)))"
	if got != want {
		t.Fatalf("Where = %s", got)
	}
	if args["scope0lo"] != "990101" || args["scope0hi"] != "990101:" || args["department0"] != "D01" {
		t.Fatalf("args = %v", args)
	}
	if got := (Scope{}).Where("code", "", pgx.NamedArgs{}); got != "FALSE" {
		t.Fatalf("the empty scope must see nothing, got %s", got)
	}
}

// What of a scope lies under a region is what is seen and lies there, whichever
// of the two is the wider; and all of a region that is seen whole is the region.
func TestScopeOfARegion(t *testing.T) {
	t.Parallel()
	codes := []string{"", "44", "4406", "440604", "440604001", "440604002", "440605", "440605001", "4407", "440704"}
	grants := []Grant{}
	for _, p := range codes {
		grants = append(grants, Grant{Role: Operator, Prefix: p}, Grant{Role: Handler, Prefix: p, Department: "D01"})
	}
	for i := range grants {
		for j := range grants {
			s := Actor{Grants: []Grant{grants[i], grants[j]}}.Cases()
			for _, region := range codes {
				of := s.Of(region)
				for _, code := range codes {
					for _, department := range []string{"", "D01", "D02"} {
						if got, want := of.Holds(code, department), s.Holds(code, department) && strings.HasPrefix(code, region); got != want {
							t.Fatalf("%v and %v under %q hold %q of %q: %t", grants[i], grants[j], region, code, department, got)
						}
					}
				}
			}
		}
	}
	whole := Actor{Grants: []Grant{{Role: Operator, Prefix: "440604"}, {Role: Operator, Prefix: "440605"}, {Role: Handler, Prefix: "4406", Department: "D01"}}}.Cases()
	args := pgx.NamedArgs{}
	if got, want := whole.Of("440604001").Where("code", "department", args), Under("440604001").Where("code", "department", args); got != want {
		t.Errorf("a street that is seen whole is asked for as %s, want %s", got, want)
	}
}
