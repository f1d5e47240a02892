package boot

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/gif"
	"io"
	"net/http"
	"strings"
	"testing"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/cases"
	"onemap/api/web"
)

// Another site's page that sends with our cookie is refused everywhere where
// something could change, and leaves the session alone.
func TestAnotherSitesPageChangesNothing(t *testing.T) {
	t.Parallel()
	p, _ := open(t)
	us := p.account(t, "administrator.a", actor.Administrator, apitest.StreetA)
	doc := p.spec(t)
	tried := 0
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if method == http.MethodGet || method == http.MethodHead {
				continue
			}
			for _, header := range []map[string]string{{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}} {
				for _, media := range []string{"application/json", "text/plain"} { // a form may send the latter unasked
					tried++
					s := p.send(t, us, call{method: method, address: path, media: media, body: "{}", header: header})
					if s.status != http.StatusForbidden || !strings.Contains(s.body, "request.cross_origin") {
						t.Errorf("%s by %v: %d %.200s", op.OperationID, header, s.status, s.body)
					}
				}
			}
		}
	}
	if s := p.send(t, us, call{method: http.MethodGet, address: "/api/v1/session"}); s.status != http.StatusOK {
		t.Errorf("the session after all this: %d %s", s.status, s.body)
	}
	if s := p.send(t, us, call{method: http.MethodPost, address: "/api/v1/reports", media: "application/json", body: "{}", header: map[string]string{"Sec-Fetch-Site": "same-origin"}}); s.status == http.StatusForbidden {
		t.Error("our own pages are refused, too, so it proves nothing")
	}
	if tried < 200 {
		t.Errorf("only %d calls were tried", tried)
	}
}

// Pictures that are something else, too, are refused or made anew, so that
// nothing of it is ever sent to anybody.
func TestUploadsCarryNoScript(t *testing.T) {
	t.Parallel()
	p := start(t)
	const script = "<html><script>alert(document.cookie)</script></html>"
	var picture, moving bytes.Buffer
	if err := smallJPEG(&picture); err != nil {
		t.Fatal(err)
	}
	if err := gif.Encode(&moving, image.NewPaletted(image.Rect(0, 0, 80, 60), color.Palette{color.Black, color.White}), nil); err != nil {
		t.Fatal(err)
	}
	comment := append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, byte(len(script) + 2)}, script...)
	for name, body := range map[string]string{
		"SVG":                           `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>`,
		"HTML":                          script,
		"GIF and JS":                    "GIF89a=1;" + script,
		"GIF, JS behind":                moving.String() + script,
		"JPEG, HTML behind":             picture.String() + script,
		"JPEG with HTML as its comment": string(comment) + picture.String()[2:],
	} {
		s := p.send(t, somebody{}, call{method: http.MethodPost, address: "/api/v1/photos", media: "image/jpeg", body: body})
		if s.status/100 == 4 && !strings.HasPrefix(name, "JPEG") {
			continue
		}
		var up struct{ ID string }
		if err := json.Unmarshal([]byte(s.body), &up); err != nil || s.status != http.StatusCreated {
			t.Errorf("%s: %d %s", name, s.status, s.body)
			continue
		}
		receipt, err := p.Cases.Report(t.Context(), apitest.NewID().String(), cases.Report{FacilityCode: p.facility.Code.Raw(), Concern: "broken", Text: name, Photos: []string{up.ID}})
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []string{"", "?size=thumb"} {
			a, err := http.Get(p.url + "/api/v1/receipts/" + receipt.Receipt + "/photos/" + up.ID + size)
			if err != nil {
				t.Fatal(err)
			}
			kept, err := io.ReadAll(a.Body)
			a.Body.Close()
			if err != nil || a.StatusCode != http.StatusOK || bytes.Contains(kept, []byte("script")) {
				t.Errorf("%s%s: %d, %v, %d bytes with the script", name, size, a.StatusCode, err, len(kept))
			}
			if h := a.Header; h.Get("Content-Type") != "image/jpeg" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != web.SandboxPolicy {
				t.Errorf("%s%s is sent with %v", name, size, h)
			}
		}
	}
}
