package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/google/uuid"

	"onemap/api/region"
	"onemap/api/transfer"
	"onemap/cmd/internal/boot"
	"onemap/geo/grid"
)

// OfDraft names a draft on the command line; exported for the library that reads flags.
type OfDraft struct {
	boot.Config
	Region string `help:"The place whose regions are drawn anew." required:"" placeholder:"CODE"`
	Draft  string `help:"The draft's id, as grids draft prints it." required:"" placeholder:"ID"`
	JSON   bool   `help:"Report as JSON." name:"json"`
}

// on opens the world for a command about a draft.
func (c OfDraft) on(ctx context.Context, command string, do func(ctx context.Context, w *boot.World, code grid.Code, id uuid.UUID) error) error {
	id, err := uuid.Parse(c.Draft)
	if err != nil {
		return fmt.Errorf("--draft: %w", err)
	}
	return in(ctx, c.Config, c.Region, command, func(ctx context.Context, w *boot.World, code grid.Code) error { return do(ctx, w, code, id) })
}

type gridsDraft struct {
	boot.Config
	Region  string `help:"The place whose regions are to be drawn anew." required:"" placeholder:"CODE"`
	Name    string `help:"What the redraw is called."`
	Replace bool   `help:"Regions beside those of the file go away. Not when rows are refused."`
	CRS     string `help:"The datum of the file; when not given, what the file says." placeholder:"DATUM"`
	Columns
	Mend string `help:"Accept proposals into the draft: all, which takes the first for each finding, or the numbers that grids check --parent of the place gives them." placeholder:"all|N,N"`
	JSON bool   `help:"Report as JSON." name:"json"`
	File string `arg:"" optional:"" help:"Regions to draw, by their codes; rows without one get the next by rule." type:"existingfile"`
}

func (c gridsDraft) Run(ctx context.Context) error {
	if c.File != "" && c.Mend != "" && c.Mend != "all" {
		return errors.New("--mend: the numbers of proposals are of the regions in force; with a file, only all can be said")
	}
	return in(ctx, c.Config, c.Region, "grids draft", func(ctx context.Context, w *boot.World, code grid.Code) error {
		if c.File == "" && c.Mend == "all" {
			if some, err := mendable(w.Regions, code); err != nil {
				return err
			} else if !some {
				return c.nothing(code)
			}
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		d, err := w.Regions.Begin(ctx, code, id, c.Name, "")
		if err != nil {
			return err
		}
		if c.File != "" {
			filled, err := w.Loader.FillDraft(ctx, code, d.ID, d.Rev, c.File, c.of(transfer.Mapping{CRS: c.CRS}), c.Replace)
			for _, why := range filled.Refused {
				fmt.Fprintln(os.Stderr, why)
			}
			if err != nil {
				return err
			}
			if d, _, _, err = w.Regions.Draft(ctx, code, d.ID); err != nil {
				return err
			}
		}
		left := 0
		if c.Mend != "" {
			if d, left, err = mendDraft(ctx, w.Regions, d, c.Mend); err != nil && c.File == "" {
				return errors.Join(err, w.Regions.Discard(ctx, code, d.ID, d.Rev))
			} else if err != nil {
				return fmt.Errorf("draft %s is begun, but not mended: %w", d.ID, err)
			}
		}
		if left > 0 {
			fmt.Fprintf(os.Stderr, "%d proposals do not fit together with those accepted; look at the draft.\n", left)
		}
		if c.JSON {
			return printJSON(d)
		}
		fmt.Printf("%s: %d new, %d changed, %d removed; drawn from edition %d.\n", d.ID, d.Fresh, d.Changed, d.Removed, d.Base)
		return nil
	})
}

// nothing says that there is nothing to mend, and that no draft was begun.
func (c gridsDraft) nothing(code grid.Code) error {
	if c.JSON {
		return printJSON(nil)
	}
	fmt.Printf("There is nothing to mend under %s; no draft was begun.\n", code)
	return nil
}

type gridsValidate struct{ OfDraft }

func (c gridsValidate) Run(ctx context.Context) error {
	return c.on(ctx, "grids validate", func(ctx context.Context, w *boot.World, code grid.Code, id uuid.UUID) error {
		found, err := w.Regions.Validate(ctx, code, id)
		if err != nil {
			return err
		}
		errs := 0
		for _, f := range found {
			if f.Weight == region.Blocking {
				errs++
			}
			if !c.JSON {
				fmt.Printf("%-7s %s %-16s %.7f,%.7f %s\n", f.Weight, f.Parent, f.Kind, f.Place[0], f.Place[1], f.Text)
			}
		}
		if c.JSON {
			list := make([]any, len(found))
			for i, f := range found {
				list[i] = f.Feature(i).Properties
			}
			err = printJSON(list)
		} else {
			fmt.Printf("%d findings, %d of them keep the draft from being published.\n", len(found), errs)
		}
		if err == nil && errs > 0 {
			err = errFailed
		}
		return err
	})
}

type gridsPreview struct{ OfDraft }

func (c gridsPreview) Run(ctx context.Context) error {
	return c.on(ctx, "grids preview", func(ctx context.Context, w *boot.World, code grid.Code, id uuid.UUID) error {
		p, err := w.Regions.Preview(ctx, code, id)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(p)
		}
		const row = "%-15s %-15s %9d %9d %9d %10d %9d %9d\n"
		fmt.Printf("%-15s %-15s %9s %9s %9s %10s %9s %9s\n", "from", "to", "buildings", "people", "cases", "facilities", "services", "firms")
		for _, s := range append(p.Pairs, p.Total) {
			fmt.Printf(row, s.From, s.To, s.Buildings, s.People, s.Cases, s.Facilities, s.Services, s.Organisations)
		}
		for _, code := range p.Elsewhere {
			fmt.Printf("%s would lie on wholly other ground: nothing of it is where it is now.\n", code)
		}
		for _, g := range p.Grants {
			fmt.Printf("%s is %s on %s, which goes away; most of its ground goes to %s\n", g.Login, g.Role, g.Scope, g.To)
		}
		if len(p.Behind) > 0 {
			fmt.Printf("%d regions of the place were redrawn since the draft was begun.\n", len(p.Behind))
		}
		return nil
	})
}

type gridsPublish struct{ OfDraft }

func (c gridsPublish) Run(ctx context.Context) error {
	return c.on(ctx, "grids publish", func(ctx context.Context, w *boot.World, code grid.Code, id uuid.UUID) error {
		d, _, _, err := w.Regions.Draft(ctx, code, id)
		if err != nil {
			return err
		}
		done, err := w.Regions.PublishDraft(ctx, code, id, d.Rev)
		return said(done, err, c.JSON)
	})
}

type gridsUndo struct {
	boot.Config
	Region  string `help:"The place that the edition lies under." required:"" placeholder:"CODE"`
	Edition int64  `help:"The edition to take back." required:"" placeholder:"N"`
	JSON    bool   `help:"Report as JSON." name:"json"`
}

func (c gridsUndo) Run(ctx context.Context) error {
	return in(ctx, c.Config, c.Region, "grids undo", func(ctx context.Context, w *boot.World, code grid.Code) error {
		done, err := w.Regions.Undo(ctx, code, c.Edition)
		return said(done, err, c.JSON)
	})
}

// said prints what a redraw did.
func said(done region.Published, err error, asJSON bool) error {
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(done)
	}
	fmt.Printf("Edition %d is in force: %d regions drawn, %d removed, %d objects moved.\n", done.Edition, done.Regions, done.Dropped, done.Moved)
	return nil
}
