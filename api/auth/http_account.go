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

// accountRoutes are those of who administers accounts and grants.
func (h handlers) accountRoutes(s *web.Server) {
	tag, manage := []string{"administration"}, web.Seen(web.SightManage)
	web.Add(s, huma.Operation{OperationID: "list-account-places", Extensions: manage, Method: http.MethodGet, Path: "/api/v1/account-places", Summary: "How many accounts belong where, in my places", Tags: tag, Security: web.Staff, Errors: []int{401, 403}}, h.accountPlaces)
	web.Add(s, huma.Operation{OperationID: "list-accounts", Extensions: manage, Method: http.MethodGet, Path: "/api/v1/accounts", Summary: "The accounts of my places", Tags: tag, Security: web.Staff, Errors: []int{401, 403, 422}}, h.listAccounts)
	web.Add(s, huma.Operation{OperationID: "add-account", Extensions: manage, Method: http.MethodPost, Path: "/api/v1/accounts", Summary: "Make an account without a password", Tags: tag, Security: web.Staff, DefaultStatus: http.StatusCreated, Errors: []int{401, 403, 409, 422}}, h.addAccount)
	web.Add(s, huma.Operation{OperationID: "get-account", Extensions: manage, Method: http.MethodGet, Path: "/api/v1/accounts/{id}", Summary: "One account", Tags: tag, Security: web.Staff, Errors: []int{401, 404, 422}}, h.getAccount)
	web.Add(s, huma.Operation{OperationID: "change-account", Extensions: manage, Method: http.MethodPatch, Path: "/api/v1/accounts/{id}", Summary: "Rename, move, close or open an account", Tags: tag, Security: web.Staff, Errors: []int{401, 403, 404, 409, 412, 422, 428}}, h.changeAccount)
	web.Add(s, huma.Operation{OperationID: "list-account-grants", Extensions: manage, Method: http.MethodGet, Path: "/api/v1/accounts/{id}/grants", Summary: "What an account may do, and with history what it once might", Tags: tag, Security: web.Staff, Errors: []int{401, 404, 422}}, h.listGrants)
	web.Add(s, huma.Operation{OperationID: "give-grant", Extensions: manage, Method: http.MethodPost, Path: "/api/v1/accounts/{id}/grants", Summary: "Give an account a role on a place", Tags: tag, Security: web.Staff, DefaultStatus: http.StatusCreated, Errors: []int{401, 403, 404, 409, 422}}, h.give)
	web.Add(s, huma.Operation{OperationID: "change-grant", Extensions: manage, Method: http.MethodPatch, Path: "/api/v1/grants/{id}", Summary: "Change the time or the reason of a grant", Tags: tag, Security: web.Staff, Errors: []int{401, 403, 404, 409, 422}}, h.changeGrant)
	web.Add(s, huma.Operation{OperationID: "end-grant", Extensions: manage, Method: http.MethodPost, Path: "/api/v1/grants/{id}/end", Summary: "End a grant now; it stays in the history", Tags: tag, Security: web.Staff, Errors: []int{401, 403, 404, 409, 422}}, h.endGrant)
}

// GrantView is a grant as the administration shows it.
type GrantView struct {
	ID             uuid.UUID  `json:"id"`
	Account        Who        `json:"account" doc:"Whose grant it is."`
	Role           actor.Role `json:"role"`
	Scope          string     `json:"scope" doc:"Region code prefix; empty is everywhere."`
	ScopeName      string     `json:"scope_name"`
	Department     string     `json:"department,omitempty"`
	DepartmentName string     `json:"department_name,omitempty"`
	State          string     `json:"state" enum:"future,valid,ended"`
	StartsAt       time.Time  `json:"starts_at"`
	EndsAt         *time.Time `json:"ends_at,omitempty"`
	GivenAt        time.Time  `json:"given_at"`
	GivenBy        *Who       `json:"given_by,omitempty" doc:"Left out for what a command of the installation gave."`
	Reason         string     `json:"reason"`
	DeputyFor      *Who       `json:"deputy_for,omitempty" doc:"Whom the account stands in for."`
	DeputyGrant    *uuid.UUID `json:"deputy_grant,omitempty" doc:"The grant it stands in with."`
	EndedAt        *time.Time `json:"ended_at,omitempty" doc:"When somebody ended it before its time."`
	EndedBy        *Who       `json:"ended_by,omitempty"`
	EndReason      string     `json:"end_reason,omitempty"`
}

// AccountView is an account as the administration shows it.
type AccountView struct {
	ID         uuid.UUID   `json:"id"`
	Login      string      `json:"login"`
	Name       string      `json:"name"`
	Scope      string      `json:"scope" doc:"Where the account belongs; empty is the whole installation."`
	ScopeName  string      `json:"scope_name"`
	Demo       bool        `json:"demo"`
	SSO        bool        `json:"sso_allowed" doc:"Whether single sign-on may open it."`
	Rev        int64       `json:"rev"`
	Invited    bool        `json:"invited" doc:"Nobody has opened it yet; it waits for a one-time link."`
	Disabled   bool        `json:"disabled"`
	DisabledAt *time.Time  `json:"disabled_at,omitempty"`
	CreatedAt  time.Time   `json:"created_at"`
	CreatedBy  *Who        `json:"created_by,omitempty" doc:"Left out for what a command of the installation made."`
	Manageable bool        `json:"manageable" doc:"Whether I may reset, sign out, change and close it."`
	Grants     []GrantView `json:"grants" doc:"What it holds now or later, as far as I may know."`
}

// views names places and departments.
type views struct {
	handlers
	departments map[string]string
	now         time.Time
}

func (h handlers) views(ctx context.Context) (views, error) {
	list, err := h.service.EveryDepartment(ctx)
	v := views{h, make(map[string]string, len(list)), h.service.now()}
	for _, d := range list {
		v.departments[d.Code] = d.Name
	}
	return v, err
}

func (v views) grant(g Grant) GrantView {
	name, _ := v.regions.Name(g.Scope)
	view := GrantView{
		ID: g.ID, Account: g.Account, Role: g.Role, Scope: g.Scope, ScopeName: name, Department: g.Department, DepartmentName: v.departments[g.Department],
		State: g.State(v.now), StartsAt: g.StartsAt, EndsAt: g.EndsAt, GivenAt: g.GivenAt, GivenBy: g.GivenBy, Reason: g.Reason,
		EndedAt: g.EndedAt, EndedBy: g.EndedBy, EndReason: g.EndReason,
	}
	if g.For != nil {
		view.DeputyFor, view.DeputyGrant = &g.For.Holder, &g.For.Grant
	}
	return view
}

func (v views) grants(list []Grant) []GrantView {
	out := make([]GrantView, len(list))
	for i, g := range list {
		out[i] = v.grant(g)
	}
	return out
}

func (v views) account(x Account) AccountView {
	name, _ := v.regions.Name(x.Scope)
	return AccountView{
		ID: x.ID, Login: x.Login, Name: x.Name, Scope: x.Scope, ScopeName: name, Demo: x.Demo, SSO: x.SSO, Invited: x.Invited, Rev: x.Rev,
		Disabled: x.DisabledAt != nil, DisabledAt: x.DisabledAt, CreatedAt: x.CreatedAt, CreatedBy: x.CreatedBy,
		Manageable: x.Manageable, Grants: v.grants(x.Grants),
	}
}

type accountsIn struct {
	web.ListQuery
	Role       string `query:"role" maxLength:"20" doc:"Who holds this role now or later."`
	Department string `query:"department" maxLength:"40" doc:"Who handles this department's cases now or later."`
	State      string `query:"state" enum:"active,disabled" doc:"Only open, or only closed accounts."`
}

type accountsAnswer struct {
	Body struct {
		Items []AccountView `json:"items"`
		Next  string        `json:"next,omitempty" doc:"The cursor of the next page."`
	}
}

func (h handlers) listAccounts(ctx context.Context, in *accountsIn) (*accountsAnswer, error) {
	after, err := in.After()
	if err != nil {
		return nil, err
	}
	query := AccountsQuery{Q: in.Q, Region: in.Region, Role: actor.Role(in.Role), Department: in.Department, After: after, Limit: in.Limit}
	if in.State != "" {
		disabled := in.State == "disabled"
		query.Disabled = &disabled
	}
	list, next, err := h.service.Accounts(ctx, query)
	if err != nil {
		return nil, err
	}
	v, err := h.views(ctx)
	out := &accountsAnswer{}
	out.Body.Items, out.Body.Next = make([]AccountView, len(list)), web.Next(next)
	for i, x := range list {
		out.Body.Items[i] = v.account(x)
	}
	return out, err
}

type placesAnswer struct {
	Body struct {
		Items []Place `json:"items"`
	}
}

func (h handlers) accountPlaces(ctx context.Context, _ *struct{}) (*placesAnswer, error) {
	list, err := h.service.AccountPlaces(ctx)
	out := &placesAnswer{}
	out.Body.Items = list
	return out, err
}

type accountAnswer struct {
	ETag string `header:"ETag"`
	Body AccountView
}

func (h handlers) oneAccount(ctx context.Context, x Account) (*accountAnswer, error) {
	v, err := h.views(ctx)
	return &accountAnswer{ETag: web.ETag(x.Rev), Body: v.account(x)}, err
}

// GivingBody is a grant that is asked for.
type GivingBody struct {
	Role       actor.Role `json:"role" enum:"operator,supervisor,handler,worker,planner,registrar,auditor,administrator,leader"`
	Scope      string     `json:"scope" maxLength:"15" doc:"Region code prefix; empty is everywhere."`
	Department string     `json:"department,omitempty" maxLength:"40" doc:"For a handler."`
	StartsAt   *time.Time `json:"starts_at,omitempty" doc:"Left out, at once."`
	EndsAt     *time.Time `json:"ends_at,omitempty" doc:"Left out, with the giver's own grant, or never."`
	Reason     string     `json:"reason,omitempty" maxLength:"200"`
}

type addAccountIn struct {
	Body struct {
		Login  string       `json:"login" minLength:"2" maxLength:"40"`
		Name   string       `json:"name" minLength:"1" maxLength:"80"`
		Scope  string       `json:"scope" maxLength:"15" doc:"Where the account belongs; empty is the whole installation."`
		SSO    bool         `json:"sso_allowed,omitempty"`
		Grants []GivingBody `json:"grants,omitempty" maxItems:"20"`
	}
}

// addAccountAnswer carries the link, this once.
type addAccountAnswer struct {
	ETag string `header:"ETag"`
	Body struct {
		AccountView
		Link        string    `json:"link" doc:"An address of this server, for the owner alone: to set a password, once."`
		LinkExpires time.Time `json:"link_expires"`
	}
}

func (h handlers) addAccount(ctx context.Context, in *addAccountIn) (*addAccountAnswer, error) {
	m := Member{Login: in.Body.Login, Name: in.Body.Name, Scope: in.Body.Scope, SSO: in.Body.SSO}
	for _, g := range in.Body.Grants {
		m.Grants = append(m.Grants, Giving(g))
	}
	x, l, err := h.service.AddMember(ctx, m)
	if err != nil {
		return nil, err
	}
	v, err := h.views(ctx)
	out := &addAccountAnswer{ETag: web.ETag(x.Rev)}
	out.Body.AccountView, out.Body.Link, out.Body.LinkExpires = v.account(x), l.URL(""), l.ExpiresAt
	return out, err
}

func (h handlers) getAccount(ctx context.Context, in *idIn) (*accountAnswer, error) {
	x, err := h.service.AccountByID(ctx, in.ID, false)
	if err != nil {
		return nil, err
	}
	return h.oneAccount(ctx, x)
}

type changeAccountIn struct {
	ID      uuid.UUID `path:"id"`
	IfMatch string    `header:"If-Match"`
	Body    struct {
		Name     *string `json:"name,omitempty" minLength:"1" maxLength:"80"`
		Scope    *string `json:"scope,omitempty" maxLength:"15"`
		SSO      *bool   `json:"sso_allowed,omitempty"`
		Disabled *bool   `json:"disabled,omitempty" doc:"A closed account cannot sign in, and its grants give nothing."`
	}
}

func (h handlers) changeAccount(ctx context.Context, in *changeAccountIn) (*accountAnswer, error) {
	rev, err := web.Revision(in.IfMatch, "account")
	if err != nil {
		return nil, err
	}
	x, err := h.service.ChangeAccount(ctx, in.ID, Rewrite{Rev: rev, Name: in.Body.Name, Scope: in.Body.Scope, SSO: in.Body.SSO, Disabled: in.Body.Disabled})
	if err != nil {
		return nil, err
	}
	return h.oneAccount(ctx, x)
}

type grantsIn struct {
	ID      uuid.UUID `path:"id"`
	History bool      `query:"history" doc:"Also what has ended."`
}

type grantsAnswer struct {
	Body struct {
		Items []GrantView `json:"items"`
	}
}

func (h handlers) listGrants(ctx context.Context, in *grantsIn) (*grantsAnswer, error) {
	x, err := h.service.AccountByID(ctx, in.ID, in.History)
	if err != nil {
		return nil, err
	}
	v, err := h.views(ctx)
	out := &grantsAnswer{}
	out.Body.Items = v.grants(x.Grants)
	return out, err
}

type grantAnswer struct{ Body GrantView }

func (h handlers) oneGrant(ctx context.Context, g Grant, err error) (*grantAnswer, error) {
	if err != nil {
		return nil, err
	}
	v, err := h.views(ctx)
	return &grantAnswer{Body: v.grant(g)}, err
}

type giveIn struct {
	ID   uuid.UUID `path:"id"`
	Body GivingBody
}

func (h handlers) give(ctx context.Context, in *giveIn) (*grantAnswer, error) {
	g, err := h.service.Give(ctx, in.ID, Giving(in.Body))
	return h.oneGrant(ctx, g, err)
}

type changeGrantIn struct {
	ID   uuid.UUID `path:"id"`
	Body struct {
		StartsAt *time.Time          `json:"starts_at,omitempty"`
		EndsAt   web.Sent[time.Time] `json:"ends_at,omitempty" doc:"null takes the end away."`
		Reason   *string             `json:"reason,omitempty" maxLength:"200"`
	}
}

func (h handlers) changeGrant(ctx context.Context, in *changeGrantIn) (*grantAnswer, error) {
	b := in.Body
	g, err := h.service.Change(ctx, in.ID, Regrant{StartsAt: b.StartsAt, EndsAt: b.EndsAt.Value, Endless: b.EndsAt.Given && b.EndsAt.Value == nil, Reason: b.Reason})
	return h.oneGrant(ctx, g, err)
}

type endGrantIn struct {
	ID   uuid.UUID `path:"id"`
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"200"`
	}
}

func (h handlers) endGrant(ctx context.Context, in *endGrantIn) (*grantAnswer, error) {
	g, err := h.service.End(ctx, in.ID, in.Body.Reason)
	return h.oneGrant(ctx, g, err)
}
