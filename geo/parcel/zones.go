package parcel

import (
	"math"
	"slices"
)

// Bounds of a cell, in times of what is wanted.
const (
	little = 0.5
	scrap  = 0.1 // what may be joined across a barrier
)

// narrow is how wide, in metres, ground is that belongs to the road or the
// tracks beside it: between carriageways, between rails.
const narrow = 16.0

// weights of a metre of barrier that runs through a cell, by rank: in costs for
// as many metres as a cell's side.
var weights = [...]float64{Barrier: 4, Main: 1, Street: 0.25, Lane: 0.12, Open: 0}

// shapeWeight is what a border twice as long as a square's costs.
const shapeWeight = 0.8

// tie is the common border of two blocks, in metres by rank.
type tie struct {
	metres float64
	by     [Open + 1]float64
}

func (t *tie) add(o tie) {
	t.metres += o.metres
	for i := range t.by {
		t.by[i] += o.by[i]
	}
}

// barred says that most of a common border is a barrier.
func (t tie) barred() bool { return t.by[Barrier] > t.metres/2 }

// zone is a cell in the making.
type zone struct {
	members               []int32
	area, load, perimeter float64
	crossed               tie // what runs through it
	rim                   bool
	ties                  map[int32]tie // with other zones
	leave                 bool          // it cannot grow
}

// zones are blocks joined to cells.
type zones struct {
	want, side float64
	blocks     []block
	ties       []map[int32]tie // of the blocks
	of         []int32         // the zone of each block
	list       []*zone         // nil where it was joined to another
	free       bool            // of bounds and barriers: areas of work
	drawing    *drawing
	town       *town
}

func newZones(d *drawing, t *town) *zones {
	z := &zones{want: t.total / max(1, math.Round(t.total/t.want)), blocks: d.blocks, drawing: d, town: t}
	var area float64
	z.ties = make([]map[int32]tie, len(d.blocks))
	for i, b := range d.blocks {
		area += b.area
		z.ties[i] = map[int32]tie{}
	}
	if t.total > 0 {
		z.side = math.Sqrt(area * z.want / t.total)
	} else {
		z.side = math.Sqrt(area)
	}
	for i, e := range d.edges {
		l, r := d.left[i], d.right[i]
		if l < 0 || r < 0 || l == r {
			continue
		}
		metres := t.length(e.From, e.To)
		one := tie{metres: metres}
		one.by[d.ranks[i]] = metres
		for range 2 {
			k := z.ties[l][r]
			k.add(one)
			z.ties[l][r] = k
			l, r = r, l
		}
	}
	z.begin()
	return z
}

// begin makes a zone of each block.
func (z *zones) begin() {
	z.of, z.list = make([]int32, len(z.blocks)), make([]*zone, len(z.blocks))
	for i, b := range z.blocks {
		z.of[i] = int32(i)
		n := &zone{members: []int32{int32(i)}, area: b.area, load: b.load, perimeter: b.perimeter, rim: b.rim, ties: make(map[int32]tie, len(z.ties[i]))}
		for o, t := range z.ties[i] {
			n.ties[o] = t
		}
		z.list[i] = n
	}
}

// cost of a zone: how far its load is from what is wanted, how long its border
// is, and what runs through it.
func (z *zones) cost(load, area, perimeter float64, crossed tie) float64 {
	off := (load - z.want) / z.want
	sum := off * off
	if area > 0 {
		sum += shapeWeight * (perimeter/(4*math.Sqrt(area)) - 1)
	}
	for rank, metres := range crossed.by {
		sum += weights[rank] * metres / z.side
	}
	return sum
}

func (z *zones) costOf(n *zone) float64 { return z.cost(n.load, n.area, n.perimeter, n.crossed) }

// joined is what a and b would cost as one, more than apart.
func (z *zones) joined(a, b *zone, t tie) float64 {
	crossed := a.crossed
	crossed.add(b.crossed)
	crossed.add(t)
	return z.cost(a.load+b.load, a.area+b.area, a.perimeter+b.perimeter-2*t.metres, crossed) - z.costOf(a) - z.costOf(b)
}

// scrap says whether a zone is so small that no barrier keeps it apart.
func (z *zones) scrap(n *zone) bool {
	return n.load < scrap*z.want && n.area < 2*scrap*z.side*z.side || n.load < little*z.want && 2*n.area < narrow*n.perimeter
}

// neighbours of a zone, in order.
func (n *zone) neighbours() []int32 {
	list := make([]int32, 0, len(n.ties))
	for o := range n.ties {
		list = append(list, o)
	}
	slices.Sort(list)
	return list
}

// strips joins ground between carriageways and tracks to the block beside it with
// which it shares most, and not to the next strip: no cell is a road.
func (z *zones) strips() {
	thin := func(n *zone) bool { return 2*n.area < narrow*n.perimeter && n.load < little*z.want }
	was := make([]bool, len(z.list))
	for i, n := range z.list {
		was[i] = thin(n)
	}
	for again := true; again; {
		again = false
		for i, n := range z.list {
			if n == nil || !was[i] || !thin(n) {
				continue
			}
			best, metres := int32(-1), 0.0
			for _, o := range n.neighbours() {
				if t := n.ties[o]; (!was[o] || !thin(z.list[o])) && t.metres > metres {
					best, metres = o, t.metres
				}
			}
			if best >= 0 && metres > n.perimeter/5 {
				z.join(int32(i), best)
				again = true
			}
		}
	}
}

// agglomerate joins what is too small, the smallest first.
func (z *zones) agglomerate() {
	z.strips()
	for {
		small := z.smallest()
		if small < 0 {
			break
		}
		if host := z.host(small); host >= 0 {
			z.join(small, host)
		} else {
			z.list[small].leave = true
		}
	}
	z.islands()
}

// smallest zone that has too little, or that another surrounds; -1 when there is none.
func (z *zones) smallest() int32 {
	best := int32(-1)
	for i, n := range z.list {
		if n == nil || n.leave || n.load >= 0.75*z.want && (len(n.ties) != 1 || n.rim) {
			continue
		}
		if best < 0 || n.load < z.list[best].load {
			best = int32(i)
		}
	}
	return best
}

// host is the neighbour that a zone is best joined to, -1 for none.
func (z *zones) host(small int32) int32 {
	n := z.list[small]
	best, cost := int32(-1), math.Inf(1)
	for _, o := range n.neighbours() {
		t, other := n.ties[o], z.list[o]
		surrounded := len(n.ties) == 1 && !n.rim
		fits := n.load+other.load <= much*z.want || surrounded && (n.load < little*z.want || n.load+other.load <= 2*z.want)
		if !z.free && !z.scrap(n) && (t.barred() || !fits) {
			continue
		}
		c := z.joined(n, other, t)
		if n.load >= little*z.want && c >= 0 && !surrounded && !z.free {
			continue
		}
		if c < cost {
			best, cost = o, c
		}
	}
	return best
}

// join puts a zone to another.
func (z *zones) join(small, host int32) {
	s, h := z.list[small], z.list[host]
	t := s.ties[host]
	h.members = append(h.members, s.members...)
	for _, m := range s.members {
		z.of[m] = host
	}
	h.area, h.load, h.perimeter, h.rim = h.area+s.area, h.load+s.load, h.perimeter+s.perimeter-2*t.metres, h.rim || s.rim
	h.crossed.add(s.crossed)
	h.crossed.add(t)
	h.leave = false
	for o, t := range s.ties {
		other := z.list[o]
		delete(other.ties, small)
		if o == host {
			continue
		}
		all := h.ties[o]
		all.add(t)
		h.ties[o], other.ties[host] = all, all
		other.leave = false
	}
	z.list[small] = nil
}

// islands puts scraps that touch nothing to the nearest zone.
func (z *zones) islands() {
	if z.drawing == nil {
		return
	}
	for i, n := range z.list {
		if n == nil || len(n.ties) > 0 || n.load >= little*z.want {
			continue
		}
		best, distance := int32(-1), math.Inf(1)
		at := z.corner(int32(i))
		for j, o := range z.list {
			if o == nil || j == i {
				continue
			}
			if d := z.town.length(at, z.corner(int32(j))); d < distance {
				best, distance = int32(j), d
			}
		}
		if best >= 0 {
			z.join(int32(i), best)
		}
	}
}
