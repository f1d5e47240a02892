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
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/auth"
	"onemap/api/basemap"
	"onemap/api/building"
	"onemap/api/cases"
	"onemap/api/facility"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/region"
	"onemap/api/service"
	"onemap/cmd/internal/town"
	"onemap/geo/grid"
)

// demoSource marks everything that was invented.
const demoSource = "demo"

// DemoLoaded says what the demo town brought.
type DemoLoaded struct {
	Already    bool `json:"already"` // it was there, and was left as it is
	Regions    int  `json:"regions"`
	Buildings  int  `json:"buildings"`
	Facilities int  `json:"facilities"`
	Services   int  `json:"services"`
	Cases      int  `json:"cases"`
}

// LoadDemo brings the demo town of a seed in, through the same services that
// everybody uses; a town that is there already stays as it is, and a loading
// that broke off goes on where it stopped. said hears of each part as it begins.
func (w *World) LoadDemo(ctx context.Context, seed uint64, people int, said func(string)) (DemoLoaded, error) {
	if accounts, err := w.Auth.DemoAccounts(ctx); err != nil || len(accounts) > 0 {
		return DemoLoaded{Already: true}, err
	}
	t, err := town.Make(seed, people)
	if err != nil {
		return DemoLoaded{}, err
	}
	d := demo{World: w, town: t, actors: map[string]actor.Actor{}}
	loaded := DemoLoaded{Regions: len(t.Regions), Buildings: len(t.Buildings), Facilities: len(t.Facilities), Services: len(t.Services), Cases: len(t.Cases)}
	for _, part := range []struct {
		name string
		load func(context.Context) error
	}{
		{"regions", d.regions}, {"map", d.objects}, {"accounts", d.accounts}, {"cases", d.cases}, {"opening", d.open},
	} {
		said(part.name)
		if err := part.load(ctx); err != nil {
			return loaded, fmt.Errorf("demo town, %s: %w", part.name, err)
		}
	}
	return loaded, nil
}

type demo struct {
	*World
	town   *town.Town
	actors map[string]actor.Actor // by role, or by "handler/" and the department
	logins []string
}

func (d *demo) regions(ctx context.Context) error {
	list := make([]grid.Region, len(d.town.Regions))
	for i, r := range d.town.Regions {
		list[i] = grid.Region(r)
	}
	_, err := d.Regions.Publish(ctx, region.Redraw{Source: demoSource, Regions: list})
	return err
}

// objects writes departments and everything that stands still, in one transaction.
func (d *demo) objects(ctx context.Context) error {
	var departments []auth.Department
	for _, x := range d.town.Departments {
		departments = append(departments, auth.Department{Code: x.Code, Name: x.Name, NameEn: x.NameEn})
	}
	if err := d.Auth.PutDepartments(ctx, departments); err != nil {
		return err
	}
	return pg.InTx(ctx, d.Pool, func(tx pgx.Tx) error {
		ix, err := d.Regions.Hold(ctx, tx)
		if err != nil {
			return err
		}
		now := time.Now()
		if _, err := basemap.Import(ctx, tx, demoSource, demoBasemap(d.town), newID, now); err != nil {
			return err
		}
		if _, err := d.Buildings.Import(ctx, tx, ix, link.Batch{Source: demoSource, NewID: newID, Now: now}, demoBuildings(d.town)); err != nil {
			return err
		}
		if _, err := d.Facilities.Import(ctx, tx, ix, link.Batch{Source: demoSource, NewID: newID, Now: now}, demoFacilities(d.town)); err != nil {
			return err
		}
		_, err = d.Services.Import(ctx, tx, ix, link.Batch{Source: demoSource, NewID: newID, Now: now}, demoServices(d.town))
		return err
	})
}

func demoBasemap(t *town.Town) []basemap.Feature {
	list := make([]basemap.Feature, len(t.Basemap))
	for i, f := range t.Basemap {
		list[i] = basemap.Feature(f)
	}
	return list
}

func demoBuildings(t *town.Town) []building.Building {
	list := make([]building.Building, len(t.Buildings))
	for i, b := range t.Buildings {
		list[i] = building.Building{
			Ref: b.Ref, Name: b.Name, NameEn: b.NameEn, Use: b.Use, Address: b.Address, Levels: b.Levels, HeightM: b.Height,
			Point: b.Point, Geom: orb.MultiPolygon{b.Footprint},
		}
	}
	return list
}

func demoFacilities(t *town.Town) []facility.New {
	list := make([]facility.New, len(t.Facilities))
	for i, f := range t.Facilities {
		list[i] = facility.New{
			Ref: f.Ref, Kind: f.Kind, Name: f.Name, NameEn: f.NameEn, Place: f.Place, Owner: f.Owner, Maintainer: f.Maintainer,
			Department: f.Department, Code: f.Code, Point: f.Point,
		}
	}
	return list
}

func demoServices(t *town.Town) []service.Place {
	list := make([]service.Place, len(t.Services))
	for i, s := range t.Services {
		list[i] = service.Place{Ref: s.Ref, Kind: s.Kind, Name: s.Name, NameEn: s.NameEn, Address: s.Address, Hours: s.Hours, Capacity: s.Capacity, Point: s.Point}
	}
	return list
}

// people makes the accounts' actors; every department gets a handler, since
// only its own handler may work on its cases.
func (d *demo) people() []auth.NewAccount {
	var list []auth.NewAccount
	has := map[string]bool{}
	for _, a := range d.town.Accounts {
		list = append(list, auth.NewAccount{
			Login: a.Login, Name: a.Name, Password: auth.DemoPassword,
			Grants: []actor.Grant{{Role: actor.Role(a.Role), Prefix: a.Scope, Department: a.Department}},
		})
		has[a.Department] = true
	}
	for _, x := range d.town.Departments {
		if !has[x.Code] {
			list = append(list, auth.NewAccount{
				Login: "handler-" + strings.ToLower(x.Code), Name: x.Name + "·处置员（演示）", Password: auth.DemoPassword,
				Grants: []actor.Grant{{Role: actor.Handler, Prefix: town.CityCode, Department: x.Code}},
			})
		}
	}
	return list
}

// accounts makes the accounts and remembers who acts in which role. They
// become the demo's when the town is whole.
func (d *demo) accounts(ctx context.Context) error {
	for _, n := range d.people() {
		_, err := d.Auth.AddAccount(ctx, n)
		if err != nil && !fault.Is(err, fault.Conflict) {
			return fmt.Errorf("%s: %w", n.Login, err)
		}
		a, err := d.Auth.Account(ctx, n.Login)
		if err != nil {
			return fmt.Errorf("%s: %w", n.Login, err)
		}
		d.logins = append(d.logins, n.Login)
		key := actorKey(string(n.Grants[0].Role), n.Grants[0].Department)
		if _, taken := d.actors[key]; !taken {
			d.actors[key] = a
		}
	}
	return nil
}

// open says that the town is whole.
func (d *demo) open(ctx context.Context) error { return d.Auth.MarkDemo(ctx, d.logins) }

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
	for _, c := range d.town.Cases {
		if c.Ago > pictured && !cases.State(c.State).Open() {
			c = withoutPhotos(c)
		}
		if err := d.walk(ctx, c, now); err != nil {
			return fmt.Errorf("%s: %w", c.Ref, err)
		}
	}
	return nil
}

func (d *demo) walk(ctx context.Context, c town.Case, now time.Time) error {
	at := now.Add(-c.Ago)
	clock := func() time.Time { return at }
	s := d.CasesAt(clock)
	id, rev, err := s.Known(ctx, demoKey(d.town.Seed, c.Ref))
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

func (d *demo) report(ctx context.Context, s *cases.Service, c town.Case) (uuid.UUID, error) {
	photos, err := d.photo(ctx, s, c.Photo, c.Ref)
	if err != nil {
		return uuid.Nil, err
	}
	lon, lat := c.Point[0], c.Point[1]
	report := cases.Report{Category: c.Category, Concern: c.Concern, Text: c.Text, Place: c.Place, Lon: &lon, Lat: &lat, Photos: photos, Urgent: c.Urgent}
	if c.Facility >= 0 {
		report.FacilityCode = d.town.Facilities[c.Facility].Code.Raw()
	}
	if c.Channel == "staff" {
		ctx = actor.With(ctx, d.actors[string(actor.Worker)])
	}
	receipt, err := s.Report(ctx, demoKey(d.town.Seed, c.Ref), report)
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
