package transfer

import (
	"time"

	"github.com/google/uuid"

	"onemap/api/cases"
	"onemap/api/fault"
)

func (l *Loader) cases() taker {
	return &slice[cases.Taken]{
		name: "case_file",
		make: func(r *record) (cases.Taken, []fault.Field) {
			created, _ := time.Parse(time.RFC3339, r.text("created_at")) // canonical already; the zero time when empty
			closed, _ := time.Parse(time.RFC3339, r.text("closed_at"))
			c := cases.Taken{
				Category: r.text("category"), Concern: r.text("concern"), Title: r.text("title"), Text: r.text("text"), Place: r.text("place"),
				State: cases.State(r.text("state")), Urgent: r.text("urgent") == "true", CreatedAt: created, ClosedAt: closed,
				FacilityCode: r.text("facility_code"), Point: r.at,
			}
			if wrong := needPlace(r); wrong != nil {
				return c, wrong
			}
			c.Given = cases.GivenPoint{CRS: "wgs84", X: r.at[0], Y: r.at[1]}
			return c, cases.Check(c)
		},
		finds: l.Cases.Find, takes: l.Cases.Import,
		put: func(c *cases.Taken, ref string, id uuid.UUID) { c.Ref, c.ID = ref, id },
	}
}
