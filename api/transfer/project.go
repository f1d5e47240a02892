package transfer

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"onemap/api/fault"
	"onemap/api/transfer/table"
	"onemap/geo/crs"
	"onemap/geo/ewkb"
)

// projection turns a file's coordinates into WGS84: the datums of geo/crs by
// ourselves, any other system by PostGIS in batches, through PROJ.
type projection struct {
	pool    *pgxpool.Pool
	name    crs.Name // "" when PostGIS does it
	from    string   // what PROJ is told: EPSG:2056, or WKT
	epsg    int
	swapped bool
	label   string
	sure    bool // somebody said it: the mapping or the file
}

// projectionOf finds the system a mapping names, else the file's, else WGS84.
func projectionOf(ctx context.Context, pool *pgxpool.Pool, said string, file table.CRS) (projection, error) {
	p := projection{pool: pool, sure: true}
	said = strings.TrimSpace(said)
	if rest, ok := strings.CutPrefix(said, "swapped:"); ok {
		p.swapped, said = true, rest
	}
	switch {
	case said == "" && file.EPSG != 0:
		said = fmt.Sprintf("EPSG:%d", file.EPSG)
	case said == "" && file.WKT != "":
		said = file.WKT
	case said == "":
		p.sure, said = p.swapped, string(crs.NameWGS84)
	}
	if name, err := crs.ParseName(said); err == nil {
		p.name, p.label = name, string(name)
		p.epsg = map[crs.Name]int{crs.NameWGS84: 4326, crs.NameCGCS2000: 4490, crs.NameWebMercator: 3857}[name]
		return p, nil
	}
	p.from, p.label = said, said
	if n, ok := strings.CutPrefix(strings.ToUpper(said), "EPSG:"); ok {
		var err error
		if p.epsg, err = strconv.Atoi(n); err != nil {
			return p, unknownCRS(said)
		}
		p.from = "EPSG:" + n
	} else if i := strings.Index(said, `"`); i >= 0 && strings.Contains(said, "[") {
		p.label, _, _ = strings.Cut(said[i+1:], `"`)
	} else {
		return p, unknownCRS(said) // neither a code nor WKT
	}
	// PROJ may be unable to turn this place, but then it has understood the system.
	var x float64
	err := pool.QueryRow(ctx, "SELECT ST_X(ST_Transform(ST_SetSRID(ST_MakePoint(8.5, 47.4), 4326), 'EPSG:4326', $1::text))", p.from).Scan(&x)
	if err != nil && strings.Contains(err.Error(), "could not") {
		return p, unknownCRS(p.label)
	}
	return p, nil
}

func unknownCRS(said string) error {
	var f fault.Fields
	f.Add("crs", said, "%q is no coordinate system known here; use wgs84, cgcs2000, gcj02, bd09, EPSG:n or WKT", said)
	return f.Err("import.crs")
}

// points gives places for pairs; a reason where a pair is none.
func (p projection) points(ctx context.Context, given []orb.Point) ([]orb.Point, []string, error) {
	out, why := make([]orb.Point, len(given)), make([]string, len(given))
	if p.swapped {
		turned := make([]orb.Point, len(given))
		for i, g := range given {
			turned[i] = orb.Point{g[1], g[0]}
		}
		given = turned
	}
	if p.name != "" {
		for i, g := range given {
			at, err := p.name.WGS84(g[0], g[1])
			if err != nil {
				why[i] = err.Error()
				continue
			}
			out[i] = at.Point()
		}
		return out, why, nil
	}
	return out, why, p.ask(ctx, given, out, why)
}

// ask lets PostGIS turn a batch of points.
func (p projection) ask(ctx context.Context, given, out []orb.Point, why []string) error {
	return p.halving(ctx, 0, len(given), why, func(from, to int) error {
		turned, err := p.transform(ctx, orb.MultiPoint(given[from:to]))
		if err != nil {
			return err
		}
		for i, at := range turned.(orb.MultiPoint) {
			if !(math.Abs(at[0]) <= 180 && math.Abs(at[1]) <= 90) { // also what is no number
				why[from+i] = "lies outside the area of " + p.label
				continue
			}
			out[from+i] = at
		}
		return nil
	})
}

// halving turns a batch in one call, since PROJ takes milliseconds to be made
// ready, and halves it where one of it cannot be turned.
func (p projection) halving(ctx context.Context, from, to int, why []string, turn func(from, to int) error) error {
	if from == to {
		return nil
	}
	err := turn(from, to)
	if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "transform") {
		return err
	}
	if to-from == 1 {
		why[from] = "lies outside the area of " + p.label
		return nil
	}
	half := (from + to) / 2
	if err := p.halving(ctx, from, half, why, turn); err != nil {
		return err
	}
	return p.halving(ctx, half, to, why, turn)
}

func (p projection) transform(ctx context.Context, g orb.Geometry) (out orb.Geometry, err error) {
	raw, err := ewkb.Marshal(g, 0)
	if err != nil {
		return nil, err
	}
	err = p.pool.QueryRow(ctx, "SELECT ST_Transform(ST_GeomFromEWKB($1::bytea), $2::text, 4326)", raw, p.from).Scan(&out)
	return out, err
}

// geometries turns shapes; a reason where one cannot be turned.
func (p projection) geometries(ctx context.Context, given []orb.Geometry) ([]orb.Geometry, []string, error) {
	out, why := make([]orb.Geometry, len(given)), make([]string, len(given))
	if p.swapped {
		turned := make([]orb.Geometry, len(given))
		for i, g := range given {
			turned[i] = flipped(g)
		}
		given = turned
	}
	if p.name != "" {
		for i, g := range given {
			turned, err := p.name.Geometry(g)
			if err != nil {
				why[i] = err.Error()
			}
			out[i] = turned
		}
		return out, why, nil
	}
	return out, why, p.askShapes(ctx, given, out, why)
}

func (p projection) askShapes(ctx context.Context, given, out []orb.Geometry, why []string) error {
	return p.halving(ctx, 0, len(given), why, func(from, to int) error {
		turned, err := p.transform(ctx, orb.Collection(given[from:to]))
		if err == nil {
			copy(out[from:to], turned.(orb.Collection))
		}
		return err
	})
}

// flipped exchanges the coordinates of polygons.
func flipped(g orb.Geometry) orb.Geometry {
	turn := func(p orb.Polygon) orb.Polygon {
		out := make(orb.Polygon, len(p))
		for i, r := range p {
			out[i] = make(orb.Ring, len(r))
			for j, v := range r {
				out[i][j] = orb.Point{v[1], v[0]}
			}
		}
		return out
	}
	switch g := g.(type) {
	case orb.Polygon:
		return turn(g)
	case orb.MultiPolygon:
		out := make(orb.MultiPolygon, len(g))
		for i, p := range g {
			out[i] = turn(p)
		}
		return out
	}
	return g
}
