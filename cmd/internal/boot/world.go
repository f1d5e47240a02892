package boot

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
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
	"onemap/api/region"
	"onemap/api/seal"
	"onemap/api/service"
	"onemap/api/setting"
	"onemap/api/transfer"
	"onemap/api/vault"
)

// World is every service of one city over one database.
type World struct {
	Config Config
	Log    *slog.Logger
	Pool   *pgxpool.Pool // under the role that reaches no people
	Vault  *pgxpool.Pool // under the role that does, through api/vault
	Tiles  *pgxpool.Pool // for renders, which are often given up
	Zone   *time.Location

	Auth          *auth.Service
	Regions       *region.Service
	Buildings     *building.Service
	Facilities    *facility.Service
	Services      *service.Service
	Organisations *organisation.Service
	Keys          *seal.Keys // of people's data
	Audit         *audit.Book
	Sealer        *audit.Sealer
	People        *person.Service
	Cases         *cases.Service
	Photos        *blob.Folder
	Intake        *blob.Intake
	Changes       *change.Log
	Analysis      *analysis.Service
	Nets          *crosswalk.Service
	Loader        *transfer.Loader
	Settings      *setting.Service

	database *Database
	owner    *pgxpool.Pool // of the tables: who seals the audit log, and makes partitions
	keeper   *change.Keeper
	entry    *audit.Pending // of a command
	leave    []func()       // before the pools are closed
}

// Owner says whether this process has to be the one that runs the database's
// server (serve), or may work through a running one (commands).
type Owner bool

// The two ways to open a world.
const (
	Serving    Owner = true
	Commanding Owner = false
)

// Open takes the database, brings it up to date and makes the services.
func Open(ctx context.Context, c Config, owner Owner, log *slog.Logger) (*World, error) {
	zone, err := c.zone()
	if err != nil {
		return nil, err
	}
	db, err := openDatabase(ctx, c, owner == Commanding, log)
	if err != nil {
		return nil, err
	}
	w := &World{Config: c, Log: log, Zone: zone, database: db}
	if err := w.build(ctx); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	if owner == Commanding {
		w.followKeys()
	}
	return w, nil
}

// followKeys hears of new keys of people's data while a command runs, and says when
// this process has not got one: a rotation sees a long command as it sees a server.
func (w *World) followKeys() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.Keys.Follow(ctx, func(err error) { w.Log.ErrorContext(ctx, "keys of people's data", "error", err) })
	}()
	w.leave = append(w.leave, func() { cancel(); <-ended })
}

func (w *World) build(ctx context.Context) (err error) {
	if err := pg.Migrate(ctx, w.database.url); err != nil {
		return err
	}
	if w.Pool, err = pg.OpenAs(ctx, w.database.url, pg.App); err != nil {
		return err
	}
	if w.Vault, err = pg.OpenAs(ctx, w.database.url, pg.People); err != nil {
		return err
	}
	if err := vault.Prove(ctx, w.Pool, w.Vault); err != nil {
		return err
	}
	if w.owner, err = pg.Open(ctx, w.database.url); err != nil {
		return err
	}
	leave, err := audit.Attend(ctx, w.owner)
	if err != nil {
		return err
	}
	w.leave = append(w.leave, leave)
	if w.Tiles, err = pg.OpenForRenders(ctx, w.database.url); err != nil {
		return err
	}
	if w.Audit, err = w.auditBook(ctx); err != nil {
		return err
	}
	w.Sealer = &audit.Sealer{Book: w.Audit, Pool: w.owner, Log: w.Log, Heads: w.Config.auditHeads()}
	photos, err := w.Config.photos()
	if err != nil {
		return err
	}
	if w.Photos, err = blob.OpenFolder(photos); err != nil {
		return err
	}
	w.Intake = blob.NewIntake(blob.DefaultLimits())
	w.Regions = region.New(w.Pool, time.Now)
	w.Buildings = building.New(building.Config{Pool: w.Pool, Regions: w.Regions, Now: time.Now, NewID: newID})
	w.Facilities = facility.NewService(facility.Config{Pool: w.Pool, PublicURL: w.Config.PublicURL, Regions: w.Regions, Now: time.Now, NewID: newID}).PrintWith(w.Config.Font)
	w.Services = service.New(service.Config{Pool: w.Pool, Regions: w.Regions, Now: time.Now, NewID: newID})
	w.Organisations = organisation.New(organisation.Config{Pool: w.Pool, Regions: w.Regions, Now: time.Now, NewID: newID})
	if w.Keys, err = seal.Obtain(ctx, w.Vault, w.Config.peopleKey(), time.Now()); err != nil {
		return err
	}
	w.Settings = setting.New(setting.Config{Pool: w.Pool, Now: time.Now, Start: w.Config.settings(), Given: w.Config.Given})
	if err := w.Settings.Load(ctx); err != nil {
		return err
	}
	if w.Auth, err = auth.New(auth.Config{Pool: w.Pool, Now: time.Now, NewID: newID, Keys: w.Keys, PublicURL: w.Config.PublicURL, Demo: w.Config.Demo, Rules: w.rules}); err != nil {
		return err
	}
	w.People = person.New(person.Config{Pool: w.Vault, Keys: w.Keys, Regions: w.Regions, Now: time.Now, NewID: newID, Zone: w.Zone, Sealer: w.Sealer, Keep: w.keepLeft})
	w.Buildings.People, w.Buildings.Tied, w.Buildings.Followers = between.BuildingPeople{Service: w.People}, []building.Tied{w.People, w.Organisations}, []building.Follower{w.People}
	w.Changes = &change.Log{Pool: w.Pool}
	w.keeper = &change.Keeper{Pool: w.owner, Log: w.Log, Days: int(w.Config.KeepChangesDays), Changes: w.Config.KeepChanges}
	if err := w.keeper.Round(ctx); err != nil { // what a command records needs room, too
		return err
	}
	w.Analysis = analysis.New(analysis.Config{Pool: w.Pool, Regions: w.Regions, Now: time.Now, Zone: w.Zone})
	w.Cases = w.CasesAt(time.Now)
	w.Nets = crosswalk.New(crosswalk.Config{
		Pool: w.Pool, Regions: w.Regions, Drafts: between.NetDrafts{Service: w.Regions, NewID: newID}, Residents: w.People, Protected: between.NetGroups{Service: w.Analysis}, Now: time.Now, NewID: newID,
	})
	w.Regions.Moves(w.Buildings, w.Organisations, w.Facilities, w.Services, w.Cases)
	w.Regions.Foresees(w.People, between.RegionGrants{Service: w.Auth})
	w.Regions.Surveys(region.Terrain{Barriers: basemap.Barriers, Footprints: building.Footprints, Households: building.Households, Cases: cases.Places})
	imports, err := w.Config.imports()
	if err != nil {
		return err
	}
	w.Loader = &transfer.Loader{
		Pool: w.Pool, Regions: w.Regions, Buildings: w.Buildings, Facilities: w.Facilities, Services: w.Services,
		Organisations: w.Organisations, People: w.People, Cases: w.Cases, Nets: w.Nets, Keys: w.Keys, Folder: imports, Zone: w.Zone,
		NewID: newID, Now: time.Now,
	}
	w.People.Traces = []person.Trace{w.Loader}
	if err := w.Cases.Seed(ctx); err != nil {
		return err
	}
	if err := w.Regions.Load(ctx); err != nil {
		return err
	}
	return w.Cases.Reground(ctx)
}

// CasesAt is the case service under another clock: the demo town walks its
// cases through the past with it.
func (w *World) CasesAt(now func() time.Time) *cases.Service {
	return cases.New(cases.Config{
		Pool: w.Pool, Regions: between.CaseRegions{Service: w.Regions}, Facilities: between.CaseFacilities{Service: w.Facilities},
		Photos: w.Photos, Now: now, NewID: newID, Zone: w.Zone,
	})
}

// auditBook is where entries are written, with the key that the log began with.
func (w *World) auditBook(ctx context.Context) (*audit.Book, error) {
	begun, err := audit.Begun(ctx, w.owner)
	if err != nil {
		return nil, err
	}
	key, err := auditKeyFrom(w.Config.auditKey(), !begun)
	if err != nil {
		return nil, err
	}
	b := &audit.Book{Pool: w.Pool, Key: key, Now: time.Now, NewID: newID}
	return b, b.Claim(ctx, w.owner)
}

// auditKeyFrom reads the key of the audit log, or makes one where that may be done.
func auditKeyFrom(from seal.Source, mayMake bool) (*audit.Key, error) {
	master, err := from.Master(mayMake)
	if err != nil {
		return nil, err
	}
	return audit.NewKey(master)
}

// Rotation changes the key of everything that is sealed; tell hears how far it is.
func (w *World) Rotation(tell func(words string)) seal.Rotation {
	return seal.Rotation{Keys: w.Keys, Keepers: []seal.Keeper{w.People, w.Auth, w.Loader}, Now: time.Now, Tell: tell}
}

// As opens the audit entry of a command, which Close seals.
func (w *World) As(ctx context.Context, command string) context.Context {
	ctx, w.entry = w.Audit.Command(actor.With(ctx, actor.Command(command)), command)
	return ctx
}

// sealEntry seals what a command has written; a server beside would do so, too.
func (w *World) sealEntry() error {
	if w.entry == nil || !w.entry.Written() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return w.Sealer.Finish(ctx)
}

// DatabaseFolder is where the files of a private database lie, or "".
func (w *World) DatabaseFolder() string { return w.database.Folder() }

// newID makes an id whose order is roughly that of time.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// reconnect drops connections to a database that has died.
func (w *World) reconnect() {
	w.Pool.Reset()
	w.Vault.Reset()
	w.Tiles.Reset()
	w.owner.Reset()
}

// Close gives the database back.
func (w *World) Close() error {
	sealing := w.sealEntry()
	for _, leave := range w.leave {
		leave()
	}
	for _, pool := range []*pgxpool.Pool{w.Tiles, w.Vault, w.Pool, w.owner} {
		if pool != nil {
			pool.Close()
		}
	}
	return errors.Join(sealing, w.database.Close())
}
