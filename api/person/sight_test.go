package person_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/fault"
	"onemap/api/person"
)

// A tag is for those who bring its help, where they bring it.
func TestTagsAreSeenByThoseWhoHoldTheirPurpose(t *testing.T) {
	t.Parallel()
	c := newTown(t, 2)
	c.imports(t, c.batch("list"), person.Row{Ref: "1", Name: "王小明", BornOn: on(1970, 1, 1), DwellingID: c.a[0], Tags: []string{"disabled", "resettlement"}})
	id := one[uuid.UUID](t, c, "SELECT id FROM person")
	both := apitest.Actor(actor.Worker, apitest.StreetA)
	both.Grants = append(both.Grants, actor.Grant{Role: actor.Registrar, Prefix: apitest.StreetB})
	for name, tt := range map[string]struct {
		by   actor.Actor
		tags []string
	}{
		"the registrar":                   {apitest.Actor(actor.Registrar, apitest.StreetA), []string{"disabled", "resettlement"}},
		"the grid worker":                 {apitest.Actor(actor.Worker, apitest.StreetA), []string{"disabled"}},
		"the administrator":               {apitest.Actor(actor.Administrator, apitest.CityCode), nil},
		"a worker here, registrar beside": {both, []string{"disabled"}},
	} {
		full, err := c.People.ByID(actor.With(t.Context(), tt.by), id)
		if err != nil {
			t.Fatal(err)
		}
		var tags []string
		for _, tag := range full.Tags {
			tags = append(tags, tag.Tag)
		}
		if slices.Sort(tags); !slices.Equal(tags, tt.tags) {
			t.Errorf("%s sees %v, want %v", name, tags, tt.tags)
		}
		page, err := c.People.List(actor.With(t.Context(), tt.by), person.Filter{Tag: "resettlement"}, 10, "")
		if err != nil || len(page.Items) != max(0, len(tt.tags)-1) {
			t.Errorf("%s lists %d people by the tag, %v", name, len(page.Items), err)
		}
	}
	worker := actor.With(t.Context(), apitest.Actor(actor.Worker, apitest.StreetA))
	if _, err := c.People.GiveTag(worker, id, person.NewTag{Tag: "community_correction"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a tag of another's purpose: %v", err)
	}
	if _, err := c.People.EndTag(worker, id, one[uuid.UUID](t, c, "SELECT id FROM person_tag WHERE tag = 'resettlement'"), apitest.Start); !fault.Is(err, fault.NotFound) {
		t.Errorf("a tag that is not seen: %v", err)
	}
	// Who moves over the border is seen there with what they carry, and here no more.
	if _, err := c.People.MoveIn(c.As(actor.Registrar, apitest.CityCode), id, person.In{DwellingID: c.b[0]}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.People.ByID(worker, id); !fault.Is(err, fault.NotFound) {
		t.Errorf("who has moved to the neighbour: %v", err)
	}
	full, err := c.People.ByID(c.As(actor.Registrar, apitest.StreetB), id)
	if err != nil || len(full.Tags) != 2 || len(full.Residences) != 2 {
		t.Errorf("%d tags, %d homes, %v", len(full.Tags), len(full.Residences), err)
	}
}
