package region

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/paulmach/orb/geojson"

	"onemap/api/fault"
	"onemap/api/web"
	"onemap/geo/grid"
	"onemap/geo/parcel"
)

// longestCut is how long a request may cut.
const longestCut = 30 * time.Second

func cutRoutes(s *web.Server, service *Service) {
	web.Add(s, huma.Operation{
		OperationID: "cut-grids", Extensions: web.Seen(web.SightManage), Method: http.MethodPost, Path: "/api/v1/regions/{code}/cuts",
		Summary:     "Cut the communities of a place into grids along roads, rivers and walls, never through a building",
		Description: "The grids go into a new draft, which is previewed and published like any other; with `preview` nothing is kept, and the answer has them as GeoJSON.",
		Tags:        []string{"regions"}, Security: web.Staff, Errors: []int{401, 403, 404, 409, 422, 503}, MaxBodyBytes: largestEdits,
	}, service.cutGrids)
	web.Add(s, huma.Operation{
		OperationID: "list-region-terrain", Extensions: web.Seen(web.SightManage), Method: http.MethodGet, Path: "/api/v1/regions/{code}/terrain",
		Summary:     "What borders may follow around a point of a place: roads, rivers, walls and buildings, as GeoJSON",
		Description: "`kind` is roads, rivers, walls or buildings: the lines that grids are cut along, whole, and the footprints they go round.",
		Tags:        []string{"regions"}, Security: web.Staff, Errors: []int{401, 403, 404, 422},
	}, service.listTerrain)
}

// CutLine is a line of the sender's own.
type CutLine struct {
	Rank     string `json:"rank" enum:"barrier,main,street,lane" doc:"barrier: not crossed, like a river; main: a main road; street; lane: a lane or a wall."`
	Geometry Shape  `json:"geometry" doc:"A LineString, or a Polygon whose border is meant; WGS84."`
}

type cutIn struct {
	PlacePath
	Key  string `header:"Idempotency-Key" maxLength:"64" doc:"Made once for a draft and sent again with each retry."`
	Body struct {
		Cutting
		Name    string    `json:"name,omitempty" maxLength:"100" doc:"What the draft is called."`
		Preview bool      `json:"preview,omitempty" doc:"Keep nothing, and answer with the grids."`
		Lines   []CutLine `json:"lines,omitempty" maxItems:"5000" doc:"Lines besides those of the map."`
	}
}

// CutAnswer is what came of cutting.
type CutAnswer struct {
	Draft  *Draft          `json:"draft" doc:"The draft the grids are in, or null when nothing was kept."`
	Report CutReport       `json:"report"`
	Grids  json.RawMessage `json:"grids" doc:"A GeoJSON FeatureCollection when nothing was kept, else null."`
}

type cutAnswer struct{ Body CutAnswer }

func (s *Service) cutGrids(ctx context.Context, in *cutIn) (*cutAnswer, error) {
	lines, err := linesOf(in.Body.Lines)
	if err != nil {
		return nil, err
	}
	ask := in.Body.Cutting
	ask.Lines = lines
	limited, cancel := context.WithTimeout(ctx, longestCut)
	defer cancel()
	under := grid.Code(in.Code)
	out := &cutAnswer{}
	if !in.Body.Preview {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		d, report, err := s.CutDraft(limited, under, ask, id, in.Body.Name, in.Key)
		out.Body = CutAnswer{Draft: &d, Report: report, Grids: json.RawMessage("null")}
		return out, err
	}
	report, err := s.CutPreview(limited, under, ask)
	if err != nil {
		return nil, err
	}
	features := geojson.NewFeatureCollection()
	for _, c := range report.Cells {
		features.Append(c.Feature())
	}
	out.Body.Report = report
	out.Body.Grids, err = json.Marshal(features)
	return out, err
}

var ranks = map[string]parcel.Rank{"barrier": parcel.Barrier, "main": parcel.Main, "street": parcel.Street, "lane": parcel.Lane}

// RankOf reads the rank of a line; an empty one is a street.
func RankOf(name string) (parcel.Rank, bool) {
	if name == "" {
		return parcel.Street, true
	}
	r, ok := ranks[name]
	return r, ok
}

func linesOf(list []CutLine) (lines []parcel.Line, err error) {
	var f fault.Fields
	for i, l := range list {
		rank, ok := RankOf(l.Rank)
		if !ok {
			f.Add(fmt.Sprintf("body.lines[%d].rank", i), l.Rank, "barrier, main, street or lane")
		}
		b, err := json.Marshal(l.Geometry)
		if err != nil {
			return nil, err
		}
		g, err := geojson.UnmarshalGeometry(b)
		if err != nil {
			f.Add(fmt.Sprintf("body.lines[%d].geometry", i), nil, "is no GeoJSON geometry: %v", err)
			continue
		}
		lines = append(lines, parcel.Lines(g.Geometry(), rank)...)
	}
	return lines, f.Err("cuts.lines")
}
