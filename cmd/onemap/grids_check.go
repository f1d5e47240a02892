package main

import (
	"context"
	"fmt"
	"os"

	"github.com/paulmach/orb/geojson"

	"onemap/cmd/internal/boot"
	"onemap/geo/coverage"
	"onemap/geo/grid"
)

type gridsCheck struct {
	boot.Config
	Parent  string `help:"The region whose parts to look at; without it every region that has parts." placeholder:"CODE"`
	JSON    bool   `help:"Report as JSON." name:"json"`
	GeoJSON string `help:"Write the findings to a file, to look at on a map." name:"geojson" placeholder:"FILE"`
}

// located is a finding as it is printed.
type located struct {
	Parent string        `json:"parent"`
	Kind   coverage.Kind `json:"kind"`
	Codes  []string      `json:"codes"`
	Lon    float64       `json:"lon"`
	Lat    float64       `json:"lat"`
	Area   float64       `json:"area_m2"`
	Width  float64       `json:"width_m"`
	Text   string        `json:"text"`
}

func (c gridsCheck) Run(ctx context.Context) error {
	w, err := boot.Open(ctx, c.Config, boot.Commanding, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer w.Close()
	parents := w.Regions.Divided()
	if c.Parent != "" {
		code, err := grid.ParseCode(c.Parent)
		if err != nil {
			return fmt.Errorf("--parent: %w", err)
		}
		parents = []grid.Code{code}
	}
	list := []located{}
	features := geojson.NewFeatureCollection()
	for _, parent := range parents {
		found, err := w.Regions.Findings(parent)
		if err != nil {
			return err
		}
		for _, f := range found {
			list = append(list, located{string(parent), f.Kind, f.Codes, f.Place[0], f.Place[1], f.Area, f.Width, f.Text})
			feature := geojson.NewFeature(f.Geometry)
			feature.Properties = geojson.Properties{"parent": string(parent), "kind": string(f.Kind), "codes": f.Codes, "area_m2": f.Area, "width_m": f.Width, "text": f.Text}
			features.Append(feature)
		}
	}
	if c.GeoJSON != "" {
		b, err := features.MarshalJSON()
		if err != nil {
			return err
		}
		if err := os.WriteFile(c.GeoJSON, b, 0o644); err != nil {
			return err
		}
	}
	if c.JSON {
		err = printJSON(list)
	} else {
		for _, l := range list {
			fmt.Printf("%s %-16s %.7f,%.7f %s\n", l.Parent, l.Kind, l.Lon, l.Lat, l.Text)
		}
		fmt.Printf("%d regions with parts, %d findings.\n", len(parents), len(list))
	}
	if err == nil && len(list) > 0 {
		err = errFailed
	}
	return err
}
