package standard

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"onemap/api/web"
)

type codePath struct {
	Code string `path:"code" maxLength:"100" doc:"As it was typed."`
}

type readingOut struct{ Body Reading }

// Routes registers the adapter.
func Routes(s *web.Server, b *Book) {
	web.Add(s, huma.Operation{
		OperationID: "read-code", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/codes/{code}",
		Summary: "What a code of a standard says, and what is wrong with it: grids, components, events, divisions, organisations",
		Tags:    []string{"codes"}, Errors: []int{422},
	}, b.read)
}

func (b *Book) read(_ context.Context, in *codePath) (*readingOut, error) {
	return &readingOut{Body: b.Read(in.Code)}, nil
}
