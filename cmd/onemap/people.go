package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"

	"onemap/cmd/internal/boot"
)

type peopleCommand struct {
	Keys  peopleKeys  `cmd:"" help:"The keys that numbers, phones and other secrets of people are sealed with."`
	Erase peopleErase `cmd:"" help:"Erase the records of people who left long enough ago, or of one person; only how many moved when and where stays."`
}

type peopleErase struct {
	boot.Config
	Before string `help:"Erase who left before this day, as in 2024-03-01, instead of who has been kept as long as --keep-left says." xor:"whom"`
	Person string `help:"Erase one person, by id, wherever they live; needs --reason." xor:"whom" placeholder:"ID"`
	Reason string `help:"Why, without names or numbers; it stays in the audit log."`
	DryRun bool   `help:"Only say how many it would be."`
}

func (c peopleErase) Run(ctx context.Context) error {
	var id uuid.UUID
	var before time.Time
	var err error
	if c.Person != "" {
		if id, err = uuid.Parse(c.Person); err != nil {
			return fmt.Errorf("--person takes the id of a record: %w", err)
		}
		if c.DryRun {
			return errors.New("--dry-run counts who has left; it does not go with --person")
		}
	}
	if c.Before != "" {
		if before, err = time.Parse(time.DateOnly, c.Before); err != nil {
			return fmt.Errorf("--before takes a day such as 2024-03-01: %w", err)
		}
	}
	w, err := boot.Open(ctx, c.Config, boot.Commanding, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer w.Close()
	ctx = w.As(ctx, "people erase")
	if c.Person != "" {
		if err := w.People.Erase(ctx, id, c.Reason); err != nil {
			return err
		}
		fmt.Println("The record is erased.")
		return nil
	}
	if before.IsZero() {
		before = w.People.Overdue()
	}
	if before.IsZero() {
		return errors.New("people who have left are kept for good (--keep-left 0); say --before or --person")
	}
	n, err := w.People.EraseLeft(ctx, before, c.DryRun)
	if err != nil {
		return fmt.Errorf("%d were erased before: %w", n, err)
	}
	if c.DryRun {
		fmt.Printf("%d people left before %s and would be erased. This was a dry run: nothing was done.\n", n, before.Format(time.DateOnly))
		return nil
	}
	fmt.Printf("%d people who left before %s are erased.\n", n, before.Format(time.DateOnly))
	return nil
}
