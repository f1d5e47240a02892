package transfer

import (
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/web"
)

// largestFile is how much somebody may send, in bytes.
const largestFile = 1 << 30

// fileWithin is the time for a file to arrive: the largest at 5 Mbit/s.
const fileWithin = 30 * time.Minute

// rawRoutes carry files in and out.
func (l *Loader) rawRoutes(s *web.Server, tag []string) {
	text := &huma.Schema{Type: huma.TypeString}
	web.Describe(s, huma.Operation{
		OperationID: "upload-import", Extensions: web.Seen(web.SightRegister), Method: http.MethodPost, Path: "/api/v1/imports", Summary: "Upload a file; nothing is taken before it is run", Tags: tag, Security: web.Staff,
		Parameters:  []*huma.Param{web.InQuery("kind", "What the file holds rows of.", text), web.InQuery("name", "The file's name.", text)},
		RequestBody: &huma.RequestBody{Required: true, Description: "The file, at most 1 GiB.", Content: map[string]*huma.MediaType{"application/octet-stream": {}}},
		Responses:   map[string]*huma.Response{"201": {Description: "Created", Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Ref: "#/components/schemas/TransferImport"}}}}},
		Errors:      []int{401, 403, 413, 415, 422},
	})
	web.Describe(s, huma.Operation{
		OperationID: "get-import-refused", Extensions: web.Seen(web.SightRegister), Method: http.MethodGet, Path: "/api/v1/imports/{id}/refused.csv", Summary: "The refused rows with their reasons", Tags: tag, Security: web.Staff,
		Parameters: []*huma.Param{web.InPath("id", "The import.")}, Responses: map[string]*huma.Response{"200": web.Bytes("The rows", "text/csv")}, Errors: []int{401, 403, 404},
	})
	s.Echo.POST("/api/v1/imports", l.upload)
	s.Echo.GET("/api/v1/imports/:id/refused.csv", l.refusedCSV)
}

func (l *Loader) upload(c echo.Context) (err error) {
	ctx := c.Request().Context()
	a, prefixes, err := keeper(ctx)
	if err != nil {
		return err
	}
	if a.Key {
		return fault.New(fault.Forbidden, "import.account", "Files are brought in by a person's account, not by a key.")
	}
	k := KindOf(c.QueryParam("kind"))
	name := filepath.Base(strings.ReplaceAll(c.QueryParam("name"), "\\", "/"))
	var f fault.Fields
	if k == nil {
		f.Add("query.kind", c.QueryParam("kind"), "one of %s", strings.Join(kindNames(), ", "))
	}
	if name == "" || name == "." || name == "/" || name == "refused.csv" || len(name) > 200 || strings.ContainsAny(name, "\x00/") {
		f.Add("query.name", name, "the file's name, with its ending")
	}
	if err := f.Err("import.upload"); err != nil {
		return err
	}
	run := Run{ID: l.NewID(), Kind: k.Name, FileName: name, State: Uploaded, Account: a.ID, Scope: prefixes, Created: l.Now()}
	path, _ := l.filed(run)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	defer func() {
		if err != nil { // an upload that broke off, or was no such file, leaves nothing
			err = errors.Join(err, os.RemoveAll(filepath.Dir(path)))
		}
	}()
	if run.SHA256, run.Bytes, err = receive(c, path); err != nil {
		return err
	}
	v, err := l.look(ctx, path, Mapping{})
	if err != nil {
		return err
	}
	run.Mapping = l.guessed(k, Mapping{}, v, false)
	err = pg.InTx(ctx, l.Pool, func(tx pgx.Tx) error { return putRun(ctx, tx, run) })
	if err != nil {
		return err
	}
	if run, err = l.oneRun(ctx, l.Pool, "WHERE r.id = $1", run.ID); err != nil {
		return err
	}
	i, err := l.opened(ctx, run, l.shown(run))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, i)
}

// receive streams a body into a file.
func receive(c echo.Context, path string) ([]byte, int64, error) {
	tooLarge := fault.New(fault.TooLarge, "request.large", "The file is larger than 1 GiB; please split it.")
	if c.Request().ContentLength > largestFile {
		return nil, 0, tooLarge
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return nil, 0, err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(file, sum), web.Body(c, largestFile, fileWithin))
	err = errors.Join(err, file.Close())
	var longer *http.MaxBytesError
	switch {
	case errors.As(err, &longer):
		return nil, 0, tooLarge
	case err != nil:
		return nil, 0, fault.New(fault.Invalid, "import.interrupted", "The upload broke off; nothing was kept.").Because(err)
	}
	return sum.Sum(nil), n, nil
}

func (l *Loader) refusedCSV(c echo.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("import")
	}
	run, err := l.seen(c.Request().Context(), id)
	if err != nil {
		return err
	}
	_, refused := l.filed(run)
	if _, err := os.Stat(refused); err != nil {
		return fault.New(fault.NotFound, "import.refused", "No rows were refused.")
	}
	c.Response().Header().Set("Content-Type", "text/csv; charset=utf-8")
	c.Response().Header().Set("Content-Disposition", `attachment; filename="refused.csv"`)
	http.ServeFile(c.Response(), c.Request(), refused)
	return nil
}
