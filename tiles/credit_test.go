package tiles

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

// OpenStreetMap is credited from the first thing imported from it, and not before.
func TestTheBasemapCreditsItsSource(t *testing.T) {
	t.Parallel()
	c := openTown(t)
	basemap := basemapSource(c)
	if got, err := basemap.Attribution(t.Context()); err != nil || got != "" {
		t.Fatalf("a town of our own: %q, %v", got, err)
	}
	_, err := c.pool.Exec(t.Context(), `
INSERT INTO basemap (id, source, source_ref, layer, class, rank, geom, rev, updated_at)
VALUES ($1, 'osm', 'w1', 'road', 'primary', 1, ST_GeomFromText('LINESTRING(113.3 23.4, 113.31 23.4)', 4326), 1, $2)`, uuid.New(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := basemap.Attribution(t.Context()); err != nil || got == "" {
		t.Fatalf("after an import: %q, %v", got, err)
	}
}
