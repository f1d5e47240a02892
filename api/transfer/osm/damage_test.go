package osm

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A file cut at any byte is an error. The one exception is the format's own: a
// PBF file has no end mark, so one cut exactly after a block is a file of
// fewer blocks.
func TestReadCutPBF(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(shared(t, "helsinki-centre-2019.osm.pbf"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := openPBF(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	ends := map[int64]bool{f.blocks[0].offset: false}
	at := []int64{1, 2, 3, 4, 5, 17, 40}
	for _, b := range f.blocks {
		ends[b.offset+b.size] = true
		// Around the body's begin, where the header of a block is whole and its
		// body lacks, and around its end.
		for d := int64(-6); d <= 6; d++ {
			at = append(at, b.offset+d, b.offset+b.size+d)
		}
	}
	for n := int64(50); n < int64(len(whole)); n += 9973 {
		at = append(at, n)
	}
	for _, n := range at {
		if n >= int64(len(whole)) || ends[n] {
			continue
		}
		if _, err := Read(context.Background(), bytes.NewReader(whole[:n]), n, &gathered{}, nil); err == nil {
			t.Errorf("cut at byte %d of %d: no error", n, len(whole))
		}
	}
}

// A byte changed anywhere is an error or changes what is read, never a panic.
func TestReadDamagedPBF(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(shared(t, "helsinki-centre-2019.osm.pbf"))
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(whole); n += 20_011 {
		damaged := bytes.Clone(whole)
		damaged[n] ^= 0x55
		_, err := Read(context.Background(), bytes.NewReader(damaged), int64(len(damaged)), &gathered{}, nil)
		if err == nil {
			t.Logf("byte %d: read without complaint", n)
		}
	}
}

func FuzzReadXML(f *testing.F) {
	f.Add(doc(way(1, "1 2 5 4 1", "building=yes", "height=3 m") + relation(1, "outer:1 inner:2", "type=multipolygon", "building=yes")))
	f.Add(doc(relation(1, "outer:1", "type=multipolygon") + way(1, "1 2 5 4 1 5 4", "amenity=school")))
	f.Add(`<!DOCTYPE osm><osm><node id="1" lon="1" lat="1e3"><tag k="amenity" v="bench"/></node></osm>`)
	f.Add(`<osm><way id="1"><nd ref="1"/></way><way id="1"/></osm>`)
	f.Add(`<osmChange/>`)
	f.Fuzz(func(t *testing.T, document string) {
		checkRead(t, []byte(document))
	})
}

// bytesOf writes a protocol buffer field with content.
func bytesOf(field int, content ...byte) []byte {
	return append([]byte{byte(field<<3 | wireBytes), byte(len(content))}, content...)
}

// block is one of a plain node, two dense ones, a way and a relation.
func block() []byte {
	var texts []byte
	for _, s := range []string{"", "amenity", "bench", "outer"} {
		texts = append(texts, bytesOf(1, []byte(s)...)...)
	}
	plain := append(append([]byte{1 << 3, 14}, bytesOf(2, 1)...), append(bytesOf(3, 2), 8<<3, 4, 9<<3, 6)...)
	dense := slices.Concat(bytesOf(1, 2, 4), bytesOf(8, 20, 2), bytesOf(9, 30, 1), bytesOf(10, 1, 2, 0, 0))
	way := slices.Concat([]byte{1 << 3, 5}, bytesOf(2, 1), bytesOf(3, 2), bytesOf(8, 2, 4, 3))
	relation := slices.Concat([]byte{1 << 3, 6}, bytesOf(8, 3, 0), bytesOf(9, 10, 1), bytesOf(10, 1, 0))
	group := slices.Concat(bytesOf(1, plain...), bytesOf(2, dense...), bytesOf(3, way...), bytesOf(4, relation...))
	return append(bytesOf(1, texts...), bytesOf(2, group...)...)
}

func TestBlock(t *testing.T) {
	t.Parallel()
	var got []string
	var d blockDecoder
	holds, err := d.block(block(), visitor{
		node: func(id int64, at location, t tags) error {
			got = append(got, fmt.Sprint("n", id, at, t))
			return nil
		},
		way: func(id int64, nodes []int64, t tags) error {
			got = append(got, fmt.Sprint("w", id, nodes, t))
			return nil
		},
		relation: func(id int64, members []member, t tags) error {
			got = append(got, fmt.Sprint("r", id, members, t))
			return nil
		},
	})
	want := []string{
		"n7 {3 2} [{amenity bench}]", "n1 {15 10} [{amenity bench}]", "n3 {14 11} []",
		"w5 [1 3 1] [{amenity bench}]", "r6 [{5 1 outer} {4 0 }] []",
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil || holds != holdsNodes|holdsWays|holdsRelations {
		t.Error(diff, err, holds)
	}
}

// The fuzzer changes the inside of a block, past the frames and the checksum
// of the compression.
func FuzzPBFBlock(f *testing.F) {
	f.Add(block())
	f.Fuzz(func(t *testing.T, message []byte) {
		var d blockDecoder
		_, _ = d.block(message, visitor{
			node:     func(int64, location, tags) error { return nil },
			way:      func(int64, []int64, tags) error { return nil },
			relation: func(int64, []member, tags) error { return nil },
		})
	})
}

func FuzzOpenPBF(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x02\x0a\x00"))
	f.Add([]byte("\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x00\x00\x00\x00\x0b\x0a\x07OSMData\x18\x02\x0a\x00"))
	f.Fuzz(func(t *testing.T, file []byte) { checkRead(t, file) })
}

// checkRead makes sure that whatever is read, the figures of the report are
// those of what was handed over and every area is one.
func checkRead(t *testing.T, file []byte) {
	t.Helper()
	var g gathered
	report, err := Read(context.Background(), bytes.NewReader(file), int64(len(file)), &g, nil)
	if err != nil {
		return
	}
	if report.Buildings != len(g.buildings) || report.Facilities != len(g.facilities) || report.Services != len(g.services) ||
		report.Basemap != len(g.basemap) || report.Boundaries != len(g.boundaries) {
		t.Fatalf("report %+v of other figures than were handed over", report)
	}
	for _, b := range g.buildings {
		if len(b.Geom) == 0 || !strings.ContainsAny(b.Ref[:1], "wr") {
			t.Fatalf("building %+v", b)
		}
	}
	for _, r := range report.Refused {
		if r.Count != len(r.Refs) || r.Count == 0 {
			t.Fatalf("refusal %+v", r)
		}
	}
}

func TestPlacesAndIDs(t *testing.T) {
	t.Parallel()
	var p placeIndex
	for round := range int64(50) {
		p.need([]int64{-round, round * 1_000_000_007, round})
	}
	p.settle()
	for _, id := range p.ids {
		p.put(id, location{int32(id % 1000), 1})
	}
	p.put(3, location{9, 9})           // the first position stays
	p.put(123_456_789, location{1, 1}) // nobody needs it
	if p.look(3) != (location{3, 1}) || p.look(-7) != (location{-7, 1}) || p.look(123_456_789) != nowhere {
		t.Error("positions are not those that were put")
	}
	s := idSet{}
	for _, id := range []int64{0, 1, -1, 4096, -4096, 1 << 40} {
		if s.has(id) || !s.add(id) || s.add(id) || !s.has(id) {
			t.Errorf("id %d", id)
		}
	}
}
