package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"onemap/api/fault"
	"onemap/api/region"
	"onemap/geo/coverage"
	"onemap/geo/grid"
)

// Drafted is the draft that regions went into, because some are in force where they
// draw.
type Drafted struct {
	ID    string `json:"id" doc:"Empty after a dry run, which keeps no draft."`
	Under string `json:"under" doc:"The place whose regions it draws anew."`
}

// brought is what became of regions that came in: they are in force or in a draft,
// if any of them is other than what is in force.
type brought struct {
	fresh, changed, unchanged int64

	draft     *Drafted
	published *region.Published
	next      *grid.Index // to be adopted after the commit; nil when nothing was published
}

// bring takes regions in. The first ones of a place go into force; where regions
// are in force already, all of them go into a draft, and a person looks at it,
// validates and publishes it. above are regions over them that come only with them.
func (l *Loader) bring(ctx context.Context, tx pgx.Tx, source, name string, above, list []grid.Region) (brought, error) {
	var done brought
	ix := l.Regions.Index()
	var other []grid.Region
	for _, g := range list {
		had, ok := ix.Region(g.Code)
		same := ok && coverage.Stitched(had.Geom, g.Geom)
		if same {
			g.Geom = had.Geom // with the corners of the grids that were cut in it
		}
		switch {
		case !ok:
			done.fresh++
		case same && had.Name == g.Name && had.NameEn == g.NameEn:
			done.unchanged++
			continue
		default:
			done.changed++
		}
		other = append(other, g)
	}
	if len(other) == 0 {
		return done, nil
	}
	other = append(above, other...)
	if region.First(ix, other) {
		published, next, err := l.Regions.PublishIn(ctx, tx, region.Redraw{Source: source, Regions: other, First: true})
		done.published, done.next = &published, next
		return done, err
	}
	under := region.Over(ix, other)
	if under == "" {
		return done, fault.Newf(fault.Invalid, "import.places", "Where this file draws, regions are in force already, so it goes into a draft; but there is no region above all of %s whose draft that could be. Bring the region above them in first, or each in a file of its own.", some(other))
	}
	d, err := l.Regions.DraftIn(ctx, tx, under, l.NewID(), name, fingerprint(other), other)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return done, fault.Newf(fault.Forbidden, "import.draft", "Where this file draws, regions are in force already, so it goes into a draft of the regions under %s, which is for the administrators of %s.", under, under)
	}
	done.draft = &Drafted{d.ID.String(), string(under)}
	return done, err
}

// some names the first of some regions.
func some(list []grid.Region) string {
	const most = 5
	var codes []string
	for i, g := range list {
		if i == most {
			codes = append(codes, "...")
			break
		}
		codes = append(codes, string(g.Code))
	}
	return strings.Join(codes, ", ")
}

// fingerprint is what regions are known by when the same ones come again.
func fingerprint(list []grid.Region) string {
	h := sha256.New()
	for _, g := range list {
		shape, _ := shapeBytes(g.Geom) // a MultiPolygon always has bytes
		fmt.Fprintf(h, "%q %q %q %d ", g.Code, g.Name, g.NameEn, len(shape))
		h.Write(shape)
	}
	return "file:" + hex.EncodeToString(h.Sum(nil))
}
