package audit

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/pg"
)

// Ask narrows a search; what is empty narrows nothing.
type Ask struct {
	Actor        string // an id, or a login
	Action       string
	Kind, Object string
	Since, Until time.Time // until is not included
	Region       string
	Before       int64 // the cursor: entries below this place
	Limit        int
}

// Cursor reads the cursor of a page, "" at the beginning.
func Cursor(text string) (before int64, err error) {
	if text == "" {
		return 0, nil
	}
	before, err = strconv.ParseInt(text, 10, 64)
	if err != nil || before < 1 {
		var f fault.Fields
		f.Add("query.cursor", nil, "next of the page before")
		return 0, f.Err("list.cursor")
	}
	return before, nil
}

// Next is the cursor of the page behind a list, empty at the end.
func Next(list []Found, limit int) string {
	if len(list) < limit || len(list) == 0 {
		return ""
	}
	return strconv.FormatInt(list[len(list)-1].Seq, 10)
}

// Found is an entry with its place.
type Found struct {
	Seq int64
	Entry
}

// Search gives entries within a scope, the newest first. Each way in has an index.
func Search(ctx context.Context, q pg.Querier, scope actor.Scope, ask Ask) ([]Found, error) {
	args := pgx.NamedArgs{"limit": ask.Limit}
	parts := []string{scope.Where("scope_code", "", args)}
	add := func(name string, value any, condition string) {
		args[name] = value
		parts = append(parts, condition)
	}
	if ask.Actor != "" {
		if id, err := uuid.Parse(ask.Actor); err == nil {
			add("actor", id, "actor_id = @actor")
		} else {
			add("actor", ask.Actor, "actor = @actor")
		}
	}
	if ask.Action != "" {
		add("action", ask.Action, "action = @action")
	}
	switch {
	case ask.Kind != "" && ask.Object != "":
		args["kind"], args["object"] = ask.Kind, ask.Object
		add("whole", []string{ask.Kind + "/" + ask.Object}, "(kind = @kind AND object = @object OR others <> '{}' AND others @> @whole)")
	case ask.Kind != "":
		add("kind", ask.Kind, "kind = @kind")
	}
	if !ask.Since.IsZero() {
		add("since", ask.Since, "at >= @since")
	}
	if !ask.Until.IsZero() {
		add("until", ask.Until, "at < @until")
	}
	if ask.Region != "" {
		parts = append(parts, actor.Within("scope_code", ask.Region, "region", args))
	}
	if ask.Before > 0 {
		add("before", ask.Before, "seq < @before")
	}
	// Planned for these very values: few of the conditions are given at a time.
	rows, err := q.Query(ctx, selectLog+"WHERE "+strings.Join(parts, " AND ")+" ORDER BY seq DESC LIMIT @limit", pgx.QueryExecModeCacheDescribe, args)
	if err != nil {
		return nil, fmt.Errorf("search the audit log: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(pgx.CollectableRow) (f Found, err error) {
		var w sealedRow
		f.Entry, w, err = scan(rows)
		f.Seq = w.seq
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("search the audit log: %w", err)
	}
	return list, nil
}

// LastVerified is the newest entry about a verification; false when there is none.
func LastVerified(ctx context.Context, q pg.Querier) (Found, bool, error) {
	list, err := Search(ctx, q, actor.Everywhere(), Ask{Action: actionVerified, Limit: 1})
	if err != nil || len(list) == 0 {
		return Found{}, false, err
	}
	return list[0], true, nil
}
