package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"onemap/api/transfer"
	"onemap/cmd/internal/boot"
)

// importFile takes a file of any kind in; each kind is a command of its own.
type importFile struct {
	boot.Config
	File        string            `arg:"" type:"existingfile" help:"CSV, XLSX, GeoJSON, GeoPackage, Shapefile or a zip of one."`
	Mapping     string            `help:"How columns become fields: a JSON file, or the name of a saved mapping." placeholder:"FILE|NAME"`
	Set         map[string]string `help:"A field from a column, or from a pattern such as {street} {number}; empty leaves it out." placeholder:"FIELD=COLUMN" mapsep:"none"`
	Constant    map[string]string `help:"A field with the same value in every row." placeholder:"FIELD=VALUE" mapsep:"none"`
	Value       []string          `help:"What a value of the file means." placeholder:"FIELD:FROM=TO" sep:"none"`
	CRS         string            `help:"The file's coordinates: wgs84, cgcs2000, gcj02, bd09, EPSG:n or WKT; swapped:wgs84 for latitude first. What the file says when not said." name:"crs"`
	Encoding    string            `help:"The file's text, where the guess is wrong: utf-8, gb18030, big5 ..."`
	Layer       string            `help:"The layer of a GeoPackage, or the sheet of a workbook."`
	Source      string            `help:"Whose rows these are (the file's name without figures, when not said)."`
	TimeZone    string            `help:"The zone of times without one (the city's, when not said)."`
	DateOrder   string            `help:"The order of dates such as 3/4/2024." enum:"ymd,dmy,mdy," default:""`
	DryRun      bool              `help:"Do everything and keep nothing."`
	Again       bool              `help:"Begin anew although an earlier run of the same file broke off."`
	SaveMapping string            `help:"Keep the mapping under this name." placeholder:"NAME"`
	JSON        bool              `help:"Report as JSON." name:"json"`
}

func (c importFile) options() (transfer.FileOptions, error) {
	m := transfer.Mapping{Source: c.Source, Layer: c.Layer, Encoding: c.Encoding, CRS: c.CRS, TimeZone: c.TimeZone, DateOrder: c.DateOrder, Columns: c.Set, Constants: c.Constant}
	m.Values = map[string]map[string]string{}
	for _, v := range c.Value {
		field, rest, ok := strings.Cut(v, ":")
		from, to, both := strings.Cut(rest, "=")
		if !ok || !both {
			return transfer.FileOptions{}, fmt.Errorf("--value %s: want FIELD:FROM=TO", v)
		}
		if m.Values[field] == nil {
			m.Values[field] = map[string]string{}
		}
		m.Values[field][from] = to
	}
	return transfer.FileOptions{Mapping: m, Saved: c.Mapping, Save: c.SaveMapping, DryRun: c.DryRun, Again: c.Again, Progress: advance(os.Stderr)}, nil
}

func (c importFile) run(ctx context.Context, kind string, adjust func(*transfer.FileOptions)) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	if adjust != nil {
		adjust(&o)
	}
	w, err := boot.Open(ctx, c.Config, boot.Commanding, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	defer w.Close()
	ctx = w.As(ctx, "import "+kind)
	report, err := w.Loader.File(ctx, kind, c.File, o)
	if term.IsTerminal(int(os.Stderr.Fd())) {
		fmt.Fprintln(os.Stderr)
	}
	if c.JSON && err == nil {
		err = printJSON(report)
	} else if err == nil || report.Read > 0 {
		printReport(report)
	}
	if err == nil && !report.Whole() {
		return errFailed
	}
	return err
}

// advance shows how far an import is: one line that moves on a terminal, a line
// every few seconds elsewhere.
func advance(out *os.File) func(transfer.Progress, transfer.Counts) {
	terminal, last := term.IsTerminal(int(out.Fd())), time.Now()
	return func(p transfer.Progress, n transfer.Counts) {
		if !terminal && time.Since(last) < 5*time.Second {
			return
		}
		last = time.Now()
		share := 100.0
		if p.Bytes > 0 {
			share = 100 * float64(p.BytesRead) / float64(p.Bytes)
		}
		line := fmt.Sprintf("%3.0f %%  %d rows  %.0f rows/s  %s left  refused %d  doubtful %d", share, p.Rows, p.PerSecond, (time.Duration(p.SecondsLeft) * time.Second).String(), n.Refused, n.Doubtful)
		if terminal {
			fmt.Fprintf(out, "\r%-78s", line)
		} else {
			fmt.Fprintln(out, line)
		}
	}
}

func printReport(r transfer.Report) {
	resumed := ""
	if r.Resumed {
		resumed = " An earlier run had broken off; this one went on where it stood."
	}
	fmt.Printf("%s: %s, %s, coordinates %s.%s\n", r.File, r.Kind, r.Format, r.CRS, resumed)
	fmt.Printf("Read %d rows in %.1f s (%.0f rows/s): %d new, %d changed, %d unchanged, %d refused, %d doubtful.\n",
		r.Read, r.Seconds, r.PerSecond, r.Fresh, r.Changed, r.Unchanged, r.Refused, r.Doubtful)
	for _, w := range r.Warnings {
		fmt.Printf("  note: %s\n", w)
	}
	if r.Refused > 0 {
		fmt.Println("Refused:")
		for _, reason := range slices.SortedFunc(maps.Keys(r.Reasons), func(a, b string) int { return int(r.Reasons[b] - r.Reasons[a]) }) {
			fmt.Printf("  %8d  %s\n", r.Reasons[reason], reason)
		}
		fmt.Printf("Each refused row with its reason is in %s\n", r.RefusedFile)
	}
	if r.Doubtful > 0 {
		fmt.Println("Doubtful rows wait for a decision: onemap import doubts")
	}
	if r.Draft != nil {
		printDraft(*r.Draft)
	}
	if r.DryRun {
		fmt.Println("This was a dry run: nothing was kept.")
	}
}

// printDraft says where regions went that did not go into force, and what comes next.
func printDraft(d transfer.Drafted) {
	if d.ID == "" {
		fmt.Printf("Regions are in force already: the file would go into a draft of the regions under %s.\n", d.Under)
		return
	}
	fmt.Printf("Regions are in force already: the file is in a draft of the regions under %s, and nothing has changed in force. Look at it and publish it:\n", d.Under)
	for _, step := range []string{"validate", "preview", "publish"} {
		fmt.Printf("  onemap grids %s --region %s --draft %s\n", step, d.Under, d.ID)
	}
}

type (
	importBuildings     struct{ importFile }
	importDwellings     struct{ importFile }
	importPeople        struct{ importFile }
	importOrganisations struct{ importFile }
	importFacilities    struct{ importFile }
	importServices      struct{ importFile }
	importCases         struct{ importFile }
)

func (c importBuildings) Run(ctx context.Context) error     { return c.run(ctx, "buildings", nil) }
func (c importDwellings) Run(ctx context.Context) error     { return c.run(ctx, "dwellings", nil) }
func (c importPeople) Run(ctx context.Context) error        { return c.run(ctx, "people", nil) }
func (c importOrganisations) Run(ctx context.Context) error { return c.run(ctx, "organisations", nil) }
func (c importFacilities) Run(ctx context.Context) error    { return c.run(ctx, "facilities", nil) }
func (c importServices) Run(ctx context.Context) error      { return c.run(ctx, "services", nil) }
func (c importCases) Run(ctx context.Context) error         { return c.run(ctx, "cases", nil) }

type importRegions struct {
	importFile
	CodeProperty string `help:"The column that holds the region code; the same as --set code=NAME." placeholder:"NAME"`
	NameProperty string `help:"The column that holds the name; the same as --set name=NAME." placeholder:"NAME"`
	Under        string `help:"Number rows without a code under this region, in the order of the file." placeholder:"CODE"`
	City         string `help:"Make the city of this 4-digit code as the union of the file's regions, when there is none." placeholder:"CODE"`
	CityName     string `help:"The city's name." placeholder:"NAME"`
}

func (c importRegions) Run(ctx context.Context) error {
	return c.run(ctx, "regions", func(o *transfer.FileOptions) {
		m := transfer.Mapping{Under: c.Under, City: c.City, CityName: c.CityName, Columns: map[string]string{}}
		if c.CodeProperty != "" {
			m.Columns["code"] = c.CodeProperty
		}
		if c.NameProperty != "" {
			m.Columns["name"] = c.NameProperty
		}
		o.Mapping = o.Mapping.Layered(m)
	})
}
