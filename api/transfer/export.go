package transfer

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/person"
	"onemap/api/pg"
	"onemap/api/transfer/table"
	"onemap/api/vault"
	"onemap/geo/crs"
)

// ExportOptions say what goes out.
type ExportOptions struct {
	Format   string // csv xlsx geojson gpkg shp
	Region   string // only what lies under this code
	CRS      crs.Name
	Encoding string
	Scope    actor.Scope
	Purpose  string // what people are exported for
}

// export is how a kind is read.
type export struct {
	columns  []table.Column
	sql      string // gives the columns in order, then the geometry or NULL; %s is the condition
	geometry string
	scope    string // the column of the region code
}

func columnsNamed(list string) []table.Column {
	var out []table.Column
	for name := range strings.FieldsSeq(list) {
		name, kind, _ := strings.Cut(name, ":")
		out = append(out, table.Column{Name: name, Type: kind})
	}
	return out
}

// exports have the names of the import's fields, so that a file that went out
// comes in again.
var exports = map[string]export{
	"regions": {columnsNamed("code name name_en level"), "SELECT code, name, name_en, level, geom FROM region WHERE %s ORDER BY code", "multipolygon", "code"},
	"cells": {
		columnsNamed("code name net place"),
		"SELECT c.code, c.name, n.title, n.scope, c.geom FROM net_cell c JOIN net n ON n.id = c.net_id WHERE %s ORDER BY n.scope, n.name, c.code", "multipolygon", "n.scope",
	},
	"buildings": {
		columnsNamed("ref code name name_en use address levels:int levels_below:int height:float built_year:int structure grid_code"),
		"SELECT source_ref, code, name, name_en, use, address, levels, levels_below, height_m, built_year, structure, grid_code, geom FROM building WHERE %s ORDER BY id", "multipolygon", "scope_code",
	},
	"dwellings": {
		columnsNamed("ref building_code address unit storey code use tenure area:float realty_code grid_code"),
		`SELECT d.source_ref, b.code, b.address, u.code, t.label, d.code, d.use, d.tenure, d.area_m2, d.realty_code, d.grid_code, NULL::geometry
FROM dwelling d JOIN building b ON b.id = d.building_id LEFT JOIN building_unit u ON u.id = d.unit_id
LEFT JOIN building_storey t ON t.building_id = d.building_id AND t.ordinal = d.storey_from WHERE %s ORDER BY d.id`, "none", "d.scope_code",
	},
	"people": {
		columnsNamed("name id_masked phone_masked sex born_year:int kind lives_alone:bool head:bool address grid_code " + numberColumn),
		`SELECT ` + person.NameColumn + `, p.id_sealed, p.phone_sealed, p.sex, EXTRACT(YEAR FROM p.born_on)::int, p.kind, p.lives_alone, p.head, d.address, p.grid_code, @number::text, NULL::geometry
FROM person p LEFT JOIN dwelling d ON d.id = p.dwelling_id WHERE p.left_on IS NULL AND %s ORDER BY p.id`, "none", "p.scope_code",
	},
	"organisations": {
		columnsNamed("ref uscc name name_en kind industry phone employees:int address opened_on:date closed_on:date grid_code"),
		"SELECT source_ref, uscc, name, name_en, kind, industry, phone, employees, address, opened_on, closed_on, grid_code, point FROM organisation WHERE %s ORDER BY id", "point", "scope_code",
	},
	"facilities": {
		columnsNamed("ref code kind name name_en place owner maintainer purpose state installed_on:date department standard_code edition grid_code"),
		`SELECT f.source_ref, f.code, f.kind, f.name, f.name_en, f.place, f.owner, f.maintainer, f.purpose, f.state, f.installed_on, f.department_code, s.code, s.edition, f.grid_code, f.point
FROM facility f LEFT JOIN LATERAL (SELECT x.code, x.edition FROM facility_code x WHERE x.facility_id = f.id ORDER BY x.edition DESC LIMIT 1) s ON true WHERE %s ORDER BY f.id`, "point", "f.scope_code",
	},
	"services": {
		columnsNamed("ref code kind name name_en address hours capacity:int capacity_unit operator phone state grid_code"),
		"SELECT source_ref, code, kind, name, name_en, address, hours, capacity, capacity_unit, operator, phone, state, grid_code, point FROM service WHERE %s ORDER BY id", "point", "scope_code",
	},
	"cases": {
		columnsNamed("ref number category title state created_at:time grid_code"),
		"SELECT source_ref, number, category, title, state, created_at, grid_code, point FROM case_file WHERE %s ORDER BY id", "point", "scope_code",
	},
}

// numberColumn is in every row of people that go out: a row that was copied from
// the file still leads to who took it.
const numberColumn = "export_no"

// Exported is what went out, and the number by which the audit log knows it.
type Exported struct {
	Rows   int64
	Number string
}

// Export writes all objects of a kind that the scope sees into a file, row by
// row as the database gives them. Names and numbers of people are masked. That
// they went out, to whom and what for, is kept before anybody has the file, under
// a number that the file's properties name, and of people each row.
func (l *Loader) Export(ctx context.Context, kind, path string, o ExportOptions) (out Exported, err error) {
	x, ok := exports[kind]
	if !ok {
		return out, fault.Newf(fault.Invalid, "export.kind", "There is no kind %q; there are %s.", kind, strings.Join(kindNames(), ", "))
	}
	if kind == "people" || o.Purpose != "" {
		if o.Purpose, err = audit.Purpose(o.Purpose, "query.purpose"); err != nil {
			return out, err
		}
	}
	if kind == "people" && actor.From(ctx).Key {
		return out, fault.New(fault.Forbidden, "export.account", "People are exported by a person's account, not by a key.")
	}
	epsg, err := exportEPSG(o.CRS)
	if err != nil {
		return out, err
	}
	if out.Number, err = audit.NewNumber(rand.Reader); err != nil {
		return out, err
	}
	args := pgx.NamedArgs{}
	where := o.Scope.Where(x.scope, "", args) + " AND " + actor.Within(x.scope, o.Region, "region", args)
	write := table.WriteOptions{Columns: x.columns, Geometry: x.geometry, EPSG: epsg, Encoding: o.Encoding, Layer: kind, Number: out.Number, Notice: notice(kind, out.Number)}
	if kind == "people" {
		args["number"] = out.Number
	}
	w, err := table.Create(path, o.Format, write)
	if err != nil {
		return out, err
	}
	out.Rows, err = l.stream(ctx, w, kind, fmt.Sprintf(x.sql, where), args, o)
	if closing := w.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = l.keepExport(ctx, kind, out, o)
	}
	if err != nil {
		err = errors.Join(err, ignoreMissing(os.Remove(path)))
	}
	return out, err
}

// notice is what a file says of itself to whoever comes upon it.
func notice(kind, number string) string {
	text := "导出编号 " + number + "：何人、何时、为何导出，均有审计记录。Export " + number + ": who took it, when and what for is in the audit log."
	if kind == "people" {
		text += " 含个人信息，只可用于所申报的用途，用毕销毁。Personal data: for the declared purpose only, to be destroyed afterwards."
	}
	return text
}

// keepExport keeps that a file went out, before it does: of what kind, under which
// number, from which region.
func (l *Loader) keepExport(ctx context.Context, kind string, out Exported, o ExportOptions) error {
	if kind == "people" {
		if err := audit.Insist(ctx); err != nil {
			return err
		}
	}
	names := []string{"format"}
	if o.Region != "" {
		names = append(names, "region")
	}
	audit.Count(ctx, objectOf(kind), out.Rows, names...)
	audit.Note(ctx, audit.ExportObject, out.Number)
	if o.Region != "" && o.Scope.Holds(o.Region, "") { // elsewhere there was nothing to take
		audit.Note(ctx, "region", o.Region)
		audit.In(ctx, o.Region)
	}
	if o.Purpose != "" {
		audit.For(ctx, o.Purpose)
	}
	return audit.Settle(ctx)
}

// objectOf names one of a kind as the audit does.
func objectOf(kind string) string {
	switch kind {
	case "people":
		return "person"
	case "facilities":
		return "facility"
	}
	return strings.TrimSuffix(kind, "s")
}

func (l *Loader) stream(ctx context.Context, w *table.Writer, kind string, sql string, args pgx.NamedArgs, o ExportOptions) (n int64, err error) {
	if kind == "people" {
		err = vault.In(ctx, l.People.Pool, vault.Of(o.Scope, nil), func(tx pgx.Tx) error {
			n, err = l.rows(ctx, tx, w, kind, sql, args, o.CRS)
			return err
		})
		return n, err
	}
	return l.rows(ctx, l.Pool, w, kind, sql, args, o.CRS)
}

func (l *Loader) rows(ctx context.Context, q pg.Querier, w *table.Writer, kind, sql string, args pgx.NamedArgs, to crs.Name) (n int64, err error) {
	rows, err := q.Query(ctx, sql, args)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return n, err
		}
		last := len(values) - 1
		geom, _ := values[last].(orb.Geometry)
		values = values[:last]
		if kind == "people" {
			kept, _ := values[0].([]byte)
			name, err := l.People.NameOf(kept)
			if err != nil {
				return n, err
			}
			values[0] = person.MaskName(name)
			number, _ := values[1].([]byte)
			phone, _ := values[2].([]byte)
			if values[1], values[2], err = l.People.Masked(number, phone); err != nil {
				return n, err
			}
		}
		if p, ok := geom.(orb.Point); ok {
			geom = leaving(crs.FromPoint(p), to)
		} else if geom != nil && to != "" && to != crs.NameWGS84 && to != crs.NameCGCS2000 {
			geom = orbMapped(geom, func(p orb.Point) orb.Point { return leaving(crs.FromPoint(p), to) })
		}
		if err := w.Write(values, geom); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}

// leaving is a place in the datum in which it goes out.
func leaving(at crs.WGS84, to crs.Name) orb.Point {
	switch to {
	case crs.NameGCJ02:
		g := at.GCJ02()
		return orb.Point{g.Lon, g.Lat}
	case crs.NameBD09:
		b := at.BD09()
		return orb.Point{b.Lon, b.Lat}
	case crs.NameWebMercator:
		m := at.WebMercator()
		return orb.Point{m.X, m.Y}
	}
	return at.Point()
}

// orbMapped is a copy of polygons with every vertex turned.
func orbMapped(g orb.Geometry, turn func(orb.Point) orb.Point) orb.Geometry {
	shape, ok := g.(orb.MultiPolygon)
	if !ok {
		return g
	}
	shape = shape.Clone()
	for _, p := range shape {
		for _, r := range p {
			for i := range r {
				r[i] = turn(r[i])
			}
		}
	}
	return shape
}

func exportEPSG(to crs.Name) (int, error) {
	switch to {
	case "", crs.NameWGS84, crs.NameGCJ02, crs.NameBD09:
		return 4326, nil
	case crs.NameCGCS2000:
		return 4490, nil
	case crs.NameWebMercator:
		return 3857, nil
	}
	return 0, fault.Newf(fault.Invalid, "export.crs", "Files go out in wgs84, cgcs2000, gcj02, bd09 or epsg:3857, not in %q.", string(to))
}
