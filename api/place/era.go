package place

import (
	"context"
	"sort"
	"strings"
	"time"

	"onemap/geo/crs"
	"onemap/geo/grid"
)

// Era is a time in which the regions above the grids stayed as they are.
type Era struct {
	Edition int64     // with which it began
	Since   time.Time // zero is before editions were kept
}

// History knows the regions above the grids as they were, and the grids right under
// one community, if one is named.
type History interface {
	// Span is the editions in force at two times.
	Span(ctx context.Context, since, until time.Time) (from, to int64, err error)
	// Eras lists the times in which these regions stayed as they are, the oldest first.
	Eras(ctx context.Context, under grid.Code) ([]Era, error)
	// In builds the index of these regions in an era.
	In(ctx context.Context, e Era, under grid.Code) (*grid.Index, error)
	// Heirs are, of each community of an era and of later ones that is not as it was,
	// those which have its ground now.
	Heirs(ctx context.Context, e Era) (map[string][]string, error)
}

// Eras are all eras, to look places up in. It is for one goroutine.
type Eras struct {
	history History
	under   grid.Code
	digits  int // of the codes that places are told by
	list    []Era
	regions map[int]*grid.Index
}

// OpenEras reads what eras there are, of the communities, or of the grids under one.
func OpenEras(ctx context.Context, h History, under grid.Code) (*Eras, error) {
	e := &Eras{history: h, under: under, digits: grid.Community.Digits(), regions: map[int]*grid.Index{}}
	if under != "" {
		e.digits = grid.Grid.Digits()
	}
	var err error
	e.list, err = h.Eras(ctx, under)
	return e, err
}

// Before is the era in force just before a time; -1 is before the first.
func (e *Eras) Before(at time.Time) int {
	return sort.Search(len(e.list), func(i int) bool { return !e.list[i].Since.Before(at) }) - 1
}

// Last is the era in force; -1 is none.
func (e *Eras) Last() int { return len(e.list) - 1 }

// Heirs are those of the communities of an era.
func (e *Eras) Heirs(ctx context.Context, n int) (map[string][]string, error) {
	switch {
	case n == e.Last():
		return nil, nil
	case n < 0:
		return e.history.Heirs(ctx, Era{Edition: -1})
	}
	return e.history.Heirs(ctx, e.list[n])
}

// Communities are the codes of all communities of an era; while there were none,
// those that came first.
func (e *Eras) Communities(ctx context.Context, n int) ([]string, error) {
	for n = max(n, 0); n < len(e.list); n++ {
		ix, err := e.In(ctx, n)
		if err != nil {
			return nil, err
		}
		if refs := ix.AtLevel(grid.Community); len(refs) > 0 {
			codes := make([]string, len(refs))
			for i, ref := range refs {
				codes[i] = string(ref.Code)
			}
			return codes, nil
		}
	}
	return nil, nil
}

// In is the regions of an era; of -1 nil.
func (e *Eras) In(ctx context.Context, n int) (*grid.Index, error) {
	if n < 0 || e.regions[n] != nil {
		return e.regions[n], nil
	}
	ix, err := e.history.In(ctx, e.list[n], e.under)
	if err == nil {
		e.regions[n] = ix
	}
	return ix, err
}

// Code is that of the region which held a place in an era: the community, or the grid
// where grids are known, or a wider region where there was none. Ground that nobody
// had divided so far counts with the first such region that it came to.
func (e *Eras) Code(ctx context.Context, n int, at crs.WGS84) (string, error) {
	code, err := e.locate(ctx, n, at)
	if err != nil || e.divided(code) {
		return code, err
	}
	for i := range e.list {
		other, err := e.locate(ctx, i, at)
		switch divided := e.divided(other); {
		case err != nil:
			return "", err
		case divided && i < n: // and was put together again
			return code, nil
		case divided || code == "" && i == e.Last():
			return other, nil
		}
	}
	return code, nil
}

// divided says that a code is of the level asked for. Grids are known of one community:
// a place that lay in another one lay in none of them, whichever it was.
func (e *Eras) divided(code string) bool {
	return len(code) >= e.digits || len(code) >= grid.Community.Digits() && !strings.HasPrefix(code, string(e.under))
}

func (e *Eras) locate(ctx context.Context, n int, at crs.WGS84) (string, error) {
	ix, err := e.In(ctx, n)
	if err != nil || ix == nil {
		return "", err
	}
	return string(ix.Locate(at).Scope), nil
}
