package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/transfer"
	"onemap/cmd/internal/boot"
	"onemap/geo/crs"
)

type exportCommand struct {
	boot.Config
	Kind     string `arg:"" help:"regions, buildings, dwellings, people, organisations, facilities, services or cases."`
	File     string `arg:"" type:"path" help:"The file to write; its ending says the format (.csv .xlsx .geojson .gpkg .zip)."`
	Format   string `help:"csv, xlsx, geojson, gpkg or shp, where the ending does not say it."`
	Region   string `help:"Only what lies under this code." placeholder:"CODE"`
	CRS      string `help:"wgs84, cgcs2000, gcj02, bd09 or epsg:3857." default:"wgs84" name:"crs"`
	Encoding string `help:"utf-8 or gb18030."`
	Purpose  string `help:"What people are exported for."`
}

func (c exportCommand) Run(ctx context.Context) error {
	datum, err := crs.ParseName(c.CRS)
	if err != nil {
		return fmt.Errorf("--crs: %w", err)
	}
	format := c.Format
	if format == "" {
		format = strings.TrimPrefix(strings.ToLower(filepath.Ext(c.File)), ".")
	}
	if format == "zip" {
		format = "shp"
	}
	w, err := boot.Open(ctx, c.Config, boot.Commanding, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer w.Close()
	ctx = w.As(ctx, "export")
	out, err := w.Loader.Export(ctx, c.Kind, c.File, transfer.ExportOptions{Format: format, Region: c.Region, CRS: datum, Encoding: c.Encoding, Scope: actor.Everywhere(), Purpose: c.Purpose})
	if err == nil {
		fmt.Printf("Wrote %d %s to %s as export %s\n", out.Rows, c.Kind, c.File, out.Number)
	}
	return err
}

type importDoubts struct {
	boot.Config
	Take []string `help:"Decide: a doubt's id with a candidate's id, new or drop." placeholder:"DOUBT=CANDIDATE|new|drop"`
	JSON bool     `help:"List as JSON." name:"json"`
}

func (c importDoubts) Run(ctx context.Context) error {
	w, err := boot.Open(ctx, c.Config, boot.Commanding, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer w.Close()
	ctx = w.As(ctx, "import doubts")
	for _, t := range c.Take {
		doubt, take, ok := strings.Cut(t, "=")
		id, err := uuid.Parse(doubt)
		if !ok || err != nil {
			return fmt.Errorf("--take %s: want DOUBT=CANDIDATE, DOUBT=new or DOUBT=drop", t)
		}
		if err := w.Loader.Decide(ctx, id, take, uuid.Nil, nil); err != nil {
			return err
		}
	}
	list, err := w.Loader.Doubts(ctx, uuid.Nil, "open", uuid.Nil, 1000)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(list)
	}
	for _, d := range list {
		fmt.Printf("%s  line %d  %s\n", d.ID, d.Line, d.Title)
		for _, x := range d.Candidates {
			fmt.Printf("    %s  %s  (by %s)\n", x.ID, x.Title, x.Why)
		}
	}
	fmt.Printf("%d rows wait for a decision.\n", len(list))
	return nil
}
