package pgserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	startLog  = "pg-start.log"   // in base: what the server says before its own log is open
	lastWords = 10 * time.Second // for a server told to end at once
)

// run is one life of the postmaster.
type run struct {
	cmd    *exec.Cmd
	ending atomic.Bool
	done   chan struct{}
	exited chan error
}

// launch starts the postmaster and waits until it takes connections.
func (s *Server) launch(ctx context.Context) (*run, error) {
	said, err := os.OpenFile(filepath.Join(s.home.base, startLog), os.O_RDWR|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer said.Close()
	cmd := exec.Command(filepath.Join(s.programs.bin, "postgres"), "-D", s.home.cluster())
	cmd.Dir, cmd.Env = s.home.base, serverEnvironment()
	cmd.Stdout, cmd.Stderr = said, said
	cmd.SysProcAttr = s.home.account.attributes(syscall.SIGINT)
	r := &run{cmd: cmd, done: make(chan struct{}), exited: make(chan error, 1)}
	if err := r.start(); err != nil {
		return nil, fmt.Errorf("starting PostgreSQL: %w", err)
	}
	began, told := time.Now(), time.Now()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-r.done:
			return nil, fmt.Errorf("PostgreSQL did not start (%w): %s", <-r.exited, s.lastLines(said))
		case <-ctx.Done():
			err := fmt.Errorf("PostgreSQL did not start in time: %w", context.Cause(ctx))
			return nil, errors.Join(err, r.end(context.WithoutCancel(ctx)))
		case now := <-tick.C:
			if p, ok := readPostmaster(s.home.cluster()); ok && p.ready && p.pid == cmd.Process.Pid {
				return r, nil
			}
			if now.Sub(told) > 10*time.Second {
				told = now
				s.log.Info("waiting for the database, which may be recovering", "seconds", int(now.Sub(began).Seconds()))
			}
		}
	}
}

// start keeps the thread that makes the child for as long as the child lives:
// the kernel sends the parent-death signal when that thread ends, not the program.
func (r *run) start() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with this function
		err := r.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		err = r.cmd.Wait()
		if err == nil && !r.ending.Load() {
			err = errors.New("it ended unasked")
		}
		if r.ending.Load() {
			err = nil
		}
		r.exited <- err
		close(r.exited)
		close(r.done)
	}()
	return <-started
}

// runChild runs a short-lived program with the same care for the thread.
func runChild(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return cmd.Run()
}

// end asks for a fast shutdown and waits; when ctx ends it asks for an immediate
// one, and at last kills.
func (r *run) end(ctx context.Context) error {
	r.ending.Store(true)
	r.cmd.Process.Signal(syscall.SIGINT) // an error means it has ended already
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
	}
	select {
	case <-r.done: // it had ended before, and both were ready
		return nil
	default:
	}
	for _, sig := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		r.cmd.Process.Signal(sig)
		select {
		case <-r.done:
			return fmt.Errorf("PostgreSQL was cut short: %w", context.Cause(ctx))
		case <-time.After(lastWords):
		}
	}
	return errors.New("PostgreSQL does not end")
}

// lastLines is what the server said, on one line: from its start log, or from
// its own log when it got that far.
func (s *Server) lastLines(said *os.File) string {
	const most = 1500
	text := tail(said, most)
	if newest := newestLog(filepath.Join(s.home.cluster(), "log")); newest != "" {
		if f, err := os.Open(newest); err == nil {
			defer f.Close()
			text += "\n" + tail(f, most)
		}
	}
	return strings.Join(strings.Split(strings.TrimSpace(text), "\n"), " | ")
}

func tail(f *os.File, most int64) string {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return ""
	}
	buf := make([]byte, min(size, most))
	n, _ := f.ReadAt(buf, size-int64(len(buf)))
	return string(buf[:n])
}

func newestLog(dir string) (newest string) {
	var at time.Time
	logs, _ := filepath.Glob(filepath.Join(dir, "*.log"))
	for _, path := range logs {
		if info, err := os.Stat(path); err == nil && info.ModTime().After(at) {
			newest, at = path, info.ModTime()
		}
	}
	return newest
}
