package auth

import (
	"context"

	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
)

// DemoPassword opens every account of the demo town, and no other account ever.
const DemoPassword = "onemap-demo"

// OpenDemo gives the accounts of the demo town their password. Before that the
// town is not whole, and nobody can sign in to any of them.
func (s *Service) OpenDemo(ctx context.Context) error {
	hash, err := s.hash(ctx, DemoPassword)
	if err != nil {
		return err
	}
	_, err = s.pool.Exec(ctx, "UPDATE account SET password_hash = $1, password_set_at = $2 WHERE demo AND password_hash IS NULL", hash, s.now())
	return err
}

// DemoAccounts lists the accounts of a demo town that is whole; in a real city
// there are none. They can be signed in to only where the server is a demo.
func (s *Service) DemoAccounts(ctx context.Context) ([]actor.Actor, error) {
	rows, err := s.pool.Query(ctx, selectActor+`WHERE a.demo AND a.password_hash IS NOT NULL AND a.disabled_at IS NULL ORDER BY a.created_at, a.id`, s.now())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (actor.Actor, error) { return scanActor(row) })
}
