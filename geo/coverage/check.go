package coverage

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/paulmach/orb"
)

// Polygon is ground under a code.
type Polygon struct {
	Code string
	Geom orb.MultiPolygon // WGS84, lon before lat
}

// DefaultSliver is the width, in metres, below which a gap or an overlap is
// taken for imprecise drawing.
const DefaultSliver = 0.5

// Options are what may be chosen about a check.
type Options struct {
	// Sliver is the width in metres, twice the area by the perimeter, below which
	// gaps and overlaps are slivers; 0 is DefaultSliver, negative is none.
	Sliver float64
}

// Check holds a set of polygons and the parent they should cover, and knows at
// any moment whether they do. It is not for several goroutines at once.
type Check struct {
	parent  *Polygon
	border  shape // of the parent
	options Options

	polygons []Polygon
	shapes   []shape
	numbers  map[string]int32 // by code; nil until it is needed
	free     []int32          // numbers of polygons taken out

	reader  reader
	print   fingerprint // of all polygons less the parent
	area    total       // likewise
	flawed  int         // polygons with notes, the parent included
	located []Finding
	sketch  *sketch           // of what is located
	twice   map[int32]bool    // polygons that repeat another, left out of the sketch
	repeats map[int32][]int32 // and of which
	known   bool              // located is of the polygons as they are
	rounds  int               // of cutting, before it is given up
	turn    int               // how often polygons were put and dropped
}

// total is a sum of doubled areas in 128 bits.
type total struct {
	high int64
	low  uint64
}

func (t total) plus(v int64) total {
	low, carry := bits.Add64(t.low, uint64(v), 0)
	return total{t.high + v>>63 + int64(carry), low}
}

func (t total) add(u total) total {
	low, carry := bits.Add64(t.low, u.low, 0)
	return total{t.high + u.high + int64(carry), low}
}

// New checks polygons against their parent; with a nil parent nothing can be
// outside, and a gap is what they enclose. The geometries are kept and must not
// be changed. It fails when a code is there twice.
func New(parent *Polygon, polygons []Polygon, options Options) (*Check, error) {
	if options.Sliver == 0 {
		options.Sliver = DefaultSliver
	}
	k := newKey()
	c := &Check{parent: parent, options: options, rounds: rounds, polygons: slices.Clone(polygons), reader: reader{key: &k}}
	if err := c.codesOnce(); err != nil {
		return nil, err
	}
	if parent != nil {
		c.border = c.reader.read(parent.Code, parent.Geom)
		c.print = c.print.minus(c.border.print)
		c.area = c.area.plus(-c.border.area2)
		c.flawed += flaw(&c.border)
	}
	c.shapes = make([]shape, len(polygons))
	c.readAll()
	return c, nil
}

// readAll reads the polygons, a large set on two processors.
func (c *Check) readAll() {
	for _, t := range inTwo(len(c.shapes), c.readSome) {
		c.print = c.print.plus(t.print)
		c.area = c.area.add(t.area)
		c.flawed += t.flawed
	}
}

// tally is what a part of the polygons adds up to.
type tally struct {
	print  fingerprint
	area   total
	flawed int
}

func (c *Check) readSome(from, to int) (t tally) {
	r := reader{key: c.reader.key}
	// Rings are looked up some ahead of their reading, side by side: each lies three
	// pointers away, and waiting for memory is what a large set costs most.
	var rings [32]*orb.Ring
	for ; from < to; from += len(rings) {
		few := min(len(rings), to-from)
		for k := range few {
			rings[k] = single(c.polygons[from+k].Geom)
		}
		for k := range few {
			s, p := &c.shapes[from+k], &c.polygons[from+k]
			var ok bool
			if rings[k] != nil {
				*s, ok = r.star(rings[k])
			}
			if !ok {
				*s = r.read(p.Code, p.Geom)
			}
			t.print, t.area = t.print.plus(s.print), t.area.plus(s.area2)
			t.flawed += flaw(s)
		}
	}
	return t
}

// codesOnce needs no table where the codes come in order, as they mostly do.
func (c *Check) codesOnce() error {
	list := c.polygons
	byCode := func(a, b Polygon) int { return strings.Compare(a.Code, b.Code) }
	twice := func() int {
		for i := 1; i < len(list); i++ {
			if list[i-1].Code >= list[i].Code {
				return i
			}
		}
		return 0
	}
	if twice() > 0 {
		list = slices.Clone(list)
		slices.SortFunc(list, byCode)
	}
	if i := twice(); i > 0 {
		return fmt.Errorf("%s is there twice", list[i].Code)
	}
	if c.parent != nil {
		if _, there := slices.BinarySearchFunc(list, *c.parent, byCode); there {
			return fmt.Errorf("%s is its own parent", c.parent.Code)
		}
	}
	return nil
}

func flaw(s *shape) int {
	if s.flawed() {
		return 1
	}
	return 0
}

func (c *Check) count(s *shape) {
	c.print = c.print.plus(s.print)
	c.area = c.area.plus(s.area2)
	c.flawed += flaw(s)
}

// Valid says whether the polygons cover their parent exactly, each place once
// and with common vertices, and nothing is to be said of their rings: Findings
// would be empty. With a parent it costs nothing; without one there is nothing
// to compare with, and the findings are looked for.
//
// Why it is enough: the border edges of the polygons, less those of the parent,
// cancel to nothing exactly when their fingerprint is that of nothing, but for
// one case in 2^128. Then every place is as often in a polygon as in the
// parent, since crossing no remaining edge changes how often. Each polygon's
// border is known to be simple, so no polygon counts against another.
func (c *Check) Valid() bool {
	if c.parent == nil {
		return len(c.Findings()) == 0
	}
	return c.flawed == 0 && c.print == fingerprint{} && c.area == total{}
}

// Len is how many polygons there are.
func (c *Check) Len() int { return len(c.polygons) - len(c.free) }

// Polygons lists the polygons by code.
func (c *Check) Polygons() []Polygon {
	gone := make([]bool, len(c.polygons))
	for _, i := range c.free {
		gone[i] = true
	}
	list := make([]Polygon, 0, c.Len())
	for i, p := range c.polygons {
		if !gone[i] {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b Polygon) int { return strings.Compare(a.Code, b.Code) })
	return list
}

// Put adds a polygon, or replaces the one with its code.
func (c *Check) Put(p Polygon) {
	s := c.reader.read(p.Code, p.Geom)
	i, there := c.number(p.Code)
	switch {
	case there:
		c.take(i)
	case len(c.free) > 0:
		i = c.free[len(c.free)-1]
		c.free = c.free[:len(c.free)-1]
	default:
		i = int32(len(c.polygons))
		c.polygons, c.shapes = append(c.polygons, Polygon{}), append(c.shapes, shape{})
	}
	c.polygons[i], c.shapes[i] = p, s
	c.numbers[p.Code] = i
	c.count(&c.shapes[i])
	c.forget()
}

// Drop takes a polygon out; false when there is none.
func (c *Check) Drop(code string) bool {
	i, there := c.number(code)
	if !there {
		return false
	}
	c.take(i)
	delete(c.numbers, code)
	c.polygons[i], c.shapes[i] = Polygon{}, shape{}
	c.free = append(c.free, i)
	c.forget()
	return true
}

// forget drops what was said of the polygons as they were.
func (c *Check) forget() {
	c.known, c.sketch, c.located = false, nil, nil
	c.turn++
}

// take subtracts a polygon from the sums.
func (c *Check) take(i int32) {
	s := &c.shapes[i]
	c.print = c.print.minus(s.print)
	c.area = c.area.plus(-s.area2)
	c.flawed -= flaw(s)
}

func (c *Check) number(code string) (int32, bool) {
	if c.numbers == nil {
		c.numbers = make(map[string]int32, len(c.polygons))
		for i, p := range c.polygons {
			c.numbers[p.Code] = int32(i)
		}
	}
	i, ok := c.numbers[code]
	return i, ok
}
