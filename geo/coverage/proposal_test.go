package coverage

import (
	"fmt"
	"testing"

	"github.com/paulmach/orb"
)

// mendAll accepts all proposals of choice 0, again where that leaves something,
// and gives the set and how often it took.
func mendAll(t testing.TB, c *Check) (*Check, int) {
	t.Helper()
	for turn := range 4 {
		if c.Valid() {
			return c, turn
		}
		var accepted []Proposal
		for _, p := range c.Proposals() {
			if p.Choice == 0 {
				accepted = append(accepted, p)
			}
		}
		if len(accepted) == 0 {
			return c, turn
		}
		next, err := c.Mend(accepted...)
		if err != nil {
			t.Fatalf("%v: %+v", err, c.Findings())
		}
		c = next
	}
	return c, 4
}

// After the proposals each fault of the catalogue is gone, at the first turn, and
// no polygon has changed but those that a proposal names.
func TestProposalsMendEveryFault(t *testing.T) {
	t.Parallel()
	w := newTown(6)
	for _, f := range faults(w) {
		c := f.in(t, w)
		named := map[string]bool{}
		for _, p := range c.Proposals() {
			for _, code := range p.Codes {
				named[code] = true
			}
			if len(p.Changes) != len(p.Codes) || p.ID == "" || p.Text == "" {
				t.Errorf("%s: %+v", f.name, p)
			}
		}
		next, turns := mendAll(t, c)
		if f.name == "not on Earth" {
			if turns != 0 {
				t.Errorf("%s: something is proposed", f.name)
			}
			continue
		}
		if !next.Valid() || turns > 1 {
			t.Errorf("%s: after %d turns %v", f.name, turns, next.Findings())
			for _, p := range c.Proposals() {
				fmt.Println(p.Repair, p.Findings, p.Choice, p.Codes, p.Text)
			}
		}
		before := map[string]orb.MultiPolygon{}
		for _, p := range c.Polygons() {
			before[p.Code] = p.Geom
		}
		for _, p := range next.Polygons() {
			if !named[p.Code] && !orb.Equal(before[p.Code], p.Geom) {
				t.Errorf("%s: %s changed, and no proposal names it", f.name, p.Code)
			}
		}
	}
}
