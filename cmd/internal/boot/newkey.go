package boot

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"onemap/api/audit"
	"onemap/api/change"
	"onemap/api/pg"
	"onemap/api/pgserver"
)

// NewAuditKey begins to seal the audit log with a new key, in the file where the
// former one was; that one, if it is there, is kept beside it. No server and no other command may run on the database.
// It gives the place of the statement in the log, and says whether the former
// key was at hand.
func NewAuditKey(ctx context.Context, c Config, reason string, log *slog.Logger) (seq int64, had bool, err error) {
	if c.AuditKey != "" {
		return 0, false, errors.New("the audit key comes from ONEMAP_AUDIT_KEY, which this program cannot change; put the key into a file (--audit-key-file) first")
	}
	if _, running := pgserver.Attach(c.Data); running && c.DatabaseURL == "" {
		return 0, false, errors.New("a server runs on this data folder; stop it first, since it seals with the former key")
	}
	from := c.auditKey()
	var former *audit.Key
	if _, err := os.Stat(from.File); !errors.Is(err, fs.ErrNotExist) {
		had = true // what is there and cannot be read is to be mended first
		if former, err = auditKeyFrom(from, false); err != nil {
			return 0, had, err
		}
	}
	to := from
	to.File += ".next" // of an attempt before, or made now
	next, err := auditKeyFrom(to, true)
	if err != nil {
		return 0, had, err
	}
	db, err := openDatabase(ctx, c, false, log)
	if err != nil {
		return 0, had, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := pg.Migrate(ctx, db.url); err != nil {
		return 0, had, err
	}
	owner, err := pg.Open(ctx, db.url)
	if err != nil {
		return 0, had, err
	}
	defer owner.Close()
	b := &audit.Book{Pool: owner, Key: next, Now: time.Now, NewID: newID}
	// A server is known by its sequencer, too, should it have lost the connection that attends.
	err = audit.Unattended(ctx, owner, func() error {
		return change.Unserved(ctx, owner, func() (err error) {
			seq, err = b.Succeed(ctx, owner, former, reason)
			return err
		})
	})
	if errors.Is(err, audit.ErrAttended) || errors.Is(err, change.ErrServed) {
		return 0, had, errors.New("a server or a command, such as an import, runs on this database; stop every server and wait for every command first, since they write with the former key, then say new-key again: nothing was changed")
	}
	// Broken off between the log and the file, the log has the next key already.
	if err != nil && !errors.Is(err, audit.ErrSame) {
		return 0, had, err
	}
	if had {
		if err := os.Rename(from.File, from.File+".until-"+time.Now().Format("20060102-150405")); err != nil {
			return seq, had, err
		}
	}
	return seq, had, os.Rename(to.File, from.File)
}
