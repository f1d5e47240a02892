package tiles

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
)

// drawing is a feature as brute force expects it: how many, and where in the tile.
type drawing struct{ n, tx, ty int }

// drawings says what each tile of a zoom must hold, by fid or cluster number.
func drawings(all []object, z, every int) map[ID]map[int64]drawing {
	out := map[ID]map[int64]drawing{}
	put := func(x, y int, fid int64, d drawing) {
		id := ID{uint8(z), uint32(x), uint32(y)}
		if out[id] == nil {
			out[id] = map[int64]drawing{}
		}
		out[id][fid] = d
	}
	if z >= every {
		for _, o := range all {
			gx, gy := o.spot(z)
			// the tile itself, and those whose rim holds the point
			for x := (gx - 4112) / 4096; x <= (gx+16)/4096; x++ {
				for y := (gy - 4112) / 4096; y <= (gy+16)/4096; y++ {
					tx, ty := gx-x*4096, gy-y*4096
					if tx >= -16 && tx <= 4112 && ty >= -16 && ty <= 4112 {
						put(x, y, o.fid, drawing{1, tx, ty})
					}
				}
			}
		}
		return out
	}
	type sums struct {
		n, x, y int
		one     int64
	}
	cells := map[[2]int]sums{}
	for _, o := range all {
		gx, gy := o.spot(z)
		c := [2]int{gx / 512, gy / 512}
		s := cells[c]
		cells[c] = sums{s.n + 1, s.x + gx%4096, s.y + gy%4096, o.fid}
	}
	for c, s := range cells {
		fid := s.one
		if s.n > 1 {
			fid = 1<<52 | int64(z)<<40 | int64(c[1])<<20 | int64(c[0])
		}
		put(c[0]/8, c[1]/8, fid, drawing{s.n, s.x / s.n, s.y / s.n})
	}
	return out
}

func (c town) testPointsAsBruteForce(t *testing.T) {
	t.Parallel()
	for layer, table := range map[string]string{"facilities": "facility", "services": "service", "cases": "case_file"} {
		t.Run(layer, func(t *testing.T) {
			t.Parallel()
			s, all := c.source(t, layer), c.objects(t, table)
			l := s.Describe()
			for z := l.MinZoom; z <= l.MaxZoom; z++ {
				want := drawings(all, z, l.EveryZoom)
				ids, whole := over(z, cityBox.Pad(0.02)), true
				if len(ids) > 400 {
					ids, whole = sample(want), false
				}
				total := 0
				for _, id := range ids {
					total += compare(t, id, render(t, s, id, everywhere, Filter{Now: noon})[layer], want[id])
				}
				if whole && total != len(all) {
					t.Fatalf("zoom %d: %d points in all its tiles, not %d", z, total, len(all))
				}
			}
		})
	}
}

// sample takes forty tiles that hold something, the same each time.
func sample(tiles map[ID]map[int64]drawing) []ID {
	var ids []ID
	for id := range tiles {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b ID) int { return int(a.X)*1e6 + int(a.Y) - int(b.X)*1e6 - int(b.Y) })
	r := rand.New(rand.NewPCG(7, 7))
	r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	return ids[:min(40, len(ids))]
}

// compare holds a tile against brute force and answers how many points it owns:
// those of its own square, not those of the rim.
func compare(t *testing.T, id ID, got features, want map[int64]drawing) int {
	t.Helper()
	owned := 0
	if len(got) != len(want) {
		t.Fatalf("%s: %d features, want %d", id, len(got), len(want))
	}
	for _, f := range got {
		p := f.Geometry.(orb.Point)
		d := drawing{int(f.Properties["n"].(float64)), int(p[0]), int(p[1])}
		fid := int64(f.ID.(float64))
		if want[fid] != d {
			t.Fatalf("%s: feature %d is %v, want %v", id, fid, d, want[fid])
		}
		if _, full := f.Properties["id"].(string); full != (d.n == 1) {
			t.Fatalf("%s: feature %d stands for %d and has %v", id, fid, d.n, f.Properties)
		}
		if p[0] >= 0 && p[0] < 4096 && p[1] >= 0 && p[1] < 4096 {
			owned += d.n
		}
	}
	return owned
}

// Our position of a point is PostGIS's own, to the unit.
func (c town) testPointsAsPostGISPlacesThem(t *testing.T) {
	t.Parallel()
	s := c.source(t, "services")
	for z := 14; z <= 18; z++ {
		for _, id := range sample(drawings(c.objects(t, "service"), z, 14))[:5] {
			rows, err := c.pool.Query(t.Context(), `
SELECT g.fid, ST_X(g.geom), ST_Y(g.geom)
FROM (
    SELECT fid, ST_AsMVTGeom(ST_Transform(point, 3857), ST_TileEnvelope($1, $2, $3), 4096, 16, TRUE) AS geom
    FROM service
    WHERE point && ST_Transform(ST_TileEnvelope($1, $2, $3), 4326)
) g
WHERE g.geom IS NOT NULL`, id.Z, id.X, id.Y)
			if err != nil {
				t.Fatal(err)
			}
			ours := map[string]orb.Point{}
			for _, f := range render(t, s, id, Sight{}, Filter{})["services"] {
				ours[fmt.Sprint(int64(f.ID.(float64)))] = f.Geometry.(orb.Point)
			}
			for rows.Next() {
				var fid int64
				var p orb.Point
				if err := rows.Scan(&fid, &p[0], &p[1]); err != nil {
					t.Fatal(err)
				}
				if got, ok := ours[fmt.Sprint(fid)]; !ok || got != p {
					t.Fatalf("%s: %d is at %v, PostGIS says %v", id, fid, got, p)
				}
			}
			if rows.Err() != nil {
				t.Fatal(rows.Err())
			}
		}
	}
}

func (c town) testPointAttributes(t *testing.T) {
	t.Parallel()
	kinds := map[string]map[string]string{
		"facilities": {"id": "string", "code": "string", "kind": "string", "class": "string", "state": "string", "name": "string", "n": "float64"},
		"services":   {"id": "string", "kind": "string", "name": "string", "name_en": "string", "n": "float64"},
		"cases":      {"id": "string", "number": "string", "state": "string", "category": "string", "title": "string", "urgent": "bool", "due": "float64", "n": "float64"},
	}
	for layer, want := range kinds {
		s := c.source(t, layer)
		for _, z := range []int{13, 18} {
			seen := map[string]string{}
			for _, id := range over(z, orb.Bound{Min: orb.Point{116.09, 39.93}, Max: orb.Point{116.10, 39.935}}) {
				for _, f := range render(t, s, id, everywhere, Filter{Now: noon})[layer] {
					if f.Properties["n"].(float64) > 1 {
						continue
					}
					for k, v := range f.Properties {
						seen[k] = fmt.Sprintf("%T", v)
					}
				}
			}
			if fmt.Sprint(seen) != fmt.Sprint(want) {
				t.Errorf("%s at zoom %d: %v, want %v", layer, z, seen, want)
			}
		}
	}
}
