// Package service is where the city serves its people: clinics, pharmacies,
// schools, canteens, community centres.
//
// The journey of a service: an importer hands it over with its point, Find looks
// whether it is known already, Import finds its grid and merges it; a registrar
// opens one or changes what it offers; the map shows it, a resident asks for the
// nearest ones. When regions are redrawn, Move follows.
package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"onemap/api/fault"
	"onemap/api/place"
)

// Kinds are the kinds of services there are.
var Kinds = []string{
	"clinic", "hospital", "pharmacy", "school", "kindergarten", "college", "canteen", "nursing_home", "community_centre",
	"library", "police", "fire_station", "post_office", "bank", "townhall", "marketplace", "social_facility",
}

// States are what a service may be; an empty one is open.
var States = []string{"open", "planned", "closed"}

// Units are what a capacity counts; empty where that is not known.
var Units = []string{"", "meals", "beds", "places", "visits"}

// Place is a service as an importer gives it; capacity 0 is unknown.
type Place struct {
	Ref            string
	ID             uuid.UUID // the service it is about, where that is known
	Code           string
	Kind           string
	Name, NameEn   string
	Address, Hours string
	Capacity       int
	CapacityUnit   string
	Operator       string
	Phone          string
	State          string    // open when empty
	Point          orb.Point // WGS84
}

// Config is what the service works with.
type Config struct {
	Pool *pgxpool.Pool
	// Regions holds the edition of the grids while a service is given a place.
	Regions place.Keeper
	Now     func() time.Time
	NewID   func() uuid.UUID
}

// Service keeps the services.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// Check says what is wrong with a row; locations are the fields of an import.
func Check(p Place) []fault.Field {
	var bad []fault.Field
	add := func(location string, value any, format string, args ...any) {
		bad = append(bad, fault.Field{Location: location, Message: fmt.Sprintf(format, args...), Value: value})
	}
	if !slices.Contains(Kinds, p.Kind) {
		add("kind", p.Kind, "one of %s", strings.Join(Kinds, ", "))
	}
	if p.State != "" && !slices.Contains(States, p.State) {
		add("state", p.State, "one of %s", strings.Join(States, ", "))
	}
	if !slices.Contains(Units, p.CapacityUnit) {
		add("capacity_unit", p.CapacityUnit, "one of %s, or nothing", strings.Join(Units[1:], ", "))
	}
	if p.Capacity < 0 || p.Capacity > 10_000_000 {
		add("capacity", p.Capacity, "from 0 to 10,000,000")
	}
	for _, t := range []struct {
		location, value string
		most            int
	}{
		{"code", p.Code, 64},
		{"name", p.Name, 200},
		{"name_en", p.NameEn, 200},
		{"address", p.Address, 300},
		{"hours", p.Hours, 200},
		{"operator", p.Operator, 200},
		{"phone", p.Phone, 60},
	} {
		if len([]rune(t.value)) > t.most {
			add(t.location, nil, "at most %d characters", t.most)
		}
	}
	return bad
}

// Move follows a redraw of the regions.
func (s *Service) Move(ctx context.Context, tx pgx.Tx, r place.Redraw, now time.Time) (int64, error) {
	return place.Move(ctx, tx, "service", "FALSE", r, now)
}

// Ahead lists what a redraw of the regions would move.
func (s *Service) Ahead(ctx context.Context, tx pgx.Tx, r place.Redraw) ([]place.Moving, error) {
	return place.Ahead(ctx, tx, "service", "service", "FALSE", "COALESCE(NULLIF(t.name, ''), t.kind)", r)
}
