package facility

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/fault"
	"onemap/api/pg"
)

// Codes are what the code lists of standards call a facility, by edition.
type Codes map[string]string

// edition is how a standard builds its codes: the six digits of the district,
// those of the class, and a serial number of six.
type edition struct {
	digits int
	class  int // digits between district and serial
	says   string
}

// Editions are the code lists there are: GB/T 47678.5-2026 has two digits of the
// major and three of the minor class, GB/T 30428.2-2013 two and two.
var Editions = map[string]edition{
	"GB/T 47678.5-2026": {17, 5, "17 digits: district 6, major class 2, minor class 3, serial number 6"},
	"GB/T 30428.2-2013": {16, 4, "16 digits: district 6, major class 2, minor class 2, serial number 6"},
}

// CheckCode says what is wrong with a code of an edition for a facility in a
// scope, or "".
func CheckCode(name, code, scope string) string {
	e, ok := Editions[name]
	switch {
	case !ok:
		return "an edition that is known: " + strings.Join(slices.Sorted(maps.Keys(Editions)), ", ")
	case len(code) != e.digits || strings.Trim(code, "0123456789") != "":
		return e.says
	case code[len(code)-6:] == "000000":
		return "the serial number begins at 000001"
	case code[6:8] == "00" || strings.Trim(code[8:6+e.class], "0") == "":
		return "the classes begin at 01"
	case len(scope) >= 6 && code[:6] != scope[:6]:
		return "begins with another district than the one the facility stands in, " + scope[:6]
	}
	return ""
}

// putCodes writes the codes of facilities; an empty one is taken away.
func putCodes(ctx context.Context, tx pgx.Tx, codes map[uuid.UUID]Codes) error {
	var ids, gone []uuid.UUID
	var editions, list, goneEditions []string
	for id, c := range codes {
		for name, code := range c {
			if code == "" {
				gone, goneEditions = append(gone, id), append(goneEditions, name)
				continue
			}
			ids, editions, list = append(ids, id), append(editions, name), append(list, code)
		}
	}
	if len(gone) > 0 {
		if _, err := tx.Exec(ctx, "DELETE FROM facility_code c USING unnest($1::uuid[], $2::text[]) AS n (id, edition) WHERE c.facility_id = n.id AND c.edition = n.edition", gone, goneEditions); err != nil {
			return fmt.Errorf("codes of facilities: %w", err)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
INSERT INTO facility_code (facility_id, edition, code) SELECT id, edition, code FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n (id, edition, code)
ON CONFLICT (facility_id, edition) DO UPDATE SET code = excluded.code WHERE facility_code.code <> excluded.code`, ids, editions, list)
	if pg.Constraint(err) == "facility_code_code_uq" {
		return fault.New(fault.Conflict, "facility.standard_code", "Another facility has this code of the standard.").Because(err)
	}
	if err != nil {
		return fmt.Errorf("codes of facilities: %w", err)
	}
	return nil
}

// codesOf reads the codes of facilities.
func codesOf(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID]Codes, error) {
	rows, err := q.Query(ctx, "SELECT facility_id, edition, code FROM facility_code WHERE facility_id = ANY($1)", ids)
	if err != nil {
		return nil, fmt.Errorf("codes of facilities: %w", err)
	}
	codes := map[uuid.UUID]Codes{}
	var id uuid.UUID
	var name, code string
	_, err = pgx.ForEachRow(rows, []any{&id, &name, &code}, func() error {
		if codes[id] == nil {
			codes[id] = Codes{}
		}
		codes[id][name] = code
		return nil
	})
	return codes, err
}
