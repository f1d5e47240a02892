package osm

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// A location is a position as the format itself keeps it: lon and lat in
// units of 1e-7 degrees (about a centimetre). Whole numbers make "the same
// place" and "these cross" exact questions.
type location struct{ x, y int32 }

// nowhere marks a node that has not been found.
var nowhere = location{math.MinInt32, math.MinInt32}

func (l location) lon() float64 { return float64(l.x) / 1e7 }
func (l location) lat() float64 { return float64(l.y) / 1e7 }

// locate rounds degrees to a location; false for what is not on the globe.
func locate(lon, lat float64) (location, bool) {
	if !(lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90) {
		return nowhere, false
	}
	return location{int32(math.Round(lon * 1e7)), int32(math.Round(lat * 1e7))}, true
}

type tag struct{ key, value string }

// tags are a handful, so a search from the front beats a map.
type tags []tag

func (t tags) get(key string) string {
	for _, x := range t {
		if x.key == key {
			return strings.TrimSpace(x.value)
		}
	}
	return ""
}

// yes tells whether key is there and does not deny.
func (t tags) yes(key string) bool {
	v := t.get(key)
	return v != "" && v != "no"
}

type memberType uint8

const (
	memberNode memberType = iota
	memberWay
	memberRelation
)

type member struct {
	ref  int64
	kind memberType
	role string
}

// A visitor is shown the objects of one pass. A nil func says that its kind
// is not wanted, and a decoder then need not decode it. Slices belong to the
// decoder and are only valid during the call.
type visitor struct {
	node     func(id int64, at location, t tags) error // at may be nowhere
	way      func(id int64, nodes []int64, t tags) error
	relation func(id int64, members []member, t tags) error
}

// A source can be walked as often as needed, each time from its start.
type source interface {
	format() string
	walk(v visitor, passed func(bytes int64) error) error
}

// errSink wraps what a visitor returned, so that it is told from a fault of
// the file.
type errSink struct{ error }

func (e errSink) Unwrap() error { return e.error }

func isSink(err error) bool {
	var s errSink
	return errors.As(err, &s)
}

func nodeRef(id int64) string     { return "n" + strconv.FormatInt(id, 10) }
func wayRef(id int64) string      { return "w" + strconv.FormatInt(id, 10) }
func relationRef(id int64) string { return "r" + strconv.FormatInt(id, 10) }
