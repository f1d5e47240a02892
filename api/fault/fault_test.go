package fault

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestAsFindsAFaultThroughWrapping(t *testing.T) {
	t.Parallel()
	inner := New(Conflict, "case.conflict", "Somebody was faster.").Because(errors.New("row changed"))
	err := fmt.Errorf("step: %w", inner)
	if got := As(err); got != inner {
		t.Fatalf("As = %v, want the wrapped fault", got)
	}
	if !Is(err, Conflict) || Is(err, NotFound) {
		t.Fatal("Is must answer for the wrapped fault's kind and no other")
	}
	if As(errors.New("plain")) != nil {
		t.Fatal("a plain error is no fault")
	}
}

func TestASharedFaultKeepsNoCause(t *testing.T) {
	t.Parallel()
	shared := New(Unavailable, "sso.down", "It is down.")
	if got := shared.Because(errors.New("refused")).After(time.Second); got.Cause == nil || got.Wait != time.Second || got.Code != shared.Code {
		t.Errorf("got %+v", got)
	}
	if shared.Cause != nil || shared.Wait != 0 {
		t.Errorf("it was changed for everybody: %+v", shared)
	}
}

func TestFieldsListEverythingAtOnce(t *testing.T) {
	t.Parallel()
	var f Fields
	if f.Err("x") != nil {
		t.Fatal("nothing noted must be no error")
	}
	f.Add("body.lon", 999.0, "must lie between -180 and 180")
	f.Add("body.text", nil, "at most %d characters", 4000)
	err := f.Err("report.invalid")
	e := As(err)
	if e == nil || e.Kind != Invalid || len(e.Fields) != 2 {
		t.Fatalf("got %v", err)
	}
	if !strings.Contains(err.Error(), "body.text: at most 4000 characters") {
		t.Fatalf("the log line must name each field: %s", err)
	}
}
