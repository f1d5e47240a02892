package tiles

import (
	"strings"
	"sync"

	"onemap/tiles/glyph"
)

// fonts keeps the ranges of glyphs that were asked for: at most 256 a stack.
type fonts struct {
	set   *glyph.Set
	press *press
	mu    sync.Mutex
	kept  map[fontRange]func() (*entry, error)
}

type fontRange struct {
	stack string
	first int
}

// get answers a range of a font stack. A map names several fonts with commas,
// the preferred first; all of ours have the same letters, so the first one we
// have answers. False where we have none, or the range does not exist.
func (f *fonts) get(names string, first int) (*entry, bool, error) {
	if first > glyph.LastRange || first%glyph.RangeSize != 0 {
		return nil, false, nil
	}
	for stack := range strings.SplitSeq(names, ",") {
		if f.set.Has(stack) {
			e, err := f.once(fontRange{stack, first})()
			return e, err == nil, err
		}
	}
	return nil, false, nil
}

// once has a range drawn by the first who asks, without holding up others.
func (f *fonts) once(r fontRange) func() (*entry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	draw, ok := f.kept[r]
	if !ok {
		draw = sync.OnceValues(func() (*entry, error) {
			b, err := f.set.Range(r.stack, r.first)
			if err != nil {
				return nil, err
			}
			return f.press.entry(b), nil
		})
		f.kept[r] = draw
	}
	return draw
}
