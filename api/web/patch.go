package web

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Sent is a field of a PATCH: left out it changes nothing, null takes the value
// away.
type Sent[T any] struct {
	Given bool
	Value *T
}

// UnmarshalJSON notes that the field was there.
func (s *Sent[T]) UnmarshalJSON(b []byte) error {
	s.Given, s.Value = true, nil
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	s.Value = new(T)
	return json.Unmarshal(b, s.Value)
}

// Schema is that of the value, or null.
func (Sent[T]) Schema(r huma.Registry) *huma.Schema {
	schema := *huma.SchemaFromType(r, reflect.TypeFor[T]())
	schema.Nullable = true
	return &schema
}

// Or is the value that was sent, the zero value for null, or what there was.
func (s Sent[T]) Or(was T) T {
	switch {
	case !s.Given:
		return was
	case s.Value == nil:
		var none T
		return none
	}
	return *s.Value
}
