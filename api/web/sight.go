package web

import (
	"fmt"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// Sight is the rule by which an operation answers: to whom what it is about
// exists at all. Whatever lies outside is not found, an empty list or a zero.
// The rules themselves are scopes (package actor) and WHERE clauses of the
// slices; this names the one that holds, for readers of the document and for
// the test that tries every operation from next door.
type Sight string

// The rules of sight.
const (
	SightPublic   Sight = "public"
	SightSelf     Sight = "self"
	SightReceipt  Sight = "receipt"
	SightArea     Sight = "area"
	SightCases    Sight = "cases"
	SightPeople   Sight = "people"
	SightPlanning Sight = "planning"
	SightRegister Sight = "register"
	SightManage   Sight = "manage"
	SightAudit    Sight = "audit"
)

// meanings are the rules in words.
var meanings = map[Sight]string{
	SightPublic:   "Everybody gets the same answer.",
	SightSelf:     "Oneself: the account or the visitor who asks.",
	SightReceipt:  "Whoever holds the receipt, which is a secret.",
	SightArea:     "Staff whose jurisdiction covers the object.",
	SightCases:    "Staff who see the case: by jurisdiction, a handler those of the department. What is public is found beside the cases.",
	SightPeople:   "Staff who keep people's records, within their jurisdiction.",
	SightPlanning: "Staff who read the planner's figures, within their jurisdiction.",
	SightRegister: "Registrars and administrators, within their jurisdiction.",
	SightManage:   "Administrators, over what belongs to their jurisdiction.",
	SightAudit:    "Auditors and administrators, over what belongs to their jurisdiction.",
}

// Meaning is the rule in words, "" for a rule there is not.
func (r Sight) Meaning() string { return meanings[r] }

// sightKey is the extension that holds an operation's rule in the document.
const sightKey = "x-sight"

// Seen gives an operation its rule of sight.
func Seen(rule Sight) map[string]any { return map[string]any{sightKey: rule} }

// sighted is the rule of an operation. One without a rule, or with one for
// staff that lets everybody in, is a mistake of whoever wrote it: it panics, so
// that no program with it ever starts.
func sighted(op huma.Operation) Sight {
	rule, _ := op.Extensions[sightKey].(Sight)
	if rule.Meaning() == "" {
		panic(fmt.Sprintf("operation %s has no rule of sight: give it Extensions: web.Seen(...)", op.OperationID))
	}
	switch rule {
	case SightArea, SightPeople, SightPlanning, SightRegister, SightManage, SightAudit:
		if len(op.Security) == 0 {
			panic(fmt.Sprintf("operation %s is for staff (%s) and lets everybody in: give it Security: web.Staff", op.OperationID, rule))
		}
	}
	return rule
}

// Beside says by which rule routes answer that are no operations of the API:
// pages, probes, the document itself.
func (s *Server) Beside(rule Sight, routes ...*echo.Route) {
	for _, r := range routes {
		s.beside[r.Method+" "+r.Path] = rule
	}
}

// SightOf is the rule by which a route answers that is no operation, "" where
// nobody said one.
func (s *Server) SightOf(r *echo.Route) Sight { return s.beside[r.Method+" "+r.Path] }
