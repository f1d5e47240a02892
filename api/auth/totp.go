package auth

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/plate"
)

// Enrolment is the secret of an app for codes, for the app to take in.
type Enrolment struct {
	Secret string `json:"secret" doc:"Base32, to be typed in where no camera is at hand."`
	URI    string `json:"uri" doc:"otpauth://totp/..."`
	QR     string `json:"qr" doc:"The same as a QR symbol, an SVG document."`
}

// EnrolTOTP makes a secret; it counts for nothing until a code has confirmed it.
func (s *Service) EnrolTOTP(ctx context.Context, session uuid.UUID) (Enrolment, error) {
	c, err := s.ceremony(ctx, session, stageOpen, stageEnrol)
	if err != nil {
		return Enrolment{}, err
	}
	if c.Confirmed {
		return Enrolment{}, errHasTOTP
	}
	if err := s.proved(c); err != nil {
		return Enrolment{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "onemap", AccountName: c.Actor.Login, Period: uint(codeStep.Seconds()), SecretSize: 20, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return Enrolment{}, err
	}
	symbol, err := plate.SVG(key.URL(), "")
	if err != nil {
		return Enrolment{}, err
	}
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.Keys.Hold(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE account SET totp_sealed = $1, totp_step = 0 WHERE id = $2 AND totp_confirmed_at IS NULL",
			s.Keys.Seal(purposeOfTOTP(c.Actor.ID), []byte(key.Secret())), c.Actor.ID)
		return err
	})
	return Enrolment{Secret: key.Secret(), URI: key.URL(), QR: string(symbol)}, err
}

// ConfirmTOTP takes the first code of the app, which from now on is asked for.
// With it come the recovery codes.
func (s *Service) ConfirmTOTP(ctx context.Context, session uuid.UUID, from Sender, code string) (Entered, error) {
	c, err := s.ceremony(ctx, session, stageOpen, stageEnrol)
	if err != nil {
		return Entered{}, err
	}
	if c.Confirmed || c.TOTP == nil {
		return Entered{}, errNoTOTP
	}
	step := s.stepOfCode(c, code, s.now())
	if step == 0 {
		return Entered{}, errCode
	}
	c.Confirmed, c.Second = true, true
	var codes []string
	e, err := s.advance(ctx, c, from, func(tx pgx.Tx, now time.Time) error {
		if err := useStep(ctx, tx, c.Actor.ID, step); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, "UPDATE account SET totp_confirmed_at = $1, rev = rev + 1 WHERE id = $2 AND totp_confirmed_at IS NULL AND totp_sealed = $3", now, c.Actor.ID, c.TOTP)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errNoTOTP
		}
		codes, err = s.renewCodes(ctx, tx, c.Actor.ID, now)
		return err
	})
	e.Codes = codes
	return e, err
}

// RemoveTOTP takes the app away, against the password.
func (s *Service) RemoveTOTP(ctx context.Context, session uuid.UUID, password string) error {
	c, err := s.ceremony(ctx, session, stageOpen)
	if err != nil {
		return err
	}
	if c.Hash == "" {
		err = s.proved(c)
	} else {
		err = s.provePassword(ctx, c, password)
	}
	if err != nil {
		return err
	}
	if !c.Confirmed {
		return fault.Missing("app")
	}
	if c.Passkeys == 0 && s.needsSecond(c.Actor) {
		return errNeeded
	}
	return pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE account SET totp_sealed = NULL, totp_confirmed_at = NULL, rev = rev + 1 WHERE id = $1", c.Actor.ID); err != nil {
			return err
		}
		return dropCodes(ctx, tx, c.Actor.ID)
	})
}

var errNeeded = fault.New(fault.Conflict, "auth.factor_needed", "Your role needs a second factor; add another one before you remove the last.")

// dropCodes forgets the recovery codes of an account without a second factor.
func dropCodes(ctx context.Context, tx pgx.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `
DELETE FROM recovery_code r USING account a
WHERE r.account_id = $1 AND a.id = r.account_id AND a.totp_confirmed_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM passkey p WHERE p.account_id = a.id)`, account)
	return err
}

// removeFactors takes every second factor of an account away, and signs it out.
func removeFactors(ctx context.Context, tx pgx.Tx, account uuid.UUID) error {
	b := &pgx.Batch{}
	b.Queue("UPDATE account SET totp_sealed = NULL, totp_confirmed_at = NULL, rev = rev + 1 WHERE id = $1", account)
	b.Queue("DELETE FROM passkey WHERE account_id = $1", account)
	b.Queue("DELETE FROM recovery_code WHERE account_id = $1", account)
	b.Queue("DELETE FROM session WHERE account_id = $1", account)
	return tx.SendBatch(ctx, b).Close()
}
