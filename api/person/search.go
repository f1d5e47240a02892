package person

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/find"
	"onemap/api/vault"
)

// Hit is somebody found, masked, and where they live (WGS84; zero without a dwelling).
type Hit struct {
	ID       uuid.UUID
	Name     string
	Sex      string
	Age      *int
	Address  string
	Lon, Lat float64
}

// top follows every character in C collation.
const top = "\U0010FFFF"

// asked are the conditions that what was typed may be meant as: a document's
// number, a phone, a name or its end, pinyin initials, a whole name that is sealed. One of them is to hold;
// each is a plain comparison that an index answers. It adds to args.
func (s *Service) asked(typed string, args pgx.NamedArgs) []string {
	var parts []string
	equal := func(column, name string, blinds ...[]byte) {
		args[name] = blinds
		parts = append(parts, fmt.Sprintf("p.%s = ANY (@%s)", column, name))
	}
	if text := compact(typed); strings.ContainsAny(text, "0123456789") && len(text) >= 5 {
		blinds := [][]byte{}
		for _, kind := range IDKinds {
			if d, err := parseDocument(kind, typed, s.today()); err == nil {
				blinds = append(blinds, s.Keys.Blinds(d.blindKind(), d.number)...)
			}
		}
		if len(blinds) > 0 {
			equal("id_blind", "number", blinds...)
		}
	}
	if phone, err := ParsePhone(typed); err == nil && phone != "" {
		equal("phone_blind", "phone", s.Keys.Blinds(blindPhone, phone)...)
	}
	name, err := cleanName(typed)
	if err != nil {
		if len(parts) == 0 {
			return []string{"FALSE"}
		}
		return parts
	}
	between := func(column, from string) {
		args[column+"lo"], args[column+"hi"] = from, from+top
		parts = append(parts, fmt.Sprintf("p.%s >= @%slo AND p.%s < @%shi", column, column, column, column))
	}
	for _, column := range []string{"name", "name_2", "name_3"} {
		between(column, name)
	}
	equal("name_blind", "name_blind", s.Keys.Blinds(blindName, name)...)
	if letters := strings.ReplaceAll(find.Fold(name), " ", ""); !strings.ContainsFunc(letters, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		between("initials", letters)
	}
	return parts
}

// Search finds people within the actor's sight; nobody for who has none.
func (s *Service) Search(ctx context.Context, typed string, limit int) ([]Hit, error) {
	scope := actor.From(ctx).People()
	typed = strings.TrimSpace(typed)
	if scope.Empty() || typed == "" {
		return []Hit{}, nil
	}
	if err := s.Keys.Fresh(ctx, s.Pool); err != nil {
		return nil, err
	}
	args := pgx.NamedArgs{"limit": limit}
	within := scope.Where("p.scope_code", "", args)
	var ways []string
	for i, part := range s.asked(typed, args) {
		column, _, _ := strings.Cut(strings.TrimPrefix(part, "p."), " ")
		order := ""
		if strings.HasSuffix(part, "hi") {
			order = "ORDER BY p." + column
		}
		also := ""
		if column == "name_2" || column == "name_3" { // as the partial index says
			also = fmt.Sprintf(" AND p.%s <> ''", column)
		}
		ways = append(ways, fmt.Sprintf("(SELECT %d AS way, p.id FROM person p WHERE %s%s AND %s %s LIMIT @limit)", i, part, also, within, order))
	}
	// Planned for these very values: one plan for all would not know 王 from 王小明.
	today, hits := s.today(), []Hit{}
	err := vault.In(ctx, s.Pool, sightOf(actor.From(ctx)), func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
SELECT p.id, `+NameColumn+`, p.sex, p.born_on, COALESCE(NULLIF(d.address, ''), b.address, ''), COALESCE(ST_X(b.point), 0), COALESCE(ST_Y(b.point), 0)
FROM (SELECT id, min(way) AS way FROM (`+strings.Join(ways, " UNION ALL ")+`) w GROUP BY id ORDER BY 2, 1 LIMIT @limit) f
JOIN person p ON p.id = f.id LEFT JOIN dwelling d ON d.id = p.dwelling_id LEFT JOIN building b ON b.id = p.building_id
ORDER BY f.way, p.name, p.id`, pgx.QueryExecModeCacheDescribe, args)
		if err != nil {
			return err
		}
		hits, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (h Hit, err error) {
			var born *time.Time
			var name []byte
			if err = row.Scan(&h.ID, &name, &h.Sex, &born, &h.Address, &h.Lon, &h.Lat); err == nil {
				h.Name, err = s.NameOf(name)
			}
			h.Name, h.Age = MaskName(h.Name), age(born, today)
			return h, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search people: %w", err)
	}
	return hits, nil
}
