package main

import (
	"context"
	"fmt"
	"os"

	"onemap/api/seal"
	"onemap/cmd/internal/boot"
)

type peopleKeys struct {
	List   keysList   `cmd:"" help:"List the keys and what they are used for; no key is shown."`
	Rotate keysRotate `cmd:"" help:"Make a new key and seal everything again with it, beside running servers; broken off, it goes on when it is run again."`
	Retire keysRetire `cmd:"" help:"Take an old key out of the file when nothing names it any more, or say what still does; status 1 then."`
}

type keysList struct {
	boot.Config
	JSON bool `help:"As JSON." name:"json"`
}

// keyStates are what a key is used for, in words.
var keyStates = map[string]string{
	"":           "lies ready; the next rotation takes it",
	seal.Coming:  "announced; nothing is sealed with it yet",
	seal.Current: "seals what is written",
	seal.Leaving: "being replaced: run rotate until it is done",
	seal.Spent:   "seals nothing; see retire",
	seal.Retired: "retired",
}

func (c keysList) Run(ctx context.Context) error {
	w, err := boot.Open(ctx, c.Config, boot.Commanding, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer w.Close()
	list, err := w.Rotation(nil).List(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(list)
	}
	for _, k := range list {
		number, since := "-", "-"
		if k.Number > 0 {
			number = fmt.Sprint(k.Number)
		}
		if !k.Since.IsZero() {
			since = k.Since.In(w.Zone).Format("2006-01-02 15:04")
		}
		fmt.Printf("%3s  %-8s  %-16s  %s\n", number, k.ID, since, keyStates[k.State])
	}
	return nil
}

type keysRotate struct{ boot.Config }

func (c keysRotate) Run(ctx context.Context) error {
	return administer(ctx, c.Config, "people keys rotate", func(ctx context.Context, w *boot.World) error {
		if err := w.Rotation(func(words string) { fmt.Fprintln(os.Stderr, words) }).Rotate(ctx); err != nil {
			return err
		}
		fmt.Printf("Everything is sealed with key %d.\n", w.Keys.Number())
		return nil
	})
}

type keysRetire struct {
	boot.Config
	Number int `arg:"" help:"The number of the key, as list shows it."`
}

func (c keysRetire) Run(ctx context.Context) error {
	return administer(ctx, c.Config, "people keys retire", func(ctx context.Context, w *boot.World) error {
		left, err := w.Rotation(nil).Retire(ctx, c.Number)
		if err != nil {
			return err
		}
		if len(left) > 0 {
			fmt.Fprintf(os.Stderr, "Key %d is kept. It is still needed for:\n", c.Number)
			for _, l := range left {
				fmt.Fprintf(os.Stderr, "%8d  %s\n", l.Rows, l.What)
			}
			return errFailed
		}
		fmt.Printf("Key %d is retired: nothing names it, and it is out of the file.\n", c.Number)
		return nil
	})
}
