package auth

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/web"
)

// Passkey is one as it is listed.
type Passkey struct {
	ID        uuid.UUID  `json:"id"`
	Name      string     `json:"name"`
	CreatedAt time.Time  `json:"created_at"`
	UsedAt    *time.Time `json:"used_at"`
	ClonedAt  *time.Time `json:"cloned_at" doc:"When a copy of it was seen; since then it is not taken."`
}

const mostPasskeys = 20

// AskRegister begins to add a passkey.
func (s *Service) AskRegister(ctx context.Context, by web.Sender, session uuid.UUID) (Asked, error) {
	w, c, h, err := s.passkeysOf(ctx, by, session, stageOpen, stageEnrol)
	if err != nil {
		return Asked{}, err
	}
	if err := s.proved(c); err != nil {
		return Asked{}, err
	}
	if len(h.credentials) >= mostPasskeys {
		return Asked{}, fault.Newf(fault.Conflict, "auth.passkeys_many", "There are %d passkeys already; remove one first.", mostPasskeys)
	}
	options, data, err := w.BeginRegistration(h,
		webauthn.WithExclusions(h.descriptors()),
		webauthn.WithConveyancePreference(protocol.PreferNoAttestation),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired,
		}))
	if err != nil {
		return Asked{}, err
	}
	return s.sealChallenge(challenge{For: challengeRegister, Session: c.ID, Data: *data}, options)
}

// Register adds a passkey. With the first second factor come recovery codes.
func (s *Service) Register(ctx context.Context, by web.Sender, session uuid.UUID, from Sender, sealed, name string, answer []byte) (Entered, error) {
	w, c, h, err := s.passkeysOf(ctx, by, session, stageOpen, stageEnrol)
	if err != nil {
		return Entered{}, err
	}
	name = strings.TrimSpace(name)
	if err := passkeyName(name); err != nil {
		return Entered{}, err
	}
	ask, err := s.openChallenge(sealed, challengeRegister, session)
	if err != nil {
		return Entered{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return Entered{}, errPasskey
	}
	credential, err := w.CreateCredential(h, ask.Data, parsed)
	if err != nil {
		return Entered{}, errPasskey
	}
	credential.Attestation = webauthn.CredentialAttestation{} // asked of nobody
	text, err := json.Marshal(credential)
	if err != nil {
		return Entered{}, err
	}
	first := !c.hasFactor()
	c.Passkeys, c.Second = c.Passkeys+1, true
	var codes []string
	e, err := s.advance(ctx, c, from, func(tx pgx.Tx, now time.Time) error {
		if err := answerOnce(ctx, tx, ask, now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO passkey (id, account_id, credential_id, credential, name, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
			s.newID(), c.Actor.ID, credential.ID, text, name, now)
		if pg.Constraint(err) == "passkey_credential_uq" {
			return fault.New(fault.Conflict, "auth.passkey_known", "This passkey is there already.")
		}
		if err == nil && first {
			codes, err = s.renewCodes(ctx, tx, c.Actor.ID, now)
		}
		return err
	})
	e.Codes = codes
	return e, err
}

func passkeyName(name string) error {
	var f fault.Fields
	if name == "" || len([]rune(name)) > 40 {
		f.Add("body.name", nil, "1 to 40 characters")
	}
	return f.Err("passkey.invalid")
}

func passkeysOf(ctx context.Context, q pg.Querier, account uuid.UUID) ([]Passkey, error) {
	rows, err := q.Query(ctx, "SELECT id, name, created_at, used_at, cloned_at FROM passkey WHERE account_id = $1 ORDER BY created_at, id", account)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Passkey])
}

// RenamePasskey gives one's own passkey another name.
func (s *Service) RenamePasskey(ctx context.Context, session, id uuid.UUID, name string) error {
	c, err := s.ceremony(ctx, session, stageOpen)
	if err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	if err := passkeyName(name); err != nil {
		return err
	}
	return s.passkeyChange(ctx, "UPDATE passkey SET name = $3 WHERE id = $1 AND account_id = $2", id, c.Actor.ID, name)
}

// RemovePasskey takes one's own passkey away.
func (s *Service) RemovePasskey(ctx context.Context, session, id uuid.UUID) error {
	c, err := s.ceremony(ctx, session, stageOpen)
	if err != nil {
		return err
	}
	if err := s.proved(c); err != nil {
		return err
	}
	if !c.Confirmed && c.Passkeys <= 1 && s.needsSecond(c.Actor) {
		return errNeeded
	}
	return s.passkeyChange(ctx, "DELETE FROM passkey WHERE id = $1 AND account_id = $2", id, c.Actor.ID)
}

func (s *Service) passkeyChange(ctx context.Context, sql string, id, account uuid.UUID, more ...any) error {
	return pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		audit.Note(ctx, "passkey", id.String(), "passkey")
		tag, err := tx.Exec(ctx, sql, append([]any{id, account}, more...)...)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.Missing("passkey")
		}
		return dropCodes(ctx, tx, account)
	})
}
