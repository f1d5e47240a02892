package table

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxFeature is the longest feature that is read; the outline of China with
// its coast is 3.6 MB.
const maxFeature = 128 << 20

// collection reads the features of a FeatureCollection, or of a text with one
// feature a line, one at a time.
type collection struct {
	file    *os.File
	bytes   *counted
	decoder *json.Decoder // nil for one feature a line
	lines   *bufio.Scanner
	number  int64
	raw     json.RawMessage // the feature at hand
	columns map[string]int
	here    map[int]bool // columns of the feature at hand
	id      int          // the column of the feature's own id, -1 when there is none
}

// feature is one with its members as they are written.
type feature struct {
	kind                     string
	id, geometry, properties []byte
}

// featureOf takes an object apart; false for what is none.
func featureOf(raw []byte) (f feature, isObject bool) {
	isObject = members(raw, func(key string, value []byte) {
		switch key {
		case "type":
			f.kind = jsonText(value)
		case "id":
			f.id = value
		case "geometry":
			f.geometry = value
		case "properties":
			f.properties = value
		}
	})
	return f, isObject
}

// openGeoJSON goes through the file once for the columns, since each feature
// may have its own, and a second time for the rows.
func openGeoJSON(path string, o Options) (*File, error) {
	encoding := utf8Name
	if o.Encoding != "" {
		if encoding = encodingName(o.Encoding); encoding == "" {
			return nil, refused("There is no encoding %q; try utf-8 or gb18030.", o.Encoding)
		}
	} else if begin, err := head(path, 1<<20); err != nil {
		return nil, err
	} else if name, _ := bom(begin); name != "" {
		encoding = name
	} else if end := len(begin) - min(3, len(begin)); !utf8.Valid(begin) && !utf8.Valid(begin[:end]) && !utf8.Valid(begin[:end+1]) && !utf8.Valid(begin[:end+2]) {
		encoding = gbName
	}
	survey, err := newCollection(path, encoding)
	if err != nil {
		return nil, err
	}
	file := &File{}
	file.encoding = encoding
	err = survey.columnsOf(file)
	survey.close()
	if err != nil {
		return nil, err
	}
	c, err := newCollection(path, encoding)
	if err != nil {
		return nil, err
	}
	info, err := c.file.Stat()
	if err != nil {
		c.close()
		return nil, err
	}
	if c.decoder != nil {
		if err := c.features(nil); err != nil {
			c.close()
			return nil, err
		}
	}
	c.columns, c.id = survey.columns, survey.id
	file.source, file.size = c, info.Size()
	return file, nil
}

func newCollection(path, encoding string) (*collection, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	c := &collection{file: f, bytes: &counted{Reader: f}, id: -1}
	var in io.Reader = c.bytes
	if e := codec(encoding); e != nil {
		in = e.NewDecoder().Reader(in)
	}
	buffered := bufio.NewReaderSize(in, 256<<10)
	if mark, err := buffered.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = buffered.Discard(3)
	}
	begin, err := buffered.Peek(256 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		f.Close()
		return nil, err
	}
	first, _, whole := bytes.Cut(bytes.TrimLeft(begin, " \t\r\n"), []byte{'\n'})
	one := feature{}
	if line := bytes.TrimLeft(first, "\x1e"); json.Valid(line) {
		one, _ = featureOf(line)
	}
	if (whole || err != nil || bytes.HasPrefix(first, []byte{0x1e})) && one.kind == "Feature" || bytes.HasPrefix(first, []byte{0x1e}) {
		c.lines = bufio.NewScanner(buffered)
		c.lines.Buffer(make([]byte, 64<<10), maxFeature)
	} else {
		c.decoder = json.NewDecoder(buffered)
	}
	return c, nil
}

// columnsOf finds the columns in order of their first appearance, and what else
// the file says of itself.
func (c *collection) columnsOf(file *File) error {
	c.columns, c.here = make(map[string]int), make(map[int]bool)
	kinds := make(map[string]bool)
	hasID := false
	see := func(f feature) {
		hasID = hasID || len(f.id) > 0 && string(f.id) != "null"
		if twice := c.learn(f.properties, file); twice != "" && len(file.problems) == 0 {
			file.problems = append(file.problems, Problem{Column: twice, Message: fmt.Sprintf("the property %s appears twice in one feature; the last counts", twice)})
		}
		members(f.geometry, func(key string, value []byte) {
			if key == "type" {
				kinds[strings.TrimPrefix(strings.TrimSuffix(jsonText(value), "String"), "Multi")] = true
			}
		})
	}
	if c.decoder != nil {
		if err := c.features(file); err != nil {
			return err
		}
	}
	for {
		_, f, err := c.feature()
		var bad *RowError
		switch {
		case errors.Is(err, io.EOF):
			if c.decoder != nil {
				if err := c.rest(file); err != nil {
					return err
				}
			}
			file.geometry = "mixed"
			if len(kinds) == 1 {
				for k := range kinds {
					file.geometry = strings.ToLower(k)
				}
			} else if len(kinds) == 0 {
				file.geometry = ""
			}
			if _, taken := c.columns["id"]; hasID && !taken {
				c.id = len(file.columns)
				file.columns = append(file.columns, "id")
			}
			return nil
		case errors.As(err, &bad):
		case err != nil:
			return err
		default:
			see(f)
		}
	}
}

// learn notes the properties that are new, and names one that comes twice.
func (c *collection) learn(properties []byte, file *File) (twice string) {
	clear(c.here)
	members(properties, func(name string, _ []byte) {
		at, known := c.columns[name]
		if !known {
			at = len(file.columns)
			c.columns[name] = at
			file.columns = append(file.columns, name)
		}
		if c.here[at] {
			twice = name
		}
		c.here[at] = true
	})
	return twice
}

// features comes to the first feature; what the collection says of itself on
// the way goes into file, which may be nil.
func (c *collection) features(file *File) error {
	if t, err := c.decoder.Token(); err != nil || t != json.Delim('{') {
		return c.damaged(err, "it is no object")
	}
	for c.decoder.More() {
		key, err := c.decoder.Token()
		if err != nil {
			return c.damaged(err, "")
		}
		if key == "features" {
			if t, err := c.decoder.Token(); err != nil || t != json.Delim('[') {
				return c.damaged(err, "its features are no list")
			}
			return nil
		}
		if err := c.member(key, file); err != nil {
			return err
		}
	}
	return refused("This is JSON, but not a GeoJSON FeatureCollection: it has no features.")
}

func (c *collection) member(key json.Token, file *File) error {
	var raw json.RawMessage
	if err := c.decoder.Decode(&raw); err != nil {
		return c.damaged(err, "")
	}
	switch {
	case key == "type" && string(raw) == `"Topology"`:
		return refused("This is TopoJSON. Turn it into GeoJSON (ogr2ogr, mapshaper) and give that.")
	case key == "crs" && file != nil:
		var member struct {
			Properties struct{ Name string }
		}
		if json.Unmarshal(raw, &member) == nil {
			file.crs = crsNamed(member.Properties.Name)
		}
	}
	return nil
}

// rest reads what stands behind the features: the system may be said there,
// and a file that was cut off does not come to its end.
func (c *collection) rest(file *File) error {
	if _, err := c.decoder.Token(); err != nil {
		return c.damaged(err, "")
	}
	for c.decoder.More() {
		key, err := c.decoder.Token()
		if err != nil {
			return c.damaged(err, "")
		}
		if err := c.member(key, file); err != nil {
			return err
		}
	}
	if _, err := c.decoder.Token(); err != nil {
		return c.damaged(err, "")
	}
	return nil
}

func (c *collection) damaged(err error, what string) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		what = "it is cut off at its end"
	case err != nil:
		what = err.Error()
	}
	return refused("The GeoJSON is damaged behind feature %d: %s.", c.number, what)
}

// feature reads the next one.
func (c *collection) feature() (int64, feature, error) {
	var f feature
	raw := c.raw[:0]
	if c.decoder == nil {
		for len(raw) == 0 {
			if !c.lines.Scan() {
				if err := c.lines.Err(); err != nil {
					return 0, f, c.damaged(err, "")
				}
				return 0, f, io.EOF
			}
			c.number++
			raw = bytes.TrimSpace(bytes.TrimLeft(c.lines.Bytes(), "\x1e"))
		}
	} else {
		if !c.decoder.More() {
			return 0, f, io.EOF
		}
		if err := c.decoder.Decode(&raw); err != nil {
			return 0, f, c.damaged(err, "")
		}
		c.number++
		c.raw = raw
	}
	if !utf8.Valid(raw) {
		return 0, f, &RowError{c.number, "the feature is not in the file's encoding"}
	}
	if c.decoder == nil && !json.Valid(raw) {
		return 0, f, &RowError{c.number, "this is no feature: the line is no JSON"}
	}
	f, isObject := featureOf(raw)
	if !isObject || f.kind == "" {
		return 0, f, &RowError{c.number, "this is no feature"}
	}
	if f.kind != "Feature" {
		return 0, f, &RowError{c.number, fmt.Sprintf("this is no feature but a %q", f.kind)}
	}
	return c.number, f, nil
}

func (c *collection) next() (Row, error) {
	number, f, err := c.feature()
	if err != nil {
		return Row{}, err
	}
	n := len(c.columns)
	if c.id >= 0 {
		n++
	}
	row := Row{Line: number, Values: make([]string, n)}
	if row.Geom, err = geometryOf(f.geometry, 0); err != nil {
		return Row{}, &RowError{number, err.Error()}
	}
	isObject := members(f.properties, func(name string, value []byte) {
		if at, known := c.columns[name]; known {
			row.Values[at] = jsonText(value)
		}
	})
	if !isObject && len(f.properties) > 0 && string(f.properties) != "null" {
		return Row{}, &RowError{number, "its properties are no object"}
	}
	if c.id >= 0 {
		row.Values[c.id] = jsonText(f.id)
	}
	return row, nil
}

// jsonText is a property as text: numbers as they are written but never in
// powers of ten, lists and objects as JSON.
func jsonText(raw []byte) string {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return ""
	case raw[0] == '"':
		return jsonString(raw)
	case raw[0] == '{' || raw[0] == '[':
		var b bytes.Buffer
		if json.Compact(&b, raw) != nil {
			return string(raw)
		}
		return b.String()
	case bytes.ContainsAny(raw, "eE") && raw[0] != 't' && raw[0] != 'f':
		if x, err := strconv.ParseFloat(string(raw), 64); err == nil {
			return strconv.FormatFloat(x, 'f', -1, 64)
		}
	}
	return string(raw)
}

func (c *collection) read() int64  { return c.bytes.n }
func (c *collection) close() error { return c.file.Close() }
