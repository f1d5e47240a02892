package web

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/fault"
)

// The values of an operation's x-audit, where it differs from the rule that what
// may change something leaves an entry, and what reads people.
const (
	// AuditReading: it reads what staff must answer for, whatever its method. It
	// leaves an entry when staff ask: to residents it shows what is public.
	AuditReading = "reading"
	// AuditAlways: it may change something, although it is a GET.
	AuditAlways = "always"
)

const auditKey = "x-audit"

// SeenAudited gives an operation its rule of sight and its rule of audit.
func SeenAudited(rule Sight, audit string) map[string]any {
	return map[string]any{sightKey: rule, auditKey: audit}
}

// audited opens the audit entry of each request that may change something, and
// of each reading of people; what it does not see written it writes itself.
func (s *Server) audited(book *audit.Book) echo.MiddlewareFunc {
	operations := sync.OnceValue(s.operations)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) (err error) {
			r := c.Request()
			op := operations()[r.Method+" "+c.Path()]
			by := actor.From(r.Context())
			if c.Path() == "" || !accounted(r.Method, op, by) {
				return next(c)
			}
			e := audit.Entry{Action: r.Method + " " + c.Path(), Request: c.Response().Header().Get(echo.HeaderXRequestID)}
			if op != nil {
				e.Action = op.OperationID
			}
			e.Address, e.Agent = c.RealIP(), r.UserAgent()
			if !by.Staff() && !entrance(op) {
				e.Address, e.Agent = network(e.Address), ""
			}
			if e.Purpose, err = purpose(r); err != nil {
				return err
			}
			ctx, p := book.Open(r.Context(), e)
			p.Reading = reading(r.Method, op)
			c.SetRequest(r.WithContext(ctx))
			err = next(c)
			s.closeEntry(ctx, p, answered(c, err), by.Staff() || entrance(op))
			return err
		}
	}
}

// PurposeHeader says what somebody's record is read or changed for: percent-encoded UTF-8.
const PurposeHeader = "X-Purpose"

// purpose is the one in the header, "" without one.
func purpose(r *http.Request) (string, error) {
	given := r.Header.Get(PurposeHeader)
	if given == "" {
		return "", nil
	}
	text, err := url.PathUnescape(given)
	if err != nil {
		var f fault.Fields
		f.Add("header."+PurposeHeader, nil, "percent-encoded UTF-8")
		return "", f.Err("purpose.invalid")
	}
	return audit.Purpose(text, "header."+PurposeHeader)
}

// operations are those of the document by method and echo's form of the path.
func (s *Server) operations() map[string]*huma.Operation {
	all := map[string]*huma.Operation{}
	for op := range operationsOf(s.API.OpenAPI()) {
		all[op.Method+" "+strings.NewReplacer("{", ":", "}", "").Replace(op.Path)] = op
	}
	return all
}

// accounted says whether a request leaves an entry.
func accounted(method string, op *huma.Operation, by actor.Actor) bool {
	switch method {
	case http.MethodHead, http.MethodOptions, http.MethodTrace:
		return false
	case http.MethodGet:
		return op != nil && op.Extensions[auditKey] == AuditAlways || reading(method, op) && by.Staff()
	}
	return !reading(method, op) || by.Staff()
}

// reading says whether an operation only shows what must be answered for.
func reading(method string, op *huma.Operation) bool {
	return op != nil && (op.Extensions[auditKey] == AuditReading || method == http.MethodGet && op.Extensions[sightKey] == SightPeople)
}

// entrance is an operation by which somebody who is nobody yet gets in.
func entrance(op *huma.Operation) bool {
	return op != nil && len(op.Security) == 0 && len(op.Tags) > 0 && op.Tags[0] == "session"
}

// network is what is kept of a resident's address: enough to see that a flood
// of reports comes from one place, too little to find a household.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	bits := 48
	if ip = ip.Unmap(); ip.Is4() {
		bits = 24
	}
	p, err := ip.WithZone("").Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

func answered(c echo.Context, err error) int {
	if err != nil && !c.Response().Committed {
		return ToProblem(err).Status
	}
	return c.Response().Status
}

// closeEntry writes what no transaction has written: a request that went well,
// and a refusal of staff or at the entrance.
func (s *Server) closeEntry(ctx context.Context, p *audit.Pending, status int, refusals bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	var err error
	switch {
	case status < 400:
		err = p.Settle(ctx)
	case refusals && (status == http.StatusUnauthorized || status == http.StatusForbidden):
		err = p.Refuse(ctx)
	}
	if err != nil {
		s.log.ErrorContext(ctx, "audit entry not written", "error", err)
	}
}
