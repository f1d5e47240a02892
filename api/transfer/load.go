package transfer

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/building"
	"onemap/api/facility"
	"onemap/api/pg"
	"onemap/api/region"
	"onemap/api/service"
)

// Loader brings files into the slices.
type Loader struct {
	Pool       *pgxpool.Pool
	Regions    *region.Service
	Buildings  *building.Service
	Facilities *facility.Service
	Services   *service.Service
	NewID      func() uuid.UUID
	Now        func() time.Time
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
