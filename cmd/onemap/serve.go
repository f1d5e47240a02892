package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"onemap/api/actor"
	"onemap/cmd/internal/boot"
)

type serveCommand struct {
	boot.Config
	boot.ServeConfig
	Demo     bool   `help:"Load the demo town when it is not there yet, and show its accounts." env:"ONEMAP_DEMO"`
	DemoSeed uint64 `help:"The demo town's seed." default:"1" env:"ONEMAP_DEMO_SEED"`
}

func (c serveCommand) Run(ctx context.Context) (err error) {
	begin := time.Now()
	log := c.Logger(os.Stderr)
	// The address first: whoever starts a second server should hear of it at once.
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w; choose another address with --listen", c.Listen, err)
	}
	defer l.Close()
	config := c.Config
	config.Demo, config.MustSecond = c.Demo, c.SecondFactor
	w, err := boot.Open(ctx, config, boot.Serving, log)
	if err != nil {
		return err
	}
	defer func() {
		if closing := w.Close(); err == nil {
			err = closing
		}
	}()
	if err := w.RefuseDemo(ctx, l.Addr(), c.AllowDemo); err != nil {
		return err
	}
	if c.Demo {
		log.WarnContext(ctx, "this server is a demo: everybody who reaches it can sign in")
		if _, err := w.LoadDemo(ctx, c.DemoSeed, demoPeople, sayDemoPart()); err != nil {
			return err
		}
	}
	s, err := boot.NewServer(ctx, w, c.ServeConfig, version)
	if err != nil {
		return err
	}
	return s.Serve(ctx, l, func() { c.announce(ctx, w, l.Addr(), time.Since(begin)) })
}

// sayDemoPart prints each part of the demo town as it begins.
func sayDemoPart() func(boot.DemoProgress) {
	return func(p boot.DemoProgress) {
		if p.Done == 0 {
			fmt.Printf("onemap: demo town: %s\n", p.Part)
		}
	}
}

// announce prints the one block that says where everything is.
func (c serveCommand) announce(ctx context.Context, w *boot.World, addr net.Addr, took time.Duration) {
	url := "http://" + readable(addr)
	var b strings.Builder
	fmt.Fprintf(&b, "onemap: listening on %s (ready in %.1f s)\n\n", url, took.Seconds())
	fmt.Fprintf(&b, "  The town, for everybody   %s/\n", url)
	fmt.Fprintf(&b, "  Command centre            %s/command\n", url)
	fmt.Fprintf(&b, "  Report a problem          %s/report\n", url)
	fmt.Fprintf(&b, "  API                       %s/docs\n", url)
	first, empty, firstErr := w.Auth.FirstLink(ctx)
	if accounts, err := w.Auth.DemoAccounts(ctx); err == nil && len(accounts) > 0 && c.Demo {
		fmt.Fprintf(&b, "\n  THIS IS A DEMO TOWN. Everybody who reaches this address can sign in, with the password %s:\n", demoPassword)
		for _, a := range accounts {
			fmt.Fprintf(&b, "    %-14s %-14s %s\n", a.Login, roles(a), a.Name)
		}
	} else if err == nil && len(accounts) > 0 {
		fmt.Fprintf(&b, "\n  The demo's accounts are here and cannot sign in; start with --demo to let them.\n")
	}
	if firstErr == nil && empty {
		fmt.Fprintf(&b, "\n  Make the first administrator, once, before %s: %s\n", first.ExpiresAt.In(w.Zone).Format("2006-01-02 15:04"), first.URL(cmp.Or(c.PublicURL, url)))
	}
	if folder := w.DatabaseFolder(); folder != "" {
		fmt.Fprintf(&b, "\n  Data lies in %s, the database in %s\n", c.Data, folder)
	} else {
		fmt.Fprintf(&b, "\n  Photos lie in %s, everything else in the database given\n", c.Data)
	}
	fmt.Fprintf(&b, "  Ctrl-C stops it.\n")
	fmt.Print(b.String())
}

// roles names what an account may do, and for which department.
func roles(a actor.Actor) string {
	var list []string
	for _, g := range a.Grants {
		list = append(list, strings.TrimSpace(string(g.Role)+" "+g.Department))
	}
	return strings.Join(list, ", ")
}

// readable puts a name for an address that means every one of the machine.
func readable(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip != nil && (ip.IsUnspecified() || ip.IsLoopback()) {
		host = "localhost"
		if ip.IsLoopback() {
			host = "127.0.0.1"
		}
	}
	return net.JoinHostPort(host, port)
}
