package transfer

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/building"
	"onemap/api/person"
	"onemap/api/transfer/table"
)

// largeFile is how long a first file is that is loaded as a whole, in bytes.
const largeFile = 1 << 20

// errAgain says that a load was begun a second time: the file is read already.
var errAgain = errors.New("the load has to begin anew")

// loads says whether this is a city's first file of people or buildings, and a
// long one. It is loaded in one transaction into a table without indexes, several
// times faster than by chunks, and begins anew when it breaks off.
func (r *runner) loads(ctx context.Context) bool {
	if r.run.DryRun || r.run.byChunks || r.run.Position > 0 || r.run.Bytes < largeFile {
		return false
	}
	empty, err := r.taker.empty(ctx)
	return err == nil && empty
}

// load loads a file. done is false, and nothing is kept, when a row breaks a rule
// that only a chunk can be searched for.
func (r *runner) load(ctx context.Context, f *table.File, proj projection) (done bool, err error) {
	before, begun := r.run.Told, false
	err = r.taker.load(ctx, func(tx pgx.Tx, into loading) error {
		if begun {
			return errAgain
		}
		begun = true
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
			sound, err := r.sift(ix, c.list, &told)
			if err != nil {
				return err
			}
			ready := sound[:0]
			for _, x := range sound {
				if wrong := r.taker.late(x, uuid.Nil); len(wrong) > 0 {
					if err := r.out.add(&told, x, refusals(x, wrong)...); err != nil {
						return err
					}
					continue
				}
				ready = append(ready, x)
			}
			if len(ready) == 0 {
				return nil
			}
			m, err := into.put(ctx, tx, ix, r.batch, ready)
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
		if err := into.Written(); err != nil {
			return err
		}
		if told.Bytes, err = r.out.flush(); err != nil {
			return err
		}
		r.note(ctx, before, told)
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
	if errors.Is(err, person.ErrNotEmpty) || errors.Is(err, building.ErrNotEmpty) || errors.Is(err, errAgain) || collides(err) || refusable(err) {
		r.run.byChunks = true
		return false, nil
	}
	return false, err
}
