package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"onemap/api/fault"
	"onemap/api/pg"
)

// Problem is an RFC 9457 problem with a stable code.
type Problem struct {
	Type   string         `json:"type" example:"about:blank" doc:"Always about:blank; see code."`
	Title  string         `json:"title" doc:"The status in words."`
	Status int            `json:"status" doc:"The HTTP status."`
	Detail string         `json:"detail" doc:"What happened and what to do."`
	Code   string         `json:"code" example:"case.conflict" doc:"A stable word for programs."`
	Errors []ProblemField `json:"errors,omitempty" doc:"Everything that is wrong with the input."`

	wait time.Duration
}

// ProblemField is one thing wrong with the input.
type ProblemField struct {
	Location string `json:"location" example:"body.lon" doc:"Where, as in body.lon or query.crs."`
	Message  string `json:"message" doc:"What would be right."`
	Value    any    `json:"value,omitempty" doc:"What was given."`
}

// Error is the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders says when to come back, where that is known.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.wait > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.wait.Seconds()))))
	}
	return h
}

// ContentType names the problem's media type.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Stale:           http.StatusPreconditionFailed,
	fault.Precondition:    http.StatusPreconditionRequired,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// ToProblem is the one place where an error becomes an answer. What has no
// fault's name is internal: shown as nothing.
func ToProblem(err error) *Problem {
	var already *Problem
	if errors.As(err, &already) {
		return already
	}
	f := fault.As(pg.Fault(err))
	switch {
	case f != nil && f.Kind != fault.Internal:
		p := newProblem(statuses[f.Kind], f.Code, f.Public)
		p.wait = f.Wait
		for _, field := range f.Fields {
			// JSON has no NaN, which a query may well hold.
			if _, err := json.Marshal(field.Value); err != nil {
				field.Value = fmt.Sprint(field.Value)
			}
			p.Errors = append(p.Errors, ProblemField(field))
		}
		return p
	case errors.Is(err, context.Canceled):
		return newProblem(499, "request.gone", "The client went away.")
	case errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, context.DeadlineExceeded): // of Body
		return newProblem(http.StatusRequestTimeout, codes[408], sentences[408])
	case errors.Is(err, context.DeadlineExceeded):
		return newProblem(http.StatusServiceUnavailable, "request.slow", "This took too long; please try again.")
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return newProblem(http.StatusRequestEntityTooLarge, "request.large", "The request is larger than is taken here.")
	}
	var he *echo.HTTPError
	if errors.As(err, &he) && he.Code < 500 {
		return newProblem(he.Code, codes[he.Code], sentences[he.Code])
	}
	return newProblem(http.StatusInternalServerError, "internal", "Something went wrong on our side. It has been noted; please try again.")
}

var codes = map[int]string{
	400: "request.malformed", 401: "auth.needed", 403: "auth.forbidden", 404: "route.missing", 405: "route.method",
	406: "request.accept", 408: "request.slow", 413: "request.large", 415: "request.type", 422: "request.invalid", 429: "request.many",
}

var sentences = map[int]string{
	400: "The request cannot be read; see errors.",
	401: "Please sign in.",
	403: "This is not for your role.",
	404: "There is nothing at this address.",
	405: "This address does not take that method.",
	406: "None of the accepted types can be given.",
	408: "The request came too slowly.",
	413: "The request is larger than is taken here.",
	415: "The body's type is not taken here.",
	422: "Something in the request is not right; see errors.",
	429: "Too many requests from here; please wait a moment.",
}

func newProblem(status int, code, detail string) *Problem {
	title := http.StatusText(status)
	if code == "" {
		code = "request.failed"
	}
	if detail == "" {
		detail = title
	}
	return &Problem{Type: "about:blank", Title: title, Status: status, Detail: detail, Code: code}
}

// humaProblem is what the request decoder's own findings become.
func humaProblem(status int, message string, errs ...error) huma.StatusError {
	p := newProblem(status, codes[status], sentences[status])
	for _, err := range errs {
		var d huma.ErrorDetailer
		switch {
		case err == nil:
		case errors.As(err, &d):
			detail := d.ErrorDetail()
			p.Errors = append(p.Errors, ProblemField{Location: detail.Location, Message: detail.Message, Value: told(detail)})
		default:
			p.Errors = append(p.Errors, ProblemField{Location: "body", Message: err.Error()})
		}
	}
	if len(p.Errors) == 0 && message != "" && status < 500 {
		p.Detail = message
	}
	if status >= 500 {
		p.Errors = nil
	}
	return p
}

// told is the value to repeat to the sender: never a secret, nor a whole body
// that may hold one, nor more than helps.
func told(d *huma.ErrorDetail) any {
	switch v := d.Value.(type) {
	case bool, float64, int, int64:
		return v
	case string:
		if len(v) <= 200 && !strings.Contains(d.Location, "password") {
			return v
		}
	}
	return nil
}

// WriteProblem answers a raw route's error.
func WriteProblem(w http.ResponseWriter, err error) {
	p := ToProblem(err)
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	maps.Copy(w.Header(), p.GetHeaders())
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client is gone when this fails
}
