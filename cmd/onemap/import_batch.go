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
	File   string `arg:"" type:"existingfile" help:"A JSON list of {kind, file, mapping} and {grids: {under, size}}, done in this order."`
	DryRun bool   `help:"Do everything and keep nothing."`
}

// batchStep is one step of a batch; files lie relative to the batch's own.
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
	whole := true
	for i, s := range steps {
		if s.Grids != nil {
			done, err := w.Regions.MakeGrids(ctx, grid.Code(s.Grids.Under), s.Grids.Size, c.DryRun)
			if err != nil {
				return fmt.Errorf("step %d: %w", i+1, err)
			}
			fmt.Printf("Grids under %s: %d.\n", s.Grids.Under, done.Regions)
			continue
		}
		path := s.File
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(c.File), path)
		}
		report, err := w.Loader.File(ctx, s.Kind, path, transfer.FileOptions{Mapping: s.Mapping, Saved: s.Saved, DryRun: c.DryRun, Progress: advance(os.Stderr)})
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
