package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onemap/api/pg"
	"onemap/api/place"
)

// ended cases keep the grid they ended in.
const ended = "state IN ('closed', 'rejected')"

// Move follows a redraw of the regions: open cases go with it. Ended ones keep the
// grid they ended in and learn where their ground belongs now.
func (s *Service) Move(ctx context.Context, tx pgx.Tx, r place.Redraw, now time.Time) (int64, error) {
	moved, err := place.Move(ctx, tx, "case_file", ended, r, now)
	if err != nil {
		return 0, err
	}
	looked, err := tx.Exec(ctx, "UPDATE case_ground SET edition = $1 WHERE edition = $1 - 1", r.Index.Edition())
	if err != nil {
		return 0, fmt.Errorf("ground of ended cases: %w", err)
	}
	if looked.RowsAffected() == 0 {
		r.Where = nil
	}
	return moved, reground(ctx, tx, r)
}

// Ahead lists the open cases that a redraw of the regions would move.
func (s *Service) Ahead(ctx context.Context, tx pgx.Tx, r place.Redraw) ([]place.Moving, error) {
	return place.Ahead(ctx, tx, "case", "case_file", ended, "t.number", r)
}

// reground notes of ended cases the region that a redraw gives their ground to,
// where that is another than they ended in.
func reground(ctx context.Context, tx pgx.Tx, r place.Redraw) error {
	ids, scopes, err := place.Elsewhere(ctx, tx, "case_file", "t."+ended, "COALESCE(t.ground_code, t.scope_code)", r)
	if err != nil {
		return fmt.Errorf("ground of ended cases: %w", err)
	}
	if len(ids) > 0 {
		if _, err := tx.Exec(ctx, `
UPDATE case_file c SET ground_code = NULLIF(n.scope_code, c.scope_code)
FROM unnest($1::uuid[], $2::text[]) AS n (id, scope_code) WHERE n.id = c.id AND c.`+ended, ids, scopes); err != nil {
			return fmt.Errorf("ground of ended cases: %w", err)
		}
	}
	_, err = tx.Exec(ctx, "UPDATE case_ground SET edition = $1 WHERE edition <> $1", r.Index.Edition())
	return err
}

// Reground looks up the ground of all ended cases once more, when that has not
// been done for the edition in force: cases of before it was kept.
func (s *Service) Reground(ctx context.Context) error {
	return pg.Fault(pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		ix, err := s.Regions.Hold(ctx, tx)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, "SELECT FROM case_ground WHERE edition <> $1 FOR UPDATE", ix.Edition()).Scan()
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		return reground(ctx, tx, place.Redraw{Index: ix})
	}))
}
