package organisation

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/find"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/place"
	"onemap/geo/crs"
)

// desk is the source of organisations that were entered by hand.
const desk = "desk"

// Edit changes what is given of an organisation; empty texts and zero ids and
// days take a value out.
type Edit struct {
	USCC, Name, NameEn, Kind, Industry, Phone, Address *string
	Employees                                          *int
	BuildingID, DwellingID                             *uuid.UUID
	OpenedOn, ClosedOn                                 *time.Time
	Point                                              *orb.Point
}

// writing is the sight of those who keep the register.
func writing(ctx context.Context) (actor.Actor, error) {
	by := actor.From(ctx)
	if !by.Has(actor.Registrar, actor.Administrator) {
		return by, fault.New(fault.Forbidden, "organisation.role", "The register is kept by registrars and administrators.")
	}
	return by, nil
}

// mayWrite says whether somebody keeps the register where a code is.
func mayWrite(by actor.Actor, scope string) bool {
	for _, g := range by.Grants {
		one := actor.Actor{Grants: []actor.Grant{g}}
		if (g.Role == actor.Registrar || g.Role == actor.Administrator) && one.People().Holds(scope, "") {
			return true
		}
	}
	return false
}

var errElsewhere = fault.New(fault.Forbidden, "organisation.elsewhere", "You keep the register of another area.")

// Create enters an organisation in the area of whoever does.
// The same reference again is the same organisation.
func (s *Service) Create(ctx context.Context, r Row) (Organisation, error) {
	return s.write(ctx, uuid.Nil, 0, func(Row) Row { return r })
}

// Update changes an organisation of which the actor saw the revision.
func (s *Service) Update(ctx context.Context, id uuid.UUID, rev int64, e Edit) (Organisation, error) {
	return s.write(ctx, id, rev, func(r Row) Row {
		for _, f := range []struct{ to, from *string }{
			{&r.USCC, e.USCC}, {&r.Name, e.Name}, {&r.NameEn, e.NameEn}, {&r.Kind, e.Kind}, {&r.Industry, e.Industry}, {&r.Phone, e.Phone}, {&r.Address, e.Address},
		} {
			if f.from != nil {
				*f.to = *f.from
			}
		}
		if e.Address != nil {
			r.AddressKey = ""
		}
		if e.Employees != nil {
			r.Employees = e.Employees
		}
		for _, f := range []struct{ to, from *uuid.UUID }{{&r.BuildingID, e.BuildingID}, {&r.DwellingID, e.DwellingID}} {
			if f.from != nil {
				*f.to = *f.from
			}
		}
		for _, f := range []struct{ to, from *time.Time }{{&r.OpenedOn, e.OpenedOn}, {&r.ClosedOn, e.ClosedOn}} {
			if f.from != nil {
				*f.to = *f.from
			}
		}
		if e.Point != nil {
			r.Point = e.Point
		}
		return r
	})
}

// write enters (zero id) or changes an organisation in one transaction.
func (s *Service) write(ctx context.Context, id uuid.UUID, rev int64, next func(Row) Row) (Organisation, error) {
	by, err := writing(ctx)
	if err != nil {
		return Organisation{}, err
	}
	var out Organisation
	err = pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		ix, err := s.Regions.Hold(ctx, tx)
		if err != nil {
			return err
		}
		var had Row
		if id != uuid.Nil {
			if had, err = lock(ctx, tx, by, id, rev); err != nil {
				return err
			}
		}
		r, wrong := prepare(next(had))
		if id == uuid.Nil {
			made, err := link.Again(ctx, tx, "organisation", desk, r.Ref)
			if err != nil {
				return err
			}
			if made != uuid.Nil {
				out, err = byID(ctx, tx, made)
				if err == nil && !mayWrite(by, out.ScopeCode) {
					err = errElsewhere
				}
				return err
			}
		}
		var f fault.Fields
		for _, w := range wrong {
			f.Add("body."+w.Location, w.Value, "%s", w.Message)
		}
		if err := unseen(ctx, tx, by, had, r, &f); err != nil {
			return err
		}
		if err := f.Err("organisation.invalid"); err != nil {
			return err
		}
		list := []Row{r}
		if err := points(ctx, tx, list); err != nil {
			return err
		}
		r = list[0]
		at := *r.Point
		if bad := place.Near(ix, crs.NameWGS84, at[0], at[1], crs.FromPoint(at), "body.lon"); bad != nil {
			f.Add(bad.Location, bad.Value, "%s", bad.Message)
			return f.Err("organisation.invalid")
		}
		gridCode, scope := place.Codes(ix.Locate(crs.FromPoint(at)))
		if !mayWrite(by, scope) {
			return errElsewhere
		}
		out, err = s.put(ctx, tx, id, r, gridCode, scope)
		return inWords(err)
	})
	return out, err
}

// unseen says of the building and the dwelling that an organisation is newly tied
// to that there is none, where whoever ties it does not see one. To keep the
// register of an organisation's place is enough to change it; what it is tied to
// may lie in another area that one sees.
func unseen(ctx context.Context, tx pgx.Tx, by actor.Actor, had, r Row, f *fault.Fields) error {
	for _, tie := range []struct {
		table   string
		had, is uuid.UUID
	}{{"building", had.BuildingID, r.BuildingID}, {"dwelling", had.DwellingID, r.DwellingID}} {
		if tie.is == uuid.Nil || tie.is == tie.had {
			continue
		}
		args := pgx.NamedArgs{"id": tie.is}
		var seen bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+tie.table+" WHERE id = @id AND "+by.Area().Where("scope_code", "", args)+")", args).Scan(&seen); err != nil {
			return err
		}
		if !seen {
			f.Add("body."+tie.table+"_id", nil, "there is no such %s", tie.table)
		}
	}
	return nil
}

// lock locks an organisation and gives it as a row.
func lock(ctx context.Context, tx pgx.Tx, by actor.Actor, id uuid.UUID, rev int64) (Row, error) {
	var (
		r                  Row
		uscc               *string
		employees          *int32
		building, dwelling *uuid.UUID
		opened, closed     *time.Time
		at                 orb.Point
		scope              string
		seen               int64
	)
	err := tx.QueryRow(ctx, `
SELECT uscc, name, name_en, kind, industry, phone, employees, address, address_key, building_id, dwelling_id, opened_on, closed_on, point, scope_code, rev
FROM organisation WHERE id = $1 FOR UPDATE`, id).
		Scan(&uscc, &r.Name, &r.NameEn, &r.Kind, &r.Industry, &r.Phone, &employees, &r.Address, &r.AddressKey, &building, &dwelling, &opened, &closed, &at, &scope, &seen)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return r, fault.Missing("organisation")
	case err != nil:
		return r, err
	case !by.Area().Holds(scope, ""):
		return r, fault.Missing("organisation")
	case !mayWrite(by, scope):
		return r, errElsewhere
	case seen != rev:
		return r, fault.New(fault.Stale, "organisation.conflict", "Somebody else changed this organisation in the meantime. Nothing was done; look at it again.")
	}
	r.Point = &at
	if uscc != nil {
		r.USCC = *uscc
	}
	if employees != nil {
		n := int(*employees)
		r.Employees = &n
	}
	for _, f := range []struct{ to, from *uuid.UUID }{{&r.BuildingID, building}, {&r.DwellingID, dwelling}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	for _, f := range []struct{ to, from *time.Time }{{&r.OpenedOn, opened}, {&r.ClosedOn, closed}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	return r, nil
}

func (s *Service) put(ctx context.Context, tx pgx.Tx, id uuid.UUID, r Row, gridCode *string, scope string) (Organisation, error) {
	var employees any
	if r.Employees != nil {
		employees = *r.Employees
	}
	args := pgx.NamedArgs{
		"id": id, "source": desk, "uscc": pg.OrNull(r.USCC), "name": r.Name, "name_en": r.NameEn, "kind": r.Kind, "industry": r.Industry, "phone": r.Phone, "employees": employees,
		"address": r.Address, "address_key": r.AddressKey, "building": pg.OrNull(r.BuildingID), "dwelling": pg.OrNull(r.DwellingID), "opened": pg.OrNull(r.OpenedOn), "closed": pg.OrNull(r.ClosedOn),
		"point": *r.Point, "grid": gridCode, "scope": scope, "words": find.Words(r.Name, r.NameEn, r.Address), "now": s.Now(),
	}
	sql := updateOne
	if id == uuid.Nil {
		id = s.NewID()
		args["id"], args["ref"] = id, cmp.Or(r.Ref, id.String())
		sql = insertOne
	}
	if _, err := tx.Exec(ctx, sql, args); err != nil {
		return Organisation{}, err
	}
	out, err := byID(ctx, tx, id)
	if err != nil {
		return out, err
	}
	return out, change.Record(ctx, tx, change.Change{Kind: "organisation", Object: id.String(), Rev: out.Rev, At: s.Now(), Body: struct{}{}})
}

const insertOne = `
INSERT INTO organisation (id, source, source_ref, uscc, name, name_en, kind, industry, phone, employees, address, address_key, building_id, dwelling_id, opened_on, closed_on,
    point, grid_code, scope_code, words, rev, updated_at)
VALUES (@id, @source, @ref, @uscc, @name, @name_en, @kind, @industry, @phone, @employees, @address, @address_key, @building, @dwelling, @opened, @closed,
    @point, @grid, @scope, @words, 1, @now)`

const updateOne = `
UPDATE organisation SET uscc = @uscc, name = @name, name_en = @name_en, kind = @kind, industry = @industry, phone = @phone, employees = @employees, address = @address,
    address_key = @address_key, building_id = @building, dwelling_id = @dwelling, opened_on = @opened, closed_on = @closed, point = @point, grid_code = @grid, scope_code = @scope,
    words = @words, rev = rev + 1, updated_at = @now
WHERE id = @id`
