package boot

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"onemap/api/web"
)

// describeTiles puts the tiles' routes into the OpenAPI document: package tiles
// knows nothing of the API.
func describeTiles(s *web.Server) {
	text := &huma.Schema{Type: huma.TypeString}
	layer := web.InPath("layer", "basemap, buildings, facilities, services, grids or cases; cases are for signed-in staff.")
	get := func(rule web.Sight, id, path, summary string, answer *huma.Response, parameters []*huma.Param, errors ...int) {
		web.Describe(s, huma.Operation{
			OperationID: id, Extensions: web.Seen(rule), Method: http.MethodGet, Path: path, Summary: summary, Tags: []string{"tiles"},
			Parameters: parameters, Responses: map[string]*huma.Response{"200": answer}, Errors: errors,
		})
	}
	object := func(description string) *huma.Response {
		return &huma.Response{Description: description, Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject}}}}
	}
	get(web.SightCases, "list-tile-layers", "/tiles", "The layers there are", object("The layers"), nil)
	get(web.SightCases, "get-tilejson", "/tiles/{layer}.json", "A layer's description (TileJSON 3.0)", object("TileJSON"), []*huma.Param{layer}, 404)
	get(web.SightPublic, "get-glyphs", "/tiles/fonts/{stack}/{range}.pbf", "The glyphs of labels", web.Bytes("Glyphs", "application/x-protobuf"),
		[]*huma.Param{web.InPath("stack", "A font's name."), web.InPath("range", "256 characters, as 0-255.")}, 404, 406)
	get(web.SightCases, "get-tile", "/tiles/{layer}/{z}/{x}/{y}.mvt", "A vector tile (MVT 2.1); 204 where it is empty", web.Bytes("The tile", "application/vnd.mapbox-vector-tile"),
		[]*huma.Param{
			layer, web.InPath("z", "Zoom."), web.InPath("x", "Column, from the west."), web.InPath("y", "Row, from the north."),
			web.InQuery("state", "Cases only: states, separated by commas.", text),
			web.InQuery("category", "Cases only: a code, or the beginning of one.", text),
			web.InQuery("since", "Cases only: reported at or after, a time or a day.", text),
			web.InQuery("until", "Cases only: reported before, a time or a day.", text),
			web.InQuery("region", "Cases only: a region code.", text),
			web.InQuery("grids", "Cases only: whether the region has those that have ended by the grid they ended in (then), or by the one their place lies in now (today).", &huma.Schema{Type: huma.TypeString, Enum: []any{"then", "today"}, Default: "then"}),
			web.InQuery("overdue", "Cases only: true for those whose deadline has passed.", &huma.Schema{Type: huma.TypeBoolean}),
			web.InQuery("urged", "Cases only: true for open ones that those in charge have urged.", &huma.Schema{Type: huma.TypeBoolean}),
		}, 404, 406, 422, 503)
}
