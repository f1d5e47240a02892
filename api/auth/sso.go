package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"onemap/api/fault"
)

// SSO lets a provider of single sign-on (OpenID Connect) say who somebody is.
//
// The journey of a sign-in there: Begin sends the browser to the provider with a
// state, a nonce and the hash of a verifier, all of which stay in a cookie of
// this browser alone; the provider sends it back with a code; Finish compares
// the state, changes code and verifier for a token, and takes the token only
// with the provider's signature, our name as its audience, our nonce, and a time
// that is now. Whoever it names is an account by SignInSSO.
type SSO struct {
	Issuer   string // its address, to the letter as its tokens say it
	ClientID string
	Secret   string // "" for a public client
	Title    string // on the button
	TitleEn  string
	Claim    string // that holds the login here; preferred_username when not said
	Create   bool   // make an account, without grants, for whoever has none
	Public   string // where browsers reach us, as in https://map.example.gov.cn
	Client   *http.Client
	Now      func() time.Time
	Log      *slog.Logger // what a person is not shown

	mu     sync.Mutex
	found  *provider
	failed time.Time
}

// provider is what its discovery document says.
type provider struct {
	*oidc.Provider
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
	end      string // where a browser signs out there, or ""
}

// Paths of single sign-on.
const (
	ssoPath   = "/api/v1/session/sso"
	ssoReturn = ssoPath + "/return"
	ssoLife   = 10 * time.Minute
)

// Validate says everything that is wrong at once.
func (o *SSO) Validate() error {
	var f fault.Fields
	for name, address := range map[string]string{"oidc-issuer": o.Issuer, "public-url": o.Public} {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
			f.Add(name, address, "must be an https address for single sign-on")
		}
	}
	if o.ClientID == "" {
		f.Add("oidc-client-id", nil, "must not be empty")
	}
	return f.Err("sso.invalid")
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// The signatures taken: none that the provider's public key does not prove.
var signatures = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}

var errSSODown = fault.New(fault.Unavailable, "sso.down", "The single sign-on cannot be reached just now. Signing in with a password works.")

// provider asks the provider about itself, once. While it is down it is asked
// every few seconds only.
func (o *SSO) provider(ctx context.Context) (*provider, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.found != nil {
		return o.found, nil
	}
	if o.Now().Sub(o.failed) < 3*time.Second {
		return nil, errSSODown
	}
	p, err := oidc.NewProvider(ctx, o.Issuer)
	var more struct {
		End string `json:"end_session_endpoint"`
	}
	if err == nil {
		err = p.Claims(&more)
	}
	if err != nil {
		o.failed = o.Now()
		return nil, errSSODown.Because(err)
	}
	o.found = &provider{
		Provider: p, end: more.End,
		oauth: oauth2.Config{
			ClientID: o.ClientID, ClientSecret: o.Secret, Endpoint: p.Endpoint(),
			RedirectURL: strings.TrimSuffix(o.Public, "/") + ssoReturn, Scopes: []string{oidc.ScopeOpenID, "profile"},
		},
		verifier: p.Verifier(&oidc.Config{ClientID: o.ClientID, Now: o.Now, SupportedSigningAlgs: signatures}),
	}
	return o.found, nil
}

// within gives a call to the provider its client and its end.
func (o *SSO) within(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	return oidc.ClientContext(ctx, o.Client), cancel
}

// attempt is a sign-in that has begun, kept in the browser's cookie.
type attempt struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	Next     string `json:"x"`
	At       int64  `json:"t"` // seconds
}

// Begin gives the address at the provider and what the browser is to keep.
func (o *SSO) Begin(ctx context.Context, next string) (address, kept string, err error) {
	ctx, cancel := o.within(ctx)
	defer cancel()
	p, err := o.provider(ctx)
	if err != nil {
		return "", "", err
	}
	a := attempt{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: sameOrigin(next), At: o.Now().Unix()}
	b, err := json.Marshal(a)
	return p.oauth.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), base64.RawURLEncoding.EncodeToString(b), err
}

// sameOrigin is an address of ours to go on to, or the desk: never another site.
func sameOrigin(next string) string {
	const desk = "/command"
	if len(next) > 500 || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		return desk
	}
	if strings.ContainsFunc(next, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }) {
		return desk
	}
	if u, err := url.Parse(next); err != nil || u.Host != "" || u.Scheme != "" {
		return desk
	}
	return next
}

// Claimed is who the provider says somebody is.
type Claimed struct {
	Issuer  string
	Subject string
	Login   string
	Name    string
}

var errSSO = fault.New(fault.Forbidden, "sso.refused", "The single sign-on did not go through; please begin again.")

// Finish takes what the browser brought back from the provider.
func (o *SSO) Finish(ctx context.Context, kept, state, code string) (who Claimed, next string, err error) {
	var a attempt
	b, err := base64.RawURLEncoding.DecodeString(kept)
	if err == nil {
		err = json.Unmarshal(b, &a)
	}
	next = sameOrigin(a.Next)
	switch age := o.Now().Sub(time.Unix(a.At, 0)); {
	case err != nil:
		return who, next, errSSO.Because(err)
	case a.State == "" || a.Nonce == "" || subtle.ConstantTimeCompare([]byte(a.State), []byte(state)) != 1:
		return who, next, errSSO.Because(errors.New("the state is not this browser's"))
	case age < -time.Minute || age > ssoLife:
		return who, next, errSSO.Because(errors.New("the attempt is too old"))
	case code == "":
		return who, next, errSSO.Because(errors.New("the provider gave no code"))
	}
	ctx, cancel := o.within(ctx)
	defer cancel()
	p, err := o.provider(ctx)
	if err != nil {
		return who, next, err
	}
	token, err := p.oauth.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		var answer *oauth2.RetrieveError
		if !errors.As(err, &answer) {
			return who, next, errSSODown.Because(err)
		}
		return who, next, errSSO.Because(err)
	}
	who, err = o.claimed(ctx, p, token, a.Nonce)
	return who, next, err
}

func (o *SSO) claimed(ctx context.Context, p *provider, token *oauth2.Token, nonce string) (who Claimed, err error) {
	raw, _ := token.Extra("id_token").(string)
	id, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return who, errSSO.Because(err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return who, errSSO.Because(errors.New("the token is for another attempt"))
	}
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return who, errSSO.Because(err)
	}
	claim := o.Claim
	if claim == "" {
		claim = "preferred_username"
	}
	if _, ok := claims[claim].(string); !ok && p.UserInfoEndpoint() != "" {
		more, err := p.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil || more.Subject != id.Subject {
			return who, errSSO.Because(errors.Join(errors.New("what the provider says of the user is of no use"), err))
		}
		if err := more.Claims(&claims); err != nil {
			return who, errSSO.Because(err)
		}
	}
	who = Claimed{Issuer: o.Issuer, Subject: id.Subject}
	who.Login, _ = claims[claim].(string)
	who.Name, _ = claims["name"].(string)
	if who.Subject == "" || slices.Contains([]any{false, "false"}, claims[claim+"_verified"]) {
		return who, errSSO.Because(errors.New("the provider has not verified the login"))
	}
	return who, nil
}

// Leave is where a browser signs out at the provider, or our own front page.
func (o *SSO) Leave(ctx context.Context) string {
	ctx, cancel := o.within(ctx)
	defer cancel()
	p, err := o.provider(ctx)
	if err != nil || p.end == "" {
		return "/"
	}
	u, err := url.Parse(p.end)
	if err != nil {
		return "/"
	}
	q := u.Query()
	q.Set("client_id", o.ClientID)
	q.Set("post_logout_redirect_uri", strings.TrimSuffix(o.Public, "/")+"/")
	u.RawQuery = q.Encode()
	return u.String()
}
