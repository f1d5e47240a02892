package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"onemap/api/transfer"
	"onemap/cmd/internal/boot"
	"onemap/geo/grid"
)

type importBatch struct {
	boot.Config
	File   string `arg:"" type:"existingfile" help:"A JSON list of {kind, file, mapping or saved} and {grids: {under, size}}, done in this order."`
	DryRun bool   `help:"Do everything and keep nothing."`
}

// batchStep is one step of a batch; files lie relative to the batch's own, also
// the one of a mapping, which may be the name of a saved one instead.
type batchStep struct {
	Kind    string           `json:"kind"`
	File    string           `json:"file"`
	Saved   string           `json:"saved"`
	Mapping transfer.Mapping `json:"mapping"`
	Grids   *struct {
		Under string  `json:"under"`
		Size  float64 `json:"size"`
	} `json:"grids"`
}

func (c importBatch) Run(ctx context.Context) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	var steps []batchStep
	if err := json.Unmarshal(text, &steps); err != nil {
		return fmt.Errorf("%s is no batch: %w", c.File, err)
	}
	w, err := boot.Open(ctx, c.Config, boot.Commanding, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer w.Close()
	ctx = w.As(ctx, "import batch")
	whole := true
	for i, s := range steps {
		if s.Grids != nil {
			done, err := w.Regions.MakeGrids(ctx, grid.Code(s.Grids.Under), s.Grids.Size, c.DryRun)
			if err != nil {
				return fmt.Errorf("step %d: %w", i+1, err)
			}
			if done.Regions == 0 {
				fmt.Printf("Grids under %s: as they were.\n", s.Grids.Under)
			} else {
				fmt.Printf("Grids under %s: %d regions published as edition %d.\n", s.Grids.Under, done.Regions, done.Edition)
			}
			continue
		}
		saved := s.Saved
		if beside := c.beside(saved); saved != "" && exists(beside) {
			saved = beside
		}
		report, err := w.Loader.File(ctx, s.Kind, c.beside(s.File), transfer.FileOptions{Mapping: s.Mapping, Saved: saved, DryRun: c.DryRun, Progress: advance(os.Stderr)})
		if err != nil {
			return errors.Join(fmt.Errorf("step %d, %s", i+1, s.File), err)
		}
		printReport(report)
		whole = whole && report.Whole()
	}
	if !whole {
		return errFailed
	}
	return nil
}

// beside is where a file named in the batch lies.
func (c importBatch) beside(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(c.File), path)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
