package building

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"onemap/api/fault"
	"onemap/api/web"
)

type idPath struct {
	ID string `path:"id" format:"uuid"`
}

// Routes registers the slice.
func Routes(s *web.Server, service *Service) {
	web.Add(s, huma.Operation{
		OperationID: "get-building", Method: http.MethodGet, Path: "/api/v1/buildings/{id}",
		Summary: "A building with its footprint, as GeoJSON", Tags: []string{"map"}, Errors: []int{404, 422},
	}, service.get)
}

func (s *Service) get(ctx context.Context, p *idPath) (*web.FeatureAnswer, error) {
	id, err := uuid.Parse(p.ID)
	if err != nil {
		return nil, fault.Missing("building")
	}
	var (
		name, nameEn, use, address, scope string
		gridCode                          *string
		levels                            *int16
		height                            *float32
		geom                              orb.Geometry
	)
	err = s.pool.QueryRow(ctx, `
SELECT name, name_en, use, address, levels, height_m, grid_code, scope_code, geom FROM building WHERE id = $1`, id).
		Scan(&name, &nameEn, &use, &address, &levels, &height, &gridCode, &scope, &geom)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("building")
	}
	if err != nil {
		return nil, err
	}
	f := geojson.NewFeature(geom)
	f.ID = id.String()
	f.Properties = geojson.Properties{
		"id": id.String(), "name": name, "name_en": nameEn, "use": use, "address": address,
		"levels": levels, "height": height, "grid_code": gridCode, "scope_code": scope,
	}
	return web.Feature(f)
}
