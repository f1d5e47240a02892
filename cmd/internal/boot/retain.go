package boot

import (
	"context"
	"time"
)

// How long after its start a server looks first for people who have been kept
// for long enough, and how often then: one that is started every day does, too.
const (
	firstRetention = 10 * time.Minute
	retentionEvery = 24 * time.Hour
)

// settleNames seals the names of who carries a care tag where they are not yet,
// as in a city from before there was sealing, and opens those whose tag has ended.
func (w *World) settleNames(ctx context.Context) error {
	for {
		if n, err := w.People.SettleNames(ctx); err != nil && ctx.Err() == nil {
			w.Log.WarnContext(ctx, "names of people with a care tag", "error", err)
		} else if n > 0 {
			w.Log.InfoContext(ctx, "names of people with a care tag", "settled", n)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(6 * time.Hour):
		}
	}
}

// retain erases every day who left long enough ago, and has it on the record.
// Servers that share a database share the work.
func (w *World) retain(ctx context.Context) error {
	for wait := firstRetention; ; wait = retentionEvery {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		before := w.People.Overdue()
		if before.IsZero() {
			continue
		}
		entry, _ := w.Audit.Command(ctx, "people erase")
		n, err := w.People.EraseLeft(entry, before, false)
		switch {
		case err != nil && ctx.Err() == nil:
			w.Log.WarnContext(ctx, "retention", "erased", n, "error", err)
		case n > 0:
			w.Log.InfoContext(ctx, "retention", "erased", n, "left_before", before.Format(time.DateOnly))
		}
	}
}
