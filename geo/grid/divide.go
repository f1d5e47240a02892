package grid

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// Divide cuts a region along a line that somebody drew, into its pieces, the
// largest first. The line is on the lattice; where it meets the border between
// two vertices both get a vertex there, rounded to the lattice, and neighbours
// want the same one ([Meet]). What of the line does not go through, its ends
// outside or inside, is left out; parts of the region that it misses stay with
// the largest piece.
//
// An error says why nothing is divided: the region is not sound, the line does
// not go through, crosses itself, or runs so close to the border that they
// cannot be told apart on the lattice.
func Divide(geom orb.MultiPolygon, line orb.LineString) ([]orb.MultiPolygon, error) {
	border, err := borderOf(geom)
	if err != nil {
		return nil, err
	}
	cut, err := segments(line)
	if err != nil {
		return nil, err
	}
	border, cut = crossed(border, cut)
	outer, ok := cancel(border)
	if !ok {
		return nil, errTooClose
	}
	inner := prune(insideOf(cut, outer), outer)
	if len(inner) == 0 {
		return nil, errors.New("the line does not go through the region: it has to begin and end on its border or outside")
	}
	if !sound(slices.Concat(outer, inner)) {
		return nil, errTooClose
	}
	edges := outer
	for _, e := range inner {
		edges = append(edges, e, e.twin())
	}
	slices.SortFunc(edges, compareEdges)
	faces := assemble(splitAll(trace(edges)))
	return piecesOf(faces, inner)
}

var errTooClose = errors.New("the line runs too close to the border, or to itself, to be told apart from it")

// segments are the edges of a line on the lattice.
func segments(line orb.LineString) ([]dedge, error) {
	var nodes []lattice.Node
	for i, p := range line {
		n, ok := lattice.On(p[0], p[1])
		if !ok {
			return nil, fmt.Errorf("point %d of the line (%v, %v) is no lon, lat", i+1, p[0], p[1])
		}
		if len(nodes) == 0 || nodes[len(nodes)-1] != n {
			nodes = append(nodes, n)
		}
	}
	if len(nodes) < 2 {
		return nil, errors.New("the line needs two points or more")
	}
	list := make([]dedge, len(nodes)-1)
	for i := range list {
		list[i] = dedge{nodes[i], nodes[i+1]}
	}
	for i, e := range list {
		for j, f := range list[:i] {
			how, at := meet(edge{a: e.a, b: e.b}, edge{a: f.a, b: f.b})
			if how == crosswise || how == touching && !(j == i-1 && at == e.a) {
				return nil, errors.New("the line meets itself")
			}
		}
	}
	return list, nil
}

// crossed cuts border and line where they meet.
func crossed(border, line []dedge) (cutBorder, cutLine []dedge) {
	onLine := make([][]lattice.Node, len(line))
	for _, e := range border {
		var on []lattice.Node
		for i, f := range line {
			for _, n := range meets(e, f) {
				if n != e.a && n != e.b {
					on = append(on, n)
				}
				if n != f.a && n != f.b {
					onLine[i] = append(onLine[i], n)
				}
			}
		}
		cutBorder = appendSplit(cutBorder, e, on)
	}
	for i, f := range line {
		cutLine = appendSplit(cutLine, f, onLine[i])
	}
	return cutBorder, cutLine
}

// meets is where two edges meet: one place, or the ends of what they share.
func meets(e, f dedge) []lattice.Node {
	first, second := edge{a: e.a, b: e.b}, edge{a: f.a, b: f.b}
	switch how, at := meet(first, second); {
	case how == apart:
		return nil
	case how == touching:
		return []lattice.Node{at}
	case lattice.Turn(e.a, e.b, f.a) != 0:
		return []lattice.Node{crossPoint(first, second)}
	}
	return sharedEnds(first, second)
}

// insideOf are the edges of the line that lie in the region's inside.
func insideOf(line, border []dedge) (inside []dedge) {
	rings := splitAll(trace(border))
	for _, e := range line {
		in, sure := false, true
		for _, ring := range rings {
			i, s := HoldsMiddle(ring, e.a, e.b)
			in, sure = in != i, sure && s
		}
		if in && sure {
			inside = append(inside, e)
		}
	}
	return inside
}

// prune takes away what ends in the middle of nowhere.
func prune(line, border []dedge) []dedge {
	ends := map[lattice.Node]int{}
	for _, e := range border {
		ends[e.a] = 2
	}
	for _, e := range line {
		ends[e.a]++
		ends[e.b]++
	}
	for {
		left := slices.DeleteFunc(slices.Clone(line), func(e dedge) bool { return ends[e.a] < 2 || ends[e.b] < 2 })
		if len(left) == len(line) {
			return left
		}
		for _, e := range line {
			if !slices.Contains(left, e) {
				ends[e.a]--
				ends[e.b]--
			}
		}
		line = left
	}
}

// piecesOf puts faces that the line does not border to the largest that it does.
func piecesOf(faces orb.MultiPolygon, line []dedge) ([]orb.MultiPolygon, error) {
	var pieces []orb.MultiPolygon
	var rest orb.MultiPolygon
	for _, face := range faces {
		if bordered(face, line) {
			pieces = append(pieces, orb.MultiPolygon{face})
		} else {
			rest = append(rest, face)
		}
	}
	if len(pieces) < 2 {
		return nil, errors.New("the line does not go through the region: it leaves one piece")
	}
	slices.SortStableFunc(pieces, func(a, b orb.MultiPolygon) int { return cmp.Compare(ground(b), ground(a)) })
	pieces[0] = append(pieces[0], rest...)
	return pieces, nil
}

// bordered says whether an edge of the line is one of the polygon's.
func bordered(p orb.Polygon, line []dedge) bool {
	edges, err := directed(orb.MultiPolygon{p})
	if err != nil {
		return false
	}
	for _, e := range line {
		if slices.Contains(edges, e) || slices.Contains(edges, e.twin()) {
			return true
		}
	}
	return false
}

// ground is twice a polygon's area in units of the lattice.
func ground(geom orb.MultiPolygon) (sum int64) {
	edges, err := directed(geom)
	if err != nil || len(edges) == 0 {
		return 0
	}
	o := edges[0].a
	for _, e := range edges {
		sum += (int64(e.a.X)-int64(o.X))*(int64(e.b.Y)-int64(o.Y)) - (int64(e.b.X)-int64(o.X))*(int64(e.a.Y)-int64(o.Y))
	}
	return sum
}

// Meet gives a polygon the vertices of others that lie on its edges, or within a
// unit of them, so that neighbours have common vertices along a common border.
// It is the polygon itself when none do.
func Meet(geom orb.MultiPolygon, others ...orb.MultiPolygon) (orb.MultiPolygon, bool) {
	var nodes []lattice.Node
	for _, other := range others {
		eachPoint(other, func(p *orb.Point) {
			if n, ok := lattice.On(p[0], p[1]); ok {
				nodes = append(nodes, n)
			}
		})
	}
	slices.SortFunc(nodes, compareNodes)
	nodes = slices.Compact(nodes)
	had := map[lattice.Node]bool{}
	eachPoint(geom, func(p *orb.Point) {
		if n, ok := lattice.On(p[0], p[1]); ok {
			had[n] = true
		}
	})
	out, fresh := make(orb.MultiPolygon, len(geom)), false
	for i, poly := range geom {
		out[i] = make(orb.Polygon, len(poly))
		for j, ring := range poly {
			out[i][j] = met(ring, nodes, had)
			fresh = fresh || len(out[i][j]) != len(ring)
		}
	}
	if !fresh {
		return geom, false
	}
	return out, true
}

func met(ring orb.Ring, nodes []lattice.Node, had map[lattice.Node]bool) orb.Ring {
	var out orb.Ring
	for k, p := range ring {
		out = append(out, p)
		if k+1 == len(ring) {
			break
		}
		a, okA := lattice.On(p[0], p[1])
		b, okB := lattice.On(ring[k+1][0], ring[k+1][1])
		if !okA || !okB || a == b {
			continue
		}
		from, _ := slices.BinarySearchFunc(nodes, min(a.X, b.X)-1, func(n lattice.Node, x int32) int { return cmp.Compare(n.X, x) })
		var on []lattice.Node
		for _, n := range nodes[from:] {
			if n.X > max(a.X, b.X)+1 {
				break
			}
			if !had[n] && nearSegment(a, b, n) {
				on = append(on, n)
			}
		}
		slices.SortFunc(on, func(p, q lattice.Node) int { return cmp.Compare(along(a, b, p), along(a, b, q)) })
		for _, n := range on {
			out = append(out, n.Point())
		}
	}
	return out
}

// along is how far n lies along from a to b, times their squared distance.
func along(a, b, n lattice.Node) int64 {
	return (int64(n.X)-int64(a.X))*(int64(b.X)-int64(a.X)) + (int64(n.Y)-int64(a.Y))*(int64(b.Y)-int64(a.Y))
}

// nearSegment says whether n lies between the ends of a-b and within a unit of it.
func nearSegment(a, b, n lattice.Node) bool {
	dx, dy := float64(b.X)-float64(a.X), float64(b.Y)-float64(a.Y)
	length2 := dx*dx + dy*dy
	t := float64(along(a, b, n))
	if t <= 0 || t >= length2 {
		return false
	}
	off := (float64(n.X)-float64(a.X))*dy - (float64(n.Y)-float64(a.Y))*dx
	return off*off <= length2
}

// MoveVertex puts the vertices of a polygon that lie at one place to another; it
// says whether there were any.
func MoveVertex(geom orb.MultiPolygon, from, to orb.Point) (orb.MultiPolygon, bool) {
	was, ok := lattice.On(from[0], from[1])
	is, okTo := lattice.On(to[0], to[1])
	moved := false
	out := geom.Clone()
	eachPoint(out, func(p *orb.Point) {
		if n, on := lattice.On(p[0], p[1]); ok && okTo && on && n == was {
			*p, moved = is.Point(), true
		}
	})
	if !moved {
		return geom, false
	}
	return out, true
}

func eachPoint(geom orb.MultiPolygon, visit func(*orb.Point)) {
	for _, poly := range geom {
		for _, ring := range poly {
			for k := range ring {
				visit(&ring[k])
			}
		}
	}
}
