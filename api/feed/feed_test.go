package feed_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/auth"
	"onemap/api/cases"
	"onemap/api/change"
	"onemap/api/change/changetest"
	"onemap/api/pg"
	"onemap/api/web"
)

const never = time.Hour // a heartbeat that does not come in a test

func TestHelloComesFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t, never)
	hello := s.open(t).wait("hello")
	at := s.hub.At()
	if hello.id != at.String() || hello.data["pos"] != float64(at.Pos) {
		t.Errorf("hello %+v at %v", hello, at)
	}
}

func TestVisitorsHearOfBulkChangesAndOfNoCase(t *testing.T) {
	t.Parallel()
	s := newSite(t, never)
	visitor := s.open(t)
	visitor.wait("hello")
	planner := s.open(t, "Authorization", "Bearer "+s.key(t, actor.Planner, apitest.CityCode))
	planner.wait("hello")
	s.Report(t, apitest.InGridA)
	s.Facility(t, "bench", apitest.InGridA)
	for _, sc := range []*screen{visitor, planner} {
		if e := sc.wait("bulk"); e.data["kind"] != "facility" {
			t.Errorf("told %+v", e)
		}
	}
	s.Tx(t, func(tx pgx.Tx) error {
		return change.Record(t.Context(), tx, change.Bulk("case", s.Clock.Now(), 3), change.Bulk("service", s.Clock.Now(), 1))
	})
	if e := visitor.wait("bulk"); e.data["kind"] != "service" {
		t.Errorf("a visitor is told %+v", e)
	}
}

func TestACaseIsToldToItsDeskAndGoneFromIt(t *testing.T) {
	t.Parallel()
	s := newSite(t, never)
	ours := s.open(t, "Authorization", "Bearer "+s.key(t, actor.Operator, apitest.StreetA))
	ours.wait("hello")
	theirs := s.open(t, "Authorization", "Bearer "+s.key(t, actor.Operator, apitest.StreetB))
	theirs.wait("hello")
	mine, other := s.Report(t, apitest.InGridA), s.Report(t, apitest.InGridB)
	e := ours.wait("case")
	if e.data["change"] != "created" || e.row()["number"] != mine.Number || e.row()["grid_name"] == "" || e.data["was"] != nil {
		t.Errorf("our desk is told %+v", e)
	}
	if e := theirs.wait("case"); e.row()["number"] != other.Number {
		t.Errorf("their desk is told %+v", e)
	}
	s.step(t, s.As(actor.Operator), mine, cases.Do{Action: cases.DoFile, Rev: 1})
	if e := ours.wait("case"); e.data["change"] != "changed" || e.data["was"] == nil || e.row()["state"] != "filed" || e.row()["rev"] != 2.0 {
		t.Errorf("our desk is told %+v", e)
	}

	// A department's desk sees a case while it is the department's.
	key := s.MakeKey(t, "handler", actor.Grant{Role: actor.Handler, Prefix: apitest.CityCode, Department: "D01"})
	handler := s.open(t, "Authorization", "Bearer "+key)
	handler.wait("hello")
	s.step(t, s.As(actor.Operator), mine, cases.Do{Action: cases.DoDispatch, Department: "D01", Rev: 2})
	if e := handler.wait("case"); e.data["change"] != "created" || e.data["was"] != nil || e.row()["number"] != mine.Number {
		t.Errorf("the department is told %+v", e)
	}
	s.step(t, s.AsHandler("D01"), mine, cases.Do{Action: cases.DoReturn, Note: "不归我们", Rev: 3})
	handler.wait("case")
	s.step(t, s.As(actor.Operator), mine, cases.Do{Action: cases.DoDispatch, Department: "D02", Rev: 4})
	gone := handler.wait("case.gone")
	if gone.data["id"] != mine.ID.String() || gone.data["was"] == nil || gone.data["row"] != nil {
		t.Errorf("the department is told %+v", gone)
	}
}

func (s *site) step(t *testing.T, ctx context.Context, r cases.Receipt, do cases.Do) {
	t.Helper()
	if err := s.Cases.Step(ctx, r.ID, do); err != nil {
		t.Fatal(err)
	}
}

func TestResumeTellsWhatWasMissedOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, never)
	authorization := "Bearer " + s.key(t, actor.Operator, apitest.CityCode)
	first := s.open(t, "Authorization", authorization)
	first.wait("hello")
	s.Report(t, apitest.InGridA)
	last := first.wait("case").id
	_ = first.body.Close() // the screen goes dark

	missed := []string{s.Report(t, apitest.InGridA).Number, s.Report(t, apitest.InGridB).Number}
	sc := s.open(t, "Authorization", authorization, "Last-Event-ID", last)
	s.Report(t, apitest.InGridB) // while it catches up or after
	var numbers []any
	for greeted := 0; len(numbers) < 3 || greeted == 0; { // hello says where what was missed ends
		switch e := sc.any(); e.name {
		case "hello":
			greeted++
		case "case":
			numbers = append(numbers, e.row()["number"])
		default:
			t.Fatalf("told %+v", e)
		}
	}
	if numbers[0] != missed[0] || numbers[1] != missed[1] {
		t.Errorf("told of %v, missed were %v", numbers, missed)
	}
	sc.nothing()
}

func TestWhatCannotBeResumedIsReset(t *testing.T) {
	t.Parallel()
	s := newSite(t, never)
	s.Report(t, apitest.InGridA)
	for _, id := range []string{"9.1", "0.0", s.hub.At().String() + "000"} {
		sc := s.open(t, "Last-Event-ID", id)
		e := sc.wait("reset")
		sc.wait("hello")
		if e.id == id {
			t.Errorf("after %s the id is still %s", id, e.id)
		}
	}
	for _, id := range []string{"x", "1", "1.2.3", "-1.5", "1.-5", "1.99999999999999999999"} {
		if a := s.ask(t, "Last-Event-ID", id); a.StatusCode != http.StatusUnprocessableEntity || a.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%q: %d", id, a.StatusCode)
		}
	}
}

// A process that follows more slowly than the one a screen came from does not
// tell it again what it knows.
func TestAReaderFromAFasterProcess(t *testing.T) {
	t.Parallel()
	s := newSite(t, never)
	authorization := "Bearer " + s.key(t, actor.Operator, apitest.CityCode)
	first := s.open(t, "Authorization", authorization)
	first.wait("hello")
	s.Report(t, apitest.InGridA)
	s.Report(t, apitest.InGridB)
	first.wait("case")
	last := first.wait("case").id
	position, err := change.ParsePosition(last)
	if err != nil {
		t.Fatal(err)
	}
	slow := s.behind(t, change.Position{Epoch: position.Epoch, Pos: position.Pos - 2})
	sc := slow.open(t, "Authorization", authorization, "Last-Event-ID", last)
	if e := sc.wait("hello"); e.id != last {
		t.Errorf("hello says %s to a reader who knows %s", e.id, last)
	}
	entries, err := s.Changes.After(t.Context(), position.Pos-2, 10)
	if err != nil {
		t.Fatal(err)
	}
	next := change.Entry{Pos: position.Pos + 1, Kind: "bulk", Object: "service"}
	if err := slow.hub.Apply(t.Context(), position.Epoch, append(entries, next)); err != nil {
		t.Fatal(err)
	}
	sc.wait("bulk")
}

func TestASlowReaderIsCutOffAndNobodyWaitsForIt(t *testing.T) {
	t.Parallel()
	s := newSite(t, never)
	quick := s.open(t)
	quick.wait("hello")
	slow := s.ask(t) // never reads
	for deadline := time.Now().Add(patience); s.hub.Readers() < 2; {
		if time.Now().After(deadline) {
			t.Fatal("the slow reader never came")
		}
	}
	at := s.hub.At()
	const batch = 100
	large := strings.Repeat("x", 4<<10) // what the network holds for the reader is soon full
	for n := 0; s.hub.Readers() == 2; n += batch {
		if n > 100_000 {
			t.Fatal("the slow reader is never cut off")
		}
		entries := make([]change.Entry, batch)
		for i := range entries {
			at.Pos++
			entries[i] = change.Entry{Pos: at.Pos, Kind: "bulk", Object: large}
		}
		if err := s.hub.Apply(t.Context(), at.Epoch, entries); err != nil {
			t.Fatal(err)
		}
		for range entries {
			quick.wait("bulk")
		}
	}
	_ = slow.Body.Close()
	if err := s.hub.Apply(t.Context(), at.Epoch, []change.Entry{{Pos: at.Pos + 1, Kind: "bulk", Object: "service"}}); err != nil {
		t.Fatal(err)
	}
	if e := quick.wait("bulk"); e.data["kind"] != "service" {
		t.Errorf("told %+v", e)
	}
}

func TestSigningOutEndsTheStream(t *testing.T) {
	t.Parallel()
	s := newSite(t, 20*time.Millisecond)
	in, err := s.Auth.SignIn(t.Context(), auth.Try{Login: "operator", Password: apitest.Password})
	if err != nil {
		t.Fatal(err)
	}
	staff := s.open(t, "Cookie", web.SessionCookie(false)+"="+in.Token)
	staff.wait("hello")
	visitor := s.open(t)
	visitor.wait("hello")
	if err := s.Auth.SignOut(t.Context(), in.Session); err != nil {
		t.Fatal(err)
	}
	staff.end()
	s.Facility(t, "bench", apitest.InGridA) // the visitor's goes on
	visitor.wait("bulk")
}

// A grant that ends is no reason to end the stream: from the next beat on it
// tells what is left to see.
func TestAGrantThatEndsEndsWhatTheStreamTells(t *testing.T) {
	t.Parallel()
	s := newSite(t, 20*time.Millisecond)
	in, err := s.Auth.SignIn(t.Context(), auth.Try{Login: "operator", Password: apitest.Password})
	if err != nil {
		t.Fatal(err)
	}
	staff := s.open(t, "Cookie", web.SessionCookie(false)+"="+in.Token)
	staff.wait("hello")
	s.Report(t, apitest.InGridA)
	staff.wait("case")
	if _, err := s.Pool.Exec(t.Context(), "UPDATE account_grant SET ends_at = $1 WHERE account_id = $2", s.Clock.Now(), apitest.ID("operator")); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; {
		s.Report(t, apitest.InGridA)
		s.Facility(t, "bench", apitest.InGridA)
		if staff.any().name == "bulk" { // the report before it was not told
			return
		}
		staff.wait("bulk")
		if time.Now().After(deadline) {
			t.Fatal("cases are told to whom they are no longer for")
		}
	}
}

func TestShutdownEndsStreams(t *testing.T) {
	t.Parallel()
	s := newSite(t, never)
	var screens []*screen
	for range 3 {
		sc := s.open(t)
		sc.wait("hello")
		screens = append(screens, sc)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.server.Config.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	for _, sc := range screens {
		sc.end()
	}
	if n := s.hub.Readers(); n != 0 {
		t.Errorf("%d readers are left", n)
	}
}

func TestAResetCutsReadersOff(t *testing.T) {
	t.Parallel()
	s := newSite(t, never)
	sc := s.open(t)
	id := sc.wait("hello").id
	if _, err := s.Pool.Exec(t.Context(), "INSERT INTO change_epoch (epoch, system_identifier, timeline, at) SELECT max(epoch) + 1, 1, '1', now() FROM change_epoch"); err != nil {
		t.Fatal(err)
	}
	sc.end()
	again := s.open(t, "Last-Event-ID", id)
	if e := again.wait("reset"); e.id == id {
		t.Errorf("reset has the old id %s", id)
	}
}

// A screen that slept while the log was trimmed is told to fetch everything anew,
// also when it is trimmed while the screen reads what it missed.
func TestTheLogIsTrimmedUnderASleepingScreen(t *testing.T) {
	t.Parallel()
	s := newSite(t, never)
	owner, err := pg.Open(t.Context(), s.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(owner.Close)
	changetest.Repart(t, owner, 50)
	keeper := &change.Keeper{Pool: owner, Log: slog.New(slog.DiscardHandler), Changes: 60, Size: 50}
	sc := s.open(t)
	id := sc.wait("hello").id
	_ = sc.body.Close()
	first, err := change.ParsePosition(id)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; {
		s.Tx(t, func(tx pgx.Tx) error {
			return change.Record(t.Context(), tx, change.Bulk("service", s.Clock.Now(), 1), change.Bulk("service", s.Clock.Now(), 2))
		})
		if err := keeper.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Changes.After(t.Context(), first.Pos, 1); errors.Is(err, change.ErrTrimmed) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the log is never trimmed")
		}
	}
	again := s.open(t, "Last-Event-ID", id)
	if e := again.wait("reset"); e.id == id {
		t.Errorf("reset has the old id %s", id)
	}
	again.wait("hello")
}
