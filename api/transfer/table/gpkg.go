package table

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	_ "modernc.org/sqlite" // the driver of GeoPackage files
)

// geoPackage reads a layer of a GeoPackage row by row.
type geoPackage struct {
	db     *sql.DB
	rows   *sql.Rows
	kinds  []string // declared types of the columns, upper case; "" for one left out
	geom   int      // -1 for a table without geometry
	number int64
}

// openGeoPackage opens the database read-only, without trust in the views and
// triggers it brings along.
func openGeoPackage(path string, o Options) (*File, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	place := url.URL{Scheme: "file", Path: whole, RawQuery: "mode=ro&immutable=1&_pragma=trusted_schema(0)&_pragma=query_only(1)"}
	db, err := sql.Open("sqlite", place.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	g := &geoPackage{db: db, geom: -1}
	file, err := g.open(context.Background(), o)
	if err != nil {
		g.close()
		return nil, err
	}
	return file, nil
}

func (g *geoPackage) open(ctx context.Context, o Options) (*File, error) {
	file := &File{source: g}
	file.encoding = utf8Name
	rows, err := g.db.QueryContext(ctx, `SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes') ORDER BY data_type DESC, rowid`)
	if err != nil {
		return nil, refused("This is a SQLite database, but not a GeoPackage (%v).", err)
	}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			rows.Close()
			return nil, err
		}
		file.layers = append(file.layers, name)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return nil, refused("The GeoPackage is damaged (%v).", err)
	}
	switch {
	case len(file.layers) == 0:
		return nil, refused("The GeoPackage has no layer of features.")
	case o.Layer == "":
		file.layer = file.layers[0]
		if len(file.layers) > 1 {
			file.problems = append(file.problems, Problem{Message: fmt.Sprintf("the file has %d layers; the first, %s, is read", len(file.layers), file.layer)})
		}
	case !slices.Contains(file.layers, o.Layer):
		return nil, refused("The GeoPackage has no layer %q; it has %s.", o.Layer, strings.Join(file.layers, ", "))
	default:
		file.layer = o.Layer
	}
	geometry, err := g.system(ctx, file)
	if err != nil {
		return nil, err
	}
	return file, g.query(ctx, file, geometry)
}

// system finds the layer's geometry column and its coordinate system.
func (g *geoPackage) system(ctx context.Context, file *File) (column string, err error) {
	var kind, name, organisation, definition string
	var code int
	err = g.db.QueryRowContext(ctx, `SELECT c.column_name, UPPER(c.geometry_type_name), COALESCE(s.srs_name, ''), COALESCE(s.organization, ''), COALESCE(s.organization_coordsys_id, 0), COALESCE(s.definition, '')
FROM gpkg_geometry_columns c LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = c.srs_id WHERE c.table_name = ?`, file.layer).
		Scan(&column, &kind, &name, &organisation, &code, &definition)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", refused("The GeoPackage is damaged (%v).", err)
	}
	if code > 0 {
		file.crs = CRS{WKT: definition, Name: name}
		if strings.EqualFold(organisation, "EPSG") {
			file.crs.EPSG = code
		} else if file.crs = crsFromWKT(definition); file.crs.Name == "" {
			file.crs.Name = name
		}
	}
	switch kind = strings.TrimPrefix(kind, "MULTI"); kind {
	case "POINT", "POLYGON":
		file.geometry = strings.ToLower(kind)
	case "LINESTRING":
		file.geometry = "line"
	default:
		file.geometry = "mixed"
	}
	return column, nil
}

// query begins to read the layer.
func (g *geoPackage) query(ctx context.Context, file *File, geometry string) error {
	table := quoteName(file.layer)
	if err := g.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+table).Scan(&file.size); err != nil {
		return refused("The layer %s cannot be read (%v).", file.layer, err)
	}
	columns, err := g.db.QueryContext(ctx, `SELECT name, UPPER(type) FROM pragma_table_info(?)`, file.layer)
	if err != nil {
		return err
	}
	defer columns.Close()
	var list []string
	for columns.Next() {
		var name, kind string
		if err := columns.Scan(&name, &kind); err != nil {
			return err
		}
		low := strings.ToLower(name)
		switch {
		case strings.EqualFold(name, geometry):
			g.geom = len(list)
			g.kinds = append(g.kinds, "")
		case low == "fid" || low == "ogc_fid":
			continue // the file's own row number
		case strings.HasPrefix(kind, "BLOB"):
			file.problems = append(file.problems, Problem{Column: name, Message: "the column " + name + " is binary and is left out"})
			continue
		default:
			file.columns = append(file.columns, name)
			g.kinds = append(g.kinds, kind+" ")
		}
		list = append(list, quoteName(name))
	}
	if err := columns.Err(); err != nil {
		return err
	}
	if len(list) == 0 {
		return refused("The layer %s has no columns.", file.layer)
	}
	g.rows, err = g.db.QueryContext(ctx, "SELECT "+strings.Join(list, ", ")+" FROM "+table) //nolint:rowserrcheck // in next and close
	if err != nil {
		return refused("The layer %s cannot be read (%v).", file.layer, err)
	}
	return nil
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (g *geoPackage) next() (Row, error) {
	if !g.rows.Next() {
		if err := g.rows.Err(); err != nil {
			return Row{}, refused("The GeoPackage is damaged behind row %d (%v).", g.number, err)
		}
		return Row{}, io.EOF
	}
	g.number++
	raw, to := make([]any, len(g.kinds)), make([]any, len(g.kinds))
	for i := range raw {
		to[i] = &raw[i]
	}
	if err := g.rows.Scan(to...); err != nil {
		return Row{}, err
	}
	row := Row{Line: g.number, Values: make([]string, 0, len(raw))}
	for i, v := range raw {
		if i == g.geom {
			blob, _ := v.([]byte)
			if v == nil {
				continue
			}
			var err error
			if row.Geom, err = blobGeometry(blob); err != nil {
				return Row{}, &RowError{g.number, err.Error()}
			}
			continue
		}
		text, ok := stored(v, strings.TrimSpace(g.kinds[i]))
		if !ok {
			return Row{}, &RowError{g.number, "a value is binary or not in UTF-8"}
		}
		row.Values = append(row.Values, text)
	}
	return row, nil
}

// stored is a value of SQLite as text; a column's declared type binds nobody there.
func stored(v any, kind string) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case int64:
		if kind == "BOOLEAN" && (v == 0 || v == 1) {
			return strconv.FormatBool(v == 1), true
		}
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	case string:
		return v, utf8.ValidString(v)
	case time.Time:
		if kind == "DATE" {
			return v.Format(time.DateOnly), true
		}
		return v.Format(time.RFC3339Nano), true
	}
	return "", false
}

func (g *geoPackage) read() int64 { return g.number }

func (g *geoPackage) close() error {
	if g.rows != nil {
		g.rows.Close()
	}
	return g.db.Close()
}
