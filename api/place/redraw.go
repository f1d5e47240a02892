package place

import (
	"fmt"

	"github.com/paulmach/orb"

	"onemap/geo/grid"
)

// Redraw is regions drawn anew, for those whose objects follow it.
type Redraw struct {
	Index *grid.Index // of the edition that comes into force
	// Where are boxes, in degrees, no two of which touch: outside of them no place
	// has another region than before. Nil is everywhere.
	Where []orb.Bound
}

// On is the FROM of a question about a table's rows, t: those on the ground of
// the redraw, by the index on their points; its arguments are from $n on.
func (r Redraw) On(table string, n int) (sql string, args []any) {
	if r.Where == nil {
		return table + " t", nil
	}
	sides := make([][]float64, 4)
	for _, b := range r.Where {
		for i, v := range []float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]} {
			sides[i] = append(sides[i], v)
		}
	}
	return fmt.Sprintf("unnest($%d::float8[], $%d::float8[], $%d::float8[], $%d::float8[]) AS b (x0, y0, x1, y1) JOIN %s t ON t.point && ST_MakeEnvelope(b.x0, b.y0, b.x1, b.y1, 4326)",
		n, n+1, n+2, n+3, table), []any{sides[0], sides[1], sides[2], sides[3]}
}
