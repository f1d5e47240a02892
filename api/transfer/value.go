package transfer

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// reader turns what a cell says into the one form of a field's type.
type reader struct {
	order string // ymd dmy mdy
	zone  *time.Location
}

// read gives the canonical text of a value, or why it cannot be read. Reasons
// name no value: a row may be about people.
func (r reader) read(f *Field, v string) (string, string) {
	v = strings.TrimSpace(v)
	if v == "" || isNothing(v) {
		return "", ""
	}
	switch f.Type {
	case "int":
		n, err := number(v)
		if err != nil || n != math.Trunc(n) || math.Abs(n) > 1e15 {
			return "", "is no whole number"
		}
		return strconv.FormatInt(int64(n), 10), ""
	case "float":
		n, err := number(v)
		if err != nil {
			return "", "is no number"
		}
		return strconv.FormatFloat(n, 'f', -1, 64), ""
	case "bool":
		if b, ok := truth(v); ok {
			return strconv.FormatBool(b), ""
		}
		return "", "is neither yes nor no (是/否, true/false, 1/0)"
	case "date":
		at, err := r.moment(v)
		if err != nil {
			return "", err.Error()
		}
		return at.Format(time.DateOnly), ""
	case "time":
		at, err := r.moment(v)
		if err != nil {
			return "", err.Error()
		}
		return at.Format(time.RFC3339), ""
	case "choice":
		if c, ok := f.words[plain(v)]; ok {
			return c, ""
		}
		return "", "is none of " + f.listed()
	case "choices":
		var list []string
		for _, word := range strings.FieldsFunc(v, func(c rune) bool { return strings.ContainsRune(",;，；、|/", c) }) {
			c, ok := f.words[plain(word)]
			if !ok {
				return "", "is none of " + f.listed()
			}
			list = append(list, c)
		}
		return strings.Join(list, ","), ""
	}
	if len(v) > 20000 && f.Name != "geometry" {
		return "", "is longer than 20000 bytes"
	}
	return strings.ReplaceAll(v, "\x00", ""), ""
}

func (f *Field) listed() string {
	var list []string
	for i, c := range f.Values {
		if i == 12 {
			list = append(list, "...")
			break
		}
		if c.Value != "" {
			list = append(list, c.Title+" ("+c.Value+")")
		}
	}
	return strings.Join(list, ", ")
}

func isNothing(v string) bool {
	if len(v) > len("不详") {
		return false // longer than all of them
	}
	switch strings.ToLower(v) {
	case "null", "nan", "n/a", "na", "none", "\\n", "无", "-", "--", "#n/a", "不详":
		return true
	}
	return false
}

func number(v string) (float64, error) {
	n, err := strconv.ParseFloat(v, 64)
	if err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) {
		return n, nil
	}
	folded := strings.NewReplacer(",", "", "，", "", " ", "", "　", "").Replace(v)
	for _, unit := range []string{"㎡", "m2", "m²", "米", "层", "人", "m", "张", "年"} {
		folded = strings.TrimSuffix(folded, unit)
	}
	n, err = strconv.ParseFloat(folded, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, fmt.Errorf("is no number")
	}
	return n, nil
}

func truth(v string) (bool, bool) {
	switch plain(v) {
	case "是", "1", "true", "yes", "y", "t", "有", "对", "√", "户主", "本人":
		return true, true
	case "否", "0", "false", "no", "f", "无", "不是", "×", "配偶", "妻", "夫", "子", "女", "之子", "之女", "父", "母", "父亲", "母亲", "孙子", "孙女", "其他", "非户主", "儿子", "女儿", "妻子", "丈夫":
		return false, true
	case "n":
		return false, true
	}
	return false, false
}

// moment reads a date with or without a time.
func (r reader) moment(v string) (time.Time, error) {
	// What spreadsheets and databases write, first without searching.
	if len(v) == 10 && v[4] == '-' && v[7] == '-' {
		if at, err := time.ParseInLocation(time.DateOnly, v, r.zone); err == nil {
			return at, nil
		}
	}
	if len(v) == 8 && strings.Trim(v, "0123456789") == "" {
		if at, err := time.ParseInLocation("20060102", v, r.zone); err == nil && at.Year() > 1800 {
			return at, nil
		}
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999"} {
		if at, err := time.ParseInLocation(form, v, r.zone); err == nil && at.Year() > 1800 {
			return at, nil
		}
	}
	v = strings.Join(strings.Fields(strings.NewReplacer("年", "-", "月", "-", "日", " ", "时", ":", "分", ":", "秒", "", "/", "-", ".", "-", "T", " ").Replace(v)), " ")
	v = strings.TrimSuffix(v, "-")
	v = strings.TrimSuffix(v, ":")
	days := map[string][]string{"": {"2006-1-2"}, "ymd": {"2006-1-2"}, "dmy": {"2-1-2006"}, "mdy": {"1-2-2006"}}[r.order]
	if r.order == "" && !strings.HasPrefix(v, "1") && !strings.HasPrefix(v, "2") || r.order == "" && len(v) > 3 && strings.Contains(v[:3], "-") {
		return time.Time{}, fmt.Errorf("is no date such as 2024-03-05; name the order (date_order: ymd, dmy or mdy)")
	}
	for _, day := range append(days, "2006-1-2") {
		for _, clock := range []string{"", " 15:4:5", " 15:4", " 3:4:5 PM", " 3:4 PM", " 15:4:5Z07:00", " 15:4:5Z0700", " 15:4:5-07", " 15"} {
			if at, err := time.ParseInLocation(day+clock, v, r.zone); err == nil && at.Year() > 1800 && at.Year() < 2300 {
				return at, nil
			}
		}
	}
	if at, err := time.ParseInLocation("2006-1", v, r.zone); err == nil && at.Year() > 1800 {
		return time.Time{}, fmt.Errorf("is a month, not a day")
	}
	return time.Time{}, fmt.Errorf("is no date such as 2024-03-05")
}
