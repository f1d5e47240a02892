package page

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"

	"onemap/api/blob"
	"onemap/api/cases"
	"onemap/api/facility"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/web"
)

// Config is what the pages are made of.
type Config struct {
	Files      fs.FS // the build: index.html and its neighbours
	Querier    pg.Querier
	Facilities *facility.Service
	Cases      *cases.Service
	Intake     *blob.Intake
	// Demo puts onto every page that this is a demo town.
	Demo bool
	// City gives what residents' pages say of the city, as it is now.
	City func() City
}

// City is what residents read of the city: its name, and where to turn to. What
// is empty is not there.
type City struct{ Name, NameEn, Contact, ContactEn string }

// Pages answers the pages.
type Pages struct {
	files fs.FS
	Config
	mu        sync.Mutex
	templates map[string]*template.Template
}

// Routes registers the pages.
func Routes(s *web.Server, c Config) {
	p := &Pages{files: c.Files, Config: c, templates: map[string]*template.Template{}}
	get := func(rule web.Sight, path string, h echo.HandlerFunc) {
		s.Beside(rule, s.Echo.Match([]string{http.MethodGet, http.MethodHead}, path, h)...)
	}
	get(web.SightPublic, "/", p.plain("index.html"))
	get(web.SightPublic, "/command", p.plain("command.html"))
	get(web.SightPublic, "/plan", p.plain("plan.html"))
	get(web.SightPublic, "/admin", p.plain("admin.html"))
	get(web.SightPublic, "/account", p.plain("account.html"))
	get(web.SightReceipt, "/link", p.plain("link.html"))
	get(web.SightPublic, "/report", p.report)
	s.Beside(web.SightPublic, s.Echo.POST("/report", p.submit))
	get(web.SightPublic, "/q/:code", p.scanned)
	get(web.SightReceipt, "/r/:receipt", p.receipt)
	get(web.SightPublic, "/assets/*", p.asset)
	get(web.SightPublic, "/favicon.ico", func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
}

// frame is what every page's template shows. The zone is the city's: a page
// writes times as the city's clocks show them, wherever its reader is. A demo
// town says so on each.
type frame struct {
	Lang, Zone string
	Demo       bool
	City       City
}

func (p *Pages) frame(lang string) frame {
	return frame{Lang: lang, Zone: p.Cases.Zone.String(), Demo: p.Demo, City: p.City()}
}

// CityName and Contact are in the reader's language, or in the only one there is.
func (f frame) CityName() string { return f.either(f.City.Name, f.City.NameEn) }

// Contact is where residents can turn to.
func (f frame) Contact() string { return f.either(f.City.Contact, f.City.ContactEn) }

func (f frame) either(zh, en string) string {
	if f.Lang == "en" {
		zh, en = en, zh
	}
	return cmp.Or(zh, en)
}

// plain answers a page that is the same for everybody.
func (p *Pages) plain(name string) echo.HandlerFunc {
	return func(c echo.Context) error {
		body, err := p.fill(name, p.frame(lang(c)))
		if err != nil {
			return err
		}
		c.Response().Header().Set("Cache-Control", "no-cache")
		return c.HTMLBlob(http.StatusOK, body)
	}
}

// reportPage is what the report page's template shows.
type reportPage struct {
	frame
	Key        string
	Facility   *reportFacility
	Unknown    bool
	Error      string
	Categories []reportCategory
	Facts      reportFacts
	typed
}

// typed is what was filled in, for a form that comes back.
type typed struct {
	Typed, Lon, Lat, Text      string
	Dirty, Messy, Poor, Broken bool
}

type reportFacility struct {
	Code       string  `json:"code"`
	Name       string  `json:"name"`
	NameZh     string  `json:"name_zh"`
	NameEn     string  `json:"name_en"`
	Class      string  `json:"class"`
	ClassName  string  `json:"class_name"`
	Place      string  `json:"place"`
	Maintainer string  `json:"maintainer"`
	Lon        float64 `json:"lon"`
	Lat        float64 `json:"lat"`
}

type reportCategory struct {
	Code, Name string
	Chosen     bool
}

type reportFacts struct {
	Facility   *reportFacility  `json:"facility,omitempty"`
	Categories []cases.Category `json:"categories"`
}

func (p *Pages) newReport(lang, key string, f *facility.Facility) reportPage {
	page := reportPage{frame: p.frame(lang), Key: key, Facts: reportFacts{Categories: cases.Offered()}}
	for _, c := range cases.Offered() {
		name := c.Name
		if lang == "en" {
			name = c.NameEn
		}
		page.Categories = append(page.Categories, reportCategory{Code: c.Code, Name: name})
	}
	if f != nil {
		zh, en := f.Title()
		names := facility.ClassNames[f.Class]
		page.Facility = &reportFacility{
			Code: f.Code.Raw(), Name: zh, NameZh: zh, NameEn: en, Class: f.Class, ClassName: names[0], Place: f.Place, Maintainer: f.Maintainer,
			Lon: f.Point[0], Lat: f.Point[1],
		}
		if lang == "en" {
			page.Facility.Name, page.Facility.ClassName = en, names[1]
		}
		page.Facts.Facility = page.Facility
	}
	return page
}

func (p *Pages) report(c echo.Context) error {
	key, err := newKey()
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "report.html", p.newReport(lang(c), key, nil))
}

// scanned is where the code on a plate leads. A code nobody carries is no dead
// end: the page says so and takes the report by place.
func (p *Pages) scanned(c echo.Context) error {
	key, err := newKey()
	if err != nil {
		return err
	}
	f, err := p.find(c.Request().Context(), c.Param("code"))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	page := p.newReport(lang(c), key, f)
	status := http.StatusOK
	if f == nil {
		page.Unknown, status = true, http.StatusNotFound
	}
	return p.show(c, status, "report.html", page)
}

func (p *Pages) find(ctx context.Context, typed string) (*facility.Facility, error) {
	f, err := p.Facilities.Typed(ctx, p.Querier, typed)
	if fault.Is(err, fault.Invalid) {
		return nil, fault.Missing("facility").Because(err)
	}
	if err != nil {
		return nil, err
	}
	return &f, nil
}

// lang is the language asked for; Chinese comes first.
func lang(c echo.Context) string {
	if c.QueryParam("lang") == "en" {
		return "en"
	}
	return "zh"
}

// show answers with a page made for this reader alone.
func (p *Pages) show(c echo.Context, status int, name string, data any) error {
	body, err := p.fill(name, data)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.HTMLBlob(status, body)
}

// fill fills a template of the build.
func (p *Pages) fill(name string, data any) ([]byte, error) {
	t, err := p.template(name)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

func (p *Pages) template(name string) (*template.Template, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.templates[name]; t != nil {
		return t, nil
	}
	text, err := fs.ReadFile(p.files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Unavailable, "page.unbuilt", "The pages were not built into this program; run make build.").Because(err)
	}
	if err != nil {
		return nil, err
	}
	t, err := template.New(name).Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	p.templates[name] = t
	return t, nil
}
