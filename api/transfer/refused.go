package transfer

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
)

// refusedFile is the CSV of the refused rows: line, field, reason, place, and
// what the row said, unless it is about people.
type refusedFile struct {
	file    *os.File
	buffer  *bufio.Writer
	csv     *csv.Writer
	columns int // of the file's own that are repeated
	head    []string
	written int64
}

// openRefused goes on with the file where a run stands. Nothing in it changes
// before the run is held, since another process may be writing it. An empty path
// keeps no file.
func openRefused(path string, from int64, k *Kind, columns []string) (*refusedFile, error) {
	w := &refusedFile{written: from}
	if path == "" {
		return w, nil
	}
	var err error
	if w.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, err
	}
	w.head = []string{"line", "field", "reason", "lon", "lat"}
	if !k.secret {
		w.columns = len(columns)
		w.head = append(w.head, columns...)
	}
	w.buffer = bufio.NewWriterSize(w.file, 64<<10)
	w.csv = csv.NewWriter(w.buffer)
	return w, nil
}

// mark is where the file ends now.
func (w *refusedFile) mark() int64 { return w.written }

// back takes the file back to a mark: what was written after it goes away.
func (w *refusedFile) back(to int64) error {
	if w.file == nil {
		return nil
	}
	if info, err := w.file.Stat(); err != nil || info.Size() < to {
		to = 0 // somebody took the file away
	}
	w.buffer.Reset(w.file)
	if err := w.file.Truncate(to); err != nil {
		return err
	}
	if _, err := w.file.Seek(to, 0); err != nil {
		return err
	}
	if w.written = to; to > 0 {
		return nil
	}
	if _, err := w.buffer.WriteString("\ufeff"); err != nil {
		return err
	}
	return w.csv.Write(w.head)
}

// add notes a refused row: in the counts, and as a line for each thing wrong with it.
func (w *refusedFile) add(told *Told, r *record, list ...Refusal) error {
	told.refuse(list)
	if w.file == nil {
		return nil
	}
	for _, x := range list {
		fields := []string{strconv.FormatInt(x.Line, 10), x.Field, x.Reason, degrees(x.Lon), degrees(x.Lat)}
		if w.columns > 0 {
			fields = append(fields, r.raw...)
		}
		for i, f := range fields {
			fields[i] = harmless(f)
		}
		if err := w.csv.Write(fields); err != nil {
			return err
		}
	}
	return nil
}

// harmless keeps a cell from being a formula where the file is opened.
func harmless(v string) string {
	if v != "" && (v[0] == '=' || v[0] == '@' || v[0] == '+' || v[0] == '-') {
		if _, err := strconv.ParseFloat(v, 64); err != nil {
			return "'" + v
		}
	}
	return v
}

func degrees(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', 7, 64)
}

// flush writes what waits and gives the file's length.
func (w *refusedFile) flush() (int64, error) {
	if w.file == nil {
		return 0, nil
	}
	w.csv.Flush()
	if err := errors.Join(w.csv.Error(), w.buffer.Flush()); err != nil {
		return 0, fmt.Errorf("refused rows: %w", err)
	}
	at, err := w.file.Seek(0, 1)
	w.written = at
	return at, err
}

func (w *refusedFile) close() {
	if w.file != nil {
		w.file.Close()
	}
}

var figures = regexp.MustCompile(`-?\d+(\.\d+)?`)

// general is a reason without the figures of one row, so that equal ones count together.
func general(reason string) string {
	const most = 160
	reason = figures.ReplaceAllString(reason, "#")
	if len(reason) > most {
		reason = reason[:most]
	}
	return reason
}
