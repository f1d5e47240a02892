package auth

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/web"
)

// selfRoutes are what somebody does with how they themselves sign in. Those that
// a sign-in with a step to go may use have no Security in the document.
func (h handlers) selfRoutes(s *web.Server) {
	self := func(id, method, path, summary string, errs ...int) huma.Operation {
		return huma.Operation{OperationID: id, Extensions: web.Seen(web.SightSelf), Method: method, Path: path, Summary: summary, Tags: []string{"session"}, Security: web.Staff, Errors: append([]int{401}, errs...)}
	}
	web.Add(s, self("my-security", http.MethodGet, "/api/v1/session/security", "How one signs in"), h.security)
	web.Add(s, self("change-password", http.MethodPut, "/api/v1/session/password", "Change one's password; everywhere else one is signed out", 403, 409, 422, 429), h.changePassword)
	web.Add(s, self("prove-self", http.MethodPost, "/api/v1/session/proof", "Show once more who one is, before changing factors", 403, 409, 429), h.prove)
	web.Add(s, self("enrol-totp", http.MethodPost, "/api/v1/session/totp", "Begin to use an app for codes", 403, 409), h.enrolTOTP)
	web.Add(s, self("confirm-totp", http.MethodPost, "/api/v1/session/totp/confirm", "Confirm the app by its first code", 403, 409), h.confirmTOTP)
	web.Add(s, self("remove-totp", http.MethodPost, "/api/v1/session/totp/remove", "Take the app away, against the password", 403, 404, 409, 429), h.removeTOTP)
	web.Add(s, self("renew-recovery-codes", http.MethodPost, "/api/v1/session/recovery-codes", "Make new recovery codes instead of the old", 403, 409), h.renewCodes)
	web.Add(s, self("my-devices", http.MethodGet, "/api/v1/session/devices", "Where one is signed in", 403), h.devices)
	out := self("sign-out-others", http.MethodDelete, "/api/v1/session/devices", "Sign out everywhere else", 403)
	out.DefaultStatus = http.StatusNoContent
	web.Add(s, out, h.endOthers)
	one := self("sign-out-device", http.MethodDelete, "/api/v1/session/devices/{id}", "Sign one device out", 403, 404)
	one.DefaultStatus = http.StatusNoContent
	web.Add(s, one, h.endDevice)
}

// person is the session of somebody who is signed in; a key has none.
func person(ctx context.Context) (actor.Actor, error) {
	a, err := web.SignedIn(ctx)
	if err == nil && a.Session == uuid.Nil {
		err = fault.New(fault.Forbidden, "auth.person", "This is for people; a key has nothing of the kind.")
	}
	return a, err
}

type securityAnswer struct{ Body Security }

func (h handlers) security(ctx context.Context, _ *struct{}) (*securityAnswer, error) {
	x, err := h.service.SecurityOf(ctx, actor.From(ctx).Session)
	return &securityAnswer{Body: x}, err
}

type passwordIn struct {
	Browser
	Body struct {
		Old string `json:"old" minLength:"1" maxLength:"1024"`
		New string `json:"new" minLength:"1" maxLength:"1024" doc:"10 to 256 characters, none of the commonest passwords, without the login or the name."`
	}
}

func (h handlers) changePassword(ctx context.Context, in *passwordIn) (*signedIn, error) {
	e, err := h.service.ChangePassword(ctx, actor.From(ctx).Session, in.from, in.Body.Old, in.Body.New)
	return h.answer(ctx, e, err)
}

type proofIn struct {
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"1024"`
	}
}

func (h handlers) prove(ctx context.Context, in *proofIn) (*struct{}, error) {
	return nil, h.service.Prove(ctx, actor.From(ctx).Session, in.Body.Password)
}

type enrolAnswer struct{ Body Enrolment }

func (h handlers) enrolTOTP(ctx context.Context, _ *struct{}) (*enrolAnswer, error) {
	x, err := h.service.EnrolTOTP(ctx, actor.From(ctx).Session)
	return &enrolAnswer{Body: x}, err
}

func (h handlers) confirmTOTP(ctx context.Context, in *secondIn) (*signedIn, error) {
	e, err := h.service.ConfirmTOTP(ctx, actor.From(ctx).Session, in.from, in.Body.Code)
	return h.answer(ctx, e, err)
}

type removeTOTPIn struct {
	Body struct {
		Password string `json:"password" maxLength:"1024" doc:"Empty for an account without one."`
	}
}

func (h handlers) removeTOTP(ctx context.Context, in *removeTOTPIn) (*struct{}, error) {
	return nil, h.service.RemoveTOTP(ctx, actor.From(ctx).Session, in.Body.Password)
}

type codesAnswer struct {
	Body struct {
		Codes []string `json:"recovery_codes" doc:"Shown this once."`
	}
}

func (h handlers) renewCodes(ctx context.Context, _ *struct{}) (*codesAnswer, error) {
	codes, err := h.service.RenewCodes(ctx, actor.From(ctx).Session)
	out := &codesAnswer{}
	out.Body.Codes = codes
	return out, err
}

type devicesAnswer struct {
	Body struct {
		Items []Device `json:"items"`
	}
}

func (h handlers) devices(ctx context.Context, _ *struct{}) (*devicesAnswer, error) {
	a, err := person(ctx)
	if err != nil {
		return nil, err
	}
	list, err := h.service.devices(ctx, h.service.pool, a.ID, a.Session)
	out := &devicesAnswer{}
	out.Body.Items = list
	return out, err
}

func (h handlers) endOthers(ctx context.Context, _ *struct{}) (*struct{}, error) {
	a, err := person(ctx)
	if err != nil {
		return nil, err
	}
	return nil, h.service.SignOutDevices(ctx, a, uuid.Nil)
}

type idIn struct {
	ID uuid.UUID `path:"id"`
}

func (h handlers) endDevice(ctx context.Context, in *idIn) (*struct{}, error) {
	a, err := person(ctx)
	if err != nil {
		return nil, err
	}
	return nil, h.service.SignOutDevices(ctx, a, in.ID)
}
