package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/actor"
	"onemap/api/pg"
)

// Book is where entries are written.
type Book struct {
	Pool  *pgxpool.Pool
	Key   *Key
	Now   func() time.Time
	NewID func() uuid.UUID

	witness witness
}

const insertEntry = "INSERT INTO audit_inbox (body, mac) VALUES ($1, $2)"

func (b *Book) values(e *Entry) []any {
	body := e.encode()
	return []any{body, b.Key.sign(body)}
}

// insert writes an entry of the log's own.
func (b *Book) insert(ctx context.Context, pool *pgxpool.Pool, e *Entry) error {
	if _, err := pool.Exec(ctx, insertEntry, b.values(e)...); err != nil {
		return fmt.Errorf("audit of %s: %w", e.Action, err)
	}
	return nil
}

// Open begins an entry and makes it go along with the transactions of a
// context; the actor is the context's, unless e names one.
func (b *Book) Open(ctx context.Context, e Entry) (context.Context, *Pending) {
	if e.Outcome == "" {
		e.Outcome = Done
	}
	p := &Pending{book: b, entry: e}
	if e.ActorKind == "" {
		p.by(actor.From(ctx))
	}
	return pg.WithCompanion(ctx, p), p
}

// Command opens the entry of a command or a task of the program: its actor is
// the system, whose name says which.
func (b *Book) Command(ctx context.Context, name string) (context.Context, *Pending) {
	return b.Open(ctx, Entry{ActorKind: BySystem, Actor: name, Action: name})
}

// Carry gives base an entry for what a request, whose context is from, leaves to
// be done after its answer: who it was and from where stay, action is what is
// done. Each transaction that notes something writes one.
func Carry(base, from context.Context, action string) context.Context {
	p := pending(from)
	if p == nil {
		return base
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	left := &Pending{book: p.book, entry: p.entry, grants: p.grants, written: 1}
	left.entry.Action = action
	return pg.WithCompanion(base, left)
}
