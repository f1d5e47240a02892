package main

import (
	"context"
	"fmt"
	"maps"
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
	Propose string `help:"Write proposals to mend them to a file: each as a feature, with the polygons before and after it. Nothing is changed; grids draft --mend accepts them." placeholder:"FILE"`
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
	proposals := geojson.NewFeatureCollection()
	for _, parent := range parents {
		found, proposed, err := w.Regions.Proposals(parent)
		if err != nil {
			return err
		}
		for _, f := range found {
			list = append(list, located{string(parent), f.Kind, f.Codes, f.Place[0], f.Place[1], f.Area, f.Width, f.Text})
			feature := geojson.NewFeature(f.Geometry)
			feature.Properties = geojson.Properties{"parent": string(parent), "kind": string(f.Kind), "codes": f.Codes, "area_m2": f.Area, "width_m": f.Width, "text": f.Text}
			features.Append(feature)
		}
		for i, p := range proposed {
			if c.Propose != "" && !c.JSON {
				fmt.Printf("%s proposal %d %s %s\n", parent, i+1, p.Repair, p.Text)
			}
			appendProposal(proposals, parent, i+1, p, found)
		}
	}
	if err := writeFeatures(c.Propose, proposals); err != nil {
		return err
	}
	if err := writeFeatures(c.GeoJSON, features); err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(list)
	} else {
		for _, l := range list {
			fmt.Printf("%s %-16s %.7f,%.7f %s\n", l.Parent, l.Kind, l.Lon, l.Lat, l.Text)
		}
		fmt.Printf("%d regions with parts, %d findings.\n", len(parents), len(list))
		if c.Propose != "" {
			fmt.Printf("What could mend them is in %s; nothing was changed.\n", c.Propose)
		}
	}
	if err == nil && len(list) > 0 {
		err = errFailed
	}
	return err
}

// appendProposal adds what a proposal, by its number, is about, and the polygons it changes as they
// are and as they would be.
func appendProposal(to *geojson.FeatureCollection, parent grid.Code, number int, p coverage.Proposal, found []coverage.Finding) {
	mends := make([]string, len(p.Findings))
	for i, f := range p.Findings {
		mends[i] = found[f].Text
	}
	about := func(role string, more geojson.Properties) geojson.Properties {
		maps.Copy(more, geojson.Properties{"parent": string(parent), "proposal": p.ID, "role": role})
		return more
	}
	feature := geojson.NewFeature(p.Geometry)
	feature.Properties = about("proposal", geojson.Properties{
		"number": number, "repair": string(p.Repair), "choice": p.Choice, "mends": mends, "codes": p.Codes, "gains": p.Gains,
		"area_m2": p.Area, "moved_m": p.Moved, "text": p.Text,
	})
	to.Append(feature)
	for _, change := range p.Changes {
		before, after := geojson.NewFeature(change.Before), geojson.NewFeature(change.After)
		before.Properties = about("before", geojson.Properties{"code": change.Code})
		after.Properties = about("after", geojson.Properties{"code": change.Code})
		to.Append(before).Append(after)
	}
}

// writeFeatures writes a file, if one was asked for.
func writeFeatures(path string, features *geojson.FeatureCollection) error {
	if path == "" {
		return nil
	}
	b, err := features.MarshalJSON()
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}
