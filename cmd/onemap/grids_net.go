package main

import (
	"context"
	"fmt"
	"os"

	"github.com/google/uuid"

	"onemap/api/crosswalk"
	"onemap/api/fault"
	"onemap/api/transfer"
	"onemap/cmd/internal/boot"
	"onemap/geo/grid"
)

type gridsNet struct {
	Import    netImport    `cmd:"" help:"Bring the grids of another department in, under their own codes; they replace what the net has."`
	List      netList      `cmd:"" help:"The nets over a place."`
	Crosswalk netCrosswalk `cmd:"" help:"Lead from a net's codes to ours, with shares of ground and people."`
	Propose   netPropose   `cmd:"" help:"Draft a merged net: our grids, following other departments' where most people are concerned."`
	Remove    netRemove    `cmd:"" help:"Take a net away, cells and all."`
}

// OfNet names a net of a place on the command line; exported for the library that reads flags.
type OfNet struct {
	boot.Config
	Region string `help:"The place that the net covers." required:"" placeholder:"CODE"`
	Name   string `arg:"" help:"The net's name, such as police: small letters, digits and hyphens."`
	JSON   bool   `help:"Report as JSON." name:"json"`
}

// on opens the world for a command about a net.
func (c OfNet) on(ctx context.Context, command string, do func(ctx context.Context, w *boot.World, n crosswalk.Net) error) error {
	return in(ctx, c.Config, c.Region, command, func(ctx context.Context, w *boot.World, code grid.Code) error {
		n, err := w.Nets.Named(ctx, string(code), c.Name)
		if fault.Is(err, fault.NotFound) {
			return fmt.Errorf("%s has no net called %s", code, c.Name)
		}
		if err != nil {
			return err
		}
		return do(ctx, w, n)
	})
}

// Columns say where codes and names of polygons stand, where the guess is wrong;
// exported for the library that reads flags.
type Columns struct {
	CodeColumn string `help:"The column that holds the codes." placeholder:"NAME"`
	NameColumn string `help:"The column that holds the names." placeholder:"NAME"`
}

func (c Columns) of(m transfer.Mapping) transfer.Mapping {
	return m.With("code", c.CodeColumn).With("name", c.NameColumn)
}

type netImport struct {
	OfNet
	File     string `arg:"" help:"Shapefile (also zipped), GeoPackage, GeoJSON, or CSV with a column of WKT." type:"existingfile"`
	Kind     string `help:"Whose grids these are, of a new net: police, fire, civil_affairs, party_building or other." enum:"police,fire,civil_affairs,party_building,other" default:"other"`
	Title    string `help:"What a new net is called, in Chinese."`
	TitleEn  string `help:"What a new net is called, in English." name:"title-en"`
	CRS      string `help:"The file's coordinates: wgs84, cgcs2000, gcj02, bd09, EPSG:n; what the file says when not said." name:"crs"`
	Encoding string `help:"The file's text, where the guess is wrong: utf-8, gb18030 ..."`
	Layer    string `help:"The layer of a GeoPackage."`
	Columns
	DryRun bool `help:"Do everything and keep nothing; the net must be there."`
}

func (c netImport) Run(ctx context.Context) error {
	return in(ctx, c.Config, c.Region, "grids net import", func(ctx context.Context, w *boot.World, code grid.Code) error {
		n, err := w.Nets.Named(ctx, string(code), c.Name)
		if fault.Is(err, fault.NotFound) && !c.DryRun {
			n, err = w.Nets.Define(ctx, crosswalk.Net{Scope: string(code), Name: c.Name, Kind: crosswalk.Kind(c.Kind), Title: c.Title, TitleEn: c.TitleEn})
		}
		if err != nil {
			return err
		}
		m := c.of(transfer.Mapping{Net: n.ID.String(), CRS: c.CRS, Encoding: c.Encoding, Layer: c.Layer})
		report, err := w.Loader.File(ctx, "cells", c.File, transfer.FileOptions{Mapping: m, DryRun: c.DryRun})
		if c.JSON && err == nil {
			err = printJSON(report)
		} else if err == nil || report.Read > 0 {
			printReport(report)
		}
		if err == nil && !report.Whole() {
			return errFailed
		}
		return err
	})
}

type netList struct {
	boot.Config
	Region string `help:"The place; nets over it, and over what lies under it." required:"" placeholder:"CODE"`
	JSON   bool   `help:"Report as JSON." name:"json"`
}

func (c netList) Run(ctx context.Context) error {
	return in(ctx, c.Config, c.Region, "grids net list", func(ctx context.Context, w *boot.World, code grid.Code) error {
		list, err := w.Nets.List(ctx, string(code))
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(list)
		}
		for _, n := range list {
			at := "no cells yet"
			if n.ImportedAt != nil {
				at = n.ImportedAt.In(w.Zone).Format("2006-01-02 15:04") + " " + n.FileName
			}
			fmt.Printf("%-12s %-20s %-15s %6d cells  %s  %s\n", n.Scope, n.Name, n.Kind, n.Cells, n.Title, at)
		}
		return nil
	})
}

type netCrosswalk struct {
	OfNet
	Edition int64   `help:"The edition of our grids; the one in force when not said." placeholder:"N"`
	Sliver  float64 `help:"Ground narrower than this, in metres, counts as imprecise drawing." default:"5"`
}

func (c netCrosswalk) Run(ctx context.Context) error {
	return c.on(ctx, "grids net crosswalk", func(ctx context.Context, w *boot.World, n crosswalk.Net) error {
		list, about, err := w.Nets.Crosswalk(ctx, n.ID, c.Edition, c.Sliver)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(list)
		}
		body, err := crosswalk.Table(list, about, "zh")
		if err == nil {
			_, err = os.Stdout.Write(body)
		}
		return err
	})
}

type netPropose struct {
	boot.Config
	Region string   `help:"The place whose grids are to follow." required:"" placeholder:"CODE"`
	Net    []string `help:"The names of nets to follow; all over the place when not said."`
	Name   string   `help:"What the draft is called."`
	Sliver float64  `help:"Ground narrower than this, in metres, does not move." default:"5"`
	JSON   bool     `help:"Report as JSON." name:"json"`
}

func (c netPropose) Run(ctx context.Context) error {
	return in(ctx, c.Config, c.Region, "grids net propose", func(ctx context.Context, w *boot.World, code grid.Code) error {
		var ids []uuid.UUID
		for _, name := range c.Net {
			n, err := w.Nets.Named(ctx, string(code), name)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			ids = append(ids, n.ID)
		}
		p, err := w.Nets.Propose(ctx, string(code), c.Name, ids, c.Sliver)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(p)
		}
		for _, m := range p.Moves {
			fmt.Printf("%s -> %s %10.0f m2 %7d people %6d buildings\n", m.From, m.To, m.Area, m.People, m.Buildings)
		}
		for i, b := range p.Before {
			a := p.After[i]
			fmt.Printf("%-20s cells split %d -> %d, people where borders part %d -> %d, ground that agrees %.1f %% -> %.1f %%\n",
				b.Name, b.CellsSplit, a.CellsSplit, b.Departs.People, a.Departs.People, 100*b.Area.Agreed, 100*a.Area.Agreed)
		}
		if p.Draft == uuid.Nil {
			fmt.Println("No grid would follow the nets better; there is no draft.")
			return nil
		}
		fmt.Printf("Draft %s draws %d grids. Look at it: onemap grids preview --region %s --draft %s\n", p.Draft, p.Grids, code, p.Draft)
		return nil
	})
}

type netRemove struct{ OfNet }

func (c netRemove) Run(ctx context.Context) error {
	return c.on(ctx, "grids net remove", func(ctx context.Context, w *boot.World, n crosswalk.Net) error {
		return w.Nets.Remove(ctx, n.ID)
	})
}
