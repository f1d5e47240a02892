package transfer

import (
	"net/http"
	"os"
	"path/filepath"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/web"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

func (l *Loader) exportRoute(s *web.Server) {
	text := func(d string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: d} }
	web.Describe(s, huma.Operation{
		OperationID: "export", Extensions: web.SeenAudited(web.SightRegister, web.AuditReading), Method: http.MethodGet, Path: "/api/v1/exports/{kind}", Summary: "All objects of a kind in sight, as a file with a number by which the audit log finds who took it", Tags: []string{"exports"}, Security: web.Staff,
		Parameters: []*huma.Param{
			web.InPath("kind", "What to write."), web.InQuery("format", "csv, xlsx, geojson, gpkg or shp; csv when not given.", text("")), web.InQuery("region", "Only what lies under this code.", text("")),
			web.InQuery("crs", "wgs84, cgcs2000, gcj02, bd09 or epsg:3857.", text("")), web.InQuery("encoding", "utf-8 or gb18030.", text("")), web.InQuery("purpose", "What for; people are not exported without.", text("")),
		},
		Responses: map[string]*huma.Response{"200": web.Bytes("The file", "application/octet-stream")}, Errors: []int{401, 403, 422},
	})
	s.Echo.GET("/api/v1/exports/:kind", l.exportFile)
}

func (l *Loader) exportFile(c echo.Context) error {
	ctx := c.Request().Context()
	a, _, err := keeper(ctx)
	if err != nil {
		return err
	}
	kind, format := c.Param("kind"), c.QueryParam("format")
	if format == "" {
		format = "csv"
	}
	o := ExportOptions{Format: format, Region: c.QueryParam("region"), Encoding: c.QueryParam("encoding"), Scope: leavingWith(keeping(a), kind), Purpose: c.QueryParam("purpose")}
	var f fault.Fields
	if KindOf(kind) == nil {
		f.Add("path.kind", kind, "no such kind")
	}
	if o.Region != "" {
		if _, err := grid.ParseCode(o.Region); err != nil {
			f.Add("query.region", o.Region, "%s", err.Error())
		}
	}
	if given := c.QueryParam("crs"); given != "" {
		if o.CRS, err = crs.ParseName(given); err != nil {
			f.Add("query.crs", given, "%s", err.Error())
		}
	}
	if err := f.Err("export.invalid"); err != nil {
		return err
	}
	if o.Scope.Empty() {
		return errRole
	}
	dir, err := os.MkdirTemp(l.Folder, "export-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ending := map[string]string{"csv": ".csv", "xlsx": ".xlsx", "geojson": ".geojson", "gpkg": ".gpkg", "shp": ".zip"}[format]
	path := filepath.Join(dir, kind+ending)
	out, err := l.Export(ctx, kind, path, o)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+kind+"-"+out.Number+ending+`"`)
	http.ServeFile(c.Response(), c.Request(), path)
	return nil
}

// leavingWith is what a keeper may take along of a kind: what they see of it,
// and no more.
func leavingWith(keeper actor.Actor, kind string) actor.Scope {
	if kind == "cases" {
		return keeper.Cases()
	}
	return keeper.People()
}
