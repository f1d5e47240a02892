package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/auth"
	"onemap/api/fault"
	"onemap/cmd/internal/boot"
)

type userList struct {
	boot.Config
	Role  string `help:"Only who holds this role."`
	Scope string `help:"Only accounts that belong under this region code."`
}

func (c userList) Run(ctx context.Context) error {
	return administer(ctx, c.Config, "user list", func(ctx context.Context, w *boot.World) error {
		out := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(out, "LOGIN\tNAME\tBELONGS TO\tSTATE\tGRANTS")
		query := auth.AccountsQuery{Role: actor.Role(c.Role), Region: c.Scope, Limit: 200}
		for {
			list, next, err := w.Auth.Accounts(ctx, query)
			if err != nil {
				return err
			}
			for _, x := range list {
				fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", x.Login, x.Name, place(x.Scope), state(x), grants(x.Grants, w.Zone))
			}
			if next == uuid.Nil {
				return out.Flush()
			}
			query.After = next
		}
	})
}

func state(x auth.Account) string {
	if x.DisabledAt != nil {
		return "closed"
	}
	return "open"
}

func place(scope string) string {
	if scope == "" {
		return "everywhere"
	}
	return scope
}

// grants are those of now and later in a line.
func grants(list []auth.Grant, zone *time.Location) string {
	parts := make([]string, len(list))
	for i, g := range list {
		parts[i] = string(g.Role) + "@" + place(g.Scope)
		if g.Department != "" {
			parts[i] += "/" + g.Department
		}
		if g.EndsAt != nil {
			parts[i] += " until " + g.EndsAt.In(zone).Format("2006-01-02 15:04")
		}
		if g.For != nil {
			parts[i] += " for " + g.For.Holder.Login
		}
	}
	return strings.Join(parts, ", ")
}

type userGrant struct {
	boot.Config
	Login      string `arg:"" help:"Whose account."`
	Role       string `help:"operator, supervisor, handler, worker, planner, registrar, auditor, administrator or leader." required:""`
	Scope      string `help:"The region code of the jurisdiction; empty is everywhere." required:""`
	Department string `help:"The department's code, for a handler."`
	Until      string `help:"The last day, as in 2026-12-31, or a time, as in 2026-12-31T18:00:00+08:00; without it there is no end."`
	Reason     string `help:"Why; it stays on the record."`
}

func (c userGrant) Run(ctx context.Context) error {
	return administer(ctx, c.Config, "user grant", func(ctx context.Context, w *boot.World) error {
		until, err := lastMoment(c.Until, w.Zone)
		if err != nil {
			return err
		}
		x, err := w.Auth.AccountByLogin(ctx, c.Login)
		if err != nil {
			return err
		}
		g, err := w.Auth.Give(ctx, x.ID, auth.Giving{Role: actor.Role(c.Role), Scope: c.Scope, Department: c.Department, EndsAt: until, Reason: c.Reason})
		if err == nil {
			fmt.Printf("%s holds %s.\n", c.Login, grants([]auth.Grant{g}, w.Zone))
		}
		return err
	})
}

type userEnd struct {
	boot.Config
	Login      string `arg:"" help:"Whose account."`
	Role       string `help:"The role that ends." required:""`
	Scope      string `help:"The region code of the jurisdiction; empty is everywhere." required:""`
	Department string `help:"The department's code, for a handler."`
	Reason     string `help:"Why; it stays on the record."`
}

func (c userEnd) Run(ctx context.Context) error {
	return administer(ctx, c.Config, "user end", func(ctx context.Context, w *boot.World) error {
		x, err := w.Auth.AccountByLogin(ctx, c.Login)
		if err != nil {
			return err
		}
		ended := 0
		for _, g := range x.Grants {
			if g.Role != actor.Role(c.Role) || g.Scope != c.Scope || g.Department != c.Department {
				continue
			}
			if _, err := w.Auth.End(ctx, g.ID, c.Reason); err != nil {
				return err
			}
			ended++
		}
		if ended == 0 {
			return fault.Missing("grant")
		}
		fmt.Printf("%s holds %s@%s no more.\n", c.Login, c.Role, place(c.Scope))
		return nil
	})
}

type userDisable struct {
	boot.Config
	Login string `arg:"" help:"Whose account."`
	Undo  bool   `help:"Open it again, with the grants it has."`
}

func (c userDisable) Run(ctx context.Context) error {
	return administer(ctx, c.Config, "user disable", func(ctx context.Context, w *boot.World) error {
		x, err := w.Auth.AccountByLogin(ctx, c.Login)
		if err != nil {
			return err
		}
		closed := !c.Undo
		x, err = w.Auth.ChangeAccount(ctx, x.ID, auth.Rewrite{Rev: x.Rev, Disabled: &closed})
		if err == nil {
			fmt.Printf("The account %s is %s.\n", c.Login, state(x))
		}
		return err
	})
}

// lastMoment is where a day ends, or a time as it stands; nil is no end.
func lastMoment(text string, zone *time.Location) (*time.Time, error) {
	if text == "" {
		return nil, nil
	}
	if day, err := time.ParseInLocation("2006-01-02", text, zone); err == nil {
		end := day.AddDate(0, 0, 1)
		return &end, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, fmt.Errorf("--until %q is no day such as 2026-12-31 and no time such as 2026-12-31T18:00:00+08:00", text)
	}
	return &at, nil
}

// administer works on accounts and keys as the installation's own command, which
// is in the audit.
func administer(ctx context.Context, c boot.Config, name string, do func(context.Context, *boot.World) error) error {
	w, err := boot.Open(ctx, c, boot.Commanding, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer w.Close()
	return do(w.As(ctx, name), w)
}
