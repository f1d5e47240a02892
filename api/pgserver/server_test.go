package pgserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// folder is a new folder that the server's account can reach; t.TempDir lies
// below one that only root may enter.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "onemap-pgserver-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func config(dir string) Config { return Config{Dir: dir, NoFsync: true, MemoryShare: 0.02} }

func startIn(t *testing.T, cfg Config) *Server {
	t.Helper()
	s, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// value asks one question on a connection of its own.
func value[T any](t *testing.T, url, sql string) (v T) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if err := c.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func execute(t *testing.T, url, sql string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func TestServesAndKeepsItsData(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := startIn(t, config(dir))
	if v := value[string](t, s.URL(), "SELECT PostGIS_Version()"); !strings.HasPrefix(v, "3.") {
		t.Errorf("PostGIS %q", v)
	}
	for sql, want := range map[string]string{
		"SHOW search_path":                       "city,public",
		"SHOW listen_addresses":                  "",
		"SHOW jit":                               "off",
		"SHOW data_checksums":                    "on",
		"SHOW server_encoding":                   "UTF8",
		"SHOW lc_ctype":                          "C.UTF-8",
		"SHOW lc_collate":                        "C",
		"SELECT current_schema()":                "city",
		"SELECT current_setting('is_superuser')": "off",
		"SELECT nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'postgis'": "public",
		"SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'city'":                              "onemap",
	} {
		if got := value[string](t, s.URL(), sql); got != want {
			t.Errorf("%s: got %q, want %q", sql, got, want)
		}
	}
	execute(t, s.URL(), "CREATE TABLE kept (v text); INSERT INTO kept VALUES ('青禾')")

	p, ok := readPostmaster(s.home.cluster())
	if !ok || !p.ready {
		t.Fatalf("postmaster.pid: %+v %v", p, ok)
	}
	uid, ok := uidOf(fmt.Sprintf("/proc/%d", p.pid))
	if !ok || uid == 0 {
		t.Errorf("the server runs as uid %d", uid)
	}
	for _, private := range []string{s.home.socket, s.home.cluster()} {
		info, err := os.Stat(private)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %o", private, info.Mode().Perm())
		}
	}

	exited := s.Exited()
	stop(t, s)
	if err := <-exited; err != nil {
		t.Errorf("Exited after Stop: %v", err)
	}
	if left := workers(s.home.cluster()); len(left) > 0 {
		t.Errorf("still running after Stop: %v", left)
	}
	if err := s.Restart(t.Context()); err == nil {
		t.Error("Restart after Stop went through")
	}

	again := startIn(t, config(dir))
	if got := value[string](t, again.URL(), "SELECT v FROM kept"); got != "青禾" {
		t.Errorf("kept %q", got)
	}
}

func TestRecoversFromAKilledPostmaster(t *testing.T) {
	t.Parallel()
	cfg := config(folder(t))
	cfg.NoFsync = false // what was acknowledged must be there
	s := startIn(t, cfg)
	execute(t, s.URL(), "CREATE TABLE kept (v text); INSERT INTO kept VALUES ('x')")

	// A busy backend does not notice its postmaster's death by itself.
	busy, err := pgx.Connect(t.Context(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close(context.Background())
	answered := make(chan error, 1)
	go func() {
		_, err := busy.Exec(context.Background(), "SELECT count(*) FROM generate_series(1, 1000000000000) g WHERE g % 7 = 8")
		answered <- err
	}()
	for value[int](t, s.URL(), "SELECT count(*)::int FROM pg_stat_activity WHERE query LIKE '%generate_series%' AND pid <> pg_backend_pid()") == 0 {
		time.Sleep(20 * time.Millisecond)
	}

	p, _ := readPostmaster(s.home.cluster())
	if err := syscall.Kill(p.pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-s.Exited():
		if err == nil {
			t.Error("Exited told of no fault")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Exited did not fire")
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-answered; err == nil {
		t.Error("the query of a killed server was answered")
	}
	if got := value[string](t, s.URL(), "SELECT v FROM kept"); got != "x" {
		t.Errorf("kept %q", got)
	}
	select {
	case err := <-s.Exited():
		t.Errorf("Exited fired for the new run: %v", err)
	default:
	}
}

func TestRefusesASecondOwner(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if _, ok := Attach(dir); ok {
		t.Error("attached to a folder without a server")
	}
	s := startIn(t, config(dir))
	_, err := Start(t.Context(), config(dir))
	var owned *OwnedError
	if !errors.As(err, &owned) || owned.PID != os.Getpid() {
		t.Fatalf("second owner: %v", err)
	}
	for _, part := range []string{dir, fmt.Sprint(os.Getpid()), "--data", "kill"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	url, ok := Attach(dir)
	if !ok || url != s.URL() {
		t.Errorf("Attach: %q %v, want %q", url, ok, s.URL())
	}
	if got := value[string](t, url, "SELECT current_user::text"); got != owner {
		t.Errorf("attached as %q", got)
	}
	stop(t, s)
	if _, ok := Attach(dir); ok {
		t.Error("attached after Stop")
	}
}

func TestLongAndOddPaths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{strings.Repeat("很长的路径", 10), "o'clock, \"数据\" 100%?#&"} {
		dir := filepath.Join(folder(t), name)
		s := startIn(t, config(dir))
		if len(s.home.socket)+1+len(socketName) > maxSocketPath {
			t.Errorf("socket path of %d bytes", len(s.home.socket))
		}
		if url, ok := Attach(dir); !ok || url != s.URL() {
			t.Errorf("Attach: %q %v", url, ok)
		}
		if got := value[int](t, s.URL(), "SELECT 1"); got != 1 {
			t.Error(got)
		}
		stop(t, s)
		if _, err := os.Stat(s.home.socket); s.home.socket != filepath.Join(dir, "run") && !os.IsNotExist(err) {
			t.Errorf("the socket folder %s is left: %v", s.home.socket, err)
		}
	}
}

func TestStopInAHurry(t *testing.T) {
	t.Parallel()
	s := startIn(t, config(folder(t)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.Stop(ctx) // may or may not have been cut short
	if left := workers(s.home.cluster()); len(left) > 0 {
		t.Errorf("still running after Stop: %v", left)
	}
	if owned(s.home.dir) {
		t.Error("the lock is still held")
	}
}

// Only root runs the server as another account, which may not go everywhere.
func TestClosedParentFolder(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	closed := folder(t)
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	cfg := config(filepath.Join(closed, "data"))
	cfg.Elsewhere = folder(t)
	s := startIn(t, cfg)
	if !strings.HasPrefix(s.home.cluster(), cfg.Elsewhere) {
		t.Fatalf("the cluster lies in %s", s.home.cluster())
	}
	execute(t, s.URL(), "CREATE TABLE kept (v int)")
	if url, ok := Attach(cfg.Dir); !ok || url != s.URL() {
		t.Errorf("Attach: %q %v", url, ok)
	}
	stop(t, s)

	again := startIn(t, cfg)
	value[int](t, again.URL(), "SELECT count(*)::int FROM kept")
	stop(t, again)

	// A copy must not take the original's database; a moved folder keeps its own.
	pointer, err := os.ReadFile(filepath.Join(cfg.Dir, pointerFile))
	if err != nil {
		t.Fatal(err)
	}
	other := cfg
	other.Dir = filepath.Join(closed, "copy")
	if err := os.Mkdir(other.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(other.Dir, pointerFile), pointer, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Start(t.Context(), other); err == nil {
		stop(t, s)
		t.Error("a copied data folder took the original's database")
	}
	if err := os.RemoveAll(cfg.Dir); err != nil {
		t.Fatal(err)
	}
	moved := startIn(t, other)
	value[int](t, moved.URL(), "SELECT count(*)::int FROM kept")

	// A new folder at the old path gets a new database.
	fresh := startIn(t, cfg)
	if value[bool](t, fresh.URL(), "SELECT to_regclass('kept') IS NOT NULL") {
		t.Error("a new data folder took an old one's database")
	}
}

func TestUnfinishedCluster(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := os.MkdirAll(filepath.Join(dir, "pg.new", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := startIn(t, config(dir))
	value[int](t, s.URL(), "SELECT 1")

	dir = folder(t)
	if err := os.Mkdir(filepath.Join(dir, "pg"), 0o700); err != nil {
		t.Fatal(err)
	}
	if s, err := Start(t.Context(), config(dir)); err == nil {
		stop(t, s)
		t.Error("started over a folder that is no cluster")
	}
}
