package cases

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
)

// ByID is a case as the actor sees it, with what the actor may do.
func (s *Service) ByID(ctx context.Context, id uuid.UUID) (Case, error) {
	by := actor.From(ctx)
	args := pgx.NamedArgs{"id": id}
	var c Case
	var err error
	if c.Row, err = oneRow(ctx, s.Pool, "WHERE c.id = @id AND "+visible(by.Cases(), args), args); err != nil {
		return c, err
	}
	s.name(&c.Row)
	if err := s.fill(ctx, &c); err != nil {
		return c, fmt.Errorf("case %s: %w", id, err)
	}
	worked, err := workedOn(ctx, s.Pool, id, by)
	if err != nil {
		return c, err
	}
	c.Actions = []Option{}
	for _, t := range From(c.State) {
		if _, ok := t.roleOf(by, c.Row); ok && !(t.To == Closed && worked) {
			c.Actions = append(c.Actions, Option{t.Action, append([]Need{}, t.Needs...)})
		}
	}
	if c.Earlier, err = s.earlier(ctx, by, c); err != nil {
		return c, err
	}
	return c, nil
}

// fill reads what a case has beside its row.
func (s *Service) fill(ctx context.Context, c *Case) error {
	err := s.Pool.QueryRow(ctx, "SELECT text, given_crs, given_x, given_y, facility_id FROM case_file WHERE id = $1", c.ID).
		Scan(&c.Text, &c.Given.CRS, &c.Given.X, &c.Given.Y, &c.facilityID)
	if err != nil {
		return err
	}
	if c.Events, err = selectEvents(ctx, s.Pool, c.ID); err != nil {
		return err
	}
	if c.Photos, err = selectPhotos(ctx, s.Pool, c.ID); err != nil {
		return err
	}
	for i := range c.Photos {
		c.Photos[i].URL = "/api/v1/photos/" + c.Photos[i].ID.String()
		c.Photos[i].ThumbURL = c.Photos[i].URL + "?size=thumb"
	}
	if c.facilityID != nil {
		f, err := s.Facilities.CaseFacilityByID(ctx, s.Pool, *c.facilityID)
		if err != nil {
			return err
		}
		c.Facility = &f
	}
	c.Chain = s.Regions.CaseChain(c.ScopeCode)
	return nil
}

// earlier lists other cases of the same facility, newest first.
func (s *Service) earlier(ctx context.Context, by actor.Actor, c Case) ([]Row, error) {
	if c.facilityID == nil {
		return []Row{}, nil
	}
	args := pgx.NamedArgs{"facility": *c.facilityID, "id": c.ID}
	rows, err := s.Pool.Query(ctx, selectRow+"WHERE c.facility_id = @facility AND c.id <> @id AND "+visible(by.Cases(), args)+" ORDER BY c.created_at DESC LIMIT 5", args)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, scanRow)
	for i := range list {
		s.name(&list[i])
	}
	if list == nil {
		list = []Row{}
	}
	return list, err
}
