package pg_test

import (
	"testing"

	"github.com/google/uuid"
)

// Ids come back as they went, alone, as pointers and NULLs, and in arrays.
func TestIDsComeBack(t *testing.T) {
	t.Parallel()
	pool := open(t)
	id, other := uuid.New(), uuid.New()
	var one, text uuid.UUID
	var some, none *uuid.UUID
	var list []uuid.UUID
	var maybe []*uuid.UUID
	err := pool.QueryRow(t.Context(), "SELECT $1::uuid, $2::uuid, $3::uuid, $4::uuid[], $5::uuid[], $6::text::uuid", id, &other, none, []uuid.UUID{id, other, uuid.Nil}, []*uuid.UUID{&id, nil}, id.String()).
		Scan(&one, &some, &none, &list, &maybe, &text)
	if err != nil {
		t.Fatal(err)
	}
	if one != id || text != id || *some != other || none != nil || len(list) != 3 || list[1] != other || list[2] != uuid.Nil || *maybe[0] != id || maybe[1] != nil {
		t.Errorf("%v %v %v %v %v %v", one, some, none, list, maybe, text)
	}
}
