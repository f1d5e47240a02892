package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/pg"
)

// State is where a run stands.
type State string

// The states of a run.
const (
	Uploaded State = "uploaded"
	Running  State = "running"
	Done     State = "done"
	Failed   State = "failed"
	Stopped  State = "stopped"
)

// Counts say what became of the rows that were read.
type Counts struct {
	Read      int64 `json:"read"`
	Fresh     int64 `json:"fresh" doc:"Objects that are new."`
	Changed   int64 `json:"changed"`
	Unchanged int64 `json:"unchanged"`
	Refused   int64 `json:"refused"`
	Doubtful  int64 `json:"doubtful" doc:"Set aside for a person."`
}

// Told is what a run remembers beside its counts, from chunk to chunk.
type Told struct {
	Counts
	Reasons map[string]int64 `json:"reasons,omitempty"`
	First   []Refusal        `json:"first,omitempty"` // the first hundred refusals
	Bytes   int64            `json:"refused_bytes"`   // how long the file of refused rows is
	Seconds float64          `json:"seconds"`
	Draft   *Drafted         `json:"draft,omitempty"`
}

// Run is one file on its way in.
type Run struct {
	ID       uuid.UUID
	Kind     string
	FileName string
	SHA256   []byte
	Bytes    int64
	Mapping  Mapping
	Scope    []string // the prefixes its rows may lie in; nil is everywhere
	DryRun   bool
	State    State
	Position int64
	Told     Told
	Error    string
	Account  uuid.UUID
	By       string
	Created  time.Time
	Updated  time.Time
	Ended    *time.Time
	byChunks bool        // the file was tried as a whole
	actor    actor.Actor // who began it, for a draft of theirs
}

const runColumns = `SELECT r.id, r.kind, r.file_name, r.sha256, r.bytes, r.mapping, r.scope, r.dry_run, r.state, r.position, r.counts, r.error,
    COALESCE(r.account_id, '00000000-0000-0000-0000-000000000000'), COALESCE(a.name, ''), r.created_at, r.updated_at, r.ended_at
FROM import_run r LEFT JOIN account a ON a.id = r.account_id `

func scanRun(row pgx.CollectableRow) (r Run, err error) {
	var scope string
	err = row.Scan(&r.ID, &r.Kind, &r.FileName, &r.SHA256, &r.Bytes, &r.Mapping, &scope, &r.DryRun, &r.State, &r.Position, &r.Told, &r.Error,
		&r.Account, &r.By, &r.Created, &r.Updated, &r.Ended)
	if err == nil && scope != "" {
		err = json.Unmarshal([]byte(scope), &r.Scope)
	}
	return r, err
}

func (l *Loader) oneRun(ctx context.Context, q pg.Querier, where string, args ...any) (Run, error) {
	rows, err := q.Query(ctx, runColumns+where, args...)
	if err != nil {
		return Run{}, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRun)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, fault.Missing("import")
	}
	return r, err
}

func putRun(ctx context.Context, tx pgx.Tx, r Run) error {
	var account *uuid.UUID
	if r.Account != uuid.Nil {
		account = &r.Account
	}
	scope := ""
	if r.Scope != nil {
		text, err := json.Marshal(r.Scope)
		if err != nil {
			return err
		}
		scope = string(text)
	}
	_, err := tx.Exec(ctx, `
INSERT INTO import_run (id, kind, file_name, sha256, bytes, mapping, scope, dry_run, state, position, counts, account_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)`,
		r.ID, r.Kind, r.FileName, r.SHA256, r.Bytes, r.Mapping, scope, r.DryRun, r.State, r.Position, r.Told, account, r.Created)
	return err
}

// errTaken says that somebody else goes on with the same file.
var errTaken = fault.New(fault.Conflict, "import.taken", "The same file is being imported by another process just now; this one stops, and nothing is done twice.")

// claim gives the run of a file: the one that broke off with the same mapping,
// or a new one. The table is held for a moment, so that two never begin at once.
func (l *Loader) claim(ctx context.Context, fresh Run, again bool) (run Run, resumed bool, err error) {
	err = pg.InTx(ctx, l.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "LOCK TABLE import_run IN SHARE ROW EXCLUSIVE MODE"); err != nil {
			return err
		}
		if !again && !fresh.DryRun {
			run, err = l.oneRun(ctx, tx, `WHERE r.sha256 = $1 AND r.kind = $2 AND r.mapping = $3 AND NOT r.dry_run AND r.account_id IS NULL AND r.state IN ('running', 'stopped', 'failed')
ORDER BY r.created_at DESC LIMIT 1`, fresh.SHA256, fresh.Kind, fresh.Mapping)
			if err == nil {
				resumed = run.Position > 0
				_, err = tx.Exec(ctx, "UPDATE import_run SET state = 'running', error = '', ended_at = NULL, updated_at = $2 WHERE id = $1", run.ID, l.Now())
				return err
			}
			if !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		run = fresh
		return putRun(ctx, tx, run)
	})
	return run, resumed, err
}

// hold locks the runs of the run's file, so that imports of one file take turns,
// and makes sure that nobody else has gone on with this run.
func hold(ctx context.Context, tx pgx.Tx, r *Run) error {
	rows, err := tx.Query(ctx, "SELECT id, position, state FROM import_run WHERE sha256 = $1 AND kind = $2 ORDER BY id FOR UPDATE", r.SHA256, r.Kind)
	if err != nil {
		return err
	}
	var id uuid.UUID
	var position int64
	var state State
	var found, elsewhere, stopped bool
	_, err = pgx.ForEachRow(rows, []any{&id, &position, &state}, func() error {
		if id == r.ID {
			found, elsewhere, stopped = true, position != r.Position, state != Running
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case !found || stopped:
		return errStopped
	case elsewhere:
		return errTaken
	}
	return nil
}

// errStopped ends a run that somebody stopped or deleted.
var errStopped = errors.New("the import was stopped")

// advance writes how far the run has come, in the chunk's own transaction.
func (l *Loader) advance(ctx context.Context, tx pgx.Tx, r *Run, position int64, told Told) error {
	_, err := tx.Exec(ctx, "UPDATE import_run SET position = $2, counts = $3, updated_at = $4 WHERE id = $1", r.ID, position, told, l.Now())
	return err
}

// finish writes how a run ended.
func (l *Loader) finish(ctx context.Context, r *Run, state State, why string) error {
	now := l.Now()
	r.State, r.Error, r.Ended = state, why, &now
	_, err := l.Pool.Exec(ctx, "UPDATE import_run SET state = $2, error = $3, updated_at = $4, ended_at = $4, counts = CASE WHEN dry_run THEN $5 ELSE counts END WHERE id = $1 AND state IN ('running', 'stopped')",
		r.ID, state, why, now, r.Told)
	if err != nil {
		return fmt.Errorf("end of import: %w", err)
	}
	return nil
}

// refuse notes a refused row.
func (t *Told) refuse(list []Refusal) {
	const most = 100
	t.Refused++
	if t.Reasons == nil {
		t.Reasons = map[string]int64{}
	}
	for _, x := range list {
		reason := x.Field + ": " + general(x.Reason)
		if len(t.Reasons) < 200 || t.Reasons[reason] > 0 {
			t.Reasons[reason]++
		}
		if len(t.First) < most {
			t.First = append(t.First, x)
		}
	}
}

// clone keeps what a rolled back chunk noted from staying.
func (t Told) clone() Told {
	reasons := make(map[string]int64, len(t.Reasons))
	for k, v := range t.Reasons {
		reasons[k] = v
	}
	t.Reasons, t.First = reasons, slices.Clone(t.First)
	return t
}
