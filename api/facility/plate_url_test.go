package facility_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"

	"onemap/api/facility"
	"onemap/api/plate"
)

func TestAPlateCarriesThePublicAddress(t *testing.T) {
	t.Parallel()
	const code = plate.Code("MB8JAENR")
	for public, want := range map[string]string{
		"":                             "http://10.0.0.7:8080/q/MB8JAENR",
		"https://map.example.gov.cn":   "https://map.example.gov.cn/q/MB8JAENR",
		"https://example.gov.cn/city/": "https://example.gov.cn/city/q/MB8JAENR",
	} {
		r := httptest.NewRequest(http.MethodGet, "http://10.0.0.7:8080/api/v1/facilities/MB8JAENR/plate.svg", nil)
		c := echo.New().NewContext(r, httptest.NewRecorder())
		if got := facility.PlateURL(facility.NewService(facility.Config{PublicURL: public}), c, code); got != want {
			t.Errorf("public address %q: the plate says %s, want %s", public, got, want)
		}
	}
}
