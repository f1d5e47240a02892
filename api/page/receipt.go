package page

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"onemap/api/cases"
	"onemap/api/fault"
)

// receiptPage is what the receipt page's template shows.
type receiptPage struct {
	frame
	Found     bool
	Receipt   any
	Number    string
	Title     string
	State     string
	StateName string
	Steps     []receiptStep
}

type receiptStep struct{ At, Text string }

// stepWords say what a step means to the reporter.
var stepWords = map[cases.Action][2]string{
	cases.DoReport:   {"已收到您的上报", "Your report has arrived"},
	cases.DoFile:     {"已受理立案", "It has been accepted"},
	cases.DoReject:   {"未予受理", "It was not taken on"},
	cases.DoDispatch: {"已派遣", "It was sent to"},
	cases.DoReturn:   {"退回重新派遣", "It is being sent to somebody else"},
	cases.DoAccept:   {"处置单位已接单", "Work has begun"},
	cases.DoSuspend:  {"暂时挂起", "Work is paused"},
	cases.DoResume:   {"恢复处置", "Work goes on"},
	cases.DoResolve:  {"已处置，等待核查", "It has been dealt with and will be checked"},
	cases.DoClose:    {"核查通过，已结案", "It was checked and closed"},
	cases.DoUrge:     {"上级已督办", "Those in charge have urged it"},
	cases.DoRework:   {"核查未通过，返工处置", "The check failed; it is being done again"},
}

// stateWords name the states to the reporter.
var stateWords = map[cases.State][2]string{
	cases.Reported:   {"已收到，等待受理", "Received"},
	cases.Filed:      {"已受理", "Accepted"},
	cases.Rejected:   {"未予受理", "Not taken on"},
	cases.Dispatched: {"已派遣", "Sent out"},
	cases.Returned:   {"重新派遣中", "Being sent again"},
	cases.InProgress: {"处置中", "In progress"},
	cases.Suspended:  {"暂时挂起", "Paused"},
	cases.Resolved:   {"已处置，等待核查", "Done, being checked"},
	cases.Closed:     {"已结案", "Closed"},
}

func (p *Pages) receipt(c echo.Context) error {
	page := receiptPage{frame: p.frame(lang(c))}
	progress, err := p.Cases.Progress(c.Request().Context(), c.Param("receipt"))
	if fault.Is(err, fault.NotFound) {
		return p.show(c, http.StatusNotFound, "receipt.html", page)
	}
	if err != nil {
		return err
	}
	word := 0
	title := progress.Title
	if page.Lang == "en" {
		word = 1
		if progress.TitleEn != "" {
			title = progress.TitleEn
		}
	}
	page.Found, page.Receipt = true, progress
	page.Number, page.Title, page.State, page.StateName = progress.Number, title, string(progress.State), stateWords[progress.State][word]
	for _, s := range progress.Steps {
		text := stepWords[s.Action][word]
		if s.Action == cases.DoDispatch && s.DepartmentName != "" {
			text += " " + s.DepartmentName
		}
		if s.Note != "" {
			text += "：" + s.Note
		}
		page.Steps = append(page.Steps, receiptStep{At: s.At.In(p.Cases.Zone).Format(time.DateTime), Text: text})
	}
	return p.show(c, http.StatusOK, "receipt.html", page)
}
