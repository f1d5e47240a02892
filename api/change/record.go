package change

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onemap/api/audit"
)

// Change is what happened to an object: enough for a reader to know whom it
// concerns. Body carries no personal data; it is kept and sent as it is.
type Change struct {
	Kind   string // "case", "facility", "bulk" ...
	Object string // the object's id
	Rev    int64  // the object's revision after the change, growing by commit
	At     time.Time
	Body   any

	count int64 // how many objects a bulk stands for
}

// Record writes changes into the inbox, in the caller's transaction and after
// the objects' rows have been written, so that ids follow commits per object.
func Record(ctx context.Context, tx pgx.Tx, changes ...Change) error {
	batch := &pgx.Batch{}
	for _, c := range changes {
		body, err := json.Marshal(c.Body)
		if err != nil {
			return fmt.Errorf("change of %s %s: %w", c.Kind, c.Object, err)
		}
		batch.Queue("INSERT INTO change_inbox (at, kind, object, rev, body) VALUES ($1, $2, $3, $4, $5)",
			c.At, c.Kind, c.Object, c.Rev, body)
		c.note(ctx)
	}
	return tx.SendBatch(ctx, batch).Close()
}

// note tells the audit of what changed: an object by its id, many by their count.
func (c Change) note(ctx context.Context) {
	if c.Kind == bulk {
		audit.Count(ctx, c.Object, c.count)
		return
	}
	audit.Note(ctx, c.Kind, c.Object)
}

const bulk = "bulk"

// Bulk is the one change that stands for many objects of a kind: readers fetch anew.
func Bulk(kind string, at time.Time, count int) Change {
	return Change{Kind: bulk, Object: kind, Rev: 0, At: at, Body: map[string]any{"kind": kind, "count": count}, count: int64(count)}
}
