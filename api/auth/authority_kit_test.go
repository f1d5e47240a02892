package auth_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/auth"
	"onemap/api/fault"
)

// town is a city without accounts but those a test makes.
type town struct {
	*apitest.City
	t testing.TB
}

func newTown(t testing.TB) town {
	c := apitest.New(t)
	d := town{c, t}
	d.exec("DELETE FROM account_grant")
	return d
}

func (d town) exec(sql string, args ...any) {
	d.t.Helper()
	if _, err := d.Pool.Exec(context.Background(), sql, args...); err != nil {
		d.t.Fatal(err)
	}
}

// member makes an account with grants that begin now.
func (d town) member(login, home string, grants ...actor.Grant) uuid.UUID {
	d.t.Helper()
	id := apitest.NewID()
	d.exec("INSERT INTO account (id, login, name, password_hash, scope, created_at) VALUES ($1, $2, $3, 'none', $4, $5)", id, login, "员工"+login, home, apitest.Start)
	for _, g := range grants {
		d.hold(id, g, nil)
	}
	return id
}

// hold puts a grant into the table, with an end or none.
func (d town) hold(account uuid.UUID, g actor.Grant, end *time.Time) uuid.UUID {
	d.t.Helper()
	id := apitest.NewID()
	d.exec("INSERT INTO account_grant (id, account_id, role, scope, department, starts_at, ends_at, given_at) VALUES ($1, $2, $3, $4, NULLIF($5, ''), $6, $7, $6)",
		id, account, g.Role, g.Prefix, g.Department, d.Clock.Now(), end)
	return id
}

// as speaks as an account; what it may do is read from the database.
func (d town) as(id uuid.UUID) context.Context {
	return actor.With(context.Background(), actor.Actor{ID: id, Login: "x"})
}

// grants are what an account holds now and later.
func (d town) grants(id uuid.UUID) []auth.Grant {
	d.t.Helper()
	x, err := d.Auth.AccountByID(actor.With(context.Background(), actor.Command("test")), id, false)
	if err != nil {
		d.t.Fatal(err)
	}
	return x.Grants
}

func admin(prefix string) actor.Grant {
	return actor.Grant{Role: actor.Administrator, Prefix: prefix}
}

// code is a fault's, or "" for none.
func code(err error) string {
	if f := fault.As(err); f != nil {
		return f.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
