package service

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"onemap/api/fault"
	"onemap/api/web"
)

type nearQuery struct {
	web.NearQuery
	Kind string `query:"kind" doc:"Only services of this kind."`
}

type idPath struct {
	ID string `path:"id" format:"uuid"`
}

// Routes registers the slice.
func Routes(s *web.Server, service *Service) {
	tag := []string{"map"}
	web.Add(s, huma.Operation{OperationID: "list-services", Method: http.MethodGet, Path: "/api/v1/services", Summary: "The services nearest to a point, as GeoJSON", Tags: tag, Errors: []int{422}}, service.near)
	web.Add(s, huma.Operation{OperationID: "get-service", Method: http.MethodGet, Path: "/api/v1/services/{id}", Summary: "A service, as GeoJSON", Tags: tag, Errors: []int{404, 422}}, service.get)
}

const columns = `SELECT id, kind, name, name_en, address, hours, capacity, grid_code, scope_code, point`

func feature(row pgx.CollectableRow) (*geojson.Feature, error) {
	var (
		id                                       uuid.UUID
		kind, name, nameEn, address, hours, code string
		capacity                                 *int32
		gridCode                                 *string
		point                                    orb.Point
		metres                                   float64
	)
	if err := row.Scan(&id, &kind, &name, &nameEn, &address, &hours, &capacity, &gridCode, &code, &point, &metres); err != nil {
		return nil, err
	}
	f := geojson.NewFeature(point)
	f.ID = id.String()
	f.Properties = geojson.Properties{
		"id": id.String(), "kind": kind, "name": name, "name_en": nameEn, "address": address, "hours": hours,
		"capacity": capacity, "grid_code": gridCode, "scope_code": code, "distance_m": metres,
	}
	return f, nil
}

func (s *Service) near(ctx context.Context, q *nearQuery) (*web.CollectionAnswer, error) {
	at, err := q.At()
	if err != nil {
		return nil, err
	}
	if q.Kind != "" && !slices.Contains(Kinds, q.Kind) {
		var f fault.Fields
		f.Add("query.kind", q.Kind, "one of %v", Kinds)
		return nil, f.Err("service.kind")
	}
	rows, err := s.pool.Query(ctx, columns+`, ST_Distance(point::geography, @at::geometry::geography) AS metres
FROM service WHERE point && ST_Expand(@at::geometry, @dx, @dy) AND (@kind = '' OR kind = @kind)
  AND ST_DWithin(point::geography, @at::geometry::geography, @radius)
ORDER BY metres LIMIT @limit`, q.Args(at, "kind", q.Kind))
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, feature)
	if err != nil {
		return nil, err
	}
	return web.Nearest(list)
}

func (s *Service) get(ctx context.Context, p *idPath) (*web.FeatureAnswer, error) {
	id, err := uuid.Parse(p.ID)
	if err != nil {
		return nil, fault.Missing("service")
	}
	rows, err := s.pool.Query(ctx, columns+`, 0::float8 FROM service WHERE id = $1`, id)
	if err != nil {
		return nil, err
	}
	f, err := pgx.CollectExactlyOneRow(rows, feature)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("service")
	}
	if err != nil {
		return nil, err
	}
	delete(f.Properties, "distance_m")
	return web.Feature(f)
}
