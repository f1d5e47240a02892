package cases

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"onemap/api/place"
	"onemap/geo/crs"
)

var (
	eventColumns = []string{"case_id", "seq", "prev_seq", "at", "action", "from_state", "to_state", "actor_id", "actor_name", "actor_role", "note"}
	fileColumns  = []string{
		"id", "number", "type", "category", "concern", "title", "title_en", "text", "place", "urgent", "channel", "state", "rev",
		"point", "given_crs", "given_x", "given_y", "grid_code", "scope_code", "facility_id", "receipt_hash", "words",
		"due_at", "closed_at", "created_at", "updated_at", "source", "source_ref",
	}
)

// bring writes cases that are new here: their events first, as the case's state
// is that of its last one.
func (t *taking) bring(ctx context.Context, rows []Taken) error {
	if len(rows) == 0 {
		return nil
	}
	scopes, grids := make([]string, len(rows)), make([]*string, len(rows))
	wanted := make([]series, len(rows))
	for i, r := range rows {
		grids[i], scopes[i] = place.Codes(t.ix.Locate(crs.FromPoint(r.Point)))
		wanted[i] = seriesOf(moment(r.CreatedAt).In(t.Zone), scopes[i])
	}
	numbers, err := nextNumbers(ctx, t.tx, wanted)
	if err != nil {
		return err
	}
	files, events := make([][]any, len(rows)), make([][]any, 0, len(rows))
	for i, r := range rows {
		id := t.batch.NewID()
		stages := r.stages()
		for n, st := range stages {
			var prev *int64
			if n > 0 {
				before := int64(n)
				prev = &before
			}
			events = append(events, []any{id, int64(n + 1), prev, st.at, string(DoImport), string(st.from), string(st.to), t.actorID(), t.by.Name, string(importer(t.by)), st.note})
		}
		receipt := make([]byte, 32) // the hash of a receipt that was never made
		if _, err := rand.Read(receipt); err != nil {
			return err
		}
		category, title, titleEn := r.kind()
		last := stages[len(stages)-1]
		urgent := r.Urgent || urgentCategory(category)
		var due *time.Time
		if rule, _ := takeOver(last.from, last.to); last.to.Open() {
			due = rule.due(nil, t.batch.Now, t.batch.Now, urgent)
		}
		p := given(r)
		files[i] = []any{
			id, numbers[i], "urban", category, r.Concern, title, titleEn, r.Text, r.Place, urgent, "import", string(last.to), int64(len(stages)),
			r.Point, p.CRS, p.X, p.Y, grids[i], scopes[i], t.facility(r), receipt, wordsOf(numbers[i], title, titleEn, r.Place),
			due, r.closing(), moment(r.CreatedAt), t.batch.Now, t.batch.Source, r.Ref,
		}
	}
	if _, err := t.tx.CopyFrom(ctx, pgx.Identifier{"case_event"}, eventColumns, pgx.CopyFromRows(events)); err != nil {
		return err
	}
	_, err = t.tx.CopyFrom(ctx, pgx.Identifier{"case_file"}, fileColumns, pgx.CopyFromRows(files))
	return err
}

// series is what numbers are counted in: a day and a district.
type series struct{ day, district string }

func seriesOf(day time.Time, scope string) series {
	return series{day.Format("20060102"), (scope + "000000")[:6]}
}

func (s series) number(n int64) string { return fmt.Sprintf("%s-%s-%06d", s.day, s.district, n) }

// nextNumbers gives each its number, in the order asked. The rows of the counters
// stay locked to the commit; they are taken in one order by everybody.
func nextNumbers(ctx context.Context, tx pgx.Tx, wanted []series) ([]string, error) {
	count := map[series]int64{}
	for _, w := range wanted {
		count[w]++
	}
	var days, districts []string
	var counts []int64
	order := make([]series, 0, len(count))
	for s := range count {
		order = append(order, s)
	}
	slices.SortFunc(order, func(a, b series) int { return strings.Compare(a.day+a.district, b.day+b.district) })
	for _, s := range order {
		days, districts, counts = append(days, s.day), append(districts, s.district), append(counts, count[s])
	}
	rows, err := tx.Query(ctx, `
INSERT INTO case_counter (day, district, last)
SELECT to_date(n.day, 'YYYYMMDD'), n.district, n.many FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS n (day, district, many, turn) ORDER BY n.turn
ON CONFLICT (day, district) DO UPDATE SET last = case_counter.last + excluded.last
RETURNING to_char(day, 'YYYYMMDD'), district, last`, days, districts, counts)
	if err != nil {
		return nil, err
	}
	next := map[series]int64{}
	var s series
	var last int64
	if _, err := pgx.ForEachRow(rows, []any{&s.day, &s.district, &last}, func() error { next[s] = last - count[s]; return nil }); err != nil {
		return nil, err
	}
	numbers := make([]string, len(wanted))
	for i, w := range wanted {
		next[w]++
		numbers[i] = w.number(next[w])
	}
	return numbers, nil
}

// nextNumber is the next number of a day and district; its row stays locked to
// the commit, so it is taken late.
func nextNumber(ctx context.Context, tx pgx.Tx, day time.Time, scope string) (string, error) {
	numbers, err := nextNumbers(ctx, tx, []series{seriesOf(day, scope)})
	if err != nil {
		return "", err
	}
	return numbers[0], nil
}
