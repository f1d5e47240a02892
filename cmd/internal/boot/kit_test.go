package boot

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/auth"
	"onemap/api/building"
	"onemap/api/cases"
	"onemap/api/crosswalk"
	"onemap/api/facility"
	"onemap/api/link"
	"onemap/api/service"
)

// program is the whole program over a small city, answering HTTP.
type program struct {
	*World
	server *Server
	url    string
	// One thing of each kind in street A.
	facility facility.Facility
	receipt  cases.Receipt
	photo    string
	building string
	service  string
	net      string // with the cell P1
}

func start(t *testing.T) *program {
	t.Helper()
	p, city := open(t)
	p.furnish(t, city)
	return p
}

// open gives the program over a city with nothing in it.
func open(t testing.TB) (*program, *apitest.City) {
	t.Helper()
	city := apitest.New(t)
	world, err := Open(t.Context(), Config{Data: t.TempDir(), DatabaseURL: city.URL, Zone: "Asia/Shanghai", PeopleKeyFile: city.KeyFile, AuditKey: base64.StdEncoding.EncodeToString([]byte(apitest.AuditKey))}, Serving, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := world.Close(); err != nil {
			t.Error(err)
		}
	})
	return answering(t, world, ServeConfig{CacheMB: 8}), city
}

// answering gives the program over a world that is open.
func answering(t testing.TB, world *World, c ServeConfig) *program {
	t.Helper()
	server, err := NewServer(t.Context(), world, c, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	http := httptest.NewServer(server.web.Echo)
	t.Cleanup(http.Close)
	return &program{World: world, server: server, url: http.URL}
}

func smallJPEG(w io.Writer) error {
	return jpeg.Encode(w, image.NewGray(image.Rect(0, 0, 80, 60)), nil)
}

func (p *program) furnish(t *testing.T, city *apitest.City) {
	t.Helper()
	at := apitest.InGridA
	p.facility = city.Facility(t, "bench", at)
	var picture bytes.Buffer
	if err := smallJPEG(&picture); err != nil {
		t.Fatal(err)
	}
	up, err := p.Cases.Upload(t.Context(), p.Intake, &picture)
	if err != nil {
		t.Fatal(err)
	}
	p.photo = up.ID.String()
	p.receipt, err = p.Cases.Report(t.Context(), apitest.NewID().String(), cases.Report{
		FacilityCode: p.facility.Code.Raw(), Concern: "broken", Text: "靠背断了", Photos: []string{p.photo},
	})
	if err != nil {
		t.Fatal(err)
	}
	city.Tx(t, func(tx pgx.Tx) error {
		ix, err := p.Regions.Hold(t.Context(), tx)
		if err != nil {
			return err
		}
		around := orb.MultiPolygon{{{{at[0], at[1]}, {at[0] + 0.001, at[1]}, {at[0], at[1] + 0.001}, {at[0], at[1]}}}}
		if _, err := p.Buildings.Import(t.Context(), tx, ix, link.Batch{Source: "test", NewID: newID, Now: city.Clock.Now()}, []building.Building{{Ref: "1", Name: "青禾楼", Point: at, Geom: around}}); err != nil {
			return err
		}
		if _, err := p.Services.Import(t.Context(), tx, ix, link.Batch{Source: "test", NewID: newID, Now: city.Clock.Now()}, []service.Place{{Ref: "1", Kind: "clinic", Name: "青禾诊所", Point: at}}); err != nil {
			return err
		}
		if err := tx.QueryRow(t.Context(), "SELECT id::text FROM building").Scan(&p.building); err != nil {
			return err
		}
		return tx.QueryRow(t.Context(), "SELECT id::text FROM service").Scan(&p.service)
	})
	police, err := p.Nets.Define(city.As(actor.Registrar), crosswalk.Net{Scope: apitest.StreetA, Name: "police", Kind: crosswalk.Police})
	if err != nil {
		t.Fatal(err)
	}
	p.net = police.ID.String()
	city.Tx(t, func(tx pgx.Tx) error {
		around := orb.MultiPolygon{{{{113.3, 23.4}, {113.306, 23.4}, {113.306, 23.41}, {113.3, 23.41}, {113.3, 23.4}}}}
		_, err := p.Nets.Take(t.Context(), tx, police.ID, []crosswalk.Cell{{Code: "P1", Name: "一警区", Geom: around}}, "police.shp", "")
		return err
	})
}

func (p *program) key(t *testing.T, role actor.Role, prefix string) string {
	t.Helper()
	grant := actor.Grant{Role: role, Prefix: prefix}
	if role == actor.Handler {
		grant.Department = "D01"
	}
	_, key, err := p.Auth.MakeKey(t.Context(), auth.NewKey{Name: "test", Grant: grant, ExpiresAt: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// get asks with a key, or as a visitor.
func (p *program) get(t *testing.T, path, key string) (status int, body []byte) {
	t.Helper()
	status, _, body = p.getTyped(t, path, key)
	return status, body
}

// getTyped asks for the media type, too.
func (p *program) getTyped(t *testing.T, path, key string) (status int, media string, body []byte) {
	t.Helper()
	s := p.send(t, somebody{key: key}, call{method: http.MethodGet, address: path})
	return s.status, s.media, []byte(s.body)
}
