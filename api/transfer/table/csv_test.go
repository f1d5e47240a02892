package table_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"onemap/api/transfer/table"
)

// file writes a file of a test's own.
func file(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, path string, o table.Options) *table.File {
	t.Helper()
	f, err := table.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// all reads to the end.
func all(t testing.TB, f *table.File) (rows []table.Row, bad []*table.RowError) {
	t.Helper()
	for {
		row, err := f.Next()
		var r *table.RowError
		switch {
		case errors.Is(err, io.EOF):
			return rows, bad
		case errors.As(err, &r):
			bad = append(bad, r)
		case err != nil:
			t.Fatal(err)
		default:
			rows = append(rows, row)
		}
	}
}

func gb(t testing.TB, s string) string {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTextIsReadInEachEncodingAndDelimiter(t *testing.T) {
	t.Parallel()
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("姓名\t电话\r\n王小明\t13800000001\r\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, content, encoding string }{
		{"comma", "姓名,电话\n王小明,13800000001\n", "UTF-8"},
		{"mark", "\ufeff姓名,电话\r\n王小明,13800000001", "UTF-8"},
		{"semicolon", "姓名;电话\n\"王小明\";\"13800000001\t\"\n", "UTF-8"},
		{"gb", gb(t, "姓名,电话\n王小明,13800000001\n"), "GB18030"},
		{"gb bar", gb(t, "姓名|电话\n王小明|=\"13800000001\"\n"), "GB18030"},
		{"utf-16", utf16, "UTF-16LE"},
		{"old mac", "姓名,电话\r王小明,13800000001\r", "UTF-8"},
		{"title", "青禾社区人口台账,\n\n姓名,电话\n王小明,13800000001\n", "UTF-8"},
	} {
		f := open(t, file(t, "people.csv", c.content), table.Options{})
		rows, bad := all(t, f)
		if f.Encoding() != c.encoding || strings.Join(f.Columns(), " ") != "姓名 电话" {
			t.Errorf("%s: %s %q", c.name, f.Encoding(), f.Columns())
		}
		if len(rows) != 1 || len(bad) != 0 || strings.Join(rows[0].Values, " ") != "王小明 13800000001" {
			t.Errorf("%s: rows %v, bad %v", c.name, rows, bad)
		}
	}
}
