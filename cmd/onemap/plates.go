package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"onemap/api/actor"
	"onemap/api/facility"
	"onemap/api/plate"
	"onemap/cmd/internal/boot"
)

type platesCommand struct {
	boot.Config
	File   string   `arg:"" help:"The PDF to write." type:"path"`
	Region string   `help:"Only facilities in this region." placeholder:"CODE"`
	Class  string   `help:"Only facilities of this class: waste_bin, guide_sign, bus_stop, postal, phone_booth, seat, mobile_toilet, cycle_parking, cabinet or other."`
	Codes  []string `help:"Only these plates, between commas." placeholder:"CODE"`
	Layout string   `help:"Plates a page of A4: 3x8, 2x5 or 1." default:"3x8" enum:"3x8,2x5,1"`
}

func (c platesCommand) Run(ctx context.Context) (err error) {
	if !strings.HasPrefix(c.PublicURL, "http://") && !strings.HasPrefix(c.PublicURL, "https://") {
		return errors.New("--public-url is needed: the address where residents reach the server is what a plate carries")
	}
	w, err := boot.Open(ctx, c.Config, boot.Commanding, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer w.Close()
	// The file appears whole, or not at all.
	out, err := os.CreateTemp(filepath.Dir(c.File), ".onemap-plates-*")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	n, err := w.Facilities.Sheet(ctx, out, actor.Everywhere(), facility.SheetAsk{
		Region: c.Region, Class: c.Class, Codes: c.Codes, Layout: plate.Layout(c.Layout),
	}, c.PublicURL, time.Now())
	if err := errors.Join(err, out.Close()); err != nil {
		return err
	}
	if err := os.Chmod(out.Name(), 0o644); err != nil { // to be handed to a printer
		return err
	}
	if err := os.Rename(out.Name(), c.File); err != nil {
		return err
	}
	fmt.Printf("%d plates in %s. Print at full size (100 %%), not fitted to the page.\n", n, c.File)
	return nil
}
