package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/pg"
)

// Pending is the entry of a request or a command while it runs. The first
// transaction that commits writes it, with what was noted until then; a further
// transaction writes another one, of the same request, when more was noted.
// What a transaction that was rolled back had noted is forgotten. A reading is
// written once, when all of it is known and before it is answered (Settle).
type Pending struct {
	// Reading is set before anything runs: no transaction writes the entry.
	Reading bool

	book *Book

	mu      sync.Mutex
	entry   Entry // without what was noted
	grants  []actor.Grant
	noted   noted
	ids     []uuid.UUID // of what this transaction wrote
	written int
}

// noted is what was learned of the objects while a transaction ran.
type noted struct {
	any     bool
	objects []string // kind/id
	fields  []string
	rows    int64
	placed  bool
	scope   string
}

func (n noted) clone() noted {
	n.objects, n.fields = slices.Clone(n.objects), slices.Clone(n.fields)
	return n
}

// errAlone says that something was to be audited where nothing goes along: a
// mistake of ours, never to be passed over.
var errAlone = errors.New("audit: no entry goes along with this context")

func pending(ctx context.Context) *Pending {
	p, _ := pg.CompanionOf(ctx).(*Pending)
	return p
}

// by fills in who it is.
func (p *Pending) by(a actor.Actor) {
	e := &p.entry
	e.ActorKind, e.ActorID, e.Actor = who(a)
	e.Session, p.grants = a.Session, a.Grants
}

// who is what an entry calls somebody.
func who(a actor.Actor) (kind string, id uuid.UUID, name string) {
	switch {
	case a.Key:
		return ByKey, a.ID, strings.TrimPrefix(a.Login, "key:")
	case a.Staff():
		return ByAccount, a.ID, a.Login
	case a.IsCommand():
		return BySystem, a.ID, strings.TrimPrefix(a.Login, "command:")
	}
	return ByNobody, a.ID, a.Login
}

// By says who it turned out to be: whoever just signed in.
func By(ctx context.Context, a actor.Actor) {
	with(ctx, func(p *Pending) { p.by(a) })
}

// Note adds an object to the context's entry, and the names of the fields that
// changed; never what they hold. The first object is the entry's own.
func Note(ctx context.Context, kind, id string, fields ...string) {
	with(ctx, func(p *Pending) {
		p.noted.any = true
		if object := kind + "/" + id; !slices.Contains(p.noted.objects, object) && len(p.noted.objects) < mostObjects {
			p.noted.objects = append(p.noted.objects, object)
		}
		p.field(fields)
	})
}

// mostObjects is how many objects an entry names; more are a count.
const mostObjects = 50

// Count adds to how many objects of a kind were shown or changed where they are
// not named one by one, and the names of the filters they were asked for with.
func Count(ctx context.Context, kind string, rows int64, filters ...string) {
	with(ctx, func(p *Pending) {
		p.noted.any = true
		p.noted.rows += rows
		named := func(object string) bool { return strings.HasPrefix(object, kind+"/") }
		if !slices.ContainsFunc(p.noted.objects, named) && len(p.noted.objects) < mostObjects {
			p.noted.objects = append(p.noted.objects, kind+"/")
		}
		p.field(filters)
	})
}

func (p *Pending) field(names []string) {
	for _, f := range names {
		if !slices.Contains(p.noted.fields, f) {
			p.noted.fields = append(p.noted.fields, f)
		}
	}
}

// In says where it happened, as a region code. Of several places the entry
// keeps what they have in common.
func In(ctx context.Context, code string) {
	with(ctx, func(p *Pending) {
		if p.noted.placed {
			code = common(p.noted.scope, code)
		}
		p.noted.placed, p.noted.scope = true, code
	})
}

// For says what for, once it is checked (Purpose).
func For(ctx context.Context, purpose string) {
	with(ctx, func(p *Pending) { p.entry.Purpose = purpose })
}

// PurposeOf is what for, as far as it was said.
func PurposeOf(ctx context.Context) (purpose string) {
	with(ctx, func(p *Pending) { purpose = p.entry.Purpose })
	return purpose
}

// Insist fails where no entry goes along: for what must not happen unseen.
func Insist(ctx context.Context) error {
	if pending(ctx) == nil {
		return errAlone
	}
	return nil
}

func with(ctx context.Context, do func(p *Pending)) {
	if p := pending(ctx); p != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		do(p)
	}
}

// common is the region that holds both codes.
func common(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

// Begin is pg.Companion's.
func (p *Pending) Begin() (undo func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before, purpose := p.noted.clone(), p.entry.Purpose
	p.ids = nil
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.noted, p.entry.Purpose, p.ids = before, purpose, nil
	}
}

// Last is pg.Companion's.
func (p *Pending) Last() (sql string, args []any) {
	if p.Reading {
		return "", nil
	}
	return p.last()
}

// last is the statement that writes the entry, or "" when there is nothing new to tell.
func (p *Pending) last() (sql string, args []any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.written > 0 && !p.noted.any {
		return "", nil
	}
	e := p.entry
	n := p.noted
	e.Others = []string{}
	for i, object := range n.objects {
		if i == 0 {
			e.Kind, e.Object, _ = strings.Cut(object, "/")
		} else {
			e.Others = append(e.Others, object)
		}
	}
	e.Fields, e.Rows = n.fields, n.rows
	if e.Scope = n.scope; !n.placed {
		e.Scope = p.home()
	}
	if e.Held == "" {
		e.Held = held(p.grants, e.Scope)
	}
	p.stamp(&e)
	p.ids = append(p.ids, e.ID)
	return insertEntry, p.book.values(&e)
}

func (p *Pending) stamp(e *Entry) {
	e.ID = p.book.NewID()
	e.At = p.book.Now().UTC().Truncate(time.Microsecond)
	for _, s := range []*string{&e.Actor, &e.Held, &e.Action, &e.Kind, &e.Object, &e.Purpose, &e.Address, &e.Agent, &e.Request, &e.Scope} {
		*s = clean(*s)
	}
}

// clean makes a text one that the database can keep as it is: what a header
// carries is anybody's.
func clean(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "?")
	for len(s) > mostText {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// mostText is how long a text in an entry may be, in bytes.
const mostText = 1000

// Committed is pg.Companion's.
func (p *Pending) Committed() { p.kept(!p.Reading) }

// kept is told that something was committed, and whether the entry was in it.
func (p *Pending) kept(entry bool) {
	p.mu.Lock()
	ids := p.ids
	if p.ids = nil; entry {
		p.noted = noted{}
		p.written++
	}
	p.mu.Unlock()
	p.book.witness.saw(ids)
}

// Settle writes the entry when no transaction has: of a reading, and of what
// was done without one. Nothing is answered before it is done.
func (p *Pending) Settle(ctx context.Context) error {
	if p.Reading && p.blank() {
		return nil
	}
	undo := p.Begin()
	if sql, args := p.last(); sql != "" {
		if _, err := p.book.Pool.Exec(ctx, sql, args...); err != nil {
			undo()
			return fmt.Errorf("audit of %s: %w", p.entry.Action, err)
		}
	}
	p.kept(true)
	return nil
}

// blank says that a reading showed nothing that is answered for.
func (p *Pending) blank() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.noted.any && p.entry.Outcome == Done
}

// Refuse writes that it was refused; what was noted is who and on what.
func (p *Pending) Refuse(ctx context.Context) error {
	p.mu.Lock()
	p.entry.Outcome = Refused
	p.mu.Unlock()
	return p.Settle(ctx)
}

// Written says whether an entry has been written.
func (p *Pending) Written() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.written > 0
}

// home is where the actor's grants lie, for what has no place of its own.
func (p *Pending) home() string {
	if len(p.grants) == 0 {
		return p.entry.Scope
	}
	code := p.grants[0].Prefix
	for _, g := range p.grants[1:] {
		code = common(code, g.Prefix)
	}
	return code
}

// held names the grants that reach a place; all of them when none does, as of
// somebody who is refused.
func held(grants []actor.Grant, scope string) string {
	var reach, all []string
	for _, g := range grants {
		name := string(g.Role)
		for _, part := range []string{g.Prefix, g.Department, named("grant ", g.ID), named("for ", g.DeputyFor)} {
			if part != "" {
				name += " " + part
			}
		}
		all = append(all, name)
		if strings.HasPrefix(scope, g.Prefix) {
			reach = append(reach, name)
		}
	}
	if len(reach) == 0 {
		reach = all
	}
	return strings.Join(reach, "; ")
}

// Settle settles the context's entry, if one goes along.
func Settle(ctx context.Context) error {
	if p := pending(ctx); p != nil {
		return p.Settle(ctx)
	}
	return nil
}

func named(what string, id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return what + id.String()
}
