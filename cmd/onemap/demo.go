package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"onemap/api/auth"
	"onemap/cmd/internal/boot"
)

const (
	demoPeople   = 5000
	demoPassword = auth.DemoPassword
)

type demoCommand struct {
	boot.Config
	Seed   uint64 `help:"The same seed makes the same town." default:"1"`
	People int    `help:"How many people the town is for." default:"5000"`
	JSON   bool   `help:"Report as JSON." name:"json"`
}

func (c demoCommand) Run(ctx context.Context) error {
	begin := time.Now()
	w, err := boot.Open(ctx, c.Config, boot.Commanding, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer w.Close()
	loaded, err := w.LoadDemo(ctx, c.Seed, c.People, func(part string) { fmt.Fprintf(os.Stderr, "demo town: %s\n", part) })
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(loaded)
	}
	if loaded.Already {
		fmt.Println("A demo town is there already; it was left as it is.")
		return nil
	}
	fmt.Printf("The demo town is there: %d regions, %d buildings, %d facilities, %d services, %d cases, in %.1f s.\n",
		loaded.Regions, loaded.Buildings, loaded.Facilities, loaded.Services, loaded.Cases, time.Since(begin).Seconds())
	return nil
}
