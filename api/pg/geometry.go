package pg

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"

	"onemap/geo/ewkb"
)

// srid is the storage CRS: WGS84, lon before lat.
const srid = 4326

// registerTypes teaches a connection the types that are ours to carry.
func registerTypes(ctx context.Context, conn *pgx.Conn) error {
	registerID(conn)
	return registerGeometry(ctx, conn)
}

// registerGeometry teaches a connection the geometry type, whose OID differs
// from database to database.
func registerGeometry(ctx context.Context, conn *pgx.Conn) error {
	var oid uint32
	if err := conn.QueryRow(ctx, "SELECT 'geometry'::regtype::oid").Scan(&oid); err != nil {
		return fmt.Errorf("geometry type: %w", err)
	}
	conn.TypeMap().RegisterType(&pgtype.Type{Name: "geometry", OID: oid, Codec: geometryCodec{}})
	return nil
}

// geometryCodec carries orb and go-geom geometries as EWKB, in binary.
// orb values are WGS84 and get SRID 4326; go-geom values keep their own.
type geometryCodec struct{}

func (geometryCodec) FormatSupported(format int16) bool { return format == pgtype.BinaryFormatCode }
func (geometryCodec) PreferredFormat() int16            { return pgtype.BinaryFormatCode }

func (geometryCodec) PlanEncode(_ *pgtype.Map, _ uint32, _ int16, value any) pgtype.EncodePlan {
	switch value.(type) {
	case geom.T:
		return encodeGeom{}
	case orb.Geometry:
		return encodeOrb{}
	}
	return nil
}

type encodeOrb struct{}

func (encodeOrb) Encode(value any, buf []byte) ([]byte, error) {
	b, err := ewkb.Marshal(value.(orb.Geometry), srid)
	if err != nil {
		return nil, err
	}
	return append(buf, b...), nil
}

type encodeGeom struct{}

func (encodeGeom) Encode(value any, buf []byte) ([]byte, error) {
	b, err := ewkb.MarshalGeom(value.(geom.T))
	if err != nil {
		return nil, err
	}
	return append(buf, b...), nil
}

func (geometryCodec) PlanScan(_ *pgtype.Map, _ uint32, format int16, target any) pgtype.ScanPlan {
	if format != pgtype.BinaryFormatCode {
		return nil
	}
	switch target.(type) {
	case *orb.Geometry, *orb.Point, *orb.MultiPolygon, *orb.Polygon, *geom.T:
		return scanGeometry{}
	}
	return nil
}

type scanGeometry struct{}

func (scanGeometry) Scan(src []byte, target any) error {
	if t, ok := target.(*geom.T); ok {
		*t = nil
		if src == nil {
			return nil
		}
		g, err := ewkb.UnmarshalGeom(src)
		*t = g
		return err
	}
	if src == nil {
		if t, ok := target.(*orb.Geometry); ok {
			*t = nil
			return nil
		}
		return fmt.Errorf("cannot scan NULL into %T", target)
	}
	g, _, err := ewkb.Unmarshal(src)
	if err != nil {
		return err
	}
	return assign(g, target)
}

func assign(g orb.Geometry, target any) error {
	ok := true
	switch t := target.(type) {
	case *orb.Geometry:
		*t = g
	case *orb.Point:
		*t, ok = g.(orb.Point)
	case *orb.Polygon:
		*t, ok = g.(orb.Polygon)
	case *orb.MultiPolygon:
		*t, ok = g.(orb.MultiPolygon)
	}
	if !ok {
		return fmt.Errorf("cannot scan a %s into %T", g.GeoJSONType(), target)
	}
	return nil
}

func (geometryCodec) DecodeDatabaseSQLValue(_ *pgtype.Map, _ uint32, _ int16, src []byte) (driver.Value, error) {
	return src, nil
}

func (geometryCodec) DecodeValue(_ *pgtype.Map, _ uint32, _ int16, src []byte) (any, error) {
	if src == nil {
		return nil, nil
	}
	g, _, err := ewkb.Unmarshal(src)
	return g, err
}
