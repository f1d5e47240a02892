package cases

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/fault"
)

// Progress is what the reporter sees: how it goes, without who at the desks.
type Progress struct {
	Number       string           `json:"number"`
	Title        string           `json:"title"`
	TitleEn      string           `json:"title_en"`
	State        State            `json:"state" enum:"reported,filed,dispatched,returned,in_progress,suspended,resolved,closed,rejected"`
	Place        string           `json:"place"`
	Text         string           `json:"text"`
	CreatedAt    time.Time        `json:"created_at"`
	DueAt        *time.Time       `json:"due_at"`
	FacilityCode string           `json:"facility_code,omitempty"`
	FacilityName string           `json:"facility_name,omitempty"`
	Photos       []Photo          `json:"photos"`
	Steps        []ProgressRecord `json:"steps"`
}

// ProgressRecord is a step as the reporter sees it. The note is shown where it
// is an answer to the reporter: why not, or what was done.
type ProgressRecord struct {
	At             time.Time `json:"at"`
	State          State     `json:"state"`
	Action         Action    `json:"action"`
	Note           string    `json:"note"`
	DepartmentName string    `json:"department_name"`
}

// Progress follows a receipt; an unknown one is not found.
func (s *Service) Progress(ctx context.Context, receipt string) (Progress, error) {
	row, err := oneRow(ctx, s.Pool, "WHERE c.receipt_hash = @receipt", pgx.NamedArgs{"receipt": hash([]byte(receipt))})
	if fault.Is(err, fault.NotFound) {
		return Progress{}, fault.Missing("receipt")
	}
	if err != nil {
		return Progress{}, err
	}
	c := Case{Row: row}
	if err := s.fill(ctx, &c); err != nil {
		return Progress{}, err
	}
	p := Progress{
		Number: row.Number, Title: row.Title, TitleEn: row.TitleEn, State: row.State, Place: row.Place, Text: c.Text,
		CreatedAt: row.CreatedAt, DueAt: row.DueAt, Photos: c.Photos,
	}
	if c.Facility != nil {
		p.FacilityCode, p.FacilityName = c.Facility.Code.Raw(), c.Facility.Name
	}
	for i := range p.Photos {
		p.Photos[i].URL = photoURL(receipt, p.Photos[i].ID)
		p.Photos[i].ThumbURL = p.Photos[i].URL + "?size=thumb"
	}
	for _, e := range c.Events {
		r := ProgressRecord{At: e.At, State: e.To, Action: e.Action, DepartmentName: e.DepartmentName}
		if e.Action == DoReject || e.Action == DoResolve || e.Action == DoSuspend {
			r.Note = e.Note
		}
		p.Steps = append(p.Steps, r)
	}
	return p, nil
}

func photoURL(receipt string, id uuid.UUID) string {
	return "/api/v1/receipts/" + receipt + "/photos/" + id.String()
}
