package region

import (
	"context"
	"slices"

	"github.com/paulmach/orb/geojson"

	"onemap/api/fault"
	"onemap/api/web"
	"onemap/geo/coverage"
	"onemap/geo/grid"
)

// mostProposals is how many proposals one answer holds; each has its polygons.
const mostProposals = 500

func (s *Service) draftProposals(ctx context.Context, in *ParentIn) (*web.CollectionAnswer, error) {
	asked, err := in.parent()
	if err != nil {
		return nil, err
	}
	under, id := in.of()
	parents := []grid.Code{asked}
	if in.Parent == "" {
		if parents, err = s.DraftParents(ctx, under, id); err != nil {
			return nil, err
		}
	}
	var features []*geojson.Feature
	for _, parent := range parents {
		proposed, set, err := s.DraftProposals(ctx, under, id, parent)
		if err != nil {
			return nil, err
		}
		for _, p := range proposed[:min(len(proposed), mostProposals-len(features))] {
			features = append(features, proposalFeature(p, under, parent, set))
		}
	}
	return web.Collection(features)
}

type mendIn struct {
	DraftStep
	Body struct {
		Parent    string   `json:"parent" pattern:"^[0-9]{4,12}$" doc:"The region whose parts are mended: the draft's place, or one under it."`
		Set       string   `json:"set" minLength:"1" maxLength:"64" doc:"set of the proposals: they are taken only while the regions are the same."`
		Proposals []string `json:"proposals,omitempty" maxItems:"2000" doc:"The ids of proposals to accept, all or none."`
		Kinds     []string `json:"kinds,omitempty" maxItems:"30" doc:"Accept the first proposal for every finding of these kinds, as far as they fit together."`
	}
}

type mendedAnswer struct {
	ETag string `header:"ETag"`
	Body struct {
		Mended
		Draft DraftWhole `json:"draft"`
	}
}

func (s *Service) mendDraft(ctx context.Context, in *mendIn) (*mendedAnswer, error) {
	rev, err := web.Revision(in.IfMatch, "draft")
	if err != nil {
		return nil, err
	}
	m := Mend{Parent: grid.Code(in.Body.Parent), Set: in.Body.Set, Proposals: in.Body.Proposals}
	var f fault.Fields
	for _, kind := range in.Body.Kinds {
		if !slices.Contains(coverage.Kinds(), coverage.Kind(kind)) {
			f.Add("body.kinds", kind, "is no kind of finding")
		}
		m.Kinds = append(m.Kinds, coverage.Kind(kind))
	}
	if err := f.Err("draft.mend"); err != nil {
		return nil, err
	}
	under, id := in.of()
	d, done, err := s.MendDraft(ctx, under, id, rev, m)
	if err != nil {
		return nil, err
	}
	whole, err := s.whole(ctx, d)
	if err != nil {
		return nil, err
	}
	out := &mendedAnswer{ETag: whole.ETag}
	out.Body.Mended, out.Body.Draft = done, whole.Body
	return out, nil
}
