package building

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"onemap/api/address"
	"onemap/api/pg"
)

// Conflict is a room that a plan would take away although somebody is tied to it.
type Conflict struct {
	ID      uuid.UUID `json:"id"`
	Where   string    `json:"where" doc:"1单元502室"`
	Message string    `json:"message"`
}

// Difference is what a plan changes about the rooms there are.
type Difference struct {
	Added     int        `json:"added"`
	Kept      int        `json:"kept"`
	Removed   int        `json:"removed"`
	Conflicts []Conflict `json:"conflicts"`
}

// matched is a planned room with the one that is there already.
type matched struct {
	PlannedRoom
	had *Room // nil when the room is new
}

// frameOf is what a building has now.
type frameOf struct {
	building header
	units    []Unit
	storeys  []Storey
	rooms    []Room
}

// match finds for each planned room the one that is there: by unit and number,
// and else by its place, which is a room that gets another number. What is left
// is removed.
func match(now frameOf, plan Layout) (rooms []matched, removed []*Room) {
	type named struct{ unit, code string }
	type placed struct {
		unit        string
		storey, col int
	}
	codes := map[uuid.UUID]string{}
	for _, u := range now.units {
		codes[u.ID] = u.Code
	}
	byName, byPlace := map[named]*Room{}, map[placed]*Room{}
	for i := range now.rooms {
		r := &now.rooms[i]
		byName[named{codes[r.UnitID], r.Code}] = r
		byPlace[placed{codes[r.UnitID], r.StoreyFrom, r.Col}] = r
	}
	taken := map[*Room]bool{}
	rooms = make([]matched, len(plan.Rooms))
	for i, r := range plan.Rooms {
		rooms[i].PlannedRoom = r
		if had := byName[named{r.Unit, r.Code}]; had != nil {
			rooms[i].had, taken[had] = had, true
		}
	}
	for i, r := range plan.Rooms {
		if had := byPlace[placed{r.Unit, r.StoreyFrom, r.Col}]; rooms[i].had == nil && had != nil && !taken[had] {
			rooms[i].had, taken[had] = had, true
		}
	}
	for i := range now.rooms {
		if r := &now.rooms[i]; !taken[r] {
			removed = append(removed, r)
		}
	}
	return rooms, removed
}

// difference counts a match, and names the rooms that cannot go.
func (s *Service) difference(ctx context.Context, q pg.Querier, now frameOf, rooms []matched, removed []*Room) (Difference, error) {
	d := Difference{Removed: len(removed), Conflicts: []Conflict{}}
	for _, r := range rooms {
		if r.had == nil {
			d.Added++
		} else {
			d.Kept++
		}
	}
	if len(removed) == 0 {
		return d, nil
	}
	ids := make([]uuid.UUID, len(removed))
	for i, r := range removed {
		ids[i] = r.ID
	}
	tied, err := s.tied(ctx, q, ids)
	if err != nil {
		return d, err
	}
	for _, r := range removed {
		if n := tied[r.ID]; n > 0 {
			unit := ""
			for _, u := range now.units {
				if u.ID == r.UnitID {
					unit = u.Code
				}
			}
			d.Conflicts = append(d.Conflicts, Conflict{
				ID: r.ID, Where: address.Address{Unit: unit, Room: r.Code}.String(),
				Message: "people or organisations are, or were, tied to this room",
			})
		}
	}
	return d, nil
}

// tied counts what holds on to rooms.
func (s *Service) tied(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID]int, error) {
	all := map[uuid.UUID]int{}
	for _, t := range s.Tied {
		some, err := t.TiedToDwellings(ctx, q, ids)
		if err != nil {
			return nil, fmt.Errorf("ties of rooms: %w", err)
		}
		for id, n := range some {
			all[id] += n
		}
	}
	return all, nil
}
