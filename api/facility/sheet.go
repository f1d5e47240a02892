package facility

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/plate"
	"onemap/api/web"
)

// SheetAsk says which plates to print. What is empty does not narrow.
type SheetAsk struct {
	Region string   // facilities in this region
	Class  string   // of this class
	Codes  []string // with these plates, as people type them
	Layout plate.Layout
}

// PrintWith says which font the sheets are printed with: a TrueType file with
// Chinese characters, that of the package fonts-wqy-microhei when empty.
func (s *Service) PrintWith(font string) *Service {
	s.font = font
	return s
}

// Sheet writes the plates that are asked for, and seen in the scope, as a PDF
// in the order of their grids, so that a worker puts them up in one round. Base
// is the address of this server that the plates carry. It returns how many.
func (s *Service) Sheet(ctx context.Context, w io.Writer, scope actor.Scope, ask SheetAsk, base string, made time.Time) (int, error) {
	codes, err := ask.check()
	if err != nil {
		return 0, err
	}
	font, err := plate.LoadFont(s.font)
	if errors.Is(err, plate.ErrFont) {
		return 0, fault.New(fault.Unavailable, "plates.font", "There is no Chinese font on the server to print with. Its administrator installs the package fonts-wqy-microhei, or sets ONEMAP_FONT.").Because(err)
	}
	if err != nil {
		return 0, err
	}
	sheet, err := plate.NewSheet(font, ask.Layout, made)
	if err != nil {
		return 0, err
	}
	args := pgx.NamedArgs{"class": ask.Class, "codes": codes}
	where := " FROM facility WHERE state <> 'removed' AND (@class = '' OR class = @class) AND (cardinality(@codes::text[]) = 0 OR code = ANY(@codes)) AND " +
		actor.Within("scope_code", ask.Region, "region", args) + " AND " + scope.Where("scope_code", "", args)
	if err := s.few(ctx, where, args, codes); err != nil {
		return 0, err
	}
	rows, err := s.Pool.Query(ctx, columns+", 0::float8"+where+" ORDER BY scope_code, COALESCE(grid_code, ''), class, code", args)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		f, err := scan(rows)
		if err != nil {
			return n, err
		}
		zh, _ := f.Title()
		err = sheet.Add(plate.Label{URL: strings.TrimSuffix(base, "/") + "/q/" + f.Code.Raw(), Code: f.Code, Name: zh, Place: f.Place, Maintainer: f.Maintainer})
		if errors.Is(err, plate.ErrTooLong) {
			return n, fault.New(fault.Invalid, "plates.address", "The server's public address is too long for a plate.").Because(err)
		}
		if err != nil {
			return n, err
		}
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	return n, sheet.Write(w)
}

// check reads what was asked, with every fault in it.
func (ask *SheetAsk) check() ([]string, error) {
	var f fault.Fields
	if ask.Layout == "" {
		ask.Layout = plate.Layout24
	}
	if !slices.Contains(plate.Layouts, ask.Layout) {
		f.Add("query.layout", ask.Layout, "one of %v", plate.Layouts)
	}
	if _, known := ClassNames[ask.Class]; ask.Class != "" && !known {
		f.Add("query.class", ask.Class, "no class of facilities")
	}
	if strings.Trim(ask.Region, "0123456789") != "" || len(ask.Region) > 20 {
		f.Add("query.region", ask.Region, "a region's code is of digits")
	}
	if len(ask.Codes) > plate.MaxSheet {
		f.Add("query.codes", len(ask.Codes), "%d at most", plate.MaxSheet)
	}
	codes := []string{}
	for _, typed := range ask.Codes {
		if typed = strings.TrimSpace(typed); typed == "" {
			continue
		}
		code, err := plate.Parse(typed)
		if err != nil {
			code, err = plate.ParseForeign(typed)
		}
		if err != nil {
			f.Add("query.codes", typed, "%s", err.Error())
			continue
		}
		codes = append(codes, code.Raw())
	}
	slices.Sort(codes)
	return slices.Compact(codes), f.Err("plates.ask")
}

// few refuses to print nothing, a code that is not there, and more than a file holds.
func (s *Service) few(ctx context.Context, where string, args pgx.NamedArgs, codes []string) error {
	var n int
	if err := s.Pool.QueryRow(ctx, "SELECT COUNT(*)"+where, args).Scan(&n); err != nil {
		return err
	}
	switch {
	case n > plate.MaxSheet:
		return fault.Newf(fault.Invalid, "plates.many", "These are %d plates; one file holds %d. Narrow it: by a community or a grid, by a class, or by the codes.", n, plate.MaxSheet)
	case n < len(codes):
		return s.absent(ctx, where, args, codes)
	case n == 0:
		return fault.New(fault.NotFound, "plates.none", "There is no facility here to print a plate for.")
	}
	return nil
}

// absent names the codes that no facility in sight carries.
func (s *Service) absent(ctx context.Context, where string, args pgx.NamedArgs, codes []string) error {
	rows, err := s.Pool.Query(ctx, "SELECT code"+where, args)
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	var f fault.Fields
	for _, code := range codes {
		if !slices.Contains(found, code) {
			f.Add("query.codes", code, "no facility here carries the plate %s", plate.Code(code))
		}
	}
	return f.Err("plates.codes")
}

// printers are the roles that print plates, where they hold them.
func printers(a actor.Actor) actor.Scope {
	var kept actor.Actor
	for _, g := range a.Grants {
		if g.Role == actor.Registrar || g.Role == actor.Administrator {
			kept.Grants = append(kept.Grants, g)
		}
	}
	return kept.Area()
}

func describeSheet(s *web.Server, tag []string) {
	text := &huma.Schema{Type: huma.TypeString}
	layouts := &huma.Schema{Type: huma.TypeString, Enum: []any{string(plate.Layout24), string(plate.Layout10), string(plate.Layout1)}}
	web.Describe(s, huma.Operation{
		OperationID: "plates-pdf", Extensions: web.Seen(web.SightRegister), Method: http.MethodGet, Path: "/api/v1/facilities/plates.pdf", Summary: "Plates to print, as pages of A4", Tags: tag, Security: web.Staff,
		Description: "For registrars and administrators, within their jurisdiction; 2,400 plates a file at most.",
		Parameters: []*huma.Param{
			web.InQuery("region", "Only facilities in this region.", text), web.InQuery("class", "Only facilities of this class.", text),
			web.InQuery("codes", "Only these plates, between commas.", text), web.InQuery("layout", "Plates a page, columns by rows; 3x8 when not given.", layouts),
		},
		Responses: map[string]*huma.Response{"200": web.Bytes("The plates", "application/pdf")}, Errors: []int{401, 403, 404, 422, 503},
	})
}

func (s *Service) sheetPDF(c echo.Context) error {
	ctx := c.Request().Context()
	a, err := web.SignedIn(ctx)
	if err != nil {
		return err
	}
	scope := printers(a)
	if scope.Empty() {
		return fault.New(fault.Forbidden, "auth.forbidden", "Plates are printed by registrars and administrators.")
	}
	ask := SheetAsk{Region: c.QueryParam("region"), Class: c.QueryParam("class"), Layout: plate.Layout(c.QueryParam("layout"))}
	if typed := c.QueryParam("codes"); typed != "" {
		ask.Codes = strings.FieldsFunc(typed, func(r rune) bool { return strings.ContainsRune(",，、;；\n\t", r) })
	}
	var b bytes.Buffer
	if _, err := s.Sheet(ctx, &b, scope, ask, s.base(c), time.Now()); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", `attachment; filename="plates.pdf"`)
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("Cache-Control", "no-store")
	return c.Blob(http.StatusOK, "application/pdf", b.Bytes())
}
