package cases

import (
	"context"
	"io"
	"maps"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"onemap/api/actor"
	"onemap/api/blob"
	"onemap/api/fault"
	"onemap/api/place"
	"onemap/api/web"
)

type reportIn struct {
	Key  string `header:"Idempotency-Key" required:"true" doc:"16 to 64 characters, made once for a report and sent again with each retry."`
	Body Report
}

type reportOut struct {
	Location string `header:"Location"`
	Body     Receipt
}

type receiptPath struct {
	Receipt string `path:"receipt" maxLength:"64"`
}

type progressOut struct{ Body Progress }

type categoriesOut struct {
	Body struct {
		Items []Category `json:"items"`
	}
}

type listIn struct {
	State    string `query:"state" doc:"States, separated by commas."`
	Category string `query:"category" doc:"A code, or the beginning of one."`
	Since    string `query:"since" doc:"Reported at or after: a time or a day."`
	Until    string `query:"until" doc:"Reported before: a time or a day."`
	Region   string `query:"region" doc:"A region code."`
	place.By
	Overdue bool   `query:"overdue" doc:"Only cases whose deadline has passed."`
	Urged   bool   `query:"urged" doc:"Only open cases that those in charge have urged."`
	Mine    bool   `query:"mine" doc:"Only cases I have taken a step on."`
	Text    string `query:"q" maxLength:"100" doc:"Words of the number, title or place, also pinyin initials; or how a facility's code begins."`
	Limit   int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
	Cursor  string `query:"cursor" doc:"next of the page before."`
}

type listOut struct{ Body Page }

type figuresIn struct {
	Region string `query:"region" doc:"A region code."`
	place.By
	Since string `query:"since" doc:"Only cases reported at or after: a time or a day."`
}

type timesIn struct {
	State    string `query:"state" doc:"States, separated by commas."`
	Category string `query:"category" doc:"A code, or the beginning of one."`
	Since    string `query:"since" doc:"From here: a time or a day; the first report when not given."`
	Until    string `query:"until" doc:"To here: a time or a day; now when not given."`
	Region   string `query:"region" doc:"A region code."`
	place.By
	Buckets int `query:"buckets" default:"120" minimum:"12" maximum:"400" doc:"At most so many stretches: their length follows."`
}

type timesOut struct{ Body Times }

type figuresOut struct{ Body Figures }

type casePath struct {
	ID string `path:"id" format:"uuid"`
}

type caseOut struct {
	ETag string `header:"ETag"`
	Body Case
}

type stepIn struct {
	ID      string `path:"id" format:"uuid"` // not through casePath: what is embedded and unexported is not read
	IfMatch string `header:"If-Match" doc:"The ETag of the case as you saw it."`
	Body    struct {
		Action     string   `json:"action" enum:"file,reject,dispatch,return,accept,suspend,resume,resolve,close,rework,urge"`
		Note       string   `json:"note,omitempty" maxLength:"2000"`
		Department string   `json:"department,omitempty"`
		Photos     []string `json:"photos,omitempty" maxItems:"6"`
	}
}

type handlers struct {
	*Service
	intake *blob.Intake
}

// Routes registers the slice.
func Routes(s *web.Server, service *Service, intake *blob.Intake) {
	h := handlers{service, intake}
	public, desk := []string{"reports"}, []string{"cases"}
	web.Add(s, huma.Operation{OperationID: "report", Extensions: web.Seen(web.SightPublic), Method: http.MethodPost, Path: "/api/v1/reports", Summary: "Report something, without an account", Tags: public, DefaultStatus: http.StatusCreated, Errors: []int{409, 413, 422, 429, 503}}, h.report)
	web.Add(s, huma.Operation{OperationID: "get-receipt", Extensions: web.Seen(web.SightReceipt), Method: http.MethodGet, Path: "/api/v1/receipts/{receipt}", Summary: "What became of a report", Tags: public, Errors: []int{404, 422}}, h.progress)
	web.Add(s, huma.Operation{OperationID: "list-categories", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/categories", Summary: "What can be reported without a plate", Tags: public}, h.categories)
	web.Add(s, huma.Operation{OperationID: "list-cases", Extensions: web.Seen(web.SightCases), Method: http.MethodGet, Path: "/api/v1/cases", Summary: "Cases in my sight, newest first", Tags: desk, Security: web.Staff, Errors: []int{401, 422}}, h.list)
	web.Add(s, huma.Operation{OperationID: "case-figures", Extensions: web.Seen(web.SightCases), Method: http.MethodGet, Path: "/api/v1/cases/figures", Summary: "Counts of the cases in my sight", Tags: desk, Security: web.Staff, Errors: []int{401, 422}}, h.figures)
	web.Add(s, huma.Operation{OperationID: "case-departments", Extensions: web.Seen(web.SightCases), Method: http.MethodGet, Path: "/api/v1/cases/departments", Summary: "How many of the cases in my sight wait for which department", Tags: desk, Security: web.Staff, Errors: []int{401}}, h.departments)
	web.Add(s, huma.Operation{OperationID: "case-times", Extensions: web.Seen(web.SightCases), Method: http.MethodGet, Path: "/api/v1/cases/times", Summary: "How many of the cases in my sight were reported when", Tags: desk, Security: web.Staff, Errors: []int{401, 422}}, h.times)
	web.Add(s, huma.Operation{OperationID: "get-case", Extensions: web.Seen(web.SightCases), Method: http.MethodGet, Path: "/api/v1/cases/{id}", Summary: "A case with its history and what I may do", Tags: desk, Security: web.Staff, Errors: []int{401, 404, 422}}, h.get)
	web.Add(s, huma.Operation{OperationID: "take-step", Extensions: web.Seen(web.SightCases), Method: http.MethodPost, Path: "/api/v1/cases/{id}/steps", Summary: "Take a case one step on", Tags: desk, Security: web.Staff, DefaultStatus: http.StatusOK, Errors: []int{401, 403, 404, 412, 422, 428}}, h.step)
	h.photoRoutes(s)
}

// photoRoutes carry bytes, so they are described by hand.
func (h handlers) photoRoutes(s *web.Server) {
	id := web.InPath("id", "The photo's id.")
	size := web.InQuery("size", "thumb for a small one.", &huma.Schema{Type: huma.TypeString, Enum: []any{"thumb"}})
	jpeg := map[string]*huma.Response{"200": web.Bytes("The photo", "image/jpeg")}
	web.Describe(s, huma.Operation{
		OperationID: "upload-photo", Extensions: web.Seen(web.SightPublic), Method: http.MethodPost, Path: "/api/v1/photos", Summary: "Upload a photo for a report or a step", Tags: []string{"reports"},
		Description: "At most 12 MB. It is checked and made new without its metadata. What no report or step claims within a day is forgotten.",
		RequestBody: &huma.RequestBody{Required: true, Content: web.Bytes("", "image/jpeg", "image/png", "image/webp").Content},
		Responses: map[string]*huma.Response{"201": {
			Description: "Kept", Content: map[string]*huma.MediaType{"application/json": {Schema: s.API.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Uploaded](), true, "")}},
		}},
		Errors: []int{413, 422, 429, 503},
	})
	web.Describe(s, huma.Operation{
		OperationID: "get-photo", Extensions: web.Seen(web.SightCases), Method: http.MethodGet, Path: "/api/v1/photos/{id}", Summary: "A photo of a case in my sight", Tags: []string{"cases"},
		Security: web.Staff, Parameters: []*huma.Param{id, size}, Responses: maps.Clone(jpeg), Errors: []int{401, 404},
	})
	web.Describe(s, huma.Operation{
		OperationID: "get-receipt-photo", Extensions: web.Seen(web.SightReceipt), Method: http.MethodGet, Path: "/api/v1/receipts/{receipt}/photos/{id}", Summary: "A photo of the case a receipt belongs to", Tags: []string{"reports"},
		Parameters: []*huma.Param{web.InPath("receipt", "The receipt."), id, size}, Responses: maps.Clone(jpeg), Errors: []int{404},
	})
	s.Echo.POST("/api/v1/photos", h.upload)
	s.Echo.GET("/api/v1/photos/:id", h.photo)
	s.Echo.GET("/api/v1/receipts/:receipt/photos/:id", h.receiptPhoto)
}

func (h handlers) report(ctx context.Context, in *reportIn) (*reportOut, error) {
	receipt, err := h.Report(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	return &reportOut{Location: "/api/v1/receipts/" + receipt.Receipt, Body: receipt}, nil
}

func (h handlers) progress(ctx context.Context, in *receiptPath) (*progressOut, error) {
	p, err := h.Progress(ctx, in.Receipt)
	return &progressOut{p}, err
}

func (h handlers) categories(context.Context, *struct{}) (*categoriesOut, error) {
	out := &categoriesOut{}
	out.Body.Items = Offered()
	return out, nil
}

func (h handlers) list(ctx context.Context, in *listIn) (*listOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	f, err := ParseFilter(in.State, in.Category, in.Since, in.Until, in.Region, h.Zone)
	if err != nil {
		return nil, err
	}
	f.Grids, f.Overdue, f.Urged, f.Mine, f.Text = in.Grids, in.Overdue, in.Urged, in.Mine, strings.TrimSpace(in.Text)
	page, err := h.List(ctx, f, in.Limit, in.Cursor)
	return &listOut{page}, err
}

func (h handlers) figures(ctx context.Context, in *figuresIn) (*figuresOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	f, err := ParseFilter("", "", in.Since, "", in.Region, h.Zone)
	if err != nil {
		return nil, err
	}
	f.Grids = in.Grids
	figures, err := h.Figures(ctx, f)
	return &figuresOut{figures}, err
}

type departmentsOut struct {
	Body struct {
		Items []Load `json:"items"`
	}
}

func (h handlers) departments(ctx context.Context, _ *struct{}) (*departmentsOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	list, err := h.Loads(ctx)
	out := &departmentsOut{}
	out.Body.Items = list
	return out, err
}

func (h handlers) times(ctx context.Context, in *timesIn) (*timesOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	f, err := ParseFilter(in.State, in.Category, in.Since, in.Until, in.Region, h.Zone)
	if err != nil {
		return nil, err
	}
	f.Grids = in.Grids
	times, err := h.Times(ctx, f, in.Buckets)
	return &timesOut{times}, err
}

func (h handlers) get(ctx context.Context, in *casePath) (*caseOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, fault.Missing("case")
	}
	c, err := h.ByID(ctx, id)
	return &caseOut{etag(c.Rev), c}, err
}

func etag(rev int64) string { return strconv.Quote(strconv.FormatInt(rev, 10)) }

func (h handlers) step(ctx context.Context, in *stepIn) (*caseOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, fault.Missing("case")
	}
	if in.IfMatch == "" {
		return nil, fault.New(fault.Precondition, "case.if_match", "Say in If-Match which revision of the case you saw.")
	}
	rev, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(in.IfMatch, "W/"), `"`), 10, 64)
	if err != nil {
		return nil, fault.New(fault.Stale, "case.conflict", "If-Match is no ETag of this case.")
	}
	do := Do{Action: Action(in.Body.Action), Note: in.Body.Note, Department: in.Body.Department, Photos: in.Body.Photos, Rev: rev}
	if err := h.Step(ctx, id, do); err != nil {
		return nil, err
	}
	// A handler who returns a case may have lost sight of it: the case is read
	// in the sight in which the step was taken.
	c, err := h.ByID(ctx, id)
	return &caseOut{etag(c.Rev), c}, err
}

// photoWithin is the time for a photo to arrive, over a poor line.
const photoWithin = 2 * time.Minute

// upload takes the bytes of one photo as the body.
func (h handlers) upload(c echo.Context) error {
	up, err := h.Upload(c.Request().Context(), h.intake, web.Body(c, 12<<20+1, photoWithin))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, up)
}

func (h handlers) photo(c echo.Context) error {
	ctx := c.Request().Context()
	if _, err := web.SignedIn(ctx); err != nil {
		return err
	}
	return servePhoto(c, func(id uuid.UUID, thumb bool) (io.ReadSeekCloser, error) {
		return h.OpenPhoto(ctx, id, actor.From(ctx).Cases(), thumb)
	})
}

func (h handlers) receiptPhoto(c echo.Context) error {
	return servePhoto(c, func(id uuid.UUID, thumb bool) (io.ReadSeekCloser, error) {
		return h.OpenReceiptPhoto(c.Request().Context(), id, c.Param("receipt"), thumb)
	})
}

// servePhoto answers a photo, which never changes under its id.
func servePhoto(c echo.Context, open func(uuid.UUID, bool) (io.ReadSeekCloser, error)) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("photo")
	}
	thumb := c.QueryParam("size") == "thumb"
	file, err := open(id, thumb)
	if err != nil {
		return err
	}
	defer file.Close()
	header := c.Response().Header()
	header.Set("Content-Type", "image/jpeg")
	header.Set("Content-Security-Policy", web.SandboxPolicy)
	header.Set("Cache-Control", "private, max-age=86400, immutable")
	header.Set("ETag", strconv.Quote(id.String()+c.QueryParam("size")))
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, file)
	return nil
}
