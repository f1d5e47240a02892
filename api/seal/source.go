package seal

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/pg"
)

// Source is where the master key comes from.
type Source struct {
	// File holds the key as base64 text; made when nothing is sealed yet.
	File string
	// Value is the key itself as base64 text, as a secret store hands it over in
	// the environment; with it no file is read.
	Value string
	// Of says in errors what the key is for, Options how it is given.
	Of, Options string
}

// people are what errors say of the key of people's data.
func (s Source) people() Source {
	s.Of, s.Options = "people's data", "--people-key-file, ONEMAP_PEOPLE_KEY_FILE or ONEMAP_PEOPLE_KEY"
	return s
}

// Obtain gives the city's keys: read, or made when the database has nothing
// sealed yet, and in any case the ones the database was sealed with.
func Obtain(ctx context.Context, pool *pgxpool.Pool, from Source, now time.Time) (*Keys, error) {
	from = from.people()
	known, err := fingerprint(ctx, pool)
	if err != nil {
		return nil, err
	}
	master, err := from.Master(known == nil)
	if err != nil {
		return nil, err
	}
	keys, err := New(master)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from.name(), err)
	}
	if known == nil {
		if known, err = claim(ctx, pool, keys.fingerprint, now); err != nil {
			return nil, err
		}
	}
	if !bytes.Equal(known, keys.fingerprint) {
		return nil, fmt.Errorf("people's data in this database was sealed with another key than the one in %s; give the key it was sealed with (%s)", from.name(), from.Options)
	}
	return keys, nil
}

func (s Source) name() string {
	if s.Value != "" {
		return "the environment"
	}
	return s.File
}

// Master reads the key, or makes one where that may be done.
func (s Source) Master(mayMake bool) ([]byte, error) {
	if s.Value != "" {
		return s.decode(s.Value)
	}
	master, err := s.read()
	if !errors.Is(err, fs.ErrNotExist) {
		return master, err
	}
	if !mayMake {
		return nil, fmt.Errorf("the key of %s is missing: there is no %s; restore that file from its backup, or name another one (%s); nothing is lost while it is away", s.Of, s.File, s.Options)
	}
	if err := makeFile(s.File); err != nil {
		return nil, fmt.Errorf("key of %s: %w", s.Of, err)
	}
	return s.read()
}

func (s Source) decode(text string) ([]byte, error) {
	master, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(master) != MasterSize {
		return nil, fmt.Errorf("%s holds no key of %s: base64 text of %d bytes", s.name(), s.Of, MasterSize) // the cause would show a part of it
	}
	return master, nil
}

// read reads a key file that only its owner can read.
func (s Source) read() ([]byte, error) {
	file, err := os.Open(s.File)
	if err != nil {
		return nil, fmt.Errorf("key of %s: %w", s.Of, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("key of %s: %w", s.Of, err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others (mode %04o): a key of %s belongs to one account; chmod 600 it", s.File, mode, s.Of)
	}
	text := make([]byte, 256)
	n, err := file.Read(text)
	if err != nil {
		return nil, fmt.Errorf("key of %s in %s: %w", s.Of, s.File, err)
	}
	return s.decode(string(text[:n]))
}

// makeFile writes a new key that is whole when it appears under its name; of two
// processes at once, the first one's stays.
func makeFile(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var master [MasterSize]byte
	_, _ = rand.Read(master[:]) // never fails
	file, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(base64.StdEncoding.EncodeToString(master[:]) + "\n")
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Link(file.Name(), path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a new name in a folder outlive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return err
	}
	return nil
}

// fingerprint is that of the key the database was sealed with, or nil.
func fingerprint(ctx context.Context, q pg.Querier) (known []byte, err error) {
	err = q.QueryRow(ctx, "SELECT fingerprint FROM sealing WHERE one = 1").Scan(&known)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("fingerprint of people's key: %w", err)
	}
	return known, nil
}

// claim ties the database to a key, unless it is tied already, and gives the
// fingerprint that it is tied to.
func claim(ctx context.Context, pool *pgxpool.Pool, mine []byte, now time.Time) ([]byte, error) {
	_, err := pool.Exec(ctx, "INSERT INTO sealing (one, fingerprint, at) VALUES (1, $1, $2) ON CONFLICT (one) DO NOTHING", mine, now)
	if err != nil {
		return nil, fmt.Errorf("fingerprint of people's key: %w", err)
	}
	return fingerprint(ctx, pool)
}
