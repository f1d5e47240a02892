package analysis

import (
	"context"

	"github.com/paulmach/orb"
)

// Group is people of neighbouring houses as they may be told of: as many as it
// says, at one place, wherever among the regions of its codes they live.
type Group struct {
	At     orb.Point
	People int
	Codes  []string // of grids, or of the deepest regions known
}

// Groups is everybody in groups. A figure that is a sum over whole groups, each
// counted where it stands, is protected as the planner's figures are (README).
func (s *Service) Groups(ctx context.Context) ([]Group, error) {
	v, err := s.vintage(ctx)
	if err != nil {
		return nil, err
	}
	p := v.protected(Who{})
	list := make([]Group, len(p.groups))
	for i, g := range p.groups {
		list[i] = Group{At: g.at, People: g.people, Codes: p.parcels[g.parcel].codes}
	}
	return list, nil
}
