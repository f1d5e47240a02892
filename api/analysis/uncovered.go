package analysis

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/web"
	"onemap/geo/access"
)

// Missed is a building with people out of reach: exact, for those who may read
// the records of its people anyway.
type Missed struct {
	ID         string   `json:"building_id"`
	Name       string   `json:"name"`
	Address    string   `json:"address"`
	GridCode   *string  `json:"grid_code"`
	Lon        float64  `json:"lon"`
	Lat        float64  `json:"lat"`
	People     int      `json:"people"`
	Households int      `json:"households"`
	Nearest    *float64 `json:"nearest_m" doc:"Straight distance to the nearest service; null beyond 3000 m."`
}

// MissedPage is one page of the list behind the figures, the fullest building first.
type MissedPage struct {
	Items     []Missed `json:"items"`
	Next      string   `json:"next,omitempty"`
	Buildings int      `json:"buildings"`
	People    int      `json:"people"`
	AsOf      string   `json:"as_of" format:"date"`
}

// Uncovered lists the buildings behind the figures, to those who work with
// people's records and within their area only. Who lives there is asked of
// /api/v1/people, which masks and logs.
func (s *Service) Uncovered(ctx context.Context, asked Asked, limit int, cursor string) (*MissedPage, error) {
	who, err := web.SignedIn(ctx)
	if err != nil {
		return nil, err
	}
	scope := who.People()
	if scope.Empty() {
		return nil, fault.New(fault.Forbidden, "plan.list", "The list behind the figures is for registrars and grid workers of the area.")
	}
	q, err := asked.question()
	if err != nil {
		return nil, err
	}
	from, bad := strconv.Atoi(cmp.Or(cursor, "0"))
	if bad != nil || from < 0 {
		var f fault.Fields
		f.Add("query.cursor", cursor, "a cursor that an earlier page gave")
		return nil, f.Err("plan.cursor")
	}
	v, err := s.vintage(ctx)
	if err != nil {
		return nil, err
	}
	under, err := roots(v.ix, scope, q.Region)
	if err != nil {
		return nil, err
	}
	places, err := s.places(ctx, q.Service, q.Planned)
	if err != nil {
		return nil, err
	}
	list := v.missed(q, scope, under, places)
	page := &MissedPage{Items: []Missed{}, Buildings: len(list), AsOf: v.asOf.Format("2006-01-02")}
	for _, m := range list {
		page.People += m.People
	}
	if from < len(list) {
		page.Items = list[from:min(from+limit, len(list))]
	}
	if from+limit < len(list) {
		page.Next = strconv.Itoa(from + limit)
	}
	return page, s.address(ctx, page.Items)
}

func (v *vintage) missed(q Question, scope actor.Scope, under []string, places []place) []Missed {
	points := make([]orb.Point, len(places))
	for i, p := range places {
		points[i] = p.at
	}
	field := access.NewField(points)
	list := []Missed{}
	for i, c := range v.counts(q.Who) {
		b := &v.buildings[i]
		if c.people == 0 || !within(b.scope, under) || !scope.Holds(b.scope, "") {
			continue
		}
		nearest, d := field.Nearest(b.at, mostMetres)
		if nearest >= 0 && d <= float64(q.Metres) {
			continue
		}
		m := Missed{ID: b.id.String(), Lon: b.at[0], Lat: b.at[1], People: int(c.people), Households: int(c.households)}
		if nearest >= 0 {
			m.Nearest = new(rounded(d, 1))
		}
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b Missed) int { return cmp.Or(b.People-a.People, cmp.Compare(a.ID, b.ID)) })
	return list
}

// address names the buildings of one page.
func (s *Service) address(ctx context.Context, page []Missed) error {
	ids := make([]string, len(page))
	at := map[string]*Missed{}
	for i := range page {
		ids[i], at[page[i].ID] = page[i].ID, &page[i]
	}
	rows, err := s.Pool.Query(ctx, "SELECT id::text, name, address, grid_code FROM building WHERE id = ANY ($1::uuid[])", ids)
	if err != nil {
		return err
	}
	var id, name, address string
	var code *string
	_, err = pgx.ForEachRow(rows, []any{&id, &name, &address, &code}, func() error {
		m := at[id]
		m.Name, m.Address, m.GridCode = name, address, code
		return nil
	})
	return err
}
