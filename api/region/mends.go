package region

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/fault"
	"onemap/geo/coverage"
	"onemap/geo/grid"
)

// Mend is which proposals somebody accepts, for the regions right under one.
type Mend struct {
	Parent grid.Code
	// Set is the fingerprint of the regions the proposals were made of.
	Set string
	// Proposals are accepted by their ids, all or none.
	Proposals []string
	// Kinds accepts the first proposal for each finding of these kinds; those that
	// do not fit together with the rest are left.
	Kinds []coverage.Kind
}

// Mended says what became of proposals.
type Mended struct {
	Accepted []Repaired `json:"accepted"`
	Left     []Repaired `json:"left" doc:"Those that do not fit together with the accepted ones; look at them again."`
}

// Repaired is a proposal that was accepted, or left.
type Repaired struct {
	ID     string   `json:"id"`
	Repair string   `json:"repair"`
	Codes  []string `json:"codes" doc:"The regions it changes."`
	Text   string   `json:"text"`
}

// DraftProposals says how the regions right under one could be mended as a draft
// would have them, with the fingerprint that accepting them needs.
func (s *Service) DraftProposals(ctx context.Context, under grid.Code, id uuid.UUID, parent grid.Code) (list []coverage.Proposal, set string, err error) {
	_, parts, _, err := s.Draft(ctx, under, id)
	if err != nil {
		return nil, "", err
	}
	c, err := s.drawingOf(ctx, under, s.Index(), parts).survey(parent)
	if err != nil {
		return nil, "", err
	}
	return c.Proposals(), fingerprint(c), nil
}

// DraftParents lists the regions a draft may have proposals under: the draft's
// place, and where it changes something.
func (s *Service) DraftParents(ctx context.Context, under grid.Code, id uuid.UUID) ([]grid.Code, error) {
	_, parts, _, err := s.Draft(ctx, under, id)
	if err != nil {
		return nil, err
	}
	return s.drawingOf(ctx, under, s.Index(), parts).divided(under), nil
}

// MendDraft puts what accepted proposals change into a draft. It is refused when
// the regions are no longer those the proposals were made of. The border of the
// draft's place itself stays as it is.
func (s *Service) MendDraft(ctx context.Context, under grid.Code, id uuid.UUID, rev int64, m Mend) (Draft, Mended, error) {
	var done Mended
	d, err := s.change(ctx, under, id, rev, func(tx pgx.Tx, _ *Draft, parts []Part) error {
		drawn := s.drawingOf(ctx, under, s.Index(), parts)
		if !m.Parent.Within(under) {
			return fault.Missing("region")
		}
		c, err := drawn.survey(m.Parent)
		if err != nil {
			return err
		}
		if fingerprint(c) != m.Set {
			return fault.Newf(fault.Stale, "draft.set", "The regions under %s are no longer those the proposals were made of; look at them again.", m.Parent)
		}
		chosen, err := m.chosen(c, under)
		if err != nil {
			return err
		}
		next, accepted, err := m.fitting(c, chosen)
		if err != nil {
			return err
		}
		done = Mended{Accepted: []Repaired{}, Left: []Repaired{}}
		for _, p := range chosen {
			one := Repaired{ID: p.ID, Repair: string(p.Repair), Codes: p.Codes, Text: p.Text}
			if slices.ContainsFunc(accepted, func(a coverage.Proposal) bool { return a.ID == p.ID }) {
				done.Accepted = append(done.Accepted, one)
			} else {
				done.Left = append(done.Left, one)
			}
		}
		drawn.mended(m.Parent, next)
		return writeParts(ctx, tx, id, parts, drawn)
	})
	return d, done, err
}

// chosen are the proposals that are meant, of those that change anything a draft
// of the place can.
func (m Mend) chosen(c *coverage.Check, under grid.Code) ([]coverage.Proposal, error) {
	var f fault.Fields
	var list []coverage.Proposal
	found, proposed := c.Findings(), c.Proposals()
	for i, id := range m.Proposals {
		at := slices.IndexFunc(proposed, func(p coverage.Proposal) bool { return p.ID == id })
		switch {
		case at < 0:
			f.Add(fmt.Sprintf("body.proposals[%d]", i), id, "is no proposal for the regions under %s", m.Parent)
		case Idle(proposed[at], under):
			f.Add(fmt.Sprintf("body.proposals[%d]", i), id, "changes the border of %s alone, which its own draft leaves as it is; draft the region above it", under)
		default:
			list = append(list, proposed[at])
		}
	}
	for _, p := range proposed {
		if slices.Contains(m.Kinds, found[p.Findings[0]].Kind) && !Idle(p, under) && !slices.ContainsFunc(list, func(q coverage.Proposal) bool {
			return slices.ContainsFunc(q.Findings, func(n int) bool { return slices.Contains(p.Findings, n) })
		}) {
			list = append(list, p)
		}
	}
	if err := f.Err("draft.mend"); err != nil {
		return nil, err
	}
	if len(list) == 0 {
		f.Add("body.proposals", nil, "nothing is proposed that a draft of %s could take", under)
	}
	return list, f.Err("draft.mend")
}

// Idle says of a proposal that it changes nothing but the border of a draft's place,
// which stays as it is: its neighbours do not lie in the draft.
func Idle(p coverage.Proposal, under grid.Code) bool {
	return !slices.ContainsFunc(p.Codes, func(code string) bool { return grid.Code(code) != under })
}

// fitting is the set with the proposals that fit together: named ones all, of
// those that were chosen by kind as many as do, from the first on.
func (m Mend) fitting(c *coverage.Check, chosen []coverage.Proposal) (*coverage.Check, []coverage.Proposal, error) {
	next, err := c.Mend(chosen...)
	if err == nil {
		return next, chosen, nil
	}
	if len(m.Proposals) > 0 {
		var f fault.Fields
		f.Add("body.proposals", nil, "%v", err)
		return nil, nil, f.Err("draft.mend")
	}
	var accepted []coverage.Proposal
	var add func(list []coverage.Proposal)
	add = func(list []coverage.Proposal) {
		if with, err := c.Mend(slices.Concat(accepted, list)...); err == nil {
			next, accepted = with, append(accepted, list...)
		} else if len(list) > 1 {
			add(list[:len(list)/2])
			add(list[len(list)/2:])
		}
	}
	add(chosen)
	if len(accepted) == 0 {
		return nil, nil, fault.Newf(fault.Conflict, "draft.mend", "None of the proposals can be taken: %v.", err)
	}
	return next, accepted, nil
}

// mended draws a set that was mended in the place of what is there.
func (d *drawing) mended(parent grid.Code, next *coverage.Check) {
	stays := make(map[grid.Code]orb.MultiPolygon)
	for _, p := range next.Polygons() {
		stays[grid.Code(p.Code)] = p.Geom
	}
	for _, r := range d.children(parent) {
		geom, there := stays[r.Code]
		switch {
		case !there:
			d.remove(r.Code)
		case !orb.Equal(geom, r.Geom):
			r.Geom = geom
			d.draw(r)
		}
	}
	if whole, ok := next.Parent(); ok && parent != d.under {
		if r, there := d.region(parent); there && !orb.Equal(whole.Geom, r.Geom) {
			r.Geom = whole.Geom
			d.draw(r)
		}
	}
}

// fingerprint names polygons and what they should cover by their very coordinates:
// while it is the same, so are the proposals.
func fingerprint(c *coverage.Check) string {
	sum := sha256.New()
	var buf []byte
	add := func(p coverage.Polygon) {
		buf = append(append(buf[:0], p.Code...), 0)
		for _, poly := range p.Geom {
			for _, ring := range poly {
				for _, at := range ring {
					buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(at[0]))
					buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(at[1]))
				}
				buf = append(buf, 1)
			}
			buf = append(buf, 2)
		}
		sum.Write(buf)
	}
	if whole, ok := c.Parent(); ok {
		add(whole)
	}
	for _, p := range c.Polygons() {
		add(p)
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}
