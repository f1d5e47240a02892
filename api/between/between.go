// Package between is what one slice needs of another, in the words of the one
// that needs it: cmd/internal/boot and the cities of tests hand it over.
package between

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"onemap/api/analysis"
	"onemap/api/auth"
	"onemap/api/building"
	"onemap/api/cases"
	"onemap/api/crosswalk"
	"onemap/api/facility"
	"onemap/api/person"
	"onemap/api/pg"
	"onemap/api/plate"
	"onemap/api/region"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// CaseRegions are the regions that a case lies in.
type CaseRegions struct{ *region.Service }

// CaseChain is the regions from the city down to one.
func (r CaseRegions) CaseChain(code string) []cases.ChainLink {
	links := []cases.ChainLink{}
	for _, l := range r.Chain(code) {
		links = append(links, cases.ChainLink(l))
	}
	return links
}

// RegionGrants are the grants on regions that go away.
type RegionGrants struct{ *auth.Service }

// GrantsOn finds those who hold something on places.
func (g RegionGrants) GrantsOn(ctx context.Context, q pg.Querier, scopes []string) ([]region.Grant, error) {
	found, err := g.Service.GrantsOn(ctx, q, scopes)
	list := make([]region.Grant, len(found))
	for i, f := range found {
		list[i] = region.Grant{Login: f.Account.Login, Name: f.Account.Name, Role: string(f.Role), Scope: f.Scope, Deputy: f.For != nil}
	}
	return list, err
}

// NetDrafts are the drafts that a merged net is proposed as.
type NetDrafts struct {
	*region.Service
	NewID func() uuid.UUID
}

// Propose makes a draft of the regions under a place, or none.
func (d NetDrafts) Propose(ctx context.Context, under, name string, grids []grid.Region) (uuid.UUID, error) {
	code := grid.Code(under)
	begun, err := d.Begin(ctx, code, d.NewID(), name, "")
	if err != nil {
		return uuid.Nil, err
	}
	if _, err := d.Fill(ctx, code, begun.ID, begun.Rev, grids, false); err != nil {
		return uuid.Nil, errors.Join(err, d.Discard(ctx, code, begun.ID, begun.Rev))
	}
	return begun.ID, nil
}

// Drawn is the regions as a draft would have them.
func (d NetDrafts) Drawn(ctx context.Context, under string, draft uuid.UUID) (*grid.Index, error) {
	return d.Service.Drawn(ctx, grid.Code(under), draft)
}

// NetGroups are the groups of communities whose counts of people are told together.
type NetGroups struct{ *analysis.Service }

// Groups is everybody in groups.
func (g NetGroups) Groups(ctx context.Context) ([]crosswalk.Group, error) {
	groups, err := g.Service.Groups(ctx)
	list := make([]crosswalk.Group, len(groups))
	for i, x := range groups {
		list[i] = crosswalk.Group(x)
	}
	return list, err
}

// CaseFacilities are the facilities that cases are about.
type CaseFacilities struct{ *facility.Service }

// CaseFacility reads a facility by the code on its plate.
func (f CaseFacilities) CaseFacility(ctx context.Context, q pg.Querier, code plate.Code) (cases.Facility, error) {
	found, err := f.ByCode(ctx, q, code)
	return ofCase(found), err
}

// CaseFacilityByID reads a facility.
func (f CaseFacilities) CaseFacilityByID(ctx context.Context, q pg.Querier, id uuid.UUID) (cases.Facility, error) {
	found, err := f.ByID(ctx, q, id)
	return ofCase(found), err
}

func ofCase(f facility.Facility) cases.Facility {
	zh, en := f.Title()
	return cases.Facility{
		ID: f.ID, Code: f.Code, Kind: f.Kind, Class: f.Class, Name: zh, NameEn: en, Place: f.Place, Maintainer: f.Maintainer,
		Component: facility.Kinds[f.Kind].Component, At: crs.FromPoint(f.Point),
	}
}

// BuildingPeople counts who lives in a building's dwellings.
type BuildingPeople struct{ *person.Service }

// CountByDwelling counts who lives in each of some dwellings.
func (p BuildingPeople) CountByDwelling(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID]building.Count, error) {
	counted, err := p.Service.CountByDwelling(ctx, q, ids)
	counts := make(map[uuid.UUID]building.Count, len(counted))
	for id, c := range counted {
		counts[id] = building.Count(c)
	}
	return counts, err
}
