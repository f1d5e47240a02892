package setting

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"onemap/api/web"
)

// Line is one setting as the page shows it.
type Line struct {
	Key      string     `json:"key"`
	Group    string     `json:"group" enum:"city,people,signin,server"`
	Kind     string     `json:"kind" enum:"text,number,roles,fixed" doc:"fixed is only shown."`
	Value    any        `json:"value" doc:"What is in force: a text, a number or a list of roles."`
	Start    any        `json:"start" doc:"What the server starts with."`
	Least    *int       `json:"least,omitempty" doc:"Of a number."`
	Most     *int       `json:"most,omitempty" doc:"Of a number; of a text, its length."`
	Unit     string     `json:"unit,omitempty" enum:"months,hours,minutes"`
	Source   Source     `json:"source" enum:"default,flag,environment,set"`
	Flag     string     `json:"flag,omitempty" doc:"The flag of the start that gives it, and wins."`
	Variable string     `json:"variable,omitempty" doc:"The same in the environment."`
	Editable bool       `json:"editable"`
	Rev      int64      `json:"rev" doc:"0 when it was never changed here."`
	Former   any        `json:"former" doc:"What was in force before the last change; null when it was never changed."`
	By       string     `json:"changed_by,omitempty" doc:"Whose the last change is."`
	At       *time.Time `json:"changed_at,omitempty"`
}

// List gives every setting, those that can be changed first.
func (s *Service) List(ctx context.Context) ([]Line, error) {
	a, err := web.SignedIn(ctx)
	if err != nil {
		return nil, err
	}
	if err := wholeCity(a); err != nil {
		return nil, err
	}
	rows, err := readAll(ctx, s.Pool)
	if err != nil {
		return nil, err
	}
	var list []Line
	for _, k := range kinds {
		list = append(list, s.line(k, rows[k.key]))
	}
	for _, f := range s.Fixed {
		list = append(list, Line{Key: f.Key, Group: groupServer, Kind: "fixed", Value: f.Value, Source: s.given(f.Flag), Flag: f.Flag, Variable: Variable(f.Flag)})
	}
	return list, nil
}

// line shows a setting by its row; one that was never changed has none.
func (s *Service) line(k kind, r row) Line {
	shown := func(raw json.RawMessage) any {
		v := s.Start
		if raw != nil {
			k.take(raw, &v)
		}
		return k.of(&v)
	}
	l := Line{
		Key: k.key, Group: k.group, Kind: "roles", Start: k.of(&s.Start), Value: shown(r.Value), Unit: k.unit, Source: BySetting,
		Flag: k.flag, Variable: Variable(k.flag), Editable: true, Rev: r.Rev,
	}
	switch {
	case k.text != nil:
		l.Kind, l.Most = "text", &k.most
	case k.number != nil:
		l.Kind, l.Least, l.Most = "number", &k.least, &k.most
	}
	if r.Value == nil {
		l.Source = ByDefault
	}
	if s.held(k) {
		l.Value, l.Source, l.Editable = l.Start, s.given(k.flag), false
	}
	if r.Rev > 0 {
		l.Former, l.By, l.At = shown(r.Former), r.ChangedBy, &r.ChangedAt
	}
	return l
}

// Variable is a flag's name in the environment.
func Variable(flag string) string {
	if flag == "" {
		return ""
	}
	return "ONEMAP_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
