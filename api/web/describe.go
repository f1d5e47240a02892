package web

import (
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// Describe adds to the OpenAPI document an operation that a raw route answers:
// one that carries bytes or a stream. It needs a rule of sight like any other.
// Each status of op.Errors is a problem.
func Describe(s *Server, op huma.Operation) {
	sighted(op)
	doc := s.API.OpenAPI()
	problem := doc.Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "")
	for _, status := range op.Errors {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: problem}},
		}
	}
	doc.AddOperation(&op)
}

// Bytes is the answer of a raw route: what it is, and its media types.
func Bytes(description string, media ...string) *huma.Response {
	r := &huma.Response{Description: description, Content: map[string]*huma.MediaType{}}
	for _, m := range media {
		r.Content[m] = &huma.MediaType{} // bytes have no schema (OpenAPI 3.1, 4.8.14.3)
	}
	return r
}

// InPath describes a parameter of a raw route's path.
func InPath(name, description string) *huma.Param {
	return &huma.Param{Name: name, In: "path", Required: true, Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
}

// InQuery describes an optional parameter of a raw route's query.
func InQuery(name, description string, schema *huma.Schema) *huma.Param {
	return &huma.Param{Name: name, In: "query", Description: description, Schema: schema}
}
