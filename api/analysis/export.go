package analysis

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"
)

var headings = map[string][]string{
	"zh": {"社区代码", "名称", "英文名", "合并的社区", "人数", "够得到", "够不到", "够得到的比例", "每百人位数", "距离（米，直线）", "人口截至"},
	"en": {"community", "name", "name_en", "merged_with", "people", "covered", "uncovered", "covered_share", "places_per_100", "metres_straight_line", "as_of"},
}

// table is the communities as CSV, with the mark by which a spreadsheet knows UTF-8.
func table(c *Coverage, lang string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	rows := [][]string{headings[lang]}
	for _, a := range c.Areas {
		var merged []string
		for _, m := range a.Merged {
			merged = append(merged, strings.TrimSpace(m.Code+" "+m.Name))
		}
		rows = append(rows, []string{
			a.Code, plain(a.Name), plain(a.NameEn), plain(strings.Join(merged, "; ")), strconv.Itoa(a.People), strconv.Itoa(a.Covered),
			strconv.Itoa(a.Uncovered), optional(a.Share), optional(a.PerHead), strconv.Itoa(c.Question.Metres), c.AsOf,
		})
	}
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

// plain keeps a spreadsheet from taking a name for a formula.
func plain(s string) string {
	if strings.IndexAny(s, "=+-@\t\r") == 0 {
		return "'" + s
	}
	return s
}

func optional(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

// cellsAlone is the cells with what was asked beside them.
func cellsAlone(c *Coverage) ([]byte, error) {
	return json.Marshal(struct {
		CellCollection
		Question Question `json:"question"`
		Measure  string   `json:"measure"`
		AsOf     string   `json:"as_of"`
		Totals   Totals   `json:"totals"`
		Rule     Rule     `json:"rule"`
	}{c.Cells, c.Question, c.Measure, c.AsOf, c.Totals, c.Rule})
}
