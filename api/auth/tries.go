package auth

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// counted is what a wrong try is counted for, and how many it may be.
type counted struct {
	key string
	allowance
}

// hear brings this process's counts up to those of all processes over the
// database, so that as many tries are allowed with several of them as with one.
func (s *Service) hear(ctx context.Context, now time.Time, list []counted) error {
	rows, err := s.pool.Query(ctx, "SELECT name, times, last_at FROM sign_in_try WHERE name = ANY ($1) AND last_at > $2", s.namesOf(list), now.Add(-forgotten))
	if err != nil {
		return fmt.Errorf("wrong tries: %w", err)
	}
	var name []byte
	var times int
	var last time.Time
	_, err = pgx.ForEachRow(rows, []any{&name, &times, &last}, func() error {
		for _, c := range list {
			if bytes.Equal(name, s.nameOf(c)) {
				s.throttle.raise(now, c.key, times, last)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("wrong tries: %w", err)
	}
	return nil
}

// spread tells the other processes of a wrong try. What is right, and what had to
// wait, is written nowhere: an attack writes as seldom as it may try.
func (s *Service) spread(ctx context.Context, now time.Time, list []counted) error {
	_, err := s.pool.Exec(ctx, `
INSERT INTO sign_in_try (name, times, last_at) SELECT name, 1, $2::timestamptz FROM unnest($1::bytea[]) AS of (name)
ON CONFLICT (name) DO UPDATE SET times = CASE WHEN sign_in_try.last_at > $3 THEN sign_in_try.times + 1 ELSE 1 END, last_at = EXCLUDED.last_at`, s.namesOf(list), now, now.Add(-forgotten))
	if err != nil {
		return fmt.Errorf("wrong tries: %w", err)
	}
	return nil
}

// nameOf says nothing of the login or the address. After a change of key counting
// begins anew.
func (s *Service) nameOf(c counted) []byte { return s.Keys.Blind("sign-in try", c.key) }

// namesOf is in one order everywhere: who counts two does not wait for who counts
// the same two.
func (s *Service) namesOf(list []counted) [][]byte {
	names := make([][]byte, len(list))
	for i, c := range list {
		names[i] = s.nameOf(c)
	}
	slices.SortFunc(names, bytes.Compare)
	return names
}

// Sweep takes out what no longer counts.
func (s *Service) Sweep(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, "DELETE FROM sign_in_try WHERE last_at <= $1", s.now().Add(-forgotten)); err != nil {
		return fmt.Errorf("wrong tries: %w", err)
	}
	return nil
}
