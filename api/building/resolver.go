package building

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/address"
	"onemap/api/pg"
)

// Resolver answers from memory which dwelling a row about a person means, for
// files of a million rows. It holds the buildings and dwellings of the moment it
// was loaded, some 60 bytes a dwelling, and may be asked by many at once.
type Resolver struct {
	seed      maphash.Seed
	buildings []resolved
	place     map[uuid.UUID]int32
	codes     map[string]int32
	keys      map[string][]int32
	dwellings []uuid.UUID
	at        []int32 // the building of each dwelling, its place in buildings
	rooms     map[uint64]int32
	realty    map[string]int32
}

type resolved struct {
	id    uuid.UUID
	grid  string
	scope string
}

// DwellingAt is a dwelling with what those who live there take from it.
type DwellingAt struct {
	ID, BuildingID uuid.UUID
	GridCode       *string // nil outside all grids
	Scope          string
}

// several marks a room that more than one unit of the building has.
const several = -1

// LoadResolver reads all buildings and dwellings, of one moment.
func (s *Service) LoadResolver(ctx context.Context) (*Resolver, error) {
	r := &Resolver{
		seed: maphash.MakeSeed(), place: map[uuid.UUID]int32{}, codes: map[string]int32{}, keys: map[string][]int32{},
		rooms: map[uint64]int32{}, realty: map[string]int32{},
	}
	o := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.Pool, o, func(tx pgx.Tx) error {
		if err := r.loadBuildings(ctx, tx); err != nil {
			return err
		}
		return r.loadDwellings(ctx, tx)
	})
	if err != nil {
		return nil, fmt.Errorf("resolver: %w", err)
	}
	return r, nil
}

func (r *Resolver) loadBuildings(ctx context.Context, tx pgx.Tx) error {
	scopes := map[string]string{}
	shared := func(s []byte) string {
		if kept, ok := scopes[string(s)]; ok {
			return kept
		}
		kept := string(s)
		scopes[kept] = kept
		return kept
	}
	return pg.CopyOut(ctx, tx, "SELECT id, code, address, address_key, grid_code IS NOT NULL, scope_code FROM building", func(v [][]byte) error {
		b := resolved{id: uuid.UUID(v[0]), scope: shared(v[5])}
		if v[4][0] != 0 {
			b.grid = b.scope
		}
		at := int32(len(r.buildings))
		r.buildings = append(r.buildings, b)
		r.place[b.id] = at
		if code := v[1]; len(code) > 0 {
			r.codes[string(code)] = at
		}
		if len(v[3]) == 0 {
			return nil
		}
		key := string(v[3])
		r.keys[key] = append(r.keys[key], at)
		for _, k := range address.Parse(string(v[2])).Keys() {
			if k != key {
				r.keys[k] = append(r.keys[k], at)
			}
		}
		return nil
	})
}

func (r *Resolver) loadDwellings(ctx context.Context, tx pgx.Tx) error {
	return pg.CopyOut(ctx, tx, `
SELECT d.id, d.building_id, u.code, d.code, d.realty_code
FROM dwelling d LEFT JOIN building_unit u ON u.id = d.unit_id`, func(v [][]byte) error {
		unit, code, realty := v[2], v[3], v[4]
		b := r.place[uuid.UUID(v[1])]
		at := int32(len(r.dwellings))
		r.dwellings, r.at = append(r.dwellings, uuid.UUID(v[0])), append(r.at, b)
		r.rooms[r.room(b, unit, code)] = at
		alone := r.room(b, anyUnit, code)
		if _, twice := r.rooms[alone]; twice {
			r.rooms[alone] = several
		} else {
			r.rooms[alone] = at
		}
		if len(realty) > 0 {
			r.realty[string(realty)] = at
		}
		return nil
	})
}

// anyUnit stands for whichever unit has the room.
var anyUnit = []byte{0}

// room is the hash of a room's name: of 600,000 rooms two share one with a
// probability of 1e-8.
func (r *Resolver) room(building int32, unit, code []byte) uint64 {
	var h maphash.Hash
	h.SetSeed(r.seed)
	h.Write([]byte{byte(building), byte(building >> 8), byte(building >> 16), byte(building >> 24)})
	h.Write(unit)
	h.WriteByte(0)
	h.Write(code)
	return h.Sum64()
}

// Coded gives the building that has a code.
func (r *Resolver) Coded(code string) (uuid.UUID, bool) {
	at, ok := r.codes[code]
	if !ok {
		return uuid.Nil, false
	}
	return r.buildings[at].id, true
}

// Addressed gives the buildings that have an address; none, or several, is for
// the caller to say.
func (r *Resolver) Addressed(at address.Address) (ids []uuid.UUID) {
	for _, k := range at.Keys() {
		for _, at := range r.keys[k] {
			if id := r.buildings[at].id; !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		if len(ids) > 0 {
			break
		}
	}
	return ids
}

// Dwelling gives the dwelling of a code of the real-estate register, or the room
// of a building. Without a unit the room's number has to be the building's only
// one. Unit and room are taken as people write them: 1单元, 502室.
func (r *Resolver) Dwelling(code string, building uuid.UUID, unit, room string) (DwellingAt, bool) {
	at, ok := int32(0), false
	if code != "" {
		at, ok = r.realty[code]
	}
	if b, known := r.place[building]; !ok && known && room != "" {
		unit, room := []byte(address.Unit(unit)), []byte(address.Room(room))
		at, ok = r.rooms[r.room(b, unit, room)]
		if !ok && len(unit) == 0 {
			at, ok = r.rooms[r.room(b, anyUnit, room)]
		}
		if !ok && len(unit) > 0 {
			at, ok = r.rooms[r.room(b, nil, room)]
		}
	}
	if !ok || at == several {
		return DwellingAt{}, false
	}
	b := r.buildings[r.at[at]]
	d := DwellingAt{ID: r.dwellings[at], BuildingID: b.id, Scope: b.scope}
	if b.grid != "" {
		d.GridCode = &b.grid
	}
	return d, true
}

// At gives the building's own place in the tree of regions.
func (r *Resolver) At(building uuid.UUID) (grid *string, scope string, ok bool) {
	at, ok := r.place[building]
	if !ok {
		return nil, "", false
	}
	b := r.buildings[at]
	if b.grid != "" {
		grid = &b.grid
	}
	return grid, b.scope, true
}
