package main

import (
	"context"
	"fmt"
	"net/url"
	"os"

	"onemap/api/pg"
	"onemap/cmd/internal/boot"
)

type migrateCommand struct {
	boot.Config
	To int64 `help:"Go up or down to this version; 0 empties the database. The newest when not said." default:"-1"`
}

func (c migrateCommand) Run(ctx context.Context) error {
	db, err := boot.OpenDatabase(ctx, c.Config, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer db.Close()
	if c.To >= 0 {
		err = pg.MigrateTo(ctx, db.URL(), c.To)
	} else {
		err = pg.Migrate(ctx, db.URL())
	}
	if err != nil {
		return err
	}
	have, newest, err := pg.Version(ctx, db.URL())
	if err != nil {
		return err
	}
	fmt.Printf("The schema is at version %d of %d.\n", have, newest)
	return nil
}

type configCommand struct {
	boot.Config
	boot.ServeConfig
}

// Run prints what is in force, without the password of a database address.
func (c configCommand) Run() error {
	if u, err := url.Parse(c.DatabaseURL); err == nil {
		c.DatabaseURL = u.Redacted()
	}
	return printJSON(map[string]any{
		"data": c.Data, "database_url": c.DatabaseURL, "zone": c.Zone, "public_url": c.PublicURL, "log_level": c.LogLevel, "log_format": c.LogFormat,
		"listen": c.Listen, "trust_proxy": c.TrustProxy, "cache_mb": c.CacheMB,
	})
}
