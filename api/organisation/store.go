package organisation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/link"
	"onemap/api/pg"
)

// mergeKnown takes what the batch gives into organisations that exist. all are
// the columns of the values after the id. An empty value never erases what is
// known; where the words or the place are made of several columns, they follow.
func mergeKnown(ctx context.Context, tx pgx.Tx, b link.Batch, all []string, values [][]any) (pg.Merged, error) {
	var m pg.Merged
	if len(values) == 0 {
		return m, nil
	}
	take := []string{"point", "grid_code", "scope_code"}
	for _, name := range b.Of(fields) {
		take = append(take, columns[name]...)
	}
	if b.Given != nil && !slices.Contains(b.Given, "lon") && !slices.Contains(b.Given, "building_code") {
		take = take[3:]
	}
	incoming := append([]string{"id"}, all...)
	if _, err := tx.Exec(ctx, "CREATE TEMP TABLE known_organisation ON COMMIT DROP AS SELECT "+strings.Join(incoming, ", ")+" FROM organisation WITH NO DATA"); err != nil {
		return m, fmt.Errorf("merge known organisations: %w", err)
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"known_organisation"}, incoming, pgx.CopyFromRows(values)); err != nil {
		return m, fmt.Errorf("merge known organisations: %w", err)
	}
	var sets, before, after []string
	for _, c := range take {
		next := fmt.Sprintf("COALESCE(i.%s, t.%s)", c, c)
		if c == "grid_code" { // NULL is an answer here
			next = "i.grid_code"
		}
		if slices.Contains([]string{"name_en", "industry", "phone", "address", "address_key"}, c) {
			next = fmt.Sprintf("COALESCE(NULLIF(i.%s, ''), t.%s)", c, c)
		}
		sets, before, after = append(sets, c+" = "+next), append(before, "t."+c), append(after, next)
	}
	if slices.ContainsFunc(take, func(c string) bool { return c == "name" || c == "name_en" || c == "address" }) {
		sets = append(sets, "words = i.words")
	}
	if len(sets) == 0 {
		m.Unchanged = int64(len(values))
		return m, nil
	}
	tag, err := tx.Exec(ctx, "UPDATE organisation t SET "+strings.Join(sets, ", ")+", rev = t.rev + 1, updated_at = $1 FROM known_organisation i WHERE t.id = i.id AND ("+
		strings.Join(before, ", ")+") IS DISTINCT FROM ("+strings.Join(after, ", ")+")", b.Now)
	if err != nil {
		return m, fmt.Errorf("merge known organisations: %w", err)
	}
	m.Changed = tag.RowsAffected()
	m.Unchanged = int64(len(values)) - m.Changed
	_, err = tx.Exec(ctx, "DROP TABLE known_organisation")
	return m, err
}

// remember links references to organisations that came from elsewhere.
func remember(ctx context.Context, tx pgx.Tx, source string, refs []string, ids []uuid.UUID) error {
	if len(refs) == 0 {
		return nil
	}
	own, err := link.Own(ctx, tx, "organisation", source, refs)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	var foreign []string
	var about []uuid.UUID
	for i, ref := range refs {
		if own[ref] != ids[i] && !seen[ref] {
			seen[ref] = true
			foreign, about = append(foreign, ref), append(about, ids[i])
		}
	}
	return link.Remember(ctx, tx, linkKind, source, foreign, about)
}
