package crosswalk

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb/geojson"

	"onemap/api/fault"
	"onemap/api/web"
)

// Routes registers the slice.
func Routes(s *web.Server, service *Service) {
	op := func(rule web.Sight, id, method, path, summary string, errors ...int) huma.Operation {
		return huma.Operation{
			OperationID: id, Extensions: web.Seen(rule), Method: method, Path: "/api/v1/nets" + path, Summary: summary,
			Tags: []string{"nets"}, Security: web.Staff, Errors: append([]int{401, 422}, errors...),
		}
	}
	define := op(web.SightRegister, "define-net", http.MethodPost, "", "Name a net: the grids of another department over a place. Its cells come in as an import of kind cells", 403, 404, 409)
	define.DefaultStatus = http.StatusCreated
	remove := op(web.SightRegister, "remove-net", http.MethodDelete, "/{net}", "Take a net away, cells and all", 403, 404)
	remove.DefaultStatus = http.StatusNoContent
	web.Add(s, op(web.SightArea, "list-nets", http.MethodGet, "", "The nets of other departments over a place"), service.list)
	web.Add(s, define, service.define)
	web.Add(s, op(web.SightArea, "get-nets-at", http.MethodGet, "/at", "Whose a point is in every net: none where a net has a gap, several where its cells overlap"), service.at)
	web.Add(s, op(web.SightArea, "get-nets-fit", http.MethodGet, "/fit", "How well the nets over a place match our grids in force, or those of a draft", 403, 404), service.fitOf)
	web.Add(s, op(web.SightManage, "propose-merged-net", http.MethodPost, "/proposals", "Make a draft of our grids that follows nets better; nothing is in force before the draft is published", 403, 404, 409), service.propose)
	web.Add(s, op(web.SightArea, "get-net", http.MethodGet, "/{net}", "A net", 404), service.get)
	web.Add(s, op(web.SightRegister, "change-net", http.MethodPatch, "/{net}", "Give a net other titles, or another department", 403, 404, 412, 428), service.change)
	web.Add(s, remove, service.remove)
	web.Add(s, op(web.SightArea, "list-net-cells", http.MethodGet, "/{net}/cells", "The cells of a net, as GeoJSON", 404), service.cellsOf)
	web.Add(s, op(web.SightArea, "get-net-cell", http.MethodGet, "/{net}/cells/{code}", "From a department's code to our grids, with shares", 404), service.cell)
	web.Add(s, op(web.SightArea, "get-net-crosswalk", http.MethodGet, "/{net}/crosswalk", "From a net's codes to ours, with shares, in any edition of our grids", 404), service.crosswalk)
	web.Add(s, op(web.SightArea, "list-net-disagreements", http.MethodGet, "/{net}/disagreements", "Ground about which a net and our grids do not agree, the most people first, as GeoJSON", 404), service.disagreements)

	text := &huma.Schema{Type: huma.TypeString}
	table := op(web.SightArea, "get-net-crosswalk-csv", http.MethodGet, "/{net}/crosswalk.csv", "The crosswalk as a table", 404)
	table.Parameters = []*huma.Param{
		web.InPath("net", "The net."), web.InQuery("edition", "Of our grids; when not given the one in force.", text),
		web.InQuery("sliver_m", "As in the crosswalk.", text), web.InQuery("lang", "zh or en.", text),
	}
	table.Responses = map[string]*huma.Response{"200": web.Bytes("The rows", "text/csv")}
	web.Describe(s, table)
	s.Echo.GET("/api/v1/nets/:net/crosswalk.csv", service.crosswalkCSV)
}

// Path names a net; exported for the library that reads it.
type Path struct {
	Net uuid.UUID `path:"net"`
}

// Compared says how a net is compared with our grids.
type Compared struct {
	Path
	Edition int64   `query:"edition" minimum:"0" doc:"Of our grids; 0 is the one in force."`
	Sliver  float64 `query:"sliver_m" default:"5" minimum:"0" maximum:"100" doc:"Ground narrower than this, in metres, counts as imprecise drawing."`
}

type netsAnswer struct {
	Body struct {
		Items []Net `json:"items"`
	}
}

type netAnswer struct {
	ETag string `header:"ETag"`
	Body Net
}

func answer(n Net, err error) (*netAnswer, error) {
	if err != nil {
		return nil, err
	}
	return &netAnswer{web.ETag(n.Rev), n}, nil
}

func (s *Service) list(ctx context.Context, in *struct {
	Region string `query:"region" pattern:"^[0-9]{0,15}$" doc:"A place; nets over it, and over what lies under it."`
},
) (*netsAnswer, error) {
	list, err := s.List(ctx, in.Region)
	out := &netsAnswer{}
	out.Body.Items = list
	return out, err
}

// Named is what a request says of a net.
type Named struct {
	Kind    Kind   `json:"kind" enum:"police,fire,civil_affairs,party_building,other"`
	Title   string `json:"title,omitempty" maxLength:"100" doc:"In Chinese; when not given, after the department."`
	TitleEn string `json:"title_en,omitempty" maxLength:"100"`
}

type defineIn struct {
	Body struct {
		Named
		Scope string `json:"scope" pattern:"^[0-9]{4,12}$" doc:"The place it covers."`
		Name  string `json:"name" pattern:"^[a-z0-9][a-z0-9-]{0,39}$" doc:"Tells it from others of the place."`
	}
}

func (s *Service) define(ctx context.Context, in *defineIn) (*netAnswer, error) {
	b := in.Body
	return answer(s.Define(ctx, Net{Scope: b.Scope, Name: b.Name, Kind: b.Kind, Title: b.Title, TitleEn: b.TitleEn}))
}

func (s *Service) get(ctx context.Context, in *Path) (*netAnswer, error) {
	n, _, err := s.seen(ctx, in.Net)
	return answer(n, err)
}

type changeIn struct {
	Path
	IfMatch string `header:"If-Match" doc:"The ETag of the net as you saw it."`
	Body    Named
}

func (s *Service) change(ctx context.Context, in *changeIn) (*netAnswer, error) {
	rev, err := web.Revision(in.IfMatch, "net")
	if err != nil {
		return nil, err
	}
	return answer(s.Rename(ctx, in.Net, rev, in.Body.Kind, in.Body.Title, in.Body.TitleEn))
}

func (s *Service) remove(ctx context.Context, in *Path) (*struct{}, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	return nil, s.Remove(ctx, in.Net)
}

type atAnswer struct {
	Body struct {
		GridCode string   `json:"grid_code" doc:"Ours that holds the point; empty where none does, or outside of your area."`
		Items    []Holder `json:"items"`
	}
}

func (s *Service) at(ctx context.Context, in *struct {
	Lon float64 `query:"lon" required:"true"`
	Lat float64 `query:"lat" required:"true"`
	CRS string  `query:"crs" default:"wgs84" doc:"The datum of lon and lat."`
},
) (*atAnswer, error) {
	at, _, err := web.Point(in.CRS, in.Lon, in.Lat, "query.")
	if err != nil {
		return nil, err
	}
	out := &atAnswer{}
	out.Body.Items, out.Body.GridCode, err = s.At(ctx, at)
	return out, err
}

type cellAnswer struct{ Body CellAnswer }

func (s *Service) cell(ctx context.Context, in *struct {
	Compared
	Code string `path:"code" maxLength:"240"`
},
) (*cellAnswer, error) {
	c, err := s.Cell(ctx, in.Net, in.Code, in.Edition, in.Sliver)
	return &cellAnswer{c}, err
}

type crosswalkAnswer struct {
	Body struct {
		View
		Items []Match `json:"items"`
	}
}

func (s *Service) crosswalk(ctx context.Context, in *Compared) (*crosswalkAnswer, error) {
	list, about, err := s.Crosswalk(ctx, in.Net, in.Edition, in.Sliver)
	if err != nil {
		return nil, err
	}
	out := &crosswalkAnswer{}
	out.Body.Items, out.Body.View = list, *about
	return out, nil
}

func (s *Service) cellsOf(ctx context.Context, in *Path) (*web.CollectionAnswer, error) {
	v, err := s.one(ctx, in.Net, 0)
	if err != nil {
		return nil, err
	}
	seen := map[int]bool{}
	for _, p := range v.pieces {
		for _, c := range p.cells[0] {
			seen[c] = seen[c] || v.sees(p.grid)
		}
	}
	var list []*geojson.Feature
	for i, c := range v.nets[0].cells {
		if seen[i] {
			f := geojson.NewFeature(c.Geom)
			f.ID = c.Code
			f.Properties = geojson.Properties{"code": c.Code, "name": c.Name}
			list = append(list, f)
		}
	}
	return web.Collection(list)
}

func (s *Service) disagreements(ctx context.Context, in *struct {
	Compared
	Limit int `query:"limit" default:"500" minimum:"1" maximum:"5000"`
},
) (*web.CollectionAnswer, error) {
	found, _, err := s.Disagreements(ctx, in.Net, in.Edition, in.Sliver)
	if err != nil {
		return nil, err
	}
	list := make([]*geojson.Feature, min(in.Limit, len(found)))
	for i := range list {
		d := found[i]
		list[i] = geojson.NewFeature(d.Geometry)
		list[i].ID = strconv.Itoa(i + 1)
		list[i].Properties = geojson.Properties{
			"sort": string(d.Sort), "grid": d.Grid, "grid_name": d.GridName, "grid_name_en": d.GridEn, "cells": d.Cells, "mostly_grid": d.Mostly, "mostly_cell": d.Rather,
			"area_m2": d.Area, "width_m": d.Width, "lon": d.Lon, "lat": d.Lat, "people": d.People, "buildings": d.Buildings, "cases": d.Cases,
		}
	}
	return web.Collection(list)
}

type fitAnswer struct {
	Body struct {
		Items []Fit `json:"items"`
	}
}

func (s *Service) fitOf(ctx context.Context, in *struct {
	Region string  `query:"region" required:"true" pattern:"^[0-9]{4,12}$" doc:"The place."`
	Draft  string  `query:"draft" format:"uuid" doc:"Of the place's regions; when not given, our grids in force are measured."`
	Sliver float64 `query:"sliver_m" default:"5" minimum:"0" maximum:"100"`
},
) (*fitAnswer, error) {
	draft := uuid.Nil
	if in.Draft != "" {
		draft, _ = uuid.Parse(in.Draft) // a uuid, by its format
	}
	list, err := s.FitOf(ctx, in.Region, draft, in.Sliver)
	out := &fitAnswer{}
	out.Body.Items = list
	return out, err
}

type proposeIn struct {
	Body struct {
		Region string      `json:"region" pattern:"^[0-9]{4,12}$" doc:"The place."`
		Nets   []uuid.UUID `json:"nets,omitempty" maxItems:"20" doc:"Those to follow; when not given all over the place."`
		Name   string      `json:"name,omitempty" maxLength:"100" doc:"What the draft is called."`
		Sliver *float64    `json:"sliver_m,omitempty" minimum:"0" maximum:"100" doc:"Ground narrower than this does not move; 5 when not given."`
	}
}

type proposalAnswer struct{ Body Proposal }

func (s *Service) propose(ctx context.Context, in *proposeIn) (*proposalAnswer, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	sliver := DefaultSliver
	if in.Body.Sliver != nil {
		sliver = *in.Body.Sliver
	}
	p, err := s.Propose(ctx, in.Body.Region, in.Body.Name, in.Body.Nets, sliver)
	return &proposalAnswer{p}, err
}

var headings = map[string][]string{
	"zh": {"部门网格代码", "部门网格名称", "我方网格代码", "我方网格名称", "主要网格", "细碎", "面积（平方米）", "占部门网格", "占我方网格", "楼栋", "人数", "占部门网格人数", "网格版本"},
	"en": {"cell", "cell_name", "grid", "grid_name", "main", "sliver", "area_m2", "share_of_cell", "share_of_grid", "buildings", "people", "people_share_of_cell", "edition"},
}

func (s *Service) crosswalkCSV(c echo.Context) error {
	id, err := uuid.Parse(c.Param("net"))
	if err != nil {
		return fault.Missing("net")
	}
	var f fault.Fields
	edition, sliver := int64(0), DefaultSliver
	if text := c.QueryParam("edition"); text != "" {
		if edition, err = strconv.ParseInt(text, 10, 64); err != nil || edition < 0 {
			f.Add("query.edition", text, "the number of an edition")
		}
	}
	if text := c.QueryParam("sliver_m"); text != "" {
		if sliver, err = strconv.ParseFloat(text, 64); err != nil || !(sliver >= 0 && sliver <= 100) {
			f.Add("query.sliver_m", text, "metres, from 0 to 100")
		}
	}
	lang := c.QueryParam("lang")
	if headings[lang] == nil {
		lang = "zh"
	}
	if err := f.Err("net.table"); err != nil {
		return err
	}
	list, about, err := s.Crosswalk(c.Request().Context(), id, edition, sliver)
	if err != nil {
		return err
	}
	body, err := Table(list, about, lang)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="crosswalk-`+about.Net.Name+`-`+strconv.FormatInt(about.Edition, 10)+`.csv"`)
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", body)
}

// Table is the crosswalk as CSV, with the mark by which a spreadsheet knows UTF-8.
func Table(list []Match, about *View, lang string) ([]byte, error) {
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	rows := [][]string{headings[lang]}
	for _, m := range list {
		name, people := m.GridName, ""
		if lang == "en" && m.GridNameEn != "" {
			name = m.GridNameEn
		}
		if m.PeopleOf != nil {
			people = number(*m.PeopleOf)
		}
		rows = append(rows, []string{
			plain(m.Cell), plain(m.CellName), m.Grid, plain(name), strconv.FormatBool(m.Main), strconv.FormatBool(m.Sliver), number(m.Area), number(m.OfCell), number(m.OfGrid),
			strconv.FormatInt(m.Buildings, 10), strconv.FormatInt(m.People, 10), people, strconv.FormatInt(about.Edition, 10),
		})
	}
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

// plain keeps a spreadsheet from taking a name for a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
