package oversight

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"onemap/api/audit"
)

type fileOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// mostInFile is how many entries a file holds.
const mostInFile = 100_000

func (s *Service) file(ctx context.Context, in *askIn) (*fileOut, error) {
	list, err := s.search(ctx, in, mostInFile)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("\ufeff") // spreadsheets take the file for UTF-8
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"seq", "at", "actor_kind", "actor_id", "actor", "held", "action", "outcome", "kind", "object", "others", "fields", "rows", "purpose", "address", "agent", "request", "scope_code"})
	for _, x := range list {
		e := shown(x)
		by := ""
		if e.ActorID != nil {
			by = e.ActorID.String()
		}
		_ = w.Write([]string{
			strconv.FormatInt(e.Seq, 10), e.At.In(s.Zone).Format(time.RFC3339), e.ActorKind, by, plain(e.Actor), e.Held, e.Action, e.Outcome, e.Kind, plain(e.Object),
			strings.Join(e.Others, " "), strings.Join(e.Fields, " "), strconv.FormatInt(e.Rows, 10), plain(e.Purpose), e.Address, plain(e.Agent), e.Request, e.ScopeCode,
		})
	}
	if w.Flush(); w.Error() != nil {
		return nil, w.Error()
	}
	audit.Count(ctx, "audit", int64(len(list)), names(in)...)
	return &fileOut{"text/csv; charset=utf-8", `attachment; filename="audit.csv"`, b.Bytes()}, nil
}

// head is what a verification elsewhere is held against.
func (s *Service) head(ctx context.Context, _ *struct{}) (*fileOut, error) {
	if _, err := overseer(ctx); err != nil {
		return nil, err
	}
	h, err := s.Job.Sealer.Now(ctx)
	if err != nil {
		return nil, err
	}
	line, err := json.Marshal(h)
	name := "audit-head-" + h.At.In(s.Zone).Format("20060102-150405") + ".jsonl"
	return &fileOut{"application/x-ndjson", `attachment; filename="` + name + `"`, append(line, '\n')}, err
}

// plain keeps a spreadsheet from running what somebody wrote.
func plain(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

func names(in *askIn) (list []string) {
	for _, x := range [][2]string{{"actor", in.Actor}, {"action", in.Action}, {"kind", in.Kind}, {"object", in.Object}, {"since", in.Since}, {"until", in.Until}, {"region", in.Region}} {
		if x[1] != "" {
			list = append(list, x[0])
		}
	}
	return list
}
