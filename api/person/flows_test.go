package person_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/person"
	"onemap/api/vault"
)

// Who has moved away is counted where they lived, and nothing else of them is
// seen there: not their record, not where they live now, not that it is they.
func TestFlowsCountWhoIsSeenElsewhere(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	city := apitest.Actor(actor.Registrar, apitest.CityCode)
	street := apitest.Actor(actor.Registrar, apitest.StreetA)
	p := read[person.Full](t, d.must(t, 201, city, "POST", "/people", fmt.Sprintf(`{"name":"王小明","dwelling_id":"%s","since":"2024-03-01","tags":["disabled"]}`, d.a[0])))
	at := "/people/" + p.ID.String()
	d.must(t, 200, city, "POST", at+"/residences", fmt.Sprintf(`{"dwelling_id":"%s","since":"2025-06-01"}`, d.b[0]))

	const question = "/flows?since=2024-01-01&until=2025-12-31"
	came, went := `{"day":"2024-03-01","community":"990101001001","in":1,"out":0}`, `{"day":"2025-06-01","community":"990101001001","in":0,"out":1}`
	elsewhere := `{"day":"2025-06-01","community":"990101002001","in":1,"out":0}`
	for _, tt := range []struct {
		by   actor.Actor
		path string
		want []string
	}{
		{street, question, []string{came, went}},
		{street, question + "&region=" + apitest.GridA, []string{came, went}},
		{street, question + "&region=" + apitest.CityCode, []string{came, went}},
		{street, question + "&region=" + apitest.StreetB, nil},
		{apitest.Actor(actor.Registrar, apitest.StreetA, apitest.StreetB), question, []string{came, went, elsewhere}},
		{city, question, []string{came, went, elsewhere}},
		{apitest.Actor(actor.Registrar, ""), question, []string{came, went, elsewhere}},
		{street, "/flows?since=2024-03-02&until=2025-05-31", nil},
	} {
		if got := strings.TrimSpace(d.must(t, 200, tt.by, "GET", tt.path, "")); !strings.HasPrefix(got, `{"items":[`+strings.Join(tt.want, ",")+`],"counted":`) {
			t.Errorf("%v asks %s: %s", tt.by.Grants, tt.path, got)
		}
	}
	d.must(t, 404, street, "GET", at, "", "X-Purpose", "visit")

	// In the transaction that counts, homes and days are read and nobody else is.
	count := func(sql string) (n int, err error) {
		err = vault.Count(t.Context(), d.Pool, func(tx pgx.Tx) error { return tx.QueryRow(t.Context(), sql).Scan(&n) })
		return n, err
	}
	if n, err := count("SELECT count(*) FROM residence r JOIN dwelling d ON d.id = r.dwelling_id WHERE r.since <= '2025-06-01'"); err != nil || n != 2 {
		t.Errorf("%d residences are counted, %v", n, err)
	}
	for _, sql := range []string{
		"SELECT count(*) FROM person", "SELECT count(*) FROM household", "SELECT count(*) FROM person_tag", "SELECT count(*) FROM erased_mark",
		"SELECT count(person_id) FROM residence", "SELECT count(id) FROM residence", "SELECT count(scope_code) FROM residence", "SELECT count(r) FROM residence r",
		"SELECT count(sex) FROM remainder", "SELECT count(address) FROM dwelling", "SELECT count(*) FROM account", "SELECT count(people_context('everywhere', ''))",
		"WITH x AS (DELETE FROM residence RETURNING 1) SELECT count(*) FROM x",
	} {
		var refused *pgconn.PgError
		if n, err := count(sql); !errors.As(err, &refused) || refused.Code != "42501" && refused.Code != "25006" { // or a transaction that only reads
			t.Errorf("who only counts runs %s: %d, %v", sql, n, err)
		}
	}
}

// Planners are told of whole months, of areas with enough moves, within their
// jurisdiction; what they ask for changes no cell.
func TestPlannersAreToldOfMoves(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var rows []person.Row
	for i := range 25 {
		home := d.a[i%len(d.a)]
		if i < 12 {
			home = d.b[i%len(d.b)]
		}
		rows = append(rows, person.Row{Ref: fmt.Sprint(i), Name: "甲", DwellingID: home, Relation: "resident", Since: on(2026, 1, 5), Until: on(2026, 1, 25)})
	}
	// in February too few move to be told of, and March is not over
	rows = append(rows, person.Row{Ref: "late", Name: "乙", DwellingID: d.a[0], Relation: "resident", Since: on(2026, 2, 3)}, person.Row{Ref: "now", Name: "丙", DwellingID: d.a[1], Relation: "resident", Since: on(2026, 3, 1)})
	d.imports(t, d.batch("list"), rows...)
	const a = `{"month":"2026-01","communities":["990101001001","990101001002"],"in":10,"out":10}`
	const b = `{"month":"2026-01","communities":["990101002001","990101002002"],"in":20,"out":20}` // 12, and what rounding left over
	for _, tt := range []struct {
		by    actor.Actor
		query string
		want  string
	}{
		{apitest.Actor(actor.Planner, apitest.CityCode), "", a + "," + b},
		{apitest.Actor(actor.Planner, apitest.CityCode), "?since=2026-01&until=2026-01", a + "," + b},
		{apitest.Actor(actor.Planner, apitest.CityCode), "?region=" + apitest.StreetB, b},
		{apitest.Actor(actor.Leader, apitest.StreetB), "", b},
		{apitest.Actor(actor.Planner, apitest.StreetA), "?region=" + apitest.StreetB, ""},
		{apitest.Actor(actor.Planner, apitest.CityCode), "?since=2026-02", ""},
	} {
		if got := strings.TrimSpace(d.must(t, 200, tt.by, "GET", "/plan/flows"+tt.query, "")); !strings.HasPrefix(got, `{"items":[`+tt.want+`],"counted":`) {
			t.Errorf("%v asks %s: %s", tt.by.Grants, tt.query, got)
		}
	}
	planner := apitest.Actor(actor.Planner, apitest.CityCode)
	for _, query := range []string{"?until=2026-03", "?until=2026-13", "?since=2024-01&until=2026-01", "?since=2026-02&until=2026-01", "?region=x"} {
		d.must(t, 422, planner, "GET", "/plan/flows"+query, "")
	}
	d.must(t, 403, apitest.Actor(actor.Worker, apitest.CityCode), "GET", "/plan/flows", "")
	d.must(t, 401, actor.Nobody, "GET", "/plan/flows", "")
	d.must(t, 403, planner, "GET", "/flows", "")
}
