package pgserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
)

// makeCluster runs initdb beside the final place and renames, so that a start
// cut short leaves no half cluster behind.
func (s *Server) makeCluster(ctx context.Context) error {
	cluster := s.home.cluster()
	if s.home.madeBy() != 0 {
		return nil
	}
	if _, err := os.Lstat(cluster); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s exists but is no database cluster; move it away", cluster)
	}
	s.log.Info("making a database cluster", "folder", cluster, "postgresql", s.programs.major, "postgis", s.programs.postgis)
	fresh := cluster + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return err
	}
	if err := s.home.account.own(fresh); err != nil {
		return err
	}
	// Text sorts by its bytes, in the order of code points: indexes of text take half the time of any locale's, C.UTF-8 included.
	args := []string{
		"--pgdata", fresh, "--username", superuser, "--encoding", "UTF8", "--locale", "C.UTF-8", "--lc-collate", "C",
		"--auth", "peer", "--data-checksums", "--no-instructions",
	}
	if s.cfg.NoFsync {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(s.programs.bin, "initdb"), args...)
	cmd.Dir, cmd.Env = s.home.base, serverEnvironment()
	cmd.SysProcAttr = s.home.account.attributes(syscall.SIGKILL)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := runChild(cmd); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, strings.TrimSpace(out.String()))
	}
	return os.Rename(fresh, cluster)
}

// serverEnvironment keeps PG* variables of the user away from the server.
func serverEnvironment() []string {
	return []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}
}

const (
	settingsFile = "onemap.conf"
	localFile    = "local.conf"
)

// writeSettings writes the three files that are ours at every start; what an
// administrator wants to change goes to local.conf in the cluster, which wins.
func (s *Server) writeSettings() error {
	// The cluster belongs to a less trusted account: os.Root follows no link out of it.
	root, err := os.OpenRoot(s.home.cluster())
	if err != nil {
		return err
	}
	defer root.Close()
	idents, err := s.idents()
	if err != nil {
		return err
	}
	files := map[string]string{
		settingsFile:    settings(s.machine(), s.home.socket, s.cfg.NoFsync),
		"pg_hba.conf":   "# Written at every start. No network, only the two accounts of pg_ident.conf.\nlocal all all peer map=onemap\n",
		"pg_ident.conf": idents,
	}
	main, err := root.ReadFile("postgresql.conf")
	if err != nil {
		return err
	}
	if include := "include_if_exists '" + settingsFile + "'\ninclude_if_exists '" + localFile + "'\n"; !bytes.Contains(main, []byte(include)) {
		files["postgresql.conf"] = string(main) + "\n" + include
	}
	for name, text := range files {
		if err := root.WriteFile(name, []byte(text), 0o600); err != nil {
			return err
		}
		if !s.home.account.other {
			continue
		}
		if err := root.Lchown(name, s.home.account.uid, s.home.account.gid); err != nil {
			return err
		}
	}
	return nil
}

// idents lets the program's account and the server's account be either role.
func (s *Server) idents() (string, error) {
	self, err := user.Current()
	if err != nil {
		return "", fmt.Errorf("peer authentication needs this program's account to have a name: %w", err)
	}
	text := "# Written at every start.\n"
	names := []string{self.Username}
	if s.home.account.other {
		names = append(names, s.home.account.name)
	}
	for _, name := range names {
		for _, role := range []string{superuser, owner} {
			text += fmt.Sprintf("onemap \"%s\" %s\n", name, role)
		}
	}
	return text, nil
}
