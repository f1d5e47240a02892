package region

import (
	"context"
	"fmt"

	"github.com/paulmach/orb/geojson"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/web"
	"onemap/geo/coverage"
	"onemap/geo/grid"
)

type findingsQuery struct {
	Code   string `path:"code" pattern:"^[0-9]{4,15}$"`
	Limit  int    `query:"limit" default:"200" minimum:"1" maximum:"2000"`
	Cursor string `query:"cursor" maxLength:"40" doc:"next of the page before."`
}

func (s *Service) listFindings(ctx context.Context, q *findingsQuery) (*web.CollectionAnswer, error) {
	features, next, err := s.FindingsPage(ctx, grid.Code(q.Code), q.Limit, q.Cursor)
	if err != nil {
		return nil, err
	}
	return web.CollectionPage(features, next)
}

func (s *Service) listProposals(ctx context.Context, q *findingsQuery) (*web.CollectionAnswer, error) {
	features, next, err := s.ProposalsPage(ctx, grid.Code(q.Code), q.Limit, q.Cursor)
	if err != nil {
		return nil, err
	}
	return web.CollectionPage(features, next)
}

// FindingsPage is what is wrong under a region of the actor's, as features with
// their kind, size and neighbours; next is the cursor of the page after it.
func (s *Service) FindingsPage(ctx context.Context, code grid.Code, limit int, cursor string) (features []*geojson.Feature, next string, err error) {
	c, edition, err := s.managed(ctx, code)
	if err != nil {
		return nil, "", err
	}
	found, set := c.Findings(), fingerprint(c)
	from, to, next, err := page(edition, len(found), limit, cursor)
	for i := from; i < to; i++ {
		f := found[i]
		feature := geojson.NewFeature(f.Geometry)
		feature.ID = i
		feature.Properties = geojson.Properties{
			"kind": string(f.Kind), "codes": f.Codes, "area_m2": f.Area, "width_m": f.Width, "lon": f.Place[0], "lat": f.Place[1], "text": f.Text, "edition": edition,
			"parent": string(code), "number": i, "set": set, "weight": string(weigh(f)),
		}
		features = append(features, feature)
	}
	return features, next, err
}

// ProposalsPage is how that could be mended; mends are the ids of the findings.
func (s *Service) ProposalsPage(ctx context.Context, code grid.Code, limit int, cursor string) (features []*geojson.Feature, next string, err error) {
	c, edition, err := s.managed(ctx, code)
	if err != nil {
		return nil, "", err
	}
	proposed, set := c.Proposals(), fingerprint(c)
	from, to, next, err := page(edition, len(proposed), limit, cursor)
	for i := from; i < to; i++ {
		feature := proposalFeature(proposed[i], code, code, set)
		feature.Properties["edition"] = edition
		features = append(features, feature)
	}
	return features, next, err
}

// proposalFeature is a proposal for the parts of parent, in a draft of under; set is
// their fingerprint.
func proposalFeature(p coverage.Proposal, under, parent grid.Code, set string) *geojson.Feature {
	changes := make([]map[string]any, len(p.Changes))
	for i, change := range p.Changes {
		changes[i] = map[string]any{"code": change.Code, "before": geojson.NewGeometry(change.Before), "after": nil}
		if change.After != nil {
			changes[i]["after"] = geojson.NewGeometry(change.After)
		}
	}
	feature := geojson.NewFeature(p.Geometry)
	feature.ID = p.ID
	feature.Properties = geojson.Properties{
		"repair": string(p.Repair), "choice": p.Choice, "mends": p.Findings, "codes": p.Codes, "gains": p.Gains,
		"area_m2": p.Area, "moved_m": p.Moved, "text": p.Text, "changes": changes,
		"parent": string(parent), "set": set, "idle": Idle(p, under),
	}
	return feature
}

// managed is what lies under a region that the actor administers; every other is
// not found.
func (s *Service) managed(ctx context.Context, code grid.Code) (*coverage.Check, int64, error) {
	ix := s.Index()
	if _, there := ix.Ref(code); !there || !actor.From(ctx).May(string(code), actor.Administrator) {
		return nil, 0, fault.Missing("region")
	}
	c, err := Survey(ix, code)
	return c, ix.Edition(), err
}

// page is a part of a list of an edition. Its cursor is of no use after a redraw:
// the list is another one then.
func page(edition int64, length, limit int, cursor string) (from, to int, next string, err error) {
	if cursor != "" {
		var of int64
		if n, err := fmt.Sscanf(cursor, "%d-%d", &of, &from); n != 2 || err != nil || of != edition || from < 0 {
			var f fault.Fields
			f.Add("query.cursor", cursor, "next of the page before, of the regions as they are now")
			return 0, 0, "", f.Err("list.cursor")
		}
	}
	from = min(from, length)
	if to = min(from+limit, length); to < length {
		next = fmt.Sprintf("%d-%d", edition, to)
	}
	return from, to, next, nil
}
