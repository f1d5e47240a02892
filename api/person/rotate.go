package person

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/pg"
	"onemap/api/seal"
	"onemap/api/vault"
)

// resealAtOnce is how many people are sealed again in one transaction: a writer
// waits for no more than that.
const resealAtOnce = 500

// Reseal brings everybody under the newest key, a part at a time, in the order
// of their ids.
func (s *Service) Reseal(ctx context.Context, done func(rows int)) error {
	err := s.walk(ctx, func(tx pgx.Tx, after uuid.UUID) ([]uuid.UUID, error) {
		return s.reseal(ctx, tx, "id > @after", pgx.NamedArgs{"after": after, "most": resealAtOnce})
	}, done)
	if err != nil {
		return fmt.Errorf("seal people again: %w", err)
	}
	return nil
}

// walk walks over everybody, a part at a time, with the key held.
func (s *Service) walk(ctx context.Context, part func(tx pgx.Tx, after uuid.UUID) ([]uuid.UUID, error), done func(rows int)) error {
	return s.Keys.Walk(ctx, func(fn func(tx pgx.Tx) error) error { return vault.In(ctx, s.Pool, vault.Everywhere(), fn) }, part, done)
}

// renew brings people under the newest key before entries are written: whom they
// are about, and whoever has one of their numbers. From then on equal numbers
// have equal blinds, and the constraint sees whether one is taken.
func (s *Service) renew(ctx context.Context, tx pgx.Tx, list []*entry) error {
	if err := s.Keys.Hold(ctx, tx); err != nil {
		return err
	}
	s.sealedNow(list)
	if s.Keys.Settled() {
		return nil
	}
	ids, blinds := []uuid.UUID{}, [][]byte{}
	for _, e := range list {
		if e.id != uuid.Nil {
			ids = append(ids, e.id)
		}
		if e.doc.number != "" {
			blinds = append(blinds, s.Keys.Blinds(e.doc.blindKind(), e.doc.number)[1:]...)
		}
	}
	return vault.Within(ctx, tx, vault.Everywhere(), func() error {
		_, err := s.reseal(ctx, tx, "(id = ANY (@ids) OR id_blind = ANY (@blinds))", pgx.NamedArgs{"ids": ids, "blinds": blinds, "most": nil})
		if err != nil {
			return fmt.Errorf("seal people again: %w", err)
		}
		return nil
	})
}

// resealed is somebody's row on its way under the newest key.
type resealed struct {
	id                      uuid.UUID
	kind, ref               string
	number, phone, name     []byte // sealed
	numberBlind, phoneBlind []byte
	nameBlind               []byte
	refs                    []string // what stands for the number: now, and with older keys
}

// reseal seals again those of some people who are sealed with another key than
// the newest, and gives who it was. Whoever calls holds the key.
func (s *Service) reseal(ctx context.Context, tx pgx.Tx, which string, args pgx.NamedArgs) ([]uuid.UUID, error) {
	args["head"] = s.Keys.Head()
	rows, err := tx.Query(ctx, `
SELECT id, id_kind, source_ref, id_sealed, phone_sealed, name_sealed FROM person
WHERE `+which+` AND (`+seal.HeadOf("id_sealed")+" <> @head OR "+seal.HeadOf("phone_sealed")+" <> @head OR "+seal.HeadOf("name_sealed")+` <> @head)
ORDER BY id LIMIT @most FOR UPDATE`, args)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r resealed, err error) {
		if err := row.Scan(&r.id, &r.kind, &r.ref, &r.number, &r.phone, &r.name); err != nil {
			return r, err
		}
		return r, s.resealOne(&r)
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	var ids []uuid.UUID
	var refs, olds, news []string
	var owners []uuid.UUID
	var numbers, numberBlinds, phones, phoneBlinds, names, nameBlinds [][]byte
	for _, r := range list {
		ids, refs = append(ids, r.id), append(refs, r.ref)
		numbers, numberBlinds = append(numbers, r.number), append(numberBlinds, r.numberBlind)
		phones, phoneBlinds = append(phones, r.phone), append(phoneBlinds, r.phoneBlind)
		names, nameBlinds = append(names, r.name), append(nameBlinds, r.nameBlind)
		for _, old := range r.refs[min(1, len(r.refs)):] {
			owners, olds, news = append(owners, r.id), append(olds, old), append(news, r.refs[0])
		}
	}
	for _, change := range []struct {
		sql  string
		args []any
	}{
		{`
UPDATE person p SET id_sealed = n.number, id_blind = n.number_blind, phone_sealed = n.phone, phone_blind = n.phone_blind, name_sealed = n.name, name_blind = n.name_blind, source_ref = n.ref
FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[]) AS n (id, ref, number, number_blind, phone, phone_blind, name, name_blind)
WHERE p.id = n.id`, []any{ids, refs, numbers, numberBlinds, phones, phoneBlinds, names, nameBlinds}},
		{`
UPDATE household h SET source_ref = n.now FROM unnest($1::text[], $2::text[]) AS n (was, now)
WHERE h.source_ref = n.was AND NOT EXISTS (SELECT FROM household o WHERE o.source = h.source AND o.source_ref = n.now)`, []any{olds, news}},
		{`
UPDATE import_link l SET source_ref = n.now FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n (id, was, now)
WHERE l.kind = 'person' AND l.object_id = n.id AND l.source_ref = n.was
    AND NOT EXISTS (SELECT FROM import_link o WHERE o.kind = l.kind AND o.source = l.source AND o.source_ref = n.now)`, []any{owners, olds, news}},
	} {
		if _, err := tx.Exec(ctx, change.sql, change.args...); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// resealOne seals a row anew, and what stands for its number as a reference.
func (s *Service) resealOne(r *resealed) error {
	number, err := s.open(sealedNumber, r.number)
	if err != nil {
		return fmt.Errorf("person %s: %w", r.id, err)
	}
	phone, err := s.open(sealedPhone, r.phone)
	if err != nil {
		return fmt.Errorf("person %s: %w", r.id, err)
	}
	if r.number != nil {
		d := documentKept(r.kind, number)
		r.number, r.numberBlind = s.Keys.Seal(sealedNumber, []byte(number)), s.Keys.Blind(d.blindKind(), number)
		if r.refs = s.refsOfNumber(d); slices.Contains(r.refs, r.ref) {
			r.ref = r.refs[0]
		}
	}
	if r.phone != nil {
		r.phone, r.phoneBlind = s.Keys.Seal(sealedPhone, []byte(phone)), s.Keys.Blind(blindPhone, phone)
	}
	if r.name != nil {
		name, err := s.open(sealedName, r.name)
		if err != nil {
			return fmt.Errorf("person %s: %w", r.id, err)
		}
		r.name, r.nameBlind = s.Keys.Seal(sealedName, []byte(name)), s.Keys.Blind(blindName, name)
	}
	return nil
}

// recall gives entries the references that their people and households are kept
// under: those of an older key, where nobody could make them anew.
func (s *Service) recall(ctx context.Context, q pg.Querier, source string, list []*entry) error {
	if s.Keys.Sole() {
		return nil
	}
	var refs, homes []string
	for _, e := range list {
		if len(e.refs) > 1 {
			refs = append(refs, e.refs...)
		}
		if len(e.homes) > 1 {
			homes = append(homes, e.homes...)
		}
	}
	if len(refs)+len(homes) == 0 {
		return nil
	}
	rows, err := q.Query(ctx, `
SELECT 'p', source_ref FROM person WHERE source = $1 AND source_ref = ANY ($2) UNION ALL
SELECT 'p', source_ref FROM import_link WHERE kind = 'person' AND source = $1 AND source_ref = ANY ($2) UNION ALL
SELECT 'h', source_ref FROM household WHERE source = $1 AND source_ref = ANY ($3)`, source, refs, homes)
	if err != nil {
		return fmt.Errorf("references of people: %w", err)
	}
	there := map[[2]string]bool{}
	var table, ref string
	if _, err := pgx.ForEachRow(rows, []any{&table, &ref}, func() error {
		there[[2]string{table, ref}] = true
		return nil
	}); err != nil {
		return fmt.Errorf("references of people: %w", err)
	}
	for i := range list {
		e := list[i]
		if at := slices.IndexFunc(e.refs, func(ref string) bool { return there[[2]string{"p", ref}] }); at >= 0 {
			e.ref = e.refs[at]
		}
		if at := slices.IndexFunc(e.homes, func(ref string) bool { return there[[2]string{"h", ref}] }); at >= 0 {
			e.HouseholdRef = e.homes[at]
		}
	}
	return nil
}

// Naming counts what needs a key whose hashes cannot be made anew.
func (s *Service) Naming(ctx context.Context, number int) ([]seal.Left, error) {
	list := []seal.Left{
		{What: "marks of erased people, by which files would bring them back"},
		{What: "references of people whose number is not known any more"},
		{What: "references of households whose head is not known"},
		{What: "links of files' rows to people"},
	}
	err := vault.In(ctx, s.Pool, vault.Everywhere(), func(tx pgx.Tx) error {
		name := seal.Named("[np]", number)
		for i, count := range []struct {
			sql string
			by  any
		}{
			{"SELECT count(*) FROM erased_mark WHERE key = $1", number},
			{"SELECT count(*) FROM person WHERE source_ref ~ $1", name},
			{"SELECT count(*) FROM household WHERE source_ref ~ $1", name},
			{"SELECT count(*) FROM import_link WHERE kind = 'person' AND source_ref ~ $1", name},
		} {
			if err := tx.QueryRow(ctx, count.sql, count.by).Scan(&list[i].Rows); err != nil {
				return fmt.Errorf("what names a key: %w", err)
			}
		}
		return nil
	})
	return list, err
}
