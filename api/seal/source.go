package seal

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Source is where keys come from.
type Source struct {
	// File holds the keys as text, one a line; made when nothing is sealed yet.
	File string
	// Value is the same text, as a secret store hands it over in the environment;
	// with it no file is read. Commas may stand for the ends of lines.
	Value string
	// Of says in errors what the keys are for, Options how they are given.
	Of, Options string
	// Lease is for how long a process believes what it last heard of the keys; 5
	// seconds when zero. A rotation waits for longer between telling and doing.
	Lease time.Duration
}

// people are what errors say of the keys of people's data.
func (s Source) people() Source {
	s.Of, s.Options = "people's data", "--people-key-file, ONEMAP_PEOPLE_KEY_FILE or ONEMAP_PEOPLE_KEY"
	return s
}

func (s Source) name() string {
	if s.Value != "" {
		return "the environment"
	}
	return s.File
}

// held is a key as a source holds it: base64 text, and after a blank when it was
// made, of those that were made after the first.
type held struct {
	master []byte
	born   time.Time
}

func (h held) line() string {
	text := base64.StdEncoding.EncodeToString(h.master)
	if !h.born.IsZero() {
		text += " " + h.born.UTC().Format(time.RFC3339)
	}
	return text + "\n"
}

// Master reads the last key, or makes one where that may be done.
func (s Source) Master(mayMake bool) ([]byte, error) {
	list, err := s.obtain(mayMake, held{})
	if err != nil {
		return nil, err
	}
	return list[len(list)-1].master, nil
}

// obtain reads the keys, or makes the first one.
func (s Source) obtain(mayMake bool, first held) ([]held, error) {
	list, err := s.read()
	if !errors.Is(err, fs.ErrNotExist) {
		return list, err
	}
	if !mayMake {
		return nil, fmt.Errorf("the key of %s is missing: there is no %s; restore that file from its backup, or name another one (%s); nothing is lost while it is away", s.Of, s.File, s.Options)
	}
	first.master = make([]byte, MasterSize)
	_, _ = rand.Read(first.master) // never fails
	if err := place(s.File, first.line(), os.Link); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("key of %s: %w", s.Of, err)
	}
	return s.read()
}

// read gives the keys, the oldest first.
func (s Source) read() ([]held, error) {
	text := s.Value
	if text == "" {
		var err error
		if text, err = s.readFile(); err != nil {
			return nil, err
		}
	}
	var list []held
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ',' }) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		var h held
		var bad error
		if h.master, bad = base64.StdEncoding.DecodeString(words[0]); bad == nil && len(words) > 1 {
			h.born, bad = time.Parse(time.RFC3339, words[1])
		}
		if bad != nil || len(h.master) != MasterSize || len(words) > 2 {
			return nil, s.noKey() // the cause would show a part of it
		}
		list = append(list, h)
	}
	if len(list) == 0 {
		return nil, s.noKey()
	}
	return list, nil
}

func (s Source) noKey() error {
	return fmt.Errorf("%s holds no key of %s: base64 text of %d bytes, one a line, each with its date behind it or none", s.name(), s.Of, MasterSize)
}

// longest bounds a key file: hundreds of keys.
const longest = 64 << 10

// readFile reads a key file that only its owner can read.
func (s Source) readFile() (string, error) {
	info, err := os.Stat(s.File)
	if err != nil {
		return "", fmt.Errorf("key of %s: %w", s.Of, err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return "", fmt.Errorf("%s can be read by others (mode %04o): a key of %s belongs to one account; chmod 600 it", s.File, mode, s.Of)
	}
	if info.Size() > longest {
		return "", s.noKey()
	}
	text, err := os.ReadFile(s.File)
	if err != nil {
		return "", fmt.Errorf("key of %s: %w", s.Of, err)
	}
	return string(text), nil
}

// write replaces a key file: whoever reads it finds the old one or the new one,
// whole, also after a power cut.
func (s Source) write(list []held) error {
	if s.Value != "" {
		return fmt.Errorf("the keys of %s come from the environment, which this program cannot change: do it there", s.Of)
	}
	var text strings.Builder
	for _, h := range list {
		text.WriteString(h.line())
	}
	file, err := filepath.EvalSymlinks(s.File)
	if err == nil {
		err = place(file, text.String(), os.Rename)
	}
	if err != nil {
		return fmt.Errorf("key of %s: %w", s.Of, err)
	}
	return nil
}

// place writes a file that is whole when it appears under its name. With
// os.Link the first of two processes at once wins, with os.Rename the last.
func place(path, text string, under func(from, to string) error) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	// A server under another account goes on reading what was its own.
	if was, ok := owner(path); ok {
		err = file.Chown(int(was.Uid), int(was.Gid))
	}
	if err == nil {
		_, err = file.WriteString(text)
	}
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := under(file.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

func owner(path string) (*syscall.Stat_t, bool) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, false
	}
	was, ok := info.Sys().(*syscall.Stat_t)
	return was, ok
}

// syncDir makes a new name in a folder outlive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
