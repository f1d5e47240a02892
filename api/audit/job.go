package audit

import (
	"context"
	"sync"

	"onemap/api/actor"
)

// Job verifies in the background, one at a time, and says how far it is.
type Job struct {
	Sealer *Sealer

	mu    sync.Mutex
	state State
}

// State is what is known of verification in this process.
type State struct {
	Running bool    `json:"running"`
	Done    int64   `json:"done" doc:"Entries computed so far."`
	Total   int64   `json:"total"`
	Failed  bool    `json:"failed" doc:"The last one could not be ended; the server's log says why."`
	Report  *Report `json:"report,omitempty" doc:"What the last one found, since the server started."`
}

// State is that of this moment.
func (j *Job) State() State {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state
}

// Start begins a verification, unless one runs.
func (j *Job) Start(ctx context.Context) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.state.Running {
		return
	}
	j.state = State{Running: true, Report: j.state.Report}
	ctx = context.WithoutCancel(ctx) // it outlives the request that asked for it
	go func() {
		r, err := j.Sealer.Verify(ctx, func(done, total int64) {
			j.mu.Lock()
			defer j.mu.Unlock()
			j.state.Done, j.state.Total = done, total
		})
		j.mu.Lock()
		defer j.mu.Unlock()
		j.state.Running, j.state.Failed = false, err != nil
		if err != nil {
			j.Sealer.Log.ErrorContext(ctx, "verification of the audit log", "error", err)
			return
		}
		j.state.Report, j.state.Done, j.state.Total = &r, r.Entries, r.Entries
	}()
}

// Verify computes the log again against the heads kept elsewhere, and keeps in
// the log that it was done and how many findings there were.
func (s *Sealer) Verify(ctx context.Context, progress func(done, total int64), heads ...Head) (Report, error) {
	if err := s.round(ctx); err != nil {
		return Report{}, err
	}
	kept, err := ReadHeadsFile(s.Heads)
	if err != nil {
		return Report{}, err
	}
	v := &Verifier{Pool: s.Pool, Key: s.Book.Key, Now: s.Book.Now, Heads: append(kept, heads...), Progress: progress}
	r, err := v.Run(ctx)
	if err != nil {
		return r, err
	}
	outcome := Done
	if !r.OK() {
		outcome = Refused
	}
	e := s.Book.own(actionVerified, outcome, "", int64(len(r.Findings))+r.More)
	if a := actor.From(ctx); a.Staff() {
		e.ActorKind, e.ActorID, e.Actor = who(a)
	}
	return r, s.Book.insert(ctx, s.Pool, &e)
}
