package person

import (
	"context"
	"errors"
	"sync"
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

// allowance counts what each account has taken within an hour. It is of this
// process; what was shown is in the audit log.
type allowance struct {
	most  int
	mu    sync.Mutex
	taken map[uuid.UUID][]time.Time
}

// take takes one, or says how long to wait for the next.
func (a *allowance) take(account uuid.UUID, now time.Time) (wait time.Duration, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.taken == nil {
		a.taken = map[uuid.UUID][]time.Time{}
	}
	list := a.taken[account]
	for len(list) > 0 && !list[0].After(now.Add(-time.Hour)) {
		list = list[1:]
	}
	if len(list) >= a.most {
		a.taken[account] = list
		return list[0].Add(time.Hour).Sub(now), false
	}
	a.taken[account] = append(list, now)
	return 0, true
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
		var number, phone []byte
		var scope string
		err := tx.QueryRow(ctx, "SELECT p.scope_code, p.name, p.born_on, p.id_sealed, p.phone_sealed FROM person p WHERE p.id = @id AND "+by.People().Where("p.scope_code", "", args), args).
			Scan(&scope, &out.Name, &born, &number, &phone)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("person")
		}
		if err != nil {
			return err
		}
		if by.Key {
			return fault.New(fault.Forbidden, "person.reader", "Records are read in full by a person's account, not by a key.")
		}
		if wait, ok := s.reveals.take(by.ID, s.Now()); !ok {
			return fault.Newf(fault.TooMany, "person.reveals", "You have read %d records within an hour, which is as many as there may be; the next in %d minutes.", revealsAnHour, int(wait.Minutes())+1)
		}
		out.BornOn = dayText(born)
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
