package crossing

import (
	"math"
	"slices"
)

// The smaller the cells, the fewer edges pass through each, and the more memory
// they take. The smallest are taken that keep to these bytes, by estimate.
const (
	bytesPerPolygon = 640
	bytesPerEdge    = 16
	bytesAtLeast    = 64 << 10
	maxBlocks       = 1 << 16
	minShift        = 4
	maxShift        = 26
	pageBytes       = 4 * pageWords
)

// plan chooses the size of cells.
func (t *Table) plan() {
	var (
		polygons, edges int
		length          float64 // of all edges, in units to the east plus units to the north
		centres         []uint64
	)
	for _, p := range t.polygons {
		if p == nil {
			continue
		}
		polygons++
		centres = append(centres, t.morton(p))
		for _, ring := range p.Rings {
			edges += len(ring)
			a := ring[len(ring)-1]
			for _, b := range ring {
				length += math.Abs(float64(b.X)-float64(a.X)) + math.Abs(float64(b.Y)-float64(a.Y))
				a = b
			}
		}
	}
	slices.Sort(centres)
	budget := float64(max(bytesPerPolygon*polygons, bytesPerEdge*edges, bytesAtLeast))
	t.shift = minShift
	for t.shift < maxShift && (t.blockCount() > maxBlocks || t.estimate(centres, float64(edges), length) > budget) {
		t.shift++
	}
}

// blockCount is how many blocks cover all that is drawn.
func (t *Table) blockCount() int64 {
	bits := t.shift + pageBits + blockBits
	return ((int64(t.max.X)-int64(t.min.X))>>bits + 1) * ((int64(t.max.Y)-int64(t.min.Y))>>bits + 1)
}

// estimate is how many bytes pages and records take with cells of this size,
// when most edges bound two polygons.
func (t *Table) estimate(centres []uint64, edges, length float64) float64 {
	const cellBytes, lineBytes = 16, 9
	pages, last := 0.0, uint64(math.MaxUint64)
	for _, c := range centres {
		if c >>= 2 * (t.shift + pageBits); c != last {
			pages, last = pages+1, c
		}
	}
	side := float64(int64(1) << t.shift)
	for _, p := range t.polygons {
		if p != nil {
			wide, high := math.Floor((float64(p.Max.X)-float64(p.Min.X))/side/pageSide), math.Floor((float64(p.Max.Y)-float64(p.Min.Y))/side/pageSide)
			pages += (wide+1)*(high+1) - 1
		}
	}
	crossed := length / 2 / side
	return pages*pageBytes + min(crossed+edges/4, pages*pageCells)*cellBytes + (crossed+edges/2)*lineBytes
}

// morton is the middle of a polygon's box from the table's corner, bits of east
// and north in turn: what lies in one square of any size sorts together.
func (t *Table) morton(p *Polygon) uint64 {
	x := (int64(p.Min.X)+int64(p.Max.X))/2 - int64(t.min.X)
	y := (int64(p.Min.Y)+int64(p.Max.Y))/2 - int64(t.min.Y)
	return spread(uint32(x)) | spread(uint32(y))<<1
}

// spread puts a zero before each bit.
func spread(v uint32) uint64 {
	x := uint64(v)
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
	x = (x | x<<2) & 0x3333333333333333
	return (x | x<<1) & 0x5555555555555555
}
