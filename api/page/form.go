package page

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"onemap/api/cases"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/web"
)

// newKey is the idempotency key of a form: a reload makes another one.
func newKey() (string, error) {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	return hex.EncodeToString(b), nil
}

// formLimit is what a form with its photos may weigh: six of the largest.
const formLimit = 6*12<<20 + 1<<20

// formWithin is the time for it to arrive, over a poor line.
const formWithin = 10 * time.Minute

// submit takes a report from a browser that runs no script.
func (p *Pages) submit(c echo.Context) error {
	r := c.Request()
	r.Body = web.Body(c, formLimit, formWithin)
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return fault.New(fault.TooLarge, "request.large", "The photos are too large together; please send fewer.").Because(err)
		}
		return fault.New(fault.Invalid, "form.malformed", "The form cannot be read; please go back and send it again.").Because(err)
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // files in the system's temporary folder
	receipt, err := p.take(r.Context(), r.MultipartForm)
	if err == nil {
		return c.Redirect(http.StatusSeeOther, receipt.ReceiptURL+langQuery(c))
	}
	f := fault.As(pg.Fault(err))
	if f == nil || f.Kind == fault.Internal {
		return err
	}
	return p.showAgain(c, r.MultipartForm, f)
}

func langQuery(c echo.Context) string {
	if lang(c) == "en" {
		return "?lang=en"
	}
	return ""
}

// take reads the form's fields and photos and reports.
func (p *Pages) take(ctx context.Context, form *multipart.Form) (cases.Receipt, error) {
	value := func(name string) string { return first(form, name) }
	report := cases.Report{
		FacilityCode: strings.TrimSpace(value("facility_code")), Category: value("category"), Concern: value("concern"),
		Text: value("text"), Place: value("place"),
	}
	var f fault.Fields
	report.Lon = number(&f, "lon", value("lon"))
	report.Lat = number(&f, "lat", value("lat"))
	if report.Lon != nil || report.Lat != nil {
		report.CRS = value("crs")
	}
	photos := picked(form)
	if len(photos) > cases.MaxPhotos {
		f.Add("photo", len(photos), "at most %d photos", cases.MaxPhotos)
	}
	if err := f.Err("report.invalid"); err != nil {
		return cases.Receipt{}, err
	}
	if _, err := report.Validate(); err != nil {
		return cases.Receipt{}, err // before the photos are worked on
	}
	for _, header := range photos {
		id, err := p.upload(ctx, header)
		if err != nil {
			return cases.Receipt{}, err
		}
		report.Photos = append(report.Photos, id)
	}
	return p.Cases.Report(ctx, value("idempotency_key"), report)
}

// picked leaves out the empty part a browser sends when no file was chosen.
func picked(form *multipart.Form) []*multipart.FileHeader {
	var list []*multipart.FileHeader
	for _, h := range form.File["photo"] {
		if h.Size > 0 {
			list = append(list, h)
		}
	}
	return list
}

func (p *Pages) upload(ctx context.Context, header *multipart.FileHeader) (string, error) {
	file, err := header.Open()
	if err != nil {
		return "", err
	}
	defer file.Close()
	up, err := p.Cases.Upload(ctx, p.Intake, io.Reader(file))
	return up.ID.String(), err
}

func first(form *multipart.Form, name string) string {
	if v := form.Value[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func number(f *fault.Fields, name, text string) *float64 {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		f.Add(name, text, "must be a number such as 113.3126")
		return nil
	}
	return &n
}

// showAgain gives the form back with what was wrong, under the same key.
func (p *Pages) showAgain(c echo.Context, form *multipart.Form, f *fault.Error) error {
	code := first(form, "facility_code")
	known, err := p.find(c.Request().Context(), code)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	key := first(form, "idempotency_key")
	if key == "" || f.Code == "report.key_used" {
		if key, err = newKey(); err != nil {
			return err
		}
	}
	page := p.newReport(lang(c), key, known)
	page.Error = inWords(f, page.Lang)
	page.fill(form)
	return p.show(c, web.ToProblem(f).Status, "report.html", page)
}

// fill puts what was typed back into the form; a browser does not keep files.
func (p *reportPage) fill(form *multipart.Form) {
	concern := first(form, "concern")
	p.typed = typed{
		Typed: first(form, "facility_code"), Lon: first(form, "lon"), Lat: first(form, "lat"), Text: first(form, "text"),
		Dirty: concern == "dirty", Messy: concern == "messy", Poor: concern == "poor", Broken: concern == "broken",
	}
	for i := range p.Categories {
		p.Categories[i].Chosen = p.Categories[i].Code == first(form, "category")
	}
}

// formWords are the form's refusals in the reader's own words, by the field.
var formWords = map[string][2]string{
	"body.category":          {"请选择是什么问题。", "Please choose what it is about."},
	"body.facility_code":     {"这个设施编号不对，请核对后再填，或改填位置。", "That code is not right; check it, or give the place instead."},
	"body.lon":               {"请写明位置：设施编号，或本市内的经纬度。", "Please say where: the code of the facility, or a longitude and latitude within the city."},
	"body.text":              {"说明太长了，请写短一些。", "The text is too long; please shorten it."},
	"body.photos":            {"照片没有收好，请重新选择。", "The photos were not kept; please choose them again."},
	"photo":                  {"最多六张照片。", "At most six photos."},
	"lon":                    {"经度要写成数字，如 113.3126。", "Longitude must be a number such as 113.3126."},
	"lat":                    {"纬度要写成数字，如 23.4108。", "Latitude must be a number such as 23.4108."},
	"photo.not_image":        {"有一个文件不是照片，请重新选择。", "One of the files is no photo; please choose again."},
	"photo.wrong_image":      {"照片请用 JPEG、PNG 或 WebP 格式。", "Photos must be JPEG, PNG or WebP."},
	"photo.too_large":        {"有一张照片太大了，请换一张小一些的。", "One photo is too large; please choose a smaller one."},
	"photo.truncated":        {"有一张照片没有传完，请再发一次。", "One photo did not arrive whole; please send it again."},
	"photo.damaged":          {"有一张照片已损坏，请换一张。", "One photo is damaged; please choose another."},
	"photo.disk_full":        {"现在存不下照片，请先不带照片提交。", "There is no room for photos just now; please send it without."},
	"database.gone":          {"系统暂时不可用，什么都没有丢，请稍后再交一次。", "The system is not available just now; nothing is lost, please send it again."},
	"header.Idempotency-Key": {"表单已失效，请再提交一次。", "The form has expired; please send it once more."},
}

func inWords(f *fault.Error, lang string) string {
	pick := func(words [2]string) string {
		if lang == "en" {
			return words[1]
		}
		return words[0]
	}
	var lines []string
	for _, field := range f.Fields {
		if words, ok := formWords[field.Location]; ok {
			lines = append(lines, pick(words))
		} else {
			lines = append(lines, field.Location+": "+field.Message)
		}
	}
	if words, ok := formWords[f.Code]; ok {
		lines = append(lines, pick(words))
	}
	if len(lines) == 0 {
		lines = []string{f.Public}
	}
	return strings.Join(lines, " ")
}
