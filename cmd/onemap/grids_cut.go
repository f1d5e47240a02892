package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/paulmach/orb/geojson"

	"onemap/api/basemap"
	"onemap/api/region"
	"onemap/cmd/internal/boot"
	"onemap/geo/crs"
	"onemap/geo/grid"
	"onemap/geo/parcel"
)

// CutAlong is how grids are cut along what runs there; exported for the library that reads flags.
type CutAlong struct {
	Target  string   `help:"What each grid is to have: area=M2, households=N or cases=N. Borders then follow roads, rivers and walls and go round buildings; where there are grids already, what comes of it is a draft." placeholder:"WHAT=N"`
	Along   []string `help:"What borders follow: roads (and railways), rivers, walls, or a file of lines (GeoJSON; rank: barrier, main, street or lane)." default:"roads,rivers,walls"`
	CRS     string   `help:"The datum of files of lines." default:"wgs84"`
	Workers int      `help:"How many share the grids of each community: contiguous areas of balanced load are reported."`
}

// cutting reads the flags.
func (c CutAlong) cutting() (out region.Cutting, err error) {
	what, much, _ := strings.Cut(c.Target, "=")
	out.Target, out.Workers = what, c.Workers
	if out.Much, err = strconv.ParseFloat(much, 64); err != nil || !slices.Contains([]string{"area", "households", "cases"}, what) || !(out.Much > 0) {
		return out, fmt.Errorf("--target: area=M2, households=N or cases=N, not %q", c.Target)
	}
	if c.Workers < 0 {
		return out, fmt.Errorf("--workers: %d is no number of workers", c.Workers)
	}
	name, err := crs.ParseName(c.CRS)
	if err != nil {
		return out, fmt.Errorf("--crs: %w", err)
	}
	out.Along = []string{}
	for _, a := range c.Along {
		if a == basemap.Roads || a == basemap.Rivers || a == basemap.Walls {
			out.Along = append(out.Along, a)
			continue
		}
		lines, err := linesIn(a, name)
		if err != nil {
			return out, fmt.Errorf("--along: %w", err)
		}
		out.Lines = append(out.Lines, lines...)
	}
	return out, nil
}

// linesIn reads the lines of a GeoJSON file.
func linesIn(file string, datum crs.Name) (lines []parcel.Line, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("roads, rivers, walls or a file: %w", err)
	}
	var features geojson.FeatureCollection
	if err := json.Unmarshal(b, &features); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for i, f := range features.Features {
		name, _ := f.Properties["rank"].(string)
		rank, ok := region.RankOf(name)
		if !ok {
			return nil, fmt.Errorf("%s, feature %d: rank is barrier, main, street or lane, not %q", file, i+1, name)
		}
		geom, err := datum.Geometry(f.Geometry)
		if err != nil {
			return nil, fmt.Errorf("%s, feature %d: %w", file, i+1, err)
		}
		lines = append(lines, parcel.Lines(geom, rank)...)
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("%s has no lines", file)
	}
	return lines, nil
}

// cut cuts along what runs there, and says what came of it.
func (c gridsMake) cut(ctx context.Context, w *boot.World, code grid.Code) error {
	ask, err := c.cutting()
	if err != nil {
		return err
	}
	var said struct {
		Draft     *region.Draft     `json:"draft"`
		Published *region.Published `json:"published"`
		Report    region.CutReport  `json:"report"`
	}
	if c.DryRun {
		said.Report, err = w.Regions.CutPreview(ctx, code, ask)
	} else {
		var id uuid.UUID
		if id, err = uuid.NewV7(); err != nil {
			return err
		}
		var draft region.Draft
		var done region.Published
		if draft, done, said.Report, err = w.Regions.CutGrids(ctx, code, ask, id); draft.ID != (uuid.UUID{}) {
			said.Draft = &draft
		} else {
			said.Published = &done
		}
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(said)
	}
	printCut(said.Report, ask.Target)
	switch {
	case c.DryRun:
		fmt.Println("This was a dry run: nothing was kept.")
	case said.Draft != nil:
		fmt.Printf("Draft %s: %d new, %d changed, %d removed. Look at it and publish it: grids preview, grids publish.\n", said.Draft.ID, said.Draft.Fresh, said.Draft.Changed, said.Draft.Removed)
	default:
		fmt.Printf("Edition %d is in force: %d regions drawn, %d objects moved.\n", said.Published.Edition, said.Published.Regions, said.Published.Moved)
	}
	return nil
}

func printCut(r region.CutReport, target string) {
	fmt.Printf("%d grids in %d communities, along %d lines.\n", r.Grids, r.Communities, r.Lines)
	fmt.Printf("m²          least %.0f, median %.0f, most %.0f\n", r.Area.Min, r.Area.Median, r.Area.Max)
	if target != "area" {
		fmt.Printf("%-10s  least %.0f, median %.0f, most %.0f\n", target, r.Load.Min, r.Load.Median, r.Load.Max)
	}
	fmt.Printf("load        coefficient of variation %.2f, most over mean %.2f\n", r.Load.CV, r.Load.Peak)
	if r.Work != nil {
		fmt.Printf("work areas  least %.0f, median %.0f, most %.0f, coefficient of variation %.2f, most over mean %.2f\n", r.Work.Min, r.Work.Median, r.Work.Max, r.Work.CV, r.Work.Peak)
	}
	fmt.Printf("buildings   %d cut; borders go round %d that a line goes through; the communities' own borders go through %d\n", r.Sliced, r.Detours, r.Straddling)
	if r.Crossed > 0 {
		fmt.Printf("barriers    the longest stretch within one grid is %.0f m, in %s\n", r.Crossed, r.CrossedIn)
	}
	printCharges(r.Charges)
	const most = 20
	for i, c := range r.Off {
		if i == most {
			fmt.Printf("... and %d more (--json has all)\n", len(r.Off)-most)
			break
		}
		fmt.Printf("%s has %.0f: %s\n", c.Code, c.Load, whyOff[c.Why])
	}
}

// printCharges says who would take which grids.
func printCharges(list []region.Charge) {
	if len(list) == 0 {
		fmt.Println("workers     none holds the community or a grid of it, so nobody is proposed for the grids")
		return
	}
	fmt.Println("workers     proposed, and nothing is given by it:")
	for _, c := range list {
		fmt.Printf("  %s %s (%s) would take %d grids with %.0f:", c.Community, c.Name, c.Login, len(c.Grids), c.Load)
		for _, g := range c.Grids {
			fmt.Printf(" %s", g.Code[len(c.Community):])
			if g.Kept > 0 {
				fmt.Printf(" (%.0f%% theirs today)", 100*g.Kept)
			}
		}
		fmt.Println()
	}
}

// whyOff says in words why a grid is far from what is wanted.
var whyOff = map[string]string{
	string(parcel.OneHouse): "one building alone has more than is wanted",
	string(parcel.NoWay):    "buildings leave no way to cut it",
	string(parcel.Hemmed):   "barriers on all sides keep it small",
	string(parcel.Full):     "no neighbour has room for it",
	string(parcel.Strips):   "the ground between roads or tracks beside it is in it",
	string(parcel.Little):   "the whole community has less",
}
