package osm

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// gathered is a sink that keeps everything.
type gathered struct {
	buildings  []Building
	facilities []Facility
	services   []Service
	basemap    []Basemap
	boundaries []Boundary
}

func (g *gathered) Building(b Building) error { g.buildings = append(g.buildings, b); return nil }
func (g *gathered) Facility(f Facility) error { g.facilities = append(g.facilities, f); return nil }
func (g *gathered) Service(s Service) error   { g.services = append(g.services, s); return nil }
func (g *gathered) Basemap(b Basemap) error   { g.basemap = append(g.basemap, b); return nil }
func (g *gathered) Boundary(b Boundary) error { g.boundaries = append(g.boundaries, b); return nil }

// shared finds a file of the shared sample data, which lies beside the
// repository (or where ONEMAP_SHARED says), and skips the test without it.
func shared(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("ONEMAP_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared")
	}
	path := filepath.Join(root, "data", "osm", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("shared sample data is not here (%v); set ONEMAP_SHARED to its folder", err)
	}
	return path
}

func read(t testing.TB, path string) (*gathered, Report) {
	t.Helper()
	var g gathered
	report, err := ReadFile(context.Background(), path, &g, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &g, report
}

func TestBoundaries(t *testing.T) {
	t.Parallel()
	g, _ := read(t, shared(t, "guixi-jiangxi-2024.osm"))
	if len(g.boundaries) != 1 || g.boundaries[0].Ref != "r6662718" || g.boundaries[0].Name != "东门街道" ||
		g.boundaries[0].NameEn != "Dongmen Subdistrict" || g.boundaries[0].AdminLevel != 8 {
		t.Errorf("of Guixi only Dongmen Subdistrict is whole, got %v", g.boundaries)
	}
	g, _ = read(t, shared(t, "liechtenstein-2015.osm.pbf"))
	communes := 0
	for _, b := range g.boundaries {
		if b.AdminLevel == 8 {
			communes++
		}
	}
	if len(g.boundaries) != 14 || communes != 11 {
		t.Errorf("%d boundaries with %d communes, want the country, 2 constituencies and 11", len(g.boundaries), communes)
	}
}
