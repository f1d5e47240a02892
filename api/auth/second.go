package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/seal"
)

var (
	errCode    = fault.New(fault.Forbidden, "auth.code", "This code is not right, or was used already.")
	errNoTOTP  = fault.New(fault.Conflict, "auth.no_totp", "No app for codes is being set up; begin anew.")
	errHasTOTP = fault.New(fault.Conflict, "auth.has_totp", "An app for codes is in use already; remove it first.")
)

// Second takes a code of the app, or a recovery code, for the second step. A
// session has five tries; wrong ones make the account wait as wrong passwords do,
// but for a browser that has signed in to it before.
func (s *Service) Second(ctx context.Context, session uuid.UUID, from Sender, code string) (Entered, error) {
	c, err := s.ceremony(ctx, session, stageSecond)
	if err != nil {
		return Entered{}, err
	}
	known, err := s.knows(ctx, from.Device, c.Actor.Login)
	if err != nil {
		return Entered{}, err
	}
	key, a := "second "+c.Actor.ID.String(), ofLogin
	if known {
		key, a = key+" "+from.Device, ofDevice
	}
	now := s.now()
	keys := []counted{{key, a}}
	if err := s.hear(ctx, now, keys); err != nil {
		return Entered{}, err
	}
	if wait := s.throttle.take(now, key, a); wait > 0 {
		return Entered{}, waiting(wait)
	}
	step := s.stepOfCode(c, code, now)
	c.Second = true
	e, err := s.advance(ctx, c, from, func(tx pgx.Tx, now time.Time) error {
		if step > 0 {
			return useStep(ctx, tx, c.Actor.ID, step)
		}
		return s.useRecovery(ctx, tx, c.Actor.ID, code, now)
	})
	if fault.Is(err, fault.Forbidden) {
		if err := s.spread(ctx, now, keys); err != nil {
			return Entered{}, err
		}
		return Entered{}, s.missed(ctx, session, err)
	}
	if err == nil {
		s.throttle.giveBack(now, key)
	}
	return e, err
}

// missed counts a wrong code against its session; the fifth ends it.
func (s *Service) missed(ctx context.Context, session uuid.UUID, wrong error) error {
	err := pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE session SET tries = tries + 1 WHERE id = $1", session); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM session WHERE id = $1 AND tries >= 5", session)
		return err
	})
	if err != nil {
		return err
	}
	return wrong
}

// A code lasts for a step of half a minute; one before and one after are taken,
// since clocks go wrong.
const codeStep = 30 * time.Second

func purposeOfTOTP(account uuid.UUID) string { return "account.totp " + account.String() }

// stepOfCode is the step that a code of the account's app belongs to, or 0.
func (s *Service) stepOfCode(c ceremony, code string, now time.Time) (step int64) {
	if len(code) != 6 || c.TOTP == nil {
		return 0
	}
	secret, err := s.Keys.Open(purposeOfTOTP(c.Actor.ID), c.TOTP)
	if err != nil {
		return 0
	}
	for _, by := range []time.Duration{-codeStep, 0, codeStep} {
		at := now.Add(by)
		want, err := totp.GenerateCodeCustom(string(secret), at, totp.ValidateOpts{Period: uint(codeStep.Seconds()), Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step = at.Unix() / int64(codeStep.Seconds())
		}
	}
	return step
}

// useStep spends a step: whoever looked over a shoulder comes too late.
func useStep(ctx context.Context, tx pgx.Tx, account uuid.UUID, step int64) error {
	tag, err := tx.Exec(ctx, "UPDATE account SET totp_step = $1 WHERE id = $2 AND totp_step < $1", step, account)
	if err == nil && tag.RowsAffected() == 0 {
		return errCode
	}
	return err
}

// A recovery code is ten characters that are not mixed up when read from paper.
const (
	recoveryCodes  = 10
	recoveryLength = 10
)

var recoveryLetters = base32.NewEncoding("abcdefghjkmnpqrstuvwxyz234567890").WithPadding(base32.NoPadding)

// blindCode gives the hashes of a code with every key, the newest first: a code
// is not known any more when the keys are rotated.
func (s *Service) blindCode(account uuid.UUID, code string) []seal.Mark {
	bare := strings.NewReplacer("-", "", " ", "").Replace(strings.ToLower(code))
	return s.Keys.Marks("recovery code "+account.String(), bare)
}

func (s *Service) useRecovery(ctx context.Context, tx pgx.Tx, account uuid.UUID, code string, now time.Time) error {
	if err := s.Keys.Fresh(ctx, tx); err != nil {
		return err
	}
	var hashes [][]byte
	for _, m := range s.blindCode(account, code) {
		hashes = append(hashes, m.Blind)
	}
	tag, err := tx.Exec(ctx, "UPDATE recovery_code SET used_at = $1 WHERE account_id = $2 AND code_hash = ANY ($3) AND used_at IS NULL", now, account, hashes)
	if err == nil && tag.RowsAffected() == 0 {
		return errCode
	}
	return err
}

// renewCodes replaces the recovery codes; they are shown this once.
func (s *Service) renewCodes(ctx context.Context, tx pgx.Tx, account uuid.UUID, now time.Time) ([]string, error) {
	if err := s.Keys.Hold(ctx, tx); err != nil {
		return nil, err
	}
	b := &pgx.Batch{}
	b.Queue("DELETE FROM recovery_code WHERE account_id = $1", account)
	var codes []string
	for range recoveryCodes {
		raw := make([]byte, 8)
		_, _ = rand.Read(raw) // never fails
		code := recoveryLetters.EncodeToString(raw)[:recoveryLength]
		codes = append(codes, code[:5]+"-"+code[5:])
		m := s.blindCode(account, code)[0]
		b.Queue("INSERT INTO recovery_code (account_id, code_hash, created_at, key) VALUES ($1, $2, $3, $4)", account, m.Blind, now, m.Key)
	}
	return codes, tx.SendBatch(ctx, b).Close()
}

// RenewCodes replaces the recovery codes of who is signed in.
func (s *Service) RenewCodes(ctx context.Context, session uuid.UUID) (codes []string, err error) {
	c, err := s.ceremony(ctx, session, stageOpen)
	if err != nil {
		return nil, err
	}
	if err := s.proved(c); err != nil {
		return nil, err
	}
	if !c.hasFactor() {
		return nil, fault.New(fault.Conflict, "auth.no_factor", "There is no second factor to recover.")
	}
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) (err error) {
		codes, err = s.renewCodes(ctx, tx, c.Actor.ID, s.now())
		return err
	})
	return codes, err
}
