package auth

import (
	"bytes"
	"context"
	"html/template"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"onemap/api/fault"
	"onemap/api/web"
)

// ssoRoutes are the ways to the provider of single sign-on and back. A person's
// browser follows them, so what goes wrong is a page.
func (h handlers) ssoRoutes(s *web.Server) {
	tag := []string{"session"}
	answers := map[string]*huma.Response{
		"303": {Description: "On to the provider, or to the page asked for"},
		"403": {Description: "Refused", Content: map[string]*huma.MediaType{"text/html": {}}},
		"503": {Description: "The provider is down", Content: map[string]*huma.MediaType{"text/html": {}}},
	}
	web.Add(s, huma.Operation{OperationID: "begin-sso", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: ssoPath, Summary: "Sign in by the provider of single sign-on", Tags: tag, DefaultStatus: http.StatusSeeOther, Responses: answers, Errors: []int{404, 422}}, h.beginSSO)
	web.Add(s, huma.Operation{OperationID: "finish-sso", Extensions: web.SeenAudited(web.SightPublic, web.AuditAlways), Method: http.MethodGet, Path: ssoReturn, Summary: "Come back from there", Tags: tag, DefaultStatus: http.StatusSeeOther, Responses: answers, Errors: []int{404, 422}}, h.finishSSO)
	web.Add(s, huma.Operation{OperationID: "leave-sso", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: ssoPath + "/leave", Summary: "Sign out at the provider, too, after signing out here", Tags: tag, DefaultStatus: http.StatusSeeOther, Responses: map[string]*huma.Response{"303": answers["303"]}, Errors: []int{404}}, h.leaveSSO)
}

// SSOWay is the button of single sign-on.
type SSOWay struct {
	Title   string `json:"title"`
	TitleEn string `json:"title_en"`
	Path    string `json:"path" doc:"Where a browser goes; ?next= says what page it comes back to."`
}

type ssoAnswer struct {
	Status    int
	Location  string        `header:"Location"`
	Type      string        `header:"Content-Type"`
	Policy    string        `header:"Content-Security-Policy"`
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      []byte
}

var errNoSSO = fault.New(fault.NotFound, "sso.missing", "There is no single sign-on here.")

// ssoCookie is kept over the way to the provider and back, by this browser alone.
func ssoCookie(ctx context.Context) string { return web.Cookie("onemap_sso", web.Secure(ctx)) }

type beginSSO struct {
	Next string `query:"next" maxLength:"500" doc:"The page to go on to, an address of this server."`
}

func (h handlers) beginSSO(ctx context.Context, in *beginSSO) (*ssoAnswer, error) {
	o := h.service.SSO
	if o == nil {
		return nil, errNoSSO
	}
	address, kept, err := o.Begin(ctx, in.Next)
	if err != nil {
		return o.page(ctx, err, sameOrigin(in.Next))
	}
	return &ssoAnswer{Status: http.StatusSeeOther, Location: address, SetCookie: []http.Cookie{cookie(ctx, ssoCookie(ctx), kept, int(ssoLife.Seconds()))}}, nil
}

type finishSSO struct {
	Browser
	State string `query:"state" maxLength:"200"`
	Code  string `query:"code" maxLength:"4000"`
	Error string `query:"error" maxLength:"200" doc:"Why the provider refused."`
	kept  string
}

// Resolve reads the cookies: whose browser it is, and what it was to keep.
func (f *finishSSO) Resolve(ctx huma.Context) []error {
	if c, err := huma.ReadCookie(ctx, ssoCookie(ctx.Context())); err == nil {
		f.kept = c.Value
	}
	return f.Browser.Resolve(ctx)
}

func (h handlers) finishSSO(ctx context.Context, in *finishSSO) (*ssoAnswer, error) {
	o := h.service.SSO
	if o == nil {
		return nil, errNoSSO
	}
	gone := cookie(ctx, ssoCookie(ctx), "", -1)
	who, next, err := o.Finish(ctx, in.kept, in.State, in.Code)
	var e Entered
	if err == nil {
		e, err = h.service.SignInSSO(ctx, who, in.from)
	}
	if err != nil {
		out, err := o.page(ctx, err, next)
		if out != nil {
			out.SetCookie = []http.Cookie{gone}
		}
		return out, err
	}
	return &ssoAnswer{Status: http.StatusSeeOther, Location: next, SetCookie: append(e.cookies(ctx, h.service.now()), gone)}, nil
}

func (h handlers) leaveSSO(ctx context.Context, _ *struct{}) (*ssoAnswer, error) {
	if h.service.SSO == nil {
		return nil, errNoSSO
	}
	return &ssoAnswer{Status: http.StatusSeeOther, Location: h.service.SSO.Leave(ctx)}, nil
}

// ssoTexts are what a page says of a refusal, in Chinese; English is the fault's own.
var ssoTexts = map[string]string{
	"sso.down":    "统一认证暂时无法连接。可以用密码登录。",
	"sso.refused": "统一认证未完成，请重新开始。",
	"sso.unknown": "统一认证认识您，但这里没有向它开放的账号。请联系管理员。",
}

// ssoStyle is the whole look of the page.
const ssoStyle = `body{font:1.05rem/1.6 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1.2rem;color-scheme:light dark}a{display:inline-block;margin-top:1rem;padding:.6rem 0}`

var ssoTemplate = template.Must(template.New("sso").Parse(`<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>登录未完成 · Not signed in</title>
<style>{{.Style}}</style>
<main><h1>登录未完成</h1><p>{{.Zh}}</p><p lang="en">{{.En}}</p><a href="{{.Next}}">返回登录 · <span lang="en">Back to sign-in</span></a></main></html>
`))

// page shows a person what went wrong; what is no refusal of ours is left to
// the server's own way.
func (o *SSO) page(ctx context.Context, err error, next string) (*ssoAnswer, error) {
	f := fault.As(err)
	if f == nil || ssoTexts[f.Code] == "" {
		return nil, err
	}
	o.Log.WarnContext(ctx, "single sign-on", "error", err)
	status := http.StatusForbidden
	if f.Kind == fault.Unavailable {
		status = http.StatusServiceUnavailable
	}
	var b bytes.Buffer
	if err := ssoTemplate.Execute(&b, struct {
		Style        template.CSS
		Zh, En, Next string
	}{ssoStyle, ssoTexts[f.Code], f.Public, next}); err != nil {
		return nil, err
	}
	return &ssoAnswer{Status: status, Type: "text/html; charset=utf-8", Policy: web.PolicyWith(ssoStyle), Body: b.Bytes()}, nil
}
