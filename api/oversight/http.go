package oversight

import (
	"cmp"
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/web"
)

// Service answers questions about the audit log.
type Service struct {
	Pool *pgxpool.Pool
	Job  *audit.Job
	// Zone is the city's: a day begins there.
	Zone *time.Location
}

type askIn struct {
	Actor  string `query:"actor" maxLength:"80" doc:"An account's id, or its login."`
	Action string `query:"action" maxLength:"80" doc:"An operation's id, such as reveal-person, or a command."`
	Kind   string `query:"kind" maxLength:"40" doc:"What it was done to: person, case, facility, export ..."`
	Object string `query:"object" maxLength:"80" doc:"Its id; needs kind. Of kind export: the number that stands in a file that went out, and of people in each of its rows, as somebody types it."`
	Since  string `query:"since" doc:"At or after: a time or a day."`
	Until  string `query:"until" doc:"Before: a time or a day."`
	Region string `query:"region" maxLength:"15" pattern:"^[0-9]*$" doc:"A region code."`
	Cursor string `query:"cursor" maxLength:"20" doc:"next of the page before."`
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
}

// Entry is who did what, as the log has it.
type Entry struct {
	Seq       int64      `json:"seq" doc:"Its place in the log."`
	At        time.Time  `json:"at"`
	ActorKind string     `json:"actor_kind" enum:"account,key,system,nobody"`
	ActorID   *uuid.UUID `json:"actor_id"`
	Actor     string     `json:"actor" doc:"The login, the key's name or the command."`
	ActorName string     `json:"actor_name,omitempty" doc:"What the account is called now."`
	Session   *uuid.UUID `json:"session"`
	Held      string     `json:"held" doc:"The grants that reach the place."`
	Action    string     `json:"action"`
	Outcome   string     `json:"outcome" enum:"done,refused"`
	Kind      string     `json:"kind"`
	Object    string     `json:"object"`
	Others    []string   `json:"others" doc:"Further objects, as kind/id."`
	Fields    []string   `json:"fields" doc:"Names of what was changed or asked for, never what they hold."`
	Rows      int64      `json:"rows" doc:"How many were shown or changed, where they are not named one by one."`
	Purpose   string     `json:"purpose"`
	Address   string     `json:"address" doc:"Where it came from; of residents the network only."`
	Agent     string     `json:"agent"`
	Request   string     `json:"request"`
	ScopeCode string     `json:"scope_code" doc:"The place; empty is all of it."`
}

type askOut struct {
	Body struct {
		Items []Entry `json:"items"`
		Next  string  `json:"next" doc:"The cursor of the next page; empty at the end."`
	}
}

// Routes registers the adapter.
func Routes(s *web.Server, service *Service) {
	op := func(id, method, path, summary string, status int) huma.Operation {
		return huma.Operation{
			OperationID: id, Extensions: web.Seen(web.SightAudit), Method: method, Path: path, Summary: summary, Tags: []string{"audit"}, Security: web.Staff,
			DefaultStatus: status, Errors: []int{401, 403, 422},
		}
	}
	file := op("export-audit", http.MethodGet, "/api/v1/audit.csv", "The same as a file, 100,000 entries at most; that it went out is kept", 0)
	file.Extensions = web.SeenAudited(web.SightAudit, web.AuditReading)
	file.Responses = map[string]*huma.Response{"200": web.Bytes("The file", "text/csv")}
	web.Add(s, op("list-audit", http.MethodGet, "/api/v1/audit", "Who did what in my jurisdiction, the newest first", 0), service.list)
	web.Add(s, file, service.file)
	head := op("audit-head", http.MethodGet, "/api/v1/audit/head.jsonl", "The signed head of this moment, one line of JSON, to keep where the database's administrators cannot reach", 0)
	head.Responses = map[string]*huma.Response{"200": web.Bytes("The head", "application/x-ndjson")}
	web.Add(s, head, service.head)
	web.Add(s, op("audit-verification", http.MethodGet, "/api/v1/audit/verification", "The head of the log, and what the last verification found", 0), service.verification)
	web.Add(s, op("verify-audit", http.MethodPost, "/api/v1/audit/verification", "Compute the whole log again, in the background", http.StatusAccepted), service.verify)
}

// overseer is the scope of an auditor or administrator.
func overseer(ctx context.Context) (actor.Scope, error) {
	a, err := web.SignedIn(ctx)
	if err != nil {
		return actor.Scope{}, err
	}
	scope := a.Oversight()
	if scope.Empty() {
		return scope, fault.New(fault.Forbidden, "audit.role", "The audit log is for auditors and administrators.")
	}
	return scope, nil
}

func (s *Service) ask(in *askIn, limit int) (audit.Ask, error) {
	var f fault.Fields
	ask := audit.Ask{
		Actor: in.Actor, Action: in.Action, Kind: in.Kind, Object: in.Object, Region: in.Region, Limit: limit,
		Since: s.time(&f, "query.since", in.Since), Until: s.time(&f, "query.until", in.Until),
	}
	if in.Object != "" && in.Kind == "" {
		f.Add("query.kind", nil, "say of what kind the object is")
	}
	var err error
	if in.Kind == audit.ExportObject && in.Object != "" {
		if ask.Object, err = audit.ReadNumber(in.Object); err != nil {
			f.Add("query.object", in.Object, "%s", err.Error())
		}
	}
	if err := f.Err("audit.ask"); err != nil {
		return ask, err
	}
	ask.Before, err = audit.Cursor(in.Cursor)
	return ask, err
}

func (s *Service) time(f *fault.Fields, location, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t
	}
	t, err := time.ParseInLocation(time.DateOnly, text, s.Zone)
	if err != nil {
		f.Add(location, text, "a time like 2026-11-22T08:00:00+08:00, or a day like 2026-11-22")
	}
	return t
}

// search gives what somebody asks for in their jurisdiction, also what was done a
// moment ago and waits to be sealed.
func (s *Service) search(ctx context.Context, in *askIn, limit int) ([]audit.Found, error) {
	scope, err := overseer(ctx)
	if err != nil {
		return nil, err
	}
	ask, err := s.ask(in, limit)
	if err != nil {
		return nil, err
	}
	if _, err := s.Job.Sealer.Now(ctx); err != nil {
		return nil, err
	}
	return audit.Search(ctx, s.Pool, scope, ask)
}

func (s *Service) list(ctx context.Context, in *askIn) (*askOut, error) {
	list, err := s.search(ctx, in, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &askOut{}
	out.Body.Items = []Entry{}
	for _, e := range list {
		out.Body.Items = append(out.Body.Items, shown(e))
	}
	out.Body.Next = audit.Next(list, in.Limit)
	return out, s.name(ctx, out.Body.Items)
}

// name says whose the accounts of entries are.
func (s *Service) name(ctx context.Context, list []Entry) error {
	var ids []uuid.UUID
	for _, e := range list {
		if e.ActorKind == audit.ByAccount && e.ActorID != nil {
			ids = append(ids, *e.ActorID)
		}
	}
	names, err := s.names(ctx, ids)
	for i, e := range list {
		if e.ActorID != nil {
			list[i].ActorName = names[*e.ActorID]
		}
	}
	return err
}

func (s *Service) names(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return pg.Pairs[uuid.UUID, string](ctx, s.Pool, "SELECT id, name FROM account WHERE id = ANY ($1)", ids)
}

func shown(e audit.Found) Entry {
	id := func(id uuid.UUID) *uuid.UUID {
		if id == uuid.Nil {
			return nil
		}
		return &id
	}
	return Entry{
		Seq: e.Seq, At: e.At, ActorKind: e.ActorKind, ActorID: id(e.ActorID), Actor: e.Actor, Session: id(e.Session), Held: e.Held, Action: e.Action, Outcome: e.Outcome,
		Kind: e.Kind, Object: e.Object, Others: e.Others, Fields: e.Fields, Rows: e.Rows, Purpose: e.Purpose, Address: e.Address, Agent: e.Agent, Request: e.Request, ScopeCode: e.Scope,
	}
}

// Verification is what is known of the log's wholeness.
type Verification struct {
	Seq          int64       `json:"seq" doc:"The newest entry."`
	Hash         string      `json:"hash" doc:"Its hash, as hex."`
	At           *time.Time  `json:"at" doc:"When it was sealed."`
	LastAt       *time.Time  `json:"last_at" doc:"When the log was last verified; null: never."`
	LastBy       string      `json:"last_by,omitempty" doc:"Who asked for it: an account's name, a command or a key."`
	LastFindings int64       `json:"last_findings" doc:"How many things were wrong then."`
	State        audit.State `json:"state" doc:"Of this server."`
}

type verificationOut struct{ Body Verification }

func (s *Service) verification(ctx context.Context, _ *struct{}) (*verificationOut, error) {
	if _, err := overseer(ctx); err != nil {
		return nil, err
	}
	if _, err := s.Job.Sealer.Now(ctx); err != nil { // what was verified a moment ago waits
		return nil, err
	}
	head, err := audit.ReadHead(ctx, s.Pool)
	if err != nil {
		return nil, err
	}
	last, verified, err := audit.LastVerified(ctx, s.Pool)
	if err != nil {
		return nil, err
	}
	v := Verification{Seq: head.Seq, Hash: hex.EncodeToString(head.Hash), At: &head.At, State: s.Job.State()}
	if verified {
		names, err := s.names(ctx, []uuid.UUID{last.ActorID})
		if err != nil {
			return nil, err
		}
		v.LastAt, v.LastFindings, v.LastBy = &last.At, last.Rows, cmp.Or(names[last.ActorID], last.Actor)
	}
	return &verificationOut{v}, nil
}

func (s *Service) verify(ctx context.Context, _ *struct{}) (*verificationOut, error) {
	if _, err := overseer(ctx); err != nil {
		return nil, err
	}
	s.Job.Start(ctx)
	return s.verification(ctx, nil)
}
