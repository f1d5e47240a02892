package web

import (
	"github.com/google/uuid"

	"onemap/api/fault"
)

// ListQuery asks for a page of a list that is ordered by id.
type ListQuery struct {
	Q      string `query:"q" maxLength:"100" doc:"Words, pinyin initials or the beginning of a word."`
	Region string `query:"region" maxLength:"15" pattern:"^[0-9]*$" doc:"A region code."`
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
	Cursor string `query:"cursor" maxLength:"40" doc:"next of the page before."`
}

// After is the id that the page begins behind.
func (q ListQuery) After() (uuid.UUID, error) {
	if q.Cursor == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(q.Cursor)
	if err != nil {
		var f fault.Fields
		f.Add("query.cursor", q.Cursor, "next of the page before")
		return id, f.Err("list.cursor")
	}
	return id, nil
}

// Next is the cursor of the next page, empty at the end.
func Next(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}
