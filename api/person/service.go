package person

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/audit"
	"onemap/api/place"
	"onemap/api/seal"
)

// Config is what the service works with.
type Config struct {
	Pool *pgxpool.Pool
	Keys *seal.Keys
	// Regions holds the edition of the grids while somebody is given a place, and
	// knows what they were.
	Regions Regions
	Now     func() time.Time
	NewID   func() uuid.UUID
	// Zone is the city's time zone: it decides what day it is, and so how old somebody is.
	Zone *time.Location
	// Sealer seals what waits before anybody is told who has looked at a record.
	Sealer *audit.Sealer
	// Keep gives for how many months records of people who have left are kept; 0,
	// and no Keep, is until they are erased by hand.
	Keep func() int
}

// Regions is what people's places are told by.
type Regions interface {
	place.Keeper
	place.History
}

// Service keeps the people.
type Service struct {
	Config
	// Traces are told of whoever is erased: what else is kept of them goes along.
	Traces []Trace
}

// New makes the service.
func New(c Config) *Service { return &Service{Config: c} }

// today is the day in the city.
func (s *Service) today() time.Time { return day(s.Now().In(s.Zone)) }

// The purposes that values are sealed for.
const (
	sealedNumber = "person.number"
	sealedPhone  = "person.phone"
	sealedName   = "person.name"
	blindPhone   = "phone"
	blindName    = "name"
)
