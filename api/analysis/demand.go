package analysis

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"onemap/api/pg"
	"onemap/api/vault"
)

// demand is who lives where, as it was when it was read. It never changes.
type demand struct {
	asOf      time.Time
	buildings []house    // by region, then along a curve that keeps neighbours together
	first     []int32    // each building's first person, and the end
	people    []resident // by building, then by household
}

type house struct {
	id    uuid.UUID
	at    orb.Point
	scope string // the grid, or the deepest region known
}

// resident is somebody without a name. born is in days since 1970, unknown
// when nobody wrote it down. household tells the households of a building apart.
type resident struct {
	born      int32
	household uint32
	alone     bool
	tags      uint8 // bit i is Tags[i]
}

const unknown = math.MaxInt32

// readDemand reads every person who lives in a building, on two connections at
// once. People without a building are nowhere, and in no figure.
func readDemand(ctx context.Context, pool *pgxpool.Pool, asOf time.Time) (*demand, error) {
	d := &demand{asOf: asOf}
	var number map[uuid.UUID]int32
	var list []inhabitants
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		if number, err = d.readHouses(ctx, pool); err != nil {
			return fmt.Errorf("read the buildings: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		return vault.In(ctx, pool, vault.Everywhere(), func(tx pgx.Tx) error {
			tags, err := readTags(ctx, tx, asOf)
			if err != nil {
				return fmt.Errorf("read the tags: %w", err)
			}
			if list, err = readPeople(ctx, tx, tags); err != nil {
				return fmt.Errorf("read the people: %w", err)
			}
			return nil
		})
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	d.house(list, number)
	return d, nil
}

func (d *demand) readHouses(ctx context.Context, q pg.Querier) (map[uuid.UUID]int32, error) {
	rows, err := q.Query(ctx, "SELECT id, ST_X(point), ST_Y(point), scope_code FROM building")
	if err != nil {
		return nil, err
	}
	type placed struct {
		house
		along uint64
	}
	var list []placed
	var h house
	if _, err = pgx.ForEachRow(rows, []any{&h.id, &h.at[0], &h.at[1], &h.scope}, func() error {
		list = append(list, placed{h, along(h.at)})
		return nil
	}); err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.scope, b.scope), cmp.Compare(a.along, b.along), bytes.Compare(a.id[:], b.id[:]))
	})
	number := make(map[uuid.UUID]int32, len(list))
	d.buildings = make([]house, len(list))
	for i, p := range list {
		d.buildings[i] = p.house
		number[p.id] = int32(i)
	}
	return number, nil
}

// along is where a point lies on the curve that visits the squares of a
// quadtree one after the other (Morton's order).
func along(p orb.Point) uint64 {
	spread := func(v uint64) uint64 {
		v = (v | v<<16) & 0x0000ffff0000ffff
		v = (v | v<<8) & 0x00ff00ff00ff00ff
		v = (v | v<<4) & 0x0f0f0f0f0f0f0f0f
		v = (v | v<<2) & 0x3333333333333333
		return (v | v<<1) & 0x5555555555555555
	}
	x := uint64((p[0] + 180) / 360 * (1<<32 - 1))
	y := uint64((p[1] + 90) / 360 * (1<<32 - 1))
	return spread(y)<<1 | spread(x)
}

func readTags(ctx context.Context, q pg.Querier, asOf time.Time) (*carriers, error) {
	rows, err := q.Query(ctx, "SELECT person_id, tag FROM person_tag WHERE tag = ANY ($1) AND since <= $2 AND until >= $2", Tags, asOf)
	if err != nil {
		return nil, err
	}
	c := &carriers{tags: map[uuid.UUID]uint8{}, sieve: make([]uint64, 1<<(sieveBits-6))}
	var id uuid.UUID
	var tag string
	_, err = pgx.ForEachRow(rows, []any{&id, &tag}, func() error {
		c.tags[id] |= tagBit(tag)
		bit := sieved(id)
		c.sieve[bit>>6] |= 1 << (bit & 63)
		return nil
	})
	return c, err
}

// carriers are the few who carry tags. The sieve tells nearly everybody else from
// them at the price of one bit.
type carriers struct {
	tags  map[uuid.UUID]uint8
	sieve []uint64
}

const sieveBits = 22

func sieved(id uuid.UUID) uint64 {
	const odd = 0x9E3779B97F4A7C15 // spreads what is counted up
	return binary.BigEndian.Uint64(id[8:]) * odd >> (64 - sieveBits)
}

func (c *carriers) of(id uuid.UUID) uint8 {
	if bit := sieved(id); c.sieve[bit>>6]>>(bit&63)&1 == 0 {
		return 0
	}
	return c.tags[id]
}

func tagBit(tag string) uint8 { return 1 << slices.Index(Tags, tag) }

// inhabitants are people of one building that were read one after the other.
type inhabitants struct {
	building uuid.UUID
	people   []resident
}

// readPeople reads by COPY: there may be millions of rows. All their columns lie in
// an index, person_building_ix, which is read instead of the people.
func readPeople(ctx context.Context, tx pgx.Tx, tags *carriers) ([]inhabitants, error) {
	var list []inhabitants
	var people []resident // shared by those of the list, a piece at a time
	begin := 0
	err := pg.CopyOut(ctx, tx, `
SELECT id, building_id, COALESCE(household_id, dwelling_id, building_id), born_on, lives_alone
FROM person WHERE building_id IS NOT NULL AND left_on IS NULL`, func(v [][]byte) error {
		if at := uuid.UUID(v[1]); len(list) == 0 || list[len(list)-1].building != at {
			list, begin = append(list, inhabitants{building: at}), len(people)
		}
		r := resident{born: unknown, household: fold(v[2]), alone: v[4][0] == 1}
		if len(v[3]) == 4 {
			r.born = int32(binary.BigEndian.Uint32(v[3])) + days2000
		}
		r.tags = tags.of(uuid.UUID(v[0]))
		if len(people) == cap(people) { // a new piece begins with those of this building
			people, begin = append(make([]resident, 0, pieceOfPeople+2*(len(people)-begin)), people[begin:]...), 0
		}
		people = append(people, r)
		list[len(list)-1].people = people[begin:]
		return nil
	})
	return list, err
}

// pieceOfPeople is how many people are kept in one piece of memory while they
// are read, so that a city needs no piece twice its size.
const pieceOfPeople = 1 << 14

// house brings people to their buildings. Those of a building that came while
// we read are left out.
func (d *demand) house(list []inhabitants, number map[uuid.UUID]int32) {
	d.first = make([]int32, len(d.buildings)+1)
	for _, in := range list {
		if at, known := number[in.building]; known {
			d.first[at+1] += int32(len(in.people))
		}
	}
	for i := 1; i < len(d.first); i++ {
		d.first[i] += d.first[i-1]
	}
	d.people = make([]resident, d.first[len(d.buildings)])
	next := slices.Clone(d.first)
	for _, in := range list {
		if at, known := number[in.building]; known {
			next[at] += int32(copy(d.people[next[at]:], in.people))
		}
	}
	for i := range d.buildings {
		slices.SortFunc(d.people[d.first[i]:d.first[i+1]], func(a, b resident) int { return cmp.Compare(a.household, b.household) })
	}
}

// days2000 is 1 January 2000, from which PostgreSQL counts, in days since 1970.
const days2000 = 10957

// fold makes a number of an id that tells the few households of one building apart.
func fold(id []byte) uint32 {
	var h uint32 = 2166136261 // FNV-1a
	for _, b := range id {
		h = (h ^ uint32(b)) * 16777619
	}
	return h
}

// count is how many of a building are asked for, and in how many households they live.
type count struct{ people, households int32 }

func (c *count) add(other count) {
	c.people += other.people
	c.households += other.households
}

// counts gives every building's.
func (d *demand) counts(w Who) []count {
	young, old := dayOfBirth(d.asOf, w.AgeFrom), dayOfBirth(d.asOf, w.limit())
	var tag uint8
	if w.Tag != "" {
		tag = tagBit(w.Tag)
	}
	aged := w.aged()
	list := make([]count, len(d.buildings))
	for i := range list {
		var last uint32
		for _, p := range d.people[d.first[i]:d.first[i+1]] {
			if aged && (p.born == unknown || p.born > young || p.born <= old) || w.Alone && !p.alone || p.tags&tag != tag {
				continue
			}
			if list[i].people == 0 || p.household != last {
				list[i].households++
				last = p.household
			}
			list[i].people++
		}
	}
	return list
}

// dayOfBirth is the last day of birth, in days since 1970, of who has this age by then.
func dayOfBirth(by time.Time, age int) int32 {
	y, m, day := by.Date()
	at := time.Date(y-age, m, day, 0, 0, 0, 0, time.UTC)
	if at.Month() != m { // born on 29 February: a year older on 1 March
		at = time.Date(y-age, m+1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -1)
	}
	return int32(at.Unix() / 86400)
}
