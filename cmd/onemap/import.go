package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"onemap/api/pg"
	"onemap/api/transfer"
	"onemap/api/transfer/osm"
	"onemap/cmd/internal/boot"
	"onemap/geo/grid"
)

type importCommand struct {
	OSM     importOSM     `cmd:"" name:"osm" help:"An OpenStreetMap extract (.osm.pbf or .osm): buildings, facilities, services, basemap."`
	Regions importRegions `cmd:"" help:"Boundaries: city, districts, streets, communities, grids. The first ones of a place go into force; where some are in force already they go into a draft, to be published with grids publish."`

	Buildings     importBuildings     `cmd:"" help:"Buildings with footprints, storeys, addresses."`
	Dwellings     importDwellings     `cmd:"" help:"Dwellings and other rooms of buildings."`
	People        importPeople        `cmd:"" help:"People with their dwellings, households and care tags."`
	Organisations importOrganisations `cmd:"" help:"Companies, shops, institutions."`
	Facilities    importFacilities    `cmd:"" help:"Public facilities: bins, signs, benches, boxes."`
	Services      importServices      `cmd:"" help:"Services: clinics, canteens, schools."`
	Batch         importBatch         `cmd:"" help:"Many files in one go, as a JSON list says."`
	Doubts        importDoubts        `cmd:"" help:"Rows that wait for a decision."`
	Cases         importCases         `cmd:"" help:"Cases that another system keeps."`
}

type importOSM struct {
	boot.Config
	File       string `arg:"" type:"existingfile" help:"The extract."`
	DryRun     bool   `help:"Do everything and keep nothing."`
	Boundaries bool   `help:"Take administrative boundaries that carry a division code as regions: in force, or in a draft where some are in force already."`
	Found      string `help:"Make a city of this 4-digit code around the extract, for a place without boundaries." placeholder:"CODE"`
	FoundName  string `help:"The city's name." placeholder:"NAME"`
	JSON       bool   `help:"Report as JSON." name:"json"`
}

func (c importOSM) Run(ctx context.Context) error {
	w, err := boot.Open(ctx, c.Config, boot.Commanding, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer w.Close()
	ctx = w.As(ctx, "import osm")
	o := transfer.OSMOptions{DryRun: c.DryRun, Boundaries: c.Boundaries, Found: grid.Code(c.Found), FoundName: c.FoundName, Progress: progress(os.Stderr)}
	report, err := w.Loader.OSM(ctx, c.File, o)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(report)
	}
	printOSM(report)
	return nil
}

func printJSON(v any) error {
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// progress shows how far a reading is: one line that moves on a terminal,
// nothing between begin and end elsewhere.
func progress(out *os.File) func(osm.Progress) {
	if !term.IsTerminal(int(out.Fd())) {
		last := 0
		return func(p osm.Progress) {
			if p.Pass != last {
				last = p.Pass
				fmt.Fprintf(out, "reading, pass %d of %d\n", p.Pass, p.Passes)
			}
		}
	}
	return func(p osm.Progress) {
		share := 100.0
		if p.Total > 0 {
			share = 100 * float64(p.Done) / float64(p.Total)
		}
		fmt.Fprintf(out, "\rreading, pass %d of %d: %3.0f %%", p.Pass, p.Passes, share)
		if p.Pass == p.Passes && p.Done >= p.Total {
			fmt.Fprintln(out)
		}
	}
}

func printOSM(r transfer.OSMReport) {
	fmt.Printf("Read %d nodes, %d ways, %d relations in %.1f s.\n\n", r.Read.Nodes, r.Read.Ways, r.Read.Relations, r.Seconds)
	fmt.Printf("%-12s %8s %8s %8s %10s %8s\n", "", "built", "new", "changed", "unchanged", "refused")
	row := func(name, kind string, built int, m pg.Merged) {
		fmt.Printf("%-12s %8d %8d %8d %10d %8d\n", name, built, m.Fresh, m.Changed, m.Unchanged, r.Read.RefusedCount(kind))
	}
	row("buildings", osm.KindBuilding, r.Read.Buildings, r.Buildings)
	row("facilities", osm.KindFacility, r.Read.Facilities, r.Facilities)
	row("services", osm.KindService, r.Read.Services, r.Services)
	row("basemap", osm.KindBasemap, r.Read.Basemap, r.Basemap)
	fmt.Printf("%-12s %8d %37d\n", "boundaries", r.Read.Boundaries, r.Read.RefusedCount(osm.KindBoundary))
	if len(r.Read.Refused) > 0 {
		fmt.Println("\nRefused:")
		for _, x := range r.Read.Refused {
			fmt.Printf("  %-9s %-16s %6d  %s\n", x.Feature, x.Reason, x.Count, some(x.Refs))
		}
	}
	if len(r.Read.Shortened) > 0 {
		fmt.Println("\nTaken without the part whose nodes are not in the file:")
		for _, x := range r.Read.Shortened {
			fmt.Printf("  %-9s %-16s %6d  %s\n", x.Feature, x.Reason, x.Count, some(x.Refs))
		}
	}
	if r.Regions != nil {
		fmt.Printf("\nRegions: %d published as edition %d.\n", r.Regions.Regions, r.Regions.Edition)
	}
	if r.Draft != nil {
		fmt.Println()
		printDraft(*r.Draft)
	}
	for _, x := range r.NotRegions {
		fmt.Printf("  no region: %s %s %s\n", x.Ref, x.Name, x.Reason)
	}
	if r.Unplaced > 0 {
		fmt.Printf("\n%d objects lie in no region. Import boundaries (onemap import regions), or make a city around the extract with --found CODE.\n", r.Unplaced)
	}
	if r.DryRun {
		fmt.Println("\nThis was a dry run: nothing was kept.")
	}
}

// some shows the first references; --json has them all.
func some(refs []string) string {
	const most = 6
	if len(refs) <= most {
		return strings.Join(refs, " ")
	}
	return strings.Join(refs[:most], " ") + " ..."
}
