package vault_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/pg"
	"onemap/api/vault"
)

// peopled has two people in each street, and one without a place; one in street
// A carries two tags.
func peopled(t *testing.T) *apitest.City {
	t.Helper()
	c := apitest.New(t)
	c.Beneath(t, func(tx pgx.Tx) error {
		ctx := context.Background()
		for i, scope := range []string{apitest.GridA, apitest.GridA, apitest.GridB, apitest.GridB, ""} {
			id := uuid.New()
			if _, err := tx.Exec(ctx, "INSERT INTO person (id, source, source_ref, name, scope_code, rev, updated_at) VALUES ($1, 't', $2, '某', $3, 1, now())", id, id.String(), scope); err != nil {
				return err
			}
			for _, tag := range []string{"disabled", "resettlement"} {
				if i == 0 {
					if _, err := tx.Exec(ctx, "INSERT INTO person_tag (id, person_id, tag, purpose, basis, since, until, scope_code) VALUES ($1, $2, $3, '帮扶', '法', '2026-01-01', '2027-01-01', $4)", uuid.New(), id, tag, scope); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	return c
}

func count(t *testing.T, q pg.Querier, table string) (n int) {
	t.Helper()
	if err := q.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A query that forgot its condition shows what its asker may see, and no more.
func TestWithoutAConditionTheNeighbourStaysUnseen(t *testing.T) {
	t.Parallel()
	c := peopled(t)
	scope := func(role actor.Role, prefixes ...string) actor.Scope {
		return apitest.Actor(role, prefixes...).People()
	}
	care := func(s actor.Scope) map[string]actor.Scope { return map[string]actor.Scope{"disabled": s} }
	for name, tt := range map[string]struct {
		sight        vault.Sight
		people, tags int
	}{
		"nobody":             {vault.Sight{}, 0, 0},
		"an operator":        {vault.Of(scope(actor.Operator, apitest.CityCode), nil), 0, 0},
		"street A":           {vault.Of(scope(actor.Worker, apitest.StreetA), care(scope(actor.Worker, apitest.StreetA))), 2, 1},
		"street B":           {vault.Of(scope(actor.Worker, apitest.StreetB), care(scope(actor.Worker, apitest.StreetB))), 2, 0},
		"both":               {vault.Of(scope(actor.Worker, apitest.StreetA, apitest.StreetB), nil), 4, 0},
		"the city":           {vault.Of(scope(actor.Registrar, apitest.CityCode), nil), 5, 0},
		"every city":         {vault.Of(scope(actor.Registrar, ""), care(scope(actor.Registrar, ""))), 5, 1},
		"the program itself": {vault.Everywhere(), 5, 2},
	} {
		err := vault.In(t.Context(), c.Vault, tt.sight, func(tx pgx.Tx) error {
			if people, tags := count(t, tx, "person"), count(t, tx, "person_tag"); people != tt.people || tags != tt.tags {
				t.Errorf("%s: %d people and %d tags, want %d and %d", name, people, tags, tt.people, tt.tags)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	// The setting is '' on these connections now, and unset on new ones: both show nobody.
	if n := count(t, c.Vault, "person"); n != 0 {
		t.Errorf("%d people without a sight", n)
	}
}

func TestTheDoorClosesBehindAPartOfATransaction(t *testing.T) {
	t.Parallel()
	c := peopled(t)
	c.Tx(t, func(tx pgx.Tx) error {
		err := vault.Within(t.Context(), tx, vault.Over(apitest.StreetA), func() error {
			return vault.Within(t.Context(), tx, vault.Everywhere(), func() error {
				if n := count(t, tx, "person"); n != 5 {
					t.Errorf("%d people", n)
				}
				return nil
			})
		})
		if err != nil {
			return err
		}
		var refused *pgconn.PgError
		_, err = tx.Exec(t.Context(), "SAVEPOINT s; SELECT FROM person")
		if !errors.As(err, &refused) || refused.Code != "42501" {
			t.Errorf("people after the door: %v", err)
		}
		_, err = tx.Exec(t.Context(), "ROLLBACK TO s")
		return err
	})
}

func TestNobodyWritesBeyondTheirSight(t *testing.T) {
	t.Parallel()
	c := peopled(t)
	for _, sql := range []string{
		"INSERT INTO person (id, source, source_ref, name, scope_code, rev, updated_at) VALUES (gen_random_uuid(), 't', 'x', '某', '" + apitest.GridB + "', 1, now())",
		"UPDATE person SET scope_code = '" + apitest.GridB + "'",
	} {
		err := vault.In(t.Context(), c.Vault, vault.Over(apitest.StreetA), func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), sql)
			return err
		})
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "42501" {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestTheApplicationReachesNoPeople(t *testing.T) {
	t.Parallel()
	c := peopled(t)
	for _, sql := range []string{
		"SELECT FROM person", "SELECT FROM household", "SELECT FROM residence", "SELECT FROM person_tag", "DELETE FROM person",
		"UPDATE case_event SET action = 'x'", "DELETE FROM case_event", "DELETE FROM change_log", "DELETE FROM change_log_first", "INSERT INTO change_log_first SELECT * FROM change_log",
		"SELECT change_partition('change_log', 1, 2)", "DELETE FROM change_full", "SELECT people_context('everywhere', 'everything')",
	} {
		_, err := c.Pool.Exec(t.Context(), sql)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "42501" {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// What is looked up by key, number, phone, name or area is found by an index
// under the policies, too.
func TestIndexesServeUnderThePolicies(t *testing.T) {
	t.Parallel()
	c := peopled(t)
	err := vault.In(t.Context(), c.Vault, vault.Over(apitest.StreetA), func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "SET LOCAL enable_seqscan = off"); err != nil {
			return err
		}
		for index, condition := range map[string]string{
			"person_pk": "id = gen_random_uuid()", "person_id_blind_uq": "id_blind = '\\x01'", "person_phone_ix": "phone_blind = '\\x01'",
			"person_name_ix": "name >= '王' AND name < '玌'", "person_scope_ix": "scope_code >= '990101001' AND scope_code < '990101001:'",
		} {
			rows, err := tx.Query(t.Context(), "EXPLAIN SELECT id FROM person WHERE "+strings.ReplaceAll(condition, "gen_random_uuid()", "'"+uuid.NewString()+"'"))
			if err != nil {
				return err
			}
			plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil {
				return err
			}
			text := strings.Join(plan, "\n")
			if !strings.Contains(text, index) || !strings.Contains(text, "Index Cond") {
				t.Errorf("%s: %s", condition, text)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A start refuses a database in which a guard is missing.
func TestAStartProvesTheGuards(t *testing.T) {
	t.Parallel()
	c := peopled(t)
	if err := vault.Prove(t.Context(), c.Pool, c.Vault); err != nil {
		t.Fatal(err)
	}
	if n := count(t, c.Root, "person"); n != 5 {
		t.Errorf("the proof left %d people", n)
	}
	for _, step := range []struct{ damage, mend string }{
		{"GRANT SELECT ON residence TO onemap_app", "REVOKE SELECT ON residence FROM onemap_app"},
		{"ALTER TABLE household NO FORCE ROW LEVEL SECURITY", "ALTER TABLE household FORCE ROW LEVEL SECURITY"},
		{"ALTER TABLE person DISABLE ROW LEVEL SECURITY", "ALTER TABLE person ENABLE ROW LEVEL SECURITY"},
		{"GRANT SELECT (person_id) ON residence TO onemap_counts", "REVOKE SELECT (person_id) ON residence FROM onemap_counts"},
		{"GRANT SELECT ON person TO onemap_counts", "REVOKE SELECT ON person FROM onemap_counts"},
		{"CREATE POLICY wide ON person USING (true)", "DROP POLICY wide ON person"},
	} {
		if _, err := c.Root.Exec(t.Context(), step.damage); err != nil {
			t.Fatal(err)
		}
		if err := vault.Prove(t.Context(), c.Pool, c.Vault); err == nil {
			t.Errorf("%s goes unnoticed", step.damage)
		}
		if _, err := c.Root.Exec(t.Context(), step.mend); err != nil {
			t.Fatal(err)
		}
	}
	if err := vault.Prove(t.Context(), c.Pool, c.Root); err == nil {
		t.Error("a superuser in people's place goes unnoticed")
	}
}
