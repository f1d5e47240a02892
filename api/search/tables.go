package search

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/find"
	"onemap/api/plate"
)

// candidates is how many rows of a table are looked at: enough that the best
// ones of a word that is not everywhere are among them.
const candidates = 300

// Each table's own answer to the same question. The last two columns are texts
// that a query may have met beside the title and the subtitle.
var statements = map[string]string{
	"facility": `
SELECT 'facility', code, code, CASE WHEN name = '' THEN kind ELSE name END, place, ST_X(point), ST_Y(point), name_en, kind FROM facility
WHERE words @@ @query::tsquery LIMIT @most`,
	"building": `
SELECT 'building', id::text, '', CASE WHEN name = '' THEN address ELSE name END, CASE WHEN name = '' THEN '' ELSE address END, ST_X(point), ST_Y(point), name_en, COALESCE(code, '') FROM building
WHERE words @@ @query::tsquery LIMIT @most`,
	"service": `
SELECT 'service', id::text, '', CASE WHEN name = '' THEN kind ELSE name END, address, ST_X(point), ST_Y(point), name_en, kind FROM service
WHERE words @@ @query::tsquery LIMIT @most`,
	"organisation": `
SELECT 'organisation', id::text, COALESCE(uscc, ''), name, address, ST_X(point), ST_Y(point), name_en, COALESCE(uscc, '') FROM organisation
WHERE words @@ @query::tsquery AND closed_on IS NULL LIMIT @most`,
	"place": `
SELECT 'place', id::text, '', name, '', ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom)), name_en, '' FROM (
    SELECT DISTINCT ON (name) id, name, name_en, geom FROM (
        SELECT id, name, name_en, geom FROM basemap WHERE words @@ @query::tsquery AND name <> '' AND layer IN ('road', 'place', 'green', 'water') LIMIT @most) f
    ORDER BY name, id) n`,
}

// A plate's code is the plate's own, whatever else is called so.
const byPlate = `
SELECT 'facility', code, code, CASE WHEN name = '' THEN kind ELSE name END, place, ST_X(point), ST_Y(point), code, '' FROM facility WHERE code = @code`

const caseStatement = `
SELECT 'case', id::text, number, title, place, ST_X(point), ST_Y(point), title_en, number FROM case_file c
WHERE words @@ @query::tsquery AND %s ORDER BY created_at DESC LIMIT @most`

// cellStatement finds grids of other departments by their codes, those that reach
// into the reader's area.
const cellStatement = `
SELECT 'cell', n.id::text, c.code, CASE WHEN c.name = '' THEN c.code ELSE c.name || ' ' || c.code END, n.title, ST_X(p.at), ST_Y(p.at), n.title_en, c.code
FROM net_cell c JOIN net n ON n.id = c.net_id CROSS JOIN LATERAL (SELECT ST_PointOnSurface(c.geom) AS at) p
WHERE lower(c.code) ^@ lower(@text) AND EXISTS (
    SELECT FROM unnest(@prefixes::text[]) a (prefix)
    WHERE starts_with(n.scope, a.prefix) OR EXISTS (
        SELECT FROM region r WHERE r.code = a.prefix AND starts_with(r.code, n.scope) AND r.geom && c.geom AND ST_Intersects(r.geom, c.geom)))
ORDER BY length(c.code), c.code, n.name LIMIT @most`

// inTables asks every table and ranks what each one found.
func (s *Service) inTables(ctx context.Context, text string, limit int) (map[string][]Hit, error) {
	found := map[string][]Hit{}
	args := pgx.NamedArgs{"query": find.Query(text), "most": candidates}
	batch := &pgx.Batch{}
	// A tsquery's plan is never a scan of the table: the index answers, or nothing does.
	batch.Queue("SET LOCAL enable_seqscan = off")
	codes, err := plate.ParseAny(text)
	for _, code := range codes {
		batch.Queue(byPlate, pgx.NamedArgs{"code": code.Raw()}).Query(collect(found, code.Raw(), limit))
	}
	if args["query"] != "" {
		for kind, sql := range statements {
			if kind != "facility" || err != nil {
				batch.Queue(sql, args).Query(collect(found, text, limit))
			}
		}
		if scope := actor.From(ctx).Cases(); !scope.Empty() {
			where := scope.Where("c.scope_code", "c.department_code", args)
			batch.Queue(fmt.Sprintf(caseStatement, where), args).Query(collect(found, text, limit))
		}
	}
	if area := actor.From(ctx).Area(); !area.Empty() {
		batch.Queue(cellStatement, pgx.NamedArgs{"text": text, "prefixes": area.Prefixes(), "most": candidates}).Query(collect(found, text, limit))
	}
	return found, s.read(ctx, batch)
}

func (s *Service) read(ctx context.Context, batch *pgx.Batch) error {
	return pgx.BeginTxFunc(ctx, s.Pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		return tx.SendBatch(ctx, batch).Close()
	})
}

// collect keeps the best rows of one table.
func collect(found map[string][]Hit, text string, limit int) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var list []ranked
		for rows.Next() {
			var r ranked
			var more [2]string
			if err := rows.Scan(&r.Type, &r.ID, &r.Code, &r.Title, &r.Subtitle, &r.Lon, &r.Lat, &more[0], &more[1]); err != nil {
				return err
			}
			if r.rank(text, more[:]...) {
				list = append(list, r)
			}
		}
		for _, r := range best(list, limit) {
			found[r.Type] = append(found[r.Type], r.Hit)
		}
		return rows.Err()
	}
}
