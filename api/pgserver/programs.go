package pgserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	minPostgres     = 15
	minPostGISMajor = 3
	minPostGISMinor = 3
)

// ErrMissing marks errors that an installation mends; the text says which.
var ErrMissing = errors.New("PostgreSQL with PostGIS is not installed as needed")

// programs is one installed PostgreSQL: the folder of initdb and postgres.
type programs struct {
	bin     string
	major   int
	postgis string // default_version of its PostGIS, "" when there is none
}

// searchPath says where to look for server programs.
type searchPath struct {
	globs    []string
	path     string // like $PATH
	pgConfig string // a pg_config program that decides alone, like $PG_CONFIG
}

func installed() searchPath {
	return searchPath{
		globs:    []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin"},
		path:     os.Getenv("PATH"),
		pgConfig: os.Getenv("PG_CONFIG"),
	}
}

// choose picks the newest PostgreSQL that is new enough and has PostGIS. A
// cluster is bound to the major version that made it; cluster 0 means there is none yet.
func (w searchPath) choose(ctx context.Context, cluster int) (programs, error) {
	var found []programs
	for _, bin := range w.folders(ctx) {
		if p, ok := inspect(ctx, bin); ok {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b programs) int { return b.major - a.major })
	for _, p := range found {
		if p.usable() && (cluster == 0 || p.major == cluster) {
			return p, nil
		}
	}
	return programs{}, w.missing(found, cluster)
}

func (w searchPath) folders(ctx context.Context) []string {
	if w.pgConfig != "" {
		out, err := exec.CommandContext(ctx, w.pgConfig, "--bindir").Output()
		if err != nil {
			return nil
		}
		return []string{strings.TrimSpace(string(out))}
	}
	var bins []string
	for _, g := range w.globs {
		hits, _ := filepath.Glob(g) // only a bad pattern fails, and ours are fixed
		bins = append(bins, hits...)
	}
	for _, dir := range filepath.SplitList(w.path) {
		if filepath.IsAbs(dir) {
			bins = append(bins, dir)
		}
	}
	return bins
}

var (
	versionOutput  = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)
	controlVersion = regexp.MustCompile(`(?m)^\s*default_version\s*=\s*'([^']+)'`)
)

// inspect reports false for a folder without initdb and postgres.
func inspect(ctx context.Context, bin string) (programs, bool) {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(bin, name)); err != nil {
			return programs{}, false
		}
	}
	out, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output()
	m := versionOutput.FindSubmatch(out)
	if err != nil || m == nil {
		return programs{}, false
	}
	major, err := strconv.Atoi(string(m[1]))
	if err != nil {
		return programs{}, false
	}
	p := programs{bin: bin, major: major}
	share := fmt.Sprintf("/usr/share/postgresql/%d", major)
	if out, err := exec.CommandContext(ctx, filepath.Join(bin, "pg_config"), "--sharedir").Output(); err == nil {
		share = strings.TrimSpace(string(out))
	}
	if text, err := os.ReadFile(filepath.Join(share, "extension", "postgis.control")); err == nil {
		if m := controlVersion.FindSubmatch(text); m != nil {
			p.postgis = string(m[1])
		}
	}
	return p, true
}

func (p programs) usable() bool { return p.major >= minPostgres && postgisFits(p.postgis) }

func postgisFits(version string) bool {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	ma, err1 := strconv.Atoi(major)
	mi, err2 := strconv.Atoi(minor)
	if err1 != nil || err2 != nil {
		return false
	}
	return ma > minPostGISMajor || ma == minPostGISMajor && mi >= minPostGISMinor
}

// missing words what is wrong, and the command that mends it.
func (w searchPath) missing(found []programs, cluster int) error {
	var what strings.Builder
	install := minPostgres
	switch {
	case cluster != 0:
		install = cluster
		fmt.Fprintf(&what, "the database in this data folder was made by PostgreSQL %d, whose programs with PostGIS are not installed", cluster)
	case len(found) == 0:
		what.WriteString("no PostgreSQL server programs found")
	default:
		what.WriteString("no installed PostgreSQL will do")
		install = max(minPostgres, found[0].major)
	}
	for _, p := range found {
		fmt.Fprintf(&what, "; PostgreSQL %d in %s", p.major, p.bin)
		switch {
		case p.major < minPostgres:
			fmt.Fprintf(&what, " is too old, %d or newer is needed", minPostgres)
		case p.postgis == "":
			what.WriteString(" has no PostGIS")
		case !postgisFits(p.postgis):
			fmt.Fprintf(&what, " has PostGIS %s, which is too old, %d.%d or newer is needed", p.postgis, minPostGISMajor, minPostGISMinor)
		}
	}
	looked := append(slices.Clone(w.globs), "PATH")
	if w.pgConfig != "" {
		looked = []string{"PG_CONFIG=" + w.pgConfig}
	}
	fmt.Fprintf(&what, " (looked in %s). Install it with: apt-get install postgresql-%d postgresql-%d-postgis-3 (as root), or name a database of your own with --database-url",
		strings.Join(looked, ", "), install, install)
	return fmt.Errorf("%w: %s", ErrMissing, what.String())
}
