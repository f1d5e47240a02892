package person

import (
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"

	"onemap/api/fault"
	"onemap/api/link"
)

// entry is a row on its way into the tables.
type entry struct {
	ready
	named
	ref                   string
	id                    uuid.UUID
	household             uuid.UUID
	numberBlind           []byte
	phoneBlind            []byte
	numberSeal, phoneSeal []byte
}

// Ready checks a row and seals its numbers, once for all that follows: Key, Ref,
// Find and Import then take what they need from it. Of a row with a fault it
// gives what Check gives. Only Ref and ID may still be set afterwards.
func (s *Service) Ready(r Row) (Row, []fault.Field) {
	today := s.today()
	ready, wrong := prepare(r, today)
	if len(wrong) > 0 {
		return r, wrong
	}
	e := s.entry(ready, today)
	r.made = &e
	return r, nil
}

// Key tells rows of one file apart that say the same about the same person; ""
// when the row has no number to know the person by. Two rows with one key put
// somebody into two dwellings at once, or are doubled.
func (s *Service) Key(r Row) string {
	blind := s.numberBlind(r)
	if blind == nil {
		return ""
	}
	relation := r.Relation
	if relation == "" {
		relation = Living
	}
	return string(blind) + relation
}

// Ref is a reference for a row whose file has none: it stays the same for the
// same person and tells nobody who that is.
func (s *Service) Ref(r Row) string {
	if blind := s.numberBlind(r); blind != nil {
		return refOfNumber(blind)
	}
	name, _ := cleanName(r.Name)
	return "p-" + hex.EncodeToString(s.Keys.Blind("row", fmt.Sprint(name, day(r.BornOn).Format(time.DateOnly), r.DwellingID, r.HouseholdRef)))
}

// numberBlind is the blind of the number of a row's document; nil without one.
func (s *Service) numberBlind(r Row) []byte {
	if r.made != nil {
		return r.made.numberBlind
	}
	doc, err := parseDocument(r.IDKind, r.IDNumber, s.today())
	if err != nil || doc.number == "" {
		return nil
	}
	return s.Keys.Blind(doc.blindKind(), doc.number)
}

// safeRef keeps an identity number out of the reference columns when that is
// what a file calls its rows by.
func (s *Service) safeRef(ref string, today time.Time) string {
	if len(ref) < 15 {
		return ref
	}
	if id, err := ParseIdentity(ref, today); err == nil {
		return refOfNumber(s.Keys.Blind("identity", id.Number))
	}
	return ref
}

// refOfNumber is what stands for an identity number as a reference.
func refOfNumber(blind []byte) string { return "n-" + hex.EncodeToString(blind) }

// entries checks and seals the rows that are not Ready yet. A row that Check
// would refuse is refused here, too: whoever calls is to have left it out.
func (s *Service) entries(rows []Row) ([]entry, error) {
	list, today := make([]entry, len(rows)), s.today()
	for i, r := range rows {
		if r.made != nil {
			list[i] = *r.made
			list[i].id, list[i].ref = r.ID, s.safeRef(r.Ref, today)
			continue
		}
		ready, wrong := prepare(r, today)
		if len(wrong) > 0 {
			var f fault.Fields
			for _, w := range wrong {
				f.Add(fmt.Sprintf("rows[%d].%s", i, w.Location), nil, "%s", w.Message)
			}
			return nil, f.Err("person.invalid")
		}
		list[i] = s.entry(ready, today)
	}
	return list, nil
}

func (s *Service) entry(r ready, today time.Time) entry {
	e := entry{ready: r, named: nameParts(r.Name), ref: s.safeRef(r.Ref, today), id: r.ID}
	e.HouseholdRef = s.safeRef(r.HouseholdRef, today) // often its head's number
	if r.doc.number != "" {
		e.numberBlind = s.Keys.Blind(r.doc.blindKind(), r.doc.number)
		e.numberSeal = s.Keys.Seal(sealedNumber, []byte(r.doc.number))
	}
	if r.phone != "" {
		e.phoneBlind = s.Keys.Blind(blindPhone, r.phone)
		e.phoneSeal = s.Keys.Seal(sealedPhone, []byte(r.phone))
	}
	return e
}

// fields maps the names of the import's fields to columns.
var fields = map[string][]string{
	"name": {"name"}, "sex": {"sex"}, "born_on": {"born_on"}, "id_number": {"id_blind", "sex", "born_on"}, "phone": {"phone_blind"},
	"kind": {"kind"}, "lives_alone": {"lives_alone"}, "household": {"household_id"}, "head": {"head"},
}

// given are the columns that the batch's input has.
func given(b link.Batch) map[string]bool {
	columns := map[string]bool{}
	for _, name := range b.Of([]string{"name", "sex", "born_on", "id_number", "phone", "kind", "lives_alone", "household", "head"}) {
		for _, column := range fields[name] {
			columns[column] = true
		}
	}
	return columns
}
