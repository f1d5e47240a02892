package blob

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

// Store keeps files by key. Put is atomic and lasting: when it returns, the
// whole file is on the disk; when it fails, there is never half of it. A
// second Put of a key changes nothing.
type Store interface {
	Put(ctx context.Context, key Key, data []byte) error
	// Open gives the file and its size in bytes; the caller closes it.
	Open(ctx context.Context, key Key) (io.ReadSeekCloser, int64, error)
	// Delete forgets a file; one that is not there is no error.
	Delete(ctx context.Context, key Key) error
}

// What a Store answers with, wrapped.
var (
	ErrNotFound = errors.New("blob: no such file")
	ErrFull     = errors.New("blob: the disk is full")
	ErrKey      = errors.New("blob: not a key of this content")
)

var keyForm = regexp.MustCompile(`^[0-9a-f]{64}(` + regexp.QuoteMeta(thumbSuffix) + `)?$`)

// Folder is a Store in a local folder: ab/cd/abcd…, and incoming/ for what is
// still being written. Several processes may use one folder.
type Folder struct {
	root string
}

const incoming = "incoming"

// OpenFolder makes the folder where it is not there yet.
func OpenFolder(root string) (*Folder, error) {
	if err := os.MkdirAll(filepath.Join(root, incoming), 0o750); err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	return &Folder{root: root}, nil
}

// Put writes aside, syncs, and renames: a reader sees all of the file or
// none. The key of a photo must be the hash of data.
func (f *Folder) Put(ctx context.Context, key Key, data []byte) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	path, err := f.path(key)
	if err != nil {
		return err
	}
	if len(key) == 2*sha256.Size && key != KeyOf(sha256.Sum256(data)) {
		return fmt.Errorf("%w: %s", ErrKey, key)
	}
	if info, err := os.Stat(path); err == nil && info.Size() == int64(len(data)) {
		return nil
	}
	if err := f.write(path, data); err != nil {
		return fmt.Errorf("blob: writing %s: %w", key, full(err))
	}
	return nil
}

// full names an error that says that there is no room.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

func (f *Folder) write(path string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Join(f.root, incoming), "photo-")
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Sync()
	}
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = f.place(temp.Name(), path)
	}
	if err != nil {
		if removed := os.Remove(temp.Name()); removed != nil && !errors.Is(removed, os.ErrNotExist) {
			err = errors.Join(err, removed)
		}
	}
	return err
}

// place renames and makes the name last: a new name is on the disk only when
// its folder has been synced, and a new folder when the one above it has.
func (f *Folder) place(temp, path string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	for _, d := range []string{f.root, filepath.Dir(folder)} {
		if err := syncFolder(d); err != nil {
			return err
		}
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return syncFolder(folder)
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open opens the file for reading.
func (f *Folder) Open(ctx context.Context, key Key) (io.ReadSeekCloser, int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, fmt.Errorf("blob: %w", err)
	}
	path, err := f.path(key)
	if err != nil {
		return nil, 0, err
	}
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, fmt.Errorf("%w: %s", ErrNotFound, key)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("blob: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, 0, fmt.Errorf("blob: %w", errors.Join(err, file.Close()))
	}
	return file, info.Size(), nil
}

// Delete removes the file. Photos of the same content share one file, so the
// caller makes sure that no other row has the key.
func (f *Folder) Delete(ctx context.Context, key Key) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	path, err := f.path(key)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("blob: %w", err)
	}
	return nil
}

// Sweep removes what a killed process left half-written before the given
// time, and says how many files that were.
func (f *Folder) Sweep(before time.Time) (int, error) {
	entries, err := os.ReadDir(filepath.Join(f.root, incoming))
	if err != nil {
		return 0, fmt.Errorf("blob: %w", err)
	}
	swept := 0
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.ModTime().Before(before) {
			continue // renamed meanwhile, or still being written
		}
		if err := os.Remove(filepath.Join(f.root, incoming, e.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
			return swept, fmt.Errorf("blob: %w", err)
		}
		swept++
	}
	return swept, nil
}

func (f *Folder) path(key Key) (string, error) {
	if !keyForm.MatchString(string(key)) {
		return "", fmt.Errorf("%w: %.80q", ErrKey, string(key))
	}
	return filepath.Join(f.root, string(key[:2]), string(key[2:4]), string(key)), nil
}
