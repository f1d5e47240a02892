package setting

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"onemap/api/web"
)

type handlers struct{ service *Service }

// Routes registers the slice.
func Routes(s *web.Server, service *Service) {
	h := handlers{service}
	op := func(id, method, path, summary string, errors ...int) huma.Operation {
		return huma.Operation{
			OperationID: id, Extensions: web.Seen(web.SightManage), Method: method, Path: path, Summary: summary, Tags: []string{"administration"},
			Security: web.Staff, Errors: append([]int{401, 403}, errors...),
		}
	}
	web.Add(s, op("list-settings", http.MethodGet, "/api/v1/settings", "How the city's server is set, for administrators of the whole city"), h.list)
	web.Add(s, op("change-setting", http.MethodPut, "/api/v1/settings/{key}", "Set something else; in force here at once, in other processes a second later", 404, 409, 412, 422, 428), h.change)
}

type settingsAnswer struct {
	Body struct {
		Items []Line `json:"items"`
	}
}

func (h handlers) list(ctx context.Context, _ *struct{}) (*settingsAnswer, error) {
	list, err := h.service.List(ctx)
	out := &settingsAnswer{}
	out.Body.Items = list
	return out, err
}

type settingIn struct {
	Key     string `path:"key" maxLength:"40"`
	IfMatch string `header:"If-Match"`
	Body    struct {
		Value any `json:"value" doc:"A text, a number or a list of roles, as the setting is; null sets what the server starts with again."`
	}
}

type settingAnswer struct {
	ETag string `header:"ETag"`
	Body Line
}

func (h handlers) change(ctx context.Context, in *settingIn) (*settingAnswer, error) {
	rev, err := web.Revision(in.IfMatch, "setting")
	if err != nil {
		return nil, err
	}
	var raw json.RawMessage
	if in.Body.Value != nil {
		if raw, err = json.Marshal(in.Body.Value); err != nil {
			return nil, err
		}
	}
	if err := h.service.Set(ctx, in.Key, raw, rev); err != nil {
		return nil, err
	}
	rows, err := readAll(ctx, h.service.Pool)
	if err != nil {
		return nil, err
	}
	k, _ := kindOf(in.Key)
	l := h.service.line(k, rows[k.key])
	return &settingAnswer{ETag: web.ETag(l.Rev), Body: l}, nil
}
