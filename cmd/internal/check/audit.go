package check

import (
	"fmt"

	"onemap/api/audit"
)

// AuditWhole is what a verification of the audit log found.
func AuditWhole(r audit.Report) Result {
	out := Result{Rule: "audit: nothing was edited, removed or put in", Looked: r.Entries, Offenders: []string{}}
	for _, f := range r.Findings {
		if len(out.Offenders) < most {
			out.Offenders = append(out.Offenders, fmt.Sprintf("%s %d-%d: %s", f.Kind, f.From, f.To, f.Says))
		}
	}
	return out
}
