package person

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/vault"
)

// Person is somebody as lists and pages show them: masked.
type Person struct {
	ID          uuid.UUID  `json:"id"`
	Name        string     `json:"name" doc:"Masked: the first character."`
	Sex         string     `json:"sex"`
	Age         *int       `json:"age" doc:"Full years today, or on the day of death; null when the birth is not known."`
	Kind        string     `json:"kind" enum:"registered,floating,left_behind,overseas"`
	LivesAlone  bool       `json:"lives_alone"`
	Head        bool       `json:"head" doc:"Head of the household."`
	HouseholdID *uuid.UUID `json:"household_id"`
	DwellingID  *uuid.UUID `json:"dwelling_id" doc:"Where they live now."`
	BuildingID  *uuid.UUID `json:"building_id"`
	Address     string     `json:"address"`
	GridCode    *string    `json:"grid_code"`
	ScopeCode   string     `json:"scope_code" doc:"Empty for who has no place; seen from the whole city only."`
	IDKind      string     `json:"id_kind"`
	IDMasked    string     `json:"id_masked" doc:"The last characters of the number of their document."`
	PhoneMasked string     `json:"phone_masked"`
	LeftOn      *string    `json:"left_on"`
	LeftWhy     string     `json:"left_why"`
	Rev         int64      `json:"rev"`
}

// Full is somebody's record, still masked, with ties, tags and household.
type Full struct {
	Person
	Residences []Residence `json:"residences"`
	Tags       []Carried   `json:"tags"`
	Household  []Person    `json:"household" doc:"The others of the household whom you may see."`
	Readings   int64       `json:"readings" doc:"How often the record was read in full."`
}

// Residence is a tie to a dwelling.
type Residence struct {
	ID         uuid.UUID `json:"id"`
	DwellingID uuid.UUID `json:"dwelling_id"`
	BuildingID uuid.UUID `json:"building_id"`
	Address    string    `json:"address"`
	Relation   string    `json:"relation"`
	Since      *string   `json:"since"`
	Until      *string   `json:"until"`
}

// Carried is a care tag that somebody carries, or has carried.
type Carried struct {
	ID      uuid.UUID `json:"id"`
	Tag     string    `json:"tag"`
	Purpose string    `json:"purpose"`
	Basis   string    `json:"basis"`
	Since   *string   `json:"since"`
	Until   *string   `json:"until"`
}

const selectPerson = `
SELECT p.id, ` + NameColumn + `, p.sex, p.born_on, p.kind, p.lives_alone, p.head, p.household_id, p.dwelling_id, p.building_id, COALESCE(NULLIF(d.address, ''), b.address, ''),
    p.grid_code, p.scope_code, p.id_kind, p.id_sealed, p.phone_sealed, p.left_on, p.left_why, p.rev
FROM person p LEFT JOIN dwelling d ON d.id = p.dwelling_id LEFT JOIN building b ON b.id = p.building_id `

// scan reads a row of selectPerson and masks it.
func (s *Service) scan(row pgx.CollectableRow) (p Person, err error) {
	var born, left *time.Time
	var name, number, phone []byte
	err = row.Scan(&p.ID, &name, &p.Sex, &born, &p.Kind, &p.LivesAlone, &p.Head, &p.HouseholdID, &p.DwellingID, &p.BuildingID, &p.Address,
		&p.GridCode, &p.ScopeCode, &p.IDKind, &number, &phone, &left, &p.LeftWhy, &p.Rev)
	if err != nil {
		return p, err
	}
	if p.IDMasked, p.PhoneMasked, err = s.Masked(number, phone); err != nil {
		return p, err
	}
	if p.Name, err = s.NameOf(name); err != nil {
		return p, err
	}
	p.Name = MaskName(p.Name)
	p.LeftOn = dayText(left)
	at := s.today()
	if p.LeftWhy == Died {
		at = *left
	}
	p.Age = age(born, at)
	return p, nil
}

// Masked shows of a sealed number and telephone what lists and files may show.
func (s *Service) Masked(number, phone []byte) (numberMasked, phoneMasked string, err error) {
	plainNumber, err := s.open(sealedNumber, number)
	if err != nil {
		return "", "", err
	}
	plainPhone, err := s.open(sealedPhone, phone)
	if err != nil {
		return "", "", err
	}
	return MaskNumber(plainNumber), MaskPhone(plainPhone), nil
}

func (s *Service) open(purpose string, sealed []byte) (string, error) {
	if sealed == nil {
		return "", nil
	}
	plain, err := s.Keys.Open(purpose, sealed)
	return string(plain), err
}

func dayText(at *time.Time) *string {
	if at == nil {
		return nil
	}
	text := at.Format(time.DateOnly)
	return &text
}

// age is full years on a day; who is born on 29 February grows older on 1 March.
func age(born *time.Time, on time.Time) *int {
	if born == nil {
		return nil
	}
	years := on.Year() - born.Year()
	if on.Month() < born.Month() || on.Month() == born.Month() && on.Day() < born.Day() {
		years--
	}
	return &years
}

// sight is the scope of who asks; who works with no records is told so.
func sight(ctx context.Context) (actor.Scope, error) {
	scope := actor.From(ctx).People()
	if scope.Empty() {
		return scope, fault.New(fault.Forbidden, "person.role", "People's records are for registrars, grid workers and administrators.")
	}
	return scope, nil
}

// ByID gives a record within the actor's sight.
func (s *Service) ByID(ctx context.Context, id uuid.UUID) (out Full, err error) {
	by := actor.From(ctx)
	err = vault.In(ctx, s.Pool, sightOf(by), func(tx pgx.Tx) error {
		out, err = s.full(ctx, tx, id, by.People())
		return err
	})
	return out, err
}

func (s *Service) full(ctx context.Context, q pg.Querier, id uuid.UUID, scope actor.Scope) (Full, error) {
	var out Full
	args := pgx.NamedArgs{"id": id}
	rows, err := q.Query(ctx, selectPerson+"WHERE p.id = @id AND "+scope.Where("p.scope_code", "", args), args)
	if err != nil {
		return out, err
	}
	if out.Person, err = pgx.CollectExactlyOneRow(rows, s.scan); err != nil {
		if errors.Is(err, pgx.ErrNoRows) {
			err = fault.Missing("person")
		}
		return out, err
	}
	if out.Residences, err = selectResidences(ctx, q, id); err != nil {
		return out, err
	}
	if out.Tags, err = selectTags(ctx, q, id); err != nil {
		return out, err
	}
	out.Household = []Person{}
	if out.HouseholdID != nil {
		args := pgx.NamedArgs{"id": id, "household": *out.HouseholdID}
		rows, err := q.Query(ctx, selectPerson+"WHERE p.household_id = @household AND p.id <> @id AND "+scope.Where("p.scope_code", "", args)+" ORDER BY p.head DESC, p.born_on, p.id LIMIT 100", args)
		if err != nil {
			return out, err
		}
		if out.Household, err = pgx.CollectRows(rows, s.scan); err != nil {
			return out, err
		}
	}
	err = q.QueryRow(ctx, "SELECT count(*) FROM audit_log WHERE kind = 'person' AND object = $1 AND action = 'reveal-person' AND outcome = 'done'", id.String()).Scan(&out.Readings)
	return out, err
}

func selectResidences(ctx context.Context, q pg.Querier, id uuid.UUID) ([]Residence, error) {
	rows, err := q.Query(ctx, `
SELECT r.id, r.dwelling_id, d.building_id, COALESCE(NULLIF(d.address, ''), b.address), r.relation, to_char(r.since, 'YYYY-MM-DD'), to_char(r.until, 'YYYY-MM-DD')
FROM residence r JOIN dwelling d ON d.id = r.dwelling_id JOIN building b ON b.id = d.building_id
WHERE r.person_id = $1 ORDER BY r.until DESC NULLS FIRST, r.since DESC NULLS LAST, r.id`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Residence])
}

func selectTags(ctx context.Context, q pg.Querier, id uuid.UUID) ([]Carried, error) {
	rows, err := q.Query(ctx, `
SELECT id, tag, purpose, basis, to_char(since, 'YYYY-MM-DD'), to_char(until, 'YYYY-MM-DD') FROM person_tag WHERE person_id = $1 ORDER BY until DESC, id`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Carried])
}
