package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"onemap/api/fault"
	"onemap/api/transfer/table"
	"onemap/api/web"
	"onemap/geo/grid"
)

// mostRefusals is how many refused rows of a draft's file are told of.
const mostRefusals = 20

// Filled says what became of a file of regions that went into a draft.
type Filled struct {
	Read    int      `json:"read" doc:"Regions that were taken."`
	Refused []string `json:"refused" doc:"Rows that were not, with the reason; the first twenty."`
	Rev     int64    `json:"rev" doc:"Of the draft."`
}

func (l *Loader) draftRoutes(s *web.Server) {
	text, yes := &huma.Schema{Type: huma.TypeString}, &huma.Schema{Type: huma.TypeBoolean}
	schema := s.API.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Filled](), true, "")
	web.Describe(s, huma.Operation{
		OperationID: "fill-draft", Extensions: web.Seen(web.SightManage), Method: http.MethodPost, Path: "/api/v1/regions/{code}/drafts/{draft}/file",
		Summary: "Put the regions of a file into a draft, by their codes; rows without one get the next by rule", Tags: []string{"regions"}, Security: web.Staff,
		Parameters: []*huma.Param{
			web.InPath("code", "The place."), web.InPath("draft", "The draft."),
			{Name: "name", In: "query", Required: true, Description: "The file's name, with its ending.", Schema: text},
			web.InQuery("crs", "The datum of its coordinates; when not given, what the file says.", text),
			web.InQuery("code_column", "The column that holds the codes, where the guess is wrong.", text),
			web.InQuery("name_column", "The column that holds the names, where the guess is wrong.", text),
			web.InQuery("replace", "Regions beside those of the file go away. Not when rows are refused.", yes),
			{Name: "If-Match", In: "header", Description: "The ETag of the draft as you saw it.", Schema: text},
		},
		RequestBody: &huma.RequestBody{Required: true, Description: "The file, at most 1 GiB.", Content: map[string]*huma.MediaType{"application/octet-stream": {}}},
		Responses:   map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}},
		Errors:      []int{401, 403, 404, 409, 412, 413, 415, 422, 428},
	})
	s.Echo.POST("/api/v1/regions/:code/drafts/:draft/file", l.fillDraft)
}

func (l *Loader) fillDraft(c echo.Context) (err error) {
	ctx := c.Request().Context()
	under := grid.Code(c.Param("code"))
	id, err := uuid.Parse(c.Param("draft"))
	if err != nil {
		return fault.Missing("draft")
	}
	if _, _, _, err := l.Regions.Draft(ctx, under, id); err != nil {
		return err
	}
	rev, err := web.Revision(c.Request().Header.Get("If-Match"), "draft")
	if err != nil {
		return err
	}
	name := filepath.Base(strings.ReplaceAll(c.QueryParam("name"), "\\", "/"))
	if name == "." || name == "/" || len(name) > 200 || strings.ContainsRune(name, 0) {
		var f fault.Fields
		f.Add("query.name", name, "the file's name, with its ending")
		return f.Err("draft.file")
	}
	folder, err := os.MkdirTemp(l.Folder, "draft")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, name)
	if _, _, err := receive(c, path); err != nil {
		return err
	}
	m := Mapping{CRS: c.QueryParam("crs")}.With("code", c.QueryParam("code_column")).With("name", c.QueryParam("name_column"))
	done, err := l.FillDraft(ctx, under, id, rev, path, m, c.QueryParam("replace") == "true")
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, done)
}

// FillDraft puts the regions of a file into a draft that is as its caller saw it.
// What the mapping does not say of columns is guessed.
func (l *Loader) FillDraft(ctx context.Context, under grid.Code, id uuid.UUID, rev int64, path string, m Mapping, replace bool) (Filled, error) {
	list, refused, err := l.regionsOf(ctx, path, m, under)
	if err != nil {
		return Filled{}, err
	}
	if len(list) == 0 {
		return Filled{}, fault.Newf(fault.Invalid, "draft.file", "The file holds no region that can be taken. %s", strings.Join(refused, " "))
	}
	d, err := l.Regions.Fill(ctx, under, id, rev, list, replace && len(refused) == 0)
	return Filled{Read: len(list), Refused: refused, Rev: d.Rev}, err
}

// regionsOf reads a file of regions, those under a place; the others are refused.
// A row without a code has none yet.
func (l *Loader) regionsOf(ctx context.Context, path string, m Mapping, under grid.Code) (list []grid.Region, refused []string, err error) {
	k := KindOf("regions")
	v, err := l.look(ctx, path, m)
	if err != nil {
		return nil, nil, err
	}
	m = l.guessed(k, m, v, false)
	f, err := table.Open(path, table.Options{})
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	if err := invalid(m.problems(k, f.Columns())); err != nil {
		return nil, nil, err
	}
	r := &runner{Loader: l, run: &Run{Kind: k.Name, Mapping: m}, plan: compile(k, m, f.Columns(), l.zone())}
	refused = []string{}
	refuse := func(line int64, reason string) {
		if len(refused) < mostRefusals {
			refused = append(refused, fmt.Sprintf("%d: %s", line, reason))
		}
	}
	for number := 1; ; number++ {
		row, err := f.Next()
		var bad *table.RowError
		switch {
		case errors.Is(err, io.EOF):
			return list, refused, nil
		case errors.As(err, &bad):
			refuse(bad.Line, bad.Reason)
			continue
		case err != nil:
			return nil, nil, err
		}
		x := r.plan.record(row)
		g, err := r.boundary(ctx, v.proj, x, under, min(number, 1)) // the number is given by the draft
		if err != nil {
			return nil, nil, err
		}
		if x.text("code") == "" {
			if g.Name == string(g.Code) {
				g.Name = ""
			}
			g.Code = ""
		} else if len(x.refused) == 0 && (g.Code == under || !g.Code.Within(under)) {
			x.refuse("code", fmt.Sprintf("%s does not lie under %s", g.Code, under))
		}
		for _, why := range x.refused {
			refuse(x.line, why.Field+" "+why.Reason)
		}
		if len(x.refused) == 0 {
			list = append(list, g)
		}
	}
}
