package facility_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/facility"
	"onemap/api/fault"
	"onemap/api/plate"
)

// printed asks for a sheet as the page does, and skips the test without a font.
func printed(t *testing.T, c *apitest.City, ctx context.Context, query string) (*httptest.ResponseRecorder, error) { // the actor is in the context
	t.Helper()
	if _, err := plate.LoadFont(""); errors.Is(err, plate.ErrFont) {
		t.Skip("no Chinese font is here to print with (install fonts-wqy-microhei)")
	}
	r := httptest.NewRequest(http.MethodGet, "http://10.0.0.7/api/v1/facilities/plates.pdf?"+query, nil).WithContext(ctx)
	answer := httptest.NewRecorder()
	return answer, facility.SheetPDF(c.Facilities, echo.New().NewContext(r, answer))
}

func words(t *testing.T, pdf []byte) string {
	t.Helper()
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not here to read the page with (install poppler-utils)")
	}
	run := exec.CommandContext(t.Context(), program, "-layout", "-", "-")
	run.Stdin = bytes.NewReader(pdf)
	out, err := run.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// furnish puts facilities into the two streets of the city.
func furnish(t *testing.T, c *apitest.City) map[string]string {
	t.Helper()
	var list []facility.New
	for i, at := range []orb.Point{apitest.InGridA, apitest.InGridA, apitest.InGridB} {
		list = append(list, facility.New{
			Ref: fmt.Sprint(i), Kind: []string{"bench", "waste_basket"}[i%2], Name: []string{"临河座椅", "北门废物箱", "南门座椅"}[i],
			Place: "翠竹路 12 号", Maintainer: "青禾市政养护", Point: at,
		})
	}
	importAll(t, c, list)
	return codes(t, c)
}

func TestSheetOfARegistrarsPlace(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	made := furnish(t, c)
	a, err := printed(t, c, c.As(actor.Registrar, apitest.StreetA), "layout=2x5")
	if err != nil {
		t.Fatal(err)
	}
	if a.Header().Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(a.Body.Bytes(), []byte("%PDF-")) {
		t.Fatalf("%v %.20q", a.Header(), a.Body)
	}
	text := words(t, a.Body.Bytes())
	for _, want := range []string{"临河座椅", "北门废物箱", "翠竹路 12 号", "青禾市政养护", plate.Code(made["0"]).String(), plate.Code(made["1"]).String()} {
		if !strings.Contains(text, want) {
			t.Errorf("the sheet does not say %q", want)
		}
	}
	if strings.Contains(text, plate.Code(made["2"]).String()) {
		t.Error("a plate of the neighbour's street is on the sheet")
	}
	a, err = printed(t, c, c.As(actor.Administrator), "class=waste_bin")
	if err != nil {
		t.Fatal(err)
	}
	if text := words(t, a.Body.Bytes()); !strings.Contains(text, "北门废物箱") || strings.Contains(text, "座椅") {
		t.Errorf("bins only: %s", text)
	}
	typed := strings.ToLower(plate.Code(made["2"]).String())
	a, err = printed(t, c, c.As(actor.Administrator), "codes="+typed)
	if err != nil {
		t.Fatal(err)
	}
	if text := words(t, a.Body.Bytes()); !strings.Contains(text, "南门座椅") || strings.Contains(text, "临河") {
		t.Errorf("one code: %s", text)
	}
}

func TestSheetsThatAreNotPrinted(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	made := furnish(t, c)
	for _, x := range []struct {
		who   context.Context // the actor is in it
		query string
		kind  fault.Kind
		says  string
	}{
		{context.Background(), "", fault.Unauthenticated, "sign in"},
		{c.As(actor.Operator), "", fault.Forbidden, "registrars"},
		{c.As(actor.Registrar, apitest.StreetA), "region=" + apitest.StreetB, fault.NotFound, "no facility"},
		{c.As(actor.Registrar, apitest.StreetA), "codes=" + made["0"] + "," + made["2"], fault.Invalid, "no facility here carries the plate " + plate.Code(made["2"]).String()},
		{c.As(actor.Registrar), "layout=9x9&class=rocket&region=x", fault.Invalid, "query.region"},
		{c.As(actor.Registrar), "class=postal", fault.NotFound, "no facility"},
	} {
		_, err := printed(t, c, x.who, x.query)
		if !fault.Is(err, x.kind) || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v, want %q", x.query, err, x.says)
		}
	}
}

// A town of facilities is not one PDF, and the answer says how to narrow it.
func TestSheetOfATownIsRefused(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	list := make([]facility.New, plate.MaxSheet+1)
	for i := range list {
		list[i] = facility.New{Ref: fmt.Sprint(i), Kind: "bench", Point: apitest.InGridA}
	}
	importAll(t, c, list)
	_, err := printed(t, c, c.As(actor.Administrator), "")
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "These are 2401 plates; one file holds 2400") {
		t.Fatal(err)
	}
	c.Tx(t, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "DELETE FROM facility WHERE source_ref = '7'")
		return err
	})
	began := time.Now()
	a, err := printed(t, c, c.As(actor.Administrator), "")
	if err != nil || bytes.Count(a.Body.Bytes(), []byte("/Type /Page\n")) != 100 {
		t.Fatalf("%v, %d pages", err, bytes.Count(a.Body.Bytes(), []byte("/Type /Page\n")))
	}
	t.Logf("2,400 plates: %d bytes in %v", a.Body.Len(), time.Since(began))
}

func TestSheetWithoutAFont(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	c.Facilities.PrintWith(filepath.Join(t.TempDir(), "none.ttf"))
	_, err := c.Facilities.Sheet(t.Context(), &bytes.Buffer{}, actor.Everywhere(), facility.SheetAsk{}, "https://a.cn", c.Clock.Now())
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.As(err).Public, "fonts-wqy-microhei") {
		t.Errorf("%v", err)
	}
}
