package transfer

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/address"
	"onemap/api/building"
	"onemap/api/fault"
	"onemap/api/person"
	"onemap/geo/grid"
)

func sortFloats(xs []float64) { slices.Sort(xs) }

// homes finds, from memory, the dwelling that a row about a person means. It
// remembers the addresses read last: a household's are one behind the other.
type homes struct {
	houses *building.Resolver
	mu     sync.Mutex
	read   map[string]address.Address
}

// address reads an address, once where it comes again soon.
func (h *homes) address(text string) address.Address {
	const most = 1000
	h.mu.Lock()
	at, known := h.read[text]
	h.mu.Unlock()
	if known {
		return at
	}
	at = address.Parse(text)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.read == nil || len(h.read) == most {
		h.read = make(map[string]address.Address, most)
	}
	h.read[strings.Clone(text)] = at
	return at
}

// building gives the buildings that have a code or else an address.
func (h *homes) building(code, text string) []uuid.UUID {
	if code != "" {
		if id, ok := h.houses.Coded(code); ok {
			return []uuid.UUID{id}
		}
	}
	if text == "" {
		return nil
	}
	return h.houses.Addressed(h.address(text))
}

func (h *homes) at(id uuid.UUID) (string, bool) {
	_, scope, ok := h.houses.At(id)
	return scope, ok
}

// dwelling finds a row's dwelling: by its own code, or by the building (code or
// address) with unit and room, which the address may name, too.
func (h *homes) dwelling(r *record) (d building.DwellingAt, given bool, wrong []fault.Field) {
	code, house, text := r.text("dwelling_code"), r.text("building_code"), r.text("address")
	unit, room := r.text("unit"), r.text("room")
	refuse := func(field, reason string) (building.DwellingAt, bool, []fault.Field) {
		return d, true, []fault.Field{{Location: field, Message: reason}}
	}
	if code == "" && house == "" && text == "" {
		if room != "" { // as where the building's cell is merged over its rooms
			return refuse("building_code", "the row names a room, but not its building")
		}
		return d, false, nil
	}
	if text != "" && room == "" && code == "" {
		inUnit, _, inRoom := h.address(text).Inside()
		if unit == "" {
			unit = inUnit
		}
		room = inRoom
	}
	if code != "" {
		if d, ok := h.houses.Dwelling(code, uuid.Nil, "", ""); ok {
			return d, true, nil
		}
		if house == "" && text == "" {
			return refuse("dwelling_code", "no dwelling has this code")
		}
	}
	field := "address"
	if house != "" {
		field = "building_code"
	}
	ids := h.building(house, text)
	switch {
	case len(ids) == 0:
		return refuse(field, "the dwelling is in no building that is known")
	case len(ids) > 1:
		return refuse(field, "more than one building has this address; give the building's code")
	case room == "":
		return refuse("room", "the building is known, but not which room")
	}
	d, ok := h.houses.Dwelling("", ids[0], unit, room)
	if !ok {
		return refuse("room", "the building has no such room, or one in each unit")
	}
	return d, true, nil
}

func (l *Loader) people(h *homes) taker {
	return &slice[person.Row]{
		name: "person",
		make: func(r *record) (person.Row, []fault.Field) {
			p := person.Row{
				Ref: r.text("ref"), Name: r.text("name"), Sex: r.text("sex"), BornOn: r.day("born_on"), IDKind: r.text("id_kind"), IDNumber: r.text("id_number"), Phone: r.text("phone"),
				Kind: r.text("kind"), HouseholdRef: r.text("household"), Head: r.text("head") == "true", Relation: r.text("relation"),
				Since: r.day("since"), Until: r.day("until"), Tags: r.list("tags"), TagUntil: r.day("tag_until"),
			}
			if alone := r.text("lives_alone"); alone != "" {
				is := alone == "true"
				p.LivesAlone = &is
			}
			d, given, wrong := h.dwelling(r)
			if given && wrong == nil {
				p.DwellingID, p.BuildingID, p.ScopeCode = d.ID, d.BuildingID, d.Scope
				if d.GridCode != nil {
					p.GridCode = *d.GridCode
				}
			}
			p, faults := l.People.Ready(p)
			return p, append(wrong, faults...)
		},
		called: func(p *person.Row) string { return l.People.Ref(*p) },
		same: func(p *person.Row) (key, field, reason string) {
			return l.People.Key(*p), "id_number", "the same document, with the same relation to a dwelling, is in line %d already: nobody is in two dwellings at once"
		},
		lies: func(p *person.Row, _ *record, _ *grid.Index) (string, bool) {
			return p.ScopeCode, p.DwellingID != uuid.Nil
		},
		finds: l.People.Find, takes: l.People.Import,
		put:    func(p *person.Row, ref string, id uuid.UUID) { p.Ref, p.ID = ref, id },
		vacant: l.People.Empty,
		loads: func(ctx context.Context, do func(tx pgx.Tx, into bulk[person.Row]) error) error {
			return l.People.BulkLoad(ctx, func(tx pgx.Tx, into *person.Bulk) error { return do(tx, into) })
		},
	}
}
