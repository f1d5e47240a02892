package crosswalk_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/building"
	"onemap/api/crosswalk"
	"onemap/api/link"
	"onemap/api/region"
	"onemap/api/transfer"
	"onemap/geo/grid"
)

// west and south are the corner of the city, in thousandths of a degree (apitest).
const west, south = 113300, 23400

// box is a rectangle of thousandths of a degree from the city's corner, as WKT.
func box(x0, y0, x1, y1 float64) string {
	at := func(x, y float64) string { return fmt.Sprintf("%.7f %.7f", (west+x)/1000, (south+y)/1000) }
	return "POLYGON ((" + strings.Join([]string{at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1), at(x0, y0)}, ", ") + "))"
}

// defined is a net over a place without cells.
func defined(t *testing.T, c *apitest.City, scope, name string) crosswalk.Net {
	t.Helper()
	n, err := c.Nets.Define(c.As(actor.Registrar), crosswalk.Net{Scope: scope, Name: name, Kind: crosswalk.Police})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// rows are a file of cells: code, name and outline of each.
func rows(t *testing.T, cells ...[3]string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("code,name,wkt\n")
	for _, c := range cells {
		fmt.Fprintf(&b, "%s,%s,\"%s\"\n", c[0], c[1], c[2])
	}
	path := filepath.Join(t.TempDir(), "cells.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// take brings a file into a net.
func take(t *testing.T, c *apitest.City, n crosswalk.Net, path string) (transfer.Report, error) {
	t.Helper()
	return c.Loader.File(t.Context(), "cells", path, transfer.FileOptions{Mapping: transfer.Mapping{Net: n.ID.String()}, Again: true})
}

func taken(t *testing.T, c *apitest.City, n crosswalk.Net, cells ...[3]string) transfer.Report {
	t.Helper()
	r, err := take(t, c, n, rows(t, cells...))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// house builds a house of people at thousandths of a degree from the corner, 10 m wide.
func house(t *testing.T, c *apitest.City, x, y float64, people int) {
	t.Helper()
	at := orb.Point{(west + x) / 1000, (south + y) / 1000}
	half := 5e-5
	outline := orb.MultiPolygon{{{{at[0] - half, at[1] - half}, {at[0] + half, at[1] - half}, {at[0] + half, at[1] + half}, {at[0] - half, at[1] + half}, {at[0] - half, at[1] - half}}}}
	ref := apitest.NewID().String()
	c.Tx(t, func(tx pgx.Tx) error {
		ix, err := c.Regions.Hold(t.Context(), tx)
		if err != nil {
			return err
		}
		_, err = c.Buildings.Import(t.Context(), tx, ix, link.Batch{Source: "test", NewID: apitest.NewID, Now: c.Clock.Now()}, []building.Building{{Ref: ref, Geom: outline, Point: at, Address: "解放路" + ref}})
		return err
	})
	var id uuid.UUID
	var scope string
	if err := c.Pool.QueryRow(t.Context(), "SELECT id, scope_code FROM building WHERE source_ref = $1", ref).Scan(&id, &scope); err != nil {
		t.Fatal(err)
	}
	c.Beneath(t, func(tx pgx.Tx) error {
		home := apitest.NewID()
		b := &pgx.Batch{}
		b.Queue(`INSERT INTO dwelling (id, source, source_ref, building_id, storey_from, storey_to, code, col, use, scope_code, rev, updated_at)
VALUES ($1, 'test', $2, $3, 1, 1, '101', 1, 'dwelling', $4, 1, now())`, home, ref, id, scope)
		for range people { // each a household of its own
			b.Queue(`INSERT INTO person (id, source, source_ref, name, dwelling_id, building_id, scope_code, rev, updated_at) VALUES ($1, 'test', $2, '王', $3, $4, $5, 1, now())`,
				apitest.NewID(), apitest.NewID().String(), home, id, scope)
		}
		return tx.SendBatch(t.Context(), b).Close()
	})
}

// redraw publishes a region as it is given.
func redraw(t *testing.T, c *apitest.City, r grid.Region) {
	t.Helper()
	if _, err := c.Regions.Publish(t.Context(), region.Redraw{Source: "test", Regions: []grid.Region{r}}); err != nil {
		t.Fatal(err)
	}
}
