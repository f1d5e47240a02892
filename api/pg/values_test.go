package pg_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"onemap/api/pg"
)

func TestOrNull(t *testing.T) {
	t.Parallel()
	id, zone := uuid.New(), time.FixedZone("UTC+8", 8*60*60)
	for _, tt := range []struct{ got, want any }{
		{pg.OrNull(""), nil},
		{pg.OrNull("a"), "a"},
		{pg.OrNull(uuid.Nil), nil},
		{pg.OrNull(id), id},
		{pg.OrNull(time.Time{}), nil},
		{pg.OrNull(time.Time{}.In(zone)), nil},
		{pg.OrNull(day), day},
	} {
		if tt.got != tt.want {
			t.Errorf("%v, want %v", tt.got, tt.want)
		}
	}
}

func TestPairs(t *testing.T) {
	t.Parallel()
	pool := open(t)
	got, err := pg.Pairs[string, int](t.Context(), pool, "SELECT * FROM (VALUES ('a', 1), ('b', 2)) AS v WHERE column2 <= $1", 1)
	if err != nil || len(got) != 1 || got["a"] != 1 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := pg.Pairs[string, int](t.Context(), pool, "SELECT 1"); err == nil {
		t.Error("one column makes no pair")
	}
}
