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
	written int64
}

// openRefused goes on with the file where a run stands: what was written after
// its last commit goes away. An empty path keeps no file.
func openRefused(path string, from int64, k *Kind, columns []string) (*refusedFile, error) {
	w := &refusedFile{}
	if path == "" {
		return w, nil
	}
	var err error
	if w.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, err
	}
	if !k.secret {
		w.columns = len(columns)
	}
	w.buffer = bufio.NewWriterSize(w.file, 64<<10)
	w.csv = csv.NewWriter(w.buffer)
	if info, err := w.file.Stat(); err != nil || info.Size() < from {
		from = 0
	}
	if err := w.back(from); err != nil || from > 0 {
		return w, err
	}
	return w, w.header(columns)
}

func (w *refusedFile) header(columns []string) error {
	if w.file == nil {
		return nil
	}
	if _, err := w.buffer.WriteString("\ufeff"); err != nil {
		return err
	}
	err := w.csv.Write(append([]string{"line", "field", "reason", "lon", "lat"}, columns[:w.columns]...))
	if err != nil {
		return err
	}
	_, err = w.flush()
	return err
}

// mark is where the file ends now.
func (w *refusedFile) mark() int64 { return w.written }

// back takes the file back to a mark.
func (w *refusedFile) back(to int64) error {
	if w.file == nil {
		return nil
	}
	w.buffer.Reset(w.file)
	if err := w.file.Truncate(to); err != nil {
		return err
	}
	_, err := w.file.Seek(to, 0)
	w.written = to
	return err
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
