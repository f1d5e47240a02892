package tiles

import (
	"context"
	"sync/atomic"
	"time"
)

// key names a rendered tile. The version is the layer's at the moment the tile
// was asked for, BEFORE anything was read, so a tile made of older rows can
// only ever be found under an older version, which nobody asks for any more.
type key struct {
	layer   string
	version uint64
	id      ID
	sight   string
	filter  string
}

// Stats counts what the cache did since the start.
type Stats struct {
	Hits    uint64 // answered from memory
	Shared  uint64 // waited for another request's render
	Renders uint64
	Failed  uint64 // of the renders
	Entries int
	Tiles   int    // different ones among the entries: equal tiles are kept once
	Weight  uint64 // bytes, at most
}

// cache keeps rendered tiles up to a weight in bytes.
type cache struct {
	kept                          *shelf
	press                         *press
	flights                       flights
	limit                         time.Duration
	hits, shared, renders, failed atomic.Uint64
}

func newCache(bytes uint64, press *press, limit time.Duration) *cache {
	return &cache{kept: newShelf(bytes), press: press, flights: flights{active: map[key]*flight{}}, limit: limit}
}

// tile answers from memory, or renders once for all who ask at the same time.
// A failure is told to all of them and not kept.
func (c *cache) tile(ctx context.Context, k key, render func(context.Context) ([]byte, error)) (*entry, error) {
	if e, ok := c.kept.get(k); ok {
		c.hits.Add(1)
		return e, nil
	}
	e, shared, err := c.flights.do(ctx, k, c.limit, func(ctx context.Context) (*entry, error) {
		c.renders.Add(1)
		b, err := render(ctx)
		if err != nil {
			c.failed.Add(1)
			return nil, err
		}
		return c.kept.put(k, c.press.entry(b)), nil
	})
	if shared {
		c.shared.Add(1)
	}
	return e, err
}

func (c *cache) stats() Stats {
	keys, tiles, weight := c.kept.size()
	return Stats{
		Hits: c.hits.Load(), Shared: c.shared.Load(), Renders: c.renders.Load(), Failed: c.failed.Load(),
		Entries: keys, Tiles: tiles, Weight: weight,
	}
}
