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

func TestSmoke(t *testing.T) {
	for _, n := range []string{"helsinki-centre-2019.osm.pbf", "beijing-bupt-2025.osm", "guixi-jiangxi-2024.osm", "liechtenstein-2015.osm.pbf"} {
		var g gathered
		r, err := ReadFile(context.Background(), shared(t, n), &g, nil)
		t.Log(n, err, r.Nodes, r.Ways, r.Relations, "b", r.Buildings, "f", r.Facilities, "s", r.Services, "m", r.Basemap, "a", r.Boundaries)
		for _, x := range r.Refused {
			t.Log(x.Feature, x.Reason, x.Count, x.Refs[:min(6, len(x.Refs))])
		}
		for _, x := range r.Shortened {
			t.Log("short", x.Feature, x.Reason, x.Count, x.Refs[:min(6, len(x.Refs))])
		}
		for _, b := range g.boundaries {
			t.Log(b.Ref, b.Name, b.AdminLevel, b.Code)
		}
	}
}
