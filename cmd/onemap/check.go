package main

import (
	"context"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5"

	"onemap/api/region"
	"onemap/cmd/internal/boot"
	"onemap/cmd/internal/check"
	"onemap/geo/grid"
)

type checkCommand struct {
	boot.Config
	JSON bool `help:"Report as JSON." name:"json"`
}

func (c checkCommand) Run(ctx context.Context) error {
	w, err := boot.Open(ctx, c.Config, boot.Commanding, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer w.Close()
	checker := check.Checker{Pool: w.Pool, Photos: w.Photos, People: w.People, Index: func(ctx context.Context, tx pgx.Tx) (*grid.Index, error) { return region.ReadIndex(ctx, tx) }}
	results, err := checker.Run(ctx)
	if err != nil {
		return err
	}
	whole, err := w.Sealer.Verify(ctx, nil)
	if err != nil {
		return err
	}
	results = append(results, check.AuditWhole(whole))
	if c.JSON {
		err = printJSON(results)
	} else {
		printResults(results)
	}
	for _, r := range results {
		if err == nil && !r.OK() {
			err = errFailed
		}
	}
	return err
}

func printResults(results []check.Result) {
	for _, r := range results {
		mark := "ok  "
		switch {
		case !r.OK():
			mark = "FAIL"
		case len(r.Warnings) > 0:
			mark = "warn"
		}
		fmt.Printf("%s %-55s %9d\n", mark, r.Rule, r.Looked)
		for _, o := range r.Offenders {
			fmt.Printf("       %s\n", o)
		}
		for _, o := range r.Warnings {
			fmt.Printf("       %s\n", o)
		}
	}
}
