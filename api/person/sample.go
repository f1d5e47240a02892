package person

import (
	"bytes"
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/pg"
	"onemap/api/vault"
)

// Unreadable looks at a sample of about so many people and gives how many it
// looked at, and those whose sealed values do not open with the key or are not
// what their blinds say: they would not be found, or could not be read.
func (s *Service) Unreadable(ctx context.Context, q pg.Querier, sample int64) (looked int64, ids []uuid.UUID, err error) {
	err = vault.Read(ctx, q, s.Pool, vault.Everywhere(), func(q pg.Querier) error {
		looked, ids, err = s.unreadable(ctx, q, sample)
		return err
	})
	return looked, ids, err
}

func (s *Service) unreadable(ctx context.Context, q pg.Querier, sample int64) (looked int64, ids []uuid.UUID, err error) {
	var all int64
	if err := q.QueryRow(ctx, "SELECT count(*) FROM person").Scan(&all); err != nil {
		return 0, nil, fmt.Errorf("sample of people: %w", err)
	}
	// A little more than asked for, so that chance rarely gives too few.
	percent := min(100, 120*float64(sample)/float64(max(all, 1)))
	rows, err := q.Query(ctx, "SELECT id, id_kind, id_sealed, id_blind, phone_sealed, phone_blind, name_sealed, name_blind FROM person TABLESAMPLE BERNOULLI ($1::float8) LIMIT $2", percent, sample)
	if err != nil {
		return 0, nil, fmt.Errorf("sample of people: %w", err)
	}
	var id uuid.UUID
	var kind string
	var number, numberBlind, phone, phoneBlind, name, nameBlind []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &kind, &number, &numberBlind, &phone, &phoneBlind, &name, &nameBlind}, func() error {
		looked++
		doc := func(plain string) string { return documentKept(kind, plain).blindKind() }
		if !s.reads(sealedNumber, number, numberBlind, doc) || !s.reads(sealedPhone, phone, phoneBlind, func(string) string { return blindPhone }) ||
			!s.reads(sealedName, name, nameBlind, func(string) string { return blindName }) {
			ids = append(ids, id)
		}
		return nil
	})
	return looked, ids, err
}

// documentKept is a document as it is kept: residents', and permits of 18
// characters, have an identity number.
func documentKept(kind, number string) document {
	d := document{kind: kind, number: number}
	if kind == Resident || kind == Permit && len(number) == 18 {
		d.Number = number
	}
	return d
}

func (s *Service) reads(purpose string, sealed, blind []byte, kind func(plain string) string) bool {
	if sealed == nil {
		return blind == nil
	}
	plain, err := s.Keys.Open(purpose, sealed)
	return err == nil && bytes.Equal(s.Keys.BlindBeside(sealed, kind(string(plain)), string(plain)), blind)
}
