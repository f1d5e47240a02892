package auth

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"onemap/api/web"
)

// linkRoutes take the token in a body, never in an address.
func (h handlers) linkRoutes(s *web.Server) {
	tag := []string{"session"}
	web.Add(s, huma.Operation{OperationID: "look-at-link", Extensions: web.Seen(web.SightReceipt), Method: http.MethodPost, Path: "/api/v1/links/look", Summary: "What a one-time link is for", Tags: tag, Errors: []int{404}}, h.lookAtLink)
	web.Add(s, huma.Operation{OperationID: "use-link", Extensions: web.Seen(web.SightReceipt), Method: http.MethodPost, Path: "/api/v1/links/use", Summary: "Set the password by a one-time link", Tags: tag, DefaultStatus: http.StatusNoContent, Errors: []int{404, 409, 422}}, h.useLink)
}

type lookIn struct {
	Body struct {
		Token string `json:"token" minLength:"1" maxLength:"64" doc:"What stands behind the #."`
	}
}

type lookAnswer struct{ Body LinkSeen }

func (h handlers) lookAtLink(ctx context.Context, in *lookIn) (*lookAnswer, error) {
	l, err := h.service.LookAtLink(ctx, in.Body.Token)
	return &lookAnswer{Body: l}, err
}

type useIn struct {
	Body struct {
		Token    string `json:"token" minLength:"1" maxLength:"64"`
		Password string `json:"password" minLength:"1" maxLength:"1024"`
		Login    string `json:"login,omitempty" maxLength:"40" doc:"For the first administrator."`
		Name     string `json:"name,omitempty" maxLength:"80" doc:"For the first administrator."`
	}
}

func (h handlers) useLink(ctx context.Context, in *useIn) (*struct{}, error) {
	return nil, h.service.UseLink(ctx, in.Body.Token, in.Body.Password, in.Body.Login, in.Body.Name)
}
