package apitest

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/actor"
	"onemap/api/analysis"
	"onemap/api/audit"
	"onemap/api/auth"
	"onemap/api/basemap"
	"onemap/api/between"
	"onemap/api/blob"
	"onemap/api/building"
	"onemap/api/cases"
	"onemap/api/change"
	"onemap/api/crosswalk"
	"onemap/api/facility"
	"onemap/api/organisation"
	"onemap/api/person"
	"onemap/api/pg"
	"onemap/api/pgserver/pgtest"
	"onemap/api/region"
	"onemap/api/seal"
	"onemap/api/service"
	"onemap/api/transfer"
)

// Start is what the clock of a new city shows: a Monday at 08:00 there.
var Start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// Lease is how long a city believes what it last heard of its keys.
const Lease = 100 * time.Millisecond

// AuditKey is the master key of the city's audit log.
const AuditKey = "the audit's key of tests' cities"

// Zone is the city's time zone.
var Zone = time.FixedZone("UTC+8", 8*60*60)

// City is every service over one database.
type City struct {
	URL           string
	Pool          *pgxpool.Pool // under the role that reaches no people
	Vault         *pgxpool.Pool // under people's role
	owner         *pgxpool.Pool // of the tables
	Root          *pgxpool.Pool // a superuser's, for what a test does and looks at beneath the program
	Clock         *Clock
	Audit         *audit.Book
	Sealer        *audit.Sealer
	Auth          *auth.Service
	Regions       *region.Service
	Buildings     *building.Service
	Facilities    *facility.Service
	Services      *service.Service
	Organisations *organisation.Service
	Keys          *seal.Keys
	KeyFile       string // where they lie
	People        *person.Service
	Cases         *cases.Service
	Changes       *change.Log
	Photos        *blob.Folder
	Intake        *blob.Intake
	Analysis      *analysis.Service
	Nets          *crosswalk.Service
	Loader        *transfer.Loader
}

// New gives a city of its own to a test.
func New(tb testing.TB) *City {
	tb.Helper()
	url := pgtest.From(tb, key(tb), furnish)
	c, err := open(tb.Context(), url, tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	if c.Root, err = pg.Open(tb.Context(), pgtest.Root(tb, url)); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		c.Root.Close()
		c.close()
	})
	return c
}

func (c *City) close() {
	c.Vault.Close()
	c.owner.Close()
	c.Pool.Close()
}

func open(ctx context.Context, url, photos string) (*City, error) {
	pool, err := pg.OpenAs(ctx, url, pg.App)
	if err != nil {
		return nil, err
	}
	c := &City{URL: url, Pool: pool, Clock: &Clock{at: Start}}
	if c.owner, err = pg.Open(ctx, url); err != nil {
		return nil, err
	}
	if c.Vault, err = pg.OpenAs(ctx, url, pg.People); err != nil {
		return nil, err
	}
	if c.Photos, err = blob.OpenFolder(photos); err != nil {
		return nil, err
	}
	auditKey, err := audit.NewKey([]byte(AuditKey))
	if err != nil {
		return nil, err
	}
	c.Audit = &audit.Book{Pool: pool, Key: auditKey, Now: c.Clock.Now, NewID: NewID}
	c.Sealer = &audit.Sealer{Book: c.Audit, Pool: c.owner, Log: slog.New(slog.DiscardHandler)}
	if err := c.Audit.Claim(ctx, c.owner); err != nil {
		return nil, err
	}
	c.Intake = blob.NewIntake(blob.DefaultLimits())
	c.Regions = region.New(pool, c.Clock.Now)
	c.Buildings = building.New(building.Config{Pool: pool, Regions: c.Regions, Now: c.Clock.Now, NewID: NewID})
	c.Facilities = facility.NewService(facility.Config{Pool: pool, Regions: c.Regions, Now: c.Clock.Now, NewID: NewID})
	c.Services = service.New(service.Config{Pool: pool, Regions: c.Regions, Now: c.Clock.Now, NewID: NewID})
	c.Organisations = organisation.New(organisation.Config{Pool: pool, Regions: c.Regions, Now: c.Clock.Now, NewID: NewID})
	c.KeyFile = filepath.Join(photos, "people.key")
	if err := os.WriteFile(c.KeyFile, []byte(base64.StdEncoding.EncodeToString([]byte("the key of people in test cities"))+"\n"), 0o600); err != nil {
		return nil, err
	}
	if c.Keys, err = seal.Obtain(ctx, c.Vault, seal.Source{File: c.KeyFile, Lease: Lease}, c.Clock.Now()); err != nil {
		return nil, err
	}
	if c.Auth, err = auth.New(auth.Config{Pool: pool, Now: c.Clock.Now, NewID: NewID, Keys: c.Keys, Hashing: Hashing}); err != nil {
		return nil, err
	}
	c.People = person.New(person.Config{Pool: c.Vault, Keys: c.Keys, Regions: c.Regions, Now: c.Clock.Now, NewID: NewID, Zone: Zone, Sealer: c.Sealer})
	c.Buildings.People, c.Buildings.Tied, c.Buildings.Followers = between.BuildingPeople{Service: c.People}, []building.Tied{c.People, c.Organisations}, []building.Follower{c.People}
	c.Changes = &change.Log{Pool: pool}
	c.Cases = cases.New(cases.Config{
		Pool: pool, Regions: between.CaseRegions{Service: c.Regions}, Facilities: between.CaseFacilities{Service: c.Facilities},
		Photos: c.Photos, Now: c.Clock.Now, NewID: NewID, Zone: Zone,
	})
	c.Regions.Moves(c.Buildings, c.Organisations, c.Facilities, c.Services, c.Cases)
	c.Regions.Foresees(c.People, between.RegionGrants{Service: c.Auth})
	c.Analysis = analysis.New(analysis.Config{Pool: pool, Regions: c.Regions, Now: c.Clock.Now, Zone: Zone})
	c.Nets = crosswalk.New(crosswalk.Config{Pool: pool, Regions: c.Regions, Drafts: between.NetDrafts{Service: c.Regions, NewID: NewID}, Residents: c.People, Protected: between.NetGroups{Service: c.Analysis}, Now: c.Clock.Now, NewID: NewID})
	c.Regions.Surveys(region.Terrain{Barriers: basemap.Barriers, Footprints: building.Footprints, Households: building.Households, Cases: cases.Places})
	c.Loader = &transfer.Loader{
		Pool: pool, Regions: c.Regions, Buildings: c.Buildings, Facilities: c.Facilities, Services: c.Services,
		Organisations: c.Organisations, People: c.People, Cases: c.Cases, Nets: c.Nets, Keys: c.Keys, Folder: photos, Zone: Zone,
		NewID: NewID, Now: c.Clock.Now,
	}
	c.People.Traces = []person.Trace{c.Loader}
	return c, c.Regions.Load(ctx)
}

// Audited seals what was audited and gives it, the newest first.
func (c *City) Audited(tb testing.TB, ask audit.Ask) []audit.Found {
	tb.Helper()
	if _, err := c.Sealer.Now(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	ask.Limit = max(ask.Limit, 1000)
	list, err := audit.Search(tb.Context(), c.Pool, actor.Everywhere(), ask)
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

// MakeKey makes a machine's key that lives for a year.
func (c *City) MakeKey(tb testing.TB, name string, g actor.Grant) string {
	tb.Helper()
	_, key, err := c.Auth.MakeKey(tb.Context(), auth.NewKey{Name: name, Grant: g, ExpiresAt: c.Clock.Now().AddDate(1, 0, 0)})
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

// key names everything that furnish depends on.
func key(tb testing.TB) string {
	tb.Helper()
	h := sha256.New()
	fmt.Fprint(h, "5", pgtest.Migrations(tb), *Hashing, regions(), people, departments, cases.Table, cases.TakeOver, cases.StandardCodes())
	return "apitest " + hex.EncodeToString(h.Sum(nil))
}

// furnish fills the template that every city is a copy of.
func furnish(ctx context.Context, url string) error {
	if err := pg.Migrate(ctx, url); err != nil {
		return err
	}
	photos, err := os.MkdirTemp("", "apitest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(photos)
	c, err := open(ctx, url, photos)
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.Cases.Seed(ctx); err != nil {
		return err
	}
	if _, err := c.Regions.Publish(ctx, region.Redraw{Source: "apitest", Regions: regions()}); err != nil {
		return err
	}
	if err := c.Auth.PutDepartments(ctx, departments); err != nil {
		return err
	}
	return c.settle(ctx)
}

// NewID makes ids as the program does.
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// Tx runs do in a transaction that is committed.
func (c *City) Tx(tb testing.TB, do func(tx pgx.Tx) error) {
	tb.Helper()
	if err := pg.InTx(tb.Context(), c.Pool, do); err != nil {
		tb.Fatal(err)
	}
}

// Beneath runs do in a superuser's transaction that is committed: for what a
// test writes past the program.
func (c *City) Beneath(tb testing.TB, do func(tx pgx.Tx) error) {
	tb.Helper()
	if err := pg.InTx(tb.Context(), c.Root, do); err != nil {
		tb.Fatal(err)
	}
}

// Clock is the time in a city; it stands still until a test moves it.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now is what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Set moves the clock.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// Advance moves the clock on.
func (c *Clock) Advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
}
