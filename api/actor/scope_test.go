package actor

import (
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
