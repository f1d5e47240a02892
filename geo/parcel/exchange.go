package parcel

import "context"

// mostPasses over all blocks; the sum falls with each, and as a rule five do.
const mostPasses = 20

// exchange moves single blocks to neighbouring zones as long as that lowers the
// costs, and nothing is torn apart.
func (z *zones) exchange(ctx context.Context) error {
	for range mostPasses {
		moved := false
		for a := range z.blocks {
			if to := z.better(int32(a)); to >= 0 {
				z.move(int32(a), to)
				moved = true
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if !moved {
			break
		}
	}
	return nil
}

// toward is what a block shares with each zone around it.
func (z *zones) toward(a int32) map[int32]tie {
	out := map[int32]tie{}
	for b, t := range z.ties[a] {
		all := out[z.of[b]]
		all.add(t)
		out[z.of[b]] = all
	}
	return out
}

// better is the zone to which a block is better moved, -1 when it is to stay.
func (z *zones) better(a int32) int32 {
	from := z.of[a]
	ties := z.toward(a)
	if len(ties) < 2 && (len(ties) == 0 || ties[from].metres > 0) {
		return -1
	}
	g, b := z.list[from], z.blocks[a]
	best, gain := int32(-1), -1e-9
	for _, to := range sortedZones(ties) {
		if to == from {
			continue
		}
		h, t := z.list[to], ties[to]
		if !z.free && (t.barred() || h.load+b.load > much*z.want && h.load+b.load > g.load) {
			continue
		}
		if z.free && len(g.members) == 1 {
			continue
		}
		if c := z.without(g, b, ties[from]) + z.with(h, b, t) - z.costOf(g) - z.costOf(h); c < gain {
			best, gain = to, c
		}
	}
	if best >= 0 && !z.whole(from, a) {
		return -1
	}
	return best
}

func (z *zones) with(h *zone, b block, t tie) float64 {
	crossed := h.crossed
	crossed.add(t)
	return z.cost(h.load+b.load, h.area+b.area, h.perimeter+b.perimeter-2*t.metres, crossed)
}

// without is what is left when a block goes: nothing, when it is all there is.
func (z *zones) without(g *zone, b block, t tie) float64 {
	if len(g.members) == 1 {
		return 0
	}
	return z.cost(g.load-b.load, g.area-b.area, g.perimeter-b.perimeter+2*t.metres, g.crossed.less(t))
}

func (t tie) less(o tie) tie {
	t.metres -= o.metres
	for i := range t.by {
		t.by[i] -= o.by[i]
	}
	return t
}

// whole says whether a zone hangs together without one of its blocks.
func (z *zones) whole(of, without int32) bool {
	g := z.list[of]
	if len(g.members) <= 2 {
		return true
	}
	start := g.members[0]
	if start == without {
		start = g.members[1]
	}
	seen := map[int32]bool{start: true, without: true}
	open := []int32{start}
	for len(open) > 0 {
		at := open[len(open)-1]
		open = open[:len(open)-1]
		for b := range z.ties[at] {
			if z.of[b] == of && !seen[b] {
				seen[b] = true
				open = append(open, b)
			}
		}
	}
	return len(seen) == len(g.members)
}

// move puts a block to another zone.
func (z *zones) move(a, to int32) {
	from := z.of[a]
	ties := z.toward(a)
	g, h, b := z.list[from], z.list[to], z.blocks[a]
	h.crossed.add(ties[to])
	h.area, h.load, h.perimeter = h.area+b.area, h.load+b.load, h.perimeter+b.perimeter-2*ties[to].metres
	h.members = append(h.members, a)
	z.of[a] = to
	if len(g.members) == 1 {
		z.list[from] = nil
		return
	}
	g.crossed = g.crossed.less(ties[from])
	g.area, g.load, g.perimeter = g.area-b.area, g.load-b.load, g.perimeter-b.perimeter+2*ties[from].metres
	for i, m := range g.members {
		if m == a {
			g.members = append(g.members[:i], g.members[i+1:]...)
			break
		}
	}
}
