package main

import (
	"context"
	"fmt"
	"os"

	"onemap/cmd/internal/boot"
	"onemap/geo/grid"
)

type gridsCommand struct {
	Draft    gridsDraft    `cmd:"" help:"Begin a redraw of the regions under a place, from a file; nothing changes before it is published."`
	Validate gridsValidate `cmd:"" help:"Say what is wrong with a draft, and where; status 1 when it cannot be published."`
	Preview  gridsPreview  `cmd:"" help:"Say what publishing a draft would move, from which grid to which."`
	Publish  gridsPublish  `cmd:"" help:"Put a draft in force and move everything it moves, in one transaction."`
	Undo     gridsUndo     `cmd:"" help:"Publish what was in force before an edition, as a new one."`
	Make     gridsMake     `cmd:"" help:"Cut the communities of a region into a gapless set of grids: squares, or with --target along roads, rivers and walls and never through a building."`
	Check    gridsCheck    `cmd:"" help:"Find gaps, overlaps and other faults between regions and their parent."`
	Net      gridsNet      `cmd:"" help:"Other departments' grids over ours: import, crosswalk, merged net."`
}

type gridsMake struct {
	boot.Config
	Region string  `help:"The region's code." required:"" placeholder:"CODE"`
	Size   float64 `help:"Length of a square grid's side, in metres, when there is no target." default:"100"`
	CutAlong
	DryRun bool `help:"Do everything and keep nothing."`
	JSON   bool `help:"Report as JSON." name:"json"`
}

func (c gridsMake) Run(ctx context.Context) error {
	return in(ctx, c.Config, c.Region, "grids make", func(ctx context.Context, w *boot.World, code grid.Code) error {
		if c.Target != "" {
			return c.cut(ctx, w, code)
		}
		done, err := w.Regions.MakeGrids(ctx, code, c.Size, c.DryRun)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(done)
		}
		if done.Regions == 0 {
			fmt.Printf("The grids under %s are cut so already; nothing was done.\n", code)
			return nil
		}
		fmt.Printf("%d regions published as edition %d; %d grids dropped; %d objects moved.\n", done.Regions, done.Edition, done.Dropped, done.Moved)
		if c.DryRun {
			fmt.Println("This was a dry run: nothing was kept.")
		}
		return nil
	})
}

// in opens the world for a command about the place that --region names.
func in(ctx context.Context, c boot.Config, region, command string, do func(ctx context.Context, w *boot.World, code grid.Code) error) error {
	code, err := grid.ParseCode(region)
	if err != nil {
		return fmt.Errorf("--region: %w", err)
	}
	w, err := boot.Open(ctx, c, boot.Commanding, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer w.Close()
	return do(w.As(ctx, command), w, code)
}
