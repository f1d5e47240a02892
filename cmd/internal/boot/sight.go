package boot

import (
	"context"
	"errors"
	"net/http"

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
	"onemap/tiles"
)

// What one slice needs of another is said here, in the words of the one that
// needs it.

type regionsOfCases struct{ *region.Service }

func (r regionsOfCases) CaseChain(code string) []cases.ChainLink {
	links := []cases.ChainLink{}
	for _, l := range r.Chain(code) {
		links = append(links, cases.ChainLink(l))
	}
	return links
}

type grantsOfRegions struct{ *auth.Service }

func (g grantsOfRegions) GrantsOn(ctx context.Context, q pg.Querier, scopes []string) ([]region.Grant, error) {
	found, err := g.Service.GrantsOn(ctx, q, scopes)
	list := make([]region.Grant, len(found))
	for i, f := range found {
		list[i] = region.Grant{Login: f.Account.Login, Name: f.Account.Name, Role: string(f.Role), Scope: f.Scope}
	}
	return list, err
}

type draftsOfNets struct{ *region.Service }

func (d draftsOfNets) Propose(ctx context.Context, under, name string, grids []grid.Region) (uuid.UUID, error) {
	code := grid.Code(under)
	begun, err := d.Begin(ctx, code, newID(), name, "")
	if err != nil {
		return uuid.Nil, err
	}
	if _, err := d.Fill(ctx, code, begun.ID, begun.Rev, grids, false); err != nil {
		return uuid.Nil, errors.Join(err, d.Discard(ctx, code, begun.ID, begun.Rev))
	}
	return begun.ID, nil
}

func (d draftsOfNets) Drawn(ctx context.Context, under string, draft uuid.UUID) (*grid.Index, error) {
	return d.Service.Drawn(ctx, grid.Code(under), draft)
}

type groupsOfNets struct{ *analysis.Service }

func (g groupsOfNets) Groups(ctx context.Context) ([]crosswalk.Group, error) {
	groups, err := g.Service.Groups(ctx)
	list := make([]crosswalk.Group, len(groups))
	for i, x := range groups {
		list[i] = crosswalk.Group(x)
	}
	return list, err
}

type facilitiesOfCases struct{ *facility.Service }

func (f facilitiesOfCases) CaseFacility(ctx context.Context, q pg.Querier, code plate.Code) (cases.Facility, error) {
	found, err := f.ByCode(ctx, q, code)
	return ofCase(found), err
}

func (f facilitiesOfCases) CaseFacilityByID(ctx context.Context, q pg.Querier, id uuid.UUID) (cases.Facility, error) {
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

type peopleOfBuildings struct{ *person.Service }

func (p peopleOfBuildings) CountByDwelling(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID]building.Count, error) {
	counted, err := p.Service.CountByDwelling(ctx, q, ids)
	counts := make(map[uuid.UUID]building.Count, len(counted))
	for id, c := range counted {
		counts[id] = building.Count(c)
	}
	return counts, err
}

// tileReader says what a request may see of private tiles.
type tileReader struct{ auth *auth.Service }

func (t tileReader) Sight(r *http.Request) (tiles.Sight, error) {
	a, err := t.auth.Authenticate(r.Context(), r)
	if err != nil || !a.Staff() {
		return tiles.Sight{}, err
	}
	scope := a.Cases()
	sight := tiles.Sight{Staff: true, Prefixes: scope.Prefixes()}
	for _, d := range scope.Departments() {
		sight.Departments = append(sight.Departments, tiles.DepartmentScope{Department: d[0], Prefix: d[1]})
	}
	return sight, nil
}
