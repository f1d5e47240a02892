package table

import (
	"bufio"
	"errors"
	"os"
)

// maxShared is how much of a workbook's texts is held in memory; more go to a
// file. Workbooks keep their texts apart from the cells, each once.
const maxShared = 64 << 20

// stringTable is a workbook's texts by number.
type stringTable struct {
	ends  []int64
	total int64
	held  []byte
	spill *os.File
	out   *bufio.Writer
}

// shared reads the workbook's texts.
func (w *workbook) shared() (*stringTable, error) {
	t := &stringTable{}
	var text []byte
	phonetic := false
	err := w.walk("xl/sharedStrings.xml", false, func(s *xmlScan) error {
		switch {
		case s.name == "rPh":
			phonetic = !s.end && !s.self
		case s.name == "t" && s.end && !phonetic:
			text = append(text, s.text...)
		case s.name == "si" && (s.end || s.self):
			err := t.add(unescaped(string(text)))
			text = text[:0]
			return err
		}
		return nil
	})
	if err == nil && t.out != nil {
		err = t.out.Flush()
	}
	if err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

func (t *stringTable) add(s string) error {
	t.total += int64(len(s))
	t.ends = append(t.ends, t.total)
	if t.spill == nil && len(t.held)+len(s) <= maxShared {
		t.held = append(t.held, s...)
		return nil
	}
	if t.spill == nil {
		f, err := os.CreateTemp("", "onemap-texts-*")
		if err != nil {
			return err
		}
		t.spill, t.out = f, bufio.NewWriterSize(f, 256<<10)
		if err := os.Remove(f.Name()); err != nil { // gone with the last handle on it
			return err
		}
	}
	_, err := t.out.WriteString(s)
	return err
}

// at is a text by its number.
func (t *stringTable) at(i int) (string, bool) {
	if i < 0 || i >= len(t.ends) {
		return "", false
	}
	begin := int64(0)
	if i > 0 {
		begin = t.ends[i-1]
	}
	end := t.ends[i]
	if held := int64(len(t.held)); end <= held {
		return string(t.held[begin:end]), true
	} else {
		b := make([]byte, end-begin)
		if _, err := t.spill.ReadAt(b, begin-held); err != nil {
			return "", false
		}
		return string(b), true
	}
}

func (t *stringTable) close() {
	if t.spill != nil {
		_ = errors.Join(t.spill.Close())
	}
	t.spill = nil
}
