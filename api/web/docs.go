package web

import (
	_ "embed"
	"html/template"
	"iter"
	"sort"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

//go:embed docs.html
var docsPage string

//go:embed docs.css
var docsStyle string

var docsTemplate = template.Must(template.New("docs").Parse(docsPage))

type docsOperation struct {
	Method, Path, Summary, Description string
	Rule                               Sight
	Parameters                         []*huma.Param
	Body, Answer                       string
}

// docs answers /docs: the OpenAPI document as a page, without any script.
func (s *Server) docs() {
	s.Echo.GET("/docs", func(c echo.Context) error {
		doc := s.API.OpenAPI()
		c.Response().Header().Set("Content-Type", "text/html; charset=utf-8")
		c.Response().Header().Set("Content-Security-Policy", PolicyWith(docsStyle))
		return docsTemplate.Execute(c.Response(), map[string]any{
			"Info": doc.Info, "Style": template.CSS(docsStyle), "Groups": docsGroups(doc), "Rules": meanings,
		})
	})
}

type docsGroup struct {
	Tag        string
	Operations []docsOperation
}

// operationsOf are the operations of a document, in no order.
func operationsOf(doc *huma.OpenAPI) iter.Seq[*huma.Operation] {
	return func(yield func(*huma.Operation) bool) {
		for _, item := range doc.Paths {
			for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
				if op != nil && !yield(op) {
					return
				}
			}
		}
	}
}

func docsGroups(doc *huma.OpenAPI) []docsGroup {
	groups := map[string][]docsOperation{}
	for op := range operationsOf(doc) {
		tag := "other"
		if len(op.Tags) > 0 {
			tag = op.Tags[0]
		}
		groups[tag] = append(groups[tag], docsOperation{
			Method: op.Method, Path: op.Path, Summary: op.Summary, Description: op.Description,
			Rule: sighted(*op), Parameters: op.Parameters,
			Body: bodyName(op), Answer: answerName(op),
		})
	}
	var list []docsGroup
	for tag, ops := range groups {
		sort.Slice(ops, func(i, j int) bool { return ops[i].Path+ops[i].Method < ops[j].Path+ops[j].Method })
		list = append(list, docsGroup{tag, ops})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Tag < list[j].Tag })
	return list
}

func bodyName(op *huma.Operation) string {
	if op.RequestBody == nil {
		return ""
	}
	return mediaName(op.RequestBody.Content)
}

func answerName(op *huma.Operation) string {
	for _, status := range []string{"200", "201", "204"} {
		if r := op.Responses[status]; r != nil {
			return strings.TrimSpace(status + " " + mediaName(r.Content))
		}
	}
	return ""
}

func mediaName(content map[string]*huma.MediaType) string {
	var names []string
	for media, m := range content {
		if m.Schema != nil && m.Schema.Ref != "" {
			media += " " + m.Schema.Ref[strings.LastIndex(m.Schema.Ref, "/")+1:]
		}
		names = append(names, media)
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}
