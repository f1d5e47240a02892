package cases_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/cases"
	"onemap/api/fault"
	"onemap/api/web"
	"onemap/geo/crs"
)

func TestEveryBadFieldAtOnce(t *testing.T) {
	c := newCity(t)
	lon := 113.3025
	_, err := c.Cases.Report(t.Context(), key(), cases.Report{
		FacilityCode: "井盖", Category: "99999", Concern: "ugly", Text: strings.Repeat("长", 4001), Place: strings.Repeat("长", 201),
		Lon: &lon, Photos: []string{"none", uuid.NewString()},
	})
	got := locations(refused(t, err, fault.Invalid, "report.invalid"))
	for _, want := range []string{"body.facility_code", "body.category", "body.concern", "body.text", "body.place", "body.photos", "body.lat"} {
		if got[want] == "" {
			t.Errorf("%s is not named in %v", want, got)
		}
	}
	_, err = c.Cases.Report(t.Context(), key(), cases.Report{CRS: "mars"})
	got = locations(refused(t, err, fault.Invalid, "report.invalid"))
	if got["body.crs"] == "" || got["body.category"] == "" {
		t.Errorf("crs and category are not both named: %v", got)
	}
	_, err = c.Cases.Report(t.Context(), key(), cases.Report{Category: "06010"})
	if got = locations(refused(t, err, fault.Invalid, "report.invalid")); got["body.lon"] == "" {
		t.Errorf("a report from nowhere: %v", got)
	}
	for _, k := range []string{"", "short", strings.Repeat("x", 65)} {
		_, err := c.Cases.Report(t.Context(), k, rubbish(113.3025, 23.405))
		_ = refused(t, err, fault.Invalid, "report.key")
	}
	if n := c.rows("case_file") + c.rows("case_event") + c.rows("idempotency") + c.rows("case_counter"); n != 0 {
		t.Errorf("refused reports left %d rows", n)
	}
}

func TestAPointFarOutsideIsRefusedWithTheLikelyReading(t *testing.T) {
	c := newCity(t)
	mercator := crs.FromPoint(apitest.InGridA).WebMercator()
	tests := []struct {
		name     string
		lon, lat float64
		datum    string
		want     string
	}{
		{"latitude first", 23.405, 113.3025, "", "swapped"},
		{"latitude first, where both could be either", 23.405, 89.9, "", "far outside"},
		{"metres called degrees of nothing known", mercator.X, mercator.Y, "", "longitude"},
		{"another city", 116.39, 39.9, "wgs84", "far outside"},
	}
	for _, tt := range tests {
		r := rubbish(tt.lon, tt.lat)
		r.CRS = tt.datum
		_, err := c.Cases.Report(t.Context(), key(), r)
		f := fault.As(err)
		if f == nil || f.Kind != fault.Invalid || !strings.Contains(locations((*answer)(f))["body.lon"], tt.want) {
			t.Errorf("%s: %v, want body.lon to say %q", tt.name, err, tt.want)
		}
	}
	if n := c.rows("case_file") + c.rows("idempotency"); n != 0 {
		t.Errorf("refused reports left %d rows", n)
	}
}

func TestEveryDatumLandsInTheSameGrid(t *testing.T) {
	c := newCity(t)
	at := crs.FromPoint(apitest.InGridA)
	gcj, bd, m := at.GCJ02(), at.BD09(), at.WebMercator()
	for name, xy := range map[string][2]float64{
		"wgs84": {at.Lon, at.Lat}, "CGCS2000": {at.Lon, at.Lat}, "gcj02": {gcj.Lon, gcj.Lat}, "bd-09": {bd.Lon, bd.Lat}, "EPSG:3857": {m.X, m.Y},
	} {
		r := rubbish(xy[0], xy[1])
		r.CRS = name
		receipt, err := c.Cases.Report(t.Context(), key(), r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := c.get(receipt.ID)
		if got.GridCode == nil || *got.GridCode != apitest.GridA || crs.Distance(at, crs.WGS84{Lon: got.Lon, Lat: got.Lat}) > 0.1 {
			t.Errorf("%s lands at %v,%v in %v", name, got.Lon, got.Lat, got.ScopeCode)
		}
		if got.Given.X != xy[0] || got.Given.Y != xy[1] {
			t.Errorf("%s: the original is kept as %+v, want %v", name, got.Given, xy)
		}
	}
}

func TestJustOutsideGoesToTheCity(t *testing.T) {
	c := newCity(t)
	r := c.City.Report(t, apitest.Outside)
	got := c.get(r.ID)
	if got.GridCode != nil || got.ScopeCode != apitest.CityCode || len(got.Chain) != 1 {
		t.Errorf("grid %v, scope %q, chain %v", got.GridCode, got.ScopeCode, got.Chain)
	}
	if !strings.Contains(got.Number, "-990100-") {
		t.Errorf("number %s, want district 990100", got.Number)
	}
	if _, err := c.Cases.ByID(c.As(actor.Operator, apitest.StreetA), r.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a street's operator sees it: %v", err)
	}
}

func TestAPlateAsPeopleTypeIt(t *testing.T) {
	c := newCity(t)
	bench := c.Facility(t, "bench", apitest.InGridA)
	code := bench.Code.Raw()
	for _, typed := range []string{code, strings.ToLower(code[:4] + "-" + code[4:]), " " + code[:4] + " " + code[4:] + " "} {
		r, err := c.Cases.Report(t.Context(), key(), cases.Report{FacilityCode: typed, Concern: "broken"})
		if err != nil {
			t.Errorf("%q: %v", typed, err)
			continue
		}
		got := c.get(r.ID)
		if got.Facility == nil || got.Facility.Code != bench.Code || got.Category != "04007" || got.Channel != "scan" ||
			got.Place != bench.Place || got.Title != "街头座椅破损" || got.TitleEn != "Bench broken" || got.ScopeCode != apitest.GridA {
			t.Errorf("%q became %+v", typed, got)
		}
	}
	if got := c.get(c.lastCase()); len(got.Earlier) != 2 {
		t.Errorf("%d earlier cases of the bench, want 2", len(got.Earlier))
	}
	other := []byte(code)
	for i := range "ABCDEFGHJK" { // another code whose check character fits
		other[0] = "ABCDEFGHJK"[i]
		_, err := c.Cases.Report(t.Context(), key(), cases.Report{FacilityCode: string(other)})
		if string(other) == code {
			continue
		}
		f := fault.As(err)
		if f == nil || locations((*answer)(f))["body.facility_code"] == "" {
			t.Errorf("%s: %v", other, err)
		}
	}
	tap := c.Facility(t, "drinking_water", apitest.InGridA)
	_, err := c.Cases.Report(t.Context(), key(), cases.Report{FacilityCode: tap.Code.Raw()})
	if locations(refused(t, err, fault.Invalid, "report.category"))["body.category"] == "" {
		t.Error("a facility without a code in the standard needs a category")
	}
}

func (c city) lastCase() (id uuid.UUID) {
	c.t.Helper()
	if err := c.Pool.QueryRow(context.Background(), "SELECT id FROM case_file ORDER BY fid DESC LIMIT 1").Scan(&id); err != nil {
		c.t.Fatal(err)
	}
	return id
}

func TestOnlyStaffDecideWhatIsUrgent(t *testing.T) {
	c := newCity(t)
	r := rubbish(113.3025, 23.405)
	r.Urgent = true
	for ctx, want := range map[context.Context]bool{t.Context(): false, c.As(actor.Worker): true} {
		receipt, err := c.Cases.Report(ctx, key(), r)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.get(receipt.ID); got.Urgent != want || (got.Channel == "staff") != want {
			t.Errorf("urgent %v by %s, want %v", got.Urgent, got.Channel, want)
		}
	}
	r = rubbish(113.3025, 23.405)
	r.Category = "10002" // a fallen cable is urgent whoever says so
	receipt, err := c.Cases.Report(t.Context(), key(), r)
	if err != nil || !c.get(receipt.ID).Urgent {
		t.Errorf("a fallen cable is not urgent (%v)", err)
	}
}

func TestTheSameKeyAnswersTheSame(t *testing.T) {
	c := newCity(t)
	k, report := key(), rubbish(113.3025, 23.405)
	report.Photos = []string{c.upload(1)}
	const senders = 16
	var group sync.WaitGroup
	receipts, errs := make([]cases.Receipt, senders), make([]error, senders)
	for i := range senders {
		group.Go(func() { receipts[i], errs[i] = c.Cases.Report(context.Background(), k, report) })
	}
	group.Wait()
	for i := range senders {
		if errs[i] != nil || receipts[i] != receipts[0] || receipts[i].Receipt == "" {
			t.Fatalf("sender %d got %+v (%v), the first %+v", i, receipts[i], errs[i], receipts[0])
		}
	}
	if n := c.rows("case_file"); n != 1 {
		t.Errorf("%d cases, want 1", n)
	}
	// Later, and after the case went on: still the first answer.
	c.bring(receipts[0].ID, cases.Filed)
	again, err := c.Cases.Report(t.Context(), k, report)
	if err != nil || again != receipts[0] {
		t.Errorf("later: %+v, %v", again, err)
	}
	// The same photo uploaded anew is the same report.
	report.Photos = []string{c.upload(1)}
	if again, err = c.Cases.Report(t.Context(), k, report); err != nil || again != receipts[0] {
		t.Errorf("the same photo under another id: %+v, %v", again, err)
	}
	other := report
	other.Text = "另一件事"
	_, err = c.Cases.Report(t.Context(), k, other)
	refused(t, err, fault.Conflict, "report.key_used")
	other = report
	other.Photos = []string{c.upload(2)}
	_, err = c.Cases.Report(t.Context(), k, other)
	refused(t, err, fault.Conflict, "report.key_used")
	if n := c.rows("case_file") + c.rows("case_event") + c.rows("change_inbox WHERE kind = 'case'"); n != 1+2+2 {
		t.Errorf("retries left rows behind: %d", n)
	}
}

func TestTheReceiptIsTheOnlyWayIn(t *testing.T) {
	c := newCity(t)
	r := c.City.Report(t, apitest.InGridA)
	c.bring(r.ID, cases.Closed)
	p, err := c.Cases.Progress(t.Context(), r.Receipt)
	if err != nil || p.Number != r.Number || p.State != cases.Closed || len(p.Steps) != 6 {
		t.Fatalf("%+v, %v", p, err)
	}
	for _, s := range p.Steps {
		if s.Note != "" && s.Action != cases.DoResolve {
			t.Errorf("the note of %s is for the desk, not for the reporter", s.Action)
		}
	}
	if text, err := json.Marshal(p); err != nil || strings.Contains(string(text), "王") {
		t.Errorf("names of staff reach the reporter: %s", text)
	}
	for _, wrong := range []string{"", r.Number, strings.ToLower(r.Receipt), r.Receipt[1:]} {
		_, err := c.Cases.Progress(t.Context(), wrong)
		refused(t, err, fault.NotFound, "receipt.missing")
	}
	if n := c.rows("case_file WHERE case_file::text LIKE $1", "%"+r.Receipt+"%"); n != 0 {
		t.Error("the database holds the receipt itself")
	}
}

func TestNumbersAreUniqueAndWithoutGaps(t *testing.T) {
	c := newCity(t)
	const n = 40
	var group sync.WaitGroup
	var failed atomic.Int32
	numbers := make([]string, n)
	for i := range n {
		group.Go(func() {
			report := rubbish(113.3025+float64(i%2)*0.02, 23.405)
			if i%4 == 3 { // refused after its number was taken: the number must come back
				report.Photos = []string{uuid.NewString()}
			}
			r, err := c.Cases.Report(context.Background(), key(), report)
			if err != nil {
				failed.Add(1)
			}
			numbers[i] = r.Number
		})
	}
	group.Wait()
	if failed.Load() != n/4 {
		t.Fatalf("%d refused, want %d", failed.Load(), n/4)
	}
	seen := map[string]bool{}
	for _, number := range numbers {
		if number != "" && seen[number] {
			t.Errorf("%s was given twice", number)
		}
		seen[number] = true
	}
	for i := 1; i <= n*3/4; i++ {
		if want := fmt.Sprintf("20260302-990101-%06d", i); !seen[want] {
			t.Errorf("%s is left out", want)
		}
	}
	c.Clock.Advance(day(1))
	if r := c.City.Report(t, apitest.InGridA); r.Number != "20260303-990101-000001" {
		t.Errorf("the next day begins with %s", r.Number)
	}
	c.Clock.Set(apitest.Start.Add(17 * time.Hour)) // 01:00 of the third in the city
	if r := c.City.Report(t, apitest.InGridA); r.Number != "20260303-990101-000002" {
		t.Errorf("the day is the city's: %s", r.Number)
	}
}

// endless is a body of n bytes that counts how much of it was taken.
type endless struct {
	left, taken int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), e.left)
	for i := range p[:n] {
		p[i] = ' '
	}
	e.left -= n
	atomic.AddInt64(&e.taken, n)
	return int(n), nil
}

func problemOf(t *testing.T, r *http.Response) (p web.Problem) {
	t.Helper()
	defer r.Body.Close()
	if got := r.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("status %d with %s, want a problem", r.StatusCode, got)
	}
	if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
		t.Error(err)
	}
	return p
}

func TestAHugeBodyIsRefusedUnread(t *testing.T) {
	c := newCity(t)
	server := c.serve()
	for path, most := range map[string]int64{"/api/v1/reports": 8 << 20, "/api/v1/photos": 24 << 20} {
		body := &endless{left: 100 << 20}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Idempotency-Key", key())
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		// What does not begin like a picture is not read on to see how large it is.
		if p := problemOf(t, answer); p.Status != http.StatusRequestEntityTooLarge && p.Code != "photo.not_image" {
			t.Errorf("%s: %+v", path, p)
		}
		if taken := atomic.LoadInt64(&body.taken); taken > most {
			t.Errorf("%s: %d MB were taken before the refusal", path, taken>>20)
		}
	}
	if n := c.rows("photo") + c.rows("case_file"); n != 0 {
		t.Errorf("%d rows were left", n)
	}
}

func TestReportOverHTTP(t *testing.T) {
	c := newCity(t)
	server := c.serve()
	post := func(key, body string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/v1/reports", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if key != "" {
			r.Header.Set("Idempotency-Key", key)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	k := key()
	sound := `{"category":"06010","lon":113.3025,"lat":23.405,"text":"垃圾","urgent":false}`
	var first string
	for range 2 {
		answer := post(k, sound)
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusCreated || first != "" && string(body) != first {
			t.Fatalf("%d %s (%v), before %s", answer.StatusCode, body, err, first)
		}
		first = string(body)
	}
	for name, tt := range map[string]struct {
		key, body, location string
		status              int
	}{
		"no key":          {"", sound, "Idempotency-Key", 422},
		"another body":    {k, `{"category":"06012","lon":113.3025,"lat":23.405}`, "", 409},
		"no JSON":         {key(), `{"category":`, "body", 400},
		"a wrong type":    {key(), `{"category":"06010","lon":"east","lat":23.405}`, "body.lon", 422},
		"far outside":     {key(), `{"category":"06010","lon":23.405,"lat":80}`, "body.lon", 422},
		"50 photos":       {key(), `{"category":"06010","lon":113.3025,"lat":23.405,"photos":["` + strings.Repeat(uuid.NewString()+`","`, 49) + uuid.NewString() + `"]}`, "body.photos", 422},
		"an unknown word": {key(), `{"category":"06010","lon":113.3025,"lat":23.405,"colour":"red"}`, "body.colour", 422},
	} {
		answer := post(tt.key, tt.body)
		p := problemOf(t, answer)
		if p.Status != tt.status || answer.StatusCode != tt.status {
			t.Errorf("%s: %+v, want %d", name, p, tt.status)
		}
		named := tt.location == ""
		for _, e := range p.Errors {
			named = named || strings.Contains(e.Location, tt.location)
		}
		if !named {
			t.Errorf("%s: %+v does not name %s", name, p.Errors, tt.location)
		}
	}
	if n := c.rows("case_file"); n != 1 {
		t.Errorf("%d cases, want 1", n)
	}
}
