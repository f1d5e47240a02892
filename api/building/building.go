// Package building is the houses of the city and the rooms in them.
//
// The journey of a building: an importer hands over its footprint with storeys,
// height, name and address and a point inside it; Find looks whether it is known
// already, by source, code, address or place; Import finds the grid of that point
// in the edition in force and merges the row; the map draws the footprint and a
// click asks for it by id. A registrar plans its stack of storeys, units and
// rooms and applies it; people and organisations are tied to the rooms. When
// regions are redrawn, Move puts it and its rooms where they now say they are.
//
// Storeys have an ordinal and a label, which are different things. The ordinal
// counts from 0, the ground floor, without a gap; below ground it is negative.
// The label is what the lift's button says: 1 for ordinal 0, B1 for -1, and where
// 4 and 13 are left out, 14 for ordinal 11. Order and height come from ordinals;
// addresses and room codes use labels. Never compute one from the other where
// the storeys are known.
package building

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/place"
)

// Building is a building as an importer gives it; 0 levels, height or year is
// unknown. Without Geom a row can only be about a building that is there.
type Building struct {
	Ref          string
	ID           uuid.UUID // the building it is about, where that is known
	Code         string
	Name, NameEn string
	Use, Address string
	Levels       int
	LevelsBelow  *int // nil is unknown
	HeightM      float64
	BuiltYear    int
	Structure    string
	Point        orb.Point // inside the footprint; WGS84
	Geom         orb.MultiPolygon

	read *texts // what Ready made of the texts
}

// Config is what the service works with. People, Tied and Followers are what
// other slices say of the rooms; without them nobody lives in any.
type Config struct {
	Pool *pgxpool.Pool
	// Regions holds the edition of the grids while a building is given a place.
	Regions   place.Keeper
	Now       func() time.Time
	NewID     func() uuid.UUID
	People    People
	Tied      []Tied
	Followers []Follower
}

// Count is who lives in a room: people, how many of them are 60 or older, and
// how many live alone.
type Count struct{ People, Elderly, Alone int }

// People counts who lives where.
type People interface {
	CountByDwelling(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID]Count, error)
}

// Tied counts what holds on to rooms, which therefore cannot be taken away.
type Tied interface {
	TiedToDwellings(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID]int, error)
}

// Follower has objects that stand where a building's rooms do: they follow rooms
// that are in another region now.
type Follower interface {
	Follow(ctx context.Context, tx pgx.Tx, rooms []uuid.UUID, now time.Time) error
}

// Service keeps the buildings.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// Check says what is wrong with a row; locations are the fields of an import.
func Check(b Building) []fault.Field {
	var bad []fault.Field
	add := func(location, message string, value any) {
		bad = append(bad, fault.Field{Location: location, Message: message, Value: value})
	}
	for _, text := range []struct {
		location, value string
		most            int
	}{{"code", b.Code, 64}, {"name", b.Name, 200}, {"name_en", b.NameEn, 200}, {"use", b.Use, 60}, {"address", b.Address, 300}, {"structure", b.Structure, 60}} {
		if len([]rune(text.value)) > text.most {
			add(text.location, "at most "+strconv.Itoa(text.most)+" characters", nil)
		}
	}
	if b.Levels < 0 || b.Levels > mostLevels {
		add("levels", "storeys above ground, from 1 to 300", b.Levels)
	}
	if b.LevelsBelow != nil && (*b.LevelsBelow < 0 || *b.LevelsBelow > mostBelow) {
		add("levels_below", "storeys below ground, from 0 to 20", *b.LevelsBelow)
	}
	if !(b.HeightM >= 0 && b.HeightM < 2000) {
		add("height", "metres, more than 0 and less than 2000", nil)
	}
	if b.BuiltYear != 0 && (b.BuiltYear < 1000 || b.BuiltYear > 2200) {
		add("built_year", "a year from 1000 to 2200", b.BuiltYear)
	}
	if len(b.Geom) == 0 && b.ID == uuid.Nil {
		add("geometry", "a building that is not known yet needs its footprint as a polygon", nil)
	}
	return bad
}

const mostLevels, mostBelow = 300, 20

// Move follows a redraw of the regions: first the buildings, then their rooms, then
// who is tied to these.
func (s *Service) Move(ctx context.Context, tx pgx.Tx, r place.Redraw, now time.Time) (int64, error) {
	moved, err := place.Move(ctx, tx, "building", "FALSE", r, now)
	if err != nil || moved == 0 {
		return moved, err
	}
	ground, args := r.On("building", 2)
	return moved, s.carry(ctx, tx, ground, now, args...)
}

// carry takes the rooms of buildings that have moved to another region along, and
// those who live there. buildings is the FROM of a question about the rows of the
// buildings, t, with its arguments from $2 on.
func (s *Service) carry(ctx context.Context, tx pgx.Tx, buildings string, now time.Time, args ...any) error {
	rows, err := tx.Query(ctx, `
WITH stood AS (SELECT t.id, t.grid_code, t.scope_code FROM `+buildings+`)
UPDATE dwelling d SET grid_code = s.grid_code, scope_code = s.scope_code, updated_at = $1
FROM stood s WHERE s.id = d.building_id AND (d.scope_code, d.grid_code) IS DISTINCT FROM (s.scope_code, s.grid_code)
RETURNING d.id`, append([]any{now}, args...)...)
	if err != nil {
		return fmt.Errorf("rooms of moved buildings: %w", err)
	}
	rooms, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("rooms of moved buildings: %w", err)
	}
	if len(rooms) == 0 {
		return nil
	}
	for _, f := range s.Followers {
		if err := f.Follow(ctx, tx, rooms, now); err != nil {
			return err
		}
	}
	return nil
}

// Ahead lists what a redraw of the regions would move.
func (s *Service) Ahead(ctx context.Context, tx pgx.Tx, r place.Redraw) ([]place.Moving, error) {
	return place.Ahead(ctx, tx, "building", "building", "FALSE", "COALESCE(NULLIF(t.name, ''), NULLIF(t.address, ''), t.source_ref)", r)
}

// known is nil for what is not known. Numbers go in as int16, heights as float32.
func known[N int | float64](n N) any {
	if n == 0 {
		return nil
	}
	switch v := any(n).(type) {
	case int:
		return int16(v)
	case float64:
		return float32(v)
	}
	return nil
}
