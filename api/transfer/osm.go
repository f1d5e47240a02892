package transfer

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/basemap"
	"onemap/api/building"
	"onemap/api/facility"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/region"
	"onemap/api/service"
	"onemap/api/transfer/osm"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// OSMOptions say how an extract is taken in.
type OSMOptions struct {
	DryRun bool
	// Boundaries takes the administrative boundaries that carry a division
	// code in as regions.
	Boundaries bool
	// Found makes a city of this code, with one district, street and
	// community, from the rectangle that holds the extract's buildings and
	// facilities: for a place whose boundaries nobody has given.
	Found     grid.Code
	FoundName string
	Progress  func(osm.Progress)
}

// OSMReport says what became of an extract.
type OSMReport struct {
	Read       osm.Report        `json:"read"`
	Regions    *region.Published `json:"regions,omitempty"`
	Draft      *Drafted          `json:"draft,omitempty"` // of boundaries, where regions are in force already
	NotRegions []NotRegion       `json:"not_regions,omitempty"`
	Buildings  pg.Merged         `json:"buildings"`
	Facilities pg.Merged         `json:"facilities"`
	Services   pg.Merged         `json:"services"`
	Basemap    pg.Merged         `json:"basemap"`
	Unplaced   int               `json:"unplaced"` // objects that no region holds
	Seconds    float64           `json:"seconds"`
	DryRun     bool              `json:"dry_run"`
}

// NotRegion is a boundary that was asked for as a region and cannot be one.
type NotRegion struct {
	Ref    string `json:"ref"`
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// osmSource is the source of every object of OpenStreetMap: its references are
// the world's, so overlapping extracts meet.
const osmSource = "osm"

// extract gathers what the reader hands over.
type extract struct {
	buildings  []building.Building
	facilities []facility.New
	services   []service.Place
	basemap    []basemap.Feature
	boundaries []osm.Boundary
	streets    streets
	bound      orb.Bound
}

func (x *extract) meet(p orb.Point) {
	if len(x.buildings)+len(x.facilities)+len(x.services) == 0 {
		x.bound = p.Bound()
		return
	}
	x.bound = x.bound.Extend(p)
}

func (x *extract) Building(b osm.Building) error {
	x.meet(b.Point)
	x.buildings = append(x.buildings, building.Building{
		Ref: b.Ref, Name: b.Name, NameEn: b.NameEn, Use: b.Use, Address: b.Address, Levels: b.Levels, HeightM: b.HeightM, Point: b.Point, Geom: b.Geom,
	})
	return nil
}

func (x *extract) Facility(f osm.Facility) error {
	x.meet(f.Point)
	x.facilities = append(x.facilities, facility.New{Ref: f.Ref + "/" + f.Kind, Kind: f.Kind, Name: f.Name, NameEn: f.NameEn, Place: f.Place, Owner: f.Owner, Point: f.Point})
	return nil
}

func (x *extract) Service(s osm.Service) error {
	x.meet(s.Point)
	x.services = append(x.services, service.Place{
		Ref: s.Ref + "/" + s.Kind, Kind: s.Kind, Name: s.Name, NameEn: s.NameEn, Address: s.Address, Hours: s.Hours, Capacity: s.Capacity, Point: s.Point,
	})
	return nil
}

func (x *extract) Basemap(b osm.Basemap) error {
	x.basemap = append(x.basemap, basemap.Feature{Ref: b.Ref, Layer: b.Layer, Class: b.Class, Name: b.Name, NameEn: b.NameEn, Rank: b.Rank, Bridge: b.Bridge, Tunnel: b.Tunnel, Geom: b.Geom})
	if b.Layer == "road" && b.Name != "" {
		x.streets.add(b.Name, b.Geom)
	}
	return nil
}

func (x *extract) Boundary(b osm.Boundary) error {
	x.boundaries = append(x.boundaries, b)
	return nil
}

// OSM takes an OpenStreetMap extract in, from a .osm.pbf or .osm file.
func (l *Loader) OSM(ctx context.Context, path string, o OSMOptions) (OSMReport, error) {
	start := time.Now()
	report := OSMReport{DryRun: o.DryRun}
	var x extract
	var err error
	if report.Read, err = osm.ReadFile(ctx, path, &x, o.Progress); err != nil {
		return report, err
	}
	for i := range x.facilities {
		if f := &x.facilities[i]; f.Place == "" {
			f.Place = x.streets.nearest(f.Point)
		}
	}
	regions, err := osmRegions(&x, o, &report)
	if err != nil {
		return report, err
	}
	var ix *grid.Index
	err = l.inTx(ctx, o.DryRun, func(tx pgx.Tx) (err error) {
		if ix, err = l.place(ctx, tx, filepath.Base(path), regions, &report); err != nil {
			return err
		}
		return l.writeExtract(ctx, tx, ix, &x, &report)
	})
	if err == nil && !o.DryRun {
		l.Regions.Adopt(ix)
	}
	report.Seconds = time.Since(start).Seconds()
	return report, err
}

// osmRegions are the regions the extract is to bring.
func osmRegions(x *extract, o OSMOptions, report *OSMReport) ([]grid.Region, error) {
	var list []grid.Region
	if o.Boundaries {
		list, report.NotRegions = boundaryRegions(x.boundaries)
	}
	if o.Found == "" {
		return list, nil
	}
	found, err := foundCity(o.Found, o.FoundName, x.bound)
	return append(list, found...), err
}

// place gives the index that places the extract's objects: with the regions
// that it brings, or the one in force where they went into a draft.
func (l *Loader) place(ctx context.Context, tx pgx.Tx, name string, regions []grid.Region, report *OSMReport) (*grid.Index, error) {
	done, err := l.bring(ctx, tx, osmSource, name, nil, regions)
	if err != nil {
		return nil, err
	}
	report.Regions, report.Draft = done.published, done.draft
	if done.next != nil {
		return done.next, nil
	}
	return l.Regions.Hold(ctx, tx)
}

// boundaryRegions are the boundaries whose division code is one of ours, and
// the others with the reason.
func boundaryRegions(list []osm.Boundary) (regions []grid.Region, not []NotRegion) {
	seen := map[grid.Code]string{}
	for _, b := range list {
		code, err := regionCode(b.Code, "")
		reason := ""
		switch broken := fatal(b.Geom); {
		case b.Code == "":
			reason = "carries no division code"
		case err != nil:
			reason = err.Error()
		case seen[code] != "":
			reason = fmt.Sprintf("code %s is %s already", code, seen[code])
		case len(broken) > 0:
			reason = sentences(broken)
		}
		if reason != "" {
			not = append(not, NotRegion{b.Ref, b.Name, reason})
			continue
		}
		seen[code] = b.Ref
		regions = append(regions, grid.Region{Code: code, Name: b.Name, NameEn: b.NameEn, Geom: b.Geom})
	}
	return regions, not
}

// foundCity makes one region of each level down to the community from a rectangle.
func foundCity(code grid.Code, name string, b orb.Bound) ([]grid.Region, error) {
	if _, err := grid.ParseCode(string(code)); err != nil || code.Level() != grid.City {
		return nil, fmt.Errorf("found: %q is no city code: want 4 digits", code)
	}
	if b.IsEmpty() || b.Min == b.Max {
		return nil, fmt.Errorf("found: the extract holds nothing to draw a city around")
	}
	if name == "" {
		name = string(code)
	}
	b = b.Pad(0.0005)
	geom := orb.MultiPolygon{b.ToPolygon()}
	var out []grid.Region
	for _, c := range []grid.Code{code, code + "01", code + "01001", code + "01001001"} {
		out = append(out, grid.Region{Code: c, Name: name, Geom: geom})
	}
	return out, nil
}

func (l *Loader) writeExtract(ctx context.Context, tx pgx.Tx, ix *grid.Index, x *extract, report *OSMReport) (err error) {
	report.Unplaced = unplaced(ix, x)
	now := l.Now()
	if report.Buildings, err = l.Buildings.Import(ctx, tx, ix, link.Batch{Source: osmSource, NewID: l.NewID, Now: now}, x.buildings); err != nil {
		return err
	}
	if report.Facilities, err = l.Facilities.Import(ctx, tx, ix, link.Batch{Source: osmSource, NewID: l.NewID, Now: now}, x.facilities); err != nil {
		return err
	}
	if report.Services, err = l.Services.Import(ctx, tx, ix, link.Batch{Source: osmSource, NewID: l.NewID, Now: now}, x.services); err != nil {
		return err
	}
	report.Basemap, err = basemap.Import(ctx, tx, osmSource, x.basemap, l.NewID, now)
	return err
}

func unplaced(ix *grid.Index, x *extract) int {
	n := 0
	count := func(p orb.Point) {
		if ix.Locate(crs.FromPoint(p)).Outside {
			n++
		}
	}
	for _, b := range x.buildings {
		count(b.Point)
	}
	for _, f := range x.facilities {
		count(f.Point)
	}
	for _, s := range x.services {
		count(s.Point)
	}
	return n
}
