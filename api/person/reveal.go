package person

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/vault"
)

// revealsAnHour is how many records an account may see in full in an hour: more
// than a registrar's visits, fewer than a copy of the register.
const revealsAnHour = 120

// allowance counts what each account has taken within an hour. It is of this
// process; what was shown is in person_reading.
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
	purpose = strings.TrimSpace(purpose)
	if n := utf8.RuneCountInString(purpose); n < 2 || n > 200 || strings.ContainsFunc(purpose, unicode.IsControl) {
		var f fault.Fields
		f.Add("body.purpose", nil, "say what the record is read for, in 2 to 200 characters")
		return out, f.Err("person.purpose")
	}
	err := vault.In(ctx, s.Pool, sightOf(by), func(tx pgx.Tx) error {
		args := pgx.NamedArgs{"id": id}
		var born *time.Time
		var number, phone []byte
		err := tx.QueryRow(ctx, "SELECT p.name, p.born_on, p.id_sealed, p.phone_sealed FROM person p WHERE p.id = @id AND "+by.People().Where("p.scope_code", "", args), args).
			Scan(&out.Name, &born, &number, &phone)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("person")
		}
		if err != nil {
			return err
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
		_, err = tx.Exec(ctx, "INSERT INTO person_reading (id, person_id, account_id, purpose, at) VALUES ($1, $2, $3, $4, $5)", s.NewID(), id, by.ID, purpose, s.Now())
		if pg.Constraint(err) == "person_reading_account_fk" {
			return fault.New(fault.Forbidden, "person.reader", "Records are read in full by a person's account, not by a key.").Because(err)
		}
		return err
	})
	if err != nil {
		return Revealed{}, err
	}
	return out, nil
}
