package apitest

import (
	"context"
	"fmt"
	"slices"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/auth"
)

// Password opens every account of the city.
const Password = "apitest-password"

// Hashing costs a thousandth of what a server's does: no test waits for it.
var Hashing = &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

var departments = []auth.Department{
	{Code: "D01", Name: "环卫处", NameEn: "Sanitation"},
	{Code: "D02", Name: "市政处", NameEn: "Municipal works"},
}

// holder is an account, granted its role on the whole city.
type holder struct {
	login      string
	role       actor.Role
	department string
}

// people has somebody in every role, and a handler in each department.
var people = append(func() (list []holder) {
	for _, role := range actor.Roles {
		department := ""
		if role == actor.Handler {
			department = "D01"
		}
		list = append(list, holder{string(role), role, department})
	}
	return list
}(), holder{"handler2", actor.Handler, "D02"})

// ID is the account's id, which follows from its login.
func ID(login string) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, []byte("apitest "+login)) }

// settle makes the accounts. One password hash serves all: it is slow to make.
func (c *City) settle(ctx context.Context) error {
	account := auth.NewAccount{Login: "first", Name: "First", Password: Password}
	first, err := c.Auth.AddAccount(ctx, account)
	if err != nil {
		return err
	}
	for _, p := range people {
		_, err := c.Pool.Exec(ctx, `
INSERT INTO account (id, login, name, password_hash, demo, scope, created_at)
SELECT $1, $2, $3, password_hash, false, $4, $5 FROM account WHERE id = $6`, ID(p.login), p.login, "王"+p.login, CityCode, Start, first)
		if err != nil {
			return fmt.Errorf("account %s: %w", p.login, err)
		}
		_, err = c.Pool.Exec(ctx, `
INSERT INTO account_grant (id, account_id, role, scope, department, starts_at, given_at) VALUES ($1, $2, $3, $4, NULLIF($5, ''), $6, $6)`,
			NewID(), ID(p.login), p.role, CityCode, p.department, Start)
		if err != nil {
			return fmt.Errorf("grant of %s: %w", p.login, err)
		}
	}
	_, err = c.Pool.Exec(ctx, "DELETE FROM account WHERE id = $1", first)
	return err
}

// Actor is the account of a role, seen with the role on the prefixes given
// instead of on the whole city. A handler is of department D01.
func Actor(role actor.Role, prefixes ...string) actor.Actor {
	i := slices.IndexFunc(people, func(p holder) bool { return p.role == role })
	return people[i].actor(prefixes)
}

// Handler is the handler of a department.
func Handler(department string, prefixes ...string) actor.Actor {
	i := slices.IndexFunc(people, func(p holder) bool { return p.department == department })
	return people[i].actor(prefixes)
}

func (p holder) actor(prefixes []string) actor.Actor {
	if len(prefixes) == 0 {
		prefixes = []string{CityCode}
	}
	a := actor.Actor{ID: ID(p.login), Login: p.login, Name: "王" + p.login}
	for _, prefix := range prefixes {
		a.Grants = append(a.Grants, actor.Grant{Role: p.role, Prefix: prefix, Department: p.department})
	}
	return a
}

// As speaks as a role on the prefixes given, or on the whole city.
func (c *City) As(role actor.Role, prefixes ...string) context.Context {
	return actor.With(context.Background(), Actor(role, prefixes...))
}

// AsHandler speaks as a department's handler.
func (c *City) AsHandler(department string, prefixes ...string) context.Context {
	return actor.With(context.Background(), Handler(department, prefixes...))
}
