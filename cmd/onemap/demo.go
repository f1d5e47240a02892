package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"onemap/api/auth"
	"onemap/cmd/internal/boot"
)

const (
	demoPeople   = 10_000
	demoPassword = auth.DemoPassword
	// demoMemory is what the making of a town may take, in bytes, before memory is
	// given back sooner than it would be.
	demoMemory = 1_200 << 20
)

type demoCommand struct {
	boot.Config
	Seed   uint64 `help:"The same seed makes the same town." default:"1"`
	People int    `help:"How many people the town is for, 1,000 to 2,000,000. A town of more than 30,000 has several quarters; 1,330,000 take some minutes." default:"10000"`
	JSON   bool   `help:"Report as JSON." name:"json"`
}

// Help says what there is to know before a large town is asked for.
func (c demoCommand) Help() string {
	return `Makes an invented town with everything in it that the program knows: regions, map, buildings and their rooms, people and households, organisations, facilities, services and half a year of cases. No place, name, person, number or event is real.

The town is loaded a quarter after the other; a loading that broke off goes on where it stopped when it is run again with the same seed and size. A town that is there already stays as it is.`
}

func (c demoCommand) Run(ctx context.Context) error {
	begin := time.Now()
	debug.SetMemoryLimit(demoMemory)
	w, err := boot.Open(ctx, c.Config, boot.Commanding, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer w.Close()
	show := newDemoLine(os.Stderr)
	loaded, err := w.LoadDemo(ctx, c.Seed, c.People, show.said)
	show.end()
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
	fmt.Printf("The demo town is there: %d regions, %d buildings, %d dwellings, %d people, %d organisations, %d facilities, %d services, %d cases, in %.1f s.\n",
		loaded.Regions, loaded.Buildings, loaded.Dwellings, loaded.People, loaded.Organisations, loaded.Facilities, loaded.Services, loaded.Cases, time.Since(begin).Seconds())
	show.parts(os.Stdout)
	return nil
}

// demoLine shows the progress: one moving line on a terminal, elsewhere a line
// for each part and whenever the number of people has grown.
type demoLine struct {
	out    *os.File
	moving bool
	last   string
	sums   []boot.DemoProgress
}

func newDemoLine(out *os.File) *demoLine {
	info, err := out.Stat()
	return &demoLine{out: out, moving: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

func (l *demoLine) said(p boot.DemoProgress) {
	text := "demo town: " + p.Part
	if p.Total > 0 && p.Done > 0 {
		rate := float64(p.Done) / max(p.Took.Seconds(), 1e-3)
		left := time.Duration(float64(p.Total-p.Done) / rate * float64(time.Second)).Round(time.Second)
		text += fmt.Sprintf(" %d of %d", p.Done, p.Total)
		if rate >= 1 {
			text += fmt.Sprintf(", %.0f/s", rate)
		}
		text += fmt.Sprintf(", %s left", left)
	}
	switch {
	case p.Total == 0 && p.Done > 0: // how long a kind of things took so far
		l.note(p)
		if l.moving {
			fmt.Fprintf(l.out, "\r\033[K%s (%s)", l.last, p.Part)
		}
		return
	case l.moving:
		fmt.Fprintf(l.out, "\r\033[K%s", text)
	case p.Part != "cases" || p.Done%50 == 0 || p.Done == p.Total:
		fmt.Fprintln(l.out, text)
	}
	l.last = text
}

func (l *demoLine) note(p boot.DemoProgress) {
	for i := range l.sums {
		if l.sums[i].Part == p.Part {
			l.sums[i] = p
			return
		}
	}
	l.sums = append(l.sums, p)
}

func (l *demoLine) end() {
	if l.moving {
		fmt.Fprintln(l.out)
	}
}

// parts says how long each kind of things took.
func (l *demoLine) parts(out *os.File) {
	for _, p := range l.sums {
		fmt.Fprintf(out, "  %-14s %9d in %6.1f s\n", p.Part, p.Done, p.Took.Seconds())
	}
}
