package region

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/geo/grid"
)

// PublishDraft puts a draft in force and moves everything that it moves, in one
// transaction. Whoever publishes what is published already gets the same answer.
func (s *Service) PublishDraft(ctx context.Context, under grid.Code, id uuid.UUID, rev int64) (Published, error) {
	a, err := s.place(ctx, under)
	if err != nil {
		return Published{}, err
	}
	var done Published
	var next *grid.Index
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		d, err := readDraft(ctx, tx, under, id, " FOR UPDATE OF d")
		if err != nil {
			return err
		}
		if d.published != nil {
			done, next = *d.published, nil
			return nil
		}
		if d.Rev != rev {
			return fault.New(fault.Stale, "draft.changed", "Somebody has changed the draft in the meantime; load it anew.")
		}
		edition, err := nextEdition(ctx, tx)
		if err != nil {
			return err
		}
		ix, err := s.indexIn(ctx, tx, edition-1)
		if err != nil {
			return err
		}
		parts, err := readParts(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := notBehind(ctx, tx, under, d.Base); err != nil {
			return err
		}
		drawn := s.drawingOf(ctx, under, ix, parts)
		found, err := s.findings(ctx, tx, drawn)
		if err != nil {
			return err
		}
		if err := refused(found); err != nil {
			return err
		}
		r := Redraw{Source: "draft", Name: d.Name}
		r.Regions, r.Drop = drawn.redraw()
		if done, next, err = s.publishAs(ctx, tx, edition, r); err != nil {
			return err
		}
		d.Edition, d.published = &edition, &done
		if err := touchDraft(ctx, tx, &d, a.Name, s.now()); err != nil {
			return err
		}
		return s.told(ctx, tx, d)
	})
	if err == nil && next != nil {
		s.Adopt(next)
	}
	return done, pg.Fault(err)
}

// indexIn is the index of the edition that the transaction redraws: another
// process may have published since this one looked.
func (s *Service) indexIn(ctx context.Context, tx pgx.Tx, edition int64) (*grid.Index, error) {
	if ix := s.Index(); ix.Edition() == edition {
		return ix, nil
	}
	return ReadIndex(ctx, tx)
}

// notBehind refuses a draft of an edition whose regions were redrawn since, and
// says which.
func notBehind(ctx context.Context, tx pgx.Tx, under grid.Code, base int64) error {
	behind, err := changed(ctx, tx, under, base)
	if err != nil || len(behind) == 0 {
		return err
	}
	const most = 20
	what := strings.Join(behind[:min(most, len(behind))], ", ")
	if len(behind) > most {
		what += " ..."
	}
	return fault.Newf(fault.Conflict, "draft.behind", "Since this draft was begun, %d regions of the place were redrawn: %s. Draw it on the edition in force, look at it again, and publish then.", len(behind), what)
}
