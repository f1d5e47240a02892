package person

import (
	"cmp"
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/vault"
)

// Find says whom rows are about: by source and reference or an earlier link, by
// the number of their document, else by name, date of birth and dwelling, which
// is never sure. A row whose reference names one person and whose number
// another is in doubt, too.
func (s *Service) Find(ctx context.Context, q pg.Querier, source string, rows []Row) (found []link.Found, err error) {
	err = vault.Read(ctx, q, s.Pool, vault.Everywhere(), func(q pg.Querier) error {
		found, err = s.find(ctx, q, source, rows)
		return err
	})
	return found, err
}

func (s *Service) find(ctx context.Context, q pg.Querier, source string, rows []Row) ([]link.Found, error) {
	if err := s.Keys.Fresh(ctx, q); err != nil {
		return nil, err
	}
	list, err := s.entries(rows)
	if err != nil {
		return nil, err
	}
	s.sealedNow(list)
	if err := places(ctx, q, list); err != nil {
		return nil, err
	}
	if err := s.recall(ctx, q, source, list); err != nil {
		return nil, err
	}
	met, err := link.Met(ctx, q, linkKind, source, refsOf(list))
	if err != nil {
		return nil, err
	}
	numbered, err := s.byNumber(ctx, q, list)
	if err != nil {
		return nil, err
	}
	found, open := make([]link.Found, len(list)), []int{}
	for i, e := range list {
		id := met[e.ref]
		other := numbered[string(e.numberBlind)]
		switch {
		case id != uuid.Nil && other != uuid.Nil && id != other:
			found[i].Candidates = []link.Candidate{{ID: other, Why: link.ByCode}, {ID: id, Why: link.BySource}}
		case id != uuid.Nil:
			found[i] = link.Found{ID: id, By: link.BySource}
		case other != uuid.Nil:
			found[i] = link.Found{ID: other, By: link.ByCode}
		default:
			open = append(open, i)
		}
	}
	if err := s.byLook(ctx, q, list, open, found); err != nil {
		return nil, err
	}
	if err := s.refuseErased(ctx, q, source, list, open, found); err != nil {
		return nil, err
	}
	return found, s.entitle(ctx, q, found)
}

// byNumber gives the people who have the entries' numbers, by the entries'
// blinds, whichever key their own are made with.
func (s *Service) byNumber(ctx context.Context, q pg.Querier, list []*entry) (map[string]uuid.UUID, error) {
	var blinds [][]byte
	newest := map[string]string{}
	for _, e := range list {
		if e.numberBlind == nil {
			continue
		}
		blinds = append(blinds, e.numberBlind)
		if !s.Keys.Settled() {
			for _, b := range s.Keys.Blinds(e.doc.blindKind(), e.doc.number) {
				blinds, newest[string(b)] = append(blinds, b), string(e.numberBlind)
			}
		}
	}
	known := map[string]uuid.UUID{}
	if len(blinds) == 0 {
		return known, nil
	}
	rows, err := q.Query(ctx, "SELECT id_blind, id FROM person WHERE id_blind = ANY ($1)", blinds)
	if err != nil {
		return nil, fmt.Errorf("people by number: %w", err)
	}
	var blind []byte
	var id uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&blind, &id}, func() error {
		known[cmp.Or(newest[string(blind)], string(blind))] = id
		return nil
	})
	return known, err
}

// byLook finds people of the same name and date of birth in the same dwelling,
// unless the numbers of their documents tell them apart.
func (s *Service) byLook(ctx context.Context, q pg.Querier, list []*entry, open []int, found []link.Found) error {
	var (
		at                   []int32
		buildings, dwellings []uuid.UUID
		names                []string
		blinds, older        [][]byte // of the names, with the newest key and with the one before
		born                 []any
	)
	for _, i := range open {
		if e := list[i]; e.DwellingID != uuid.Nil && !e.BornOn.IsZero() {
			at, names, born = append(at, int32(i)), append(names, e.Name), append(born, e.BornOn)
			look := s.Keys.Blinds(blindName, e.Name)
			blinds, older = append(blinds, look[0]), append(older, look[len(look)-1])
			buildings, dwellings = append(buildings, e.BuildingID), append(dwellings, e.DwellingID)
		}
	}
	if len(at) == 0 {
		return nil
	}
	rows, err := q.Query(ctx, `
SELECT n.at, p.id, p.id_blind IS NOT NULL
FROM unnest($1::integer[], $2::uuid[], $3::uuid[], $4::text[], $5::date[], $6::bytea[], $7::bytea[]) AS n (at, building, dwelling, name, born, blind, older)
JOIN person p ON p.building_id = n.building AND p.born_on = n.born AND p.dwelling_id = n.dwelling AND (p.name = n.name OR p.name_blind IN (n.blind, n.older))`,
		at, buildings, dwellings, names, born, blinds, older)
	if err != nil {
		return fmt.Errorf("people by name: %w", err)
	}
	var i int32
	var id uuid.UUID
	var numbered bool
	_, err = pgx.ForEachRow(rows, []any{&i, &id, &numbered}, func() error {
		if !numbered || list[i].numberBlind == nil {
			found[i].Candidates = append(found[i].Candidates, link.Candidate{ID: id, Why: link.ByPlace})
		}
		return nil
	})
	return err
}

// entitle writes under the candidates who they are, as lists show people.
func (s *Service) entitle(ctx context.Context, q pg.Querier, found []link.Found) error {
	var ids []uuid.UUID
	for _, f := range found {
		for _, c := range f.Candidates {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := q.Query(ctx, "SELECT p.id, "+NameColumn+", COALESCE(to_char(p.born_on, ' YYYY'), ''), COALESCE(d.address, '') FROM person p LEFT JOIN dwelling d ON d.id = p.dwelling_id WHERE p.id = ANY ($1)", ids)
	if err != nil {
		return fmt.Errorf("titles of people: %w", err)
	}
	titles := map[uuid.UUID]string{}
	var id uuid.UUID
	var kept []byte
	var born, address string
	if _, err = pgx.ForEachRow(rows, []any{&id, &kept, &born, &address}, func() error {
		name, err := s.NameOf(kept)
		if address != "" {
			address = " " + address
		}
		titles[id] = MaskName(name) + born + address
		return err
	}); err != nil {
		return fmt.Errorf("titles of people: %w", err)
	}
	for i := range found {
		for j := range found[i].Candidates {
			found[i].Candidates[j].Title = titles[found[i].Candidates[j].ID]
		}
	}
	return nil
}
