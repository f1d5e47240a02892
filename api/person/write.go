package person

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/vault"
)

// NewPerson is somebody as a registrar enters them.
type NewPerson struct {
	Row
	HouseholdID uuid.UUID
}

// Edit changes what is given of a record; an empty number or phone takes it out.
type Edit struct {
	Name, Sex, IDKind, IDNumber, Phone, Kind *string
	BornOn                                   *time.Time
	LivesAlone, Head                         *bool
	HouseholdID                              *uuid.UUID // zero: in no household
}

// desk is the source of people who were entered by hand.
const desk = "desk"

// Create enters somebody, in a dwelling within the actor's sight. The same
// reference again is the same person.
func (s *Service) Create(ctx context.Context, n NewPerson) (Full, error) {
	scope, err := sight(ctx)
	if err != nil {
		return Full{}, err
	}
	ready, wrong := prepare(n.Row, s.today())
	if err := inBody(wrong); err != nil {
		return Full{}, err
	}
	if n.DwellingID == uuid.Nil && !scope.Holds("", "") {
		return Full{}, bodyFault("dwelling_id", "is needed: say where they live; people without a place are entered for the whole city")
	}
	id := s.NewID()
	ready.Ref, ready.ID, ready.BuildingID = cmp.Or(n.Ref, id.String()), id, uuid.Nil
	var out Full
	by := actor.From(ctx)
	err = vault.In(ctx, s.Pool, sightOf(by), func(tx pgx.Tx) error {
		b, err := s.hold(ctx, tx)
		if err != nil {
			return err
		}
		var made uuid.UUID
		if err := vault.Within(ctx, tx, vault.Everywhere(), func() (err error) { // somebody whom they do not see, too
			made, err = link.Again(ctx, tx, "person", desk, n.Ref)
			return err
		}); err != nil {
			return err
		}
		if made != uuid.Nil {
			out, err = s.full(ctx, tx, made, scope)
			return err
		}
		list := []*entry{s.entry(ready, s.today())}
		if n.DwellingID != uuid.Nil {
			if err := dwellingIn(ctx, tx, scope, n.DwellingID); err != nil {
				return err
			}
		}
		if err := places(ctx, tx, list); err != nil {
			return err
		}
		if n.HouseholdID != uuid.Nil {
			if err := householdIn(ctx, tx, scope, n.HouseholdID); err != nil {
				return err
			}
			list[0].household = n.HouseholdID
		}
		for _, tag := range list[0].Tags {
			if t, _ := tagOf(tag); !t.holds(by, list[0].ScopeCode) {
				return notHeld(tag)
			}
		}
		if err := s.renew(ctx, tx, list); err != nil {
			return err
		}
		if err := s.insert(ctx, tx, b, checked, arrivals{list, 1}); err != nil {
			return inWords(err)
		}
		out, err = s.announce(ctx, tx, id)
		return err
	})
	return out, err
}

// Update changes a record of which the actor saw the revision.
func (s *Service) Update(ctx context.Context, id uuid.UUID, rev int64, e Edit) (Full, error) {
	return s.alter(ctx, id, func(tx pgx.Tx, had seen) error {
		if had.rev != rev {
			return fault.New(fault.Stale, "person.conflict", "Somebody else changed this record in the meantime. Nothing was done; look at it again.")
		}
		household := had.household
		overlay(&had.Row, &household, e)
		ready, wrong := prepare(had.Row, s.today())
		if err := inBody(wrong); err != nil {
			return err
		}
		if household != had.household && household != uuid.Nil {
			if err := householdIn(ctx, tx, actor.From(ctx).People(), household); err != nil {
				return err
			}
		}
		return inWords(s.rewrite(ctx, tx, s.entry(ready, s.today()), household, had.secret))
	})
}

func overlay(r *Row, household *uuid.UUID, e Edit) {
	for _, f := range []struct{ to, from *string }{
		{&r.Name, e.Name}, {&r.Sex, e.Sex}, {&r.IDKind, e.IDKind}, {&r.IDNumber, e.IDNumber}, {&r.Phone, e.Phone}, {&r.Kind, e.Kind},
	} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if e.BornOn != nil {
		r.BornOn = *e.BornOn
	}
	if e.LivesAlone != nil {
		r.LivesAlone = e.LivesAlone
	}
	if e.Head != nil {
		r.Head = *e.Head
	}
	if e.HouseholdID != nil {
		*household = *e.HouseholdID
	}
}

// rewrite writes the record's own columns. What is sealed is sealed anew.
func (s *Service) rewrite(ctx context.Context, tx pgx.Tx, e *entry, household uuid.UUID, secret bool) error {
	if err := s.renew(ctx, tx, []*entry{e}); err != nil {
		return err
	}
	if secret {
		s.conceal(e)
	}
	_, err := tx.Exec(ctx, `
UPDATE person SET name = @name, name_2 = @name_2, name_3 = @name_3, initials = @initials, name_sealed = @name_sealed, name_blind = @name_blind, sex = @sex, born_on = @born_on, id_kind = @id_kind,
    id_sealed = @id_sealed, id_blind = @id_blind, phone_sealed = @phone_sealed, phone_blind = @phone_blind, kind = @kind, lives_alone = @lives_alone,
    household_id = @household, head = @head, rev = rev + 1, updated_at = @now
WHERE id = @id`, pgx.NamedArgs{
		"id": e.id, "name": e.name, "name_2": e.second, "name_3": e.third, "initials": e.initials, "name_sealed": e.nameSeal, "name_blind": e.nameBlind, "sex": e.Sex, "born_on": pg.OrNull(e.BornOn), "id_kind": e.doc.kind,
		"id_sealed": e.numberSeal, "id_blind": e.numberBlind, "phone_sealed": e.phoneSeal, "phone_blind": e.phoneBlind, "kind": e.Kind,
		"lives_alone": e.LivesAlone != nil && *e.LivesAlone, "household": pg.OrNull(household), "head": e.Head, "now": s.Now(),
	})
	return err
}

// hold keeps the grids as they are until the transaction ends, so that who moves
// in does not miss a redraw, and the key.
func (s *Service) hold(ctx context.Context, tx pgx.Tx) (link.Batch, error) {
	_, err := s.Regions.Hold(ctx, tx)
	if err == nil {
		err = s.Keys.Hold(ctx, tx)
	}
	return link.Batch{Source: desk, NewID: s.NewID, Now: s.Now()}, err
}

// seen is a record as a change finds it, locked until the change ends.
type seen struct {
	Row
	household uuid.UUID
	scope     string // where they are seen
	secret    bool   // the name is sealed
	rev       int64
	left      leaving
}

// lockSeen locks a record within the actor's sight.
func (s *Service) lockSeen(ctx context.Context, tx pgx.Tx, id uuid.UUID) (seen, error) {
	args := pgx.NamedArgs{"id": id}
	out := seen{Row: Row{ID: id, LivesAlone: new(bool)}}
	var born, left *time.Time
	var name, number, phone []byte
	var household *uuid.UUID
	err := tx.QueryRow(ctx, `
SELECT `+NameColumn+`, p.name_sealed IS NOT NULL, p.sex, p.born_on, p.id_kind, p.id_sealed, p.phone_sealed, p.kind, p.lives_alone, p.household_id, p.head, p.left_on, p.left_why, p.scope_code, p.rev
FROM person p WHERE p.id = @id AND `+actor.From(ctx).People().Where("p.scope_code", "", args)+" FOR UPDATE OF p", args).
		Scan(&name, &out.secret, &out.Sex, &born, &out.IDKind, &number, &phone, &out.Kind, out.LivesAlone, &household, &out.Head, &left, &out.left.why, &out.scope, &out.rev)
	if errors.Is(err, pgx.ErrNoRows) {
		return out, fault.Missing("person")
	}
	if err != nil {
		return out, err
	}
	if born != nil {
		out.BornOn = *born
	}
	if left != nil {
		out.left.on = *left
	}
	if household != nil {
		out.household = *household
	}
	if out.Name, err = s.NameOf(name); err != nil {
		return out, err
	}
	if out.IDNumber, err = s.open(sealedNumber, number); err != nil {
		return out, err
	}
	out.Phone, err = s.open(sealedPhone, phone)
	return out, err
}

// announce records that somebody's record has changed, as the last write, and
// gives the record to whoever changed it, even when it has left their sight.
func (s *Service) announce(ctx context.Context, tx pgx.Tx, id uuid.UUID) (Full, error) {
	var out Full
	err := vault.Within(ctx, tx, sightAfter(actor.From(ctx)), func() (err error) {
		out, err = s.full(ctx, tx, id, actor.Everywhere())
		return err
	})
	if err != nil {
		return out, err
	}
	scope, household := actor.From(ctx).People(), []Person{}
	for _, p := range out.Household {
		if scope.Holds(p.ScopeCode, "") {
			household = append(household, p)
		}
	}
	out.Household = household
	audit.In(ctx, out.ScopeCode)
	return out, change.Record(ctx, tx, change.Change{Kind: "person", Object: id.String(), Rev: out.Rev, At: s.Now(), Body: struct{}{}})
}

// dwellingIn refuses a dwelling that the actor does not see.
func dwellingIn(ctx context.Context, q pg.Querier, scope actor.Scope, id uuid.UUID) error {
	args := pgx.NamedArgs{"id": id}
	var there bool
	err := q.QueryRow(ctx, "SELECT EXISTS (SELECT FROM dwelling d WHERE d.id = @id AND "+scope.Where("d.scope_code", "", args)+")", args).Scan(&there)
	if err == nil && !there {
		err = bodyFault("dwelling_id", "is no dwelling")
	}
	return err
}

// householdIn refuses a household of which the actor sees neither home nor member.
func householdIn(ctx context.Context, q pg.Querier, scope actor.Scope, id uuid.UUID) error {
	args := pgx.NamedArgs{"id": id}
	var there bool
	err := q.QueryRow(ctx, "SELECT EXISTS (SELECT FROM household h JOIN dwelling d ON d.id = h.dwelling_id WHERE h.id = @id AND "+scope.Where("d.scope_code", "", args)+
		") OR EXISTS (SELECT FROM person p WHERE p.household_id = @id AND "+scope.Where("p.scope_code", "", args)+")", args).Scan(&there)
	if err == nil && !there {
		err = bodyFault("household_id", "is no household")
	}
	return err
}

func inBody(wrong []fault.Field) error {
	var f fault.Fields
	for _, w := range wrong {
		f.Add("body."+w.Location, nil, "%s", w.Message)
	}
	return f.Err("person.invalid")
}

func bodyFault(field, message string) error {
	return inBody([]fault.Field{{Location: field, Message: message}})
}
