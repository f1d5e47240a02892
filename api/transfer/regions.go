package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"onemap/api/region"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// RegionOptions say how a file of regions is read.
type RegionOptions struct {
	CRS          crs.Name
	CodeProperty string    // "code" or "adcode" when empty
	NameProperty string    // "name" when empty
	Under        grid.Code // number features without a code under this region, in the order of the file
	DryRun       bool
}

// RegionReport says what became of a file of regions.
type RegionReport struct {
	Read      int              `json:"read"`
	Published region.Published `json:"published"`
	Refused   []RefusedRegion  `json:"refused"`
	DryRun    bool             `json:"dry_run"`
}

// RefusedRegion is a feature that was not taken, why, and where it is broken.
type RefusedRegion struct {
	Feature int        `json:"feature"` // from 1, in the order of the file
	Name    string     `json:"name"`
	Reason  string     `json:"reason"`
	Place   *orb.Point `json:"place,omitempty"` // lon, lat as in the file
}

const largestFile = 1 << 30

// RegionsFile takes a GeoJSON file of regions in. Sound features are published
// together; broken ones are refused and listed.
func (l *Loader) RegionsFile(ctx context.Context, path string, o RegionOptions) (RegionReport, error) {
	report := RegionReport{DryRun: o.DryRun, Refused: []RefusedRegion{}}
	features, err := readFeatures(path)
	if err != nil {
		return report, err
	}
	report.Read = len(features)
	var list []grid.Region
	seen := map[grid.Code]int{}
	for i, f := range features {
		r, refused := o.region(f, i+1)
		if refused == nil {
			if before, twice := seen[r.Code]; twice {
				refused = &RefusedRegion{Reason: fmt.Sprintf("code %s is feature %d already", r.Code, before)}
			}
		}
		if refused != nil {
			refused.Feature, refused.Name = i+1, o.name(f)
			report.Refused = append(report.Refused, *refused)
			continue
		}
		seen[r.Code] = i + 1
		list = append(list, r)
	}
	if len(list) == 0 {
		return report, nil
	}
	report.Published, err = l.Regions.Publish(ctx, region.Redraw{Source: "file", Regions: list, DryRun: o.DryRun})
	return report, err
}

// readFeatures reads a whole FeatureCollection or says what the file is not.
func readFeatures(path string) ([]*geojson.Feature, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, largestFile+1))
	if err != nil {
		return nil, err
	}
	switch {
	case len(data) == 0:
		return nil, fmt.Errorf("%s is empty; want a GeoJSON FeatureCollection", path)
	case len(data) > largestFile:
		return nil, fmt.Errorf("%s is larger than 1 GiB; split it", path)
	}
	c, err := geojson.UnmarshalFeatureCollection(data)
	if err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return nil, fmt.Errorf("%s is no GeoJSON, or breaks off: at byte %d: %w", path, syntax.Offset, err)
		}
		return nil, fmt.Errorf("%s is no GeoJSON FeatureCollection: %w", path, err)
	}
	if len(c.Features) == 0 {
		return nil, fmt.Errorf("%s holds no features", path)
	}
	for i, f := range c.Features {
		if f == nil {
			return nil, fmt.Errorf("%s is no GeoJSON FeatureCollection: feature %d is null", path, i+1)
		}
	}
	return c.Features, nil
}

func (o RegionOptions) name(f *geojson.Feature) string {
	property := o.NameProperty
	if property == "" {
		property = "name"
	}
	return text(f.Properties[property])
}

// text reads a property that may be a string or a number.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case float64:
		return fmt.Sprintf("%.0f", v)
	}
	return ""
}

func (o RegionOptions) code(f *geojson.Feature, number int) (grid.Code, error) {
	given := ""
	if o.CodeProperty != "" {
		given = text(f.Properties[o.CodeProperty])
	} else {
		for _, property := range []string{"code", "adcode"} {
			if given == "" {
				given = text(f.Properties[property])
			}
		}
	}
	if given != "" {
		return regionCode(given, text(f.Properties["level"]))
	}
	if o.Under == "" {
		return "", errors.New("no code: name the property that holds it with --code-property, or number the features with --under")
	}
	return numbered(o.Under, number)
}

// regionCode reads an official code, which official tables fill up with zeros:
// 440600 is the city 4406, 440604001000 the street 440604001. The level decides
// where it is given.
func regionCode(given, level string) (grid.Code, error) {
	for _, r := range given {
		if r < '0' || r > '9' {
			return "", fmt.Errorf("code %q: digits only", given)
		}
	}
	switch level {
	case "province":
		return "", fmt.Errorf("code %s is a province: the tree begins at the city", given)
	case "city":
		if len(given) == 6 && strings.HasSuffix(given, "00") {
			given = given[:4]
		}
	case "county":
		given = strings.TrimSuffix(given, "000000")
	}
	if len(given) == 12 {
		given = strings.TrimSuffix(given, "000")
		if len(given) == 9 {
			given = strings.TrimSuffix(given, "000")
		}
	}
	if len(given) == 6 {
		given = strings.TrimSuffix(given, "00")
	}
	if len(given) == 4 && strings.HasSuffix(given, "00") {
		return "", fmt.Errorf("code %s is a province: the tree begins at the city", given)
	}
	return grid.ParseCode(given)
}

// region reads one feature, or says why not.
func (o RegionOptions) region(f *geojson.Feature, number int) (grid.Region, *RefusedRegion) {
	code, err := o.code(f, number)
	if err != nil {
		return grid.Region{}, &RefusedRegion{Reason: err.Error()}
	}
	name := o.name(f)
	if name == "" {
		name = string(code)
	}
	geom, refused := o.polygons(f.Geometry)
	if refused != nil {
		return grid.Region{}, refused
	}
	return grid.Region{Code: code, Name: name, NameEn: text(f.Properties["name_en"]), Geom: geom}, nil
}

func (o RegionOptions) polygons(g orb.Geometry) (orb.MultiPolygon, *RefusedRegion) {
	switch g.(type) {
	case nil:
		return nil, &RefusedRegion{Reason: "has no geometry"}
	case orb.Polygon, orb.MultiPolygon:
	default:
		return nil, &RefusedRegion{Reason: "is a " + g.GeoJSONType() + ", want a Polygon or MultiPolygon"}
	}
	turned, err := o.CRS.Geometry(g)
	if err != nil {
		return nil, &RefusedRegion{Reason: err.Error()}
	}
	if found := fatal(turned); len(found) > 0 {
		place := found[0].Place
		return nil, &RefusedRegion{Reason: sentences(found), Place: &place}
	}
	if p, ok := turned.(orb.Polygon); ok {
		return orb.MultiPolygon{p}, nil
	}
	return turned.(orb.MultiPolygon), nil
}

// fatal are the findings for which a region cannot be taken.
func fatal(g orb.Geometry) []grid.Finding {
	var out []grid.Finding
	for _, f := range grid.CheckRings(g) {
		if f.Fatal() {
			out = append(out, f)
		}
	}
	return out
}

// sentences says what is wrong, the first three things in full.
func sentences(found []grid.Finding) string {
	const most = 3
	var parts []string
	for i, f := range found {
		if i == most {
			parts = append(parts, fmt.Sprintf("and %d more", len(found)-most))
			break
		}
		parts = append(parts, f.Text)
	}
	return strings.Join(parts, "; ")
}
