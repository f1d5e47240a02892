package auth

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"onemap/api/actor"
	"onemap/api/web"
)

// Regions names the region of a grant.
type Regions interface {
	Name(code string) (name, nameEn string)
}

// Me is who is signed in.
type Me struct {
	ID     string    `json:"id"`
	Login  string    `json:"login"`
	Name   string    `json:"name"`
	Demo   bool      `json:"demo"`
	Grants []MeGrant `json:"grants"`
}

// MeGrant is a role where it counts.
type MeGrant struct {
	Role           actor.Role `json:"role"`
	Scope          string     `json:"scope" doc:"Region code prefix; empty is everywhere."`
	ScopeName      string     `json:"scope_name"`
	Department     string     `json:"department,omitempty"`
	DepartmentName string     `json:"department_name,omitempty"`
}

// Step is where signing in stands.
type Step struct {
	Me
	Next  string   `json:"next,omitempty" enum:"second,password,enrol" doc:"What is still to be done before anything opens: show a second factor, set a new password, set a second factor up. Then id and the like are empty."`
	Ways  []string `json:"ways,omitempty" doc:"How the second factor can be shown: totp, passkey, recovery."`
	Codes []string `json:"recovery_codes,omitempty" doc:"Recovery codes, shown this once."`
}

type signIn struct {
	Browser
	Body struct {
		Login    string `json:"login" minLength:"1" maxLength:"40"`
		Password string `json:"password" minLength:"1" maxLength:"1024"`
	}
}

type signedIn struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      Step
}

type meAnswer struct{ Body Me }

type departmentsIn struct {
	Closed bool `query:"closed" doc:"Also those that are closed."`
}

type departmentsAnswer struct {
	Body struct {
		Items []Department `json:"items"`
	}
}

type demoAnswer struct {
	Body struct {
		Demo     bool   `json:"demo" doc:"Whether this is a demo town."`
		Password string `json:"password,omitempty" doc:"The password of every demo account."`
		Accounts []Me   `json:"accounts"`
	}
}

type waysAnswer struct {
	Body struct {
		Passkey bool    `json:"passkey" doc:"Whether passkeys work at this address."`
		SSO     *SSOWay `json:"sso,omitempty" doc:"The provider of single sign-on, if there is one."`
	}
}

type handlers struct {
	service *Service
	regions Regions
}

// Routes registers the slice.
func Routes(s *web.Server, service *Service, regions Regions) {
	h := handlers{service, regions}
	tag := []string{"session"}
	web.Add(s, huma.Operation{OperationID: "sign-in", Extensions: web.Seen(web.SightPublic), Method: http.MethodPost, Path: "/api/v1/session", Summary: "Sign in", Tags: tag, Errors: []int{401, 422, 429, 503}}, h.signIn)
	web.Add(s, huma.Operation{OperationID: "second-step", Extensions: web.Seen(web.SightSelf), Method: http.MethodPost, Path: "/api/v1/session/second", Summary: "Show the second factor: a code of the app, or a recovery code", Tags: tag, Errors: []int{401, 403, 422, 429}}, h.second)
	web.Add(s, huma.Operation{OperationID: "sign-in-ways", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/session/ways", Summary: "The ways to sign in here", Tags: tag}, h.ways)
	web.Add(s, huma.Operation{OperationID: "who-am-i", Extensions: web.Seen(web.SightSelf), Method: http.MethodGet, Path: "/api/v1/session", Summary: "Who is signed in", Description: "A sign-in with a step to go answers 401 with the code auth.second, auth.change or auth.enrol.", Tags: tag, Security: web.Staff, Errors: []int{401}}, h.me)
	web.Add(s, huma.Operation{OperationID: "sign-out", Extensions: web.Seen(web.SightSelf), Method: http.MethodDelete, Path: "/api/v1/session", Summary: "Sign out", Tags: tag, DefaultStatus: http.StatusNoContent}, h.signOut)
	web.Add(s, huma.Operation{OperationID: "list-departments", Extensions: web.Seen(web.SightArea), Method: http.MethodGet, Path: "/api/v1/departments", Summary: "The departments that mend things", Tags: []string{"cases"}, Security: web.Staff, Errors: []int{401}}, h.departments)
	web.Add(s, huma.Operation{OperationID: "demo-accounts", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/demo", Summary: "The accounts of the demo town", Tags: tag}, h.demo)
	h.accountRoutes(s)
	h.deputyRoutes(s)
	h.departmentRoutes(s)
	h.ssoRoutes(s)
	h.selfRoutes(s)
	h.passkeyRoutes(s)
	h.linkRoutes(s)
	h.keyRoutes(s)
	h.helpRoutes(s)
}

func (v views) me(a actor.Actor) Me {
	me := Me{ID: a.ID.String(), Login: a.Login, Name: a.Name, Demo: a.Demo, Grants: []MeGrant{}}
	for _, g := range a.Grants {
		name, _ := v.regions.Name(g.Prefix)
		me.Grants = append(me.Grants, MeGrant{Role: g.Role, Scope: g.Prefix, ScopeName: name, Department: g.Department, DepartmentName: v.departments[g.Department]})
	}
	return me
}

func (h handlers) signIn(ctx context.Context, in *signIn) (*signedIn, error) {
	e, err := h.service.SignIn(ctx, Try{Login: in.Body.Login, Password: in.Body.Password, From: in.from})
	return h.answer(ctx, e, err)
}

// answer gives a step of signing in, with the cookies that it brought.
func (h handlers) answer(ctx context.Context, e Entered, err error) (*signedIn, error) {
	if err != nil {
		return nil, err
	}
	out := &signedIn{SetCookie: e.cookies(ctx, h.service.now())}
	out.Body.Next, out.Body.Ways, out.Body.Codes = e.Next, e.Ways, e.Codes
	if e.Next != "" {
		out.Body.Grants = []MeGrant{}
		return out, nil
	}
	v, err := h.views(ctx)
	out.Body.Me = v.me(e.Actor)
	return out, err
}

type secondIn struct {
	Browser
	Body struct {
		Code string `json:"code" minLength:"6" maxLength:"20" doc:"Six digits of the app, or a recovery code."`
	}
}

func (h handlers) second(ctx context.Context, in *secondIn) (*signedIn, error) {
	e, err := h.service.Second(ctx, actor.From(ctx).Session, in.from, in.Body.Code)
	return h.answer(ctx, e, err)
}

func (h handlers) ways(ctx context.Context, _ *struct{}) (*waysAnswer, error) {
	out := &waysAnswer{}
	_, err := h.service.party(web.SentBy(ctx))
	out.Body.Passkey = err == nil
	if o := h.service.SSO; o != nil {
		out.Body.SSO = &SSOWay{o.Title, o.TitleEn, ssoPath}
	}
	return out, nil
}

func (h handlers) me(ctx context.Context, _ *struct{}) (*meAnswer, error) {
	a, err := web.SignedIn(ctx)
	if err != nil {
		return nil, h.service.stepOf(ctx, a.Session, err)
	}
	v, err := h.views(ctx)
	return &meAnswer{Body: v.me(a)}, err
}

type signedOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (h handlers) signOut(ctx context.Context, _ *struct{}) (*signedOut, error) {
	if err := h.service.SignOut(ctx, actor.From(ctx).Session); err != nil {
		return nil, err
	}
	return &signedOut{SetCookie: cookie(ctx, web.SessionCookie(web.Secure(ctx)), "", -1)}, nil
}

func (h handlers) departments(ctx context.Context, in *departmentsIn) (*departmentsAnswer, error) {
	a, err := web.SignedIn(ctx)
	if err != nil {
		return nil, err
	}
	ask := h.service.Departments
	if in.Closed {
		ask = h.service.EveryDepartment
	}
	list, err := ask(ctx)
	out := &departmentsAnswer{}
	out.Body.Items = slices.DeleteFunc(list, func(d Department) bool { return !a.Area().Meets(d.Scope) })
	return out, err
}

func (h handlers) demo(ctx context.Context, _ *struct{}) (*demoAnswer, error) {
	out := &demoAnswer{}
	out.Body.Accounts = []Me{}
	if !h.service.Demo {
		return out, nil
	}
	accounts, err := h.service.DemoAccounts(ctx)
	if err != nil {
		return nil, err
	}
	v, err := h.views(ctx)
	for _, a := range accounts {
		out.Body.Accounts = append(out.Body.Accounts, v.me(a))
	}
	if out.Body.Demo = len(accounts) > 0; out.Body.Demo {
		out.Body.Password = DemoPassword
	}
	return out, err
}
