package pgserver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const (
	superuser = "onemap_admin"
	owner     = "onemap"
	database  = "onemap"

	pointerFile      = "cluster" // in the data folder: where the cluster lies instead
	folderFile       = "folder"  // beside a cluster elsewhere: whose it is
	defaultElsewhere = "/var/lib/onemap"
)

// home is where one cluster lives and who runs it.
type home struct {
	dir     string // the data folder
	base    string // the folder that holds pg/: dir itself, or a folder elsewhere
	account account
	socket  string // set by makeSocketFolder
}

func (h home) cluster() string { return filepath.Join(h.base, "pg") }

func (h home) url(role, db string) string {
	q := url.Values{"host": {h.socket}, "search_path": {"city,public"}}
	u := url.URL{Scheme: "postgres", User: url.User(role), Path: "/" + db, RawQuery: q.Encode()}
	return u.String()
}

// madeBy is the major version that made the cluster, 0 when there is none.
func (h home) madeBy() int {
	text, err := os.ReadFile(filepath.Join(h.cluster(), "PG_VERSION"))
	if err != nil {
		return 0
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	return major
}

// makeFolder returns the data folder's true path. /proc shows true paths, and
// processes are recognised by them.
func makeFolder(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("pgserver: no data folder given")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("making the data folder: %w", err)
	}
	return truePath(dir)
}

func truePath(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// readHome follows the pointer of a data folder, and changes nothing.
func readHome(dir string) (home, error) {
	dir, err := truePath(dir)
	if err != nil {
		return home{}, err
	}
	h := home{dir: dir, base: dir}
	text, err := os.ReadFile(filepath.Join(dir, pointerFile))
	switch {
	case err == nil:
		h.base = strings.TrimSpace(string(text))
	case !errors.Is(err, fs.ErrNotExist):
		return home{}, err
	}
	return h, nil
}

// findHome decides, once and for all starts to come, where the cluster lies.
// The caller owns the data folder.
func findHome(ctx context.Context, dir, elsewhere string) (home, error) {
	h, err := readHome(dir)
	if err != nil {
		return home{}, err
	}
	if h.base != h.dir {
		if err := h.checkFolder(); err != nil {
			return home{}, err
		}
	}
	if h.account, err = h.chooseAccount(); err != nil {
		return home{}, err
	}
	if !h.account.other {
		return h, nil
	}
	if err := letPass(h.base); err != nil {
		return home{}, err
	}
	if h.account.reaches(ctx, h.base) {
		return h, nil
	}
	if _, err := os.Stat(h.cluster()); err == nil {
		return home{}, fmt.Errorf("the account %s, which runs the database, cannot reach %s, because a folder above it is closed; open that (chmod o+x) or move the data folder", h.account.name, h.cluster())
	}
	if elsewhere == "" {
		elsewhere = defaultElsewhere
	}
	return h, h.moveTo(ctx, elsewhere)
}

// moveTo gives a cluster not yet made a place under root. The name comes from the
// data folder's path; a place that holds an earlier folder's cluster is never reused.
func (h *home) moveTo(ctx context.Context, root string) error {
	if err := os.MkdirAll(root, 0o711); err != nil {
		return fmt.Errorf("the account %s, which runs the database, cannot reach %s, and no other place for it could be made: %w", h.account.name, h.dir, err)
	}
	root, err := truePath(root)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(h.dir))
	name := hex.EncodeToString(sum[:6])
	h.base = filepath.Join(root, name)
	for n := 2; h.madeBy() != 0; n++ {
		h.base = filepath.Join(root, name+"-"+strconv.Itoa(n))
	}
	if err := os.MkdirAll(h.base, 0o711); err != nil {
		return err
	}
	if err := letPass(h.base); err != nil {
		return err
	}
	if !h.account.reaches(ctx, h.base) {
		return fmt.Errorf("the account %s, which runs the database, can reach neither %s nor %s", h.account.name, h.dir, h.base)
	}
	if err := os.WriteFile(filepath.Join(h.base, folderFile), []byte(h.dir+"\n"), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(h.dir, pointerFile), []byte(h.base+"\n"), 0o600)
}

// checkFolder refuses a copied data folder, whose pointer names the database of
// the original; a moved folder is noted.
func (h home) checkFolder() error {
	record := filepath.Join(h.base, folderFile)
	text, err := os.ReadFile(record)
	if err != nil {
		return fmt.Errorf("the data folder %s says its database lies in %s, which cannot be read: %w", h.dir, h.base, err)
	}
	was := strings.TrimSpace(string(text))
	if was == h.dir {
		return nil
	}
	if other, err := readHome(was); err == nil && other.base == h.base {
		return fmt.Errorf("the data folder %s is a copy of %s, and the database in %s belongs to that one; use backup and restore to copy a database", h.dir, was, h.base)
	}
	return os.WriteFile(record, []byte(h.dir+"\n"), 0o600)
}

// letPass lets other accounts walk through a folder of ours, without reading it.
func letPass(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o001 != 0 {
		return nil
	}
	return os.Chmod(dir, info.Mode().Perm()|0o001)
}

func uidOf(path string) (uid int, ok bool) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(st.Uid), true
}
