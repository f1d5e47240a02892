package person

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/vault"
)

// Filter narrows a list of people; the zero Filter takes all who have not left.
type Filter struct {
	Text                          string
	Building, Dwelling, Household uuid.UUID
	Tag                           string
	AgeFrom, AgeTo                *int
	Alone                         bool
	Kind                          string
	Relation                      string // who has an open tie of this relation, to Dwelling when that is given
	Region                        string
	Gone                          bool // those who have left instead
}

// names are those of the filters that were given; what they hold is nobody's business.
func (f Filter) names() (list []string) {
	for _, x := range []struct {
		name  string
		given bool
	}{
		{"q", f.Text != ""},
		{"building", f.Building != uuid.Nil},
		{"dwelling", f.Dwelling != uuid.Nil},
		{"household", f.Household != uuid.Nil},
		{"tag", f.Tag != ""},
		{"age_from", f.AgeFrom != nil},
		{"age_to", f.AgeTo != nil},
		{"alone", f.Alone},
		{"kind", f.Kind != ""},
		{"relation", f.Relation != ""},
		{"region", f.Region != ""},
		{"gone", f.Gone},
	} {
		if x.given {
			list = append(list, x.name)
		}
	}
	return list
}

var regionForm = regexp.MustCompile(`^[0-9]{4,15}$`)

func (f Filter) check() error {
	var bad fault.Fields
	if f.Tag != "" {
		if _, ok := tagOf(f.Tag); !ok {
			bad.Add("query.tag", f.Tag, "is no care tag")
		}
	}
	if f.Kind != "" && !slices.Contains(Kinds, f.Kind) {
		bad.Add("query.kind", f.Kind, "one of %s", strings.Join(Kinds, ", "))
	}
	if f.Relation != "" && !slices.Contains(Relations, f.Relation) {
		bad.Add("query.relation", f.Relation, "one of %s", strings.Join(Relations, ", "))
	}
	if f.Region != "" && !regionForm.MatchString(f.Region) {
		bad.Add("query.region", f.Region, "a region code of 4 to 15 digits")
	}
	return bad.Err("person.filter")
}

// where composes the filter within a sight.
func (s *Service) where(f Filter, scope actor.Scope, args pgx.NamedArgs) string {
	parts := []string{scope.Where("p.scope_code", "", args), "p.left_on IS NULL"}
	if f.Gone {
		parts[1] = "p.left_on IS NOT NULL"
	}
	add := func(name string, value any, sql string) {
		args[name] = value
		parts = append(parts, sql)
	}
	today := s.today()
	args["today"] = today
	if f.Building != uuid.Nil {
		add("building", f.Building, "p.building_id = @building")
	}
	if f.Household != uuid.Nil {
		add("household", f.Household, "p.household_id = @household")
	}
	switch {
	case f.Dwelling != uuid.Nil:
		args["relation"] = f.Relation
		add("dwelling", f.Dwelling, "p.id IN (SELECT person_id FROM residence WHERE dwelling_id = @dwelling AND until IS NULL AND (@relation = '' OR relation = @relation))")
	case f.Relation != "":
		add("relation", f.Relation, "EXISTS (SELECT FROM residence r WHERE r.person_id = p.id AND r.until IS NULL AND r.relation = @relation)")
	}
	if f.Tag != "" {
		add("tag", f.Tag, "p.id IN (SELECT person_id FROM person_tag WHERE tag = @tag AND until >= @today)")
	}
	if f.AgeFrom != nil {
		add("born_until", today.AddDate(-*f.AgeFrom, 0, 0), "p.born_on <= @born_until")
	}
	if f.AgeTo != nil {
		add("born_after", today.AddDate(-*f.AgeTo-1, 0, 0), "p.born_on > @born_after")
	}
	if f.Alone {
		parts = append(parts, "p.lives_alone")
	}
	if f.Kind != "" {
		add("kind", f.Kind, "p.kind = @kind")
	}
	if f.Region != "" {
		parts = append(parts, actor.Within("p.scope_code", f.Region, "region", args))
	}
	if f.Text != "" {
		parts = append(parts, "("+strings.Join(s.asked(f.Text, args), " OR ")+")")
	}
	return "WHERE " + strings.Join(parts, " AND ")
}

// Page is a part of a list; Next is empty at its end.
type Page struct {
	Items []Person `json:"items"`
	Next  string   `json:"next" doc:"The cursor of the next page; empty at the end."`
}

// List gives people within the actor's sight, masked.
func (s *Service) List(ctx context.Context, f Filter, limit int, after string) (Page, error) {
	page := Page{Items: []Person{}}
	scope, err := sight(ctx)
	if err != nil {
		return page, err
	}
	if err := f.check(); err != nil {
		return page, err
	}
	if err := s.Keys.Fresh(ctx, s.Pool); err != nil {
		return page, err
	}
	args := pgx.NamedArgs{"limit": limit + 1}
	where := s.where(f, scope, args)
	if after != "" {
		id, err := uuid.Parse(after)
		if err != nil {
			var bad fault.Fields
			bad.Add("query.cursor", nil, "is no cursor; take next of the page before, unchanged")
			return page, bad.Err("person.cursor")
		}
		args["after"] = id
		where += " AND p.id > @after"
	}
	// Planned for these very values: a plan for any prefix would read the whole city for a grid.
	var list []Person
	err = vault.In(ctx, s.Pool, sightOf(actor.From(ctx)), func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, selectPerson+where+" ORDER BY p.id LIMIT @limit", pgx.QueryExecModeCacheDescribe, args)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, s.scan)
		return err
	})
	if err != nil {
		return page, err
	}
	if len(list) > limit {
		list = list[:limit]
		page.Next = list[limit-1].ID.String()
	}
	page.Items = append(page.Items, list...)
	return page, nil
}
