package check_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/apitest"
	"onemap/api/building"
	"onemap/api/link"
	"onemap/api/organisation"
	"onemap/api/person"
)

// peopled is a city with a house, a room, a person and an organisation in it.
func peopled(t *testing.T) (city, string) {
	t.Helper()
	c := furnished(t)
	var id string
	c.Tx(t, func(tx pgx.Tx) error {
		ctx, at := t.Context(), apitest.InGridA
		ix, err := c.Regions.Hold(ctx, tx)
		if err != nil {
			return err
		}
		b := link.Batch{Source: "test", NewID: apitest.NewID, Now: c.Clock.Now()}
		around := orb.MultiPolygon{{{{at[0], at[1]}, {at[0] + 0.001, at[1]}, {at[0], at[1] + 0.001}, {at[0], at[1]}}}}
		if _, err := c.Buildings.Import(ctx, tx, ix, b, []building.Building{{Ref: "1", Point: at, Geom: around}}); err != nil {
			return err
		}
		var room uuid.UUID
		if err := tx.QueryRow(ctx, `
INSERT INTO dwelling (id, source, source_ref, building_id, storey_from, storey_to, code, col, use, grid_code, scope_code, rev, updated_at)
SELECT $1, 'test', '1', id, 0, 0, '101', 1, 'dwelling', grid_code, scope_code, 1, now() FROM building WHERE source = 'test' RETURNING id`, apitest.NewID()).Scan(&room); err != nil {
			return err
		}
		if _, err := c.People.Import(ctx, tx, ix, b, []person.Row{{Ref: "1", Name: "甲", IDKind: person.Passport, IDNumber: "E01234567", Phone: "13800001234", DwellingID: room, Tags: []string{"veteran"}}}); err != nil {
			return err
		}
		if _, err := c.Organisations.Import(ctx, tx, ix, b, []organisation.Row{{Ref: "1", Name: "乙店", Point: &at}}); err != nil {
			return err
		}
		return nil
	})
	if err := c.Root.QueryRow(t.Context(), "SELECT id::text FROM person").Scan(&id); err != nil {
		t.Fatal(err)
	}
	return c, id
}

func TestEachRuleOfPeopleFindsWhatBreaksIt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, sql, rule string }{
		{"somebody seen elsewhere", "UPDATE person SET grid_code = '990101001001002', scope_code = '990101001001002'", "people: each is seen where they live"},
		{"somebody without their dwelling", "UPDATE person SET dwelling_id = NULL", "people: each is seen where they live"},
		{"somebody who left and lives there", "UPDATE person SET left_on = '2026-03-01', left_why = 'died'", "people: each is seen where they live"},
		{"somebody in two dwellings", "DROP INDEX residence_one_ix; INSERT INTO residence (id, person_id, dwelling_id, relation) SELECT gen_random_uuid(), person_id, dwelling_id, relation FROM residence", "people: nobody is in two dwellings at once"},
		{"a tag without a purpose", "UPDATE person_tag SET purpose = ''", "people: each tag has a purpose and an end"},
		{"a tag without an end", "UPDATE person_tag SET until = '9999-12-31'", "people: each tag has a purpose and an end"},
		{"a sealed value that was changed", "UPDATE person SET id_sealed = set_byte(id_sealed, 20, 255 - get_byte(id_sealed, 20))", "people: sealed values open and match their blinds"},
		{"a phone in the place of a number", "UPDATE person SET id_sealed = phone_sealed", "people: sealed values open and match their blinds"},
		{"another blind", "UPDATE person SET phone_blind = set_byte(phone_blind, 0, 255 - get_byte(phone_blind, 0))", "people: sealed values open and match their blinds"},
		{"an organisation in the wrong grid", "UPDATE organisation SET grid_code = '990101001001002', scope_code = '990101001001002'", "organisation: grid_code is the grid that holds the point"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, id := peopled(t)
			for rule, r := range c.run(t) {
				if !r.OK() {
					t.Errorf("before the damage: %s: %v", rule, r.Offenders)
				}
				if rule == tt.rule && r.Looked == 0 {
					t.Errorf("%s looked at nothing", rule)
				}
			}
			if _, err := c.Root.Exec(t.Context(), tt.sql); err != nil {
				t.Fatal(err)
			}
			r := c.run(t)[tt.rule]
			said := strings.Join(r.Offenders, "\n")
			if r.OK() || strings.Contains(said, "甲") || strings.HasPrefix(tt.rule, "people") && !strings.Contains(tt.rule, "tag") && !strings.Contains(said, id) {
				t.Errorf("%s: %+v", tt.rule, r)
			}
		})
	}
}
