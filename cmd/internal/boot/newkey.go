package boot

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"onemap/api/audit"
	"onemap/api/pg"
	"onemap/api/pgserver"
)

// NewAuditKey begins to seal the audit log with a new key, in the file where the
// former one was; that one, if it is there, is kept beside it. No server may run.
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
	master, err := from.Master(false)
	switch {
	case err == nil:
		had = true
	case !errors.Is(err, fs.ErrNotExist) && fileExists(from.File):
		return 0, false, err // it is there and cannot be read: that is to be mended first
	}
	var former *audit.Key
	if had {
		if former, err = audit.NewKey(master); err != nil {
			return 0, had, err
		}
	}
	next, err := nextAuditKey(from.File + ".next")
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
	// Broken off between the log and the file, the log has the next key already.
	if seq, err = b.Succeed(ctx, owner, former, reason); err != nil && !errors.Is(err, audit.ErrSame) {
		return 0, had, err
	}
	if had {
		if err := os.Rename(from.File, from.File+".until-"+time.Now().Format("20060102-150405")); err != nil {
			return seq, had, err
		}
	}
	return seq, had, os.Rename(from.File+".next", from.File)
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// nextAuditKey makes a key in a file, or takes the one that an attempt before left there.
func nextAuditKey(path string) (*audit.Key, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		var master [32]byte
		_, _ = rand.Read(master[:]) // never fails
		text = []byte(base64.StdEncoding.EncodeToString(master[:]) + "\n")
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, err
		}
		_, err = file.Write(text)
		if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
			return nil, err
		}
	}
	master, err := base64.StdEncoding.DecodeString(string(text[:len(text)-1]))
	if err != nil {
		return nil, fmt.Errorf("%s holds no key; take it away and say new-key again", path)
	}
	return audit.NewKey(master)
}
