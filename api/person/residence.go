package person

import (
	"time"

	"github.com/google/uuid"
)

// residence is one tie of a person to a dwelling; a zero Until has not ended.
type residence struct {
	ID, PersonID, DwellingID uuid.UUID
	Relation                 string
	Since, Until             time.Time
	seen                     string // the scope code of the person; touch brings it up
}

func (r residence) open() bool { return r.Until.IsZero() }

func (r residence) sameAs(o residence) bool {
	return r.DwellingID == o.DwellingID && r.Relation == o.Relation
}

// single says that nobody has two open ties of this relation.
func single(relation string) bool { return relation == Living || relation == Registered }

// settle gives what a tie that has become known changes in the ties of its
// person: those that end or begin otherwise than was known, and the new one.
//
// A tie that is known already takes a given since or until. Moving in ends the
// former tie of the relation on the day of moving in, which is today when it is
// not known. A tie that began before the one in force is history: it ended when
// that one began.
func settle(had []residence, tie residence, today time.Time) (changed []residence, fresh *residence) {
	for _, h := range had {
		if h.sameAs(tie) && !h.open() && (h.Until.Equal(tie.Until) || !tie.Since.IsZero() && h.Since.Equal(tie.Since)) {
			return nil, nil
		}
	}
	for _, h := range had {
		if !h.sameAs(tie) || !h.open() || !tie.open() && !tie.Until.After(h.Since) {
			continue
		}
		next := h
		if !tie.Since.IsZero() {
			next.Since = tie.Since
		}
		next.Until = tie.Until
		if next == h {
			return nil, nil
		}
		return []residence{next}, nil
	}
	if tie.open() && single(tie.Relation) {
		for _, h := range had {
			if !h.open() || h.Relation != tie.Relation {
				continue
			}
			if !tie.Since.IsZero() && tie.Since.Before(h.Since) {
				tie.Until = h.Since
				break
			}
			h.Until = tie.Since
			if h.Until.IsZero() {
				h.Until = later(today, h.Since)
			}
			changed = append(changed, h)
		}
	}
	return changed, &tie
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
