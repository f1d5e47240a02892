package table

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// geojsonSink writes a FeatureCollection, a feature a line.
type geojsonSink struct {
	file *os.File
	out  *bufio.Writer
	o    WriteOptions
	keys [][]byte
	n    int
}

func createGeoJSON(path string, o WriteOptions) (sink, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	s := &geojsonSink{file: f, out: bufio.NewWriterSize(f, 256<<10), o: o}
	for _, c := range o.Columns {
		key, err := jsonOf(c.Name)
		if err != nil {
			f.Close()
			return nil, err
		}
		s.keys = append(s.keys, key)
	}
	name, err := jsonOf(o.Layer)
	if err != nil {
		f.Close()
		return nil, err
	}
	fmt.Fprintf(s.out, `{"type":"FeatureCollection","name":%s,`, name)
	if o.Number != "" {
		number, _ := jsonOf(o.Number)
		said, err := jsonOf(o.Notice)
		if err != nil {
			f.Close()
			return nil, err
		}
		// Members beside those of RFC 7946 (section 6.1); GDAL shows the description.
		fmt.Fprintf(s.out, `"description":%s,"export_no":%s,`, said, number)
	}
	if o.EPSG != 4326 {
		// RFC 7946 knows only WGS84; GDAL and QGIS still read this member.
		fmt.Fprintf(s.out, `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::%d"}},`, o.EPSG)
	}
	if _, err := s.out.WriteString(`"features":[`); err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

func (s *geojsonSink) write(values []any, geom orb.Geometry) error {
	if s.o.Geometry == "none" {
		geom = nil
	}
	geom, err := fit(geom, s.o.Geometry)
	if err != nil {
		return err
	}
	place := []byte("null")
	if geom != nil {
		if place, err = geojson.NewGeometry(geom).MarshalJSON(); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if s.n > 0 {
		b.WriteByte(',')
	}
	b.WriteString("\n" + `{"type":"Feature","properties":{`)
	for i, v := range values {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(s.keys[i])
		b.WriteByte(':')
		value, err := jsonOf(jsonValue(v, s.o.Columns[i].Type))
		if err != nil {
			return err
		}
		b.Write(value)
	}
	b.WriteString(`},"geometry":`)
	b.Write(place)
	b.WriteByte('}')
	s.n++
	_, err = s.out.Write(b.Bytes())
	return err
}

func jsonValue(v any, kind string) any {
	switch v := settled(v).(type) {
	case time.Time:
		return asText(v, kind)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
		return v
	default:
		return v
	}
}

// jsonOf keeps < > & as they are; nobody reads the file as a web page.
func jsonOf(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

func (s *geojsonSink) close() error {
	_, err := s.out.WriteString("\n]}\n")
	return errors.Join(err, s.out.Flush(), s.file.Close())
}
