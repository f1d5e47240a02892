package person

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/seal"
)

// refusedErased is what a file is told of a row about somebody who was erased.
const refusedErased = "is about somebody whose record was erased; who has come back has a tie that begins after they had left, or is entered by hand"

// blindErased is what marks of erased people are made for, and nothing else.
const blindErased = "person.erased"

// What marks are made of. Of a number it is its blind, hashed once more, so that
// what is kept is not what the number was found by.
func markedRef(source, ref string) string { return "ref\x00" + source + "\x00" + ref }
func markedNumber(blind []byte) string    { return "number\x00" + hex.EncodeToString(blind) }

// erased gives the places of the entries that would bring back somebody who was erased.
func (s *Service) erased(ctx context.Context, q pg.Querier, source string, list []*entry) (map[int]bool, error) {
	out := map[int]bool{}
	var there bool
	if err := q.QueryRow(ctx, "SELECT EXISTS (SELECT FROM erased_mark)").Scan(&there); err != nil {
		return nil, fmt.Errorf("erased people: %w", err)
	}
	if !there || len(list) == 0 {
		return out, nil
	}
	marks := make([][]byte, 0, 2*len(list))
	at := map[string][]int{}
	// Nobody can make a mark anew, so it is looked for with every key there is.
	add := func(marked string, i int) {
		for _, m := range s.Keys.Marks(blindErased, marked) {
			marks, at[string(m.Blind)] = append(marks, m.Blind), append(at[string(m.Blind)], i)
		}
	}
	for i := range list {
		e := list[i]
		for _, ref := range e.refs {
			add(markedRef(source, ref), i)
		}
		if e.doc.number != "" {
			for _, m := range s.Keys.Marks(e.doc.blindKind(), e.doc.number) {
				add(markedNumber(m.Blind), i)
			}
		}
	}
	rows, err := q.Query(ctx, "SELECT mark, back_from FROM erased_mark WHERE mark = ANY ($1)", marks)
	if err != nil {
		return nil, fmt.Errorf("erased people: %w", err)
	}
	var mark []byte
	var from *time.Time
	_, err = pgx.ForEachRow(rows, []any{&mark, &from}, func() error {
		for _, i := range at[string(mark)] {
			e := list[i]
			if back := from != nil && e.lives() && !e.Since.Before(*from); !back {
				out[i] = true
			}
		}
		return nil
	})
	return out, err
}

// refuseErased notes in found which of the entries that are about nobody known
// are about somebody who was erased.
func (s *Service) refuseErased(ctx context.Context, q pg.Querier, source string, list []*entry, open []int, found []link.Found) error {
	asked := make([]*entry, len(open))
	for i, at := range open {
		asked[i] = list[at]
	}
	gone, err := s.erased(ctx, q, source, asked)
	for i := range gone {
		found[open[i]] = link.Found{Refused: refusedErased}
	}
	return err
}

// mark keeps by what files would bring people back.
func (s *Service) mark(ctx context.Context, tx pgx.Tx, list []departed, refs []link.Ref) error {
	batch := &pgx.Batch{}
	// A mark of a reference that an older key stands in needs that one, too.
	put := func(marked string, key int, from *time.Time) {
		if key == 0 {
			key = s.Keys.Number()
		}
		batch.Queue("INSERT INTO erased_mark (mark, back_from, key) VALUES ($1, $2, $3) ON CONFLICT (mark) DO UPDATE SET back_from = excluded.back_from",
			s.Keys.Blind(blindErased, marked), from, key)
	}
	for _, p := range list {
		from := p.backFrom()
		if p.numberBlind != nil {
			put(markedNumber(p.numberBlind), 0, from)
		}
		for _, r := range p.known(refs) {
			put(markedRef(r.Source, r.Ref), seal.KeyOf(r.Ref), from)
		}
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("marks of erased people: %w", err)
	}
	return nil
}

// backFrom is the first day of the month after somebody moved away: who begins to
// live here then has come back. Nil for whoever died, or was erased while here.
func (p departed) backFrom() *time.Time {
	if p.left.why != Moved {
		return nil
	}
	from := time.Date(p.left.on.Year(), p.left.on.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	return &from
}

// known are all references that a person is kept under: the record's own and,
// among refs, those linked to it.
func (p departed) known(refs []link.Ref) []link.Ref {
	list := []link.Ref{{Source: p.source, Ref: p.ref, ID: p.id}}
	for _, r := range refs {
		if r.ID == p.id {
			list = append(list, r)
		}
	}
	return list
}

// callings are all that sources call a person by, as their files write it: a
// reference that is an identity number is kept hashed.
func (p departed) callings(refs []link.Ref) []link.Ref {
	list := p.known(refs)
	for _, r := range slices.Clone(list) {
		if slices.Contains(p.hashedRefs, r.Ref) {
			for _, ref := range append(slices.Clone(p.hashedRefs), p.number) {
				if ref != r.Ref {
					list = append(list, link.Ref{Source: r.Source, Ref: ref, ID: r.ID})
				}
			}
		}
	}
	return list
}
