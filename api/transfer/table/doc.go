// Package table reads any file a city hands over as rows, and writes rows as
// any file a city asks for: CSV, XLSX, GeoJSON, GeoPackage and Shapefile.
//
// The journey of a row: Open looks into the file and says what it is (format,
// encoding, layers, columns, coordinate system, and what is odd about the
// header) -> Next gives one row after the other, each with the line a person
// finds it at -> a row that cannot be read is a *RowError with its line and the
// reason, and reading goes on behind it -> io.EOF. The way back: Create, Write,
// Close. Nothing is held but the row at hand, so a file may be of any length.
//
// The package knows nothing of fields, kinds or databases. Values are text as
// the file shows it: dates ISO 8601, numbers with a point, an absent value "".
// Coordinates stay as the file has them (x, y or lon, lat); to which system
// they belong is said by CRS and converted by the caller.
package table
