package boot

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"onemap/api/actor"
	"onemap/api/pgserver/pgtest"
	"onemap/api/region"
	"onemap/geo/grid"
)

// The demands, of our own reading: in a town of 1.33 million whoever has moved a
// border or split a grid sees at once what would move, and has it in force, or
// taken back, in the time of a page. A whole community takes the time of its
// 8,000 people and their 20,000 ties.
const (
	previewDemand   = time.Second
	publishDemand   = 2 * time.Second
	communityDemand = 10 * time.Second
)

const redrawPeople = 1_330_000

// BenchmarkRedraw prints the lines of make bench-redraw: how long preview,
// publish and undo of a draft take that moves one border, splits one grid, or
// redraws a whole community, in a demo town of ONEMAP_BENCH_PEOPLE people
// (1,330,000), the median of some redraws in as many communities. What is
// published has to move just as many objects as the preview told of, and the
// undo as many back. ONEMAP_BENCH_DATA is the folder of a town to measure in, in
// which nothing is left but the editions.
func BenchmarkRedraw(b *testing.B) {
	w := redrawTown(b)
	ctx := actor.With(b.Context(), actor.Command("bench-redraw"))
	of := w.crowded(b, 5)
	for range b.N {
		for _, kind := range []string{"border", "split", "community"} {
			took := map[string][]time.Duration{}
			moved := int64(0)
			for _, community := range of {
				moved += w.redraw(b, ctx, kind, community, took)
			}
			for _, step := range []string{"preview", "publish", "undo"} {
				slices.Sort(took[step])
				d := took[step][len(took[step])/2]
				demand := publishDemand
				switch {
				case step == "preview":
					demand = previewDemand
				case kind == "community":
					demand = communityDemand
				}
				verdict := "ok"
				if d > demand {
					verdict = "SHORT"
				}
				fmt.Printf("BENCH redraw-%s-%s %.3fs demand <=%.0fs %s\n", kind, step, d.Seconds(), demand.Seconds(), verdict)
				b.Logf("%s of a %s: %s", step, kind, took[step])
			}
			b.Logf("%s: %d objects moved in %d redraws", kind, moved, len(of))
		}
	}
}

// redraw draws, previews, publishes and undoes, and says how many objects moved.
func (w *World) redraw(b *testing.B, ctx context.Context, kind string, community grid.Code, took map[string][]time.Duration) int64 {
	b.Helper()
	d := w.drawn(b, ctx, kind, community)
	clock := func(step string, do func() error) {
		b.Helper()
		began := time.Now()
		if err := do(); err != nil {
			b.Fatalf("%s of a %s in %s: %v", step, kind, community, err)
		}
		took[step] = append(took[step], time.Since(began))
	}
	var ahead region.Preview
	var done, back region.Published
	clock("preview", func() (err error) { ahead, err = w.Regions.Preview(ctx, community, d.ID); return err })
	clock("publish", func() (err error) { done, err = w.Regions.PublishDraft(ctx, community, d.ID, d.Rev); return err })
	clock("undo", func() (err error) { back, err = w.Regions.Undo(ctx, community, done.Edition); return err })
	if ahead.Moved != done.Moved || done.Moved != back.Moved {
		b.Fatalf("%s in %s: told of %d, moved %d, and %d back", kind, community, ahead.Moved, done.Moved, back.Moved)
	}
	return done.Moved
}

// drawn is a draft of a kind that can be published.
func (w *World) drawn(b *testing.B, ctx context.Context, kind string, community grid.Code) region.Draft {
	b.Helper()
	if kind == "community" {
		d, _, err := w.Regions.CutDraft(ctx, community, region.Cutting{Target: "households", Much: 300}, newID(), "bench", "")
		if err != nil {
			b.Fatal(err)
		}
		return d
	}
	for _, e := range w.edits(kind, community) {
		d, err := w.Regions.Begin(ctx, community, newID(), "bench", "")
		if err != nil {
			b.Fatal(err)
		}
		d, err = w.Regions.Edit(ctx, community, d.ID, d.Rev, nil, []region.Edit{e})
		if err != nil {
			continue
		}
		found, err := w.Regions.Validate(ctx, community, d.ID)
		if err != nil {
			b.Fatal(err)
		}
		if !slices.ContainsFunc(found, func(f region.Found) bool { return f.Weight == region.Blocking }) {
			return d
		}
		if err := w.Regions.Discard(ctx, community, d.ID, d.Rev); err != nil {
			b.Fatal(err)
		}
	}
	b.Fatalf("no %s can be drawn in %s", kind, community)
	return region.Draft{}
}

// edits are ways to draw a kind of redraw in a community: each grid split in its
// middle, or the middle of each edge between two grids moved aside, the longest first.
func (w *World) edits(kind string, community grid.Code) []region.Edit {
	var splits []region.Edit
	var edges []orb.LineString
	seen := map[[2]orb.Point]bool{}
	for _, ref := range w.Regions.Index().Children(community) {
		r, _ := w.Regions.Index().Region(ref.Code)
		box := r.Geom.Bound()
		x := box.Center()[0]
		splits = append(splits, region.Edit{Op: "split", Code: string(r.Code)}.Along(orb.LineString{{x, box.Min[1] - 1}, {x, box.Max[1] + 1}}))
		ring := r.Geom[0][0]
		for i := 1; i < len(ring); i++ {
			if seen[[2]orb.Point{ring[i], ring[i-1]}] {
				edges = append(edges, orb.LineString(ring[i-1:i+1]))
			}
			seen[[2]orb.Point{ring[i-1], ring[i]}] = true
		}
	}
	if kind == "split" {
		return splits
	}
	slices.SortFunc(edges, func(a, b orb.LineString) int { return cmp.Compare(planar.Length(b), planar.Length(a)) })
	var bends []region.Edit
	for _, e := range edges {
		a, z := e[0], e[1]
		aside := orb.Point{(a[0]+z[0])/2 + (z[1]-a[1])/4, (a[1]+z[1])/2 - (z[0]-a[0])/4}
		bends = append(bends, region.Edit{Op: "bend"}.Along(orb.LineString{a, aside, z}))
	}
	return bends
}

// crowded are the communities with the most buildings.
func (w *World) crowded(b *testing.B, n int) (list []grid.Code) {
	b.Helper()
	rows, err := w.owner.Query(b.Context(), "SELECT left(scope_code, 12) FROM building WHERE length(scope_code) = 15 GROUP BY 1 ORDER BY count(*) DESC LIMIT $1", n)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var code grid.Code
		if err := rows.Scan(&code); err != nil {
			b.Fatal(err)
		}
		list = append(list, code)
	}
	if rows.Err() != nil || len(list) == 0 {
		b.Fatal("no communities: ", rows.Err())
	}
	return list
}

// redrawTown opens the town to measure in, or makes one.
func redrawTown(b *testing.B) *World {
	b.Helper()
	people, folder := redrawPeople, os.Getenv("ONEMAP_BENCH_DATA")
	c := Config{Data: folder, Zone: "Asia/Shanghai"}
	if folder == "" {
		if text := os.Getenv("ONEMAP_BENCH_PEOPLE"); text != "" {
			if _, err := fmt.Sscan(text, &people); err != nil {
				b.Fatal(err)
			}
		}
		c.Data, c.DatabaseURL = b.TempDir(), pgtest.Database(b)
	}
	w, err := Open(b.Context(), c, Serving, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := w.Close(); err != nil {
			b.Error(err)
		}
	})
	if folder == "" {
		if _, err := w.LoadDemo(b.Context(), 1, people, func(DemoProgress) {}); err != nil {
			b.Fatal(err)
		}
	}
	return w
}
