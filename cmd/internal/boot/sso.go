package boot

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"onemap/api/auth"
)

// SSOConfig is what single sign-on by OpenID Connect needs to be told.
type SSOConfig struct {
	OIDCIssuer     string `help:"The address of a provider of single sign-on (OpenID Connect), to the letter as it calls itself. Register PUBLIC-URL/api/v1/session/sso/return there." name:"oidc-issuer" env:"ONEMAP_OIDC_ISSUER"`
	OIDCClientID   string `help:"What the provider calls this server." name:"oidc-client-id" env:"ONEMAP_OIDC_CLIENT_ID"`
	OIDCSecretFile string `help:"The file with the client's secret; none for a public client." name:"oidc-secret-file" type:"path" env:"ONEMAP_OIDC_SECRET_FILE"`
	OIDCSecret     string `help:"That secret itself: for the environment only." name:"oidc-secret" hidden:"" env:"ONEMAP_OIDC_SECRET"`
	OIDCTitle      string `help:"What the button says." name:"oidc-title" default:"统一认证登录" env:"ONEMAP_OIDC_TITLE"`
	OIDCTitleEn    string `help:"What the button says in English." name:"oidc-title-en" default:"Single sign-on" env:"ONEMAP_OIDC_TITLE_EN"`
	OIDCClaim      string `help:"The claim that holds the login here: one that users cannot change for themselves." name:"oidc-claim" default:"preferred_username" env:"ONEMAP_OIDC_CLAIM"`
	OIDCCreate     bool   `help:"Make an account, without any grant, for whoever signs in there and has none here." name:"oidc-create" env:"ONEMAP_OIDC_CREATE"`
}

// provider is the provider described, or nil.
func (c SSOConfig) provider(public string, log *slog.Logger) (*auth.SSO, error) {
	if c.OIDCIssuer == "" {
		return nil, nil
	}
	secret := c.OIDCSecret
	if c.OIDCSecretFile != "" {
		b, err := os.ReadFile(c.OIDCSecretFile)
		if err != nil {
			return nil, fmt.Errorf("--oidc-secret-file: %w", err)
		}
		secret = strings.TrimSpace(string(b))
	}
	o := &auth.SSO{
		Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, Secret: secret, Title: c.OIDCTitle, TitleEn: cmp.Or(c.OIDCTitleEn, c.OIDCTitle),
		Claim: c.OIDCClaim, Create: c.OIDCCreate, Public: public, Client: &http.Client{Timeout: 10 * time.Second}, Now: time.Now, Log: log,
	}
	return o, o.Validate()
}
