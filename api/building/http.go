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

type (
	idPath struct {
		ID string `path:"id" format:"uuid"`
	}
	listIn struct{ web.ListQuery }
	listed struct{ Body Page }
	edited struct {
		ID      string `path:"id" format:"uuid"`
		IfMatch string `header:"If-Match" doc:"The ETag of the building as you saw it."`
		Body    Edit
	}
	stackOut struct {
		ETag string `header:"ETag"`
		Body StackView
	}
	planIn struct {
		ID   string `path:"id" format:"uuid"`
		Body Plan
	}
	planOut struct{ Body Planned }
	applyIn struct {
		ID      string `path:"id" format:"uuid"`
		IfMatch string `header:"If-Match" doc:"The ETag of the stack as you saw it."`
		Body    Plan
	}
	dwellingsIn struct {
		Building string `query:"building" format:"uuid" doc:"The rooms of one building."`
		Q        string `query:"q" maxLength:"100" doc:"An address; within one building the beginning of a room's number."`
		Limit    int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
		Cursor   string `query:"cursor" maxLength:"40" doc:"next of the page before."`
	}
	dwellingsOut struct{ Body DwellingPage }
	dwellingOut  struct {
		ETag string `header:"ETag"`
		Body DwellingRow
	}
	dwellingIn struct {
		Key  string `header:"Idempotency-Key" maxLength:"64" doc:"Made once for a room and sent again with each retry."`
		Body struct {
			BuildingID string  `json:"building_id" format:"uuid"`
			Unit       string  `json:"unit,omitempty"`
			Storey     string  `json:"storey,omitempty" doc:"The label, as the lift says it; else it is read from the number."`
			Code       string  `json:"code"`
			Use        string  `json:"use,omitempty"`
			Tenure     string  `json:"tenure,omitempty"`
			AreaM2     float64 `json:"area_m2,omitempty"`
			RealtyCode string  `json:"realty_code,omitempty"`
		}
	}
	dwellingEdited struct {
		ID      string `path:"id" format:"uuid"`
		IfMatch string `header:"If-Match" doc:"The ETag of the dwelling as you saw it."`
		Body    DwellingEdit
	}
)

// Routes registers the slice.
func Routes(s *web.Server, service *Service) {
	tag, desk := []string{"map"}, []string{"registry"}
	write := []int{401, 403, 404, 409, 412, 422, 428}
	web.Add(s, huma.Operation{OperationID: "list-buildings", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/buildings", Summary: "Buildings by name, address or code", Tags: tag, Errors: []int{422}}, service.list)
	web.Add(s, huma.Operation{OperationID: "get-building", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/buildings/{id}", Summary: "A building with its footprint, as GeoJSON", Tags: tag, Errors: []int{404, 422}}, service.get)
	web.Add(s, huma.Operation{OperationID: "edit-building", Extensions: web.Seen(web.SightRegister), Method: http.MethodPatch, Path: "/api/v1/buildings/{id}", Summary: "Change what is known of a building", Tags: desk, Security: web.Staff, Errors: write}, service.edit)
	web.Add(s, huma.Operation{OperationID: "get-stack", Extensions: web.Seen(web.SightArea), Method: http.MethodGet, Path: "/api/v1/buildings/{id}/stack", Summary: "The storeys, units and rooms of a building", Tags: desk, Security: web.Staff, Errors: []int{401, 404, 422}}, service.stack)
	web.Add(s, huma.Operation{OperationID: "plan-stack", Extensions: web.Seen(web.SightRegister), Method: http.MethodPost, Path: "/api/v1/buildings/{id}/stack/plan", Summary: "What a plan of storeys and rooms would give", Tags: desk, Security: web.Staff, DefaultStatus: http.StatusOK, Errors: []int{401, 403, 404, 422}}, service.preview)
	web.Add(s, huma.Operation{OperationID: "put-stack", Extensions: web.Seen(web.SightRegister), Method: http.MethodPut, Path: "/api/v1/buildings/{id}/stack", Summary: "Make the stack what a plan says", Tags: desk, Security: web.Staff, Errors: write}, service.apply)
	web.Add(s, huma.Operation{OperationID: "list-dwellings", Extensions: web.Seen(web.SightPeople), Method: http.MethodGet, Path: "/api/v1/dwellings", Summary: "Rooms in my sight, by building or address", Tags: desk, Security: web.Staff, Errors: []int{401, 422}}, service.dwellings)
	web.Add(s, huma.Operation{OperationID: "add-dwelling", Extensions: web.Seen(web.SightRegister), Method: http.MethodPost, Path: "/api/v1/dwellings", Summary: "Add a room to a building", Tags: desk, Security: web.Staff, DefaultStatus: http.StatusCreated, Errors: []int{401, 403, 404, 409, 422}}, service.addDwelling)
	web.Add(s, huma.Operation{OperationID: "get-dwelling", Extensions: web.Seen(web.SightPeople), Method: http.MethodGet, Path: "/api/v1/dwellings/{id}", Summary: "A room", Tags: desk, Security: web.Staff, Errors: []int{401, 404, 422}}, service.dwelling)
	web.Add(s, huma.Operation{OperationID: "edit-dwelling", Extensions: web.Seen(web.SightRegister), Method: http.MethodPatch, Path: "/api/v1/dwellings/{id}", Summary: "Change what is known of a room", Tags: desk, Security: web.Staff, Errors: write}, service.editDwelling)
	web.Add(s, huma.Operation{OperationID: "remove-dwelling", Extensions: web.Seen(web.SightRegister), Method: http.MethodDelete, Path: "/api/v1/dwellings/{id}", Summary: "Take away a room that nobody is tied to", Tags: desk, Security: web.Staff, DefaultStatus: http.StatusNoContent, Errors: []int{401, 403, 404, 409, 422}}, service.removeDwelling)
}

// parsed reads an id of a path.
func parsed(text, what string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return id, fault.Missing(what)
	}
	return id, nil
}

func (s *Service) list(ctx context.Context, in *listIn) (*listed, error) {
	page, err := s.List(ctx, in.ListQuery)
	return &listed{page}, err
}

func (s *Service) get(ctx context.Context, p *idPath) (*web.FeatureAnswer, error) {
	id, err := parsed(p.ID, "building")
	if err != nil {
		return nil, err
	}
	f, rev, err := s.feature(ctx, id)
	if err != nil {
		return nil, err
	}
	answer, err := web.Feature(f)
	if err == nil {
		answer.ETag = web.ETag(rev)
	}
	return answer, err
}

func (s *Service) feature(ctx context.Context, id uuid.UUID) (*geojson.Feature, int64, error) {
	rows, err := s.Pool.Query(ctx, rowColumns+" FROM building WHERE id = $1", id)
	if err != nil {
		return nil, 0, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRow)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, 0, fault.Missing("building")
	}
	if err != nil {
		return nil, 0, err
	}
	var geom orb.Geometry
	if err := s.Pool.QueryRow(ctx, "SELECT geom FROM building WHERE id = $1", id).Scan(&geom); err != nil {
		return nil, 0, err
	}
	f := geojson.NewFeature(geom)
	f.ID = id.String()
	f.Properties = geojson.Properties{
		"id": id.String(), "code": r.Code, "name": r.Name, "name_en": r.NameEn, "use": r.Use, "address": r.Address,
		"levels": r.Levels, "levels_below": r.LevelsBelow, "height": r.HeightM, "built_year": r.BuiltYear, "structure": r.Structure,
		"grid_code": r.GridCode, "scope_code": r.ScopeCode, "rev": r.Rev,
	}
	return f, r.Rev, nil
}

func (s *Service) edit(ctx context.Context, in *edited) (*web.FeatureAnswer, error) {
	id, err := parsed(in.ID, "building")
	if err != nil {
		return nil, err
	}
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	rev, err := web.Revision(in.IfMatch, "building")
	if err != nil {
		return nil, err
	}
	if err := s.Edit(ctx, id, rev, in.Body); err != nil {
		return nil, err
	}
	return s.get(ctx, &idPath{in.ID})
}

func (s *Service) stack(ctx context.Context, p *idPath) (*stackOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	id, err := parsed(p.ID, "building")
	if err != nil {
		return nil, err
	}
	v, err := s.Stack(ctx, id)
	return &stackOut{web.ETag(v.Building.Rev), v}, err
}

func (s *Service) preview(ctx context.Context, in *planIn) (*planOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	id, err := parsed(in.ID, "building")
	if err != nil {
		return nil, err
	}
	planned, err := s.Preview(ctx, id, in.Body)
	return &planOut{planned}, err
}

func (s *Service) apply(ctx context.Context, in *applyIn) (*stackOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	id, err := parsed(in.ID, "building")
	if err != nil {
		return nil, err
	}
	rev, err := web.Revision(in.IfMatch, "building")
	if err != nil {
		return nil, err
	}
	v, err := s.Apply(ctx, id, rev, in.Body)
	return &stackOut{web.ETag(v.Building.Rev), v}, err
}

func (s *Service) dwellings(ctx context.Context, in *dwellingsIn) (*dwellingsOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	after, err := (web.ListQuery{Cursor: in.Cursor}).After()
	if err != nil {
		return nil, err
	}
	f := DwellingFilter{Text: in.Q}
	if in.Building != "" {
		if f.Building, err = parsed(in.Building, "building"); err != nil {
			return nil, err
		}
	}
	page, err := s.Dwellings(ctx, f, in.Limit, after)
	return &dwellingsOut{page}, err
}

func (s *Service) dwelling(ctx context.Context, p *idPath) (*dwellingOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	id, err := parsed(p.ID, "dwelling")
	if err != nil {
		return nil, err
	}
	d, err := s.DwellingByID(ctx, s.Pool, id, "")
	return &dwellingOut{web.ETag(d.Rev), d}, err
}

func (s *Service) addDwelling(ctx context.Context, in *dwellingIn) (*dwellingOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	house, err := parsed(in.Body.BuildingID, "building")
	if err != nil {
		return nil, err
	}
	b := in.Body
	id, err := s.AddDwelling(ctx, in.Key, Dwelling{BuildingID: house, Unit: b.Unit, Storey: b.Storey, Code: b.Code, Use: b.Use, Tenure: b.Tenure, AreaM2: b.AreaM2, RealtyCode: b.RealtyCode})
	if err != nil {
		return nil, err
	}
	return s.dwelling(ctx, &idPath{id.String()})
}

func (s *Service) editDwelling(ctx context.Context, in *dwellingEdited) (*dwellingOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	id, err := parsed(in.ID, "dwelling")
	if err != nil {
		return nil, err
	}
	rev, err := web.Revision(in.IfMatch, "dwelling")
	if err != nil {
		return nil, err
	}
	if err := s.EditDwelling(ctx, id, rev, in.Body); err != nil {
		return nil, err
	}
	return s.dwelling(ctx, &idPath{in.ID})
}

func (s *Service) removeDwelling(ctx context.Context, p *idPath) (*struct{}, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	id, err := parsed(p.ID, "dwelling")
	if err != nil {
		return nil, err
	}
	return nil, s.RemoveDwelling(ctx, id)
}
