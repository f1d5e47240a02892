package transfer

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/pg"
)

// filed are the paths of an import's file and of its refused rows.
func (l *Loader) filed(r Run) (path, refused string) {
	dir := filepath.Join(l.Folder, r.ID.String())
	return filepath.Join(dir, r.FileName), filepath.Join(dir, "refused.csv")
}

// shown is an import without what only a look at its file gives.
func (l *Loader) shown(r Run) Import {
	i := Import{
		ID: r.ID.String(), Kind: r.Kind, FileName: r.FileName, Bytes: r.Bytes, State: r.State, DryRun: r.DryRun, Layers: []string{}, Columns: []ImportColumn{}, Mapping: r.Mapping,
		Preview: []Preview{}, Problems: []FieldProblem{}, Counts: r.Told.Counts, Refused: []Refusal{}, RefusedReasons: []RefusedReason{}, Error: r.Error, Draft: r.Told.Draft,
		CreatedAt: r.Created, UpdatedAt: r.Updated, EndedAt: r.Ended, By: r.By, Progress: l.paceOf(r.ID),
	}
	i.Refused = append(i.Refused, r.Told.First...)
	for reason, n := range r.Told.Reasons {
		i.RefusedReasons = append(i.RefusedReasons, RefusedReason{reason, n})
	}
	slices.SortFunc(i.RefusedReasons, func(a, b RefusedReason) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	i.Progress.Rows = r.Told.Read
	if i.Progress.Bytes == 0 {
		i.Progress.Bytes = r.Bytes
	}
	if r.State == Done {
		i.Progress.BytesRead = i.Progress.Bytes
	}
	return i
}

// previewRows is how many rows of a file are shown as they would be taken.
const previewRows = 20

// opened adds what a look at the file gives.
func (l *Loader) opened(ctx context.Context, r Run, i Import) (Import, error) {
	k := KindOf(r.Kind)
	path, _ := l.filed(r)
	v, err := l.look(ctx, path, r.Mapping)
	if f := fault.As(err); f != nil && f.Kind == fault.Invalid {
		i.Problems = append(i.Problems, FieldProblem{"", public(err)})
		return i, nil
	}
	if errors.Is(err, os.ErrNotExist) {
		return i, fault.New(fault.NotFound, "import.file", "The file is no longer here.")
	}
	if err != nil {
		return i, err
	}
	i.Format, i.Encoding = v.format, v.encoding
	i.Layers = append(i.Layers, v.layers...)
	odd := l.suggest(ctx, k, r.Mapping, v)
	i.CRS = ImportCRS{v.proj.label, v.proj.epsg, v.proj.sure, odd.reading + odd.odd, math.Round(odd.shift)}
	i.Problems = append(i.Problems, v.problems...)
	i.Problems = append(i.Problems, r.Mapping.problems(k, v.columns)...)
	named := map[string]string{}
	for field, column := range r.Mapping.Columns {
		named[column] = field
	}
	for j, name := range v.columns {
		samples := v.samples[j]
		c := ImportColumn{name, []string{}}
		for _, s := range samples[:min(3, len(samples))] {
			c.Samples = append(c.Samples, k.shown(named[name], s))
		}
		i.Columns = append(i.Columns, c)
	}
	i.Preview, err = l.preview(ctx, k, r, v)
	return i, err
}

// preview is the first rows as they would be taken.
func (l *Loader) preview(ctx context.Context, k *Kind, r Run, v look) ([]Preview, error) {
	p := compile(k, r.Mapping, v.columns, l.zone())
	var list []*record
	for _, row := range v.rows[:min(previewRows, len(v.rows))] {
		list = append(list, p.record(row))
	}
	if err := l.locate(ctx, l.Regions.Index(), v.proj, list); err != nil {
		return nil, err
	}
	out := make([]Preview, len(list))
	for i, x := range list {
		out[i] = Preview{Line: x.line, Values: map[string]string{}, Refused: []FieldReason{}}
		for j, f := range k.Fields {
			if x.v[j] != "" {
				out[i].Values[f.Name] = k.shown(f.Name, x.v[j])
			}
		}
		if x.located {
			out[i].Values["lon"], out[i].Values["lat"] = degrees(&x.at[0]), degrees(&x.at[1])
		}
		for _, w := range x.refused {
			out[i].Refused = append(out[i].Refused, FieldReason{w.Field, w.Reason})
		}
	}
	return out, nil
}

func (l *Loader) getImport(ctx context.Context, q *ImportPath) (*importAnswer, error) {
	r, err := l.seen(ctx, q.ID)
	if err != nil {
		return nil, err
	}
	return l.answer(ctx, r)
}

func (l *Loader) answer(ctx context.Context, r Run) (*importAnswer, error) {
	i := l.shown(r)
	if r.State != Uploaded {
		return &importAnswer{i}, nil
	}
	i, err := l.opened(ctx, r, i)
	return &importAnswer{i}, err
}

func (l *Loader) listImports(ctx context.Context, q *importsQuery) (*importsAnswer, error) {
	_, prefixes, err := keeper(ctx)
	if err != nil {
		return nil, err
	}
	before, beforeID := time.Now().AddDate(100, 0, 0), uuid.Max
	if q.Cursor != "" {
		at, id, ok := strings.Cut(q.Cursor, "_")
		if before, err = time.Parse(time.RFC3339Nano, at); err == nil {
			beforeID, err = uuid.Parse(id)
		}
		if !ok || err != nil {
			var f fault.Fields
			f.Add("query.cursor", q.Cursor, "is no cursor of this list")
			return nil, f.Err("import.cursor")
		}
	}
	rows, err := l.Pool.Query(ctx, runColumns+`WHERE (r.created_at, r.id) < ($1, $2) AND `+covered("r.scope", "$3")+` ORDER BY r.created_at DESC, r.id DESC LIMIT $4`,
		before, beforeID, prefixes, q.Limit+1)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, scanRun)
	if err != nil {
		return nil, err
	}
	out := &importsAnswer{}
	out.Body.Items = []Import{}
	for i, r := range list {
		if i == q.Limit {
			last := list[i-1]
			out.Body.Next = last.Created.UTC().Format(time.RFC3339Nano) + "_" + last.ID.String()
			break
		}
		out.Body.Items = append(out.Body.Items, l.shown(r))
	}
	return out, nil
}

func (l *Loader) mapImport(ctx context.Context, in *mapIn) (*importAnswer, error) {
	r, err := l.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	in.Body.Kind = r.Kind
	if in.Body.Source == "" {
		in.Body.Source = sourceOf(r.FileName)
	}
	// Another mapping makes other rows of the file: what was read is read again.
	err = pg.ExecSome(ctx, l.Pool, errRunning, `
UPDATE import_run SET mapping = $2, state = 'uploaded', position = 0, counts = '{}', error = '', ended_at = NULL, updated_at = $3 WHERE id = $1 AND state <> 'running'`,
		r.ID, in.Body, l.Now())
	if err != nil {
		return nil, err
	}
	if r, err = l.oneRun(ctx, l.Pool, "WHERE r.id = $1", r.ID); err != nil {
		return nil, err
	}
	return l.answer(ctx, r)
}

var errStill = fault.New(fault.Conflict, "import.still", "The import is not running; there is nothing to stop.")

var errRunning = fault.New(fault.Conflict, "import.running", "The import is running; stop it first.")

func (l *Loader) runImport(ctx context.Context, in *runIn) (*startedAnswer, error) {
	r, err := l.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if r.State == Running {
		return nil, errRunning
	}
	if err := l.settled(ctx, r.ID); err != nil {
		return nil, err
	}
	if r, err = l.seen(ctx, in.ID); err != nil { // as it was left
		return nil, err
	}
	path, refused := l.filed(r)
	v, err := l.look(ctx, path, r.Mapping)
	if err != nil {
		return nil, err
	}
	if err := invalid(r.Mapping.problems(KindOf(r.Kind), v.columns)); err != nil {
		return nil, err
	}
	// Only what broke off goes on where it stands; anything else begins at the first row.
	again := r.DryRun || in.Body.DryRun || r.State == Done || r.State == Uploaded
	if again {
		r.Position, r.Told = 0, Told{}
	}
	r.DryRun, r.actor = in.Body.DryRun, actor.From(ctx)
	err = pg.ExecSome(ctx, l.Pool, errRunning, `
UPDATE import_run SET state = 'running', dry_run = $2, position = $3, counts = $4, error = '', ended_at = NULL, updated_at = $5 WHERE id = $1 AND state <> 'running'`,
		r.ID, r.DryRun, r.Position, r.Told, l.Now())
	if err != nil {
		return nil, err
	}
	if !l.start(ctx, r, path, refused) {
		return nil, errRunning
	}
	if r, err = l.oneRun(ctx, l.Pool, "WHERE r.id = $1", r.ID); err != nil {
		return nil, err
	}
	return &startedAnswer{http.StatusAccepted, l.shown(r)}, nil
}

func (l *Loader) stopImport(ctx context.Context, in *ImportPath) (*importAnswer, error) {
	r, err := l.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := pg.ExecSome(ctx, l.Pool, errStill, "UPDATE import_run SET state = 'stopped', updated_at = $2 WHERE id = $1 AND state = 'running'", r.ID, l.Now()); err != nil {
		return nil, err
	}
	l.stop(r.ID)
	if r, err = l.oneRun(ctx, l.Pool, "WHERE r.id = $1", r.ID); err != nil {
		return nil, err
	}
	return &importAnswer{l.shown(r)}, nil
}

func (l *Loader) deleteImport(ctx context.Context, in *ImportPath) (*struct{}, error) {
	r, err := l.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := pg.ExecSome(ctx, l.Pool, errRunning, "DELETE FROM import_run WHERE id = $1 AND state <> 'running'", r.ID); err != nil {
		return nil, err
	}
	return nil, os.RemoveAll(filepath.Join(l.Folder, r.ID.String()))
}

// shelf is where the mappings of a keeper's place are kept: each place has its own.
func shelf(prefixes []string) string {
	sorted := slices.Sorted(slices.Values(prefixes))
	return strings.Join(slices.Compact(sorted), ",")
}

func (l *Loader) listMappings(ctx context.Context, q *mappingsQuery) (*mappingsAnswer, error) {
	_, prefixes, err := keeper(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := l.Pool.Query(ctx, "SELECT name, kind, body, updated_at FROM import_mapping WHERE scope = $1 AND ($2 = '' OR kind = $2) ORDER BY name", shelf(prefixes), q.Kind)
	if err != nil {
		return nil, err
	}
	out := &mappingsAnswer{}
	out.Body.Items, err = pgx.CollectRows(rows, pgx.RowToStructByPos[SavedMapping])
	if out.Body.Items == nil {
		out.Body.Items = []SavedMapping{}
	}
	return out, err
}

func (l *Loader) putMapping(ctx context.Context, in *mappingIn) (*struct{}, error) {
	_, prefixes, err := keeper(ctx)
	if err != nil {
		return nil, err
	}
	if KindOf(in.Body.Kind) == nil {
		var f fault.Fields
		f.Add("body.kind", in.Body.Kind, "one of %s", strings.Join(kindNames(), ", "))
		return nil, f.Err("mapping.kind")
	}
	return nil, l.SaveMapping(ctx, shelf(prefixes), in.Name, in.Body)
}

func (l *Loader) deleteMapping(ctx context.Context, in *MappingPath) (*struct{}, error) {
	_, prefixes, err := keeper(ctx)
	if err != nil {
		return nil, err
	}
	return nil, pg.ExecSome(ctx, l.Pool, fault.Missing("mapping"), "DELETE FROM import_mapping WHERE scope = $1 AND name = $2", shelf(prefixes), in.Name)
}
