package cases

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/plate"
	"onemap/geo/crs"
)

// MaxPhotos is how many photos a report or a step may carry.
const MaxPhotos = 6

// Report is what a resident sends.
type Report struct {
	FacilityCode string   `json:"facility_code,omitempty" doc:"The plate's code; then the point may be left out."`
	Category     string   `json:"category,omitempty" doc:"A code of /api/v1/categories; needed without facility_code."`
	Concern      string   `json:"concern,omitempty" doc:"dirty, messy, poor or broken."`
	Text         string   `json:"text,omitempty" doc:"At most 4000 characters."`
	Place        string   `json:"place,omitempty" doc:"Where, in words; at most 200 characters."`
	Lon          *float64 `json:"lon,omitempty"`
	Lat          *float64 `json:"lat,omitempty"`
	CRS          string   `json:"crs,omitempty" doc:"The datum of lon and lat: wgs84 (default), cgcs2000, gcj02, bd09."`
	Photos       []string `json:"photos,omitempty" doc:"Ids of uploaded photos, at most 6."`
	Urgent       bool     `json:"urgent,omitempty"`
}

// checked is a report whose fields are each right by themselves.
type checked struct {
	Report
	codes  []plate.Code // what the facility's code may be
	typed  error        // why it is none of ours
	given  crs.Name
	at     *crs.WGS84
	photos []uuid.UUID
}

// Validate says everything that is wrong at once.
func (r Report) Validate() (checked, error) {
	var f fault.Fields
	c := checked{Report: r, given: crs.NameWGS84}
	c.Text, c.Place = strings.TrimSpace(r.Text), strings.TrimSpace(r.Place)
	if r.FacilityCode != "" {
		if c.codes, c.typed = plate.ParseAny(r.FacilityCode); len(c.codes) == 0 {
			f.Add("body.facility_code", r.FacilityCode, "%s", c.typed.Error())
		}
	} else if r.Category == "" {
		f.Add("body.category", nil, "is needed when there is no facility_code")
	}
	if r.Category != "" {
		if _, ok := standard(r.Category); !ok {
			f.Add("body.category", r.Category, "is no code of %s; see /api/v1/categories", Edition)
		}
	}
	if _, ok := concerns[r.Concern]; r.Concern != "" && !ok {
		f.Add("body.concern", r.Concern, "dirty, messy, poor or broken")
	}
	length(&f, "body.text", c.Text, 4000)
	length(&f, "body.place", c.Place, 200)
	c.photos = photoIDs(&f, r.Photos)
	c.point(&f)
	return c, f.Err("report.invalid")
}

// point reads lon, lat and crs; both numbers or, with a plate, neither.
func (c *checked) point(f *fault.Fields) {
	if c.CRS != "" {
		name, err := crs.ParseName(c.CRS)
		if err != nil {
			f.Add("body.crs", c.CRS, "%s", err.Error())
			return
		}
		c.given = name
	}
	switch {
	case c.Lon == nil && c.Lat == nil:
		if c.FacilityCode == "" {
			f.Add("body.lon", nil, "lon and lat are needed when there is no facility_code")
		}
	case c.Lon == nil:
		f.Add("body.lon", nil, "is missing beside lat")
	case c.Lat == nil:
		f.Add("body.lat", nil, "is missing beside lon")
	default:
		at, err := c.given.WGS84(*c.Lon, *c.Lat)
		if err != nil {
			f.Add("body.lon", []float64{*c.Lon, *c.Lat}, "%s", err.Error())
			return
		}
		c.at = &at
	}
}

func length(f *fault.Fields, location, text string, most int) {
	if n := utf8.RuneCountInString(text); n > most {
		f.Add(location, nil, "has %d characters, at most %d are taken", n, most)
	}
	if strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
		f.Add(location, nil, "must be text in UTF-8 without NUL")
	}
}

func photoIDs(f *fault.Fields, given []string) []uuid.UUID {
	if len(given) > MaxPhotos {
		f.Add("body.photos", len(given), "at most %d photos", MaxPhotos)
		return nil
	}
	var ids []uuid.UUID
	for _, s := range given {
		id, err := uuid.Parse(s)
		if err != nil {
			f.Add("body.photos", s, "is no photo's id")
			continue
		}
		ids = append(ids, id)
	}
	return ids
}

// title says what is the matter in a few words, in Chinese and English.
func (c checked) title(facility *Facility) (zh, en string) {
	if facility == nil {
		return CategoryName(c.Category)
	}
	word, ok := concerns[c.Concern]
	if !ok {
		word = [2]string{"有问题", "needs attention"}
	}
	return facility.Name + word[0], facility.NameEn + " " + word[1]
}

// fingerprint is the report as it was sent, to tell a retry from another
// report under the same key. A photo counts by its content: a sender that does
// not know whether the first try arrived uploads it again, under another id.
func (r Report) fingerprint(ctx context.Context, q pg.Querier, photos []uuid.UUID) ([]byte, error) {
	contents, err := selectContents(ctx, q, photos)
	if err != nil {
		return nil, err
	}
	r.Photos = nil
	for _, id := range photos {
		if sha, ok := contents[id]; ok {
			r.Photos = append(r.Photos, hex.EncodeToString(sha))
		} else {
			r.Photos = append(r.Photos, id.String())
		}
	}
	b, _ := json.Marshal(r) // plain fields only: cannot fail
	return hash(b), nil
}
