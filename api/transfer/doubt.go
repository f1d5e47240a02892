package transfer

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"onemap/api/link"
)

// waiting is a row set aside for a person, as it is sealed.
type waiting struct {
	Ref    string     `json:"ref"`
	Values []string   `json:"values"`
	Pair   [2]float64 `json:"pair"`
	At     [2]float64 `json:"at"`
	Place  bool       `json:"place"`
	Shape  []byte     `json:"shape,omitempty"` // EWKB, WGS84
	Given  []string   `json:"given"`
	Source string     `json:"source"`
}

// sealedDoubt is the purpose for which rows that wait are sealed.
const sealedDoubt = "import.doubt"

// doubt sets a row aside; the same row of an earlier run comes to this one.
// known says that a person has decided on it before, and left it out.
func (r *runner) doubt(ctx context.Context, tx pgx.Tx, x *record, candidates []link.Candidate) (known bool, err error) {
	w := waiting{Ref: x.ref, Values: x.v, Pair: x.pair, At: x.at, Place: x.located, Given: r.batch.Given, Source: r.batch.Source}
	if x.geom != nil {
		if w.Shape, err = shapeBytes(x.geom); err != nil {
			return false, err
		}
	}
	plain, err := json.Marshal(w)
	if err != nil {
		return false, err
	}
	key := short(r.run.Kind, r.batch.Source, x.ref)
	if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM import_doubt WHERE row_key = $1 AND state = 'dropped')", key[:]).Scan(&known); err != nil || known {
		return known, err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM import_doubt WHERE row_key = $1 AND state = 'open'", key[:]); err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO import_doubt (id, run_id, line, row_key, given, candidates) VALUES ($1, $2, $3, $4, $5, $6)",
		r.NewID(), r.run.ID, x.line, key[:], r.Keys.Seal(sealedDoubt, plain), candidates)
	return false, err
}
