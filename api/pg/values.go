package pg

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// OrNull is NULL for the zero value, which stands for what is not known, and
// the value itself else.
func OrNull[T comparable](v T) any {
	var zero T
	if z, ok := any(v).(interface{ IsZero() bool }); v == zero || ok && z.IsZero() {
		return nil
	}
	return v
}

// Pairs reads a query of two columns as a map from the first to the second.
func Pairs[K comparable, V any](ctx context.Context, q Querier, sql string, args ...any) (map[K]V, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	pairs := map[K]V{}
	var k K
	var v V
	_, err = pgx.ForEachRow(rows, []any{&k, &v}, func() error {
		pairs[k] = v
		return nil
	})
	return pairs, err
}
