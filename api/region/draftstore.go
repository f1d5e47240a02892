package region

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/geo/grid"
)

const selectDrafts = `
SELECT d.id, d.under, d.name, d.base, d.edition, d.rev, d.created_at, d.updated_by, d.updated_at, d.published,
    (SELECT count(*) FROM region_draft_part p WHERE p.draft_id = d.id AND p.change = 'new'),
    (SELECT count(*) FROM region_draft_part p WHERE p.draft_id = d.id AND p.change = 'changed'),
    (SELECT count(*) FROM region_draft_part p WHERE p.draft_id = d.id AND p.change = 'removed')
FROM region_draft d `

func scanDraft(row pgx.CollectableRow) (d Draft, err error) {
	err = row.Scan(&d.ID, &d.Under, &d.Name, &d.Base, &d.Edition, &d.Rev, &d.CreatedAt, &d.UpdatedBy, &d.UpdatedAt, &d.published, &d.Fresh, &d.Changed, &d.Removed)
	return d, err
}

// readDraft reads a draft of a place; lock is "" or " FOR UPDATE".
func readDraft(ctx context.Context, q pg.Querier, under grid.Code, id uuid.UUID, lock string) (Draft, error) {
	rows, err := q.Query(ctx, selectDrafts+"WHERE d.id = $1 AND d.under = $2"+lock, id, string(under))
	if err != nil {
		return Draft{}, pg.Fault(err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, scanDraft)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, fault.Missing("draft")
	}
	return d, pg.Fault(err)
}

// readParts reads what a draft changes.
func readParts(ctx context.Context, q pg.Querier, id uuid.UUID) ([]Part, error) {
	rows, err := q.Query(ctx, "SELECT code, name, name_en, geom, change, origin FROM region_draft_part WHERE draft_id = $1 ORDER BY code", id)
	if err != nil {
		return nil, pg.Fault(err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Part, err error) {
		var geom orb.Geometry
		if err = row.Scan(&p.Code, &p.Name, &p.NameEn, &geom, &p.Change, &p.Origin); err == nil && geom != nil {
			p.Geom = geom.(orb.MultiPolygon)
		}
		return p, err
	})
}

// writeParts puts the parts of a drawing in the place of a draft's own.
func writeParts(ctx context.Context, tx pgx.Tx, id uuid.UUID, had []Part, d *drawing) error {
	var gone []string
	was := make(map[grid.Code]Part, len(had))
	for _, p := range had {
		if was[p.Code] = p; d.parts[p.Code].Change == "" {
			gone = append(gone, string(p.Code))
		}
	}
	b := &pgx.Batch{}
	if len(gone) > 0 {
		b.Queue("DELETE FROM region_draft_part WHERE draft_id = $1 AND code = ANY ($2)", id, gone)
	}
	for code, p := range d.parts {
		if o, ok := was[code]; ok && o.Change == p.Change && o.Name == p.Name && o.NameEn == p.NameEn && orb.Equal(o.Geom, p.Geom) {
			continue
		}
		var geom any
		if p.Change != Removed {
			geom = p.Geom
		}
		b.Queue(`
INSERT INTO region_draft_part (draft_id, code, name, name_en, geom, change, origin) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (draft_id, code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, geom = excluded.geom, change = excluded.change, origin = excluded.origin`,
			id, string(code), p.Name, p.NameEn, geom, p.Change, p.Origin)
	}
	if b.Len() == 0 {
		return nil
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("parts of a draft: %w", err)
	}
	return nil
}

// touchDraft counts a change of a draft.
func touchDraft(ctx context.Context, tx pgx.Tx, d *Draft, by string, now time.Time) error {
	d.UpdatedBy, d.UpdatedAt = by, now
	d.Rev++
	_, err := tx.Exec(ctx, "UPDATE region_draft SET name = $2, base = $3, rev = $4, updated_by = $5, updated_at = $6, edition = $7, published = $8 WHERE id = $1",
		d.ID, d.Name, d.Base, d.Rev, d.UpdatedBy, d.UpdatedAt, d.Edition, d.published)
	return err
}
