package transfer

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"onemap/api/fault"
	"onemap/api/transfer/table"
)

// Refusal is a row, or a field of one, that cannot be taken, and where it lies.
type Refusal struct {
	Line   int64    `json:"line"`
	Field  string   `json:"field"`
	Reason string   `json:"reason"`
	Lon    *float64 `json:"lon,omitempty" doc:"As far as it is known, WGS84."`
	Lat    *float64 `json:"lat,omitempty"`
}

// record is one row on its way in: its fields in their canonical form.
type record struct {
	kind    *Kind
	line    int64
	raw     []string // the file's own columns
	v       []string // by field number
	located bool
	pair    orb.Point    // as the file gives it
	at      orb.Point    // WGS84
	geom    orb.Geometry // WGS84, where the file has shapes
	refused []Refusal
	ref     string
	object  any
	// What tells it from others of its file, found where many work at once.
	natural, key, keyField, keyReason string
	keyed                             bool // natural is made of what key is made of
}

func (r *record) text(field string) string {
	if i := r.kind.field(field); i >= 0 {
		return r.v[i]
	}
	return ""
}

func (r *record) int(field string) int {
	n, _ := strconv.Atoi(r.text(field)) // canonical already
	return n
}

func (r *record) float(field string) float64 {
	n, _ := strconv.ParseFloat(r.text(field), 64) // canonical already
	return n
}

func (r *record) day(field string) time.Time {
	v := r.text(field)
	if v == "" {
		return time.Time{}
	}
	at, _ := time.Parse(time.DateOnly, v) // canonical already
	return at
}

func (r *record) list(field string) []string {
	if v := r.text(field); v != "" {
		return strings.Split(v, ",")
	}
	return nil
}

func (r *record) refuse(field, reason string) {
	x := Refusal{Line: r.line, Field: field, Reason: reason}
	if r.located && !r.kind.secret {
		at := r.at // which lives longer than the record
		x.Lon, x.Lat = &at[0], &at[1]
	}
	r.refused = append(r.refused, x)
}

func (r *record) refuseAll(fields []fault.Field) {
	for _, f := range fields {
		r.refuse(f.Location, f.Message)
	}
}

// plan is a mapping compiled for the columns of one file.
type plan struct {
	kind     *Kind
	mapping  Mapping
	columns  []string
	sources  []source
	reader   reader
	said     []int // the fields that a row may say something of, or must
	unnamed  bool  // no row says what it is known by
	geometry bool  // the file's own shapes say where its rows are
}

// source says where the value of one field comes from.
type source struct {
	column   int // -1: a pattern, or a constant
	pattern  []piece
	constant string
	fallback string
	words    map[string]string
}

type piece struct {
	text   string
	column int // -1: text
}

func compile(k *Kind, m Mapping, columns []string, zone *time.Location) *plan {
	if m.TimeZone != "" {
		if z, err := time.LoadLocation(m.TimeZone); err == nil {
			zone = z
		}
	}
	p := &plan{kind: k, mapping: m, columns: columns, reader: reader{m.DateOrder, zone}, sources: make([]source, len(k.Fields))}
	at := map[string]int{}
	for i, c := range columns {
		at[c] = i
	}
	for i, f := range k.Fields {
		s := source{column: -1, constant: m.Constants[f.Name], fallback: m.Defaults[f.Name]}
		if mapped := m.Columns[f.Name]; mapped != "" && s.constant == "" {
			if j, ok := at[mapped]; ok {
				s.column = j
			} else {
				s.pattern = pieces(mapped, at)
			}
		}
		for from, to := range m.Values[f.Name] {
			if s.words == nil {
				s.words = map[string]string{}
			}
			s.words[plain(from)] = to
		}
		p.sources[i] = s
		if s.column >= 0 || s.pattern != nil || s.constant != "" || s.fallback != "" || s.words != nil || f.Required {
			p.said = append(p.said, i)
		}
	}
	p.unnamed = !slices.Contains(p.said, k.field("ref"))
	p.geometry = m.Columns["lon"] == "" && m.Columns["x"] == ""
	return p
}

func pieces(pattern string, at map[string]int) (list []piece) {
	for pattern != "" {
		before, rest, ok := strings.Cut(pattern, "{")
		if before != "" {
			list = append(list, piece{before, -1})
		}
		name, after, closed := strings.Cut(rest, "}")
		if !ok || !closed {
			break
		}
		if i, known := at[name]; known {
			list = append(list, piece{"", i})
		}
		pattern = after
	}
	return list
}

func (s source) value(row []string) string {
	v := s.constant
	if v == "" && s.column >= 0 {
		v = row[s.column]
	}
	for _, p := range s.pattern {
		if p.column < 0 {
			v += p.text
		} else {
			v += row[p.column]
		}
	}
	if s.pattern != nil {
		v = strings.TrimSpace(v)
	}
	if s.words != nil {
		if to, ok := s.words[plain(v)]; ok {
			v = to
		}
	}
	if v == "" {
		v = s.fallback
	}
	return v
}

// record reads a row; what cannot be read is noted in it.
func (p *plan) record(row table.Row) *record {
	var into room
	return into.records(p, []table.Row{row})[0]
}

// room is the memory of a chunk's records, which serves one chunk after the other.
type room struct {
	list   []*record
	all    []record
	values []string
}

// records reads rows. The records before these are overwritten.
func (m *room) records(p *plan, rows []table.Row) []*record {
	fields := len(p.kind.Fields)
	m.list, m.all, m.values = emptied(m.list, len(rows)), emptied(m.all, len(rows)), emptied(m.values, len(rows)*fields)
	for i, row := range rows {
		r := &m.all[i]
		r.kind, r.line, r.raw, r.v = p.kind, row.Line, row.Values, m.values[i*fields:(i+1)*fields:(i+1)*fields]
		p.read(r, row.Geom)
		m.list[i] = r
	}
	return m.list
}

// emptied is n zero values, in the room of those before where there is enough.
func emptied[T any](old []T, n int) []T {
	clear(old)
	return slices.Grow(old[:0], n)[:n]
}

// read fills a record from the file's own columns and shape.
func (p *plan) read(r *record, geom orb.Geometry) {
	for _, i := range p.said {
		f := &p.kind.Fields[i]
		v, wrong := p.reader.read(f, p.sources[i].value(r.raw))
		if wrong == "" && v == "" && p.sources[i].fallback != "" {
			v, wrong = p.reader.read(f, p.sources[i].fallback)
		}
		if wrong == "" && v == "" && f.Required {
			wrong = "is empty"
		}
		if wrong != "" {
			r.refuse(f.Name, wrong)
		}
		r.v[i] = v
	}
	p.pair(r, geom)
}

// pair finds the coordinates of a row, as they are given.
func (p *plan) pair(r *record, geom orb.Geometry) {
	if p.kind.Geometry == "none" {
		return
	}
	if text := r.text("geometry"); text != "" {
		shape, err := wkt.Unmarshal(text)
		if err != nil {
			r.refuse("geometry", "is no WKT such as POLYGON ((113.1 23.1, ...))")
			return
		}
		geom = shape
	}
	if p.geometry {
		if g, ok := geom.(orb.MultiPoint); ok && len(g) == 1 {
			geom = g[0]
		}
		if g, ok := geom.(orb.Point); ok {
			r.pair, r.located = g, true
		} else if geom != nil {
			r.geom = geom
		}
		return
	}
	for _, names := range [][2]string{{"lon", "lat"}, {"x", "y"}} {
		x, y := r.text(names[0]), r.text(names[1])
		if x != "" && y != "" {
			r.pair, r.located = orb.Point{r.float(names[0]), r.float(names[1])}, true
		} else if (x == "") != (y == "") && len(r.refused) == 0 {
			r.refuse(names[0], "one of the two coordinates is empty")
		}
	}
	if geom != nil && p.kind.Geometry == "polygon" {
		r.geom = geom
	}
}
