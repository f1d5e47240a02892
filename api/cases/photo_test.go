package cases_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/blob"
	"onemap/api/cases"
	"onemap/api/fault"
)

func TestAPhotoIsClaimedOnce(t *testing.T) {
	c := newCity(t)
	mine := c.upload(1)
	report := rubbish(113.3025, 23.405)
	report.Photos = []string{mine}
	r, err := c.Cases.Report(t.Context(), key(), report)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.get(r.ID); len(got.Photos) != 1 || got.Photos[0].Stage != "report" || got.Photos[0].ID.String() != mine {
		t.Fatalf("photos: %+v", got.Photos)
	}
	old := c.upload(2)
	c.Clock.Advance(25 * time.Hour)
	for name, photos := range map[string][]string{
		"somebody's":        {mine},
		"never uploaded":    {uuid.NewString()},
		"expired":           {old},
		"one of two is bad": {c.upload(3), uuid.NewString()},
	} {
		report.Photos = photos
		_, err := c.Cases.Report(t.Context(), key(), report)
		f := refused(t, err, fault.Invalid, "report.photos")
		if locations(f)["body.photos"] == "" {
			t.Errorf("%s: %v", name, f.Fields)
		}
		err = c.Cases.Step(c.As(actor.Operator), r.ID, cases.Do{Action: cases.DoFile, Photos: photos, Rev: 1})
		_ = refused(t, err, fault.Invalid, "report.photos")
	}
	report.Photos = make([]string, 7)
	for i := range report.Photos {
		report.Photos[i] = uuid.NewString()
	}
	_, err = c.Cases.Report(t.Context(), key(), report)
	_ = refused(t, err, fault.Invalid, "report.invalid")
	if n := c.rows("case_file") + c.rows("case_event") + c.rows("idempotency") + c.rows("photo WHERE case_id IS NOT NULL"); n != 4 {
		t.Errorf("refused reports left something half-written: %d rows", n)
	}
}

func TestAPhotoOfTheWorkIsAfter(t *testing.T) {
	c := newCity(t)
	id := c.in(cases.InProgress)
	do := cases.Do{Action: cases.DoResolve, Note: "修好了", Photos: []string{c.upload(1), c.upload(2)}, Rev: c.rev(id)}
	if err := c.Cases.Step(c.As(actor.Handler), id, do); err != nil {
		t.Fatal(err)
	}
	got := c.get(id)
	if len(got.Photos) != 2 || got.Photos[0].Stage != "after" {
		t.Errorf("photos: %+v", got.Photos)
	}
}

func TestWhatIsNoPhotoIsRefused(t *testing.T) {
	c := newCity(t)
	server := c.serve()
	sound := picture(1)
	for name, tt := range map[string]struct {
		body   []byte
		status int
		code   string
	}{
		"a text file named .jpg": {[]byte("Dear city,\nthe bench is broken.\n"), 422, "photo.not_image"},
		"nothing":                {nil, 422, ""},
		"cut off":                {sound[:len(sound)/2], 422, "photo.truncated"},
		"a GIF":                  {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), 422, "photo.wrong_image"},
		"13 MB":                  {append(bytes.Clone(sound), make([]byte, 13<<20)...), 413, "photo.too_large"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/v1/photos", bytes.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "image/jpeg")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if p := problemOf(t, answer); p.Status != tt.status || tt.code != "" && p.Code != tt.code {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if n := c.rows("photo"); n != 0 {
		t.Errorf("%d rows were left", n)
	}
}

func TestPhotosAreSeenByTheCaseAndByTheReceipt(t *testing.T) {
	c := newCity(t)
	report := rubbish(113.3025, 23.405)
	report.Photos = []string{c.upload(1)}
	r, err := c.Cases.Report(t.Context(), key(), report)
	if err != nil {
		t.Fatal(err)
	}
	other := c.City.Report(t, apitest.InGridA)
	id := uuid.MustParse(report.Photos[0])
	waiting := uuid.MustParse(c.upload(9))
	open := func(ctx context.Context, id uuid.UUID) error {
		f, err := c.Cases.OpenPhoto(ctx, id, actor.From(ctx).Cases(), false)
		if err == nil {
			err = f.Close()
		}
		return err
	}
	if err := open(c.As(actor.Operator, apitest.StreetA), id); err != nil {
		t.Errorf("the street's operator: %v", err)
	}
	for name, ctx := range map[string]context.Context{
		"the neighbour's operator": c.As(actor.Operator, apitest.StreetB), "a planner": c.As(actor.Planner),
		"another department": c.AsHandler("D02"), "nobody": t.Context(),
	} {
		if err := open(ctx, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := open(c.As(actor.Supervisor), waiting); !fault.Is(err, fault.NotFound) {
		t.Errorf("a photo of no case: %v", err)
	}

	server := c.serve()
	get := func(path string) *http.Response {
		answer, err := server.Client().Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	answer := get("/api/v1/receipts/" + r.Receipt + "/photos/" + id.String() + "?size=thumb")
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil || answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "image/jpeg" || !bytes.HasPrefix(body, []byte{0xff, 0xd8}) {
		t.Errorf("by the receipt: %d %v %v", answer.StatusCode, answer.Header, err)
	}
	for _, path := range []string{
		"/api/v1/receipts/" + other.Receipt + "/photos/" + id.String(),
		"/api/v1/receipts/" + r.Receipt + "/photos/" + waiting.String(),
		"/api/v1/receipts/" + r.Receipt + "/photos/none",
		"/api/v1/receipts/x/photos/" + id.String(),
	} {
		if p := problemOf(t, get(path)); p.Status != http.StatusNotFound {
			t.Errorf("%s: %+v", path, p)
		}
	}
	if p := problemOf(t, get("/api/v1/photos/"+id.String())); p.Status != http.StatusUnauthorized {
		t.Errorf("signed out: %+v", p)
	}
}

// files lists what lies in a photo folder.
func files(t *testing.T, root string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestSweepForgetsWhatNobodyClaimed(t *testing.T) {
	c := newCity(t)
	dir := t.TempDir()
	folder, err := blob.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	c.Cases.Photos = folder
	shared, again, alone := c.upload(1), c.upload(1), c.upload(2)
	report := rubbish(113.3025, 23.405)
	report.Photos = []string{shared}
	r, err := c.Cases.Report(t.Context(), key(), report)
	if err != nil {
		t.Fatal(err)
	}
	c.Clock.Advance(25 * time.Hour)
	fresh := c.upload(3)
	if err := c.Cases.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]int{shared: 1, again: 0, alone: 0, fresh: 1} {
		if n := c.rows("photo WHERE id = $1", id); n != want {
			t.Errorf("%d rows of a photo, want %d", n, want)
		}
	}
	if got := files(t, dir); len(got) != 4 {
		t.Errorf("files left: %v, want two photos with their thumbnails", got)
	}
	f, err := c.Cases.OpenReceiptPhoto(t.Context(), uuid.MustParse(shared), r.Receipt, true)
	if err != nil {
		t.Fatalf("the file of the claimed photo went with the other's: %v", err)
	}
	f.Close()
	if n := c.rows("idempotency"); n != 1 {
		t.Errorf("the key was forgotten after a day: %d", n)
	}
	c.Clock.Advance(day(8))
	if err := c.Cases.Sweep(t.Context()); err != nil || c.rows("idempotency") != 0 || len(files(t, dir)) != 2 {
		t.Errorf("after eight days: %v, %d keys, %v", err, c.rows("idempotency"), files(t, dir))
	}
}

// full is a store whose disk is full from a file on.
type full struct {
	blob.Store
	mu   sync.Mutex
	room int // files that still fit
}

func (f *full) Put(ctx context.Context, k blob.Key, data []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.room == 0 {
		return errors.Join(blob.ErrFull, errors.New("no space left on device"))
	}
	f.room--
	return f.Store.Put(ctx, k, data)
}

func TestAFullDiskLeavesNothingHalfWritten(t *testing.T) {
	c := newCity(t)
	dir := t.TempDir()
	folder, err := blob.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	for room := range 2 { // none fits; the picture fits and its thumbnail does not
		c.Cases.Photos = &full{Store: folder, room: room}
		_, err := c.Cases.Upload(t.Context(), c.Intake, bytes.NewReader(picture(7)))
		f := refused(t, err, fault.Unavailable, "photo.disk_full")
		if strings.Contains(f.Public, "device") {
			t.Errorf("the disk's own words reach the sender: %s", f.Public)
		}
		if left := files(t, dir); len(left) != 0 || c.rows("photo") != 0 {
			t.Errorf("with room for %d: %v and %d rows are left", room, left, c.rows("photo"))
		}
	}
	// The same content, kept before, stays.
	c.Cases.Photos = folder
	kept := c.upload(7)
	c.Cases.Photos = &full{Store: folder}
	_, err = c.Cases.Upload(t.Context(), c.Intake, bytes.NewReader(picture(7)))
	_ = refused(t, err, fault.Unavailable, "photo.disk_full")
	if len(files(t, dir)) != 2 || c.rows("photo WHERE id = $1", kept) != 1 {
		t.Error("an earlier photo of the same content was taken back")
	}
	c.City.Report(t, apitest.InGridA) // without a photo it goes
	if _, err := os.Stat(dir); err != nil {
		t.Error(err)
	}
}
