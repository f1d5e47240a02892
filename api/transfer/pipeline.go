package transfer

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"onemap/api/place"
	"onemap/api/transfer/table"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// chunkRows is how many rows go into one transaction.
const chunkRows = 5000

// chunk is rows that are written in one transaction.
type chunk struct {
	rows  []table.Row
	bad   []table.RowError
	list  []*record
	read  int64 // of the file, after this chunk
	ready chan error
	used  []func() // gives the memory back once it is written
}

// rooms are the memory of records that were written.
var rooms = sync.Pool{New: func() any { return new(room) }}

// pipeline reads a file, makes records of its rows on every processor, tells them
// apart in the order of the file, and hands the chunks over in that order: the
// next ones are made ready while one is written. What waits between is bounded.
func (r *runner) pipeline(ctx context.Context, f *table.File, proj projection, write func(*chunk) error) error {
	workers := max(2, runtime.GOMAXPROCS(0))
	g, ctx := errgroup.WithContext(ctx)
	work, queue, told := make(chan *chunk), make(chan *chunk, workers+1), make(chan *chunk, 1)
	g.Go(func() error {
		defer close(work)
		defer close(queue)
		for {
			c, err := readChunk(f)
			if err != nil {
				return err
			}
			if c == nil {
				return nil
			}
			for _, to := range []chan *chunk{queue, work} {
				select {
				case to <- c:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
	})
	for range workers {
		g.Go(func() error {
			for c := range work {
				err := r.prepare(ctx, r.plan, proj, r.taker, c)
				c.ready <- err
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	g.Go(func() error {
		defer close(told)
		for c := range queue {
			select {
			case err := <-c.ready:
				if err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
			r.tellApart(c.list)
			select {
			case told <- c:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	g.Go(func() error {
		for c := range told {
			if err := write(c); err != nil {
				return err
			}
			for _, again := range c.used {
				again()
			}
		}
		return nil
	})
	return g.Wait()
}

// readChunk reads the next rows, nil at the end.
func readChunk(f *table.File) (*chunk, error) {
	c := &chunk{ready: make(chan error, 1)}
	for len(c.rows)+len(c.bad) < chunkRows {
		row, err := f.Next()
		var bad *table.RowError
		switch {
		case errors.Is(err, io.EOF):
			c.read = f.Read()
			if len(c.rows)+len(c.bad) == 0 {
				return nil, nil
			}
			return c, nil
		case errors.As(err, &bad):
			c.bad = append(c.bad, *bad)
		case err != nil:
			return nil, err
		default:
			c.rows = append(c.rows, row)
		}
	}
	c.read = f.Read()
	return c, nil
}

// prepare makes records of a chunk's rows: fields, places, objects.
func (l *Loader) prepare(ctx context.Context, p *plan, proj projection, t taker, c *chunk) error {
	into := rooms.Get().(*room)
	c.list = into.records(p, c.rows)
	c.rows = nil
	for _, b := range c.bad {
		r := &record{kind: p.kind, line: b.Line, v: make([]string, len(p.kind.Fields)), raw: make([]string, len(p.columns))}
		r.refuse("", b.Reason)
		c.list = append(c.list, r)
	}
	ix := l.Regions.Index()
	if err := l.locate(ctx, ix, proj, c.list); err != nil {
		return err
	}
	c.used = append(c.used, t.build(c.list), func() { rooms.Put(into) })
	return nil
}

// locate turns the given coordinates into WGS84, and refuses those that lie nowhere near.
func (l *Loader) locate(ctx context.Context, ix *grid.Index, proj projection, list []*record) error {
	var pairs []orb.Point
	var shapes []orb.Geometry
	var at, shaped []*record
	for _, r := range list {
		switch {
		case r.located && r.pair == (orb.Point{}):
			r.located = false
			r.refuse("lon", "lies at 0,0, which means that nobody knew where")
		case r.located:
			pairs, at = append(pairs, r.pair), append(at, r)
		case r.geom != nil:
			shapes, shaped = append(shapes, r.geom), append(shaped, r)
		}
	}
	turned, wrong, err := proj.geometries(ctx, shapes)
	if err != nil {
		return err
	}
	for i, r := range shaped {
		if r.geom = turned[i]; wrong[i] != "" {
			r.refuse("geometry", wrong[i])
		}
	}
	out, why, err := proj.points(ctx, pairs)
	if err != nil {
		return err
	}
	for i, r := range at {
		if why[i] != "" {
			r.located = false
			r.refuse("lon", why[i])
			continue
		}
		r.at = out[i]
		x, y := r.pair[0], r.pair[1]
		if proj.swapped {
			x, y = y, x
		}
		if far := place.Near(ix, proj.name, x, y, crs.FromPoint(r.at), "lon"); far != nil {
			r.refuse("lon", far.Message)
		}
	}
	return nil
}
