package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/transfer/table"
)

// FileOptions say how a file is taken in from the command line.
type FileOptions struct {
	Mapping  Mapping // on top of what is guessed, or saved
	Saved    string  // a mapping file, or the name of a saved mapping
	Save     string  // keep the mapping under this name
	DryRun   bool
	Again    bool // begin anew although an earlier run broke off
	Progress func(Progress, Counts)
}

// Report says what became of a file.
type Report struct {
	File    string `json:"file"`
	Kind    string `json:"kind"`
	Run     string `json:"run"`
	Format  string `json:"format"`
	CRS     string `json:"crs"`
	Resumed bool   `json:"resumed"` // an earlier run broke off; this one went on
	DryRun  bool   `json:"dry_run"`
	Counts
	Reasons     map[string]int64 `json:"refused_reasons"`
	First       []Refusal        `json:"refused_first"`
	RefusedFile string           `json:"refused_file,omitempty"`
	Warnings    []string         `json:"warnings"`
	Draft       *Drafted         `json:"draft,omitempty"` // of regions that are not in force yet
	Mapping     Mapping          `json:"mapping"`
	Seconds     float64          `json:"seconds"`
	PerSecond   float64          `json:"per_second"`
}

// Whole says that every row was taken.
func (r Report) Whole() bool { return r.Refused == 0 && r.Doubtful == 0 }

// File takes a file of a kind in. A run of the same file and mapping that broke
// off is gone on with.
func (l *Loader) File(ctx context.Context, kind, path string, o FileOptions) (Report, error) {
	report := Report{File: path, Kind: kind, DryRun: o.DryRun, Warnings: []string{}, Reasons: map[string]int64{}, First: []Refusal{}}
	k := KindOf(kind)
	if k == nil {
		return report, fmt.Errorf("there is no kind %q; there are %s", kind, strings.Join(kindNames(), ", "))
	}
	mapping, look, err := l.mapped(ctx, k, path, o)
	if err != nil {
		return report, err
	}
	if err := invalid(mapping.problems(k, look.columns)); err != nil {
		return report, err
	}
	report.Mapping, report.Format, report.CRS = mapping, look.format, look.proj.label
	for _, p := range look.problems {
		report.Warnings = append(report.Warnings, p.Message)
	}
	if s := look.suggestion.String(); s != "" {
		report.Warnings = append(report.Warnings, s)
	}
	sum, size, err := hashOf(path)
	if err != nil {
		return report, err
	}
	fresh := Run{ID: l.NewID(), Kind: kind, FileName: filepath.Base(path), SHA256: sum, Bytes: size, Mapping: mapping, DryRun: o.DryRun, State: Running, Created: l.Now()}
	run, resumed, err := l.claim(ctx, fresh, o.Again)
	if err != nil {
		return report, err
	}
	report.Run, report.Resumed = run.ID.String(), resumed
	run.actor = actor.From(ctx)
	began, had := time.Now(), run.Position
	refused := path + ".refused.csv"
	err = l.work(ctx, &run, path, refused, o.Progress)
	err = errors.Join(err, l.end(ctx, &run, err))
	report.Counts, report.First, report.Draft = run.Told.Counts, append(report.First, run.Told.First...), run.Told.Draft
	if run.Told.Reasons != nil {
		report.Reasons = run.Told.Reasons
	}
	report.Seconds = time.Since(began).Seconds()
	report.PerSecond = float64(run.Told.Read-had) / max(report.Seconds, 1e-6)
	if run.Told.Refused > 0 {
		report.RefusedFile = refused
	} else if err == nil {
		err = ignoreMissing(os.Remove(refused))
	}
	if err == nil && o.Save != "" {
		err = l.SaveMapping(ctx, "", o.Save, mapping)
	}
	return report, err
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// end writes how a run ended, also after its context is over.
func (l *Loader) end(ctx context.Context, run *Run, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	switch {
	case err == nil:
		return l.finish(ctx, run, Done, "")
	case errors.Is(err, errTaken), errors.Is(err, errStopped):
		return nil
	case errors.Is(err, context.Canceled):
		return l.finish(ctx, run, Stopped, "")
	}
	why := "Something went wrong on our side; what was taken before stays, and the import can go on."
	if fault.As(err) != nil {
		why = public(err)
	}
	return l.finish(ctx, run, Failed, why)
}

// look is what is seen of a file before it is imported.
type look struct {
	format, encoding string
	layers, columns  []string
	samples          [][]string // by column
	rows             []table.Row
	problems         []FieldProblem
	proj             projection
	suggestion       suggestion
	geometry         string
	source           string
}

// lookRows is how many rows are looked at before an import.
const lookRows = 200

// look reads a file's first rows.
func (l *Loader) look(ctx context.Context, path string, m Mapping) (look, error) {
	f, err := table.Open(path, table.Options{Encoding: m.Encoding, Layer: m.Layer})
	if err != nil {
		return look{}, err
	}
	defer f.Close()
	v := look{format: f.Format(), encoding: f.Encoding(), layers: f.Layers(), columns: f.Columns(), geometry: f.Geometry(), source: sourceOf(path)}
	for _, p := range f.Problems() {
		v.problems = append(v.problems, FieldProblem{p.Column, p.Message})
	}
	if v.proj, err = projectionOf(ctx, l.Pool, m.CRS, f.CRS()); err != nil {
		return v, err
	}
	v.samples = make([][]string, len(v.columns))
	for len(v.rows) < lookRows {
		row, err := f.Next()
		var bad *table.RowError
		if errors.As(err, &bad) {
			continue
		}
		if err != nil {
			break // the import says what is wrong with the file's rest
		}
		v.rows = append(v.rows, row)
		for i, s := range row.Values {
			if s != "" && len(v.samples[i]) < 50 {
				v.samples[i] = append(v.samples[i], s)
			}
		}
	}
	return v, nil
}

// sourceOf is what a file is called without what changes from month to month.
func sourceOf(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	name = strings.Trim(figures.ReplaceAllString(name, ""), " -_.()")
	if name == "" {
		name = "file"
	}
	if r := []rune(name); len(r) > 60 {
		name = string(r[:60])
	}
	return name
}

// mapped is the mapping of a file: guessed, with the saved one and the caller's on top.
func (l *Loader) mapped(ctx context.Context, k *Kind, path string, o FileOptions) (Mapping, look, error) {
	var m Mapping
	saved := false
	if o.Saved != "" {
		var err error
		if m, err = l.savedMapping(ctx, o.Saved); err != nil {
			return m, look{}, err
		}
		saved = true
	}
	m = m.Layered(o.Mapping)
	v, err := l.look(ctx, path, m)
	if err != nil {
		return m, v, err
	}
	m = l.guessed(k, m, v, saved)
	v.suggestion = l.suggest(ctx, k, m, v)
	return m, v, nil
}

// guessed fills what a mapping leaves open.
func (l *Loader) guessed(k *Kind, m Mapping, v look, saved bool) Mapping {
	m = m.Layered(Mapping{})
	m.Kind = k.Name
	if m.Source == "" {
		m.Source = v.source
	}
	if saved {
		return m
	}
	placed := v.geometry != "" || m.Columns["x"] != "" || m.Columns["lon"] != ""
	for field, column := range Guess(k, v.columns, v.samples, l.cityDay()) {
		_, used := m.Columns[field] // an empty column leaves the field out
		used = used || m.Constants[field] != ""
		for _, c := range m.Columns {
			used = used || c == column
		}
		coordinate := slices.Contains([]string{"lon", "lat", "x", "y"}, field)
		// Shapes say where their rows are better than columns do.
		if used || coordinate && placed {
			continue
		}
		m.Columns[field] = column
	}
	maps.DeleteFunc(m.Columns, func(_, column string) bool { return column == "" })
	return m
}

func kindNames() []string {
	list := make([]string, len(kinds))
	for i, k := range kinds {
		list[i] = k.Name
	}
	return list
}

// SaveMapping keeps a mapping by name, on the shelf of a place; "" is that of
// the whole installation, and of the command line.
func (l *Loader) SaveMapping(ctx context.Context, shelf, name string, m Mapping) error {
	if name == "" || len([]rune(name)) > 80 {
		return fault.New(fault.Invalid, "mapping.name", "A mapping needs a name of at most 80 characters.")
	}
	_, err := l.Pool.Exec(ctx, `
INSERT INTO import_mapping (scope, name, kind, body, updated_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (scope, name) DO UPDATE SET kind = excluded.kind, body = excluded.body, updated_at = excluded.updated_at`, shelf, name, m.Kind, m, l.Now())
	return err
}

// savedMapping reads a mapping from a file, or by the name it was saved under.
func (l *Loader) savedMapping(ctx context.Context, name string) (m Mapping, err error) {
	if text, err := os.ReadFile(name); err == nil {
		if err := json.Unmarshal(text, &m); err != nil {
			return m, fmt.Errorf("%s is no mapping: %w", name, err)
		}
		return m, nil
	}
	return m, pgOne(l.Pool.QueryRow(ctx, "SELECT body FROM import_mapping WHERE scope = '' AND name = $1", name).Scan(&m), name)
}

func pgOne(err error, name string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("there is no file and no saved mapping called %q", name)
	}
	return pg.Fault(err)
}
