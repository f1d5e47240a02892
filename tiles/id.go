package tiles

import (
	"fmt"
	"math"
	"strconv"

	"github.com/paulmach/orb"
)

const (
	// Extent is the number of units along a tile's side.
	Extent = 4096
	// MaxZoom is the deepest zoom an address may name.
	MaxZoom = 22

	// worldHalf is half the side of the EPSG:3857 square, metres: pi times 6378137.
	worldHalf = 20037508.342789244
)

// ID is the address of a tile in the XYZ scheme: x from the west, y from the north.
type ID struct {
	Z    uint8
	X, Y uint32
}

// ParseID reads an address; false where it is none of ours: anything but plain
// decimal digits without leading zeros, a zoom beyond MaxZoom, x or y beyond the zoom.
func ParseID(z, x, y string) (ID, bool) {
	zoom, ok := plain(z)
	if !ok || zoom > MaxZoom {
		return ID{}, false
	}
	col, okX := plain(x)
	row, okY := plain(y)
	if side := uint64(1) << zoom; !okX || !okY || col >= side || row >= side {
		return ID{}, false
	}
	return ID{uint8(zoom), uint32(col), uint32(row)}, true
}

// plain reads decimal digits as strconv would, but takes no sign, no leading
// zero and no more than seven digits, so that a tile has exactly one address.
func plain(s string) (uint64, bool) {
	if s == "" || len(s) > 7 || (s[0] == '0' && len(s) > 1) || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 32)
	return n, err == nil
}

// String is the address as in a path: z/x/y.
func (id ID) String() string { return fmt.Sprintf("%d/%d/%d", id.Z, id.X, id.Y) }

// span is the side of the tile in metres of EPSG:3857.
func (id ID) span() float64 { return 2 * worldHalf / float64(uint64(1)<<id.Z) }

// Mercator is the tile's envelope in metres of EPSG:3857, grown on every side
// by a buffer in tile units.
func (id ID) Mercator(buffer int) orb.Bound {
	span := id.span()
	grow := span * float64(buffer) / Extent
	west := -worldHalf + float64(id.X)*span
	north := worldHalf - float64(id.Y)*span
	return orb.Bound{
		Min: orb.Point{west - grow, north - span - grow},
		Max: orb.Point{west + span + grow, north + grow},
	}
}

// Bound is the same envelope as lon, lat in degrees. At the rim of the world
// the buffer passes 180 degrees.
func (id ID) Bound(buffer int) orb.Bound {
	m := id.Mercator(buffer)
	return orb.Bound{
		Min: orb.Point{lonOf(m.Min[0]), latOf(m.Min[1])},
		Max: orb.Point{lonOf(m.Max[0]), latOf(m.Max[1])},
	}
}

func lonOf(x float64) float64 { return x / worldHalf * 180 }

// latOf is the inverse of the spherical Mercator projection (EPSG:3857).
func latOf(y float64) float64 {
	return math.Atan(math.Sinh(y/worldHalf*math.Pi)) * 180 / math.Pi
}

// lattice is the tile's place on the lattice of its zoom: the whole world in
// units of Extent to a tile. A point belongs to the tile whose lattice square
// holds its rounded position, so it belongs to exactly one.
func (id ID) lattice() (side, x0, y0 float64) {
	side = Extent * float64(uint64(1)<<id.Z)
	return side, float64(id.X) * Extent, float64(id.Y) * Extent
}
