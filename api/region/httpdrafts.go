package region

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/paulmach/orb/geojson"

	"onemap/api/fault"
	"onemap/api/web"
	"onemap/geo/coverage"
	"onemap/geo/grid"
)

// Shape is a geometry as it is sent: GeoJSON, WGS84, lon before lat.
type Shape struct {
	Type        string `json:"type" enum:"Polygon,MultiPolygon,LineString"`
	Coordinates []any  `json:"coordinates"`
}

// largestEdits is how much one request of edits may be, in bytes.
const largestEdits = 8 << 20

func draftRoutes(s *web.Server, service *Service) {
	op := func(id, method, path, summary string, errors ...int) huma.Operation {
		return huma.Operation{
			OperationID: id, Extensions: web.Seen(web.SightManage), Method: method, Path: "/api/v1/regions/{code}" + path, Summary: summary,
			Tags: []string{"regions"}, Security: web.Staff, Errors: append([]int{401, 403, 404, 422}, errors...),
		}
	}
	created := op("begin-draft", http.MethodPost, "/drafts", "Begin a redraw of the regions under a place")
	created.DefaultStatus = http.StatusCreated
	edit := op("change-draft", http.MethodPatch, "/drafts/{draft}", "Rename a draft, or draw: all edits or none", 409, 412, 428)
	edit.MaxBodyBytes = largestEdits
	web.Add(s, op("list-editions", http.MethodGet, "/editions", "Who redrew the regions under a place, and when"), service.listEditions)
	web.Add(s, op("undo-edition", http.MethodPost, "/editions/{edition}/undo", "Publish what was in force before an edition, as a new one", 409), service.undoEdition)
	web.Add(s, op("list-drafts", http.MethodGet, "/drafts", "Drafts of the regions under a place, open ones first"), service.listDrafts)
	web.Add(s, created, service.beginDraft)
	web.Add(s, op("get-draft", http.MethodGet, "/drafts/{draft}", "A draft, and what it changes"), service.getDraft)
	web.Add(s, edit, service.changeDraft)
	web.Add(s, op("discard-draft", http.MethodDelete, "/drafts/{draft}", "Throw a draft away", 409, 412, 428), service.discardDraft)
	web.Add(s, op("get-draft-regions", http.MethodGet, "/drafts/{draft}/regions", "The regions right under a region as a draft would have them, as GeoJSON"), service.draftRegions)
	web.Add(s, op("validate-draft", http.MethodGet, "/drafts/{draft}/findings", "What is wrong with a draft, and where, as GeoJSON"), service.validateDraft)
	web.Add(s, op("propose-for-draft", http.MethodGet, "/drafts/{draft}/proposals", "How what is wrong with a draft could be mended, before and after, as GeoJSON; nothing changes"), service.draftProposals)
	web.Add(s, op("mend-draft", http.MethodPost, "/drafts/{draft}/mends", "Accept proposals into a draft; nothing in force changes", 409, 412, 428), service.mendDraft)
	web.Add(s, op("preview-draft", http.MethodGet, "/drafts/{draft}/preview", "What publishing a draft would move", 409), service.previewDraft)
	web.Add(s, op("list-draft-moves", http.MethodGet, "/drafts/{draft}/moves", "The objects that publishing a draft would move, as GeoJSON; people are only counted", 409), service.listMoves)
	web.Add(s, op("get-draft-areas", http.MethodGet, "/drafts/{draft}/areas", "The ground that changes hands, as GeoJSON"), service.draftAreas)
	web.Add(s, op("rebase-draft", http.MethodPost, "/drafts/{draft}/rebase", "Draw a draft on the edition in force", 409, 412, 428), service.rebaseDraft)
	web.Add(s, op("publish-draft", http.MethodPost, "/drafts/{draft}/publish", "Put a draft in force and move everything it moves, in one transaction", 409, 412, 428), service.publishDraft)
}

// PlacePath names the place; embedded, and exported for the library that reads it.
type PlacePath struct {
	Code string `path:"code" pattern:"^[0-9]{4,15}$"`
}

// DraftPath names a draft of a place.
type DraftPath struct {
	PlacePath
	Draft string `path:"draft" format:"uuid"`
}

func (p DraftPath) of() (grid.Code, uuid.UUID) {
	id, _ := uuid.Parse(p.Draft) // a uuid, by its format
	return grid.Code(p.Code), id
}

// DraftStep names a draft as its caller saw it.
type DraftStep struct {
	DraftPath
	IfMatch string `header:"If-Match" doc:"The ETag of the draft as you saw it."`
}

// DraftRegion is a region that a draft changes, without its polygon.
type DraftRegion struct {
	Code   string   `json:"code"`
	Level  string   `json:"level"`
	Name   string   `json:"name"`
	NameEn string   `json:"name_en"`
	Change string   `json:"change" enum:"new,changed,removed"`
	Origin []string `json:"origin" doc:"The codes whose ground it is made of, when it was split or merged."`
}

// DraftWhole is a draft with what it changes.
type DraftWhole struct {
	Draft
	Behind  []string      `json:"behind" doc:"Regions of the place, or around it, that were redrawn since the draft was begun."`
	Regions []DraftRegion `json:"regions"`
}

type draftAnswer struct {
	ETag string `header:"ETag"`
	Body DraftWhole
}

func (s *Service) whole(ctx context.Context, d Draft) (*draftAnswer, error) {
	d, parts, behind, err := s.Draft(ctx, grid.Code(d.Under), d.ID)
	if err != nil {
		return nil, err
	}
	out := DraftWhole{Draft: d, Behind: behind, Regions: make([]DraftRegion, len(parts))}
	for i, p := range parts {
		out.Regions[i] = DraftRegion{string(p.Code), string(p.Code.Level()), p.Name, p.NameEn, string(p.Change), p.Origin}
	}
	return &draftAnswer{ETag: web.ETag(d.Rev), Body: out}, nil
}

type editionsIn struct {
	PlacePath
	Before int64 `query:"before" minimum:"0" doc:"Editions before this one; 0 begins with the newest."`
	Limit  int   `query:"limit" default:"50" minimum:"1" maximum:"200"`
}

type editionsAnswer struct {
	Body struct {
		Current int64     `json:"current" doc:"The edition in force."`
		Items   []Edition `json:"items"`
	}
}

func (s *Service) listEditions(ctx context.Context, in *editionsIn) (*editionsAnswer, error) {
	if _, err := manages(ctx, grid.Code(in.Code)); err != nil {
		return nil, err
	}
	list, err := s.Editions(ctx, grid.Code(in.Code), in.Before, in.Limit)
	out := &editionsAnswer{}
	out.Body.Current, out.Body.Items = s.Index().Edition(), list
	return out, err
}

type editionIn struct {
	PlacePath
	Edition int64 `path:"edition" minimum:"1"`
}

type publishedAnswer struct{ Body Published }

func (s *Service) undoEdition(ctx context.Context, in *editionIn) (*publishedAnswer, error) {
	done, err := s.Undo(ctx, grid.Code(in.Code), in.Edition)
	return &publishedAnswer{Body: done}, err
}

type draftsAnswer struct {
	Body struct {
		Items []Draft `json:"items"`
	}
}

func (s *Service) listDrafts(ctx context.Context, in *PlacePath) (*draftsAnswer, error) {
	list, err := s.Drafts(ctx, grid.Code(in.Code))
	out := &draftsAnswer{}
	out.Body.Items = list
	return out, err
}

type beginIn struct {
	PlacePath
	Key  string `header:"Idempotency-Key" maxLength:"64" doc:"Made once for a draft and sent again with each retry."`
	Body struct {
		Name string `json:"name,omitempty" maxLength:"100"`
	}
}

func (s *Service) beginDraft(ctx context.Context, in *beginIn) (*draftAnswer, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	d, err := s.Begin(ctx, grid.Code(in.Code), id, in.Body.Name, in.Key)
	if err != nil {
		return nil, err
	}
	return s.whole(ctx, d)
}

func (s *Service) getDraft(ctx context.Context, in *DraftPath) (*draftAnswer, error) {
	under, id := in.of()
	return s.whole(ctx, Draft{ID: id, Under: string(under)})
}

type changeIn struct {
	DraftStep
	Body struct {
		Name  *string `json:"name,omitempty" maxLength:"100"`
		Edits []Edit  `json:"edits,omitempty" maxItems:"5000"`
	}
}

func (s *Service) changeDraft(ctx context.Context, in *changeIn) (*draftAnswer, error) {
	rev, err := web.Revision(in.IfMatch, "draft")
	if err != nil {
		return nil, err
	}
	var f fault.Fields
	for i := range in.Body.Edits {
		e := &in.Body.Edits[i]
		if e.Shape == nil {
			continue
		}
		b, err := json.Marshal(e.Shape)
		if err != nil {
			return nil, err
		}
		g, err := geojson.UnmarshalGeometry(b)
		if err != nil {
			f.Add(fmt.Sprintf("body.edits[%d].geometry", i), nil, "is no GeoJSON geometry: %v", err)
			continue
		}
		e.geom = g.Geometry()
	}
	if err := f.Err("draft.edit"); err != nil {
		return nil, err
	}
	under, id := in.of()
	d, err := s.Edit(ctx, under, id, rev, in.Body.Name, in.Body.Edits)
	if err != nil {
		return nil, err
	}
	return s.whole(ctx, d)
}

func (s *Service) discardDraft(ctx context.Context, in *DraftStep) (*struct{}, error) {
	rev, err := web.Revision(in.IfMatch, "draft")
	if err != nil {
		return nil, err
	}
	under, id := in.of()
	return nil, s.Discard(ctx, under, id, rev)
}

func (s *Service) rebaseDraft(ctx context.Context, in *DraftStep) (*draftAnswer, error) {
	rev, err := web.Revision(in.IfMatch, "draft")
	if err != nil {
		return nil, err
	}
	under, id := in.of()
	d, err := s.Rebase(ctx, under, id, rev)
	if err != nil {
		return nil, err
	}
	return s.whole(ctx, d)
}

func (s *Service) publishDraft(ctx context.Context, in *DraftStep) (*publishedAnswer, error) {
	rev, err := web.Revision(in.IfMatch, "draft")
	if err != nil {
		return nil, err
	}
	under, id := in.of()
	done, err := s.PublishDraft(ctx, under, id, rev)
	return &publishedAnswer{Body: done}, err
}

// ParentIn names a draft, and a region of its place.
type ParentIn struct {
	DraftPath
	Parent string `query:"parent" pattern:"^[0-9]{0,12}$" doc:"Of which the parts are meant; when not given, of the draft's place."`
}

// of is the region that is meant: the draft's place or one under it.
func (in ParentIn) parent() (grid.Code, error) {
	parent := grid.Code(in.Parent)
	if parent == "" {
		parent = grid.Code(in.Code)
	}
	if !parent.Within(grid.Code(in.Code)) {
		return "", fault.Missing("region")
	}
	return parent, nil
}

type draftRegionsIn struct {
	ParentIn
	Whole   bool `query:"whole" doc:"The region itself, too."`
	Changed bool `query:"changed" doc:"All that the draft changes instead, of every level."`
}

func (s *Service) draftRegions(ctx context.Context, in *draftRegionsIn) (*web.CollectionAnswer, error) {
	under, id := in.of()
	_, parts, _, err := s.Draft(ctx, under, id)
	if err != nil {
		return nil, err
	}
	parent, err := in.parent()
	if err != nil {
		return nil, err
	}
	d := s.drawingOf(ctx, under, s.Index(), parts)
	var list []*geojson.Feature
	add := func(r grid.Region) {
		p := d.parts[r.Code]
		f := geojson.NewFeature(r.Geom)
		f.ID = string(r.Code)
		f.Properties = geojson.Properties{"code": string(r.Code), "level": string(r.Code.Level()), "name": r.Name, "name_en": r.NameEn, "change": string(p.Change), "origin": p.Origin}
		list = append(list, f)
	}
	if whole, ok := d.region(parent); ok && in.Whole {
		add(whole)
	}
	if !in.Changed {
		for _, r := range d.children(parent) {
			add(r)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(d.parts)) {
		p := d.parts[code]
		switch had, ok := d.ix.Region(code); {
		case !in.Changed && (p.Change != Removed || code.Parent() != parent):
		case p.Change != Removed:
			add(p.Region)
		case ok:
			add(had)
		}
	}
	return web.Collection(list)
}

func (s *Service) validateDraft(ctx context.Context, in *ParentIn) (*web.CollectionAnswer, error) {
	parent, err := in.parent()
	if err != nil {
		return nil, err
	}
	under, id := in.of()
	found, err := s.Validate(ctx, under, id, parent)
	if err != nil {
		return nil, err
	}
	list := make([]*geojson.Feature, len(found))
	for i, f := range found {
		list[i] = f.Feature(i)
	}
	return web.Collection(list)
}

// Feature is a finding as GeoJSON; one without a place has that of nowhere, an
// empty MultiPolygon.
func (f Found) Feature(number int) *geojson.Feature {
	geom := f.Geometry
	if geom == nil {
		geom = coverage.Polygon{}.Geom
	}
	feature := geojson.NewFeature(geom)
	feature.ID = fmt.Sprint(number)
	feature.Properties = geojson.Properties{
		"kind": string(f.Kind), "weight": string(f.Weight), "parent": string(f.Parent), "codes": append([]string{}, f.Codes...), "text": f.Text,
		"area_m2": f.Area, "width_m": f.Width, "lon": f.Place[0], "lat": f.Place[1], "number": f.Number, "set": f.Set,
	}
	return feature
}

type previewAnswer struct{ Body Preview }

func (s *Service) previewDraft(ctx context.Context, in *DraftPath) (*previewAnswer, error) {
	under, id := in.of()
	p, err := s.Preview(ctx, under, id)
	return &previewAnswer{Body: p}, err
}

type movesIn struct {
	DraftPath
	Kind  string `query:"kind" enum:"building,case,facility,service,organisation"`
	From  string `query:"from" pattern:"^[0-9]{0,15}$"`
	To    string `query:"to" pattern:"^[0-9]{0,15}$"`
	Limit int    `query:"limit" default:"1000" minimum:"1" maximum:"10000"`
}

func (s *Service) listMoves(ctx context.Context, in *movesIn) (*web.CollectionAnswer, error) {
	under, id := in.of()
	moving, err := s.Moving(ctx, under, id, in.Kind, in.From, in.To, in.Limit)
	if err != nil {
		return nil, err
	}
	list := make([]*geojson.Feature, len(moving))
	for i, m := range moving {
		list[i] = geojson.NewFeature(m.At)
		list[i].ID = m.ID.String()
		list[i].Properties = geojson.Properties{"kind": m.Kind, "label": m.Label, "from": m.From, "to": m.To}
	}
	return web.Collection(list)
}

func (s *Service) draftAreas(ctx context.Context, in *DraftPath) (*web.CollectionAnswer, error) {
	under, id := in.of()
	list, err := s.Areas(ctx, under, id)
	if err != nil {
		return nil, err
	}
	return web.Collection(list)
}
