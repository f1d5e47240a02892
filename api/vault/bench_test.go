package vault_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/apitest"
	"onemap/api/pg"
	"onemap/api/vault"
)

// benched is how many people the measures are taken among.
const benched = 50_000

func crowd(c *apitest.City, from, n int) *pg.Copy {
	rows := pg.NewCopy("person", "id", "source", "source_ref", "name", "initials", "id_sealed", "id_blind", "scope_code", "rev", "updated_at")
	for i := range n {
		number := fmt.Sprintf("99010119700101%04d", from+i)
		rows.Row()
		rows.UUID(uuid.New())
		for _, text := range []string{"b", number, fmt.Sprint("王", from+i), "w"} {
			rows.Text(text)
		}
		rows.Bytes(c.Keys.Seal("person.number", []byte(number)))
		rows.Bytes(c.Keys.Blind("identity", number))
		rows.Text(apitest.GridA)
		rows.Int64(1)
		rows.Time(apitest.Start)
	}
	return rows
}

// BenchmarkPeople compares, in one run, writing people past the policies with
// writing them as a superuser's COPY, and finding somebody by an encrypted
// number, through the door, with finding a row by a plain indexed one.
func BenchmarkPeople(b *testing.B) {
	c := apitest.New(b)
	ctx, chunk := b.Context(), 5000
	var plain, checked time.Duration
	for from := 0; from < benched; from += 2 * chunk {
		first, second := crowd(c, from, chunk), crowd(c, from+chunk, chunk)
		start := time.Now()
		c.Beneath(b, func(tx pgx.Tx) error { return first.Send(ctx, tx) })
		plain += time.Since(start)
		start = time.Now()
		if err := vault.In(ctx, c.Vault, vault.Everywhere(), func(tx pgx.Tx) error { return second.SendChecked(ctx, tx) }); err != nil {
			b.Fatal(err)
		}
		checked += time.Since(start)
	}
	if _, err := c.Root.Exec(ctx, "CREATE TABLE plain AS SELECT id, source_ref AS number, name FROM person; CREATE INDEX plain_ix ON plain (number); ANALYZE plain; ANALYZE person; GRANT SELECT ON plain TO onemap_app"); err != nil {
		b.Fatal(err)
	}
	find := func(i int, sealed bool) time.Duration {
		number := fmt.Sprintf("99010119700101%04d", i*7919%benched)
		var name string
		start := time.Now()
		var err error
		if sealed {
			err = vault.In(ctx, c.Vault, vault.Over(apitest.StreetA), func(tx pgx.Tx) error {
				return tx.QueryRow(ctx, "SELECT name FROM person WHERE id_blind = $1 AND scope_code >= '990101001' AND scope_code < '990101001:'", c.Keys.Blind("identity", number)).Scan(&name)
			})
		} else { // in a transaction, as a reading that is written down is
			err = pg.InTx(ctx, c.Pool, func(tx pgx.Tx) error {
				return tx.QueryRow(ctx, "SELECT name FROM plain WHERE number = $1", number).Scan(&name)
			})
		}
		if err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
	var open, sealed time.Duration
	n := 0
	for b.Loop() {
		open, sealed, n = open+find(n, false), sealed+find(n, true), n+1
	}
	half := float64(benched) / 2
	b.ReportMetric(half/plain.Seconds(), "copied-rows/s")
	b.ReportMetric(half/checked.Seconds(), "checked-rows/s")
	b.ReportMetric(float64(sealed)/float64(open), "sealed/plain")
	fmt.Printf("BENCH people equality_ratio=%.2f write_ratio=%.2f copied_rows_s=%.0f checked_rows_s=%.0f lookups=%d\n", float64(sealed)/float64(open), float64(checked)/float64(plain), half/plain.Seconds(), half/checked.Seconds(), n)
}
