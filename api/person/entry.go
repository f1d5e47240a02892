package person

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/seal"
)

// entry is a row on its way into the tables.
type entry struct {
	ready
	named
	ref                   string
	numbered              []string // the references that stand for its number, with every key there is
	refs, homes           []string // what the row's reference and its household's may be kept as
	home                  string   // the household's, as it was given
	id                    uuid.UUID
	by                    int // the key that it is sealed with
	household             uuid.UUID
	numberBlind           []byte
	phoneBlind            []byte
	numberSeal, phoneSeal []byte
	nameSeal, nameBlind   []byte // of whoever carries a tag
}

// homeless says that the dwelling is known, but not yet where it lies.
func (e *entry) homeless() bool { return e.DwellingID != uuid.Nil && e.BuildingID == uuid.Nil }

// Ready checks a row and seals its numbers, once for all that follows: Key, Ref,
// Find and Import then take what they need from it. Of a row with a fault it
// gives what Check gives. Only Ref and ID may still be set afterwards.
func (s *Service) Ready(r Row) (Row, []fault.Field) {
	today := s.today()
	ready, wrong := prepare(r, today)
	if len(wrong) > 0 {
		return r, wrong
	}
	r.made = s.entry(ready, today)
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
	return s.Refs(r)[0]
}

// Refs are the reference that Ref gives, and those that it gave with older keys.
func (s *Service) Refs(r Row) []string {
	if r.made != nil && r.made.numbered != nil && r.made.by == s.Keys.Number() {
		return r.made.numbered
	}
	if doc, err := s.documentOf(r); err == nil && doc.number != "" {
		return s.refsOfNumber(doc)
	}
	name, _ := cleanName(r.Name)
	return namesOf(s.Keys.Marks("row", fmt.Sprint(name, day(r.BornOn).Format(time.DateOnly), r.DwellingID, r.HouseholdRef)), "p")
}

func (s *Service) documentOf(r Row) (document, error) {
	if r.made != nil {
		return r.made.doc, nil
	}
	return parseDocument(r.IDKind, r.IDNumber, s.today())
}

// numberBlind is the blind of the number of a row's document; nil without one.
func (s *Service) numberBlind(r Row) []byte {
	if r.made != nil && r.made.by == s.Keys.Number() {
		return r.made.numberBlind
	}
	doc, err := s.documentOf(r)
	if err != nil || doc.number == "" {
		return nil
	}
	return s.Keys.Blind(doc.blindKind(), doc.number)
}

// safeRefs keep an identity number out of the reference columns when that is
// what a file calls its rows by: the first is what stands for it now, the others
// what did with older keys.
func (s *Service) safeRefs(ref string, today time.Time) []string {
	if len(ref) >= 15 {
		if id, err := ParseIdentity(ref, today); err == nil {
			return s.refsOfNumber(document{Resident, id.Number, id})
		}
	}
	return []string{ref}
}

// rowRefs are what the reference of a row may be kept as.
func (s *Service) rowRefs(r Row, today time.Time) []string {
	if !s.Keys.Sole() && seal.KeyOf(r.Ref) > 0 {
		if own := s.Refs(r); slices.Contains(own, r.Ref) {
			return own
		}
	}
	return s.safeRefs(r.Ref, today)
}

// refsOfNumber are what stands for a document's number as a reference.
func (s *Service) refsOfNumber(d document) []string {
	return namesOf(s.Keys.Marks(d.blindKind(), d.number), "n")
}

func namesOf(marks []seal.Mark, prefix string) []string {
	list := make([]string, len(marks))
	for i, m := range marks {
		list[i] = m.Name(prefix)
	}
	return list
}

// entries checks and seals the rows that are not Ready yet. A row that Check
// would refuse is refused here, too: whoever calls is to have left it out.
func (s *Service) entries(rows []Row) ([]*entry, error) {
	list, today := make([]*entry, len(rows)), s.today()
	for i, r := range rows {
		if r.made != nil {
			e := r.made
			e.id, e.ready.Ref = r.ID, r.Ref
			if e.by != s.Keys.Number() || len(e.numbered) == 0 || r.Ref != e.numbered[0] {
				e.refs = s.rowRefs(r, today)
			} else {
				e.refs = e.numbered
			}
			e.ref = e.refs[0]
			list[i] = e
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

// spare are entries that were written, for others.
var spare = sync.Pool{New: func() any { return new(entry) }}

// done gives entries back that nobody looks at any more.
func done(list []*entry) {
	for _, e := range list {
		*e = entry{}
		spare.Put(e)
	}
}

func (s *Service) entry(r ready, today time.Time) *entry {
	e := spare.Get().(*entry)
	e.ready, e.named, e.home, e.id = r, nameParts(r.Name), r.HouseholdRef, r.ID
	s.refer(e, today)
	s.sealEntry(e)
	return e
}

// refer gives an entry the references that stand for its own with the newest key.
func (s *Service) refer(e *entry, today time.Time) {
	row := e.Row
	row.HouseholdRef = e.home // often its head's number
	e.refs, e.homes = s.rowRefs(row, today), s.safeRefs(e.home, today)
	e.ref, e.HouseholdRef = e.refs[0], e.homes[0]
}

// sealEntry seals what is secret of an entry with the newest key.
func (s *Service) sealEntry(e *entry) {
	r := &e.ready
	e.by = s.Keys.Number()
	if r.doc.number != "" {
		marks := s.Keys.Marks(r.doc.blindKind(), r.doc.number)
		e.numberBlind, e.numbered = marks[0].Blind, namesOf(marks, "n")
		e.numberSeal = s.Keys.Seal(sealedNumber, []byte(r.doc.number))
	}
	if r.phone != "" {
		e.phoneBlind = s.Keys.Blind(blindPhone, r.phone)
		e.phoneSeal = s.Keys.Seal(sealedPhone, []byte(r.phone))
	}
	if e.nameSeal != nil {
		s.conceal(e)
	}
}

// sealedNow seals entries again, and refers to them anew, that were made before
// the newest key was.
func (s *Service) sealedNow(list []*entry) {
	today := s.today()
	for _, e := range list {
		if e.by != s.Keys.Number() {
			s.refer(e, today)
			s.sealEntry(e)
		}
	}
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
