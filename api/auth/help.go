package auth

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/pg"
)

// help does something to the credentials of an account that the actor may touch;
// any other is not found.
func (s *Service) help(ctx context.Context, account uuid.UUID, what string, do func(tx pgx.Tx, x Account, by actor.Actor) error) error {
	return pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		by := actor.From(ctx)
		x, err := s.manageable(ctx, tx, by, account)
		if err != nil {
			return err
		}
		audit.Note(ctx, "account", account.String(), what)
		audit.In(ctx, x.Scope)
		return do(tx, x, by)
	})
}

// ResetLink makes a one-time link for somebody else's account. Their password
// goes on working until the link is used.
func (s *Service) ResetLink(ctx context.Context, account uuid.UUID) (l Link, err error) {
	err = s.help(ctx, account, "link", func(tx pgx.Tx, x Account, by actor.Actor) error {
		switch {
		case x.Demo:
			return errDemoAccount
		case x.DisabledAt != nil:
			return fault.New(fault.Conflict, "account.disabled", "This account is closed; open it first.")
		}
		l, err = s.makeLink(ctx, tx, x.ID, by.ID)
		return err
	})
	return l, err
}

// SessionsOf lists where somebody else is signed in.
func (s *Service) SessionsOf(ctx context.Context, account uuid.UUID) ([]Device, error) {
	x, err := s.manageable(ctx, s.pool, actor.From(ctx), account)
	if err != nil {
		return nil, err
	}
	return s.devices(ctx, s.pool, x.ID, actor.From(ctx).Session)
}

// EndSessions signs somebody else out, at one device or everywhere.
func (s *Service) EndSessions(ctx context.Context, account, one uuid.UUID) error {
	return s.help(ctx, account, "sessions", func(tx pgx.Tx, x Account, _ actor.Actor) error {
		return endSessions(ctx, tx, x.ID, one, uuid.Nil)
	})
}

// ResetFactors takes somebody else's second factors away, who has lost the phone,
// and signs them out. Nobody does so to themselves: that would be a way around.
func (s *Service) ResetFactors(ctx context.Context, account uuid.UUID) error {
	return s.help(ctx, account, "factors", func(tx pgx.Tx, x Account, by actor.Actor) error {
		if x.ID == by.ID {
			return fault.New(fault.Conflict, "account.self", "Nobody takes their own second factor away like this; do so in your own account's security.")
		}
		return removeFactors(ctx, tx, x.ID)
	})
}
