package person

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/vault"
	"onemap/geo/grid"
)

// Trace is whoever keeps something else of people: rows of files that wait.
type Trace interface {
	// ForgetPeople takes away, in the caller's transaction, what names one of the
	// people or came under one of the references.
	ForgetPeople(ctx context.Context, tx pgx.Tx, ids []uuid.UUID, refs []link.Ref) error
}

// eraseAtOnce is how many people are erased in one transaction: as many as an
// entry of the audit log names.
const eraseAtOnce = 50

// departed is somebody who is to be erased.
type departed struct {
	id, household uuid.UUID
	source, ref   string
	numberBlind   []byte
	number        string   // opened
	hashedRefs    []string // what a reference that is the person's own number is kept as, with each key
	left          leaving
	place         string // where the person is seen; of who has left the city of the last home, '' when none is known
}

// Overdue is the day before which whoever left has been kept for long enough, at
// the beginning of a month: all who left in one month go together. Zero: nobody.
func (s *Service) Overdue() time.Time {
	months := 0
	if s.Keep != nil {
		months = s.Keep()
	}
	if months <= 0 {
		return time.Time{}
	}
	t := s.today()
	return time.Date(t.Year(), t.Month()-time.Month(months), 1, 0, 0, 0, 0, time.UTC)
}

// errNobody ends a transaction in which nobody is left to erase, without an entry.
var errNobody = errors.New("nobody is left to erase")

// EraseLeft erases who left before a day, few at a time, and gives how many; dry
// only counts them. Two at once share the work. What was erased stays erased
// when it breaks off, and the next time goes on.
func (s *Service) EraseLeft(ctx context.Context, before time.Time, dry bool) (n int64, err error) {
	var enough map[cell]bool
	// Who only looks leaves no entry.
	err = vault.In(pg.WithCompanion(ctx, nil), s.Pool, vault.Everywhere(), func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM person WHERE left_on < $1", before).Scan(&n); err != nil || dry || n == 0 {
			return err
		}
		coming, there, err := movesOf(ctx, tx, "p.left_on < @before", pgx.NamedArgs{"before": before})
		enough = groups(coming, there)
		return err
	})
	if err != nil || dry || n == 0 {
		return n, err
	}
	n = 0
	for {
		var done int
		err := vault.In(ctx, s.Pool, vault.Everywhere(), func(tx pgx.Tx) error {
			list, err := s.departing(ctx, tx, "left_on < @before ORDER BY left_on, id LIMIT @most FOR UPDATE SKIP LOCKED", pgx.NamedArgs{"before": before, "most": eraseAtOnce})
			if done = len(list); err == nil && done == 0 {
				err = errNobody
			}
			if err != nil {
				return err
			}
			// Each city's own are an entry of that city: its administrators see it, and no other's.
			place := list[0].place
			list = slices.DeleteFunc(list, func(p departed) bool { return p.place != place })
			done = len(list)
			audit.For(ctx, fmt.Sprintf("the time is over for which who left before %s was kept", before.Format(time.DateOnly)))
			return s.erase(ctx, tx, list, enough)
		})
		switch {
		case errors.Is(err, errNobody):
			return n, nil
		case err != nil:
			return n, err
		}
		n += int64(done)
	}
}

// Erase erases one person, whatever the reason: an administrator of the place
// does it, or the program's own command. Registrars see the person and ask.
func (s *Service) Erase(ctx context.Context, id uuid.UUID, reason string) error {
	by := actor.From(ctx)
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 200 || strings.ContainsFunc(reason, unicode.IsControl) {
		return bodyFault("reason", "say why the record is erased, in 2 to 200 characters")
	}
	sight := sightOf(by)
	if by.IsCommand() {
		sight = vault.Everywhere()
	}
	return vault.In(ctx, s.Pool, sight, func(tx pgx.Tx) error {
		if !by.IsCommand() {
			had, err := s.lockSeen(ctx, tx, id)
			if err != nil {
				return err
			}
			if !administers(by, had.scope) {
				return fault.New(fault.Forbidden, "person.eraser", "A record is erased by an administrator of the place; ask them.")
			}
		}
		return vault.Within(ctx, tx, vault.Everywhere(), func() error {
			list, err := s.departing(ctx, tx, "id = @id FOR UPDATE", pgx.NamedArgs{"id": id})
			if err != nil {
				return err
			}
			if len(list) == 0 {
				return fault.Missing("person")
			}
			audit.For(ctx, reason)
			return s.erase(ctx, tx, list, nil)
		})
	})
}

// administers says whether somebody is administrator where a person is seen.
func administers(a actor.Actor, code string) bool {
	return a.Only(actor.Administrator).People().Holds(code, "")
}

// departing locks people who are to be erased, and brings them under the newest
// key first: marks are made with that one.
func (s *Service) departing(ctx context.Context, tx pgx.Tx, which string, args pgx.NamedArgs) ([]departed, error) {
	rows, err := tx.Query(ctx, "SELECT id FROM person WHERE "+which, args)
	if err != nil {
		return nil, fmt.Errorf("people to erase: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	list := make([]*entry, len(ids))
	for i := range ids {
		list[i] = &entry{id: ids[i]}
	}
	if err := s.renew(ctx, tx, list); err != nil {
		return nil, err
	}
	rows, err = tx.Query(ctx, "SELECT p.id, p.household_id, p.source, p.source_ref, p.id_kind, p.id_blind, p.id_sealed, p.left_on, p.left_why, COALESCE(NULLIF(p.scope_code, ''), left(h.scope_code, $2), '') FROM person p "+lastHome+" WHERE p.id = ANY ($1) ORDER BY p.left_on, p.id", ids, grid.City.Digits())
	if err != nil {
		return nil, fmt.Errorf("people to erase: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p departed, err error) {
		var household *uuid.UUID
		var on *time.Time
		var sealed []byte
		var kind string
		if err := row.Scan(&p.id, &household, &p.source, &p.ref, &kind, &p.numberBlind, &sealed, &on, &p.left.why, &p.place); err != nil {
			return p, err
		}
		if household != nil {
			p.household = *household
		}
		if on != nil {
			p.left.on = *on
		}
		if p.number, err = s.open(sealedNumber, sealed); err == nil && p.number != "" {
			p.hashedRefs = s.refsOfNumber(documentKept(kind, p.number))
		}
		return p, err
	})
}

// erase takes people out, locked and with everything in sight: what is left is
// how many moved, and by what a file would bring them back.
func (s *Service) erase(ctx context.Context, tx pgx.Tx, list []departed, enough map[cell]bool) error {
	ids := make([]uuid.UUID, len(list))
	var homes []uuid.UUID
	for i, p := range list {
		ids[i] = p.id
		if p.household != uuid.Nil {
			homes = append(homes, p.household)
		}
	}
	if err := leaveBehind(ctx, tx, ids, enough); err != nil {
		return err
	}
	refs, err := link.Forget(ctx, tx, linkKind, ids)
	if err != nil {
		return err
	}
	if err := s.mark(ctx, tx, list, refs); err != nil {
		return err
	}
	var callings []link.Ref
	for _, p := range list {
		callings = append(callings, p.callings(refs)...)
	}
	for _, t := range s.Traces {
		if err := t.ForgetPeople(ctx, tx, ids, callings); err != nil {
			return err
		}
	}
	for _, sql := range []string{
		"DELETE FROM person_tag WHERE person_id = ANY ($1)",
		"DELETE FROM residence WHERE person_id = ANY ($1)",
		"DELETE FROM person WHERE id = ANY ($1)",
	} {
		if _, err := tx.Exec(ctx, sql, ids); err != nil {
			return fmt.Errorf("erase people: %w", err)
		}
	}
	if err := s.emptied(ctx, tx, list, homes); err != nil {
		return err
	}
	for _, p := range list {
		audit.In(ctx, p.place)
		audit.Note(ctx, "person", p.id.String(), "erased")
	}
	return change.Record(ctx, tx, change.Bulk("person", s.Now(), len(list)))
}

// emptied takes away households that nobody is left of, and the names of others
// that are an erased person's own number or reference.
func (s *Service) emptied(ctx context.Context, tx pgx.Tx, list []departed, homes []uuid.UUID) error {
	var sources, names []string
	var fresh []uuid.UUID
	for _, p := range list {
		for _, ref := range append([]string{p.ref}, p.hashedRefs...) {
			if ref != "" {
				sources, names, fresh = append(sources, p.source), append(names, ref), append(fresh, s.NewID())
			}
		}
	}
	rows, err := tx.Query(ctx, `
UPDATE household h SET source_ref = n.id::text, rev = h.rev + 1, updated_at = $4
FROM unnest($1::text[], $2::text[], $3::uuid[]) AS n (source, ref, id) WHERE h.source_ref = n.ref AND (h.source = n.source OR n.ref LIKE 'n-%') RETURNING h.id`, sources, names, fresh, s.Now())
	if err != nil {
		return fmt.Errorf("households of erased people: %w", err)
	}
	renamed, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("households of erased people: %w", err)
	}
	_, err = tx.Exec(ctx, "DELETE FROM household h WHERE h.id = ANY ($1) AND NOT EXISTS (SELECT FROM person p WHERE p.household_id = h.id)", append(homes, renamed...))
	if err != nil {
		return fmt.Errorf("households of erased people: %w", err)
	}
	return nil
}
