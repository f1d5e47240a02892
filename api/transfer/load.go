package transfer

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/building"
	"onemap/api/cases"
	"onemap/api/crosswalk"
	"onemap/api/facility"
	"onemap/api/organisation"
	"onemap/api/person"
	"onemap/api/pg"
	"onemap/api/region"
	"onemap/api/seal"
	"onemap/api/service"
)

// Loader brings files into the slices.
type Loader struct {
	Pool       *pgxpool.Pool
	Regions    *region.Service
	Buildings  *building.Service
	Facilities *facility.Service
	Services   *service.Service

	Organisations *organisation.Service
	People        *person.Service
	Cases         *cases.Service
	Nets          *crosswalk.Service
	// Keys seal the rows that wait for a person's decision.
	Keys *seal.Keys
	// Folder keeps uploaded files until their import is deleted.
	Folder string
	// Zone is the city's time zone, for times that name none.
	Zone  *time.Location
	NewID func() uuid.UUID
	Now   func() time.Time

	running background
}

// errDryRun rolls a dry run's transaction back.
var errDryRun = errors.New("dry run")

// inTx runs do in one transaction, and rolls it back after a dry run.
func (l *Loader) inTx(ctx context.Context, dryRun bool, do func(tx pgx.Tx) error) error {
	err := pg.InTx(ctx, l.Pool, func(tx pgx.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		if dryRun {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		return nil
	}
	return err
}
