package tiles

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// testPlans asks for the plan of each layer's statement, as planned for its
// values and as planned once for all: it must go through the spatial index and
// must not read a table from end to end. Few days of a city's cases may also be
// read from the index of their times, which holds their points.
func (c town) testPlans(t *testing.T) {
	t.Parallel()
	full := Filter{States: []string{"filed"}, Category: "01", Since: noon.AddDate(0, 0, -3), Until: noon, Region: "9901", Overdue: true, Urged: true, Now: noon}
	desk := Sight{Staff: true, Prefixes: []string{"990101"}, Departments: []DepartmentScope{{"D1", "9901"}}}
	for layer, index := range map[string]string{
		"buildings": "building_geom_ix", "facilities": "facility_point_ix", "services": "service_point_ix",
		"cases": "case_file_point_ix", "grids": "region_geom_ix", "basemap": "basemap_geom_ix",
	} {
		for _, z := range []int{13, 16} {
			id := over(z, downtown)[0]
			for name, query := range map[string]struct {
				sight  Sight
				filter Filter
			}{"wide": {everywhere, Filter{Now: noon}}, "narrow": {desk, full}} {
				sql, a := statementOf(t, c.source(t, layer), id, query.sight, query.filter)
				for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
					plan := c.explain(t, mode, sql, a)
					times := layer == "cases" && name == "narrow" && strings.Contains(plan, "Index Only Scan using case_file_times_ix")
					if strings.Contains(plan, "Seq Scan") || !strings.Contains(plan, index) && !times {
						t.Errorf("%s at zoom %d, %s, %s:\n%s", layer, z, name, mode, plan)
					}
				}
			}
		}
	}
}

func statementOf(t *testing.T, s Source, id ID, sight Sight, f Filter) (string, args) {
	switch s := s.(type) {
	case pointSource:
		return s.statement(id, sight, f)
	case buildingSource:
		return s.statement(id)
	case regionSource:
		return s.statement(id)
	case basemapSource:
		return s.statement(id)
	}
	t.Fatalf("no statement of %T", s)
	return "", nil
}

func (c town) explain(t *testing.T, mode, sql string, a args) string {
	t.Helper()
	literals := make([]string, len(a))
	for i, v := range a {
		literals[i] = literal(t, v)
	}
	conn, err := c.pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context())
	for _, statement := range []string{"SET LOCAL plan_cache_mode = " + mode, "PREPARE tile AS " + sql} {
		if _, err := tx.Exec(t.Context(), statement); err != nil {
			t.Fatal(err, statement)
		}
	}
	defer conn.Exec(t.Context(), "DEALLOCATE tile")
	rows, err := tx.Query(t.Context(), "EXPLAIN EXECUTE tile("+strings.Join(literals, ", ")+")", pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

func literal(t *testing.T, v any) string {
	switch v := v.(type) {
	case string:
		return "'" + v + "'"
	case []string:
		return "ARRAY['" + strings.Join(v, "', '") + "']"
	case time.Time:
		return "'" + v.Format(time.RFC3339) + "'"
	case float64, int64:
		return fmt.Sprint(v)
	}
	t.Fatalf("no literal of %T", v)
	return ""
}
