package table

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
)

// geoPackageSink writes a GeoPackage of one layer (OGC 12-128r19), without a
// spatial index, which readers make themselves.
type geoPackageSink struct {
	db     *sql.DB
	tx     *sql.Tx
	insert *sql.Stmt
	o      WriteOptions
	bound  orb.Bound
	any    bool
}

const gpkgSchema = `CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name), CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name), CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
INSERT INTO gpkg_spatial_ref_sys (srs_name, srs_id, organization, organization_coordsys_id, definition) VALUES
('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined'), ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined');`

// The metadata extension (OGC 12-128r19, F.8): what is said of the whole file.
const gpkgMetadata = `CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_metadata (id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER, timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), md_file_id INTEGER NOT NULL, md_parent_id INTEGER, CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id), CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
INSERT INTO gpkg_extensions (table_name, extension_name, definition, scope) VALUES
('gpkg_metadata', 'gpkg_metadata', 'http://www.geopackage.org/spec121/#extension_metadata', 'read-write'),
('gpkg_metadata_reference', 'gpkg_metadata', 'http://www.geopackage.org/spec121/#extension_metadata', 'read-write');
INSERT INTO gpkg_metadata (id, md_standard_uri, mime_type, metadata) VALUES (1, 'http://purl.org/dc/terms/identifier', 'text/plain', '');
INSERT INTO gpkg_metadata_reference (reference_scope, md_file_id) VALUES ('geopackage', 1)`

func createGeoPackage(path string, o WriteOptions) (sink, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	place := url.URL{Scheme: "file", Path: whole, RawQuery: "_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)"}
	db, err := sql.Open("sqlite", place.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	s := &geoPackageSink{db: db, o: o}
	if err := s.begin(context.Background()); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

func (s *geoPackageSink) begin(ctx context.Context) error {
	// 0x47504B47 is "GPKG", 10300 the version 1.3.
	if _, err := s.db.ExecContext(ctx, "PRAGMA application_id = 1196444487; PRAGMA user_version = 10300; PRAGMA encoding = 'UTF-8'"); err != nil {
		return err
	}
	var err error
	if s.tx, err = s.db.BeginTx(ctx, nil); err != nil {
		return err
	}
	if _, err := s.tx.ExecContext(ctx, gpkgSchema); err != nil {
		return err
	}
	if s.o.Number != "" {
		if _, err := s.tx.ExecContext(ctx, gpkgMetadata); err != nil {
			return err
		}
		if _, err := s.tx.ExecContext(ctx, "UPDATE gpkg_metadata SET metadata = ?", s.o.Notice); err != nil {
			return err
		}
	}
	for _, epsg := range []int{4326, s.o.EPSG} {
		definition := wktOf(epsg)
		if definition == "" {
			definition = "undefined"
		}
		name := crsFromWKT(definition).Name
		if name == "" {
			name = fmt.Sprintf("EPSG:%d", epsg)
		}
		if _, err := s.tx.ExecContext(ctx, `INSERT OR IGNORE INTO gpkg_spatial_ref_sys (srs_name, srs_id, organization, organization_coordsys_id, definition) VALUES (?, ?, 'EPSG', ?, ?)`, name, epsg, epsg, definition); err != nil {
			return err
		}
	}
	return s.layer(ctx)
}

// layer makes the table of the rows.
func (s *geoPackageSink) layer(ctx context.Context) error {
	taken := make(map[string]bool)
	for _, c := range s.o.Columns {
		taken[strings.ToLower(c.Name)] = true
	}
	free := func(name string) string {
		for taken[name] {
			name = "_" + name
		}
		taken[name] = true
		return name
	}
	table := quoteName(s.o.Layer)
	columns := []string{quoteName(free("fid")) + " INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"}
	var names, marks []string
	kind, what := geometryTypes[s.o.Geometry], "attributes"
	if kind != "" {
		geom := free("geom")
		what = "features"
		columns = append(columns, quoteName(geom)+" "+kind)
		names, marks = append(names, quoteName(geom)), append(marks, "?")
		if _, err := s.tx.ExecContext(ctx, `INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, ?, ?, ?)`, s.o.Layer, what, s.o.Layer, s.o.EPSG); err != nil {
			return err
		}
		if _, err := s.tx.ExecContext(ctx, `INSERT INTO gpkg_geometry_columns (table_name, column_name, geometry_type_name, srs_id, z, m) VALUES (?, ?, ?, ?, 0, 0)`, s.o.Layer, geom, kind, s.o.EPSG); err != nil {
			return err
		}
	} else if _, err := s.tx.ExecContext(ctx, `INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, ?, ?)`, s.o.Layer, what, s.o.Layer); err != nil {
		return err
	}
	for _, c := range s.o.Columns {
		columns = append(columns, quoteName(c.Name)+" "+sqliteType(c.Type))
		names, marks = append(names, quoteName(c.Name)), append(marks, "?")
	}
	if _, err := s.tx.ExecContext(ctx, "CREATE TABLE "+table+" ("+strings.Join(columns, ", ")+")"); err != nil {
		return err
	}
	var err error
	s.insert, err = s.tx.PrepareContext(ctx, "INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(marks, ", ")+")") //nolint:sqlclosecheck // in close
	return err
}

var geometryTypes = map[string]string{"point": "POINT", "polygon": "POLYGON", "multipolygon": "MULTIPOLYGON", "line": "GEOMETRY"}

func sqliteType(kind string) string {
	switch kind {
	case "int":
		return "INTEGER"
	case "float":
		return "REAL"
	case "date":
		return "DATE"
	case "time":
		return "DATETIME"
	case "bool":
		return "BOOLEAN"
	}
	return "TEXT"
}

func (s *geoPackageSink) write(values []any, geom orb.Geometry) error {
	args := make([]any, 0, len(values)+1)
	if s.o.Geometry != "none" {
		blob, err := s.blob(geom)
		if err != nil {
			return err
		}
		args = append(args, blob)
	}
	for i, v := range values {
		v = settled(v)
		if at, ok := v.(time.Time); ok {
			v = at.UTC().Format("2006-01-02T15:04:05.000Z")
			if s.o.Columns[i].Type == "date" {
				v = at.Format(time.DateOnly)
			}
		}
		args = append(args, v)
	}
	_, err := s.insert.ExecContext(context.Background(), args...)
	return err
}

// blob is the geometry as GeoPackage stores it, with an envelope unless it is a point.
func (s *geoPackageSink) blob(geom orb.Geometry) (any, error) {
	geom, err := fit(geom, s.o.Geometry)
	if geom == nil || err != nil {
		return nil, err
	}
	bound := geom.Bound()
	if !s.any {
		s.any, s.bound = true, bound
	}
	s.bound = s.bound.Union(bound)
	b := []byte{'G', 'P', 0, 1}
	_, point := geom.(orb.Point)
	if !point {
		b[3] = 1 | 1<<1
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(int32(s.o.EPSG))) // a code has six digits
	if !point {
		for _, x := range []float64{bound.Min[0], bound.Max[0], bound.Min[1], bound.Max[1]} {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
	}
	body, err := wkb.Marshal(geom, binary.LittleEndian)
	return append(b, body...), err
}

func (s *geoPackageSink) close() error {
	err := s.insert.Close()
	if s.any {
		_, e := s.tx.ExecContext(context.Background(), `UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?`, s.bound.Min[0], s.bound.Min[1], s.bound.Max[0], s.bound.Max[1])
		err = errors.Join(err, e)
	}
	return errors.Join(err, s.tx.Commit(), s.db.Close())
}
