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
}

// Obtain gives the city's keys: read, or made when the database has nothing
// sealed yet, and in any case the ones the database was sealed with.
func Obtain(ctx context.Context, pool *pgxpool.Pool, from Source, now time.Time) (*Keys, error) {
	known, err := fingerprint(ctx, pool)
	if err != nil {
		return nil, err
	}
	master, err := from.master(known == nil)
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
		return nil, fmt.Errorf("people's data in this database was sealed with another key than the one in %s; give the key it was sealed with (--people-key-file, ONEMAP_PEOPLE_KEY_FILE or ONEMAP_PEOPLE_KEY)", from.name())
	}
	return keys, nil
}

func (s Source) name() string {
	if s.Value != "" {
		return "ONEMAP_PEOPLE_KEY"
	}
	return s.File
}

func (s Source) master(mayMake bool) ([]byte, error) {
	if s.Value != "" {
		return decode(s.name(), s.Value)
	}
	master, err := readFile(s.File)
	if !errors.Is(err, fs.ErrNotExist) {
		return master, err
	}
	if !mayMake {
		return nil, fmt.Errorf("the key of people's data is missing: there is no %s; restore that file from its backup, or name another one (--people-key-file, ONEMAP_PEOPLE_KEY_FILE); nothing is lost while it is away", s.File)
	}
	if err := makeFile(s.File); err != nil {
		return nil, err
	}
	return readFile(s.File)
}

func decode(name, text string) ([]byte, error) {
	master, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(master) != MasterSize {
		return nil, fmt.Errorf("%s is no key of people's data: base64 text of %d bytes", name, MasterSize) // the cause would show a part of it
	}
	return master, nil
}

// readFile reads a key that only its owner can read.
func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("key of people's data: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("key of people's data: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others (mode %04o): a key of people's data belongs to one account; chmod 600 it", path, mode)
	}
	text := make([]byte, 256)
	n, err := file.Read(text)
	if err != nil {
		return nil, fmt.Errorf("key of people's data in %s: %w", path, err)
	}
	return decode(path, string(text[:n]))
}

// makeFile writes a new key that is whole when it appears under its name; of two
// processes at once, the first one's stays.
func makeFile(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("key of people's data: %w", err)
	}
	var master [MasterSize]byte
	_, _ = rand.Read(master[:]) // never fails
	file, err := os.CreateTemp(dir, ".people.key-*")
	if err != nil {
		return fmt.Errorf("key of people's data: %w", err)
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(base64.StdEncoding.EncodeToString(master[:]) + "\n")
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Link(file.Name(), path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("key of people's data: %w", err)
	}
	return syncDir(dir)
}

// syncDir makes a new name in a folder outlive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("key of people's data: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("key of people's data: %w", err)
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
