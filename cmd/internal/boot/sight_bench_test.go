package boot

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/auth"
	"onemap/tiles"
)

// The demand: whoever sees a part of the city waits at most so many times as
// long for the same rows as whoever sees all of it.
const sightDemand = 1.20

// BenchmarkSight prints the lines of make bench-sight: lists of cases and
// tiles of cases that are in no cache, asked for over HTTP by the operator of
// the whole city and by somebody who is operator of two streets and handler of
// a department. Both ask for a street, or for a tile of it, which both see
// whole; in turn, and their answers are compared. ONEMAP_BENCH_DATA is the data
// folder of a town to measure in, which is given two accounts whose grants end
// within the hour; without it, twenty streets with 50,000 cases are made.
func BenchmarkSight(b *testing.B) {
	p := benchTown(b)
	var streets [2]string
	if err := p.owner.QueryRow(b.Context(), "SELECT a, COALESCE((SELECT min(left(scope_code, 9)) FROM case_file WHERE left(scope_code, 9) > a AND length(scope_code) >= 9), a) FROM (SELECT min(left(scope_code, 9)) AS a FROM case_file WHERE length(scope_code) >= 9) first").Scan(&streets[0], &streets[1]); err != nil {
		b.Fatal("no cases in any street: ", err)
	}
	var department string
	if err := p.owner.QueryRow(b.Context(), "SELECT min(code) FROM department").Scan(&department); err != nil {
		b.Fatal(err)
	}
	city := streets[0][:4]
	all := p.benchAccount(b, actor.Grant{Role: actor.Operator, Prefix: city})
	some := p.benchAccount(b, actor.Grant{Role: actor.Operator, Prefix: streets[0]}, actor.Grant{Role: actor.Operator, Prefix: streets[1]},
		actor.Grant{Role: actor.Handler, Prefix: city, Department: department})

	street := "region=" + streets[0]
	p.compare(b, "sight-list", all, some, []string{"/api/v1/cases?limit=50&" + street, "/api/v1/cases?limit=50&state=reported&" + street, "/api/v1/cases?limit=50&category=06&" + street})
	var paths []string
	for _, id := range p.benchTiles(b, streets) {
		paths = append(paths, fmt.Sprintf("/tiles/cases/%s.mvt", id))
	}
	p.compare(b, "sight-tile", all, some, paths)
}

// compare asks as both, in turn, at least 60 times each, and says how many
// times as long some waits, by the medians.
func (p *program) compare(b *testing.B, name, all, some string, paths []string) {
	b.Helper()
	rounds := max(60/len(paths), 8)
	var took [2][]time.Duration
	for round := range rounds {
		for i, path := range paths {
			var bodies [2][]byte
			for turn := range 2 {
				who := (turn + round + i) % 2
				d, body := p.timed(b, path, []string{all, some}[who])
				bodies[who] = body
				if round > 0 { // the first warms up
					took[who] = append(took[who], d)
				}
			}
			if !bytes.Equal(bodies[0], bodies[1]) || len(bodies[0]) == 0 {
				b.Fatalf("%s: %d bytes for the whole city's operator, others (%d) for the streets'", path, len(bodies[0]), len(bodies[1]))
			}
		}
	}
	for i := range took {
		slices.Sort(took[i])
	}
	whole, part := took[0][len(took[0])/2], took[1][len(took[1])/2]
	ratio := float64(part) / float64(whole)
	verdict := "ok"
	if ratio > sightDemand {
		verdict = "SHORT"
	}
	fmt.Printf("BENCH %s %.2f demand <=%.2f %s\n", name, ratio, sightDemand, verdict)
	b.Logf("%s: %d requests each, whole city %s, two streets and a department %s", name, len(took[0]), whole, part)
	b.ReportMetric(ratio, name)
}

// timed asks for a path as somebody, past every kept tile.
func (p *program) timed(b *testing.B, path, cookie string) (time.Duration, []byte) {
	b.Helper()
	p.server.tiles.Invalidate("cases")
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, p.url+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Cookie", cookie)
	r.Header.Set("Accept-Encoding", "identity")
	began := time.Now()
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	d := time.Since(began)
	if err != nil || a.StatusCode != http.StatusOK {
		b.Fatalf("%s: %d %s %v", path, a.StatusCode, body, err)
	}
	return d, body
}

// benchAccount makes an account of one hour with the grants and signs it in.
func (p *program) benchAccount(b *testing.B, grants ...actor.Grant) (cookie string) {
	b.Helper()
	until := time.Now().Add(time.Hour)
	login := "bench-" + strings.ReplaceAll(newID().String(), "-", "")[16:]
	if _, err := p.Auth.AddAccount(b.Context(), auth.NewAccount{Login: login, Name: "bench", Password: apitest.Password, Grants: grants, Until: &until, Reason: "bench-sight"}); err != nil {
		b.Fatal(err)
	}
	in, err := http.Post(p.url+"/api/v1/session", "application/json", strings.NewReader(fmt.Sprintf(`{"login":%q,"password":%q}`, login, apitest.Password)))
	if err != nil {
		b.Fatal(err)
	}
	defer in.Body.Close()
	if in.StatusCode != http.StatusOK {
		b.Fatalf("sign in: %d", in.StatusCode)
	}
	var pairs []string
	for _, c := range in.Cookies() {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return strings.Join(pairs, "; ")
}

// benchTiles finds the fullest tiles, clustered and not, in which all cases lie
// in the two streets.
func (p *program) benchTiles(b *testing.B, streets [2]string) (ids []tiles.ID) {
	b.Helper()
	for z := range uint8(17) {
		if z < 13 {
			continue
		}
		rows, err := p.owner.Query(b.Context(), `
SELECT x::bigint, y::bigint FROM (
    SELECT floor((ST_X(point) + 180) / 360 * $3) AS x, floor((1 - asinh(tand(ST_Y(point))) / pi()) / 2 * $3) AS y, scope_code FROM case_file
) at
GROUP BY x, y HAVING bool_and(left(scope_code, 9) IN ($1, $2)) ORDER BY count(*) DESC LIMIT 3`, streets[0], streets[1], float64(uint64(1)<<z))
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
			var x, y int64
			if err := rows.Scan(&x, &y); err != nil {
				b.Fatal(err)
			}
			ids = append(ids, tiles.ID{Z: z, X: uint32(x), Y: uint32(y)})
		}
		if rows.Err() != nil {
			b.Fatal(rows.Err())
		}
	}
	if len(ids) == 0 {
		b.Fatal("no tile lies in the streets")
	}
	return ids
}

// benchTown opens the town to measure in, or makes one.
func benchTown(b *testing.B) *program {
	b.Helper()
	if folder := os.Getenv("ONEMAP_BENCH_DATA"); folder != "" {
		w, err := Open(b.Context(), Config{Data: folder, Zone: "Asia/Shanghai"}, Serving, slog.New(slog.DiscardHandler))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			if err := w.Close(); err != nil {
				b.Error(err)
			}
		})
		return answering(b, w, ServeConfig{CacheMB: 64, Unlimited: true})
	}
	p, city := open(b)
	for _, statement := range []string{
		`INSERT INTO case_event (case_id, seq, at, action, from_state, to_state, actor_role)
SELECT gen_random_uuid(), 1, now(), 'report', 'none', 'reported', 'resident' FROM generate_series(1, 50000)`,
		// Twenty streets side by side, each 0.02 degrees wide, of which the city's two are the first.
		`INSERT INTO case_file (id, number, type, category, title, channel, state, rev, point, given_crs, given_x, given_y, scope_code, department_code, receipt_hash, created_at, updated_at)
SELECT case_id, 'n' || i, 'urban', '06010', '暴露垃圾', 'pin', 'reported', 1, ST_SetSRID(ST_MakePoint(x, y), 4326), 'wgs84', x, y,
    '990101' || lpad((1 + floor((x - 113.3) / 0.02))::text, 3, '0') || '001001', CASE i % 5 WHEN 0 THEN 'D01' WHEN 1 THEN 'D02' END, decode(replace(case_id::text, '-', ''), 'hex'),
    timestamptz '2026-01-01' + i * interval '1 minute', now()
FROM (SELECT case_id, i, 113.3001 + i * 7919::bigint % 40000 * 0.0000099, 23.4001 + i * 104729::bigint % 20000 * 0.00000099 FROM (SELECT case_id, row_number() OVER () AS i FROM case_event) n) at (case_id, i, x, y)`,
		"VACUUM ANALYZE case_file",
	} {
		if _, err := city.Root.Exec(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	return p
}
