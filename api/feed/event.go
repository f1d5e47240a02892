package feed

import (
	"encoding/json"

	"onemap/api/actor"
	"onemap/api/cases"
	"onemap/api/change"
)

// event is what one reader is told of an entry; an empty name is nothing.
type event struct {
	name string
	data any
}

type bulkData struct {
	Pos  int64  `json:"pos"`
	Kind string `json:"kind"`
}

type caseData struct {
	Pos    int64     `json:"pos"`
	Change string    `json:"change"`
	Row    cases.Row `json:"row"`
	Was    *point    `json:"was"`
}

type goneData struct {
	Pos int64  `json:"pos"`
	ID  string `json:"id"`
	FID int64  `json:"fid"`
	Was point  `json:"was"`
}

type point struct {
	Lon float64 `json:"lon"`
	Lat float64 `json:"lat"`
}

// see turns an entry into what a sight is told of it.
func see(e change.Entry, by actor.Actor) (event, error) {
	switch e.Kind {
	case "case":
		var a cases.Announcement
		if err := json.Unmarshal(e.Body, &a); err != nil {
			return event{}, err
		}
		return seeCase(e, a, by.Cases()), nil
	case "facility", "service", "building": // seen by everybody; screens fetch what they show of the kind
		return event{"bulk", bulkData{e.Pos, e.Kind}}, nil
	case "bulk":
		if e.Object == "case" && by.Cases().Empty() || e.Object == "person" && by.People().Empty() {
			return event{}, nil
		}
		return event{"bulk", bulkData{e.Pos, e.Object}}, nil
	}
	return event{}, nil
}

func seeCase(e change.Entry, a cases.Announcement, scope actor.Scope) event {
	department := ""
	if a.Row.Department != nil {
		department = *a.Row.Department
	}
	sees := scope.Holds(a.Row.ScopeCode, department)
	saw := a.Was != nil && scope.Holds(a.Was.ScopeCode, a.Was.Department)
	switch {
	case sees:
		d := caseData{Pos: e.Pos, Change: a.Change, Row: a.Row}
		if saw {
			d.Was = &point{a.Was.Lon, a.Was.Lat}
		} else {
			d.Change = "created" // new to this screen
		}
		return event{"case", d}
	case saw:
		return event{"case.gone", goneData{e.Pos, a.Row.ID.String(), a.Row.FID, point{a.Was.Lon, a.Was.Lat}}}
	}
	return event{}
}
