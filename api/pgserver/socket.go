package pgserver

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A unix socket's address holds 108 bytes with the closing zero.
const (
	maxSocketPath = 106
	socketName    = ".s.PGSQL.5432"
	socketRecord  = "run.path" // in base: the folder made outside it
)

// makeSocketFolder makes base/run, or, when that path does not fit into a
// socket's address or would need quoting, a folder in the user's run-time folder or /tmp.
func (h *home) makeSocketFolder() error {
	inside := filepath.Join(h.base, "run")
	if fitsSocket(inside) {
		h.socket = inside
		if err := os.Mkdir(inside, 0o700); err != nil && !os.IsExist(err) {
			return err
		}
		return h.account.own(inside)
	}
	if h.socket != "" && h.socket != inside {
		if _, err := os.Stat(h.socket); err == nil {
			return nil
		}
	}
	h.removeSocketFolder() // a killed owner's
	var err error
	if h.socket, err = os.MkdirTemp(h.runtimeFolder(), "onemap-"); err != nil {
		return fmt.Errorf("making a folder for the database's socket: %w", err)
	}
	if err := os.WriteFile(filepath.Join(h.base, socketRecord), []byte(h.socket+"\n"), 0o600); err != nil {
		return err
	}
	return h.account.own(h.socket)
}

func (h home) runtimeFolder() string {
	if !h.account.other {
		dir := "/run/user/" + strconv.Itoa(h.account.uid)
		if uid, ok := uidOf(dir); ok && uid == h.account.uid {
			return dir
		}
	}
	return "/tmp"
}

// removeSocketFolder removes a socket folder outside base, if there is one.
func (h home) removeSocketFolder() {
	record := filepath.Join(h.base, socketRecord)
	text, err := os.ReadFile(record)
	if err != nil {
		return
	}
	dir := strings.TrimSpace(string(text))
	os.Remove(filepath.Join(dir, socketName))
	os.Remove(filepath.Join(dir, socketName+".lock"))
	os.Remove(dir)
	os.Remove(record)
}

func fitsSocket(dir string) bool {
	return len(dir)+1+len(socketName) <= maxSocketPath && !strings.ContainsAny(dir, `,"'\`+"\n")
}
