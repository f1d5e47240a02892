package region

import (
	"context"

	"github.com/google/uuid"

	"onemap/api/fault"
	"onemap/geo/grid"
)

// Drawn is the index as a draft would have it, for whoever measures it.
func (s *Service) Drawn(ctx context.Context, under grid.Code, id uuid.UUID) (*grid.Index, error) {
	_, parts, _, err := s.Draft(ctx, under, id)
	if err != nil {
		return nil, err
	}
	ix, err := s.drawingOf(ctx, under, s.Index(), parts).index()
	if err != nil {
		return nil, fault.Newf(fault.Invalid, "draft.impossible", "No index can be made of the draft: %v.", err)
	}
	return ix, nil
}
