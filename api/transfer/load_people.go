package transfer

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"onemap/api/fault"
	"onemap/api/person"
	"onemap/api/transfer/table"
)

// largeFile is how long a file of people is that is loaded as a whole, in bytes.
const largeFile = 1 << 20

// loads says whether this is a city's first file of people and a long one. It is
// loaded in one transaction into tables without indexes, several times faster
// than by chunks, and begins anew when it breaks off.
func (r *runner) loads(ctx context.Context) bool {
	if r.run.Kind != "people" || r.run.DryRun || r.run.byChunks || r.run.Position > 0 || r.run.Bytes < largeFile {
		return false
	}
	empty, err := r.People.Empty(ctx)
	return err == nil && empty
}

// load loads a file of people. done is false, and nothing is kept, when a row
// breaks a rule that only a chunk can be searched for.
func (r *runner) load(ctx context.Context, f *table.File, proj projection) (done bool, err error) {
	before := r.run.Told
	err = r.People.BulkLoad(ctx, func(tx pgx.Tx, bulk *person.Bulk) error {
		if err := hold(ctx, tx, r.run); err != nil {
			return err
		}
		ix, err := r.Regions.Hold(ctx, tx)
		if err != nil {
			return err
		}
		if err := r.out.back(0); err != nil {
			return err
		}
		r.batch.Now = r.Now()
		told := Told{}
		err = r.pipeline(ctx, f, proj, func(c *chunk) error {
			r.pos += int64(len(c.list))
			told.Read = r.pos
			list, err := r.sift(ix, c.list, &told)
			if err != nil {
				return err
			}
			rows := make([]person.Row, len(list))
			for i, x := range list {
				rows[i] = *x.object.(*person.Row)
				rows[i].Ref = x.ref
			}
			m, err := bulk.Import(ctx, tx, ix, r.batch, rows)
			if err != nil {
				return err
			}
			told.Fresh, told.Unchanged = told.Fresh+m.Fresh, told.Unchanged+m.Unchanged
			r.run.Told = told
			r.tell(c, f)
			return nil
		})
		if err != nil {
			return err
		}
		if told.Bytes, err = r.out.flush(); err != nil {
			return err
		}
		r.run.Told = told
		return r.advance(ctx, tx, r.run, r.pos, told)
	})
	if err == nil {
		r.run.Position = r.pos
		return true, nil
	}
	r.run.Told = before
	if errors.Is(err, errTaken) || errors.Is(err, errStopped) || ctx.Err() != nil {
		return false, err
	}
	if errors.Is(err, person.ErrNotEmpty) || collides(err) || fault.As(err) != nil {
		r.run.byChunks = true
		return false, nil
	}
	return false, err
}
