package auth

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/pg"
)

var errUnlinked = fault.New(fault.Forbidden, "sso.unknown", "The single sign-on knows you, but no account here is open to it. Ask your administrator.")

// SignInSSO opens a session for whom a provider vouches: the account it was the
// last time, by issuer and subject; the first time the one whose login it claims,
// if an administrator has opened that one to single sign-on.
func (s *Service) SignInSSO(ctx context.Context, who Claimed, from Sender) (e Entered, err error) {
	var account uuid.UUID
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		account, err = s.linked(ctx, tx, who)
		if err == nil {
			audit.Note(ctx, "account", account.String())
		}
		return err
	})
	if err != nil {
		return e, err
	}
	a, err := scanActor(s.pool.QueryRow(ctx, selectActor+`WHERE a.id = $2 AND a.disabled_at IS NULL AND a.sso_allowed AND (NOT a.demo OR $3)`, s.now(), account, s.Demo))
	if missing(err) {
		return e, errUnlinked
	}
	if err != nil {
		return e, err
	}
	return s.enter(ctx, ceremony{Actor: a, How: BySSO}, from, nil)
}

func (s *Service) linked(ctx context.Context, tx pgx.Tx, who Claimed) (id uuid.UUID, err error) {
	err = tx.QueryRow(ctx, "SELECT account_id FROM account_identity WHERE issuer = $1 AND subject = $2", who.Issuer, who.Subject).Scan(&id)
	if !missing(err) {
		return id, err
	}
	login := loginOf(who.Login)
	var allowed bool
	err = tx.QueryRow(ctx, `
SELECT id, sso_allowed AND disabled_at IS NULL AND NOT EXISTS (SELECT 1 FROM account_identity i WHERE i.account_id = account.id AND i.issuer = $2)
FROM account WHERE login = $1 FOR UPDATE`, login, who.Issuer).Scan(&id, &allowed)
	switch {
	case missing(err) && s.SSO != nil && s.SSO.Create:
		id, err = s.newcomer(ctx, tx, login, who)
	case missing(err) || err == nil && !allowed:
		err = errUnlinked
	}
	if err != nil {
		return id, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO account_identity (issuer, subject, account_id, created_at) VALUES ($1, $2, $3, $4)", who.Issuer, who.Subject, id, s.now())
	return id, err
}

// newcomer makes an account that may do nothing until somebody gives it a grant.
func (s *Service) newcomer(ctx context.Context, tx pgx.Tx, login string, who Claimed) (uuid.UUID, error) {
	n := NewAccount{Login: login, Name: strings.TrimSpace(who.Name), SSO: true}
	if n.Name == "" {
		n.Name = login
	}
	var f fault.Fields
	validateLogin(&f, n.Login)
	validateName(&f, n.Name)
	if f.Err("account.invalid") != nil {
		return uuid.Nil, errUnlinked
	}
	id := s.newID()
	return id, insertAccount(ctx, tx, id, n, "", s.now())
}
