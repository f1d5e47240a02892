package pgserver

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const lockFile = "lock"

// OwnedError says that another process owns the data folder.
type OwnedError struct {
	Dir string
	PID int // 0 when the owner did not say
}

func (e *OwnedError) Error() string {
	who, stop := "another process", "stop it"
	if e.PID != 0 {
		who, stop = fmt.Sprintf("process %d", e.PID), fmt.Sprintf("stop it first (kill %d)", e.PID)
		if name := commandOf(e.PID); name != "" {
			who += " (" + name + ")"
		}
	}
	return fmt.Sprintf("the data folder %s is in use by %s; %s, or choose another folder with --data", e.Dir, who, stop)
}

// lock takes the folder for this process. The kernel frees it when the process
// ends, however it ends; the server's processes do not inherit it.
func (s *Server) lock(dir string) error {
	path := filepath.Join(dir, lockFile)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("the data folder cannot be used: %w", err)
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	for try := 0; errors.Is(err, unix.EWOULDBLOCK) && try < 4; try++ {
		time.Sleep(25 * time.Millisecond) // a passing look by Attach, or an owner just leaving
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	}
	if err != nil {
		defer f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return &OwnedError{Dir: dir, PID: ownerOf(path)}
		}
		return fmt.Errorf("locking %s: %w", path, err)
	}
	s.locks = append(s.locks, f)
	if err := f.Truncate(0); err != nil {
		return fmt.Errorf("locking %s: %w", path, err)
	}
	_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

func (s *Server) unlock() {
	for _, f := range s.locks {
		f.Close()
	}
	s.locks = nil
}

// owned reports whether some process holds the folder's lock.
func owned(dir string) bool {
	f, err := os.Open(filepath.Join(dir, lockFile))
	if err != nil {
		return false
	}
	defer f.Close()
	return errors.Is(unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
}

func ownerOf(lockPath string) int {
	text, err := os.ReadFile(lockPath)
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	return pid
}

// commandOf is the program and its first argument, such as "onemap serve".
func commandOf(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return ""
	}
	args := bytes.Split(bytes.TrimRight(text, "\x00"), []byte{0})
	name := filepath.Base(string(args[0]))
	if len(args) > 1 && len(args[1]) > 0 && args[1][0] != '-' {
		name += " " + string(args[1])
	}
	return name
}
