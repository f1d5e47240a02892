package auth

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"onemap/api/web"
)

// Browser is what a request tells of the browser it came from.
type Browser struct{ from Sender }

// Resolve reads it.
func (b *Browser) Resolve(ctx huma.Context) []error {
	by := web.SentBy(ctx.Context())
	b.from = Sender{Address: by.Address, Agent: by.Agent}
	if c, err := huma.ReadCookie(ctx, web.SessionCookie(by.Secure)); err == nil {
		b.from.Session = c.Value
	}
	if c, err := huma.ReadCookie(ctx, web.DeviceCookie(by.Secure)); err == nil {
		b.from.Device = c.Value
	}
	return nil
}

// cookies hold the session's token, and that of the device.
func (e Entered) cookies(ctx context.Context, now time.Time) []http.Cookie {
	secure := web.Secure(ctx)
	list := []http.Cookie{cookie(ctx, web.SessionCookie(secure), e.Token, int(e.Expires.Sub(now).Seconds()))}
	if e.Device != "" {
		list = append(list, cookie(ctx, web.DeviceCookie(secure), e.Device, int(DeviceLife.Seconds())))
	}
	return list
}

// cookie is one that no script reads and no other site's form sends; over https
// it never travels in the clear.
func cookie(ctx context.Context, name, value string, maxAge int) http.Cookie {
	return http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: web.Secure(ctx),
	}
}
