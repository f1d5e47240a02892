package boot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image/jpeg"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/auth"
	"onemap/api/cases"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/region"
	"onemap/cmd/internal/town"
	"onemap/geo/grid"
)

// demoSource marks everything that was invented.
const demoSource = "demo"

// DemoLoaded says what the demo town brought.
type DemoLoaded struct {
	Already       bool `json:"already"` // it was there, and was left as it is
	Regions       int  `json:"regions"`
	Buildings     int  `json:"buildings"`
	Dwellings     int  `json:"dwellings"`
	People        int  `json:"people"`
	Organisations int  `json:"organisations"`
	Facilities    int  `json:"facilities"`
	Services      int  `json:"services"`
	Cases         int  `json:"cases"`
}

// DemoProgress is how far the loading is: Done of Total of the part.
type DemoProgress struct {
	Part        string
	Done, Total int64
	Took        time.Duration // of the part so far
}

// LoadDemo brings the demo town of a seed in, through the same services that
// everybody uses, a quarter after the other and each in one transaction. A town
// that is there already stays as it is, and a loading that broke off goes on
// where it stopped, if it is for the same seed and size. said hears of each step.
func (w *World) LoadDemo(ctx context.Context, seed uint64, people int, said func(DemoProgress)) (DemoLoaded, error) {
	if accounts, err := w.Auth.DemoAccounts(ctx); err != nil || len(accounts) > 0 {
		return DemoLoaded{Already: true}, err
	}
	y, m, day := time.Now().In(w.Zone).Date()
	c, err := town.Plan(seed, people, time.Date(y, m, day, 0, 0, 0, 0, time.UTC))
	if err != nil {
		return DemoLoaded{}, err
	}
	d := demo{World: w, city: c, actors: map[string]actor.Actor{}, loaded: DemoLoaded{Regions: len(c.Regions)}, parts: map[string]*DemoProgress{}, said: said}
	for _, part := range []struct {
		name string
		load func(context.Context) error
	}{
		{"regions", d.regions}, {"accounts", d.accounts}, {"quarters", d.quarters}, {"people", d.people}, {"statistics", d.statistics}, {"cases", d.cases}, {"opening", d.open},
	} {
		d.begin(part.name, 0)
		if err := part.load(ctx); err != nil {
			return d.loaded, fmt.Errorf("demo town, %s: %w", part.name, err)
		}
	}
	return d.loaded, nil
}

type demo struct {
	*World
	city   *town.City
	walks  []walk
	actors map[string]actor.Actor // by role, or by "handler/" and the department
	loaded DemoLoaded
	parts  map[string]*DemoProgress
	said   func(DemoProgress)
}

// walk is a case that is to be walked step by step, and the plate it is about.
type walk struct {
	town.Case
	plate string
}

func (d *demo) begin(part string, total int64) { d.said(DemoProgress{Part: part, Total: total}) }

func (d *demo) regions(ctx context.Context) error {
	var there int
	if err := d.Pool.QueryRow(ctx, "SELECT count(*) FROM region WHERE source = $1", demoSource).Scan(&there); err != nil || there == len(d.city.Regions) {
		return err
	}
	list := make([]grid.Region, len(d.city.Regions))
	for i, r := range d.city.Regions {
		list[i] = grid.Region(r)
	}
	_, err := d.Regions.Publish(ctx, region.Redraw{Source: demoSource, Regions: list})
	return err
}

// eachQuarter makes the quarters, the next one while one is used.
func (d *demo) eachQuarter(ctx context.Context, use func(int, *town.Town) error) error {
	type made struct {
		town *town.Town
		err  error
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	next := make(chan made)
	go func() {
		defer close(next)
		for i := range d.city.Quarters() {
			t, err := d.city.Quarter(i)
			select {
			case next <- made{t, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	for i := range d.city.Quarters() {
		q, ok := <-next
		if !ok {
			return ctx.Err()
		}
		if q.err != nil {
			return q.err
		}
		if err := use(i, q.town); err != nil {
			return fmt.Errorf("quarter %d: %w", i+1, err)
		}
	}
	return nil
}

// quarters loads everything but people.
func (d *demo) quarters(ctx context.Context) error {
	begin := time.Now()
	total := int64(d.city.Quarters())
	return d.eachQuarter(ctx, func(i int, t *town.Town) error {
		if err := d.quarter(ctx, i, t); err != nil {
			return err
		}
		d.count(t)
		d.said(DemoProgress{Part: "quarters", Done: int64(i + 1), Total: total, Took: time.Since(begin)})
		return nil
	})
}

// statistics tells the database what a large town is like, and which pages
// everybody may see whole: then indexes answer without them.
func (d *demo) statistics(ctx context.Context) error {
	if d.city.People < 20_000 {
		return nil
	}
	owner, err := pg.Open(ctx, d.database.url)
	if err != nil {
		return err
	}
	defer owner.Close()
	_, err = owner.Exec(ctx, "VACUUM (ANALYZE) building, building_storey, building_unit, dwelling, household, person, residence, person_tag, organisation, facility, service, basemap, case_file, case_event")
	return err
}

func (d *demo) count(t *town.Town) {
	l := &d.loaded
	l.Buildings += len(t.Buildings)
	for _, s := range t.Stacks {
		for _, r := range s.Rooms {
			if r.Use == "dwelling" {
				l.Dwellings++
			}
		}
	}
	l.People, l.Organisations = l.People+len(t.People), l.Organisations+len(t.Organisations)
	l.Facilities, l.Services = l.Facilities+len(t.Facilities), l.Services+len(t.Services)
	l.Cases += len(t.Cases) + len(t.Past)
	for _, c := range t.Cases {
		w := walk{Case: c}
		if c.Facility >= 0 {
			w.plate = t.Facilities[c.Facility].Code.Raw()
		}
		d.walks = append(d.walks, w)
	}
}

// quarter writes everything of a quarter in one transaction; one that is there
// is left alone.
func (d *demo) quarter(ctx context.Context, i int, t *town.Town) error {
	var there bool
	if err := d.Pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM building WHERE source = $1 AND source_ref = $2)", demoSource, d.city.Mark(i)).Scan(&there); err != nil || there {
		return err
	}
	return pg.InTx(ctx, d.Pool, func(tx pgx.Tx) error {
		// A town that is lost with the machine is loaded again.
		if _, err := tx.Exec(ctx, "SET LOCAL synchronous_commit = off"); err != nil {
			return err
		}
		ix, err := d.Regions.Hold(ctx, tx)
		if err != nil {
			return err
		}
		l := quarterLoad{demo: d, Town: t, index: ix, batch: link.Batch{Source: demoSource, NewID: newID, Now: time.Now()}}
		for _, part := range []struct {
			name string
			load func(context.Context, pgx.Tx) (int, error)
		}{
			{"basemap", l.basemap},
			{"buildings", l.buildings},
			{"dwellings", l.stacks},
			{"organisations", l.organisations},
			{"facilities", l.facilities},
			{"services", l.services},
			{"records", l.past},
		} {
			begin := time.Now()
			n, err := part.load(ctx, tx)
			if err != nil {
				return fmt.Errorf("%s: %w", part.name, err)
			}
			p := d.parts[part.name]
			if p == nil {
				p = &DemoProgress{Part: part.name}
				d.parts[part.name] = p
			}
			p.Done, p.Took = p.Done+int64(n), p.Took+time.Since(begin)
			d.said(*p)
		}
		return nil
	})
}

// staff makes the accounts' actors; every department gets a handler, since
// only its own handler may work on its cases.
func (d *demo) staff() []auth.NewAccount {
	var list []auth.NewAccount
	has := map[string]bool{}
	for _, a := range d.city.Accounts() {
		list = append(list, auth.NewAccount{
			Login: a.Login, Name: a.Name, Demo: true,
			Grants: []actor.Grant{{Role: actor.Role(a.Role), Prefix: a.Scope, Department: a.Department}},
		})
		has[a.Department] = true
	}
	for _, x := range d.city.Departments() {
		if !has[x.Code] {
			list = append(list, auth.NewAccount{
				Login: "handler-" + strings.ToLower(x.Code), Name: x.Name + "·处置员（演示）", Demo: true,
				Grants: []actor.Grant{{Role: actor.Handler, Prefix: town.CityCode, Department: x.Code}},
			})
		}
	}
	return list
}

// accounts makes the accounts and remembers who acts in which role. They have
// no password until the town is whole.
func (d *demo) accounts(ctx context.Context) error {
	var departments []auth.Department
	for _, x := range d.city.Departments() {
		departments = append(departments, auth.Department{Code: x.Code, Name: x.Name, NameEn: x.NameEn, Scope: town.CityCode})
	}
	if err := d.Auth.PutDepartments(ctx, departments); err != nil {
		return err
	}
	for _, n := range d.staff() {
		_, err := d.Auth.AddAccount(ctx, n)
		if err != nil && !fault.Is(err, fault.Conflict) {
			return fmt.Errorf("%s: %w", n.Login, err)
		}
		a, err := d.Auth.Account(ctx, n.Login)
		if err != nil {
			return fmt.Errorf("%s: %w", n.Login, err)
		}
		key := actorKey(string(n.Grants[0].Role), n.Grants[0].Department)
		if _, taken := d.actors[key]; !taken {
			d.actors[key] = a
		}
	}
	return nil
}

// open says that the town is whole: now its accounts can be signed in to.
func (d *demo) open(ctx context.Context) error { return d.Auth.OpenDemo(ctx) }

// pictured is how far back an ended case still has its photos: each takes time
// to draw and take in, and nobody looks at all of them.
const pictured = 3 * 24 * time.Hour

func withoutPhotos(c town.Case) town.Case {
	c.Photo, c.Steps = "", slices.Clone(c.Steps)
	for i := range c.Steps {
		c.Steps[i].Photo = ""
	}
	return c
}

// cases walks every case through its past, as those who took the steps.
func (d *demo) cases(ctx context.Context) error {
	now := time.Now()
	for i, c := range d.walks {
		if c.Ago > pictured && !cases.State(c.State).Open() {
			c.Case = withoutPhotos(c.Case)
		}
		if err := d.walk(ctx, c, now); err != nil {
			return fmt.Errorf("%s: %w", c.Ref, err)
		}
		d.said(DemoProgress{Part: "cases", Done: int64(i + 1), Total: int64(len(d.walks)), Took: time.Since(now)})
	}
	return nil
}

func (d *demo) walk(ctx context.Context, c walk, now time.Time) error {
	at := now.Add(-c.Ago)
	clock := func() time.Time { return at }
	s := d.CasesAt(clock)
	id, rev, err := s.Known(ctx, demoKey(d.city.Seed, c.Ref))
	if err != nil {
		return err
	}
	if rev == 0 {
		if id, err = d.report(ctx, s, c); err != nil {
			return err
		}
		rev = 1
	}
	for i, step := range c.Steps {
		at = at.Add(step.After)
		if int64(i+1) < rev {
			continue // taken by a loading that broke off
		}
		if err := d.step(ctx, s, id, int64(i+1), step, c.Ref); err != nil {
			return fmt.Errorf("step %d %s: %w", i, step.Action, err)
		}
	}
	return nil
}

func (d *demo) report(ctx context.Context, s *cases.Service, c walk) (uuid.UUID, error) {
	photos, err := d.photo(ctx, s, c.Photo, c.Ref)
	if err != nil {
		return uuid.Nil, err
	}
	lon, lat := c.Point[0], c.Point[1]
	report := cases.Report{Category: c.Category, Concern: c.Concern, Text: c.Text, Place: c.Place, Lon: &lon, Lat: &lat, Photos: photos, Urgent: c.Urgent}
	report.FacilityCode = c.plate
	if c.Channel == "staff" {
		ctx = actor.With(ctx, d.actors[string(actor.Worker)])
	}
	receipt, err := s.Report(ctx, demoKey(d.city.Seed, c.Ref), report)
	return receipt.ID, err
}

func (d *demo) step(ctx context.Context, s *cases.Service, id uuid.UUID, rev int64, step town.Step, ref string) error {
	photos, err := d.photo(ctx, s, step.Photo, fmt.Sprint(ref, rev))
	if err != nil {
		return err
	}
	who, ok := d.actors[actorKey(step.Role, step.Department)]
	if !ok {
		return fmt.Errorf("nobody is %s of %q", step.Role, step.Department)
	}
	do := cases.Do{Action: cases.Action(step.Action), Note: step.Note, Department: step.Department, Photos: photos, Rev: rev}
	return s.Step(actor.With(ctx, who), id, do)
}

func actorKey(role, department string) string {
	if role == string(actor.Handler) {
		return role + "/" + department
	}
	return role
}

// demoKey is the idempotency key of a demo case, so that a loading that broke
// off goes on where it stopped.
func demoKey(seed uint64, ref string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "demo %d %s", seed, ref))
	return hex.EncodeToString(sum[:16])
}

func (d *demo) photo(ctx context.Context, s *cases.Service, kind, ref string) ([]string, error) {
	if kind == "" {
		return nil, nil
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, town.DemoPhoto(kind, hashOf(ref)), nil); err != nil {
		return nil, err
	}
	up, err := s.Upload(ctx, d.Intake, &b)
	return []string{up.ID.String()}, err
}

func hashOf(ref string) uint64 {
	sum := sha256.Sum256([]byte(ref))
	return uint64(sum[0])<<8 | uint64(sum[1])
}
