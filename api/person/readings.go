package person

import (
	"context"
	"time"

	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/web"
)

type readingsIn struct {
	ID     string `path:"id" format:"uuid"`
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
	Cursor string `query:"cursor" maxLength:"20" doc:"next of the page before."`
	Purposed
}

// Purposed is what a record is read or changed for. The door has read it already;
// it stands here to be described, and is exported because the decoder reads it as
// part of a larger question.
type Purposed struct {
	Purpose string `header:"X-Purpose" doc:"What the record is read or changed for, percent-encoded: needed, and kept with your name. Once said it may be sent with each request."`
}

// purposed refuses a request that did not say what for.
func purposed(ctx context.Context) error {
	_, err := audit.Purpose(audit.PurposeOf(ctx), "header."+web.PurposeHeader)
	return err
}

// opened is a record within the actor's sight, for a purpose that was said.
func (s *Service) opened(ctx context.Context, id uuid.UUID) (Full, error) {
	p, err := s.ByID(ctx, id)
	if err == nil {
		err = purposed(ctx)
	}
	return p, err
}

// Reading is one look at a record, or one change of it: what a citizen is told
// who asks.
type Reading struct {
	At      time.Time  `json:"at"`
	By      string     `json:"by" doc:"The account's login, the key's name, or the program."`
	ByID    *uuid.UUID `json:"by_id" doc:"The account; null where it was none."`
	Held    string     `json:"held" doc:"In which office: the grants that reach the place."`
	Action  string     `json:"action" doc:"How: get-person is the page with masks, reveal-person the record in full."`
	Fields  []string   `json:"fields" doc:"What was shown in full, or changed."`
	Purpose string     `json:"purpose"`
}

type readingsOut struct {
	Body struct {
		Items []Reading `json:"items"`
		Next  string    `json:"next" doc:"The cursor of the next page; empty at the end."`
	}
}

// readings answers who has looked at a record within the actor's sight; to look
// at that is to look at the record, and is kept with its purpose.
func (s *Service) readings(ctx context.Context, in *readingsIn) (*readingsOut, error) {
	id, err := record(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	p, err := s.opened(ctx, id)
	if err != nil {
		return nil, err
	}
	before, err := audit.Cursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := s.Sealer.Now(ctx); err != nil {
		return nil, err
	}
	list, err := audit.Search(ctx, s.Pool, actor.Everywhere(), audit.Ask{Kind: "person", Object: id.String(), Before: before, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &readingsOut{}
	out.Body.Items = []Reading{}
	for _, e := range list {
		r := Reading{At: e.At, By: e.Actor, Held: e.Held, Action: e.Action, Fields: e.Fields, Purpose: e.Purpose}
		if e.ActorID != uuid.Nil {
			r.ByID = &e.ActorID
		}
		out.Body.Items = append(out.Body.Items, r)
	}
	out.Body.Next = audit.Next(list, in.Limit)
	audit.Note(ctx, "person", id.String(), "readings")
	audit.In(ctx, p.ScopeCode)
	return out, nil
}
