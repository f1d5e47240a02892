package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/transfer/table"
	"onemap/api/vault"
	"onemap/geo/grid"
)

// Progress is how far a run has come.
type Progress struct {
	Rows        int64   `json:"rows"`
	BytesRead   int64   `json:"bytes_read"`
	Bytes       int64   `json:"bytes"`
	PerSecond   float64 `json:"per_second"`
	SecondsLeft float64 `json:"seconds_left"`
}

// runner is one run at work.
type runner struct {
	*Loader
	run      *Run
	taker    taker
	plan     *plan
	batch    link.Batch
	out      *refusedFile
	progress func(Progress, Counts)
	began    time.Time
	skip     int64 // rows that an earlier go has committed
	pos      int64
	seeds    [2]maphash.Seed
	refs     map[[2]uint64]int64
	keys     map[[2]uint64]int64
	nth      map[[2]uint64]int
}

// work takes a file in, from where its run stands to the end.
func (l *Loader) work(ctx context.Context, run *Run, path, refusedPath string, progress func(Progress, Counts)) error {
	k := KindOf(run.Kind)
	if k == nil {
		return fault.Newf(fault.Invalid, "import.kind", "There is no kind %q.", run.Kind)
	}
	f, err := table.Open(path, table.Options{Encoding: run.Mapping.Encoding, Layer: run.Mapping.Layer})
	if err != nil {
		return err
	}
	defer f.Close()
	if err := invalid(run.Mapping.problems(k, f.Columns())); err != nil {
		return err
	}
	proj, err := projectionOf(ctx, l.Pool, run.Mapping.CRS, f.CRS())
	if err != nil {
		return err
	}
	r := &runner{
		Loader: l, run: run, plan: compile(k, run.Mapping, f.Columns(), l.zone()), progress: progress, began: time.Now(), skip: run.Position,
		seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		refs:  map[[2]uint64]int64{}, keys: map[[2]uint64]int64{}, nth: map[[2]uint64]int{},
	}
	r.batch = link.Batch{Source: run.Mapping.Source, Given: run.Mapping.given(k, r.plan.geometry && k.Geometry != "none"), NewID: l.NewID}
	if r.out, err = openRefused(refusedPath, run.Told.Bytes, k, f.Columns()); err != nil {
		return err
	}
	defer r.out.close()
	switch run.Kind {
	case "regions":
		return r.regions(ctx, f, proj)
	case "cells":
		return r.cells(ctx, f, proj)
	}
	if r.taker, err = l.taker(ctx, run.Kind); err != nil {
		return err
	}
	if r.loads(ctx) {
		done, err := r.load(ctx, f, proj)
		if done || err != nil {
			return err
		}
		// The file is not fit to be loaded as a whole: it is read again, chunk by chunk.
		return l.work(ctx, run, path, refusedPath, progress)
	}
	return r.pipeline(ctx, f, proj, func(c *chunk) error {
		err := r.write(ctx, c)
		if err == nil {
			r.tell(c, f)
		}
		return err
	})
}

func (r *runner) tell(c *chunk, f *table.File) {
	if r.progress != nil {
		r.progress(r.pace(c.read, f.Size()), r.run.Told.Counts)
	}
}

func (r *runner) pace(read, size int64) Progress {
	p := Progress{Rows: r.run.Told.Read, BytesRead: read, Bytes: size}
	took := time.Since(r.began).Seconds()
	if took > 0 {
		p.PerSecond = float64(r.pos-r.skip) / took
	}
	if read > 0 && took > 0 {
		p.SecondsLeft = took * float64(size-read) / float64(read)
	}
	return p
}

// write takes one chunk in, in one transaction.
func (r *runner) write(ctx context.Context, c *chunk) error {
	from := r.pos
	r.pos += int64(len(c.list))
	if r.pos <= r.skip {
		return nil // committed before; its references are known now
	}
	list := c.list[max(0, r.skip-from):]
	const tries = 8
	for try := 1; ; try++ {
		told, err := r.transaction(ctx, list)
		switch {
		case err == nil:
			r.run.Told, r.run.Position = told, r.pos
			return nil
		case try < tries && collides(err):
			continue // somebody wrote the same objects meanwhile: now they are found
		}
		return err
	}
}

func collides(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "23505" || e.Code == "40001" || e.Code == "40P01")
}

// errDry rolls the chunk of a dry run back.
var errDry = errors.New("dry run")

func (r *runner) transaction(ctx context.Context, list []*record) (told Told, err error) {
	at := r.out.mark()
	err = pg.InTx(ctx, r.Pool, func(tx pgx.Tx) error {
		told = r.run.Told.clone()
		if err := hold(ctx, tx, r.run); err != nil {
			return err
		}
		if err := r.out.back(at); err != nil {
			return err
		}
		ix, err := r.Regions.Hold(ctx, tx)
		if err != nil {
			return err
		}
		r.batch.Now = r.Now()
		if err := r.take(ctx, tx, ix, list, &told); err != nil {
			return err
		}
		told.Read += int64(len(list))
		told.Seconds = time.Since(r.began).Seconds()
		if told.Bytes, err = r.out.flush(); err != nil {
			return err
		}
		if r.run.DryRun {
			return errDry
		}
		r.note(ctx, r.run.Told, told)
		return r.advance(ctx, tx, r.run, r.pos, told)
	})
	if errors.Is(err, errDry) {
		_, err = r.Pool.Exec(ctx, "UPDATE import_run SET counts = $2, updated_at = $3 WHERE id = $1", r.run.ID, told, r.Now())
	}
	return told, err
}

// note tells the audit which import it is that has changed something, and where.
func (r *runner) note(ctx context.Context, before, told Told) {
	if told.Fresh+told.Changed == before.Fresh+before.Changed {
		return
	}
	audit.Note(ctx, "import", r.run.ID.String())
	for _, prefix := range r.run.Scope {
		audit.In(ctx, prefix)
	}
}

// sift gives the rows that can be read and lie where the run may write, and
// notes the others.
func (r *runner) sift(ix *grid.Index, list []*record, told *Told) (sound []*record, err error) {
	for _, x := range list {
		if len(x.refused) == 0 && r.run.Scope != nil {
			if scope, known := r.taker.scope(x, ix); (known || r.plan.kind.secret) && !within(scope, r.run.Scope) {
				x.refused = nil
				if err := r.out.add(told, x, Refusal{Line: x.line, Reason: "lies outside your jurisdiction"}); err != nil {
					return nil, err
				}
				continue
			}
		}
		if len(x.refused) > 0 {
			if err := r.out.add(told, x, x.refused...); err != nil {
				return nil, err
			}
			continue
		}
		sound = append(sound, x)
	}
	return sound, nil
}

// take writes what can be taken of a chunk and notes the rest.
func (r *runner) take(ctx context.Context, tx pgx.Tx, ix *grid.Index, list []*record, told *Told) error {
	sound, err := r.sift(ix, list, told)
	if err != nil {
		return err
	}
	if len(sound) == 0 {
		return nil
	}
	found, err := r.taker.find(ctx, tx, r.batch.Source, sound)
	if err != nil {
		return err
	}
	dropped, err := r.decided(ctx, tx, sound, found)
	if err != nil {
		return err
	}
	foreign, err := r.foreign(ctx, tx, found)
	if err != nil {
		return err
	}
	var ready []*record
	for i, x := range sound {
		if dropped[i] {
			told.Unchanged++
			continue
		}
		if found[i].Refused != "" {
			if err := r.out.add(told, x, refusals(x, []fault.Field{{Message: found[i].Refused}})...); err != nil {
				return err
			}
			continue
		}
		if len(found[i].Candidates) > 0 {
			if err := r.doubt(ctx, tx, x, found[i].Candidates); err != nil {
				return err
			}
			told.Doubtful++
			continue
		}
		wrong := r.taker.late(x, found[i].ID)
		if foreign[found[i].ID] {
			wrong = []fault.Field{{Message: "lies outside your jurisdiction"}}
		}
		if len(wrong) > 0 {
			if err := r.out.add(told, x, refusals(x, wrong)...); err != nil {
				return err
			}
			continue
		}
		ready = append(ready, x)
	}
	b := r.batch
	b.Sought = true
	return r.hand(ctx, tx, ix, b, ready, told)
}

func refusals(x *record, wrong []fault.Field) []Refusal {
	y := *x
	y.refused = nil
	y.refuseAll(wrong)
	return y.refused
}

// hand gives rows to the slice. What the slice or the database refuses is looked
// for by halves, so that one row never keeps the others out.
func (r *runner) hand(ctx context.Context, tx pgx.Tx, ix *grid.Index, b link.Batch, list []*record, told *Told) error {
	if len(list) == 0 {
		return nil
	}
	var m pg.Merged
	err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) (err error) {
		m, err = r.taker.take(ctx, tx, ix, b, list)
		return err
	})
	if err == nil {
		told.Fresh, told.Changed, told.Unchanged = told.Fresh+m.Fresh, told.Changed+m.Changed, told.Unchanged+m.Unchanged
		return nil
	}
	if !refusable(err) || ctx.Err() != nil {
		return err
	}
	if len(list) == 1 && !b.Sought {
		return r.out.add(told, list[0], refusals(list[0], wrongIn(err))...)
	}
	half := len(list) / 2
	b.Sought = false // what the first half writes may be what the second is about
	if err := r.hand(ctx, tx, ix, b, list[:half], told); err != nil {
		return err
	}
	return r.hand(ctx, tx, ix, b, list[half:], told)
}

// refusable errors are about a row: what a slice calls invalid, what breaks a constraint.
func refusable(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) || pg.Constraint(err) != ""
}

var rowPrefix = regexp.MustCompile(`^(rows\[\d+\]|body)\.`)

func wrongIn(err error) []fault.Field {
	f := fault.As(err)
	if f == nil {
		return []fault.Field{{Message: "the database refuses it: " + pg.Constraint(err)}}
	}
	if len(f.Fields) == 0 {
		return []fault.Field{{Message: f.Public}}
	}
	var list []fault.Field
	for _, x := range f.Fields {
		field := rowPrefix.ReplaceAllString(x.Location, "")
		if strings.HasPrefix(field, "standard_codes.") {
			field = "standard_code"
		}
		list = append(list, fault.Field{Location: field, Message: x.Message})
	}
	return list
}

// foreign are the objects met that lie outside what the run may write.
func (r *runner) foreign(ctx context.Context, tx pgx.Tx, found []link.Found) (map[uuid.UUID]bool, error) {
	out := map[uuid.UUID]bool{}
	if r.run.Scope == nil {
		return out, nil
	}
	var ids []uuid.UUID
	for _, f := range found {
		if f.ID != uuid.Nil {
			ids = append(ids, f.ID)
		}
	}
	// Everything in sight for once, people too: what is asked is what lies outside.
	err := vault.Within(ctx, tx, vault.Everywhere(), func() error {
		scopes, err := pg.Pairs[uuid.UUID, string](ctx, tx, "SELECT id, scope_code FROM "+r.taker.table()+" WHERE id = ANY ($1)", ids)
		for id, scope := range scopes {
			if !within(scope, r.run.Scope) {
				out[id] = true
			}
		}
		return err
	})
	return out, err
}

func within(scope string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(scope, p) {
			return true
		}
	}
	return false
}

// tellApart gives every record its reference, and refuses what the file has twice.
func (r *runner) tellApart(list []*record) {
	for _, x := range list {
		if len(x.refused) > 0 || x.object == nil {
			continue
		}
		r.call(x)
		if x.key != "" {
			key := r.print(x.key, "")
			if line, twice := r.keys[key]; twice {
				x.refuse(x.keyField, fmt.Sprintf(x.keyReason, line))
				continue
			}
			r.keys[key] = x.line
			if x.keyed && r.plan.unnamed {
				continue // the reference says no more than the key
			}
		}
		of := r.print(x.ref, x.text("relation"))
		if line, twice := r.refs[of]; twice {
			x.refuse("ref", fmt.Sprintf("the same reference is in line %d already", line))
			continue
		}
		r.refs[of] = x.line
	}
}

// call gives a record the reference by which it is known when it comes again:
// the file's, or one made of its code, or of all it says and, where the file says
// the same twice, of how often.
func (r *runner) call(x *record) {
	if x.ref = x.text("ref"); x.ref != "" {
		return
	}
	if x.ref = x.natural; x.ref == "" {
		sum := short(append([]string{fmt.Sprint(x.pair)}, x.v...)...)
		x.ref = "row:" + hex.EncodeToString(sum[:])
	} else if r.plan.kind.secret || strings.HasPrefix(x.ref, "code:") || strings.HasPrefix(x.ref, "room:") {
		return
	}
	base := r.print(x.ref, "")
	if r.nth[base]++; r.nth[base] > 1 {
		x.ref = fmt.Sprintf("%s#%d", x.ref, r.nth[base])
	}
}

// print is what two texts are remembered by while their file is read: 128 bits,
// so that of ten million rows no two others share one.
func (r *runner) print(text, more string) (p [2]uint64) {
	const odd = 0x9E3779B97F4A7C15 // spreads what is added to it
	for i, seed := range r.seeds {
		p[i] = maphash.String(seed, text)*odd + maphash.String(seed, more)
	}
	return p
}

func short(parts ...string) (key [16]byte) {
	text := make([]byte, 0, 128)
	for _, p := range parts {
		text = strconv.AppendInt(text, int64(len(p)), 10)
		text = append(append(text, ':'), p...)
	}
	sum := sha256.Sum256(text)
	return [16]byte(sum[:16])
}

func (l *Loader) zone() *time.Location {
	if l.Zone == nil {
		return time.UTC
	}
	return l.Zone
}

// public is an error as the person who sent the file may read it.
func public(err error) string {
	if f := fault.As(err); f != nil {
		text := f.Public
		if len(f.Fields) > 0 {
			text = ""
			for i, x := range f.Fields {
				if i > 0 {
					text += "; "
				}
				text += x.Location + ": " + x.Message
			}
		}
		return text
	}
	return err.Error()
}

// hashOf is a file's SHA-256 and its size.
func hashOf(path string) ([]byte, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := f.WriteTo(h)
	return h.Sum(nil), n, err
}
