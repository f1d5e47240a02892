package search_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/find"
	"onemap/api/person"
	"onemap/api/pg"
	"onemap/api/pgserver/pgtest"
	"onemap/api/region"
	"onemap/api/seal"
	"onemap/api/search"
	"onemap/migrations"
)

// metropolis is a city of ONEMAP_BENCH_PEOPLE people (1.3 million when not
// said) with a house for each 6.5 and a room for each 3 of them, drawn from few
// characters, so that words are commoner than in life.
type metropolis struct {
	*rand.Rand
	tx        pgx.Tx
	streets   []string
	buildings []uuid.UUID
	now       time.Time
}

const bench = "bench"

func benchPeople() int {
	if n, err := strconv.Atoi(os.Getenv("ONEMAP_BENCH_PEOPLE")); err == nil {
		return n
	}
	return 1_300_000
}

func openMetropolis(b *testing.B) *pgxpool.Pool {
	b.Helper()
	h := sha256.New()
	files, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range files {
		text, err := migrations.FS.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		h.Write(text)
	}
	url := pgtest.From(b, fmt.Sprintf("metropolis 1 %d %s", benchPeople(), hex.EncodeToString(h.Sum(nil))), fillMetropolis)
	pool, err := pg.Open(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	return pool
}

func fillMetropolis(ctx context.Context, url string) error {
	if err := pg.Migrate(ctx, url); err != nil {
		return err
	}
	pool, err := pg.Open(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	m := &metropolis{Rand: rand.New(rand.NewPCG(3, 3)), now: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}
	err = pg.InTx(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "ALTER TABLE person NO FORCE ROW LEVEL SECURITY"); err != nil { // COPY does not go with policies
			return err
		}
		m.tx = tx
		if err := m.fill(ctx, benchPeople()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "ALTER TABLE person FORCE ROW LEVEL SECURITY")
		return err
	})
	if err != nil {
		return err
	}
	_, err = pool.Exec(ctx, "VACUUM ANALYZE building, dwelling, facility, organisation, person")
	return err
}

// fill loads the tables without their secondary indexes and makes those after.
func (m *metropolis) fill(ctx context.Context, people int) error {
	rows, err := m.tx.Query(ctx, `
SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relname IN ('building', 'dwelling', 'facility', 'organisation', 'person') AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)`)
	if err != nil {
		return err
	}
	indexes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Name, SQL string }])
	if err != nil {
		return err
	}
	for _, ix := range indexes {
		if _, err := m.tx.Exec(ctx, "DROP INDEX "+ix.Name); err != nil {
			return err
		}
	}
	for range 3000 {
		m.streets = append(m.streets, m.word(2)+[]string{"路", "街", "大道", "巷"}[m.IntN(4)])
	}
	for _, load := range []func(context.Context, int) error{m.houses, m.rooms, m.things, m.firms, m.people} {
		if err := load(ctx, people); err != nil {
			return err
		}
	}
	for _, ix := range indexes {
		if _, err := m.tx.Exec(ctx, ix.SQL); err != nil {
			return err
		}
	}
	return nil
}

var (
	characters = []rune("春风解放中山人民建设和平东西南北大小新华光明文化胜利长江黄河青禾金银花园林桥湖海安宁福寿康乐")
	surnames   = []rune("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗")
	given      = []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春风建国志文")
)

func (m *metropolis) from(set []rune, n int) string {
	out := make([]rune, n)
	for i := range out {
		out[i] = set[m.IntN(len(set))]
	}
	return string(out)
}

func (m *metropolis) word(n int) string { return m.from(characters, n) }

func (m *metropolis) point() orb.Point {
	return orb.Point{113.3 + 0.3*m.Float64(), 23.2 + 0.3*m.Float64()}
}

func (m *metropolis) scope() string {
	return fmt.Sprintf("99010%d%03d%03d", 1+m.IntN(4), m.IntN(16), m.IntN(20))
}

func (m *metropolis) copy(ctx context.Context, table string, n int, columns string, row func(i int) []any) error {
	_, err := m.tx.CopyFrom(ctx, pgx.Identifier{table}, strings.Split(columns, " "), pgx.CopyFromSlice(n, func(i int) ([]any, error) { return row(i), nil }))
	return err
}

func (m *metropolis) houses(ctx context.Context, people int) error {
	return m.copy(ctx, "building", people*10/65, "id source source_ref name address point geom scope_code rev updated_at words", func(i int) []any {
		p, name := m.point(), ""
		if i%3 == 0 {
			name = m.word(2) + "花园"
		}
		address := fmt.Sprintf("%s%d号%d栋", m.streets[m.IntN(len(m.streets))], 1+m.IntN(300), 1+m.IntN(30))
		m.buildings = append(m.buildings, uuid.Must(uuid.NewV7()))
		box := orb.MultiPolygon{{{p, {p[0] + 1e-4, p[1]}, {p[0] + 1e-4, p[1] + 1e-4}, p}}}
		return []any{m.buildings[i], bench, fmt.Sprint(i), name, address, p, box, m.scope(), int64(1), m.now, find.Words(name, address)}
	})
}

func (m *metropolis) rooms(ctx context.Context, people int) error {
	return m.copy(ctx, "dwelling", people/3, "id source source_ref building_id storey_from storey_to code col use scope_code rev updated_at", func(i int) []any {
		floor, col := i/len(m.buildings), 1
		return []any{uuid.Must(uuid.NewV7()), bench, fmt.Sprint(i), m.buildings[i%len(m.buildings)], int16(floor), int16(floor), fmt.Sprintf("%d%02d", floor+1, col), int16(col), "dwelling", m.scope(), int64(1), m.now}
	})
}

func (m *metropolis) things(ctx context.Context, people int) error {
	return m.copy(ctx, "facility", people*3/13, "id code source source_ref kind class name place point scope_code rev updated_at words", func(i int) []any {
		name, place := "座椅", fmt.Sprintf("%s%d号旁", m.streets[m.IntN(len(m.streets))], 1+m.IntN(300))
		return []any{uuid.Must(uuid.NewV7()), fmt.Sprint("Z", i), bench, fmt.Sprint(i), "bench", "seat", name, place, m.point(), m.scope(), int64(1), m.now, find.Words(name, place)}
	})
}

func (m *metropolis) firms(ctx context.Context, people int) error {
	return m.copy(ctx, "organisation", people/20, "id source source_ref name address point scope_code rev updated_at words", func(i int) []any {
		name := "青禾市" + m.word(3) + []string{"有限公司", "餐饮店", "超市", "幼儿园"}[m.IntN(4)]
		address := fmt.Sprintf("%s%d号", m.streets[m.IntN(len(m.streets))], 1+m.IntN(300))
		return []any{uuid.Must(uuid.NewV7()), bench, fmt.Sprint(i), name, address, m.point(), m.scope(), int64(1), m.now, find.Words(name, address)}
	})
}

func (m *metropolis) people(ctx context.Context, people int) error {
	return m.copy(ctx, "person", people, "id source source_ref name name_2 name_3 initials building_id scope_code rev updated_at", func(i int) []any {
		name := []rune(m.from(surnames, 1) + m.from(given, 1+m.IntN(2)))
		third := ""
		if len(name) > 2 {
			third = string(name[2:])
		}
		return []any{uuid.Must(uuid.NewV7()), bench, fmt.Sprint(i), string(name), string(name[1:]), third, find.Initials(string(name)), m.buildings[m.IntN(len(m.buildings))], m.scope(), int64(1), m.now}
	})
}

// asked are words as people type them: one character, two, a street, a house,
// initials, a number, a name, nothing that is there.
var asked = strings.Fields("路 春 号 座 花 春风 解放 花园 座椅 东路 和平路 解放大道 人民路12号 和平路12号3栋 cf hp jfdd hhy c h 12 1 王 李 小 王伟 刘建国 建国 wjg w 桂英 公司 青禾 龘 龘龘 zzzz 999999")

func percentile(d []time.Duration, p float64) time.Duration {
	slices.Sort(d)
	return d[min(len(d)-1, int(p*float64(len(d))))]
}

// BenchmarkSearch asks the metropolis everything in asked, in turn, as a
// registrar of the city does: one answer looks into every table. It prints the
// demand's line.
func BenchmarkSearch(b *testing.B) {
	pool := openMetropolis(b)
	regions := region.New(pool, time.Now)
	if err := regions.Load(b.Context()); err != nil {
		b.Fatal(err)
	}
	keys, err := seal.New(make([]byte, 32))
	if err != nil {
		b.Fatal(err)
	}
	people := person.New(person.Config{Pool: pool, Keys: keys, Regions: regions, Now: time.Now, NewID: uuid.New, Zone: time.UTC})
	s := &search.Service{Pool: pool, Regions: regions, People: people}
	ctx := actor.With(b.Context(), actor.Actor{ID: uuid.Must(uuid.NewV7()), Grants: []actor.Grant{{Role: actor.Registrar}, {Role: actor.Operator}}})
	slowest := map[string]time.Duration{}
	var all []time.Duration
	for b.Loop() {
		for _, text := range asked {
			at := time.Now()
			if _, err := s.Everything(ctx, search.Posted{Text: text, CRS: "wgs84", Limit: 10}); err != nil {
				b.Fatal(err)
			}
			took := time.Since(at)
			all = append(all, took)
			slowest[text] = max(slowest[text], took)
		}
	}
	if len(all) < 200 {
		b.Fatal("too few questions for a percentile; give -benchtime 10x")
	}
	words := slices.SortedFunc(maps.Keys(slowest), func(x, y string) int { return cmp.Compare(slowest[y], slowest[x]) })
	for _, w := range words[:5] {
		b.Logf("slowest: %s %v", w, slowest[w].Round(time.Millisecond/10))
	}
	p95 := percentile(all, 0.95)
	verdict := "ok"
	if p95 > 50*time.Millisecond {
		verdict = "SHORT"
	}
	b.ReportMetric(float64(p95.Microseconds())/1000, "ms-p95")
	fmt.Printf("BENCH search-p95-ms-of-%d-people %.1f demand <=50 %s\n", benchPeople(), float64(p95.Microseconds())/1000, verdict)
}
