package region

import (
	"onemap/api/fault"
	"onemap/geo/coverage"
	"onemap/geo/grid"
)

// Findings says where the regions right under a code do not cover it: gaps,
// overlaps and the like, of the edition in force. None when nothing is under it.
func (s *Service) Findings(parent grid.Code) ([]coverage.Finding, error) {
	c, err := Survey(s.Index(), parent)
	if err != nil {
		return nil, err
	}
	return c.Findings(), nil
}

// Proposals says what is wrong under a code and how it could be mended.
func (s *Service) Proposals(parent grid.Code) ([]coverage.Finding, []coverage.Proposal, error) {
	c, err := Survey(s.Index(), parent)
	if err != nil {
		return nil, nil, err
	}
	return c.Findings(), c.Proposals(), nil
}

// Survey checks the regions right under a code against it.
func Survey(ix *grid.Index, parent grid.Code) (*coverage.Check, error) {
	whole, ok := ix.Region(parent)
	if !ok {
		return nil, fault.Newf(fault.NotFound, "region.missing", "There is no region %s.", parent)
	}
	children := ix.Children(parent)
	if len(children) == 0 {
		return coverage.New(nil, nil, coverage.Options{})
	}
	regions := make([]grid.Region, len(children))
	for i, child := range children {
		regions[i], _ = ix.Region(child.Code)
	}
	return coverage.New(&coverage.Polygon{Code: string(whole.Code), Geom: whole.Geom}, polygonsOf(regions), coverage.Options{})
}

// Divided lists the regions with others right under them, level by level, each
// by code.
func (s *Service) Divided() []grid.Code { return Divided(s.Index()) }

// Divided lists those of an index.
func Divided(ix *grid.Index) []grid.Code {
	var list []grid.Code
	for _, level := range grid.Levels() {
		for _, ref := range ix.AtLevel(level) {
			if len(ix.Children(ref.Code)) > 0 {
				list = append(list, ref.Code)
			}
		}
	}
	return list
}
