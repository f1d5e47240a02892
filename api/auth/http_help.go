package auth

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"onemap/api/web"
)

// helpRoutes are what administrators do for people who cannot sign in.
func (h handlers) helpRoutes(s *web.Server) {
	manage := func(id, method, path, summary string, status int, errs ...int) huma.Operation {
		return huma.Operation{OperationID: id, Extensions: web.Seen(web.SightManage), Method: method, Path: path, Summary: summary, Tags: []string{"accounts"}, Security: web.Staff, DefaultStatus: status, Errors: append([]int{401, 404}, errs...)}
	}
	web.Add(s, manage("make-link", http.MethodPost, "/api/v1/accounts/{id}/link", "A one-time link to set the account's password", http.StatusCreated, 409), h.makeLink)
	web.Add(s, manage("account-sessions", http.MethodGet, "/api/v1/accounts/{id}/sessions", "Where the account is signed in", http.StatusOK), h.sessionsOf)
	web.Add(s, manage("end-account-sessions", http.MethodDelete, "/api/v1/accounts/{id}/sessions", "Sign the account out everywhere", http.StatusNoContent), h.endSessions)
	web.Add(s, manage("end-account-session", http.MethodDelete, "/api/v1/accounts/{id}/sessions/{session}", "Sign the account out at one device", http.StatusNoContent), h.endSession)
	web.Add(s, manage("reset-factors", http.MethodDelete, "/api/v1/accounts/{id}/factors", "Take the account's second factors away, for who has lost the phone", http.StatusNoContent, 409), h.resetFactors)
}

type linkAnswer struct {
	Body struct {
		URL       string    `json:"url" doc:"To be handed over by a trusted way; shown this once."`
		ExpiresAt time.Time `json:"expires_at"`
	}
}

func (h handlers) makeLink(ctx context.Context, in *idIn) (*linkAnswer, error) {
	l, err := h.service.ResetLink(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &linkAnswer{}
	scheme := "http://"
	if web.Secure(ctx) {
		scheme = "https://"
	}
	out.Body.URL, out.Body.ExpiresAt = l.URL(cmp.Or(h.service.PublicURL, scheme+web.SentBy(ctx).Host)), l.ExpiresAt
	return out, nil
}

func (h handlers) sessionsOf(ctx context.Context, in *idIn) (*devicesAnswer, error) {
	list, err := h.service.SessionsOf(ctx, in.ID)
	out := &devicesAnswer{}
	out.Body.Items = list
	return out, err
}

func (h handlers) endSessions(ctx context.Context, in *idIn) (*struct{}, error) {
	return nil, h.service.EndSessions(ctx, in.ID, uuid.Nil)
}

type sessionIn struct {
	ID      uuid.UUID `path:"id"`
	Session uuid.UUID `path:"session"`
}

func (h handlers) endSession(ctx context.Context, in *sessionIn) (*struct{}, error) {
	return nil, h.service.EndSessions(ctx, in.ID, in.Session)
}

func (h handlers) resetFactors(ctx context.Context, in *idIn) (*struct{}, error) {
	return nil, h.service.ResetFactors(ctx, in.ID)
}
