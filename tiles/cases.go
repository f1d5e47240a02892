package tiles

import (
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
)

// cases is the one private layer: within the reader's sight, as filtered.
func cases(pool *pgxpool.Pool) Source {
	fields := map[string]string{
		"n":  "Number: how many; where it is 1 the case itself is given, else the counts",
		"id": "String: uuid", "number": "String", "state": "String", "category": "String", "title": "String",
		"urgent":  "Boolean",
		"due":     "Number: the limit in Unix seconds, 0 for none",
		"overdue": "Number: cases past their limit",
	}
	for _, state := range States {
		fields[state] = "Number: cases in this state"
	}
	return pointSource{
		pool:  pool,
		table: "case_file",
		layer: Layer{
			Name: "cases", Description: "Cases", MinZoom: 6, MaxZoom: 18, EveryZoom: 15, Live: true, Private: true,
			Inside: []Inside{{ID: "cases", MinZoom: 6, MaxZoom: 18, Fields: fields}},
		},
		attributes: []attribute{
			{"id", "t.id::text"},
			{"number", "t.number"},
			{"state", "t.state"},
			{"category", "t.category"},
			{"title", "t.title"},
			{"urgent", "t.urgent"},
			{"due", "COALESCE(floor(extract(epoch FROM t.due_at))::bigint, 0)"},
		},
		condition: caseConditions,
	}
}

func caseConditions(a *args, s Sight, f Filter, clustered bool) conditions {
	c := conditions{where: strings.Join(append([]string{s.where(a)}, f.where(a)...), " AND ")}
	if !clustered {
		return c
	}
	c.kind, c.kinds = "t.state", States[:]
	c.counts = []attribute{{"overdue", f.overdue(a)}}
	return c
}
