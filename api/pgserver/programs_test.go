package pgserver

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pretend writes programs that only tell a version; postgis "" leaves PostGIS out.
func pretend(t *testing.T, root string, major int, postgis string) (bin string) {
	t.Helper()
	bin, share := filepath.Join(root, fmt.Sprint(major), "bin"), filepath.Join(root, fmt.Sprint(major), "share")
	write := func(path, text string, mode os.FileMode) {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(bin, "initdb"), "#!/bin/sh\n", 0o755)
	write(filepath.Join(bin, "postgres"), fmt.Sprintf("#!/bin/sh\necho 'postgres (PostgreSQL) %d.4 (Debian)'\n", major), 0o755)
	write(filepath.Join(bin, "pg_config"), fmt.Sprintf("#!/bin/sh\ncase $1 in --sharedir) echo '%s';; --bindir) echo '%s';; esac\n", share, bin), 0o755)
	if postgis != "" {
		write(filepath.Join(share, "extension", "postgis.control"), "# comment\ndefault_version = '"+postgis+"'\n", 0o644)
	}
	return bin
}

func TestChoosesPrograms(t *testing.T) {
	t.Parallel()
	type install struct {
		major   int
		postgis string
	}
	for name, c := range map[string]struct {
		have    []install
		cluster int
		want    int      // major chosen, 0 for an error
		say     []string // parts of the error
	}{
		"none":             {say: []string{"no PostgreSQL server programs found", "apt-get install postgresql-15 postgresql-15-postgis-3", "--database-url"}},
		"newest":           {have: []install{{15, "3.3.2"}, {17, "3.5.0"}, {16, "3.4.0"}}, want: 17},
		"newest usable":    {have: []install{{15, "3.3.2"}, {17, ""}}, want: 15},
		"too old":          {have: []install{{13, "3.3.2"}}, say: []string{"PostgreSQL 13", "too old, 15 or newer", "postgresql-15 "}},
		"no PostGIS":       {have: []install{{16, ""}}, say: []string{"PostgreSQL 16", "has no PostGIS", "postgresql-16-postgis-3"}},
		"old PostGIS":      {have: []install{{15, "3.2.9"}}, say: []string{"PostGIS 3.2.9", "too old, 3.3 or newer"}},
		"cluster's major":  {have: []install{{15, "3.3.2"}, {17, "3.5.0"}}, cluster: 15, want: 15},
		"cluster's absent": {have: []install{{17, "3.5.0"}}, cluster: 15, say: []string{"made by PostgreSQL 15", "apt-get install postgresql-15 postgresql-15-postgis-3"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			for _, i := range c.have {
				pretend(t, root, i.major, i.postgis)
			}
			p, err := searchPath{globs: []string{root + "/*/bin"}}.choose(t.Context(), c.cluster)
			if c.want != 0 {
				if err != nil || p.major != c.want {
					t.Fatalf("chose %+v, %v", p, err)
				}
				return
			}
			if !errors.Is(err, ErrMissing) {
				t.Fatalf("error %v", err)
			}
			for _, part := range c.say {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
		})
	}
}

func TestPgConfigDecidesAlone(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	pretend(t, root, 17, "3.5.0")
	bin := pretend(t, root, 15, "3.3.2")
	p, err := searchPath{globs: []string{root + "/*/bin"}, pgConfig: bin + "/pg_config"}.choose(t.Context(), 0)
	if err != nil || p.major != 15 {
		t.Fatalf("chose %+v, %v", p, err)
	}
	p, err = searchPath{path: bin + ":relative"}.choose(t.Context(), 0)
	if err != nil || p.bin != bin {
		t.Fatalf("chose %+v from PATH, %v", p, err)
	}
}

func TestMissingProgramsLeaveTheFolderFree(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if _, err := start(t.Context(), config(dir), searchPath{path: t.TempDir()}); !errors.Is(err, ErrMissing) {
		t.Fatalf("error %v", err)
	}
	if owned(dir) {
		t.Error("the lock is still held")
	}
}

func TestSettingsFollowTheMachine(t *testing.T) {
	t.Parallel()
	for memory, want := range map[int64]string{
		256 * mebi:    "shared_buffers = 128MB",
		8192 * mebi:   "shared_buffers = 2048MB",
		262144 * mebi: "shared_buffers = 4096MB",
	} {
		text := settings(machine{memory: memory, sharedMemory: 1 << 40, cores: 4}, "/run/x", false)
		if !strings.Contains(text, want+"\n") {
			t.Errorf("%d MB of memory: no %q in\n%s", memory/mebi, want, text)
		}
		if strings.Contains(text, "fsync") || strings.Contains(text, "synchronous_commit") {
			t.Errorf("durability touched:\n%s", text)
		}
	}
	if text := settings(machine{memory: 1 << 33, sharedMemory: 64 * mebi, cores: 1}, "/run/x", false); !strings.Contains(text, "dynamic_shared_memory_type = mmap") {
		t.Error("a small /dev/shm is not heeded")
	}
}
