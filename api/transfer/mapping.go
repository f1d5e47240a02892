package transfer

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"onemap/api/fault"
)

// Mapping says how the columns of a file become the fields of a kind. A column
// may also be a pattern with columns in braces: "{street} {number}".
type Mapping struct {
	Kind     string `json:"kind" required:"false"`
	Source   string `json:"source" required:"false" maxLength:"60" doc:"Whose rows these are; together with ref it tells a row when it comes again."`
	Layer    string `json:"layer,omitempty"`
	Encoding string `json:"encoding,omitempty"`
	CRS      string `json:"crs,omitempty" doc:"wgs84, cgcs2000, gcj02, bd09, EPSG:n, WKT; swapped:wgs84 for latitude before longitude. Empty: what the file says."`
	TimeZone string `json:"time_zone,omitempty" example:"Asia/Shanghai"`

	Columns   map[string]string            `json:"columns,omitempty" doc:"Field: column of the file."`
	Constants map[string]string            `json:"constants,omitempty" doc:"Field: the value of every row."`
	Values    map[string]map[string]string `json:"values,omitempty" doc:"Field: a value of the file: the value it means."`
	Defaults  map[string]string            `json:"defaults,omitempty" doc:"Field: the value where the row has none."`
	DateOrder string                       `json:"date_order,omitempty" enum:"ymd,dmy,mdy,"`

	Under    string `json:"under,omitempty" doc:"Regions without codes are numbered under this one."`
	City     string `json:"city,omitempty" doc:"The city of this code is made as the union of the file's regions when there is none."`
	CityName string `json:"city_name,omitempty"`
	Net      string `json:"net,omitempty" maxLength:"36" doc:"The id of the net that cells are of; they replace what it has."`
}

// With is m with a field's column; without a column it is m.
func (m Mapping) With(field, column string) Mapping {
	if column != "" {
		m = m.Layered(Mapping{Columns: map[string]string{field: column}})
	}
	return m
}

// Layered is m with what another mapping says on top of it.
func (m Mapping) Layered(over Mapping) Mapping {
	take := func(to *string, from string) {
		if from != "" {
			*to = from
		}
	}
	take(&m.Source, over.Source)
	take(&m.Layer, over.Layer)
	take(&m.Encoding, over.Encoding)
	take(&m.CRS, over.CRS)
	take(&m.TimeZone, over.TimeZone)
	take(&m.DateOrder, over.DateOrder)
	take(&m.Under, over.Under)
	take(&m.City, over.City)
	take(&m.CityName, over.CityName)
	take(&m.Net, over.Net)
	m.Columns, m.Constants, m.Defaults = joined(m.Columns, over.Columns), joined(m.Constants, over.Constants), joined(m.Defaults, over.Defaults)
	values := map[string]map[string]string{}
	for _, list := range []map[string]map[string]string{m.Values, over.Values} {
		for field, words := range list {
			values[field] = joined(values[field], words)
		}
	}
	m.Values = values
	for field := range over.Constants {
		delete(m.Columns, field)
	}
	return m
}

func joined(a, b map[string]string) map[string]string {
	out := maps.Clone(a)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, b)
	return out
}

// FieldProblem is what keeps a file from being imported, or is likely to be a
// mistake, by the field it is about.
type FieldProblem struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// problems are the mistakes of a mapping for a file's columns.
func (m Mapping) problems(k *Kind, columns []string) []FieldProblem {
	list := []FieldProblem{}
	add := func(field, format string, args ...any) {
		list = append(list, FieldProblem{field, fmt.Sprintf(format, args...)})
	}
	for _, field := range slices.Sorted(maps.Keys(m.Columns)) {
		if !k.has(field) {
			add(field, "%s have no field %s; there are %s", k.Name, field, strings.Join(k.names(), ", "))
			continue
		}
		for _, column := range columnsOf(m.Columns[field], columns) {
			if !slices.Contains(columns, column) {
				add(field, "the file has no column %q; it has %s%s", column, strings.Join(columns, ", "), similar(k, field, columns))
			}
		}
	}
	for _, set := range []map[string]string{m.Constants, m.Defaults} {
		for _, field := range slices.Sorted(maps.Keys(set)) {
			if !k.has(field) {
				add(field, "%s have no field %s", k.Name, field)
			}
		}
	}
	for _, f := range k.Fields {
		if f.Required && m.Columns[f.Name] == "" && m.Constants[f.Name] == "" && m.Defaults[f.Name] == "" {
			add(f.Name, "no column gives %s (%s); name it, or say it for all rows%s", f.Title, f.Name, similar(k, f.Name, columns))
		}
	}
	if k.Name == "cells" && m.Net == "" {
		add("net", "say which net these grids are of")
	}
	if m.TimeZone != "" {
		if _, err := time.LoadLocation(m.TimeZone); err != nil {
			add("time_zone", "%q is no time zone such as Asia/Shanghai", m.TimeZone)
		}
	}
	return list
}

// similar suggests a column by its name.
func similar(k *Kind, field string, columns []string) string {
	i := k.field(field)
	best, score := "", 0.0
	for _, c := range columns {
		if s := k.Fields[i].likeness(c); s > score {
			best, score = c, s
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

func (k *Kind) names() []string {
	list := make([]string, len(k.Fields))
	for i, f := range k.Fields {
		list[i] = f.Name
	}
	return list
}

// given are the fields that a mapping fills, for what is compared and overwritten.
func (m Mapping) given(k *Kind, geometry bool) []string {
	list := []string{}
	for _, f := range k.Fields {
		if m.Columns[f.Name] != "" || m.Constants[f.Name] != "" || m.Defaults[f.Name] != "" {
			list = append(list, f.Name)
		}
	}
	if geometry {
		list = append(list, "geometry", "lon", "lat")
	}
	return list
}

// columnsOf are the columns a mapped name stands for.
func columnsOf(mapped string, columns []string) []string {
	if slices.Contains(columns, mapped) || !strings.Contains(mapped, "{") {
		return []string{mapped}
	}
	var list []string
	for part := range strings.SplitSeq(mapped, "{") {
		if name, _, ok := strings.Cut(part, "}"); ok {
			list = append(list, name)
		}
	}
	return list
}

// invalid makes a fault of problems.
func invalid(problems []FieldProblem) error {
	if len(problems) == 0 {
		return nil
	}
	var f fault.Fields
	for _, p := range problems {
		f.Add(p.Field, nil, "%s", p.Message)
	}
	return f.Err("import.mapping")
}
