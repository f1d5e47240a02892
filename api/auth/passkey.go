package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/web"
)

var (
	errNoPasskeys = fault.New(fault.Conflict, "auth.passkey_here", "Passkeys do not work at this address: they need the public https address of the server, or localhost.")
	errPasskey    = fault.New(fault.Unauthenticated, "auth.passkey", "This passkey is not known here, or its answer is not right.")
	errCloned     = fault.New(fault.Unauthenticated, "auth.passkey_cloned", "There is a copy of this passkey somewhere, so it is no longer taken. Sign in another way, remove it and make a new one.")
)

// party is us as passkeys know us: the public address, or localhost where there
// is none and the server is tried out on its own machine. A browser gives no
// passkey to a bare IP address.
func (s *Service) party(by web.Sender) (*webauthn.WebAuthn, error) {
	origin := strings.TrimSuffix(s.PublicURL, "/")
	if origin == "" {
		host, _, err := net.SplitHostPort(by.Host)
		if err != nil {
			host = by.Host
		}
		if host != "localhost" {
			return nil, errNoPasskeys
		}
		origin = "http://" + by.Host
		if by.Secure {
			origin = "https://" + by.Host
		}
	}
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() == "" || net.ParseIP(u.Hostname()) != nil || u.Scheme != "https" && u.Hostname() != "localhost" {
		return nil, errNoPasskeys
	}
	w, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: "onemap", RPOrigins: []string{u.Scheme + "://" + u.Host}})
	if err != nil {
		return nil, errNoPasskeys.Because(err)
	}
	return w, nil
}

// holder is an account as the library asks for it.
type holder struct {
	id          uuid.UUID
	login, name string
	credentials []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return h.id[:] }
func (h holder) WebAuthnName() string                       { return h.login }
func (h holder) WebAuthnDisplayName() string                { return h.name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.credentials }

func (h holder) descriptors() []protocol.CredentialDescriptor {
	return webauthn.Credentials(h.credentials).CredentialDescriptors()
}

// holderOf reads an account's passkeys; those that were copied are no longer its.
func holderOf(ctx context.Context, q pg.Querier, c ceremony) (holder, error) {
	h := holder{id: c.Actor.ID, login: c.Actor.Login, name: c.Actor.Name}
	rows, err := q.Query(ctx, "SELECT credential FROM passkey WHERE account_id = $1 AND cloned_at IS NULL ORDER BY created_at, id", h.id)
	if err != nil {
		return h, err
	}
	h.credentials, err = pgx.CollectRows(rows, pgx.RowTo[webauthn.Credential])
	return h, err
}

// What a challenge is for.
const (
	challengeSignIn   = "sign-in"
	challengeSecond   = "second"
	challengeRegister = "register"
)

// challengeLife is how long somebody may take to answer one.
const challengeLife = 5 * time.Minute

// challenge is what the library needs between asking and answering. It goes out
// sealed and comes back with the answer, so that whoever only asks leaves
// nothing behind; that it was answered is kept until it has expired.
type challenge struct {
	For     string
	Session uuid.UUID // where one is there already
	Expires time.Time
	Data    webauthn.SessionData
}

// Asked is a challenge for the browser: sealed for us, and its options.
type Asked struct {
	Challenge string `json:"challenge" doc:"To be sent back with the answer as it is."`
	Options   any    `json:"options" doc:"For navigator.credentials, as in WebAuthn's JSON forms."`
}

func (s *Service) sealChallenge(c challenge, options any) (Asked, error) {
	c.Expires = s.now().Add(challengeLife)
	c.Data.Expires = time.Time{} // ours counts
	text, err := json.Marshal(c)
	if err != nil {
		return Asked{}, err
	}
	return Asked{Challenge: base64.RawURLEncoding.EncodeToString(s.Keys.Seal("auth.challenge", text)), Options: options}, nil
}

func (s *Service) openChallenge(text, purpose string, session uuid.UUID) (c challenge, err error) {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return c, errPasskey
	}
	plain, err := s.Keys.Open("auth.challenge", sealed)
	if err != nil {
		return c, errPasskey
	}
	if err := json.Unmarshal(plain, &c); err != nil || c.For != purpose || c.Session != session || s.now().After(c.Expires) {
		return c, errPasskey
	}
	return c, nil
}

// answerOnce refuses an answer that was given before.
func answerOnce(ctx context.Context, tx pgx.Tx, c challenge, now time.Time) error {
	if _, err := tx.Exec(ctx, "DELETE FROM passkey_answered WHERE expires_at <= $1", now); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(c.Data.Challenge))
	_, err := tx.Exec(ctx, "INSERT INTO passkey_answered (challenge_hash, expires_at) VALUES ($1, $2)", sum[:], c.Expires)
	if pg.Constraint(err) == "passkey_answered_pk" {
		return errPasskey
	}
	return err
}

// AskPasskey begins a sign-in without a login: the browser offers its passkeys.
func (s *Service) AskPasskey(by web.Sender) (Asked, error) {
	w, err := s.party(by)
	if err != nil {
		return Asked{}, err
	}
	options, data, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Asked{}, err
	}
	return s.sealChallenge(challenge{For: challengeSignIn, Data: *data}, options)
}

// SignInPasskey opens a session by a passkey, which is both factors: the thing,
// and what unlocks it. Wrong passwords never stand in its way.
func (s *Service) SignInPasskey(ctx context.Context, by web.Sender, from Sender, sealed string, answer []byte) (Entered, error) {
	w, err := s.party(by)
	if err != nil {
		return Entered{}, err
	}
	ask, err := s.openChallenge(sealed, challengeSignIn, uuid.Nil)
	if err != nil {
		return Entered{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Entered{}, errPasskey
	}
	c := ceremony{How: ByPasskey, Second: true}
	find := func(_, handle []byte) (webauthn.User, error) {
		id, err := uuid.FromBytes(handle)
		if err != nil {
			return nil, err
		}
		c.Actor, err = scanActor(s.pool.QueryRow(ctx, "SELECT "+ceremonyColumns+" FROM account a WHERE a.id = $2 AND a.disabled_at IS NULL AND (NOT a.demo OR $3)", s.now(), id, s.Demo), c.account()...)
		if err != nil {
			return nil, err
		}
		return holderOf(ctx, s.pool, c)
	}
	_, credential, err := w.ValidatePasskeyLogin(find, ask.Data, parsed)
	if err != nil {
		return Entered{}, notRight(err)
	}
	if err := s.uncopied(ctx, credential); err != nil {
		return Entered{}, err
	}
	return s.enter(ctx, c, from, func(tx pgx.Tx, now time.Time) error {
		if err := answerOnce(ctx, tx, ask, now); err != nil {
			return err
		}
		return usePasskey(ctx, tx, credential, now)
	})
}

// notRight keeps what the database itself failed at apart from a wrong answer.
func notRight(err error) error {
	var e *protocol.Error
	if errors.As(err, &e) && e.Err != nil && fault.Is(pg.Fault(e.Err), fault.Unavailable) {
		return e.Err
	}
	return errPasskey
}

// uncopied refuses a passkey whose counter did not go on: then there are two of
// it. It is taken no longer.
func (s *Service) uncopied(ctx context.Context, credential *webauthn.Credential) error {
	if !credential.Authenticator.CloneWarning {
		return nil
	}
	err := pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE passkey SET cloned_at = $1 WHERE credential_id = $2", s.now(), credential.ID)
		return err
	})
	if err != nil {
		return err
	}
	return errCloned
}

// usePasskey keeps the counter. Of two answers at once the slower one finds that
// it has moved on.
func usePasskey(ctx context.Context, tx pgx.Tx, credential *webauthn.Credential, now time.Time) error {
	tag, err := tx.Exec(ctx, `
UPDATE passkey SET credential = $1, used_at = $2
WHERE credential_id = $3 AND cloned_at IS NULL AND ($4 = 0 OR (credential->'authenticator'->>'signCount')::bigint < $4)`,
		credential, now, credential.ID, int64(credential.Authenticator.SignCount))
	if err == nil && tag.RowsAffected() == 0 {
		return errPasskey
	}
	return err
}

// AskSecond asks one of the account's passkeys for the second step.
func (s *Service) AskSecond(ctx context.Context, by web.Sender, session uuid.UUID) (Asked, error) {
	w, c, h, err := s.passkeysOf(ctx, by, session, stageSecond)
	if err != nil {
		return Asked{}, err
	}
	if len(h.credentials) == 0 {
		return Asked{}, fault.Missing("passkey")
	}
	options, data, err := w.BeginLogin(h, webauthn.WithUserVerification(protocol.VerificationDiscouraged))
	if err != nil {
		return Asked{}, err
	}
	return s.sealChallenge(challenge{For: challengeSecond, Session: c.ID, Data: *data}, options)
}

func (s *Service) passkeysOf(ctx context.Context, by web.Sender, session uuid.UUID, stages ...string) (w *webauthn.WebAuthn, c ceremony, h holder, err error) {
	if c, err = s.ceremony(ctx, session, stages...); err != nil {
		return nil, c, h, err
	}
	if w, err = s.party(by); err != nil {
		return nil, c, h, err
	}
	h, err = holderOf(ctx, s.pool, c)
	return w, c, h, err
}

// SecondPasskey takes the answer to AskSecond.
func (s *Service) SecondPasskey(ctx context.Context, by web.Sender, session uuid.UUID, from Sender, sealed string, answer []byte) (Entered, error) {
	w, c, h, err := s.passkeysOf(ctx, by, session, stageSecond)
	if err != nil {
		return Entered{}, err
	}
	ask, err := s.openChallenge(sealed, challengeSecond, session)
	if err != nil {
		return Entered{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Entered{}, errPasskey
	}
	credential, err := w.ValidateLogin(h, ask.Data, parsed)
	if err != nil {
		return Entered{}, errPasskey
	}
	if err := s.uncopied(ctx, credential); err != nil {
		return Entered{}, err
	}
	c.Second = true
	return s.advance(ctx, c, from, func(tx pgx.Tx, now time.Time) error {
		if err := answerOnce(ctx, tx, ask, now); err != nil {
			return err
		}
		return usePasskey(ctx, tx, credential, now)
	})
}
