package transfer

import (
	"errors"
	"fmt"
	"io"

	"onemap/api/transfer/table"
)

// rows reads a file that comes in as a whole, from its beginning: take makes of
// each record, the number-th of the file, what it stands for, or notes in it why
// not. The counts say what was read and refused.
func (r *runner) rows(f *table.File, take func(x *record, number int64) error) (Told, error) {
	told := r.run.Told.clone()
	told.Counts, told.First, told.Reasons = Counts{}, nil, nil
	if err := r.out.back(0); err != nil {
		return told, err
	}
	for {
		row, err := f.Next()
		var bad *table.RowError
		switch {
		case errors.Is(err, io.EOF):
			return told, nil
		case errors.As(err, &bad):
			told.Read++
			x := &record{kind: r.plan.kind, line: bad.Line, raw: make([]string, len(f.Columns()))}
			if err := r.out.add(&told, x, Refusal{Line: bad.Line, Reason: bad.Reason}); err != nil {
				return told, err
			}
			continue
		case err != nil:
			return told, err
		}
		told.Read++
		x := r.plan.record(row)
		if err := take(x, told.Read); err != nil {
			return told, err
		}
		if len(x.refused) == 0 {
			continue
		}
		if err := r.out.add(&told, x, x.refused...); err != nil {
			return told, err
		}
	}
}

// lines are those that codes were taken from.
type lines map[string]int64

// once refuses a record whose code another row has, unless it is refused already.
func (l lines) once(x *record, code string) {
	if before, twice := l[code]; twice && len(x.refused) == 0 {
		x.refuse("code", fmt.Sprintf("code %s is row %d already", code, before))
	}
}
