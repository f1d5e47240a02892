package service

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/find"
	"onemap/api/web"
)

type (
	listIn struct {
		web.NearQuery
		Kind   string `query:"kind" doc:"Only services of this kind."`
		State  string `query:"state" doc:"Only services in this state." enum:"open,planned,closed"`
		Q      string `query:"q" maxLength:"100" doc:"Words, pinyin initials or the beginning of a word, in name, address or code."`
		Region string `query:"region" maxLength:"15" pattern:"^[0-9]*$" doc:"A region code."`
		Cursor string `query:"cursor" maxLength:"40" doc:"next of the page before."`
	}
	idPath struct {
		ID string `path:"id" format:"uuid"`
	}
	addIn struct {
		Key  string `header:"Idempotency-Key" maxLength:"64" doc:"Made once for a service and sent again with each retry."`
		Body Entry
	}
	editIn struct {
		ID      string `path:"id" format:"uuid"`
		IfMatch string `header:"If-Match" doc:"The ETag of the service as you saw it."`
		Body    Edit
	}
)

// Routes registers the slice.
func Routes(s *web.Server, service *Service) {
	tag, desk := []string{"map"}, []string{"registry"}
	web.Add(s, huma.Operation{OperationID: "list-services", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/services", Summary: "The services nearest to a point, or those that hold words, as GeoJSON", Tags: tag, Errors: []int{422}}, service.list)
	web.Add(s, huma.Operation{OperationID: "add-service", Extensions: web.Seen(web.SightRegister), Method: http.MethodPost, Path: "/api/v1/services", Summary: "Open a service", Tags: desk, Security: web.Staff, DefaultStatus: http.StatusCreated, Errors: []int{401, 403, 409, 422}}, service.add)
	web.Add(s, huma.Operation{OperationID: "get-service", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/services/{id}", Summary: "A service, as GeoJSON", Tags: tag, Errors: []int{404, 422}}, service.get)
	web.Add(s, huma.Operation{OperationID: "edit-service", Extensions: web.Seen(web.SightRegister), Method: http.MethodPatch, Path: "/api/v1/services/{id}", Summary: "Change what a service is or offers", Tags: desk, Security: web.Staff, Errors: []int{401, 403, 404, 409, 412, 422, 428}}, service.edit)
}

// Row is a service as anybody may see it.
type Row struct {
	ID        uuid.UUID
	Place     Place
	Capacity  *int32
	GridCode  *string
	ScopeCode string
	Rev       int64
	Metres    float64
}

const columns = `SELECT id, COALESCE(code, ''), kind, name, name_en, address, hours, capacity, capacity_unit, operator, phone, state, point, grid_code, scope_code, rev`

func scan(row pgx.CollectableRow) (r Row, err error) {
	p := &r.Place
	err = row.Scan(&r.ID, &p.Code, &p.Kind, &p.Name, &p.NameEn, &p.Address, &p.Hours, &r.Capacity, &p.CapacityUnit, &p.Operator, &p.Phone, &p.State, &p.Point, &r.GridCode, &r.ScopeCode, &r.Rev, &r.Metres)
	if r.Capacity != nil {
		p.Capacity = int(*r.Capacity)
	}
	return r, err
}

// Feature is the service as GeoJSON.
func (r Row) Feature() *geojson.Feature {
	p := r.Place
	f := geojson.NewFeature(p.Point)
	f.ID = r.ID.String()
	f.Properties = geojson.Properties{
		"id": r.ID.String(), "code": p.Code, "kind": p.Kind, "name": p.Name, "name_en": p.NameEn, "address": p.Address, "hours": p.Hours,
		"capacity": r.Capacity, "capacity_unit": p.CapacityUnit, "operator": p.Operator, "phone": p.Phone, "state": p.State,
		"grid_code": r.GridCode, "scope_code": r.ScopeCode, "rev": r.Rev,
	}
	return f
}

func (s *Service) list(ctx context.Context, q *listIn) (*web.CollectionAnswer, error) {
	if q.Kind != "" && !slices.Contains(Kinds, q.Kind) {
		var f fault.Fields
		f.Add("query.kind", q.Kind, "one of %v", Kinds)
		return nil, f.Err("service.kind")
	}
	if q.Near != "" {
		return s.near(ctx, q)
	}
	after, err := (web.ListQuery{Cursor: q.Cursor}).After()
	if err != nil {
		return nil, err
	}
	args := pgx.NamedArgs{"kind": q.Kind, "state": q.State, "words": find.Query(q.Q)}
	where := " FROM service WHERE (@kind = '' OR kind = @kind) AND (@state = '' OR state = @state) AND " + actor.Within("scope_code", q.Region, "region", args)
	if args["words"] != "" {
		where += " AND words @@ @words::tsquery"
	}
	fetch := func(after uuid.UUID, limit int) ([]Row, error) {
		args["after"], args["limit"] = after, limit
		rows, err := s.Pool.Query(ctx, columns+", 0::float8"+where+" AND id > @after ORDER BY id LIMIT @limit", args)
		if err != nil {
			return nil, fmt.Errorf("services: %w", err)
		}
		return pgx.CollectRows(rows, scan)
	}
	items, next, err := find.Page(after, q.Limit, fetch, func(r Row) uuid.UUID { return r.ID }, func(r Row) bool {
		return find.Matches(q.Q, r.Place.Name, r.Place.NameEn, r.Place.Address, r.Place.Code)
	})
	if err != nil {
		return nil, err
	}
	features := make([]*geojson.Feature, len(items))
	for i, r := range items {
		features[i] = r.Feature()
	}
	return web.CollectionPage(features, web.Next(next))
}

func (s *Service) near(ctx context.Context, q *listIn) (*web.CollectionAnswer, error) {
	at, err := q.At()
	if err != nil {
		return nil, err
	}
	args := q.Args(at, "kind", q.Kind)
	args["state"] = q.State
	rows, err := s.Pool.Query(ctx, columns+`, ST_Distance(point::geography, @at::geometry::geography) AS metres
FROM service WHERE point && ST_Expand(@at::geometry, @dx, @dy) AND (@kind = '' OR kind = @kind) AND (@state = '' AND state <> 'closed' OR state = @state)
  AND ST_DWithin(point::geography, @at::geometry::geography, @radius)
ORDER BY metres LIMIT @limit`, args)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, err
	}
	features := make([]*geojson.Feature, len(list))
	for i, r := range list {
		features[i] = r.Feature()
		features[i].Properties["distance_m"] = r.Metres
	}
	return web.Nearest(features)
}

func (s *Service) get(ctx context.Context, p *idPath) (*web.FeatureAnswer, error) {
	id, err := uuid.Parse(p.ID)
	if err != nil {
		return nil, fault.Missing("service")
	}
	r, err := s.one(ctx, s.Pool, id, "")
	if err != nil {
		return nil, err
	}
	answer, err := web.Feature(r.Feature())
	if err == nil {
		answer.ETag = web.ETag(r.Rev)
	}
	return answer, err
}

func (s *Service) add(ctx context.Context, in *addIn) (*web.FeatureAnswer, error) {
	id, err := s.Add(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	return s.get(ctx, &idPath{id.String()})
}

func (s *Service) edit(ctx context.Context, in *editIn) (*web.FeatureAnswer, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, fault.Missing("service")
	}
	rev, err := web.Revision(in.IfMatch, "service")
	if err != nil {
		return nil, err
	}
	if err := s.Edit(ctx, id, rev, in.Body); err != nil {
		return nil, err
	}
	return s.get(ctx, &idPath{in.ID})
}

func missing(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Missing("service")
	}
	return err
}

// at is where a point in a datum lies.
func at(datum string, lon, lat float64) (orb.Point, error) {
	p, _, err := web.Point(datum, lon, lat, "body.")
	return p.Point(), err
}
