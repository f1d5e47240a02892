package auth

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/web"
)

func (h handlers) passkeyRoutes(s *web.Server) {
	tag := []string{"session"}
	web.Add(s, huma.Operation{OperationID: "ask-passkey", Extensions: web.Seen(web.SightPublic), Method: http.MethodPost, Path: "/api/v1/session/passkey/begin", Summary: "Begin to sign in with a passkey, without a login", Tags: tag, Errors: []int{409}}, h.askPasskey)
	web.Add(s, huma.Operation{OperationID: "sign-in-passkey", Extensions: web.Seen(web.SightPublic), Method: http.MethodPost, Path: "/api/v1/session/passkey", Summary: "Sign in with a passkey", Tags: tag, Errors: []int{401, 409, 422}}, h.signInPasskey)
	web.Add(s, huma.Operation{OperationID: "ask-second-passkey", Extensions: web.Seen(web.SightSelf), Method: http.MethodPost, Path: "/api/v1/session/second/passkey/begin", Summary: "Begin the second step with a passkey", Tags: tag, Errors: []int{401, 404, 409}}, h.askSecond)
	web.Add(s, huma.Operation{OperationID: "second-passkey", Extensions: web.Seen(web.SightSelf), Method: http.MethodPost, Path: "/api/v1/session/second/passkey", Summary: "Show a passkey as the second factor", Tags: tag, Errors: []int{401, 409, 422}}, h.secondPasskey)
	web.Add(s, huma.Operation{OperationID: "ask-new-passkey", Extensions: web.Seen(web.SightSelf), Method: http.MethodPost, Path: "/api/v1/session/passkeys/begin", Summary: "Begin to add a passkey", Tags: tag, Security: web.Staff, Errors: []int{401, 403, 409}}, h.askRegister)
	web.Add(s, huma.Operation{OperationID: "add-passkey", Extensions: web.Seen(web.SightSelf), Method: http.MethodPost, Path: "/api/v1/session/passkeys", Summary: "Add a passkey", Tags: tag, Security: web.Staff, DefaultStatus: http.StatusCreated, Errors: []int{401, 409, 422}}, h.register)
	web.Add(s, huma.Operation{OperationID: "rename-passkey", Extensions: web.Seen(web.SightSelf), Method: http.MethodPatch, Path: "/api/v1/session/passkeys/{id}", Summary: "Rename a passkey", Tags: tag, Security: web.Staff, DefaultStatus: http.StatusNoContent, Errors: []int{401, 404, 422}}, h.renamePasskey)
	web.Add(s, huma.Operation{OperationID: "remove-passkey", Extensions: web.Seen(web.SightSelf), Method: http.MethodDelete, Path: "/api/v1/session/passkeys/{id}", Summary: "Remove a passkey", Tags: tag, Security: web.Staff, DefaultStatus: http.StatusNoContent, Errors: []int{401, 403, 404, 409}}, h.removePasskey)
}

type askedAnswer struct{ Body Asked }

func (h handlers) askPasskey(ctx context.Context, _ *struct{}) (*askedAnswer, error) {
	asked, err := h.service.AskPasskey(web.SentBy(ctx))
	return &askedAnswer{Body: asked}, err
}

// answered is what a browser's authenticator said.
type answered struct {
	Browser
	Body struct {
		Challenge  string          `json:"challenge" minLength:"1" maxLength:"20000"`
		Credential json.RawMessage `json:"credential" doc:"PublicKeyCredential.toJSON()."`
	}
}

func (h handlers) signInPasskey(ctx context.Context, in *answered) (*signedIn, error) {
	e, err := h.service.SignInPasskey(ctx, web.SentBy(ctx), in.from, in.Body.Challenge, in.Body.Credential)
	return h.answer(ctx, e, err)
}

func (h handlers) askSecond(ctx context.Context, _ *struct{}) (*askedAnswer, error) {
	asked, err := h.service.AskSecond(ctx, web.SentBy(ctx), actor.From(ctx).Session)
	return &askedAnswer{Body: asked}, err
}

func (h handlers) secondPasskey(ctx context.Context, in *answered) (*signedIn, error) {
	e, err := h.service.SecondPasskey(ctx, web.SentBy(ctx), actor.From(ctx).Session, in.from, in.Body.Challenge, in.Body.Credential)
	return h.answer(ctx, e, err)
}

func (h handlers) askRegister(ctx context.Context, _ *struct{}) (*askedAnswer, error) {
	asked, err := h.service.AskRegister(ctx, web.SentBy(ctx), actor.From(ctx).Session)
	return &askedAnswer{Body: asked}, err
}

type registerIn struct {
	Browser
	Body struct {
		Challenge  string          `json:"challenge" minLength:"1" maxLength:"20000"`
		Name       string          `json:"name" minLength:"1" maxLength:"40" doc:"What one calls it."`
		Credential json.RawMessage `json:"credential" doc:"PublicKeyCredential.toJSON()."`
	}
}

func (h handlers) register(ctx context.Context, in *registerIn) (*signedIn, error) {
	e, err := h.service.Register(ctx, web.SentBy(ctx), actor.From(ctx).Session, in.from, in.Body.Challenge, in.Body.Name, in.Body.Credential)
	return h.answer(ctx, e, err)
}

type renameIn struct {
	ID   uuid.UUID `path:"id"`
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"40"`
	}
}

func (h handlers) renamePasskey(ctx context.Context, in *renameIn) (*struct{}, error) {
	return nil, h.service.RenamePasskey(ctx, actor.From(ctx).Session, in.ID, in.Body.Name)
}

func (h handlers) removePasskey(ctx context.Context, in *idIn) (*struct{}, error) {
	return nil, h.service.RemovePasskey(ctx, actor.From(ctx).Session, in.ID)
}
