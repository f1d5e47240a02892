package building

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/web"
)

// Edit is what a registrar changes of a building.
type Edit struct {
	Code        web.Sent[string]  `json:"code,omitempty"`
	Name        web.Sent[string]  `json:"name,omitempty"`
	NameEn      web.Sent[string]  `json:"name_en,omitempty"`
	Use         web.Sent[string]  `json:"use,omitempty"`
	Address     web.Sent[string]  `json:"address,omitempty"`
	Levels      web.Sent[int]     `json:"levels,omitempty"`
	LevelsBelow web.Sent[int]     `json:"levels_below,omitempty"`
	HeightM     web.Sent[float64] `json:"height,omitempty"`
	BuiltYear   web.Sent[int]     `json:"built_year,omitempty"`
	Structure   web.Sent[string]  `json:"structure,omitempty"`
}

// Edit changes a building if it is as the writer saw it; its words and the
// addresses of its rooms follow.
func (s *Service) Edit(ctx context.Context, id uuid.UUID, rev int64, e Edit) error {
	return pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, rowColumns+" FROM building WHERE id = $1 FOR NO KEY UPDATE", id)
		if err != nil {
			return err
		}
		had, err := pgx.CollectExactlyOneRow(rows, scanRow)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("building")
		}
		if err != nil {
			return err
		}
		if err := web.Keeps(ctx, "building", had.ScopeCode); err != nil {
			return err
		}
		if had.Rev != rev {
			return web.Changed("building")
		}
		b := e.over(had)
		if bad := Check(b); len(bad) > 0 {
			return web.Refused(bad, "building.invalid")
		}
		made := b.texts()
		_, err = tx.Exec(ctx, `
UPDATE building SET code = $2, name = $3, name_en = $4, use = $5, address = $6, address_key = $7, levels = $8, levels_below = $9, height_m = $10,
    built_year = $11, structure = $12, words = $13, rev = rev + 1, updated_at = $14
WHERE id = $1`, id, pg.OrNull(b.Code), b.Name, b.NameEn, b.Use, b.Address, made.key, known(b.Levels), small(b.LevelsBelow), known(b.HeightM),
			known(b.BuiltYear), b.Structure, made.words, s.Now())
		if err != nil {
			return clash(err)
		}
		if b.Address != had.Address {
			if _, err := tx.Exec(ctx, "UPDATE dwelling SET address = $2 || substr(address, length($3) + 1), updated_at = $4 WHERE building_id = $1 AND starts_with(address, $3)", id, b.Address, had.Address, s.Now()); err != nil {
				return fmt.Errorf("addresses of rooms: %w", err)
			}
		}
		return change.Record(ctx, tx, change.Change{Kind: "building", Object: id.String(), Rev: rev + 1, At: s.Now(), Body: struct{}{}})
	})
}

// over lays the edit over what there is.
func (e Edit) over(had Row) Building {
	b := Building{
		ID: had.ID, Code: e.Code.Or(had.Code), Name: e.Name.Or(had.Name), NameEn: e.NameEn.Or(had.NameEn), Use: e.Use.Or(had.Use),
		Address: e.Address.Or(had.Address), Levels: e.Levels.Or(whole(had.Levels)), BuiltYear: e.BuiltYear.Or(whole(had.BuiltYear)), Structure: e.Structure.Or(had.Structure),
	}
	if had.HeightM != nil {
		b.HeightM = *had.HeightM
	}
	b.HeightM = e.HeightM.Or(b.HeightM)
	switch {
	case e.LevelsBelow.Given:
		b.LevelsBelow = e.LevelsBelow.Value
	case had.LevelsBelow != nil:
		n := int(*had.LevelsBelow)
		b.LevelsBelow = &n
	}
	return b
}

func whole(n *int16) int {
	if n == nil {
		return 0
	}
	return int(*n)
}
