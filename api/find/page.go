package find

import "github.com/google/uuid"

// Page fills one page of a list that is ordered by id: it asks for rows after an
// id until as many as wanted are kept, or there are no more. next is the id to go
// on after, nil at the end.
func Page[T any](after uuid.UUID, want int, fetch func(after uuid.UUID, limit int) ([]T, error), id func(T) uuid.UUID, keep func(T) bool) (items []T, next uuid.UUID, err error) {
	const rounds = 20 // of rows that only look alike: the reader goes on from there
	items = []T{}
	for range rounds {
		rows, err := fetch(after, want+1)
		if err != nil {
			return nil, uuid.Nil, err
		}
		for _, r := range rows {
			if len(items) == want {
				return items, after, nil
			}
			after = id(r)
			if keep(r) {
				items = append(items, r)
			}
		}
		if len(rows) <= want {
			return items, uuid.Nil, nil
		}
	}
	return items, after, nil
}
