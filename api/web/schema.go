package web

import (
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// schemaName names a type in the OpenAPI document by its slice and its own
// name, since two slices may both have a Row: cases.Row is CaseRow.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	slice := path.Base(t.PkgPath())
	if t.Name() == "" || slice == "web" || !strings.HasPrefix(t.PkgPath(), "onemap/") {
		return name
	}
	if !strings.HasSuffix(slice, "is") { // analysis is one already
		slice = strings.TrimSuffix(slice, "s")
	}
	slice = strings.ToUpper(slice[:1]) + slice[1:]
	if strings.HasPrefix(name, slice) {
		return name
	}
	return slice + name
}
