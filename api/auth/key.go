package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/pg"
)

// maxKeyLife is how long a key lives at most.
const maxKeyLife = 2 * 366 * 24 * time.Hour

// NewKey is what a machine's key is made of.
type NewKey struct {
	Name      string
	Grant     actor.Grant
	ExpiresAt time.Time
	ReadOnly  bool
	By        uuid.UUID // the administrator; none for a command
}

// Key is a key as it is listed: never the key itself.
type Key struct {
	ID         uuid.UUID  `json:"id"`
	Name       string     `json:"name"`
	Role       actor.Role `json:"role"`
	Scope      string     `json:"scope" doc:"Region code prefix; empty is everywhere."`
	Department string     `json:"department,omitempty"`
	ReadOnly   bool       `json:"read_only"`
	CreatedAt  time.Time  `json:"created_at"`
	CreatedBy  string     `json:"created_by,omitempty" doc:"The login of who made it; none for the command line."`
	ExpiresAt  *time.Time `json:"expires_at"`
	UsedAt     *time.Time `json:"used_at" doc:"When it was last used, to the minute."`
	RevokedAt  *time.Time `json:"revoked_at"`
}

func (n NewKey) validate(now time.Time) error {
	var f fault.Fields
	if name := strings.TrimSpace(n.Name); name == "" || len([]rune(name)) > 80 {
		f.Add("name", nil, "must not be empty, and at most 80 characters")
	}
	validateGrant(&f, n.Grant)
	if !n.ExpiresAt.After(now) || n.ExpiresAt.Sub(now) > maxKeyLife {
		f.Add("expires_at", n.ExpiresAt, "must be said, lie ahead, and be at most two years away")
	}
	return f.Err("key.invalid")
}

// MakeKey makes a key for a machine and gives it, once: only its hash is kept.
func (s *Service) MakeKey(ctx context.Context, n NewKey) (id uuid.UUID, key string, err error) {
	now := s.now()
	if err := n.validate(now); err != nil {
		return id, "", err
	}
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	key, id = "om_"+base64.RawURLEncoding.EncodeToString(raw), s.newID()
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		audit.Note(ctx, "key", id.String(), "name", "role", "scope", "expires_at", "read_only")
		audit.In(ctx, n.Grant.Prefix)
		_, err := tx.Exec(ctx, `
INSERT INTO api_key (id, token_hash, name, role, scope, department, created_at, created_by, expires_at, read_only)
VALUES ($1, $2, $3, $4, $5, NULLIF($6, ''), $7, $8, $9, $10)`,
			id, hashToken(key), strings.TrimSpace(n.Name), n.Grant.Role, n.Grant.Prefix, n.Grant.Department, now, pg.OrNull(n.By), n.ExpiresAt, n.ReadOnly)
		return err
	})
	return id, key, inWords(err, n.Name)
}

// byKey gives the machine behind a key: an actor with the key's one grant.
func (s *Service) byKey(ctx context.Context, key string) (actor.Actor, error) {
	a, g, now := actor.Actor{Key: true}, actor.Grant{}, s.now()
	var used *time.Time
	err := s.pool.QueryRow(ctx, `
SELECT id, name, role, scope, COALESCE(department, ''), read_only, used_at FROM api_key
WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)`, hashToken(key), now).
		Scan(&a.ID, &a.Name, &g.Role, &g.Prefix, &g.Department, &a.ReadOnly, &used)
	if missing(err) {
		return actor.Nobody, fault.New(fault.Unauthenticated, "auth.key", "This key is not known, has expired or was revoked.")
	}
	if err != nil {
		return actor.Nobody, err
	}
	a.Login, a.Grants = "key:"+a.Name, []actor.Grant{g}
	if used == nil || now.Sub(*used) >= seenEvery {
		_, err = s.pool.Exec(ctx, "UPDATE api_key SET used_at = $1 WHERE id = $2 AND (used_at IS NULL OR used_at < $1)", now, a.ID)
	}
	return a, err
}
