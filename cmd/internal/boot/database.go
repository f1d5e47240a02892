package boot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"onemap/api/pgserver"
)

// Database is the PostgreSQL in use: a private one of ours, one that another
// process of ours runs, or one we were given.
type Database struct {
	url     string
	private *pgserver.Server // nil when it is not ours to run
	log     *slog.Logger
}

// OpenDatabase finds or starts the database of a command, without looking
// into it.
func OpenDatabase(ctx context.Context, c Config, log *slog.Logger) (*Database, error) {
	return openDatabase(ctx, c, true, log)
}

// URL is where it is.
func (d *Database) URL() string { return d.url }

// Folder is where the files of a private database lie, or "".
func (d *Database) Folder() string {
	if d.private == nil {
		return ""
	}
	return d.private.Cluster()
}

// openDatabase finds or starts the database. With attach, a command may work
// through the database of a server that is running on the data folder.
func openDatabase(ctx context.Context, c Config, attach bool, log *slog.Logger) (*Database, error) {
	if c.DatabaseURL != "" {
		return &Database{url: c.DatabaseURL, log: log}, nil
	}
	if err := os.MkdirAll(c.Data, 0o711); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if attach {
		if url, ok := pgserver.Attach(c.Data); ok {
			return &Database{url: url, log: log}, nil
		}
	}
	server, err := pgserver.Start(ctx, pgserver.Config{Dir: c.Data, Log: log})
	if err != nil {
		return nil, err
	}
	return &Database{url: server.URL(), private: server, log: log}, nil
}

// watch brings a private database up again when it dies, until ctx ends; back
// is told each time, since connections of before are dead.
func (d *Database) watch(ctx context.Context, back func()) error {
	if d.private == nil {
		<-ctx.Done()
		return nil
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-d.private.Exited():
			if ctx.Err() != nil {
				return nil
			}
			d.log.Error("the database ended; starting it again", "error", err)
		}
		for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
			err := d.private.Restart(ctx)
			if err == nil {
				back()
				d.log.Info("the database is back")
				break
			}
			if ctx.Err() != nil {
				return nil
			}
			d.log.Error("the database does not start", "error", err, "again_in", wait)
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(wait):
			}
		}
	}
}

// Close stops a private database.
func (d *Database) Close() error {
	if d.private == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := d.private.Stop(ctx); err != nil {
		return errors.Join(errors.New("stop the database"), err)
	}
	return nil
}
