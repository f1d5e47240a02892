package region

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/place"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// Foreseer is a Mover that says beforehand what it would move.
type Foreseer interface {
	Ahead(ctx context.Context, tx pgx.Tx, r place.Redraw) ([]place.Moving, error)
}

// Residents counts who lives in buildings.
type Residents interface {
	Residents(ctx context.Context, tx pgx.Tx, buildings []uuid.UUID) (map[uuid.UUID]int64, error)
}

// Grant is a role that somebody holds on a place.
type Grant struct {
	Login string `json:"login"`
	Name  string `json:"name"`
	Role  string `json:"role"`
	Scope string `json:"scope"`
	To    string `json:"to" doc:"The region that most of the place's ground goes to, or empty. The grant itself stays as it is."`

	Deputy bool `json:"-"` // held for somebody who is away
}

// Grants finds those who hold something on places.
type Grants interface {
	GrantsOn(ctx context.Context, q pg.Querier, scopes []string) ([]Grant, error)
}

// Foresees tells the service whose residents and grants a preview counts; called once, at start.
func (s *Service) Foresees(residents Residents, grants Grants) {
	s.residents, s.grants = residents, grants
}

// Shift is what goes from one region to another.
type Shift struct {
	From          string `json:"from"`
	FromName      string `json:"from_name"`
	To            string `json:"to"`
	ToName        string `json:"to_name"`
	Buildings     int64  `json:"buildings"`
	People        int64  `json:"people" doc:"Residents of the buildings that move."`
	Cases         int64  `json:"cases" doc:"Open ones; those that have ended keep their grid."`
	Facilities    int64  `json:"facilities"`
	Services      int64  `json:"services"`
	Organisations int64  `json:"organisations"`
}

// Preview is what publishing a draft would do, as things are now.
type Preview struct {
	Edition   int64    `json:"edition" doc:"The edition in force that it was compared with."`
	Regions   int      `json:"regions"`
	Dropped   int      `json:"dropped"`
	Total     Shift    `json:"total"`
	Moved     int64    `json:"moved" doc:"Objects that would move; people follow their homes and are not counted."`
	Pairs     []Shift  `json:"pairs"`
	Elsewhere []string `json:"elsewhere" doc:"Regions in force of which nothing would stay where it is: as a rule their codes were mixed up."`
	Grants    []Grant  `json:"grants" doc:"Roles that name a region which goes away."`
	Behind    []string `json:"behind" doc:"Regions that were redrawn since the draft was begun: it cannot be published before it is drawn on them."`

	moving []place.Moving
}

// add counts n objects of a kind.
func (s *Shift) add(kind string, n int64) {
	switch kind {
	case "building":
		s.Buildings += n
	case "person":
		s.People += n
	case "case":
		s.Cases += n
	case "facility":
		s.Facilities += n
	case "service":
		s.Services += n
	case "organisation":
		s.Organisations += n
	}
}

func (s *Shift) sum() int64 {
	return s.Buildings + s.Cases + s.Facilities + s.Services + s.Organisations
}

// Preview says what publishing a draft would move, found as publishing finds it,
// as far as the actor may see it. Of the place itself its administrators see
// everything; but a draft that is not sound yet may be drawn over a neighbour's
// ground, whose cases, organisations and people are then not told of.
func (s *Service) Preview(ctx context.Context, under grid.Code, id uuid.UUID) (Preview, error) {
	d, parts, behind, err := s.Draft(ctx, under, id)
	if err != nil {
		return Preview{}, err
	}
	if d.Edition != nil {
		return Preview{}, fault.Newf(fault.Conflict, "draft.published", "The draft was published as edition %d.", *d.Edition)
	}
	drawn := s.drawingOf(ctx, under, s.Index(), parts)
	next, err := drawn.index()
	if err != nil {
		return Preview{}, fault.Newf(fault.Invalid, "draft.impossible", "No index can be made of the draft: %v.", err)
	}
	a := actor.From(ctx)
	p := Preview{Edition: drawn.ix.Edition(), Pairs: []Shift{}, Elsewhere: []string{}, Grants: []Grant{}, Behind: behind}
	away, err := drawn.strays()
	if err != nil {
		return p, err
	}
	for _, r := range away {
		p.Elsewhere = append(p.Elsewhere, string(r.Code))
	}
	put, dropped := drawn.redraw()
	p.Regions, p.Dropped = len(put), len(dropped)
	moving := redrawOf(drawn.ix, next, put, dropped)
	o := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	// It changes nothing, so no audit entry goes along.
	err = pgx.BeginTxFunc(ctx, s.pool, o, func(tx pgx.Tx) error {
		p.moving = nil
		for _, m := range s.movers {
			f, ok := m.(Foreseer)
			if !ok {
				continue
			}
			list, err := f.Ahead(ctx, tx, moving)
			if err != nil {
				return err
			}
			p.moving = append(p.moving, slices.DeleteFunc(list, func(m place.Moving) bool { return !sees(a, m) })...)
		}
		lives, err := s.living(ctx, tx, p.moving)
		if err != nil {
			return err
		}
		p.count(lives, next, drawn.ix)
		if s.grants != nil && len(dropped) > 0 {
			p.Grants, err = s.grants.GrantsOn(ctx, tx, texts(dropped))
		}
		return err
	})
	if err != nil {
		return p, pg.Fault(err)
	}
	for i, g := range p.Grants {
		p.Grants[i].To = heir(drawn, next, grid.Code(g.Scope))
	}
	return p, nil
}

// sees says whether an actor may see what moves: cases and organisations within
// the jurisdiction; the rest is on everybody's map.
func sees(a actor.Actor, m place.Moving) bool {
	switch {
	case a.IsCommand():
		return true
	case m.Kind == "case":
		return a.Cases().Holds(m.From, "")
	case m.Kind == "organisation":
		return a.Area().Holds(m.From, "")
	}
	return true
}

// living counts the residents of the buildings that move, where the actor may see
// people.
func (s *Service) living(ctx context.Context, tx pgx.Tx, moving []place.Moving) (map[uuid.UUID]int64, error) {
	a := actor.From(ctx)
	var houses []uuid.UUID
	for _, m := range moving {
		if m.Kind == "building" && (a.IsCommand() || a.People().Holds(m.From, "")) {
			houses = append(houses, m.ID)
		}
	}
	if s.residents == nil || len(houses) == 0 {
		return nil, nil
	}
	return s.residents.Residents(ctx, tx, houses)
}

func (p *Preview) count(lives map[uuid.UUID]int64, next, was *grid.Index) {
	pairs := map[[2]string]*Shift{}
	for _, m := range p.moving {
		key := [2]string{m.From, m.To}
		if pairs[key] == nil {
			from, _ := was.Ref(grid.Code(m.From))
			to, _ := next.Ref(grid.Code(m.To))
			pairs[key] = &Shift{From: m.From, FromName: from.Name, To: m.To, ToName: to.Name}
		}
		pairs[key].add(m.Kind, 1)
		pairs[key].People += lives[m.ID]
		p.Total.add(m.Kind, 1)
		p.Total.People += lives[m.ID]
	}
	p.Pairs = p.Pairs[:0]
	for _, key := range slices.SortedFunc(maps.Keys(pairs), func(a, b [2]string) int { return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1])) }) {
		p.Pairs = append(p.Pairs, *pairs[key])
	}
	p.Moved = p.Total.sum()
}

// heir is the region of the next edition that holds the most of the vertices and
// the middle of one that goes away; among equals the first.
func heir(d *drawing, next *grid.Index, code grid.Code) string {
	had, ok := d.ix.Region(code)
	if !ok {
		return ""
	}
	count := map[string]int{}
	note := func(p orb.Point, n int) {
		if at := next.Locate(crs.FromPoint(p)); at.Grid != "" {
			count[string(at.Grid)] += n
		}
	}
	for _, poly := range had.Geom {
		middle := poly.Bound().Center()
		for _, p := range poly[0] {
			note(orb.Point{(p[0] + middle[0]) / 2, (p[1] + middle[1]) / 2}, 1)
		}
	}
	best := ""
	for _, c := range slices.Sorted(maps.Keys(count)) {
		if best == "" || count[c] > count[best] {
			best = c
		}
	}
	return best
}

// Moving lists the objects that a preview counts, of a kind and a pair when those
// are given, the first some of them.
func (s *Service) Moving(ctx context.Context, under grid.Code, id uuid.UUID, kind, from, to string, limit int) ([]place.Moving, error) {
	p, err := s.Preview(ctx, under, id)
	if err != nil {
		return nil, err
	}
	var list []place.Moving
	for _, m := range p.moving {
		if kind != "" && m.Kind != kind || from != "" && m.From != from || to != "" && m.To != to {
			continue
		}
		if list = append(list, m); len(list) == limit {
			break
		}
	}
	return list, nil
}

const changingHands = `
WITH part AS (SELECT code, ST_MakeValid(geom) AS geom FROM region_draft_part WHERE draft_id = $1),
was AS (SELECT r.code, length(r.code) AS digits, r.geom FROM region r JOIN part p ON p.code = r.code WHERE p.geom IS NULL OR NOT ST_Equals(p.geom, r.geom)),
is_to AS (SELECT p.code, length(p.code) AS digits, p.geom FROM part p LEFT JOIN region r ON r.code = p.code WHERE p.geom IS NOT NULL AND (r.code IS NULL OR NOT ST_Equals(p.geom, r.geom))),
area AS (
    SELECT w.code AS from_code, i.code AS to_code, ST_Intersection(w.geom, i.geom) AS geom
    FROM was w JOIN is_to i ON i.digits = w.digits AND i.code <> w.code AND i.geom && w.geom AND ST_Intersects(i.geom, w.geom)
    UNION ALL
    SELECT w.code, '', COALESCE(ST_Difference(w.geom, (SELECT ST_Union(i.geom) FROM is_to i WHERE i.digits = w.digits AND i.geom && w.geom)), w.geom) FROM was w
    UNION ALL
    SELECT '', i.code, COALESCE(ST_Difference(i.geom, (SELECT ST_Union(w.geom) FROM was w WHERE w.digits = i.digits AND w.geom && i.geom)), i.geom) FROM is_to i)
SELECT from_code, to_code, ST_Multi(ST_CollectionExtract(geom, 3)), ST_Area(geom::geography)
FROM area WHERE ST_Area(geom) > 2e-7 * ST_Perimeter(geom)
ORDER BY from_code, to_code`

// Areas is the ground that changes hands, from one region to another of the same
// level, or to nobody; for the map.
func (s *Service) Areas(ctx context.Context, under grid.Code, id uuid.UUID) ([]*geojson.Feature, error) {
	if _, _, _, err := s.Draft(ctx, under, id); err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, changingHands, id)
	if err != nil {
		return nil, pg.Fault(err)
	}
	var list []*geojson.Feature
	var from, to string
	var geom orb.Geometry
	var area float64
	_, err = pgx.ForEachRow(rows, []any{&from, &to, &geom, &area}, func() error {
		f := geojson.NewFeature(geom)
		f.ID = fmt.Sprintf("%s-%s", from, to)
		f.Properties = geojson.Properties{"from": from, "to": to, "area_m2": area}
		list = append(list, f)
		return nil
	})
	return list, pg.Fault(err)
}
