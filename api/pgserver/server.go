package pgserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
)

// Config says where and how the server runs. Only Dir is needed.
type Config struct {
	// Dir is the data folder; made when missing. The cluster lies in Dir/pg,
	// unless the account that runs the server cannot reach it (see Elsewhere).
	Dir string
	// Log hears of slow or unusual steps; nil is silence.
	Log *slog.Logger
	// NoFsync trades every guarantee after a power cut for speed. Tests only.
	NoFsync bool
	// MemoryShare is the part of the machine's memory the server is tuned to,
	// 0 < share <= 1. Zero means 1: the database has the machine almost alone.
	MemoryShare float64
	// Elsewhere holds the cluster when the program runs as root and Dir lies
	// where the server's account may not go, such as under /root. Empty means
	// /var/lib/onemap. The file Dir/cluster then says where it is.
	Elsewhere string
}

// Server is a running private PostgreSQL. Its methods may be called from any goroutine.
type Server struct {
	cfg      Config
	log      *slog.Logger
	programs programs
	home     home
	locks    []*os.File

	mu      sync.Mutex
	run     *run
	stopped bool
}

// Start brings the server of cfg.Dir up and returns once it answers. ctx bounds
// the start only; recovery after a crash can take a while. Errors worth telling
// apart: [*OwnedError] when another process owns the folder, [ErrMissing] when
// PostgreSQL or PostGIS has to be installed.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	return start(ctx, cfg, installed())
}

func start(ctx context.Context, cfg Config, where searchPath) (_ *Server, err error) {
	s := &Server{cfg: cfg, log: cfg.Log}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	defer func() {
		if err != nil {
			s.unlock()
		}
	}()
	dir, err := makeFolder(cfg.Dir)
	if err != nil {
		return nil, err
	}
	s.cfg.Dir = dir
	if err := s.lock(dir); err != nil {
		return nil, err
	}
	if s.home, err = findHome(ctx, dir, cfg.Elsewhere); err != nil {
		return nil, err
	}
	if s.home.base != dir {
		if err := s.lock(s.home.base); err != nil {
			return nil, err
		}
		s.log.Info("the database lies outside the data folder, because its account cannot go there",
			"account", s.home.account.name, "folder", dir, "database", s.home.base)
	}
	if s.programs, err = where.choose(ctx, s.home.madeBy()); err != nil {
		return nil, err
	}
	if err := s.up(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// up makes what is missing and starts the postmaster. The caller holds mu, or is alone.
func (s *Server) up(ctx context.Context) error {
	if err := s.clearRemains(ctx); err != nil {
		return err
	}
	if err := s.makeCluster(ctx); err != nil {
		return err
	}
	if err := s.home.makeSocketFolder(); err != nil {
		return err
	}
	if err := s.writeSettings(); err != nil {
		return err
	}
	r, err := s.launch(ctx)
	if err != nil {
		return err
	}
	if err := s.provision(ctx); err != nil {
		err = fmt.Errorf("preparing the database: %w", err)
		return errors.Join(err, r.end(context.WithoutCancel(ctx)))
	}
	s.run = r
	return nil
}

// URL is the database as the application uses it: over the unix socket, as the
// owner of schema city, which is no superuser, with search_path city, public.
func (s *Server) URL() string { return s.home.url(owner, database) }

// Cluster is the folder the database's files lie in: under the data folder,
// or elsewhere where the server's account cannot reach that.
func (s *Server) Cluster() string { return s.home.cluster() }

// AdminURL is the given database as the superuser. Only tests, which make
// databases, have a use for it.
func (s *Server) AdminURL(name string) string { return s.home.url(superuser, name) }

// Exited yields once when the postmaster now running has ended: nil after Stop,
// else why. After Restart ask again.
func (s *Server) Exited() <-chan error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.run.exited
}

// Restart brings a dead server up again; one that still runs is stopped first.
// It waits for the backends a killed postmaster leaves behind, and ends them
// when they do not go by themselves.
func (s *Server) Restart(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return errors.New("pgserver: restart after stop")
	}
	if err := s.run.end(ctx); err != nil {
		s.log.Warn("restarting the database", "error", err)
	}
	return s.up(ctx)
}

// Stop ends the server in order: sessions are cut off, work in memory is
// written, the process is gone when Stop returns. When ctx ends first the server
// is cut short, which costs nothing but a recovery at the next start.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil
	}
	s.stopped = true
	// The first process has ended; what it told to end may take a moment more.
	err := errors.Join(s.run.end(ctx), s.endAll(context.WithoutCancel(ctx), s.home.cluster(), orphanPatience))
	s.home.removeSocketFolder()
	s.unlock()
	return err
}
