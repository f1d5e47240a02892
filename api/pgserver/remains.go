package pgserver

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Patience with what a killed owner left behind. A postmaster was told to shut
// down by the kernel and may have much to write; backends without a postmaster
// only have to notice.
const (
	shutdownPatience = 60 * time.Second
	orphanPatience   = 2 * time.Second
	killPatience     = 5 * time.Second
)

// clearRemains waits until no process works in the cluster, and ends those that
// stay. The caller holds the folder's lock, so they belong to nobody.
func (s *Server) clearRemains(ctx context.Context) error {
	cluster := s.home.cluster()
	if err := s.endAll(ctx, cluster+".new", 0); err != nil { // an initdb cut short
		return err
	}
	patience := orphanPatience
	p, found := readPostmaster(cluster)
	if found && p.alive(cluster) {
		s.log.Info("waiting for the database of an owner that died to shut down", "pid", p.pid)
		syscall.Kill(p.pid, syscall.SIGINT) // it may have missed the kernel's
		patience = shutdownPatience
	}
	if err := s.endAll(ctx, cluster, patience); err != nil {
		return err
	}
	if found {
		return s.forgetPID()
	}
	return nil
}

// forgetPID removes the note of a dead postmaster. PostgreSQL would do so
// itself, but refuses when the number now belongs to a stranger of its account.
func (s *Server) forgetPID() error {
	root, err := os.OpenRoot(s.home.cluster())
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.Remove("postmaster.pid"); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

func (s *Server) endAll(ctx context.Context, cluster string, patience time.Duration) error {
	steps := []struct {
		sig  syscall.Signal // sent first; 0 sends nothing
		wait time.Duration
	}{{0, patience}, {syscall.SIGQUIT, killPatience}, {syscall.SIGKILL, killPatience}}
	for _, step := range steps {
		for end := time.Now().Add(step.wait); ; {
			left := workers(cluster)
			if len(left) == 0 {
				return nil
			}
			if step.sig != 0 {
				s.log.Warn("ending database processes without an owner", "count", len(left), "signal", step.sig.String())
				for _, pid := range left {
					syscall.Kill(pid, step.sig)
				}
				step.sig = 0
			}
			if time.Now().After(end) {
				break
			}
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return fmt.Errorf("processes %v still work in %s and cannot be ended", workers(cluster), cluster)
}

// workers are the server processes of a cluster: each has it as its working folder.
func workers(cluster string) (pids []int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && worksIn(pid, cluster) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func worksIn(pid int, cluster string) bool {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	cwd, err := os.Readlink(filepath.Join(proc, "cwd"))
	if err != nil || cwd != cluster {
		return false
	}
	name, err := os.ReadFile(filepath.Join(proc, "comm"))
	return err == nil && strings.HasPrefix(string(name), "postgres")
}
