package table

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// numberFormat is how a cell shows its number.
type numberFormat struct {
	date bool
	time bool
	pad  int // leading zeros to so many digits
}

// formats are the number formats by a cell's style.
func (w *workbook) formats() ([]numberFormat, error) {
	codes := make(map[int]string)
	var list []numberFormat
	inside := false
	err := w.walk("xl/styles.xml", false, func(s *xmlScan) error {
		id, _ := strconv.Atoi(s.attr("numFmtId"))
		switch {
		case s.name == "cellXfs":
			inside = !s.end && !s.self
		case s.end:
		case s.name == "numFmt":
			codes[id] = s.attr("formatCode")
		case s.name == "xf" && inside:
			list = append(list, formatOfCode(id, codes[id]))
		}
		return nil
	})
	return list, err
}

// formatOfCode knows the formats that have only a number (ECMA-376, 18.8.30,
// with those of Chinese workbooks) and reads those written out.
func formatOfCode(id int, code string) numberFormat {
	switch {
	case code != "":
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return numberFormat{date: true}
	case id == 22:
		return numberFormat{date: true, time: true}
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47, id == 55, id == 56:
		return numberFormat{time: true}
	}
	code, _, _ = strings.Cut(code, ";")
	if code != "" && strings.Trim(code, "0") == "" {
		return numberFormat{pad: len(code)}
	}
	bare := strings.ToLower(bareCode(code))
	return numberFormat{
		date: strings.ContainsAny(bare, "yd") || strings.Contains(bare, "mmm") || strings.Contains(bare, "m") && !strings.ContainsAny(bare, "hs"),
		time: strings.ContainsAny(bare, "hs"),
	}
}

// bareCode leaves out what a format code shows literally, and its conditions.
func bareCode(code string) string {
	var b strings.Builder
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return b.String()
			}
			i += end + 1
		case '\\', '_', '*':
			i++
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return b.String()
			}
			if inside := strings.ToLower(code[i+1 : i+end]); strings.Trim(inside, "hms") == "" {
				b.WriteString(inside)
			}
			i += end
		default:
			b.WriteByte(code[i])
		}
	}
	if bare := b.String(); !strings.EqualFold(bare, "General") {
		return bare
	}
	return ""
}

// show writes a stored number: a date as ISO 8601, a number in full, never in
// powers of ten. From 10^15 on a workbook has lost digits without a word.
func (f numberFormat) show(stored string, epoch int) (value, reason string) {
	x, err := strconv.ParseFloat(stored, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return "", "is no number: " + stored
	}
	if f.date || f.time {
		return serial(x, epoch, f)
	}
	if math.Abs(x) >= 1e15 {
		return "", "stored as a number, digits are lost; format the column as text and enter it again"
	}
	// 15 digits are what Excel shows; beyond them is binary dust (0.1+0.2).
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 15, 64), 64)
	if err != nil {
		return "", "is no number: " + stored
	}
	value = strconv.FormatFloat(rounded, 'f', -1, 64)
	if f.pad > len(value) && strings.Trim(value, "0123456789") == "" {
		value = strings.Repeat("0", f.pad-len(value)) + value
	}
	return value, ""
}

// serial is a date stored as days since the end of 1899. Excel believes in a
// 29 February 1900, so days before March 1900 are one more than they say.
func serial(x float64, epoch int, f numberFormat) (value, reason string) {
	x += float64(epoch)
	if x < 0 || x >= 2958466 { // 31 December 9999
		return "", "is no date: " + strconv.FormatFloat(x, 'f', -1, 64)
	}
	days := math.Floor(x)
	seconds := int(math.Round((x - days) * 86400))
	if days < 1 && !f.date {
		return time.Date(2000, 1, 1, 0, 0, seconds, 0, time.UTC).Format(time.TimeOnly), ""
	}
	day := int(days)
	if day < 60 && epoch == 0 {
		day++
	}
	at := time.Date(1899, 12, 30+day, 0, 0, seconds, 0, time.UTC)
	if seconds == 0 && f.date {
		return at.Format(time.DateOnly), ""
	}
	return at.Format("2006-01-02T15:04:05"), ""
}
