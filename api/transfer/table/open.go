package table

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Formats are what Open reads and Create writes.
var Formats = []string{"csv", "xlsx", "geojson", "gpkg", "shp"}

// Open looks into a file and makes it ready to be read. What cannot be read at
// all is an Invalid fault that says what to do instead.
func Open(path string, o Options) (*File, error) {
	format, err := formatOf(path, o.Format)
	if err != nil {
		return nil, err
	}
	var f *File
	switch format {
	case "csv":
		f, err = openText(path, o)
	case "xlsx":
		f, err = openXLSX(path, o)
	case "geojson":
		f, err = openGeoJSON(path, o)
	case "gpkg":
		f, err = openGeoPackage(path, o)
	case "shp":
		f, err = openShapefile(path, o)
	}
	if err != nil {
		return nil, err
	}
	f.format = format
	return f, nil
}

// formatOf believes what the caller says, then what the file begins with, and
// only then its name: people rename files.
func formatOf(path, said string) (string, error) {
	head, err := head(path, 8<<10)
	if err != nil {
		return "", err
	}
	if len(head) == 0 {
		return "", refused("The file is empty.")
	}
	ext := strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
	found, err := sniff(head, ext)
	if err != nil {
		return "", err
	}
	said = strings.TrimPrefix(strings.ToLower(said), ".")
	switch said {
	case "txt", "tsv", "tab":
		said = "csv"
	case "json", "geojsonl", "ndjson":
		said = "geojson"
	case "zip":
		said = ""
	}
	if said == "" {
		return found, nil
	}
	if !slices.Contains(Formats, said) {
		return "", refused("There is no format %q; it is one of %s.", said, strings.Join(Formats, ", "))
	}
	if said != found && (said != "csv" || found != "geojson") {
		return "", refused("The file was given as %s, but what it holds is %s.", said, found)
	}
	return said, nil
}

// sniff says what a file is by its first bytes and, where they leave it open, its extension.
func sniff(head []byte, ext string) (string, error) {
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		if ext == "xlsx" || ext == "xlsm" || bytes.Contains(head, []byte("[Content_Types].xml")) || bytes.Contains(head, []byte("xl/")) {
			return "xlsx", nil
		}
		return "shp", nil // an archive; the reader says what is missing from it
	case bytes.HasPrefix(head, []byte("SQLite format 3\x00")):
		return "gpkg", nil
	case bytes.HasPrefix(head, []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}):
		return "", refused("This is an old Excel workbook (.xls), or one with a password. Open it in Excel or WPS and save it as .xlsx without a password.")
	case bytes.HasPrefix(head, []byte{0, 0, 0x27, 0x0a}):
		return "shp", nil
	case bytes.HasPrefix(head, []byte("%PDF")):
		return "", refused("This is a PDF, which has no rows. Ask for the table itself as .xlsx or .csv.")
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}), bytes.HasPrefix(head, []byte("Rar!")), bytes.HasPrefix(head, []byte("7z\xbc\xaf")):
		return "", refused("This is a packed archive. Unpack it and give the file inside.")
	}
	text, binary := looksLikeText(head)
	if binary {
		return "", refused("This is not a text file: it holds bytes no text has.")
	}
	trimmed := strings.TrimLeft(text, "\ufeff \t\r\n\x1e")
	lower := strings.ToLower(trimmed)
	switch {
	case strings.HasPrefix(lower, "<html"), strings.HasPrefix(lower, "<!doctype"), strings.HasPrefix(lower, "<table"), strings.HasPrefix(lower, "<?xml"), strings.HasPrefix(lower, "<meta"):
		return "", refused("This is a web page or XML that was saved under another name. Open it in Excel or WPS and save it as .xlsx.")
	case strings.HasPrefix(trimmed, "{"), strings.HasPrefix(trimmed, "["), ext == "geojson", ext == "json":
		return "geojson", nil
	case ext == "dbf", ext == "shx", ext == "prj", ext == "cpg":
		return "", refused("This is one part of a shapefile. Give the .shp, or a zip of all its parts.")
	}
	return "csv", nil
}

// head is the beginning of a file.
func head(path string, most int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	buf := make([]byte, most)
	n, err := io.ReadFull(f, buf)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return buf[:n], nil
}
