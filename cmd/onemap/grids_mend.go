package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"onemap/api/region"
	"onemap/geo/coverage"
	"onemap/geo/grid"
)

// mendable says whether anything is proposed for the regions in force under a place,
// or for what lies in it.
func mendable(regions *region.Service, under grid.Code) (bool, error) {
	for _, parent := range regions.Divided() {
		if !parent.Within(under) {
			continue
		}
		_, proposed, err := regions.Proposals(parent)
		if err != nil || useful(proposed, under) {
			return err == nil, err
		}
	}
	return false, nil
}

// useful says whether any of some proposals changes more than the place's own border.
func useful(proposed []coverage.Proposal, under grid.Code) bool {
	return slices.ContainsFunc(proposed, func(p coverage.Proposal) bool { return !region.Idle(p, under) })
}

// mendDraft accepts proposals into a draft: all, or those of the place's own parts
// by their numbers. It says how many it left.
func mendDraft(ctx context.Context, regions *region.Service, d region.Draft, which string) (region.Draft, int, error) {
	under := grid.Code(d.Under)
	if which != "all" {
		d, done, err := mendNumbered(ctx, regions, d, which)
		return d, len(done.Left), err
	}
	parents, err := regions.DraftParents(ctx, under, d.ID)
	if err != nil {
		return d, 0, err
	}
	for _, parent := range regions.Divided() {
		if parent != under && parent.Within(under) {
			parents = append(parents, parent)
		}
	}
	left := 0
	for i, parent := range parents {
		if slices.Contains(parents[:i], parent) {
			continue
		}
		proposed, set, err := regions.DraftProposals(ctx, under, d.ID, parent)
		if err != nil {
			return d, left, err
		}
		if !useful(proposed, under) {
			continue
		}
		next, done, err := regions.MendDraft(ctx, under, d.ID, d.Rev, region.Mend{Parent: parent, Set: set, Kinds: coverage.Kinds()})
		if err != nil {
			return d, left, err
		}
		d, left = next, left+len(done.Left)
	}
	return d, left, nil
}

func mendNumbered(ctx context.Context, regions *region.Service, d region.Draft, which string) (region.Draft, region.Mended, error) {
	under := grid.Code(d.Under)
	proposed, set, err := regions.DraftProposals(ctx, under, d.ID, under)
	if err != nil {
		return d, region.Mended{}, err
	}
	m := region.Mend{Parent: under, Set: set}
	for text := range strings.SplitSeq(which, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > len(proposed) {
			return d, region.Mended{}, fmt.Errorf("--mend: %q is none of the %d proposals for the regions under %s", text, len(proposed), under)
		}
		m.Proposals = append(m.Proposals, proposed[n-1].ID)
	}
	next, done, err := regions.MendDraft(ctx, under, d.ID, d.Rev, m)
	if err != nil {
		return d, done, err
	}
	return next, done, nil
}
