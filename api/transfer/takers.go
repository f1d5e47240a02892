package transfer

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/address"
	"onemap/api/building"
	"onemap/api/facility"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/organisation"
	"onemap/api/pg"
	"onemap/api/plate"
	"onemap/api/service"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// taker gives the taker of a kind; those that need the buildings load them.
func (l *Loader) taker(ctx context.Context, kind string) (taker, error) {
	switch kind {
	case "buildings":
		return l.buildings(), nil
	case "dwellings", "people", "organisations":
		houses, err := l.Buildings.LoadResolver(ctx)
		if err != nil {
			return nil, err
		}
		of := map[string]func(*homes) taker{"dwellings": l.dwellings, "people": l.people, "organisations": l.organisations}
		return of[kind](&homes{houses: houses}), nil
	case "facilities":
		return l.facilities(), nil
	case "services":
		return l.services(), nil
	case "cases":
		return l.cases(), nil
	}
	return nil, fault.Newf(fault.Invalid, "import.kind", "There is no kind %q.", kind)
}

// pointScope is where a row with a point lies.
func pointScope(r *record, ix *grid.Index) (string, bool) {
	if !r.located {
		return "", false
	}
	return string(ix.Locate(crs.FromPoint(r.at)).Scope), true
}

// needPlace refuses a row of a kind that has to be somewhere.
func needPlace(r *record) []fault.Field {
	if r.located || len(r.refused) > 0 {
		return nil
	}
	return []fault.Field{{Location: "lon", Message: "has no coordinates"}}
}

func (l *Loader) buildings() taker {
	return &slice[building.Building]{
		name: "building",
		make: func(r *record) (b building.Building, wrong []fault.Field) {
			b = building.Building{
				Code: r.text("code"), Name: r.text("name"), NameEn: r.text("name_en"), Use: r.text("use"), Address: r.text("address"),
				Levels: r.int("levels"), HeightM: r.float("height"), BuiltYear: r.int("built_year"), Structure: r.text("structure"), Point: r.at,
			}
			if r.text("levels_below") != "" {
				n := r.int("levels_below")
				b.LevelsBelow = &n
			}
			if r.geom != nil {
				shape, why := footprint(r.geom)
				if why != "" {
					return b, []fault.Field{{Location: "geometry", Message: why}}
				}
				b.Geom = shape
				if b.Point = inside(shape); true {
					r.at, r.located = b.Point, true
				}
			}
			return building.Ready(b), nil
		},
		called: func(b *building.Building) string { return coded(b.Code) },
		check:  building.Check,
		finds:  l.Buildings.Find, takes: l.Buildings.Import,
		put:    func(b *building.Building, ref string, id uuid.UUID) { b.Ref, b.ID = ref, id },
		vacant: l.Buildings.Empty,
		loads: func(ctx context.Context, do func(tx pgx.Tx, into bulk[building.Building]) error) error {
			return l.Buildings.BulkLoad(ctx, func(tx pgx.Tx, into *building.Bulk) error { return do(tx, into) })
		},
	}
}

func coded(code string) string {
	if code == "" {
		return ""
	}
	return "code:" + code
}

// footprint is a sound polygon, or why it is none.
func footprint(g orb.Geometry) (orb.MultiPolygon, string) {
	var shape orb.MultiPolygon
	switch g := g.(type) {
	case orb.Polygon:
		shape = orb.MultiPolygon{g}
	case orb.MultiPolygon:
		shape = g
	default:
		return nil, "is a " + g.GeoJSONType() + ", want a polygon"
	}
	if broken := fatal(shape); len(broken) > 0 {
		return nil, sentences(broken)
	}
	return shape, ""
}

// inside is a point in the largest part of a footprint: the middle of the widest
// stretch of the line through the middle of its height.
func inside(shape orb.MultiPolygon) orb.Point {
	best, size := shape[0], -1.0
	for _, p := range shape {
		b := p.Bound()
		if s := (b.Max[0] - b.Min[0]) * (b.Max[1] - b.Min[1]); s > size {
			best, size = p, s
		}
	}
	b := best.Bound()
	for _, share := range []float64{0.5, 0.37, 0.63, 0.21, 0.79} {
		if p, ok := widest(best, b.Min[1]+share*(b.Max[1]-b.Min[1])); ok {
			return p
		}
	}
	return b.Center()
}

func widest(p orb.Polygon, y float64) (orb.Point, bool) {
	var xs []float64
	for _, ring := range p {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			if (a[1] <= y) != (b[1] <= y) {
				xs = append(xs, a[0]+(y-a[1])*(b[0]-a[0])/(b[1]-a[1]))
			}
		}
	}
	sortFloats(xs)
	at, width := 0.0, 0.0
	for i := 1; i < len(xs); i += 2 {
		if w := xs[i] - xs[i-1]; w > width {
			at, width = (xs[i]+xs[i-1])/2, w
		}
	}
	return orb.Point{at, y}, width > 0
}

func (l *Loader) dwellings(h *homes) taker {
	return &slice[building.Dwelling]{
		name: "dwelling",
		make: func(r *record) (building.Dwelling, []fault.Field) {
			d := building.Dwelling{
				BuildingCode: r.text("building_code"), Address: r.text("address"), Unit: r.text("unit"), Storey: r.text("storey"), Code: r.text("code"),
				Use: r.text("use"), Tenure: r.text("tenure"), AreaM2: r.float("area"), RealtyCode: r.text("realty_code"),
			}
			if wrong := building.CheckDwelling(d); len(wrong) > 0 {
				return d, wrong
			}
			field := "address"
			if d.BuildingCode != "" {
				field = "building_code"
			}
			switch ids := h.building(d.BuildingCode, d.Address); len(ids) {
			case 1:
				d.BuildingID = ids[0]
			case 0:
				return d, []fault.Field{{Location: field, Message: "the dwelling is in no building that is known"}}
			default:
				return d, []fault.Field{{Location: field, Message: "more than one building has this address; give the building's code"}}
			}
			return d, nil
		},
		called: func(d *building.Dwelling) string {
			if d.RealtyCode != "" {
				return coded(d.RealtyCode)
			}
			return strings.Join([]string{"room:" + d.BuildingID.String(), address.Unit(d.Unit), address.Room(d.Code)}, "/")
		},
		lies: func(d *building.Dwelling, _ *record, _ *grid.Index) (string, bool) {
			return h.at(d.BuildingID)
		},
		finds: l.Buildings.FindDwellings,
		takes: func(ctx context.Context, tx pgx.Tx, _ *grid.Index, b link.Batch, list []building.Dwelling) (pg.Merged, error) {
			return l.Buildings.ImportDwellings(ctx, tx, b, list)
		},
		put: func(d *building.Dwelling, ref string, id uuid.UUID) { d.Ref, d.ID = ref, id },
	}
}

func (l *Loader) facilities() taker {
	return &slice[facility.New]{
		name: "facility",
		make: func(r *record) (facility.New, []fault.Field) {
			f := facility.New{
				Kind: r.text("kind"), Name: r.text("name"), NameEn: r.text("name_en"), Place: r.text("place"), Owner: r.text("owner"), Maintainer: r.text("maintainer"),
				Purpose: r.text("purpose"), Department: r.text("department"), State: r.text("state"), InstalledOn: r.day("installed_on"), Point: r.at,
			}
			wrong := needPlace(r)
			if code := r.text("code"); code != "" {
				// Ours, or as another system numbers them.
				if may, _ := plate.ParseAny(code); len(may) > 0 {
					f.Code = may[0]
				} else {
					wrong = append(wrong, fault.Field{Location: "code", Message: plate.ErrForeign.Error()})
				}
			}
			if code := r.text("standard_code"); code != "" {
				edition := r.text("edition")
				if edition == "" {
					edition = map[int]string{17: "GB/T 47678.5-2026", 16: "GB/T 30428.2-2013"}[len(code)]
				}
				f.Standard = facility.Codes{edition: code}
			}
			return f, append(wrong, facility.Check(f)...)
		},
		called: func(f *facility.New) string { return coded(f.Code.Raw()) },
		finds:  l.Facilities.Find, takes: l.Facilities.Import,
		put: func(f *facility.New, ref string, id uuid.UUID) { f.Ref, f.ID = ref, id },
	}
}

func (l *Loader) services() taker {
	return &slice[service.Place]{
		name: "service",
		make: func(r *record) (service.Place, []fault.Field) {
			p := service.Place{
				Code: r.text("code"), Kind: r.text("kind"), Name: r.text("name"), NameEn: r.text("name_en"), Address: r.text("address"), Hours: r.text("hours"),
				Capacity: r.int("capacity"), CapacityUnit: r.text("capacity_unit"), Operator: r.text("operator"), Phone: r.text("phone"), State: r.text("state"), Point: r.at,
			}
			return p, append(needPlace(r), service.Check(p)...)
		},
		called: func(p *service.Place) string { return coded(p.Code) },
		finds:  l.Services.Find, takes: l.Services.Import,
		put: func(p *service.Place, ref string, id uuid.UUID) { p.Ref, p.ID = ref, id },
	}
}

func (l *Loader) organisations(h *homes) taker {
	return &slice[organisation.Row]{
		name: "organisation",
		make: func(r *record) (organisation.Row, []fault.Field) {
			o := organisation.Row{
				USCC: r.text("uscc"), Name: r.text("name"), NameEn: r.text("name_en"), Kind: r.text("kind"), Industry: r.text("industry"), Phone: r.text("phone"),
				Address: r.text("address"), OpenedOn: r.day("opened_on"), ClosedOn: r.day("closed_on"),
			}
			o.AddressKey = address.Parse(o.Address).Key()
			if r.text("employees") != "" {
				n := r.int("employees")
				o.Employees = &n
			}
			if r.located {
				at := r.at
				o.Point = &at
			}
			// A building is asked for by its code; by an address only where the row has no place.
			text := ""
			if !r.located {
				text = o.Address
			}
			if ids := h.building(r.text("building_code"), text); len(ids) == 1 {
				o.BuildingID = ids[0]
			} else if code := r.text("building_code"); code != "" && len(ids) == 0 {
				return o, []fault.Field{{Location: "building_code", Message: fmt.Sprintf("no building has the code %s", code)}}
			}
			return o, organisation.Check(o)
		},
		called: func(o *organisation.Row) string {
			code, _ := organisation.ParseCode(o.USCC)
			return coded(code)
		},
		lies: func(o *organisation.Row, r *record, ix *grid.Index) (string, bool) {
			if r.located {
				return pointScope(r, ix)
			}
			return h.at(o.BuildingID)
		},
		finds: l.Organisations.Find, takes: l.Organisations.Import,
		put: func(o *organisation.Row, ref string, id uuid.UUID) { o.Ref, o.ID = ref, id },
	}
}

// cityDay is the day it is in the city.
func (l *Loader) cityDay() time.Time {
	now := l.Now()
	if l.Zone != nil {
		now = now.In(l.Zone)
	}
	y, m, d := now.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
