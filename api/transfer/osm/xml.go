package osm

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// xmlFile is a file in the XML format. Go's decoder knows no external or
// self-made entities: a document that uses one is refused, never fetched or
// blown up.
type xmlFile struct {
	r    io.ReaderAt
	size int64
}

func (f *xmlFile) format() string { return "xml" }

func (f *xmlFile) walk(v visitor, passed func(int64) error) error {
	w := xmlWalk{xml: xml.NewDecoder(io.NewSectionReader(f.r, 0, f.size)), visitor: v}
	root, err := w.next()
	if err == nil {
		switch root.Name.Local {
		case "osm":
			err = w.objects(passed)
		case "osmChange":
			return errors.New("XML document is an osmChange file (a list of changes), expected <osm>")
		default:
			return fmt.Errorf("XML document begins with <%s>, expected <osm>", root.Name.Local)
		}
	}
	switch {
	case err == nil || isSink(err):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("XML document at byte %d: %w", w.xml.InputOffset(), errCut)
	default:
		return fmt.Errorf("XML document at byte %d: %w", w.xml.InputOffset(), err)
	}
}

// xmlWalk is one walk over a document.
type xmlWalk struct {
	xml     *xml.Decoder
	visitor visitor

	tags    tags
	nodes   []int64
	members []member
}

// next finds the next element that opens on this level; io.EOF at the end of
// the document, errLevel where the level closes.
func (w *xmlWalk) next() (xml.StartElement, error) {
	for {
		t, err := w.xml.Token()
		if err != nil {
			return xml.StartElement{}, cutXML(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			return t, nil
		case xml.EndElement:
			return xml.StartElement{}, errLevel
		}
	}
}

var errLevel = errors.New("end of the element")

// cutXML recognises the decoder's way of saying that the document ends in the
// middle of an element.
func cutXML(err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) && syntax.Msg == "unexpected EOF" {
		return io.ErrUnexpectedEOF
	}
	return err
}

// objects walks what is inside <osm> and then makes sure nothing but blanks
// follows.
func (w *xmlWalk) objects(passed func(int64) error) error {
	for n := 0; ; n++ {
		if n%1024 == 0 {
			if err := passed(w.xml.InputOffset()); err != nil {
				return errSink{err}
			}
		}
		e, err := w.next()
		if errors.Is(err, errLevel) {
			break
		}
		if err != nil {
			return err
		}
		if err := w.object(e); err != nil {
			return err
		}
	}
	if e, err := w.next(); err == nil {
		return fmt.Errorf("<%s> follows the end of <osm>", e.Name.Local)
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	return sunk(passed(w.xml.InputOffset()))
}

func (w *xmlWalk) object(e xml.StartElement) error {
	kind := e.Name.Local
	wanted := kind == "node" && w.visitor.node != nil ||
		kind == "way" && w.visitor.way != nil ||
		kind == "relation" && w.visitor.relation != nil
	// What an editor has marked as deleted is still in its file.
	if !wanted || attr(e, "visible") == "false" || attr(e, "action") == "delete" {
		return w.skip()
	}
	id, err := strconv.ParseInt(attr(e, "id"), 10, 64)
	if err != nil {
		return fmt.Errorf("<%s id=%q>: the id is not a whole number", kind, attr(e, "id"))
	}
	if err := w.content(); err != nil {
		return err
	}
	switch kind {
	case "node":
		return sunk(w.visitor.node(id, xmlPosition(e), w.tags))
	case "way":
		return sunk(w.visitor.way(id, w.nodes, w.tags))
	default:
		return sunk(w.visitor.relation(id, w.members, w.tags))
	}
}

// xmlPosition is nowhere when lon or lat lack or are no degrees.
func xmlPosition(e xml.StartElement) location {
	lon, err1 := strconv.ParseFloat(attr(e, "lon"), 64)
	lat, err2 := strconv.ParseFloat(attr(e, "lat"), 64)
	if err1 != nil || err2 != nil {
		return nowhere
	}
	at, _ := locate(lon, lat)
	return at
}

// content reads the children of an object.
func (w *xmlWalk) content() error {
	w.tags, w.nodes, w.members = w.tags[:0], w.nodes[:0], w.members[:0]
	for {
		e, err := w.next()
		if errors.Is(err, errLevel) {
			return nil
		}
		if err != nil {
			return err
		}
		switch e.Name.Local {
		case "tag":
			w.tags = append(w.tags, tag{attr(e, "k"), attr(e, "v")})
		case "nd":
			id, err := strconv.ParseInt(attr(e, "ref"), 10, 64)
			if err != nil {
				return fmt.Errorf("<nd ref=%q>: the reference is not a whole number", attr(e, "ref"))
			}
			w.nodes = append(w.nodes, id)
		case "member":
			id, err := strconv.ParseInt(attr(e, "ref"), 10, 64)
			if err != nil {
				return fmt.Errorf("<member ref=%q>: the reference is not a whole number", attr(e, "ref"))
			}
			kind := memberNode
			switch attr(e, "type") {
			case "way":
				kind = memberWay
			case "relation":
				kind = memberRelation
			}
			w.members = append(w.members, member{ref: id, kind: kind, role: attr(e, "role")})
		}
		if err := w.skip(); err != nil {
			return err
		}
	}
}

// skip leaves the element that was opened last. It counts instead of calling
// itself, so depth costs nothing.
func (w *xmlWalk) skip() error {
	for depth := 1; depth > 0; {
		_, err := w.next()
		switch {
		case errors.Is(err, errLevel):
			depth--
		case err != nil:
			return err
		default:
			depth++
		}
	}
	return nil
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
