package organisation

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/find"
	"onemap/api/pg"
)

// Organisation is one as staff see it; WGS84.
type Organisation struct {
	ID         uuid.UUID  `json:"id"`
	USCC       string     `json:"uscc" doc:"Unified social credit code (GB 32100), or empty."`
	Name       string     `json:"name"`
	NameEn     string     `json:"name_en"`
	Kind       string     `json:"kind" enum:"company,sole_trader,institution,government,association,school,hospital,other"`
	Industry   string     `json:"industry"`
	Phone      string     `json:"phone"`
	Employees  *int32     `json:"employees"`
	Address    string     `json:"address"`
	BuildingID *uuid.UUID `json:"building_id"`
	DwellingID *uuid.UUID `json:"dwelling_id"`
	OpenedOn   *string    `json:"opened_on"`
	ClosedOn   *string    `json:"closed_on"`
	GridCode   *string    `json:"grid_code"`
	ScopeCode  string     `json:"scope_code"`
	Lon        float64    `json:"lon"`
	Lat        float64    `json:"lat"`
	Rev        int64      `json:"rev"`
}

const selectOne = `
SELECT id, COALESCE(uscc, ''), name, name_en, kind, industry, phone, employees, address, building_id, dwelling_id, to_char(opened_on, 'YYYY-MM-DD'), to_char(closed_on, 'YYYY-MM-DD'),
    grid_code, scope_code, point, rev
FROM organisation `

func scan(row pgx.CollectableRow) (o Organisation, err error) {
	var at orb.Point
	err = row.Scan(&o.ID, &o.USCC, &o.Name, &o.NameEn, &o.Kind, &o.Industry, &o.Phone, &o.Employees, &o.Address, &o.BuildingID, &o.DwellingID, &o.OpenedOn, &o.ClosedOn,
		&o.GridCode, &o.ScopeCode, &at, &o.Rev)
	o.Lon, o.Lat = at[0], at[1]
	return o, err
}

// ByID gives an organisation in the actor's area.
func (s *Service) ByID(ctx context.Context, id uuid.UUID) (Organisation, error) {
	o, err := byID(ctx, s.Pool, id)
	if err == nil && !actor.From(ctx).Area().Holds(o.ScopeCode, "") {
		return Organisation{}, fault.Missing("organisation")
	}
	return o, err
}

func byID(ctx context.Context, q pg.Querier, id uuid.UUID) (Organisation, error) {
	rows, err := q.Query(ctx, selectOne+"WHERE id = $1", id)
	if err != nil {
		return Organisation{}, err
	}
	o, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fault.Missing("organisation")
	}
	return o, err
}

// Filter narrows a list.
type Filter struct {
	Text     string
	Region   string
	Building uuid.UUID
	Kind     string
}

// Page is a part of a list; Next is empty at its end.
type Page struct {
	Items []Organisation `json:"items"`
	Next  string         `json:"next" doc:"The cursor of the next page; empty at the end."`
}

var regionForm = regexp.MustCompile(`^[0-9]{4,15}$`)

// most bounds the rows that are looked at for a page whose words stand apart in them.
const most = 2000

// List gives organisations in the actor's area by id.
func (s *Service) List(ctx context.Context, f Filter, limit int, after string) (Page, error) {
	page, args := Page{Items: []Organisation{}}, pgx.NamedArgs{"limit": limit + 1}
	var bad fault.Fields
	parts := []string{actor.From(ctx).Area().Where("scope_code", "", args)}
	if f.Region != "" {
		if !regionForm.MatchString(f.Region) {
			bad.Add("query.region", f.Region, "a region code of 4 to 15 digits")
		}
		parts = append(parts, actor.Within("scope_code", f.Region, "region", args))
	}
	if f.Kind != "" {
		if !slices.Contains(Kinds, f.Kind) {
			bad.Add("query.kind", f.Kind, "one of %s", strings.Join(Kinds, ", "))
		}
		args["kind"] = f.Kind
		parts = append(parts, "kind = @kind")
	}
	if f.Building != uuid.Nil {
		args["building"] = f.Building
		parts = append(parts, "building_id = @building")
	}
	isCode := false
	if f.Text != "" {
		if code, _ := ParseCode(f.Text); code != "" {
			isCode = true
			args["code"] = code
			parts = append(parts, "uscc = @code")
		} else if words := find.Query(f.Text); words != "" {
			args["words"], args["limit"] = words, most
			parts = append(parts, "words @@ @words::tsquery")
		} else {
			parts = append(parts, "FALSE")
		}
	}
	if after != "" {
		id, err := uuid.Parse(after)
		if err != nil {
			bad.Add("query.cursor", after, "is no cursor; take next of the page before, unchanged")
		}
		args["after"] = id
		parts = append(parts, "id > @after")
	}
	if err := bad.Err("organisation.filter"); err != nil {
		return page, err
	}
	rows, err := s.Pool.Query(ctx, selectOne+"WHERE "+strings.Join(parts, " AND ")+" ORDER BY id LIMIT @limit", pgx.QueryExecModeCacheDescribe, args)
	if err != nil {
		return page, err
	}
	list, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return page, err
	}
	for _, o := range list {
		if f.Text != "" && !isCode && !find.Matches(f.Text, o.Name, o.NameEn, o.Address) {
			continue
		}
		if len(page.Items) == limit {
			page.Next = page.Items[limit-1].ID.String()
			break
		}
		page.Items = append(page.Items, o)
	}
	return page, nil
}
