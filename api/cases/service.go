package cases

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/audit"
	"onemap/api/blob"
	"onemap/api/change"
	"onemap/api/pg"
	"onemap/api/place"
)

// Regions names regions, holds their edition and knows what was in force when.
type Regions interface {
	place.Keeper
	Name(code string) (name, nameEn string)
	// Span is the editions in force at two times, the first and the last.
	Span(ctx context.Context, since, until time.Time) (from, to int64, err error)
	CaseChain(code string) []ChainLink
}

// Config is what the service works with.
type Config struct {
	Pool       *pgxpool.Pool
	Regions    Regions
	Facilities Facilities
	Photos     blob.Store
	Now        func() time.Time
	NewID      func() uuid.UUID
	// Zone is the city's time zone: it decides which day a case's number carries.
	Zone *time.Location
}

// Service runs the loop.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// Seed brings the transition table and the code lists into the database.
func (s *Service) Seed(ctx context.Context) error {
	return pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error { return seed(ctx, tx) })
}

// Announcement is the body of a case's change: the row as lists show it, and
// where it was seen before.
type Announcement struct {
	Change string `json:"change"` // created, changed
	Row    Row    `json:"row"`
	Was    *Was   `json:"was"`
}

// Was is who saw the case before the change, and where.
type Was struct {
	Lon        float64 `json:"lon"`
	Lat        float64 `json:"lat"`
	ScopeCode  string  `json:"scope_code"`
	Department string  `json:"department"`
}

// announce records the change of a case, as its last write.
func (s *Service) announce(ctx context.Context, tx pgx.Tx, id uuid.UUID, was *Row) (Row, error) {
	row, err := oneRow(ctx, tx, "WHERE c.id = @id", pgx.NamedArgs{"id": id})
	if err != nil {
		return row, err
	}
	s.name(&row)
	a := Announcement{Change: "created", Row: row}
	if was != nil {
		a.Change = "changed"
		a.Was = &Was{Lon: was.Lon, Lat: was.Lat, ScopeCode: was.ScopeCode, Department: deref(was.Department)}
	}
	audit.In(ctx, row.ScopeCode)
	return row, change.Record(ctx, tx, change.Change{Kind: "case", Object: id.String(), Rev: row.Rev, At: row.UpdatedAt, Body: a})
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// name fills in the names that the regions know.
func (s *Service) name(rows ...*Row) {
	for _, r := range rows {
		if r.GridCode != nil {
			r.GridName, r.GridNameEn = s.Regions.Name(*r.GridCode)
		}
	}
}
