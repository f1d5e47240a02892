package seal

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Walk takes rows under the newest key part by part, in the order of their ids:
// each part in a transaction of its own that within begins and that holds the
// key. part takes the next rows after an id, and gives theirs; none is the end.
// done hears how many rows each part was, once they are committed.
func (k *Keys) Walk(ctx context.Context, within func(fn func(tx pgx.Tx) error) error, part func(tx pgx.Tx, after uuid.UUID) ([]uuid.UUID, error), done func(rows int)) error {
	var after uuid.UUID
	for {
		var ids []uuid.UUID
		err := within(func(tx pgx.Tx) (err error) {
			if err := k.Hold(ctx, tx); err != nil {
				return err
			}
			ids, err = part(tx, after)
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		done(len(ids))
	}
}

// HeadOf is the SQL of what a column's value begins with: Head, when it is
// sealed with the newest key.
func HeadOf(column string) string {
	return fmt.Sprintf("substring(%s FROM 1 FOR %d)", column, headSize)
}
