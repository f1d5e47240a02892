package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"onemap/api/actor"
	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/web"
)

// Feed answers /api/v1/feed.
type Feed struct {
	Hub  *Hub
	Log  *change.Log
	Auth web.Authenticator
	// Heartbeat is how often a quiet stream shows that it lives, and whether
	// the reader's session still does.
	Heartbeat time.Duration
}

// Routes registers the feed.
func (f *Feed) Routes(s *web.Server) {
	web.Describe(s, huma.Operation{
		OperationID: "feed", Extensions: web.Seen(web.SightCases), Method: http.MethodGet, Path: "/api/v1/feed", Summary: "What changes, as server-sent events", Tags: []string{"map"},
		Description: "Events: hello (the position from which on the stream tells all), case and case.gone (in my sight), bulk (many objects of a kind changed: fetch anew), " +
			"reset (fetch everything anew). An event's id is EPOCH.POS; sent back as Last-Event-ID it resumes.",
		Parameters: []*huma.Param{
			{Name: "Last-Event-ID", In: "header", Description: "The id of the last event seen.", Schema: &huma.Schema{Type: huma.TypeString}},
			web.InQuery("after", "The same, for a first request.", &huma.Schema{Type: huma.TypeString}),
		},
		Responses: map[string]*huma.Response{"200": {
			Description: "The stream", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}},
		}},
		Errors: []int{422, 429, 503},
	})
	s.Echo.GET("/api/v1/feed", f.serve)
}

var errCut = errors.New("the reader was cut off")

func (f *Feed) serve(c echo.Context) error {
	from, resume, err := lastEventID(c.Request())
	if err != nil {
		return err
	}
	r, at, err := f.Hub.join(readerOf(c))
	if err != nil {
		return err
	}
	defer f.Hub.leave(r)
	h := c.Response().Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a proxy passes each event on at once
	c.Response().WriteHeader(http.StatusOK)
	st := &stream{c: c, out: http.NewResponseController(c.Response()), by: actor.From(c.Request().Context()), epoch: at.Epoch, pos: at.Pos}
	// However it ends, the answer has begun: the reader comes back by itself.
	_ = f.run(c.Request().Context(), st, r, at, from, resume)
	return nil
}

// readerOf is who listens, and how many streams that may be: an account's, which
// a wall of screens may share, or those of all visitors behind one address.
func readerOf(c echo.Context) (who string, most int) {
	if by := actor.From(c.Request().Context()); by.Staff() {
		return by.ID.String(), mostOfAccount
	}
	return "address " + c.RealIP(), mostOfAddress
}

// lastEventID is where a reader stopped: the header a browser sends by itself
// when it reconnects, or the parameter a page sends with its first request.
func lastEventID(r *http.Request) (at change.Position, resume bool, err error) {
	id := r.Header.Get("Last-Event-ID")
	if id == "" {
		id = r.URL.Query().Get("after")
	}
	if id == "" {
		return at, false, nil
	}
	at, err = change.ParsePosition(id)
	if err != nil {
		var f fault.Fields
		f.Add("header.Last-Event-ID", id, "an id this feed has sent, as EPOCH.POS")
		return at, false, f.Err("feed.position")
	}
	return at, true, nil
}

func (f *Feed) run(ctx context.Context, st *stream, r *reader, at, from change.Position, resume bool) error {
	if resume {
		if err := f.catchUp(ctx, st, from, at); err != nil {
			return err
		}
	}
	if err := st.send(st.pos, event{"hello", map[string]int64{"pos": st.pos}}); err != nil {
		return err
	}
	beat := time.NewTicker(f.Heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e, ok := <-r.entries:
			if !ok {
				return errCut
			}
			if err := st.entry(*e); err != nil {
				return err
			}
		case <-beat.C:
			if err := f.beat(ctx, st); err != nil {
				return err
			}
		}
	}
}

// catchUp sends what lies between where the reader stopped and where it joins,
// or tells it to start over when that is no longer known. A reader that comes
// from a faster process stopped further on than here: it waits for the rest.
func (f *Feed) catchUp(ctx context.Context, st *stream, from, to change.Position) error {
	reaches, err := f.Log.Reaches(ctx, from)
	if err != nil {
		return err
	}
	if !reaches {
		return st.reset(to.Pos)
	}
	st.pos = from.Pos
	for st.pos < to.Pos {
		entries, err := f.Log.After(ctx, st.pos, 1000)
		if errors.Is(err, change.ErrTrimmed) { // while it was being read
			return st.reset(to.Pos)
		}
		if err != nil || len(entries) == 0 {
			return err
		}
		for _, e := range entries {
			if e.Pos > to.Pos {
				return nil
			}
			if err := st.entry(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// beat shows life, and ends the stream of a session that has ended or changed.
// While the database is gone nothing new can be told, so the stream is kept. The
// id goes with it, so that a reader who sees little need not be searched for much.
func (f *Feed) beat(ctx context.Context, st *stream) error {
	by, err := f.Auth.Authenticate(ctx, st.c.Request())
	switch {
	case fault.Is(pg.Fault(err), fault.Unavailable):
	case err != nil || by.ID != st.by.ID:
		return errCut
	default:
		st.by = by
	}
	return st.write(fmt.Sprintf(": beat\nid: %s\n\n", st.at()))
}

// stream writes events to one reader.
type stream struct {
	c     echo.Context
	out   *http.ResponseController
	by    actor.Actor
	epoch int64
	pos   int64 // up to here the reader has been told everything
}

func (s *stream) at() change.Position { return change.Position{Epoch: s.epoch, Pos: s.pos} }

func (s *stream) entry(e change.Entry) error {
	if e.Pos <= s.pos {
		return nil
	}
	s.pos = e.Pos
	ev, err := see(e, s.by)
	if err != nil || ev.name == "" {
		return err
	}
	return s.send(e.Pos, ev)
}

// reset tells the reader to fetch everything anew, and goes on from pos.
func (s *stream) reset(pos int64) error {
	s.pos = pos
	return s.send(pos, event{"reset", map[string]int64{"pos": pos}})
}

func (s *stream) send(pos int64, ev event) error {
	data, err := json.Marshal(ev.data)
	if err != nil {
		return err
	}
	return s.write(fmt.Sprintf("id: %s\nevent: %s\ndata: %s\n\n", change.Position{Epoch: s.epoch, Pos: pos}, ev.name, data))
}

func (s *stream) write(text string) error {
	if _, err := s.c.Response().Write([]byte(text)); err != nil {
		return err
	}
	return s.out.Flush()
}
