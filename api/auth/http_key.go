package auth

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/web"
)

func (h handlers) keyRoutes(s *web.Server) {
	tag := []string{"keys"}
	web.Add(s, huma.Operation{OperationID: "list-keys", Extensions: web.Seen(web.SightManage), Method: http.MethodGet, Path: "/api/v1/keys", Summary: "The keys of machines", Tags: tag, Security: web.Staff, Errors: []int{401, 403}}, h.listKeys)
	web.Add(s, huma.Operation{OperationID: "make-key", Extensions: web.Seen(web.SightManage), Method: http.MethodPost, Path: "/api/v1/keys", Summary: "Make a key; it is shown this once", Tags: tag, Security: web.Staff, DefaultStatus: http.StatusCreated, Errors: []int{401, 403, 422}}, h.makeKey)
	web.Add(s, huma.Operation{OperationID: "revoke-key", Extensions: web.Seen(web.SightManage), Method: http.MethodDelete, Path: "/api/v1/keys/{id}", Summary: "Revoke a key", Tags: tag, Security: web.Staff, DefaultStatus: http.StatusNoContent, Errors: []int{401, 403, 404}}, h.revokeKey)
}

type keysAnswer struct {
	Body struct {
		Items []Key `json:"items"`
	}
}

func (h handlers) listKeys(ctx context.Context, _ *struct{}) (*keysAnswer, error) {
	list, err := h.service.MachineKeys(ctx)
	out := &keysAnswer{}
	out.Body.Items = list
	return out, err
}

type keyIn struct {
	Body struct {
		Name       string     `json:"name" minLength:"1" maxLength:"80" doc:"What it is for."`
		Role       actor.Role `json:"role"`
		Scope      string     `json:"scope" maxLength:"15" doc:"Region code prefix; empty is everywhere."`
		Department string     `json:"department,omitempty" doc:"For a handler."`
		ExpiresAt  time.Time  `json:"expires_at" doc:"At most two years ahead."`
		ReadOnly   bool       `json:"read_only,omitempty"`
	}
}

type keyAnswer struct {
	Body struct {
		ID  uuid.UUID `json:"id"`
		Key string    `json:"key" doc:"Send it as Authorization: Bearer KEY."`
	}
}

func (h handlers) makeKey(ctx context.Context, in *keyIn) (*keyAnswer, error) {
	b := in.Body
	id, key, err := h.service.GiveKey(ctx, NewKey{
		Name: b.Name, Grant: actor.Grant{Role: b.Role, Prefix: b.Scope, Department: b.Department}, ExpiresAt: b.ExpiresAt, ReadOnly: b.ReadOnly,
	})
	out := &keyAnswer{}
	out.Body.ID, out.Body.Key = id, key
	return out, err
}

func (h handlers) revokeKey(ctx context.Context, in *idIn) (*struct{}, error) {
	return nil, h.service.RevokeKey(ctx, in.ID)
}
