package facility

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/place"
	"onemap/api/plate"
)

// New is a facility as an importer gives it. A zero Code gets one drawn for a
// facility that is new.
type New struct {
	Ref               string
	ID                uuid.UUID // the facility it is about, where that is known
	Kind              string
	Name, NameEn      string
	Place             string
	Owner, Maintainer string
	Purpose           string
	Department        string
	State             string // intact when empty
	InstalledOn       time.Time
	Code              plate.Code
	Standard          Codes     // what it is called in code lists
	Point             orb.Point // WGS84
}

// Config is what the service works with. PublicURL is where residents reach this
// server, and what plates carry; empty takes the address a plate is asked for by.
type Config struct {
	Pool      *pgxpool.Pool
	PublicURL string
	// Regions holds the edition of the grids while a facility is given a place.
	Regions place.Keeper
	Now     func() time.Time
	NewID   func() uuid.UUID
}

// Service keeps the facilities.
type Service struct {
	Config
	font string
}

// NewService makes the service.
func NewService(c Config) *Service { return &Service{Config: c} }

// Move follows a redraw of the regions.
func (s *Service) Move(ctx context.Context, tx pgx.Tx, r place.Redraw, now time.Time) (int64, error) {
	return place.Move(ctx, tx, "facility", "FALSE", r, now)
}

// Ahead lists what a redraw of the regions would move.
func (s *Service) Ahead(ctx context.Context, tx pgx.Tx, r place.Redraw) ([]place.Moving, error) {
	return place.Ahead(ctx, tx, "facility", "facility", "FALSE", "t.code", r)
}

// Facility is a facility as anybody may see it.
type Facility struct {
	ID            uuid.UUID
	Code          plate.Code
	Kind, Class   string
	Name, NameEn  string
	Place         string
	Owner         string
	Maintainer    string
	Purpose       string
	Department    string
	State         string
	InstalledOn   *time.Time
	Source        string
	Rev           int64
	Point         orb.Point
	GridCode      *string
	ScopeCode     string
	MetresFromAsk float64
}

const columns = `SELECT id, code, kind, class, name, name_en, place, owner, maintainer, purpose, COALESCE(department_code, ''), state, installed_on, source, rev, point, grid_code, scope_code`

func scan(row pgx.CollectableRow) (f Facility, err error) {
	err = row.Scan(&f.ID, &f.Code, &f.Kind, &f.Class, &f.Name, &f.NameEn, &f.Place, &f.Owner, &f.Maintainer, &f.Purpose, &f.Department, &f.State, &f.InstalledOn, &f.Source, &f.Rev, &f.Point, &f.GridCode, &f.ScopeCode, &f.MetresFromAsk)
	return f, err
}

// ByCode finds the facility that carries a plate.
func (s *Service) ByCode(ctx context.Context, q pg.Querier, code plate.Code) (Facility, error) {
	return one(ctx, q, `WHERE code = $1`, code.Raw())
}

// Typed finds the facility whose plate says what somebody typed: a code of ours
// or of another system. What nobody carries is a mistyped code of ours, as far as
// that can be told, or else not found.
func (s *Service) Typed(ctx context.Context, q pg.Querier, typed string) (Facility, error) {
	codes, why := plate.ParseAny(typed)
	for _, code := range codes {
		f, err := s.ByCode(ctx, q, code)
		if !fault.Is(err, fault.NotFound) {
			return f, err
		}
	}
	if len(codes) > 0 && !plate.Mistyped(why) {
		return Facility{}, fault.Missing("facility")
	}
	var f fault.Fields
	f.Add("path.code", typed, "%s", why.Error())
	return Facility{}, f.Err("plate.code")
}

// ByID finds a facility.
func (s *Service) ByID(ctx context.Context, q pg.Querier, id uuid.UUID) (Facility, error) {
	return one(ctx, q, `WHERE id = $1`, id)
}

func one(ctx context.Context, q pg.Querier, where string, arg any) (Facility, error) {
	rows, err := q.Query(ctx, columns+", 0::float8 FROM facility "+where, arg)
	if err != nil {
		return Facility{}, err
	}
	f, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, fault.Missing("facility")
	}
	return f, err
}

// Title is what the facility is called: its own name, or its kind's.
func (f Facility) Title() (zh, en string) {
	kind := Kinds[f.Kind]
	zh, en = kind.Name, kind.NameEn
	if f.Name != "" {
		zh = f.Name
	}
	if f.NameEn != "" {
		en = f.NameEn
	}
	return zh, en
}
