package tiles

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// sighted is a private layer whose tiles depend on who asks.
type sighted struct {
	fake
	see func(desk string, id ID) []byte
}

func (s sighted) Tile(_ context.Context, id ID, sight Sight, _ Filter) ([]byte, error) {
	return s.see(sight.Prefixes[0], id), nil
}

func sightedOf(see func(desk string, id ID) []byte) sighted {
	s := sighted{fake: fakeOf("a", nil), see: see}
	s.Private = true
	return s
}

var encodings = []string{"identity", "gzip", "zstd"}

// Who sees the same is answered from one copy, in every encoding, and the copy
// weighs once; it goes with the last key that leads to it.
func TestEqualTilesAreKeptOnce(t *testing.T) {
	t.Parallel()
	var changed atomic.Bool
	s, e := start(t, Config{Reader: desk{}, Sources: []Source{sightedOf(func(desk string, _ ID) []byte {
		if changed.Load() && desk == "9902" {
			return bytes.Repeat([]byte("another "), 500)
		}
		return bytes.Clone(long) // as a render does: never twice the same slice
	})}})
	const path = "/tiles/a/3/0/0.mvt"
	expect(t, "the first", ask(e, "GET", path, "X-Desk", "9901"), 200)
	one := s.Stats().Weight
	if least := uint64(3 * len(long)); one < least {
		t.Fatalf("a tile of %d bytes weighs %d", len(long), one)
	}
	for i, desk := range []string{"9902", "9903"} {
		expect(t, desk, ask(e, "GET", path, "X-Desk", desk), 200)
		if got := s.Stats(); got.Weight != one+uint64(i+1)*keyOverhead || got.Entries != i+2 || got.Tiles != 1 || got.Renders != uint64(i+2) {
			t.Errorf("one sees alone: %d bytes; with %s: %+v", one, desk, got)
		}
	}
	var first *entry
	for k := range s.cache.kept.places {
		got, _ := s.cache.kept.get(k)
		if first == nil {
			first = got
		}
		for _, enc := range []encoding{encodingIdentity, encodingGzip, encodingZstd} {
			a, tagA := first.body(enc)
			b, tagB := got.body(enc)
			if &a[0] != &b[0] || tagA != tagB {
				t.Errorf("%q was made more than once", enc)
			}
		}
	}
	changed.Store(true)
	s.Invalidate("a")
	expect(t, "changed", ask(e, "GET", path, "X-Desk", "9902"), 200)
	if got := s.Stats(); got.Tiles != 2 || got.Entries != 4 {
		t.Errorf("another tile: %+v", got)
	}
}

// However the same few tiles come and go under many keys, the shelf's figures
// are those of what is on it, and it keeps to its weight.
func TestShelfCountsWhatItHolds(t *testing.T) {
	t.Parallel()
	press, err := newPress()
	if err != nil {
		t.Fatal(err)
	}
	const most = 40_000
	s, r := newShelf(most), rand.New(rand.NewPCG(1, 2))
	want := map[key]string{}
	for range 20_000 {
		k := key{layer: "a", id: ID{X: r.Uint32N(80)}, version: r.Uint64N(2)}
		if r.IntN(3) == 0 {
			if e, ok := s.get(k); ok && string(e.identity) != want[k] {
				t.Fatalf("%v gives %q, put was %q", k, e.identity, want[k])
			}
			continue
		}
		want[k] = strings.Repeat(fmt.Sprint(r.IntN(12)), 1+r.IntN(3)*1000)
		if got := s.put(k, press.entry([]byte(want[k]))); string(got.identity) != want[k] {
			t.Fatalf("put %q, given %q", want[k], got.identity)
		}
		weight, keys := uint64(0), map[sum]int{}
		for _, at := range s.places {
			keys[holds(at).tile.sum]++
			weight += keyOverhead
		}
		for sum, n := range keys {
			if s.tiles[sum] == nil || s.tiles[sum].keys != n {
				t.Fatalf("a tile under %d keys is counted as %+v", n, s.tiles[sum])
			}
			weight += s.tiles[sum].weight()
		}
		if len(keys) != len(s.tiles) || s.order.Len() != len(s.places) || weight != s.weight || weight > most {
			t.Fatalf("%d tiles kept, %d in use; %d bytes said, %d counted", len(s.tiles), len(keys), s.weight, weight)
		}
	}
	if len(s.places) == 0 {
		t.Error("nothing is kept")
	}
}

func TestShelfLetsGo(t *testing.T) {
	t.Parallel()
	press, err := newPress()
	if err != nil {
		t.Fatal(err)
	}
	at := func(n uint32) key { return key{id: ID{X: n}} }
	e := press.entry([]byte("tile"))
	s := newShelf(e.weight() + 2*keyOverhead)
	s.put(at(1), e)
	s.put(at(2), press.entry([]byte("tile")))
	s.get(at(1))
	s.put(at(3), press.entry([]byte("tile")))
	if _, ok := s.get(at(2)); ok {
		t.Error("the key asked for longest ago stayed")
	}
	if got, ok := s.get(at(1)); !ok || got != e {
		t.Error("the tile left with one of its keys")
	}
	s.put(at(1), press.entry([]byte("tool")))
	if keys, tiles, _ := s.size(); keys != 1 || tiles != 1 {
		t.Errorf("after the last key of the old tile: %d keys, %d tiles", keys, tiles)
	}
	heavy := press.entry(make([]byte, 10_000))
	if got := s.put(at(4), heavy); got != heavy {
		t.Error("a tile too heavy to keep is not answered")
	}
	if keys, _, _ := s.size(); keys != 1 {
		t.Errorf("a tile too heavy to keep drove the others out: %d keys", keys)
	}
}

// Readers whose sights show different things, some of them equal, ask for the
// same addresses while the layer changes: none is ever shown what another
// sees, from whatever was shared, and a tag is good for one's own bytes alone.
func TestSightsNeverMix(t *testing.T) {
	t.Parallel()
	var world atomic.Int64
	see := func(desk string, id ID, now int64) []byte {
		if id.X == 0 { // the same for everybody
			return bytes.Repeat(fmt.Appendf(nil, "all %d ", now), 50)
		}
		return bytes.Repeat(fmt.Appendf(nil, "%s %d ", desk, now), 50)
	}
	s, e := start(t, Config{Reader: desk{}, CacheBytes: 60_000, Sources: []Source{sightedOf(func(desk string, id ID) []byte {
		now := world.Load()
		time.Sleep(20 * time.Microsecond)
		return see(desk, id, now)
	})}})
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	var tags sync.Map // address -> the tag somebody was last given there
	var group sync.WaitGroup
	for reader := range 6 {
		group.Go(func() {
			desk := fmt.Sprintf("99%02d", reader/2)
			for n := 0; ctx.Err() == nil; n++ {
				id, enc := ID{Z: 3, X: uint32(n % 4), Y: uint32(n % 3)}, encodings[n%3]
				path := fmt.Sprintf("/tiles/a/%s.mvt", id)
				least := world.Load()
				w := ask(e, "GET", path, "X-Desk", desk, "Accept-Encoding", enc)
				body := unpackAs(t, enc, w.Body.Bytes())
				// What the reader's own sight showed at some moment since it asked.
				own := false
				for now := max(least-1, 0); now <= world.Load(); now++ {
					own = own || bytes.Equal(body, see(desk, id, now))
				}
				if w.Code != 200 || !own {
					t.Errorf("%s asked for %s, was shown %d %.40q", desk, id, w.Code, body)
					return
				}
				tag, _ := tags.Swap(path, w.Header().Get("ETag"))
				if given, ok := tag.(string); ok {
					w := ask(e, "GET", path, "X-Desk", desk, "Accept-Encoding", enc, "If-None-Match", given)
					if (w.Code == 304) != (w.Header().Get("ETag") == given) || (w.Code == 304 && w.Body.Len() != 0) {
						t.Errorf("%s asked with the tag %s, was answered %d with %s", desk, given, w.Code, w.Header().Get("ETag"))
						return
					}
				}
			}
		})
	}
	for ctx.Err() == nil {
		world.Add(1)
		s.Invalidate("a")
		time.Sleep(2 * time.Millisecond)
	}
	group.Wait()
}

// The tag of what another sees is answered with one's own tile; only where both
// see the same bytes is it an answer that one has them.
func TestATagOfAnotherSight(t *testing.T) {
	t.Parallel()
	_, e := start(t, Config{Reader: desk{}, Sources: []Source{sightedOf(func(desk string, id ID) []byte {
		if id.X == 0 {
			return bytes.Clone(long)
		}
		return bytes.Repeat([]byte(desk+" "), 500)
	})}})
	for _, enc := range encodings {
		for x, status := range []int{304, 200} {
			path := fmt.Sprintf("/tiles/a/3/%d/0.mvt", x)
			other := ask(e, "GET", path, "X-Desk", "9901", "Accept-Encoding", enc).Header().Get("ETag")
			w := ask(e, "GET", path, "X-Desk", "9902", "Accept-Encoding", enc, "If-None-Match", other)
			expect(t, path+" "+enc, w, status)
			if status == 200 {
				if got := unpackAs(t, enc, w.Body.Bytes()); !bytes.HasPrefix(got, []byte("9902 ")) || w.Header().Get("ETag") == other {
					t.Errorf("%s: %.20q with %s, the other's is %s", enc, got, w.Header().Get("ETag"), other)
				}
			}
			if got := w.Header().Get("Cache-Control"); got != "private, no-cache" {
				t.Errorf("%s may be kept as %q", path, got)
			}
		}
	}
}

func unpackAs(t *testing.T, enc string, b []byte) []byte {
	t.Helper()
	if enc == "identity" {
		return b
	}
	return unpack(t, enc, b)
}
