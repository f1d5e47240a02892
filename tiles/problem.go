package tiles

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// problem is an answer of refusal as RFC 9457 has it.
type problem struct {
	Type   string       `json:"type"`
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail"`
	Code   string       `json:"code"`
	Errors []FieldError `json:"errors,omitempty"`
}

func (p problem) Error() string { return p.Code + ": " + p.Detail }

func refusal(status int, code, detail string) problem {
	return problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Code: code}
}

// missing is the one answer for what does not exist and for what may not be seen.
func missing() problem {
	return refusal(http.StatusNotFound, "tile.missing", "There is no such tile, layer or font.")
}

func badQuery(wrong []FieldError) problem {
	p := refusal(http.StatusUnprocessableEntity, "tile.filter", "The query cannot be understood.")
	p.Errors = wrong
	return p
}

// answerError tells a refusal as it is. What is wrong with us is logged in full
// and shown as nothing: 503 when it may be right soon, else 500.
func answerError(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	var p problem
	switch {
	case errors.As(err, &p):
	case r.Context().Err() != nil: // nobody listens any more
		return
	case passing(err):
		log.WarnContext(r.Context(), "tile not rendered", "path", r.URL.Path, "error", err)
		p = refusal(http.StatusServiceUnavailable, "tile.busy", "The tile could not be drawn in time. Try again.")
		w.Header().Set("Retry-After", "2")
	default:
		log.ErrorContext(r.Context(), "tile not rendered", "path", r.URL.Path, "error", err)
		p = refusal(http.StatusInternalServerError, "tile.internal", "The tile could not be drawn.")
	}
	body, err := json.Marshal(p)
	if err != nil { // plain strings always encode
		panic(err)
	}
	h := w.Header()
	h.Del("ETag")
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the sender may have left
	}
}

// passing says whether a failure may be over soon: out of time, or the database
// cannot be reached, is overloaded or restarting (SQLSTATE classes 08, 53, 57).
func passing(err error) bool {
	var refused *pgconn.ConnectError
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.As(err, &refused) || pgconn.SafeToRetry(err) {
		return true
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	return strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "53") || strings.HasPrefix(pg.Code, "57")
}
