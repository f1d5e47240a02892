package cases_test

import (
	"slices"
	"testing"
	"time"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/cases"
	"onemap/api/fault"
)

// An urge is in the case's history and on every desk's count, moves neither the
// case nor its deadline, and is the reporter's to know of, but not its words.
func TestAnUrge(t *testing.T) {
	c := newCity(t)
	leader := c.As(actor.Leader)
	r := c.Report(t, apitest.InGridA)
	c.bring(r.ID, cases.InProgress)
	before := c.get(r.ID)
	urged := func(region string) int64 {
		f, err := c.Cases.Figures(c.As(actor.Operator), cases.Filter{Region: region})
		if err != nil {
			t.Fatal(err)
		}
		return f.Urged
	}
	if n := urged(""); n != 0 {
		t.Errorf("%d are urged before anybody did", n)
	}
	refused(t, c.Cases.Step(leader, r.ID, cases.Do{Action: cases.DoUrge, Note: " ", Rev: before.Rev}), fault.Invalid, "case.needs")
	for n := range int64(2) {
		c.Clock.Advance(time.Hour)
		if err := c.Cases.Step(leader, r.ID, cases.Do{Action: cases.DoUrge, Note: "周五前办好", Rev: before.Rev + n}); err != nil {
			t.Fatal(err)
		}
	}
	got := c.get(r.ID)
	last := got.Events[len(got.Events)-1]
	if got.State != before.State || !got.DueAt.Equal(*before.DueAt) || got.Urges != 2 || last.Action != cases.DoUrge || last.Note != "周五前办好" || last.ActorRole != string(actor.Leader) {
		t.Errorf("%+v after an urge, with %+v", got.Row, last)
	}
	if urged("") != 1 || urged(got.ScopeCode) != 1 || urged("9902") != 0 {
		t.Errorf("the desks count %d, %d and %d", urged(""), urged(got.ScopeCode), urged("9902"))
	}
	progress, err := c.Cases.Progress(t.Context(), r.Receipt)
	if err != nil {
		t.Fatal(err)
	}
	step := progress.Steps[len(progress.Steps)-1]
	if step.Action != cases.DoUrge || slices.ContainsFunc(progress.Steps, func(s cases.ProgressRecord) bool { return s.Note != "" }) {
		t.Errorf("the reporter is told %+v", progress.Steps)
	}
	for _, a := range []cases.Action{cases.DoResolve, cases.DoClose} {
		if err := c.step(c.As(taker(a)), r.ID, a); err != nil {
			t.Fatalf("after an urge: %s: %v", a, err)
		}
		if a == cases.DoResolve {
			continue
		}
		if n := urged(""); n != 0 {
			t.Errorf("%d are urged after the close", n)
		}
	}
}

// What another system keeps still follows that system when it was urged here,
// and no longer when a step was taken here before the urge.
func TestAnUrgedCaseStillFollowsItsSystem(t *testing.T) {
	c := newCity(t)
	c.take(nil, hotline("1", cases.Reported), hotline("2", cases.Reported))
	urge := func(ref string) {
		id := c.taken(ref).ID
		if err := c.Cases.Step(c.As(actor.Leader), id, cases.Do{Action: cases.DoUrge, Note: "请尽快", Rev: c.rev(id)}); err != nil {
			t.Fatal(err)
		}
	}
	urge("1")
	if err := c.step(c.As(actor.Operator), c.taken("2").ID, cases.DoFile); err != nil {
		t.Fatal(err)
	}
	urge("2")
	c.take(nil, hotline("1", cases.Closed), hotline("2", cases.Closed))
	if one, two := c.taken("1"), c.taken("2"); one.State != cases.Closed || two.State != cases.Filed {
		t.Errorf("they are %s and %s", one.State, two.State)
	}
}
