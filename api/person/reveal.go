package person

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/vault"
)

// revealsAnHour is how many records an account may see in full in an hour: more
// than a registrar's visits, fewer than a copy of the register.
const revealsAnHour = 120

// take takes one of an account's reveals of an hour, or says how long to wait
// for the next. All processes on a database count together: the row is locked
// until the transaction ends, and what was not shown was not taken.
func (s *Service) take(ctx context.Context, tx pgx.Tx, account uuid.UUID) (wait time.Duration, ok bool, err error) {
	now := s.Now()
	since := now.Add(-time.Hour)
	tag, err := tx.Exec(ctx, `
INSERT INTO person_allowance AS a (account_id, taken) VALUES ($1, ARRAY[$2::timestamptz])
ON CONFLICT (account_id) DO UPDATE SET taken = ARRAY(SELECT t FROM unnest(a.taken) t WHERE t > $3 ORDER BY t) || $2::timestamptz
WHERE (SELECT count(*) FROM unnest(a.taken) t WHERE t > $3) < $4`, account, now, since, revealsAnHour)
	if err != nil || tag.RowsAffected() == 1 {
		return 0, err == nil, err
	}
	var oldest time.Time
	err = tx.QueryRow(ctx, "SELECT min(t) FROM person_allowance, unnest(taken) t WHERE account_id = $1 AND t > $2", account, since).Scan(&oldest)
	return oldest.Sub(since), false, err
}

// Revealed is a record in full.
type Revealed struct {
	Name     string  `json:"name"`
	IDNumber string  `json:"id_number"`
	Phone    string  `json:"phone"`
	BornOn   *string `json:"born_on"`
}

// Reveal shows a record within the actor's sight in full, and keeps who read it,
// when and what for; nothing is shown that is not kept.
func (s *Service) Reveal(ctx context.Context, id uuid.UUID, purpose string) (Revealed, error) {
	var out Revealed
	by := actor.From(ctx)
	purpose, err := audit.Purpose(purpose, "body.purpose")
	if err != nil {
		return out, err
	}
	if err := audit.Insist(ctx); err != nil {
		return out, err
	}
	err = vault.In(ctx, s.Pool, sightOf(by), func(tx pgx.Tx) error {
		args := pgx.NamedArgs{"id": id}
		var born *time.Time
		var name, number, phone []byte
		var scope string
		err := tx.QueryRow(ctx, "SELECT p.scope_code, "+NameColumn+", p.born_on, p.id_sealed, p.phone_sealed FROM person p WHERE p.id = @id AND "+by.People().Where("p.scope_code", "", args), args).
			Scan(&scope, &name, &born, &number, &phone)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("person")
		}
		if err != nil {
			return err
		}
		if by.Key {
			return fault.New(fault.Forbidden, "person.reader", "Records are read in full by a person's account, not by a key.")
		}
		wait, ok, err := s.take(ctx, tx, by.ID)
		if err != nil {
			return err
		}
		if !ok {
			return fault.Newf(fault.TooMany, "person.reveals", "You have read %d records within an hour, which is as many as there may be; the next in %d minutes.", revealsAnHour, int(wait.Minutes())+1)
		}
		out.BornOn = dayText(born)
		if out.Name, err = s.NameOf(name); err != nil {
			return err
		}
		if out.IDNumber, err = s.open(sealedNumber, number); err != nil {
			return err
		}
		if out.Phone, err = s.open(sealedPhone, phone); err != nil {
			return err
		}
		audit.Note(ctx, "person", id.String(), "name", "id_number", "phone")
		audit.In(ctx, scope)
		audit.For(ctx, purpose)
		return nil
	})
	if err != nil {
		return Revealed{}, err
	}
	return out, nil
}
