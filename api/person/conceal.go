package person

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// NameColumn is the name of a person p as the table has it: as text, or sealed,
// which begins with a byte that no name begins with. NameOf reads it.
const NameColumn = "COALESCE(p.name_sealed, convert_to(p.name, 'UTF8'))"

// NameOf gives the name out of NameColumn.
func (s *Service) NameOf(kept []byte) (string, error) {
	if len(kept) == 0 || kept[0] >= ' ' {
		return string(kept), nil
	}
	return s.open(sealedName, kept)
}

// conceal seals the name of an entry, and leaves nothing of it for the columns
// that names are found by.
func (s *Service) conceal(e *entry) {
	e.nameSeal, e.nameBlind = s.Keys.Seal(sealedName, []byte(e.Name)), s.Keys.Blind(blindName, e.Name)
	e.named = named{}
}

// concealed says whose name is sealed among some people.
func concealed(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	rows, err := tx.Query(ctx, "SELECT id FROM person WHERE id = ANY ($1) AND name_sealed IS NOT NULL", ids)
	if err != nil {
		return nil, fmt.Errorf("sealed names: %w", err)
	}
	out := map[uuid.UUID]bool{}
	var id uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&id}, func() error {
		out[id] = true
		return nil
	})
	return out, err
}

// SettleNames seals the names of all who carry a care tag, and opens those of who
// carries none any more: writes do so at once, but a tag also ends by itself.
func (s *Service) SettleNames(ctx context.Context) (settled int, err error) {
	err = s.walk(ctx, func(tx pgx.Tx, after uuid.UUID) ([]uuid.UUID, error) {
		// Whose name is sealed carries a tag or has carried one.
		return s.settleNames(ctx, tx, "p.id IN (SELECT person_id FROM person_tag) AND p.id > @after", pgx.NamedArgs{"after": after, "most": resealAtOnce})
	}, func(rows int) { settled += rows })
	return settled, err
}

// settleNames seals or opens the names of those of some people that are not as
// their tags want it, and gives who it was. Whoever calls holds the key and has
// all tags in sight.
func (s *Service) settleNames(ctx context.Context, tx pgx.Tx, which string, args pgx.NamedArgs) ([]uuid.UUID, error) {
	args["today"] = s.today()
	rows, err := tx.Query(ctx, `
SELECT p.id, p.name_sealed IS NULL, `+NameColumn+` FROM person p
WHERE `+which+` AND (p.name_sealed IS NOT NULL) <> EXISTS (SELECT FROM person_tag t WHERE t.person_id = p.id AND t.until >= @today)
ORDER BY p.id LIMIT @most FOR UPDATE OF p`, args)
	if err != nil {
		return nil, fmt.Errorf("names to seal: %w", err)
	}
	var ids []uuid.UUID
	var names, seconds, thirds, initials []string
	var sealed, blinds [][]byte
	var id uuid.UUID
	var open bool
	var kept []byte
	if _, err := pgx.ForEachRow(rows, []any{&id, &open, &kept}, func() error {
		name, err := s.NameOf(kept)
		if err != nil {
			return fmt.Errorf("person %s: %w", id, err)
		}
		e := entry{named: nameParts(name)}
		if e.Name = name; open {
			s.conceal(&e)
		}
		ids, names, seconds, thirds, initials = append(ids, id), append(names, e.name), append(seconds, e.second), append(thirds, e.third), append(initials, e.initials)
		sealed, blinds = append(sealed, e.nameSeal), append(blinds, e.nameBlind)
		return nil
	}); err != nil || len(ids) == 0 {
		return nil, err
	}
	_, err = tx.Exec(ctx, `
UPDATE person p SET name = n.name, name_2 = n.second, name_3 = n.third, initials = n.initials, name_sealed = n.sealed, name_blind = n.blind
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[]) AS n (id, name, second, third, initials, sealed, blind)
WHERE p.id = n.id`, ids, names, seconds, thirds, initials, sealed, blinds)
	if err != nil {
		return nil, fmt.Errorf("names to seal: %w", err)
	}
	return ids, nil
}
