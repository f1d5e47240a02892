package region

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/geo/grid"
)

// First says whether regions are the first of their places: none of them is in
// force, nor does the region above one of them have others right under it. Put in
// force, they draw nothing anew.
func First(ix *grid.Index, list []grid.Region) bool {
	for _, r := range list {
		if _, there := ix.Ref(r.Code); there {
			return false
		}
		parent := r.Code.Parent()
		if _, there := ix.Ref(parent); there && len(ix.Children(parent)) > 0 {
			return false
		}
	}
	return true
}

// Over is the place whose draft can draw all of some regions: the lowest in force
// above them, or else the one that nothing lies above and that they belong to, its
// own border among them. It is empty when no region in force holds them together.
func Over(ix *grid.Index, list []grid.Region) grid.Code {
	for place := touched(list, nil); place != ""; place = place.Parent() {
		if _, there := ix.Ref(place); there {
			return place
		}
	}
	var top grid.Code
	for i, r := range list {
		chain := ix.Chain(r.Code)
		if len(chain) == 0 || i > 0 && chain[0].Code != top {
			return ""
		}
		top = chain[0].Code
	}
	return top
}

// DraftIn begins a draft of a place with regions drawn in it, within the caller's
// transaction. One that was begun with the same key and is open still is given as
// it is, with what was drawn in it since: whoever brings a file twice finds the
// first draft. After a published one another is begun.
func (s *Service) DraftIn(ctx context.Context, tx pgx.Tx, under grid.Code, id uuid.UUID, name, key string, list []grid.Region) (Draft, error) {
	a, err := s.place(ctx, under)
	if err != nil {
		return Draft{}, err
	}
	ix := s.Index()
	for try := key; ; {
		d, fresh, err := s.begun(ctx, tx, a, under, ix.Edition(), id, name, try)
		switch {
		case err != nil:
			return d, err
		case !fresh && d.Edition == nil:
			return d, nil
		case !fresh:
			try = fmt.Sprintf("%s@%d", key, *d.Edition)
			continue
		}
		drawn := s.drawingOf(ctx, under, ix, nil)
		if err := drawn.fill(list, false); err != nil {
			return d, err
		}
		if err := writeParts(ctx, tx, id, nil, drawn); err != nil {
			return d, err
		}
		return readDraft(ctx, tx, under, id, "")
	}
}
