package cases_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/cases"
	"onemap/api/fault"
	"onemap/api/web"
)

// city is a city with the words of the loop.
type city struct {
	*apitest.City
	t *testing.T
}

func newCity(t *testing.T) city {
	t.Helper()
	t.Parallel()
	return city{apitest.New(t), t}
}

// paths is how each state is reached, with who takes the steps.
var paths = map[cases.State][]cases.Action{
	cases.Reported:   {},
	cases.Rejected:   {cases.DoReject},
	cases.Filed:      {cases.DoFile},
	cases.Dispatched: {cases.DoFile, cases.DoDispatch},
	cases.Returned:   {cases.DoFile, cases.DoDispatch, cases.DoReturn},
	cases.InProgress: {cases.DoFile, cases.DoDispatch, cases.DoAccept},
	cases.Suspended:  {cases.DoFile, cases.DoDispatch, cases.DoAccept, cases.DoSuspend},
	cases.Resolved:   {cases.DoFile, cases.DoDispatch, cases.DoAccept, cases.DoResolve},
	cases.Closed:     {cases.DoFile, cases.DoDispatch, cases.DoAccept, cases.DoResolve, cases.DoClose},
}

// taker is a role that may take the action.
func taker(a cases.Action) actor.Role {
	switch a {
	case cases.DoFile, cases.DoReject, cases.DoDispatch:
		return actor.Operator
	case cases.DoClose, cases.DoRework:
		return actor.Supervisor
	case cases.DoUrge:
		return actor.Leader
	default:
		return actor.Handler
	}
}

// step takes a case one step on, with all that a step may need.
func (c city) step(ctx context.Context, id uuid.UUID, a cases.Action) error {
	c.t.Helper()
	return c.Cases.Step(ctx, id, cases.Do{Action: a, Note: "因为", Department: "D01", Rev: c.rev(id)})
}

func (c city) rev(id uuid.UUID) (rev int64) {
	c.t.Helper()
	if err := c.Pool.QueryRow(context.Background(), "SELECT rev FROM case_file WHERE id = $1", id).Scan(&rev); err != nil {
		c.t.Fatal(err)
	}
	return rev
}

// bring takes a case from its report to a state.
func (c city) bring(id uuid.UUID, to cases.State) {
	c.t.Helper()
	for _, a := range paths[to] {
		if err := c.step(c.As(taker(a)), id, a); err != nil {
			c.t.Fatalf("%s on the way to %s: %v", a, to, err)
		}
	}
}

// in gives a new case in a state.
func (c city) in(state cases.State) uuid.UUID {
	c.t.Helper()
	r := c.Report(c.t, apitest.InGridA)
	c.bring(r.ID, state)
	return r.ID
}

func (c city) get(id uuid.UUID) cases.Case {
	c.t.Helper()
	got, err := c.Cases.ByID(c.As(actor.Supervisor), id)
	if err != nil {
		c.t.Fatal(err)
	}
	return got
}

// answer is a fault that a test has looked for: no error to be handled.
type answer fault.Error

// refused fails unless the error is a fault of the kind and code.
func refused(t *testing.T, err error, kind fault.Kind, code string) *answer {
	t.Helper()
	f := fault.As(err)
	if f == nil || f.Kind != kind || f.Code != code {
		t.Fatalf("got %v, want a fault of kind %d with code %s", err, kind, code)
	}
	return (*answer)(f)
}

// locations lists the fields of a fault.
func locations(f *answer) map[string]string {
	m := map[string]string{}
	for _, field := range f.Fields {
		m[field.Location] = field.Message
	}
	return m
}

// picture is a JPEG of one colour; another shade is another file.
func picture(shade uint8) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 32, 24))
	for x := range 32 {
		for y := range 24 {
			img.Set(x, y, color.RGBA{shade, 255 - shade, 99, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func (c city) upload(shade uint8) string {
	c.t.Helper()
	up, err := c.Cases.Upload(context.Background(), c.Intake, bytes.NewReader(picture(shade)))
	if err != nil {
		c.t.Fatal(err)
	}
	return up.ID.String()
}

// rows counts what a condition finds.
func (c city) rows(from string, args ...any) (n int) {
	c.t.Helper()
	if err := c.Root.QueryRow(context.Background(), "SELECT count(*) FROM "+from, args...).Scan(&n); err != nil {
		c.t.Fatal(err)
	}
	return n
}

// serve answers the slice's routes.
func (c city) serve() *httptest.Server {
	c.t.Helper()
	s := web.New(web.Config{
		Version: "test", Auth: c.Auth, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
		Ready: func(context.Context) error { return nil },
	})
	cases.Routes(s, c.Cases, c.Intake)
	server := httptest.NewServer(s.Echo)
	c.t.Cleanup(server.Close)
	return server
}

func key() string { return uuid.NewString() }

// rubbish is a sound report.
func rubbish(lon, lat float64) cases.Report {
	return cases.Report{Category: "06010", Text: "路边有垃圾", Place: "解放路", Lon: &lon, Lat: &lat}
}

func day(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
