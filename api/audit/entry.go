package audit

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/google/uuid"
)

// The kinds of who did something.
const (
	ByAccount = "account" // a person of the staff
	ByKey     = "key"     // a machine
	BySystem  = "system"  // a command or a task of the program; actor says which
	ByNobody  = "nobody"  // a resident, or whoever did not get in
)

// What became of it.
const (
	Done    = "done"
	Refused = "refused"
)

// Entry is who did what, on what, under which grant, what for and from where.
// It never holds what is known of a resident, nor what a resident wrote: ids,
// codes, names of fields and counts only.
type Entry struct {
	ID        uuid.UUID
	At        time.Time // to the microsecond
	ActorKind string
	ActorID   uuid.UUID // Nil for the program and for nobody
	Actor     string    // the login, the key's name, or the command
	Session   uuid.UUID
	Held      string // the grants that reach the place: "registrar 4406 grant <id>; worker 440605 for <id>"
	Action    string // the operation's id or the command
	Outcome   string
	Kind      string   // the object's kind ...
	Object    string   // ... and id
	Others    []string // further objects, as kind/id
	Fields    []string // names of what was changed or asked for
	Rows      int64    // how many rows were shown or changed, when counted
	Purpose   string
	Address   string // where the request came from
	Agent     string // with what
	Request   string // the request's id, as the server's log has it
	Scope     string // the place as a region code; '' is all of it
}

// encoding names the canonical form, so that another form is another mark.
const encoding = "onemap audit entry 1\n"

// encode is the canonical form: fields in the order above, each text with its
// length in front (4 bytes, big endian), times in microseconds and counts as 8
// bytes, ids as 16, lists with their count in front. No two entries have the same.
func (e *Entry) encode() []byte {
	b := make([]byte, 0, 512)
	b = append(b, encoding...)
	b = append(b, e.ID[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.UnixMicro()))
	b = text(b, e.ActorKind)
	b = append(b, e.ActorID[:]...)
	b = text(b, e.Actor)
	b = append(b, e.Session[:]...)
	b = text(b, e.Held)
	b = text(b, e.Action)
	b = text(b, e.Outcome)
	b = text(b, e.Kind)
	b = text(b, e.Object)
	b = texts(b, e.Others)
	b = texts(b, e.Fields)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Rows))
	b = text(b, e.Purpose)
	b = text(b, e.Address)
	b = text(b, e.Agent)
	b = text(b, e.Request)
	return text(b, e.Scope)
}

func text(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
}

func texts(b []byte, list []string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(list)))
	for _, s := range list {
		b = text(b, s)
	}
	return b
}

var errForm = errors.New("no audit entry")

// decode reads the canonical form, and nothing but it.
func decode(b []byte) (e Entry, err error) {
	d := decoder{rest: b}
	if string(d.take(len(encoding))) != encoding {
		return e, errForm
	}
	e.ID = d.id()
	e.At = time.UnixMicro(d.number()).UTC()
	e.ActorKind, e.ActorID, e.Actor, e.Session = d.text(), d.id(), d.text(), d.id()
	e.Held, e.Action, e.Outcome, e.Kind, e.Object = d.text(), d.text(), d.text(), d.text(), d.text()
	e.Others, e.Fields, e.Rows = d.texts(), d.texts(), d.number()
	e.Purpose, e.Address, e.Agent, e.Request, e.Scope = d.text(), d.text(), d.text(), d.text(), d.text()
	if d.bad || len(d.rest) > 0 {
		return Entry{}, errForm
	}
	return e, nil
}

type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) take(n int) []byte {
	if n < 0 || n > len(d.rest) {
		d.bad, d.rest = true, nil
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) count() int {
	if b := d.take(4); b != nil {
		return int(binary.BigEndian.Uint32(b))
	}
	return 0
}

func (d *decoder) number() int64 {
	if b := d.take(8); b != nil {
		return int64(binary.BigEndian.Uint64(b))
	}
	return 0
}

func (d *decoder) id() (id uuid.UUID) {
	copy(id[:], d.take(len(id)))
	return id
}

func (d *decoder) text() string { return string(d.take(d.count())) }

func (d *decoder) texts() []string {
	list := []string{}
	for n := d.count(); n > 0 && !d.bad; n-- {
		list = append(list, d.text())
	}
	return list
}
