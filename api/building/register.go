package building

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/address"
	"onemap/api/audit"
	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/find"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/web"
)

// registerSource marks the rooms that a registrar wrote by hand.
const registerSource = "register"

// DwellingRow is a dwelling as those see it who may see people.
type DwellingRow struct {
	ID         uuid.UUID `json:"id"`
	BuildingID uuid.UUID `json:"building_id"`
	Unit       string    `json:"unit"`
	Code       string    `json:"code"`
	StoreyFrom int       `json:"storey_from"`
	StoreyTo   int       `json:"storey_to"`
	Use        string    `json:"use"`
	Tenure     string    `json:"tenure"`
	AreaM2     *float64  `json:"area_m2"`
	RealtyCode *string   `json:"realty_code"`
	Address    string    `json:"address"`
	GridCode   *string   `json:"grid_code"`
	ScopeCode  string    `json:"scope_code"`
	Rev        int64     `json:"rev"`
}

const dwellingColumns = `SELECT d.id, d.building_id, COALESCE(u.code, ''), d.code, d.storey_from, d.storey_to, d.use, d.tenure, d.area_m2, d.realty_code, d.address, d.grid_code, d.scope_code, d.rev
FROM dwelling d LEFT JOIN building_unit u ON u.id = d.unit_id `

func scanDwelling(row pgx.CollectableRow) (d DwellingRow, err error) {
	var area *float32
	err = row.Scan(&d.ID, &d.BuildingID, &d.Unit, &d.Code, &d.StoreyFrom, &d.StoreyTo, &d.Use, &d.Tenure, &area, &d.RealtyCode, &d.Address, &d.GridCode, &d.ScopeCode, &d.Rev)
	if area != nil {
		a := tenth(float64(*area))
		d.AreaM2 = &a
	}
	return d, err
}

// DwellingFilter narrows the list of dwellings.
type DwellingFilter struct {
	Building uuid.UUID
	Text     string // an address, or the beginning of a room's number
}

// DwellingPage is a part of the list of dwellings.
type DwellingPage struct {
	Items []DwellingRow `json:"items"`
	Next  string        `json:"next" doc:"The cursor of the next page; empty at the end."`
}

// Dwellings lists rooms in the sight of those who may see people.
func (s *Service) Dwellings(ctx context.Context, f DwellingFilter, limit int, after uuid.UUID) (DwellingPage, error) {
	args := pgx.NamedArgs{}
	where := "WHERE " + actor.From(ctx).People().Where("d.scope_code", "", args)
	if f.Building != uuid.Nil {
		args["building"] = f.Building
		where += " AND d.building_id = @building"
	}
	if f.Text != "" {
		more, err := s.addressed(ctx, f, args)
		if err != nil {
			return DwellingPage{}, err
		}
		where += more
	}
	fetch := func(after uuid.UUID, limit int) ([]DwellingRow, error) {
		args["after"], args["limit"] = after, limit
		rows, err := s.Pool.Query(ctx, dwellingColumns+where+" AND d.id > @after ORDER BY d.id LIMIT @limit", args)
		if err != nil {
			return nil, fmt.Errorf("dwellings: %w", err)
		}
		return pgx.CollectRows(rows, scanDwelling)
	}
	items, next, err := find.Page(after, limit, fetch, func(d DwellingRow) uuid.UUID { return d.ID }, func(DwellingRow) bool { return true })
	return DwellingPage{items, web.Next(next)}, err
}

// addressed is the condition that a room is at a typed address: in the buildings
// of its key, or else in those whose words it holds, with its unit and number.
// Within one building what is typed is the beginning of the number.
func (s *Service) addressed(ctx context.Context, f DwellingFilter, args pgx.NamedArgs) (string, error) {
	if f.Building != uuid.Nil {
		args["code"] = likePrefix(address.Room(f.Text))
		return " AND d.code LIKE @code", nil
	}
	a := address.Parse(f.Text)
	house := f.Text
	args["keys"] = append([]string{}, a.Keys()...)
	var met bool
	if err := s.Pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM building WHERE address_key = ANY(@keys))", args).Scan(&met); err != nil {
		return "", fmt.Errorf("dwellings: %w", err)
	}
	var where string
	if met {
		where = " AND d.building_id IN (SELECT id FROM building WHERE address_key = ANY(@keys))"
	} else {
		if a.Room != "" || a.Unit != "" {
			short := a
			short.Unit, short.Storey, short.Room = "", "", ""
			house = short.String()
		}
		words := find.Query(house)
		if words == "" {
			return " AND FALSE", nil
		}
		args["words"] = words
		where = " AND d.building_id IN (SELECT id FROM building WHERE words @@ @words::tsquery ORDER BY id LIMIT 200)"
	}
	if a.Unit != "" {
		args["unit"] = a.Unit
		where += " AND u.code = @unit"
	}
	if a.Room != "" {
		args["code"] = likePrefix(a.Room)
		where += " AND d.code LIKE @code"
	}
	return where, nil
}

func likePrefix(text string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text) + "%"
}

// DwellingByID is one room in the sight of those who may see people.
func (s *Service) DwellingByID(ctx context.Context, q pg.Querier, id uuid.UUID, lock string) (DwellingRow, error) {
	args := pgx.NamedArgs{"id": id}
	where := "WHERE d.id = @id AND " + actor.From(ctx).People().Where("d.scope_code", "", args) + lock
	rows, err := q.Query(ctx, dwellingColumns+where, args)
	if err != nil {
		return DwellingRow{}, err
	}
	d, err := pgx.CollectExactlyOneRow(rows, scanDwelling)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, fault.Missing("dwelling")
	}
	return d, err
}

// DwellingEdit is what a registrar changes of a room; where it lies in the stack
// is the plan's.
type DwellingEdit struct {
	Code       web.Sent[string]  `json:"code,omitempty"`
	Use        web.Sent[string]  `json:"use,omitempty"`
	Tenure     web.Sent[string]  `json:"tenure,omitempty"`
	AreaM2     web.Sent[float64] `json:"area_m2,omitempty"`
	RealtyCode web.Sent[string]  `json:"realty_code,omitempty"`
}

// EditDwelling changes a room if it is as the writer saw it.
func (s *Service) EditDwelling(ctx context.Context, id uuid.UUID, rev int64, e DwellingEdit) error {
	return pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		had, err := s.DwellingByID(ctx, tx, id, " FOR NO KEY UPDATE OF d")
		if err != nil {
			return err
		}
		if err := web.Keeps(ctx, "dwelling", had.ScopeCode); err != nil {
			return err
		}
		if had.Rev != rev {
			return web.Changed("dwelling")
		}
		d := Dwelling{ID: id, Code: address.Room(e.Code.Or(had.Code)), Use: e.Use.Or(had.Use), Tenure: e.Tenure.Or(had.Tenure)}
		if had.AreaM2 != nil {
			d.AreaM2 = *had.AreaM2
		}
		if had.RealtyCode != nil {
			d.RealtyCode = *had.RealtyCode
		}
		d.AreaM2, d.RealtyCode = e.AreaM2.Or(d.AreaM2), e.RealtyCode.Or(d.RealtyCode)
		if d.Use == "" {
			d.Use = "dwelling"
		}
		if bad := CheckDwelling(d); len(bad) > 0 {
			return web.Refused(bad, "dwelling.invalid")
		}
		var building string
		if err := tx.QueryRow(ctx, "UPDATE building SET rev = rev + 1, updated_at = $2 WHERE id = $1 RETURNING address", had.BuildingID, s.Now()).Scan(&building); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE dwelling SET code = $2, use = $3, tenure = $4, area_m2 = $5, realty_code = $6, address = $7, rev = rev + 1, updated_at = $8 WHERE id = $1",
			id, d.Code, d.Use, d.Tenure, known(d.AreaM2), pg.OrNull(d.RealtyCode), roomAddress(building, had.Unit, d.Code), s.Now())
		if err != nil {
			return clash(err)
		}
		audit.Note(ctx, "dwelling", id.String())
		return change.Record(ctx, tx, change.Bulk("dwelling", s.Now(), 1))
	})
}

// AddDwelling writes a room by hand: it brings the unit and storey it names. The
// same key again is the same room.
func (s *Service) AddDwelling(ctx context.Context, idempotencyKey string, d Dwelling) (id uuid.UUID, err error) {
	if bad := CheckDwelling(d); len(bad) > 0 {
		return id, web.Refused(bad, "dwelling.invalid")
	}
	err = pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		h, err := readHeader(ctx, tx, d.BuildingID, "")
		if err != nil {
			return err
		}
		if err := web.Keeps(ctx, "building", h.Scope); err != nil {
			return err
		}
		if id, err = link.Again(ctx, tx, "dwelling", registerSource, idempotencyKey); err != nil || id != uuid.Nil {
			return err
		}
		found, err := s.FindDwellings(ctx, tx, registerSource, []Dwelling{d})
		if err != nil {
			return err
		}
		if found[0].ID != uuid.Nil {
			return fault.New(fault.Conflict, "dwelling.code", "The unit has a room of this number already.")
		}
		d.Ref = cmp.Or(idempotencyKey, s.NewID().String())
		if _, err := s.ImportDwellings(ctx, tx, link.Batch{Source: registerSource, NewID: s.NewID, Now: s.Now()}, []Dwelling{d}); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "SELECT id FROM dwelling WHERE source = $1 AND source_ref = $2", registerSource, d.Ref).Scan(&id)
	})
	return id, err
}

// RemoveDwelling takes a room away that nobody is tied to.
func (s *Service) RemoveDwelling(ctx context.Context, id uuid.UUID) error {
	return pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		had, err := s.DwellingByID(ctx, tx, id, " FOR UPDATE OF d")
		if err != nil {
			return err
		}
		if err := web.Keeps(ctx, "dwelling", had.ScopeCode); err != nil {
			return err
		}
		tied, err := s.tied(ctx, tx, []uuid.UUID{id})
		if err != nil {
			return err
		}
		if tied[id] > 0 {
			return fault.New(fault.Conflict, "dwelling.tied", "People or organisations are, or were, tied to the room.")
		}
		if err := removeRooms(ctx, tx, []uuid.UUID{id}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE building SET rev = rev + 1, updated_at = $2 WHERE id = $1", had.BuildingID, s.Now()); err != nil {
			return err
		}
		audit.Note(ctx, "dwelling", id.String())
		return change.Record(ctx, tx, change.Bulk("dwelling", s.Now(), 1))
	})
}
