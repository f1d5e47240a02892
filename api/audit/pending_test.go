package audit

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"onemap/api/actor"
	"onemap/api/pg"
)

func TestAnEntryGoesWithItsTransaction(t *testing.T) {
	t.Parallel()
	d := open(t)
	ctx, p := d.Open(actor.With(t.Context(), wang), Entry{Action: "change-person", Request: "r1", Address: "10.0.0.7"})
	person := uuid.NewString()
	failed := errors.New("no")
	err := d.do(ctx, func(pgx.Tx) error { Note(ctx, "person", "lost"); For(ctx, "看错"); return failed })
	if !errors.Is(err, failed) || len(d.inbox(t)) != 0 || p.Written() {
		t.Fatalf("a transaction that was rolled back left %v, %v", d.inbox(t), err)
	}
	try := 0
	err = d.do(ctx, func(pgx.Tx) error {
		try++
		Note(ctx, "person", person, "phone")
		In(ctx, "440605001001")
		if try == 1 {
			Note(ctx, "person", "of the first try")
			return pg.ErrRetry
		}
		Note(ctx, "household", "h1")
		For(ctx, "核对证件")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	list := d.inbox(t)
	if len(list) != 1 || try != 2 {
		t.Fatalf("%d entries after %d tries", len(list), try)
	}
	e := list[0]
	want := Entry{
		ID: e.ID, At: start, ActorKind: ByAccount, ActorID: wang.ID, Actor: "wang", Held: "registrar 440605; worker 4406",
		Action: "change-person", Outcome: Done, Kind: "person", Object: person, Others: []string{"household/h1"}, Fields: []string{"phone"},
		Purpose: "核对证件", Address: "10.0.0.7", Request: "r1", Scope: "440605001001",
	}
	if string(e.encode()) != string(want.encode()) || e.ID == uuid.Nil {
		t.Errorf("\n got %+v\nwant %+v", e, want)
	}
	// The request is kept once; a further transaction, when it says more.
	nothing := func(pgx.Tx) error { return nil }
	if err := errors.Join(d.do(ctx, nothing), p.Settle(ctx)); err != nil || len(d.inbox(t)) != 1 {
		t.Errorf("%d entries, %v", len(d.inbox(t)), err)
	}
	err = d.do(ctx, func(pgx.Tx) error { Note(ctx, "dwelling", "d1"); return nil })
	if list := d.inbox(t); err != nil || len(list) != 2 || list[1].Kind != "dwelling" || len(list[1].Others) != 0 || list[1].Request != "r1" {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestWhatRunsWithoutATransactionIsSettled(t *testing.T) {
	t.Parallel()
	d := open(t)
	ctx, p := d.Open(actor.With(t.Context(), wang), Entry{Action: "list-people"})
	Count(ctx, "person", 31, "tag", "region")
	Count(ctx, "person", 4, "tag")
	if err := errors.Join(Settle(ctx), p.Settle(ctx)); err != nil {
		t.Fatal(err)
	}
	list := d.inbox(t)
	if len(list) != 1 || list[0].Kind != "person" || list[0].Object != "" || list[0].Rows != 35 || !slices.Equal(list[0].Fields, []string{"tag", "region"}) {
		t.Fatalf("%+v", list)
	}
	if list[0].Scope != "4406" { // what all grants have in common
		t.Errorf("scope %q", list[0].Scope)
	}
	ctx, p = d.Open(t.Context(), Entry{Action: "sign-in"})
	Note(ctx, "account", wang.ID.String())
	if err := p.Refuse(ctx); err != nil {
		t.Fatal(err)
	}
	if e := d.inbox(t)[1]; e.Outcome != Refused || e.ActorKind != ByNobody || e.Object != wang.ID.String() {
		t.Errorf("%+v", e)
	}
	ctx, _ = d.Command(t.Context(), "user add")
	err := d.do(ctx, func(pgx.Tx) error { Note(ctx, "account", "a"); return nil })
	if list := d.inbox(t); err != nil || len(list) != 3 || list[2].Object != "a" || list[2].ActorKind != BySystem || list[2].Action != "user add" {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestNothingIsPassedOverInSilence(t *testing.T) {
	t.Parallel()
	d := open(t)
	if err := Insist(t.Context()); err == nil {
		t.Error("no entry goes along, and nobody minds")
	}
	// An inbox that cannot be written to stops the thing itself.
	if _, err := d.pool.Exec(t.Context(), "CREATE TABLE thing (id int CONSTRAINT thing_pk PRIMARY KEY); ALTER TABLE audit_inbox RENAME TO away"); err != nil {
		t.Fatal(err)
	}
	ctx, p := d.Open(t.Context(), Entry{Action: "x"})
	err := d.do(ctx, func(tx pgx.Tx) error { _, err := tx.Exec(ctx, "INSERT INTO thing VALUES (1)"); return err })
	var n int
	if scan := d.pool.QueryRow(t.Context(), "SELECT count(*) FROM thing").Scan(&n); scan != nil || err == nil || n != 0 {
		t.Errorf("%d things without an entry; %v, %v", n, err, scan)
	}
	if err := p.Settle(ctx); err == nil {
		t.Error("settled into nowhere")
	}
}

func TestAnythingWrittenIsKeptAsItIs(t *testing.T) {
	t.Parallel()
	d := open(t)
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.String(), 0, 4)
		e := Entry{
			ID: uuid.New(), At: start, ActorKind: ByKey, ActorID: uuid.New(), Actor: rapid.String().Draw(t, "actor"), Held: "x", Action: rapid.String().Draw(t, "action"),
			Outcome: Done, Kind: rapid.String().Draw(t, "kind"), Object: rapid.String().Draw(t, "object"), Others: texts.Draw(t, "others"), Fields: texts.Draw(t, "fields"),
			Rows: rapid.Int64().Draw(t, "rows"), Agent: rapid.String().Draw(t, "agent"),
		}
		b := e.encode()
		got, err := decode(b)
		if err != nil || string(got.encode()) != string(b) || !got.At.Equal(e.At) {
			t.Fatalf("%+v came back as %+v, %v", e, got, err)
		}
		cut := rapid.IntRange(0, len(b)-1).Draw(t, "cut")
		if _, err := decode(b[:cut]); err == nil {
			t.Fatalf("%d of %d bytes are an entry", cut, len(b))
		}
		if _, err := decode(append(b, 0)); err == nil {
			t.Fatal("an entry and a byte are an entry")
		}
	})
	// What a header carries is anybody's.
	ctx, p := d.Open(context.Background(), Entry{Action: "x", Agent: "a\x00b\xff" + string(make([]byte, 5000))})
	if err := p.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	if e := d.inbox(t)[0]; e.Agent != "ab?" {
		t.Errorf("%q", e.Agent)
	}
}

func FuzzDecode(f *testing.F) {
	e := Entry{ID: uuid.New(), At: start, Others: []string{"a"}}
	f.Add(e.encode())
	f.Add([]byte(encoding))
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, err := decode(b); err == nil && string(e.encode()) != string(b) {
			t.Errorf("%x is read as %+v", b, e)
		}
	})
}
