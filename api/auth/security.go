package auth

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/pg"
)

// Security is how somebody signs in, for themselves to see.
type Security struct {
	Password    bool       `json:"password" doc:"Whether the account has a password."`
	PasswordSet *time.Time `json:"password_set_at"`
	TOTP        bool       `json:"totp" doc:"Whether an app for codes is in use."`
	Codes       int        `json:"recovery_codes" doc:"How many recovery codes are left."`
	Passkeys    []Passkey  `json:"passkeys"`
	Needed      bool       `json:"factor_needed" doc:"Whether the role needs a second factor."`
	How         string     `json:"how" enum:"password,passkey,sso,link" doc:"How this session came in."`
}

// SecurityOf tells it to who is signed in, or has a second factor to set up.
func (s *Service) SecurityOf(ctx context.Context, session uuid.UUID) (Security, error) {
	c, err := s.ceremony(ctx, session, stageOpen, stageEnrol)
	if err != nil {
		return Security{}, err
	}
	list, err := passkeysOf(ctx, s.pool, c.Actor.ID)
	return Security{
		Password: c.Hash != "", PasswordSet: c.PasswordAt, TOTP: c.Confirmed, Codes: c.Codes, Passkeys: list,
		Needed: s.needsSecond(c.Actor), How: c.How,
	}, err
}

// Device is a browser that is signed in.
type Device struct {
	ID        uuid.UUID `json:"id"`
	Current   bool      `json:"current" doc:"The one that asks."`
	How       string    `json:"how" enum:"password,passkey,sso,link"`
	Second    bool      `json:"second" doc:"Whether a second factor was shown."`
	Agent     string    `json:"agent" doc:"What the browser calls itself."`
	Address   string    `json:"address" doc:"Where it signed in from."`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at" doc:"To the minute."`
	ExpiresAt time.Time `json:"expires_at"`
}

func (s *Service) devices(ctx context.Context, q pg.Querier, account, current uuid.UUID) ([]Device, error) {
	now := s.now()
	rows, err := q.Query(ctx, `
SELECT s.id, s.id = $5, s.how, s.second_at IS NOT NULL, s.agent, s.address, s.created_at, s.seen_at, s.expires_at FROM session s
WHERE s.account_id = $2 AND s.stage = 'open' AND `+alive+`
ORDER BY s.id = $5 DESC, s.seen_at DESC, s.id`, now, account, now.Add(-s.Rules().Life), now.Add(-s.Rules().Idle), current)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Device])
}

// SignOutDevices signs the actor out at one device, or with one Nil everywhere else.
func (s *Service) SignOutDevices(ctx context.Context, a actor.Actor, one uuid.UUID) error {
	except := uuid.Nil
	if one == uuid.Nil {
		except = a.Session
	}
	return pg.InTx(ctx, s.pool, func(tx pgx.Tx) error { return endSessions(ctx, tx, a.ID, one, except) })
}

// endSessions signs an account out: at one device, or with one Nil everywhere but
// at except.
func endSessions(ctx context.Context, tx pgx.Tx, account, one, except uuid.UUID) error {
	tag, err := tx.Exec(ctx, "DELETE FROM session WHERE account_id = $1 AND ($2::uuid IS NULL OR id = $2) AND id <> $3", account, pg.OrNull(one), except)
	if err == nil && one != uuid.Nil && tag.RowsAffected() == 0 {
		err = fault.Missing("device")
	}
	return err
}

// stepOf says which step a session has to go, instead of that somebody should
// sign in.
func (s *Service) stepOf(ctx context.Context, session uuid.UUID, otherwise error) error {
	if session == uuid.Nil {
		return otherwise
	}
	c, err := s.ceremony(ctx, session, stageSecond, stagePassword, stageEnrol)
	if err != nil {
		return err
	}
	switch c.Stage {
	case stageSecond:
		return fault.New(fault.Unauthenticated, "auth.second", "Please show your second factor.")
	case stagePassword:
		return fault.New(fault.Unauthenticated, "auth.change", "Please set a new password.")
	}
	return fault.New(fault.Unauthenticated, "auth.enrol", "Please set up a second factor; your role needs one.")
}
