package osm

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Each object of each file is what osmium says it is, and those of one file in
// each way the formats can be written.
func TestDecodeAgainstOsmium(t *testing.T) {
	t.Parallel()
	for _, name := range samples {
		path := shared(t, name)
		want := opl(run(t, "osmium", "cat", path, "-f", "opl,add_metadata=false"))
		files := []string{path}
		if name == samples[0] {
			for form, option := range map[string]string{
				"plain.osm.pbf": "pbf,pbf_dense_nodes=false", "raw.osm.pbf": "pbf,pbf_compression=none", "text.osm": "osm",
			} {
				file := filepath.Join(t.TempDir(), form)
				run(t, "osmium", "cat", path, "-o", file, "-f", option)
				files = append(files, file)
			}
		}
		for _, file := range files {
			form := filepath.Base(file)
			got := walked(t, file)
			if len(got) != len(want) {
				t.Errorf("%s as %s: %d objects, osmium has %d", name, form, len(got), len(want))
			}
			for ref, line := range want {
				if got[ref] != unescaped(t, line) {
					t.Fatalf("%s as %s: %s is\n%s, osmium says\n%s", name, form, ref, got[ref], unescaped(t, line))
				}
			}
		}
	}
}

func TestRefuseOtherCompression(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "lz4.osm.pbf")
	run(t, "osmium", "cat", shared(t, samples[0]), "-o", file, "-f", "pbf,pbf_compression=lz4")
	_, err := ReadFile(t.Context(), file, &gathered{}, nil)
	if err == nil || !strings.Contains(err.Error(), "compressed with LZ4") {
		t.Error(err)
	}
	file = filepath.Join(t.TempDir(), "history.osh.pbf")
	run(t, "osmium", "cat", shared(t, samples[0]), "-o", file, "-f", "pbf,history=true")
	_, err = ReadFile(t.Context(), file, &gathered{}, nil)
	if err == nil || !strings.Contains(err.Error(), "history") {
		t.Error(err)
	}
}

// walked writes every object as osmium does, unescaped.
func walked(t *testing.T, path string) map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	src, err := open(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	list := func(t tags) string {
		var parts []string
		for _, x := range t {
			parts = append(parts, x.key+"="+x.value)
		}
		return "T" + strings.Join(parts, ",")
	}
	err = src.walk(visitor{
		node: func(id int64, at location, t tags) error {
			got[nodeRef(id)] = fmt.Sprintf("%s x%s y%s", list(t), degrees(at.lon()), degrees(at.lat()))
			return nil
		},
		way: func(id int64, nodes []int64, t tags) error {
			var parts []string
			for _, n := range nodes {
				parts = append(parts, nodeRef(n))
			}
			got[wayRef(id)] = list(t) + " N" + strings.Join(parts, ",")
			return nil
		},
		relation: func(id int64, members []member, t tags) error {
			var parts []string
			for _, m := range members {
				parts = append(parts, [...]string{"n", "w", "r"}[m.kind]+strconv.FormatInt(m.ref, 10)+"@"+m.role)
			}
			got[relationRef(id)] = list(t) + " M" + strings.Join(parts, ",")
			return nil
		},
	}, func(int64) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func degrees(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// unescaped undoes osmium's %20% for what would be in the way of its notation.
func unescaped(t *testing.T, line string) string {
	t.Helper()
	var s strings.Builder
	for i, part := range strings.Split(line, "%") {
		if i%2 == 0 {
			s.WriteString(part)
			continue
		}
		n, err := strconv.ParseInt(part, 16, 32)
		if err != nil {
			t.Fatal(line, err)
		}
		s.WriteRune(rune(n))
	}
	return s.String()
}

func BenchmarkReadLiechtenstein(b *testing.B) {
	path := shared(b, "liechtenstein-2015.osm.pbf")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadFile(b.Context(), path, nothing{}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

type nothing struct{}

func (nothing) Building(Building) error { return nil }
func (nothing) Facility(Facility) error { return nil }
func (nothing) Service(Service) error   { return nil }
func (nothing) Basemap(Basemap) error   { return nil }
func (nothing) Boundary(Boundary) error { return nil }
