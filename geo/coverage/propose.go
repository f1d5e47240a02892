package coverage

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"
)

// Proposals lists ways to mend the findings, in their order, choice by choice.
// What has none must be mended by hand: a vertex that is nowhere on Earth, a set
// far from its parent, ground without a neighbour.
func (c *Check) Proposals() []Proposal {
	c.Findings()
	p := proposer{Check: c, index: newBoxes(c.boxed()), byFace: make(map[*face][]int)}
	for i, f := range c.located {
		if f.face != nil {
			p.byFace[f.face] = append(p.byFace[f.face], i)
		}
	}
	snapped := p.snap()
	noted := make(map[string]bool)
	for i, f := range c.located {
		first := 0
		if snapped[i] {
			first = 1
		}
		switch {
		case f.face != nil:
			if p.byFace[f.face][0] == i {
				p.ground(i, first)
			}
		case f.split != nil:
			var come orb.MultiPoint
			for _, n := range f.split.path[1 : len(f.split.path)-1] {
				come = append(come, n.Point())
			}
			p.offer(Proposal{Repair: Insert, Findings: []int{i}, Choice: first, Geometry: come}, patch{splits: []split{*f.split}})
		case f.Kind == Duplicate:
			p.remove([]int{i}, f.Codes[1:])
		case f.Kind != Shifted && len(f.Codes) == 1 && !noted[f.Codes[0]]:
			noted[f.Codes[0]] = true
			p.rings(f.Codes[0])
		}
	}
	slices.SortStableFunc(p.list, func(a, b Proposal) int {
		return cmp.Or(cmp.Compare(a.Findings[0], b.Findings[0]), cmp.Compare(a.Choice, b.Choice))
	})
	return p.list
}

// choices is how many ways are proposed for one finding at most.
const choices = 3

type proposer struct {
	*Check
	index  *boxes // of the shapes
	byFace map[*face][]int
	list   []Proposal
}

// offer completes a proposal; what would leave a polygon unsound is not proposed.
func (p *proposer) offer(o Proposal, what patch) bool {
	next, err := p.patched(p.index, what)
	if err != nil || len(next) == 0 {
		return false
	}
	for owner, after := range next {
		change := Change{Code: p.code(owner), After: after}
		if owner == parentOwner {
			change.Before = p.parent.Geom
		} else {
			change.Before = p.polygons[owner].Geom
		}
		o.Changes = append(o.Changes, change)
		if after == nil && o.Repair == Cut {
			o.Repair = Remove
		}
	}
	slices.SortFunc(o.Changes, func(a, b Change) int { return strings.Compare(a.Code, b.Code) })
	sum := sha256.New()
	fmt.Fprintln(sum, o.Repair)
	for _, change := range o.Changes {
		o.Codes = append(o.Codes, change.Code)
		fmt.Fprintln(sum, change.Code, change.Before, change.After)
	}
	o.ID = hex.EncodeToString(sum.Sum(nil)[:12])
	o.patch, o.of, o.turn = what, p.Check, p.turn
	o.Text = p.say(o)
	p.list = append(p.list, o)
	return true
}

// say is a sentence about a proposal.
func (p *proposer) say(o Proposal) string {
	f, codes := p.located[o.Findings[0]], strings.Join(o.Codes, ", ")
	var gone, less []string
	for _, change := range o.Changes {
		if change.After == nil {
			gone = append(gone, change.Code)
		}
	}
	for _, g := range o.patch.grounds {
		less = append(less, p.code(g.owner))
	}
	switch o.Repair {
	case Snap:
		return fmt.Sprintf("%d vertices move by at most %.3f m onto their neighbours'; %s change.", len(o.patch.shifts), o.Moved, codes)
	case Insert:
		return fmt.Sprintf("An edge of %s gains %d vertices of %s.", f.Codes[0], len(o.Geometry.(orb.MultiPoint)), strings.Join(f.Codes[1:], ", "))
	case Give:
		return fmt.Sprintf("%s gains %.2f m2 that are nobody's.", o.Gains, o.Area)
	case Remove:
		return fmt.Sprintf("%s goes.", strings.Join(gone, ", "))
	case Redraw:
		return fmt.Sprintf("The rings of %s are drawn anew; its ground stays.", codes)
	}
	if o.Gains == "" {
		return fmt.Sprintf("%s gives up %.2f m2 outside of the parent.", strings.Join(less, ", "), o.Area)
	}
	return fmt.Sprintf("%s keeps %.2f m2, which %s gives up.", o.Gains, o.Area, strings.Join(less, ", "))
}

// ground proposes whose the ground of a finding is to be.
func (p *proposer) ground(i, first int) {
	f := p.located[i]
	splits := p.sketch.splits(f.face)
	var in, out []edge // the border around it, and what takes it away
	for _, h := range f.face.halves {
		e := p.sketch.overlay.half(h)
		in, out = append(in, e), append(out, e.twin())
	}
	owners := f.face.owners()
	within := p.parent == nil || f.face.label.of(parentOwner) > 0
	o := Proposal{Repair: Cut, Findings: p.byFace[f.face], Choice: first, Geometry: f.Geometry, Area: f.Area}
	take := func(from []int32, but int32) (list []ground) {
		for _, owner := range from {
			if owner != but {
				list = append(list, ground{owner, out})
			}
		}
		return list
	}
	if !within {
		p.offer(o, patch{splits: splits, grounds: take(owners, -1)})
		return
	}
	if len(owners) == 0 {
		o.Repair = Give
	}
	for _, code := range f.Codes {
		owner, there := p.number(code)
		if !there || o.Choice-first == choices {
			continue
		}
		o.Gains = code
		what := patch{splits: splits, grounds: take(owners, owner)}
		if len(owners) == 0 {
			what.grounds = []ground{{owner, in}}
		}
		if p.offer(o, what) {
			o.Choice++
		}
	}
}

// rings proposes to draw anew a polygon with rings that are not sound, or to take
// out one without any that encloses ground.
func (p *proposer) rings(code string) {
	var mended []int
	for i, f := range p.located {
		if len(f.Codes) != 1 || f.Codes[0] != code || f.face != nil || f.split != nil || f.Kind == Shifted {
			continue
		}
		if f.Kind == OffEarth {
			return
		}
		mended = append(mended, i)
	}
	owner, there := p.number(code)
	if !there {
		if p.parent == nil || p.parent.Code != code {
			return
		}
		owner = parentOwner
	} else if p.shapes[owner].empty() {
		p.remove(mended, []string{code})
		return
	}
	p.offer(Proposal{Repair: Redraw, Findings: mended, Geometry: p.located[mended[0]].Geometry}, patch{redrawn: []int32{owner}})
}

func (p *proposer) remove(mended []int, codes []string) {
	var gone []int32
	for _, code := range codes {
		owner, _ := p.number(code)
		gone = append(gone, owner)
	}
	f := p.located[mended[0]]
	p.offer(Proposal{Repair: Remove, Findings: mended, Geometry: f.Geometry, Area: f.Area}, patch{removed: gone})
}

// sketch is the drawing of the ground where something is wrong.
type sketch struct {
	segs    []seg
	noded   noded
	overlay *overlay
	at      map[edge]int // of the noded edges; nil until it is needed
}

// splits are the edges that have to be cut for the border of a face to be theirs,
// and those that the cutting makes differ from others in turn.
func (s *sketch) splits(f *face) []split {
	s.find()
	var list []split
	done := make(map[edge]bool) // noded edges and whole ones
	var open []edge
	for _, h := range f.halves {
		open = append(open, s.overlay.edges[h>>1])
	}
	for len(open) > 0 {
		e := open[len(open)-1]
		open = open[:len(open)-1]
		i, there := s.at[e]
		if !there || done[e] {
			continue
		}
		done[e] = true
		for _, u := range s.noded.uses[i] {
			whole, path := s.segs[u.seg], s.noded.paths[u.seg]
			if whole.owner == errorOwner || len(path) < 3 || done[whole.upward()] {
				continue
			}
			done[whole.upward()] = true
			if whole.edge != whole.upward() {
				path = slices.Clone(path)
				slices.Reverse(path)
			}
			list = append(list, split{whole.upward(), path})
			for k := 1; k < len(path); k++ {
				open = append(open, edge{path[k-1], path[k]}.upward())
			}
		}
	}
	return list
}

// find makes the table of the noded edges.
func (s *sketch) find() {
	if s.at != nil {
		return
	}
	s.at = make(map[edge]int, len(s.noded.edges))
	for i, e := range s.noded.edges {
		s.at[e] = i
	}
}

// owners are those who have the ground of a face.
func (f *face) owners() (list []int32) {
	for _, s := range f.label {
		if s.owner < parentOwner && s.times > 0 {
			list = append(list, s.owner)
		}
	}
	return list
}
