package auth

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"onemap/api/web"
)

// deputyRoutes are those of who goes on holiday.
func (h handlers) deputyRoutes(s *web.Server) {
	tag := []string{"session"}
	web.Add(s, huma.Operation{OperationID: "list-deputies", Extensions: web.Seen(web.SightSelf), Method: http.MethodGet, Path: "/api/v1/session/deputies", Summary: "Who stands in for me, and for whom I do", Tags: tag, Security: web.Staff, Errors: []int{401}}, h.listDeputies)
	web.Add(s, huma.Operation{
		OperationID: "name-deputy", Extensions: web.Seen(web.SightSelf), Method: http.MethodPost, Path: "/api/v1/session/deputies", Summary: "Let a colleague act with my grants for a while", Tags: tag, Security: web.Staff, DefaultStatus: http.StatusCreated,
		Description: "For 60 days at most; either side ends it by POST /api/v1/grants/{id}/end. It counts only while my own grant does.", Errors: []int{401, 403, 409, 422},
	}, h.nameDeputy)
}

type deputiesAnswer struct {
	Body struct {
		Mine   []GrantView `json:"mine" doc:"Who stands in for me, now or later."`
		Others []GrantView `json:"others" doc:"For whom I stand in, now or later."`
	}
}

func (h handlers) listDeputies(ctx context.Context, _ *struct{}) (*deputiesAnswer, error) {
	mine, others, err := h.service.Deputies(ctx)
	if err != nil {
		return nil, err
	}
	v, err := h.views(ctx)
	out := &deputiesAnswer{}
	out.Body.Mine, out.Body.Others = v.grants(mine), v.grants(others)
	return out, err
}

type nameDeputyIn struct {
	Body struct {
		Login  string      `json:"login" minLength:"2" maxLength:"40" doc:"Whom I name."`
		From   time.Time   `json:"from"`
		Until  time.Time   `json:"until"`
		Grants []uuid.UUID `json:"grants,omitempty" maxItems:"50" doc:"Which of my grants; left out, all."`
		Reason string      `json:"reason,omitempty" maxLength:"200"`
	}
}

func (h handlers) nameDeputy(ctx context.Context, in *nameDeputyIn) (*grantsAnswer, error) {
	made, err := h.service.Deputise(ctx, Deputising(in.Body))
	if err != nil {
		return nil, err
	}
	v, err := h.views(ctx)
	out := &grantsAnswer{}
	out.Body.Items = v.grants(made)
	return out, err
}
