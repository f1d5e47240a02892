package web

import "context"

// Sender is where a request came from, as far as can be believed.
type Sender struct {
	Address string // the peer's, or a trusted proxy's word for it
	Agent   string // what the browser calls itself
	Host    string // the name it used for us
	Secure  bool   // over https, to us or to a trusted proxy
}

type senderKey struct{}

func withSender(ctx context.Context, s Sender) context.Context {
	return context.WithValue(ctx, senderKey{}, s)
}

// SentBy is the sender of the request behind a context.
func SentBy(ctx context.Context) Sender {
	s, _ := ctx.Value(senderKey{}).(Sender)
	return s
}

// Secure says whether the request came over https, to us or to a trusted proxy.
func Secure(ctx context.Context) bool { return SentBy(ctx).Secure }
