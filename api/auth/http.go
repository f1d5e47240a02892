package auth

import (
	"context"
	"net/http"

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

type signIn struct {
	Body struct {
		Login    string `json:"login" minLength:"1" maxLength:"40"`
		Password string `json:"password" minLength:"1" maxLength:"256"`
	}
}

type signedIn struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      Me
}

type meAnswer struct{ Body Me }

type departmentsAnswer struct {
	Body struct {
		Items []Department `json:"items"`
	}
}

// DemoPassword opens every account of the demo town.
const DemoPassword = "onemap-demo"

type demoAnswer struct {
	Body struct {
		Demo     bool   `json:"demo" doc:"Whether this is a demo town."`
		Password string `json:"password,omitempty" doc:"The password of every demo account."`
		Accounts []Me   `json:"accounts"`
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
	web.Add(s, huma.Operation{OperationID: "sign-in", Extensions: web.Seen(web.SightPublic), Method: http.MethodPost, Path: "/api/v1/session", Summary: "Sign in", Tags: tag, Errors: []int{401, 422, 429}}, h.signIn)
	web.Add(s, huma.Operation{OperationID: "who-am-i", Extensions: web.Seen(web.SightSelf), Method: http.MethodGet, Path: "/api/v1/session", Summary: "Who is signed in", Tags: tag, Security: web.Staff, Errors: []int{401}}, h.me)
	web.Add(s, huma.Operation{OperationID: "sign-out", Extensions: web.Seen(web.SightSelf), Method: http.MethodDelete, Path: "/api/v1/session", Summary: "Sign out", Tags: tag, DefaultStatus: http.StatusNoContent}, h.signOut)
	web.Add(s, huma.Operation{OperationID: "list-departments", Extensions: web.Seen(web.SightArea), Method: http.MethodGet, Path: "/api/v1/departments", Summary: "The departments that mend things", Tags: []string{"cases"}, Security: web.Staff, Errors: []int{401}}, h.departments)
	web.Add(s, huma.Operation{OperationID: "demo-accounts", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/demo", Summary: "The accounts of the demo town", Tags: tag}, h.demo)
	h.accountRoutes(s)
	h.deputyRoutes(s)
	h.departmentRoutes(s)
}

func (h handlers) describe(ctx context.Context, a actor.Actor) (Me, error) {
	departments, err := h.service.EveryDepartment(ctx)
	if err != nil {
		return Me{}, err
	}
	names := map[string]string{}
	for _, d := range departments {
		names[d.Code] = d.Name
	}
	me := Me{ID: a.ID.String(), Login: a.Login, Name: a.Name, Demo: a.Demo, Grants: []MeGrant{}}
	for _, g := range a.Grants {
		name, _ := h.regions.Name(g.Prefix)
		me.Grants = append(me.Grants, MeGrant{Role: g.Role, Scope: g.Prefix, ScopeName: name, Department: g.Department, DepartmentName: names[g.Department]})
	}
	return me, nil
}

func (h handlers) signIn(ctx context.Context, in *signIn) (*signedIn, error) {
	token, a, err := h.service.SignIn(ctx, in.Body.Login, in.Body.Password)
	if err != nil {
		return nil, err
	}
	me, err := h.describe(ctx, a)
	if err != nil {
		return nil, err
	}
	return &signedIn{SetCookie: cookie(ctx, token, int(SessionLife.Seconds())), Body: me}, nil
}

// cookie holds the session's token; over https it never travels in the clear.
func cookie(ctx context.Context, token string, maxAge int) http.Cookie {
	return http.Cookie{
		Name: web.SessionCookie, Value: token, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: web.Secure(ctx),
	}
}

func (h handlers) me(ctx context.Context, _ *struct{}) (*meAnswer, error) {
	a, err := web.SignedIn(ctx)
	if err != nil {
		return nil, err
	}
	me, err := h.describe(ctx, a)
	return &meAnswer{Body: me}, err
}

type signOut struct {
	Session string `cookie:"onemap_session"`
}

type signedOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (h handlers) signOut(ctx context.Context, in *signOut) (*signedOut, error) {
	if in.Session != "" {
		if err := h.service.SignOut(ctx, in.Session); err != nil {
			return nil, err
		}
	}
	return &signedOut{SetCookie: cookie(ctx, "", -1)}, nil
}

func (h handlers) departments(ctx context.Context, _ *struct{}) (*departmentsAnswer, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	list, err := h.service.Departments(ctx)
	out := &departmentsAnswer{}
	out.Body.Items = list
	return out, err
}

func (h handlers) demo(ctx context.Context, _ *struct{}) (*demoAnswer, error) {
	accounts, err := h.service.DemoAccounts(ctx)
	if err != nil {
		return nil, err
	}
	out := &demoAnswer{}
	out.Body.Accounts = []Me{}
	for _, a := range accounts {
		me, err := h.describe(ctx, a)
		if err != nil {
			return nil, err
		}
		out.Body.Accounts = append(out.Body.Accounts, me)
	}
	if out.Body.Demo = len(accounts) > 0; out.Body.Demo {
		out.Body.Password = DemoPassword
	}
	return out, nil
}
