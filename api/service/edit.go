package service

import (
	"cmp"
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/find"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/place"
	"onemap/api/web"
	"onemap/geo/crs"
)

// registerSource marks the services that a registrar wrote by hand.
const registerSource = "register"

// Entry is a service as a registrar opens it.
type Entry struct {
	Code         string  `json:"code,omitempty"`
	Kind         string  `json:"kind"`
	Name         string  `json:"name"`
	NameEn       string  `json:"name_en,omitempty"`
	Address      string  `json:"address,omitempty"`
	Hours        string  `json:"hours,omitempty"`
	Capacity     int     `json:"capacity,omitempty"`
	CapacityUnit string  `json:"capacity_unit,omitempty"`
	Operator     string  `json:"operator,omitempty"`
	Phone        string  `json:"phone,omitempty"`
	State        string  `json:"state,omitempty"`
	Lon          float64 `json:"lon"`
	Lat          float64 `json:"lat"`
	CRS          string  `json:"crs,omitempty" doc:"The datum of lon and lat, wgs84 when not given."`
}

// Edit is what a registrar changes of a service.
type Edit struct {
	Code         web.Sent[string]  `json:"code,omitempty"`
	Kind         web.Sent[string]  `json:"kind,omitempty"`
	Name         web.Sent[string]  `json:"name,omitempty"`
	NameEn       web.Sent[string]  `json:"name_en,omitempty"`
	Address      web.Sent[string]  `json:"address,omitempty"`
	Hours        web.Sent[string]  `json:"hours,omitempty"`
	Capacity     web.Sent[int]     `json:"capacity,omitempty"`
	CapacityUnit web.Sent[string]  `json:"capacity_unit,omitempty"`
	Operator     web.Sent[string]  `json:"operator,omitempty"`
	Phone        web.Sent[string]  `json:"phone,omitempty"`
	State        web.Sent[string]  `json:"state,omitempty"`
	Lon          web.Sent[float64] `json:"lon,omitempty"`
	Lat          web.Sent[float64] `json:"lat,omitempty"`
	CRS          string            `json:"crs,omitempty" doc:"The datum of lon and lat, wgs84 when not given."`
}

// Add opens a service; the same key again is the same service.
func (s *Service) Add(ctx context.Context, idempotencyKey string, e Entry) (id uuid.UUID, err error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return id, err
	}
	point, err := at(cmp.Or(e.CRS, "wgs84"), e.Lon, e.Lat)
	if err != nil {
		return id, err
	}
	p := Place{
		Ref: cmp.Or(idempotencyKey, s.NewID().String()), Code: e.Code, Kind: e.Kind, Name: e.Name, NameEn: e.NameEn, Address: e.Address, Hours: e.Hours,
		Capacity: e.Capacity, CapacityUnit: e.CapacityUnit, Operator: e.Operator, Phone: e.Phone, State: e.State, Point: point,
	}
	if bad := Check(p); len(bad) > 0 {
		return id, web.Refused(bad, "service.invalid")
	}
	err = pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		ix, err := s.Regions.Hold(ctx, tx)
		if err != nil {
			return err
		}
		if far := place.Near(ix, crs.NameWGS84, e.Lon, e.Lat, crs.FromPoint(point), "lon"); far != nil {
			return web.Refused([]fault.Field{*far}, "service.place")
		}
		if err := web.Registrar(ctx, string(ix.Locate(crs.FromPoint(point)).Scope)); err != nil {
			return err
		}
		if _, err := s.Import(ctx, tx, ix, link.Batch{Source: registerSource, Given: []string{}, NewID: s.NewID, Now: s.Now()}, []Place{p}); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "SELECT id FROM service WHERE source = $1 AND source_ref = $2", registerSource, p.Ref).Scan(&id)
	})
	return id, err
}

func (s *Service) one(ctx context.Context, q pg.Querier, id uuid.UUID, lock string) (Row, error) {
	rows, err := q.Query(ctx, columns+", 0::float8 FROM service WHERE id = $1"+lock, id)
	if err != nil {
		return Row{}, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, scan)
	return r, missing(err)
}

// Edit changes a service if it is as the writer saw it; a new place gets its grid.
func (s *Service) Edit(ctx context.Context, id uuid.UUID, rev int64, e Edit) error {
	return pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		ix, err := s.Regions.Hold(ctx, tx)
		if err != nil {
			return err
		}
		had, err := s.one(ctx, tx, id, " FOR NO KEY UPDATE")
		if err != nil {
			return err
		}
		if err := web.Keeps(ctx, "service", had.ScopeCode); err != nil {
			return err
		}
		if had.Rev != rev {
			return web.Changed("service")
		}
		p := e.over(had.Place)
		if bad := Check(p); len(bad) > 0 {
			return web.Refused(bad, "service.invalid")
		}
		if e.Lon.Given || e.Lat.Given {
			if p.Point, err = at(cmp.Or(e.CRS, "wgs84"), e.Lon.Or(p.Point[0]), e.Lat.Or(p.Point[1])); err != nil {
				return err
			}
			if err := web.Registrar(ctx, string(ix.Locate(crs.FromPoint(p.Point)).Scope)); err != nil {
				return err
			}
		}
		gridCode, scope := place.Codes(ix.Locate(crs.FromPoint(p.Point)))
		_, err = tx.Exec(ctx, `
UPDATE service SET code = NULLIF($2, ''), kind = $3, name = $4, name_en = $5, address = $6, address_key = $7, hours = $8, capacity = NULLIF($9::integer, 0), capacity_unit = $10,
    operator = $11, phone = $12, state = $13, words = $14, point = $15, grid_code = $16, scope_code = $17, rev = rev + 1, updated_at = $18
WHERE id = $1`, id, p.Code, p.Kind, p.Name, p.NameEn, p.Address, key(p.Address), p.Hours, p.Capacity, p.CapacityUnit, p.Operator, p.Phone, cmp.Or(p.State, "open"),
			find.Words(p.Name, p.NameEn, p.Address, p.Code), p.Point, gridCode, scope, s.Now())
		if err != nil {
			return clash(err)
		}
		return change.Record(ctx, tx, change.Change{Kind: "service", Object: id.String(), Rev: rev + 1, At: s.Now(), Body: struct{}{}})
	})
}

// over lays the edit over what there is.
func (e Edit) over(p Place) Place {
	p.Code, p.Kind, p.Name, p.NameEn = e.Code.Or(p.Code), e.Kind.Or(p.Kind), e.Name.Or(p.Name), e.NameEn.Or(p.NameEn)
	p.Address, p.Hours, p.Operator, p.Phone = e.Address.Or(p.Address), e.Hours.Or(p.Hours), e.Operator.Or(p.Operator), e.Phone.Or(p.Phone)
	p.Capacity, p.CapacityUnit, p.State = e.Capacity.Or(p.Capacity), e.CapacityUnit.Or(p.CapacityUnit), e.State.Or(p.State)
	return p
}
