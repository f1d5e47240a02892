package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"onemap/api/actor"
	"onemap/api/auth"
	"onemap/cmd/internal/boot"
)

type userCommand struct {
	Add     userAdd     `cmd:"" help:"Make an account; the password is asked for, or read from standard input."`
	List    userList    `cmd:"" help:"List the accounts and what they may do."`
	Grant   userGrant   `cmd:"" help:"Give an account a role on a place."`
	End     userEnd     `cmd:"" help:"End what an account may do; it stays in the history."`
	Disable userDisable `cmd:"" help:"Close an account: nobody signs in to it."`
	Link    userLink    `cmd:"" help:"Print a one-time link by which somebody sets their password."`
}

type userAdd struct {
	boot.Config
	Login      string `arg:"" help:"The login: small letters and digits."`
	Name       string `help:"The name others see; the login when not said."`
	Role       string `help:"operator, supervisor, handler, worker, planner, registrar, auditor, administrator or leader." required:""`
	Scope      string `help:"The region code of the jurisdiction; empty is everywhere." required:""`
	Department string `help:"The department's code, for a handler."`
	Until      string `help:"The last day of the role, as in 2026-12-31, or a time; without it there is no end."`
	Reason     string `help:"Why; it stays on the record."`
}

type userLink struct {
	boot.Config
	Login string `arg:"" help:"The login."`
}

func (c userLink) Run(ctx context.Context) error {
	return administer(ctx, c.Config, "user link", func(ctx context.Context, w *boot.World) error {
		l, err := w.Auth.LinkFor(ctx, c.Login)
		if err != nil {
			return err
		}
		fmt.Println(l.URL(c.PublicURL))
		fmt.Fprintf(os.Stderr, "It can be used once, before %s. Hand it over by a way you trust.\n", l.ExpiresAt.In(w.Zone).Format("2006-01-02 15:04"))
		if c.PublicURL == "" {
			fmt.Fprintln(os.Stderr, "Put the server's address in front of it; with --public-url it is whole.")
		}
		return nil
	})
}

// Run asks for the password only when everything else is right.
func (c userAdd) Run(ctx context.Context) error {
	n := auth.NewAccount{
		Login: c.Login, Name: cmp.Or(c.Name, c.Login),
		Grants: []actor.Grant{{Role: actor.Role(c.Role), Prefix: c.Scope, Department: c.Department}}, Reason: c.Reason,
	}
	if err := n.Validate(); err != nil {
		return err
	}
	return administer(ctx, c.Config, "user add", func(ctx context.Context, w *boot.World) (err error) {
		if n.Until, err = lastMoment(c.Until, w.Zone); err != nil {
			return err
		}
		if err := w.Auth.Free(ctx, n); err != nil {
			return err
		}
		if n.Password, err = readPassword(); err != nil {
			return err
		}
		if _, err := w.Auth.AddAccount(ctx, n); err != nil {
			return err
		}
		fmt.Printf("%s can sign in as %s.\n", c.Login, c.Role)
		return nil
	})
}

// readPassword asks twice on a terminal, and takes a line elsewhere.
func readPassword() (string, error) {
	fd := int(os.Stdin.Fd())
	if !term.IsTerminal(fd) {
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return "", errors.Join(errors.New("no password on standard input"), err)
		}
		return line, nil
	}
	ask := func(prompt string) (string, error) {
		fmt.Fprint(os.Stderr, prompt)
		b, err := term.ReadPassword(fd)
		fmt.Fprintln(os.Stderr)
		return string(b), err
	}
	first, err := ask("Password: ")
	if err != nil {
		return "", err
	}
	second, err := ask("Once more: ")
	if err == nil && first != second {
		err = errors.New("the two differ; nothing was done")
	}
	return first, err
}

type keyCommand struct {
	Add keyAdd `cmd:"" help:"Make a key for a machine and print it, once."`
}

type keyAdd struct {
	boot.Config
	Name       string `help:"What the key is for." default:"key"`
	Role       string `help:"The role it acts in." required:""`
	Scope      string `help:"The region code of the jurisdiction; empty is everywhere." required:""`
	Department string `help:"The department's code, for a handler."`
	Expires    string `help:"The last day, as in 2027-12-31; at most two years ahead." required:""`
	ReadOnly   bool   `help:"The key changes nothing."`
}

func (c keyAdd) Run(ctx context.Context) error {
	return administer(ctx, c.Config, "key add", func(ctx context.Context, w *boot.World) error {
		last, err := time.ParseInLocation(time.DateOnly, c.Expires, w.Zone)
		if err != nil {
			return fmt.Errorf("--expires takes a day such as 2027-12-31: %w", err)
		}
		_, key, err := w.Auth.MakeKey(ctx, auth.NewKey{
			Name: c.Name, Grant: actor.Grant{Role: actor.Role(c.Role), Prefix: c.Scope, Department: c.Department},
			ExpiresAt: last.AddDate(0, 0, 1), ReadOnly: c.ReadOnly,
		})
		if err != nil {
			return err
		}
		fmt.Println(key)
		fmt.Fprintln(os.Stderr, "Send it as: Authorization: Bearer KEY. It is shown this once.")
		return nil
	})
}
