package facility

import (
	"cmp"
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/find"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/place"
	"onemap/api/plate"
	"onemap/api/web"
	"onemap/geo/crs"
)

// registerSource marks the facilities that a registrar wrote by hand.
const registerSource = "register"

// Entry is a facility as a registrar adds it.
type Entry struct {
	Code          string            `json:"code,omitempty" maxLength:"40" doc:"The plate it carries already; without one it gets a new plate."`
	Kind          string            `json:"kind"`
	Name          string            `json:"name,omitempty"`
	NameEn        string            `json:"name_en,omitempty"`
	Place         string            `json:"place,omitempty"`
	Owner         string            `json:"owner,omitempty"`
	Maintainer    string            `json:"maintainer,omitempty"`
	Purpose       string            `json:"purpose,omitempty"`
	Department    string            `json:"department,omitempty"`
	State         string            `json:"state,omitempty"`
	InstalledOn   string            `json:"installed_on,omitempty" format:"date"`
	StandardCodes map[string]string `json:"standard_codes,omitempty" doc:"What code lists call it, by edition."`
	Lon           float64           `json:"lon"`
	Lat           float64           `json:"lat"`
	CRS           string            `json:"crs,omitempty" doc:"The datum of lon and lat, wgs84 when not given."`
}

// Edit is what a registrar changes of a facility; its plate stays.
type Edit struct {
	Kind          web.Sent[string]  `json:"kind,omitempty"`
	Name          web.Sent[string]  `json:"name,omitempty"`
	NameEn        web.Sent[string]  `json:"name_en,omitempty"`
	Place         web.Sent[string]  `json:"place,omitempty"`
	Owner         web.Sent[string]  `json:"owner,omitempty"`
	Maintainer    web.Sent[string]  `json:"maintainer,omitempty"`
	Purpose       web.Sent[string]  `json:"purpose,omitempty"`
	Department    web.Sent[string]  `json:"department,omitempty"`
	State         web.Sent[string]  `json:"state,omitempty"`
	InstalledOn   web.Sent[string]  `json:"installed_on,omitempty" doc:"YYYY-MM-DD"`
	StandardCodes map[string]string `json:"standard_codes,omitempty" doc:"By edition; an empty code is taken away."`
	Lon           web.Sent[float64] `json:"lon,omitempty"`
	Lat           web.Sent[float64] `json:"lat,omitempty"`
	CRS           string            `json:"crs,omitempty" doc:"The datum of lon and lat, wgs84 when not given."`
}

// located is where a point in a datum lies.
func located(datum string, lon, lat float64) (orb.Point, error) {
	p, _, err := web.Point(cmp.Or(datum, "wgs84"), lon, lat, "body.")
	return p.Point(), err
}

// installed reads a day.
func installed(text string) (time.Time, []fault.Field) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, []fault.Field{{Location: "installed_on", Message: "a day as 2026-03-02", Value: text}}
	}
	return day, nil
}

// Add writes a facility; the same key again is the same facility.
func (s *Service) Add(ctx context.Context, idempotencyKey string, e Entry) (added Facility, err error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return added, err
	}
	point, err := located(e.CRS, e.Lon, e.Lat)
	if err != nil {
		return added, err
	}
	day, bad := installed(e.InstalledOn)
	f := New{
		Ref: cmp.Or(idempotencyKey, s.NewID().String()), Kind: e.Kind, Name: e.Name, NameEn: e.NameEn, Place: e.Place, Owner: e.Owner, Maintainer: e.Maintainer,
		Purpose: e.Purpose, Department: e.Department, State: e.State, InstalledOn: day, Standard: e.StandardCodes, Point: point,
	}
	if e.Code != "" {
		may, why := plate.ParseAny(e.Code)
		if len(may) == 0 || plate.Mistyped(why) {
			bad = append(bad, fault.Field{Location: "code", Message: why.Error(), Value: e.Code})
		} else {
			f.Code = may[0]
		}
	}
	if bad = append(bad, Check(f)...); len(bad) > 0 {
		return added, web.Refused(bad, "facility.invalid")
	}
	err = pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		ix, err := s.Regions.Hold(ctx, tx)
		if err != nil {
			return err
		}
		if far := place.Near(ix, crs.NameWGS84, e.Lon, e.Lat, crs.FromPoint(point), "lon"); far != nil {
			return web.Refused([]fault.Field{*far}, "facility.place")
		}
		scope := string(ix.Locate(crs.FromPoint(point)).Scope)
		if err := web.Registrar(ctx, scope); err != nil {
			return err
		}
		if err := checkCodes(f.Standard, scope); err != nil {
			return err
		}
		if _, err := s.Import(ctx, tx, ix, link.Batch{Source: registerSource, Given: []string{}, NewID: s.NewID, Now: s.Now()}, []New{f}); err != nil {
			return err
		}
		var id uuid.UUID
		if err := tx.QueryRow(ctx, "SELECT id FROM facility WHERE source = $1 AND source_ref = $2", registerSource, f.Ref).Scan(&id); err != nil {
			return err
		}
		added, err = s.ByID(ctx, tx, id)
		return err
	})
	return added, err
}

// checkCodes checks codes of standards against the place of their facility.
func checkCodes(codes Codes, scope string) error {
	var bad []fault.Field
	for name, code := range codes {
		if wrong := CheckCode(name, code, scope); code != "" && wrong != "" {
			bad = append(bad, fault.Field{Location: "standard_codes." + name, Message: wrong, Value: code})
		}
	}
	if len(bad) > 0 {
		return web.Refused(bad, "facility.standard_code")
	}
	return nil
}

// Edit changes a facility if it is as the writer saw it; a new place gets its grid.
func (s *Service) Edit(ctx context.Context, id uuid.UUID, rev int64, e Edit) (f Facility, err error) {
	err = pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		ix, err := s.Regions.Hold(ctx, tx)
		if err != nil {
			return err
		}
		if f, err = one(ctx, tx, "WHERE id = $1 FOR NO KEY UPDATE", id); err != nil {
			return err
		}
		if err := web.Keeps(ctx, "facility", f.ScopeCode); err != nil {
			return err
		}
		if f.Rev != rev {
			return web.Changed("facility")
		}
		n, bad := e.over(f)
		if bad = append(bad, Check(n)...); len(bad) > 0 {
			return web.Refused(bad, "facility.invalid")
		}
		if e.Lon.Given || e.Lat.Given {
			if n.Point, err = located(e.CRS, e.Lon.Or(n.Point[0]), e.Lat.Or(n.Point[1])); err != nil {
				return err
			}
		}
		gridCode, scope := place.Codes(ix.Locate(crs.FromPoint(n.Point)))
		if err := web.Registrar(ctx, scope); err != nil {
			return err
		}
		if err := checkCodes(e.StandardCodes, scope); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
UPDATE facility SET kind = $2, class = $3, name = $4, name_en = $5, place = $6, owner = $7, maintainer = $8, purpose = $9, department_code = NULLIF($10, ''), state = $11,
    installed_on = $12, words = $13, point = $14, grid_code = $15, scope_code = $16, rev = rev + 1, updated_at = $17
WHERE id = $1`, id, n.Kind, Kinds[n.Kind].Class, n.Name, n.NameEn, n.Place, n.Owner, n.Maintainer, n.Purpose, n.Department, cmp.Or(n.State, "intact"), pg.OrNull(n.InstalledOn),
			find.Words(searched.Texts([]string{n.Name, n.NameEn, n.Place, f.Code.Raw(), n.Kind})...), n.Point, gridCode, scope, s.Now())
		if err != nil {
			return clash(err)
		}
		if err := putCodes(ctx, tx, map[uuid.UUID]Codes{id: e.StandardCodes}); err != nil {
			return err
		}
		if f, err = s.ByID(ctx, tx, id); err != nil {
			return err
		}
		return change.Record(ctx, tx, change.Change{Kind: "facility", Object: id.String(), Rev: f.Rev, At: s.Now(), Body: struct{}{}})
	})
	return f, err
}

// over lays the edit over what there is.
func (e Edit) over(f Facility) (New, []fault.Field) {
	n := New{
		Kind: e.Kind.Or(f.Kind), Name: e.Name.Or(f.Name), NameEn: e.NameEn.Or(f.NameEn), Place: e.Place.Or(f.Place), Owner: e.Owner.Or(f.Owner),
		Maintainer: e.Maintainer.Or(f.Maintainer), Purpose: e.Purpose.Or(f.Purpose), Department: e.Department.Or(f.Department), State: e.State.Or(f.State), Point: f.Point,
	}
	if f.InstalledOn != nil {
		n.InstalledOn = *f.InstalledOn
	}
	if !e.InstalledOn.Given {
		return n, nil
	}
	day, bad := installed(e.InstalledOn.Or(""))
	n.InstalledOn = day
	return n, bad
}
