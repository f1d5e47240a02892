package table

import (
	"slices"
	"strconv"
	"strings"
)

// headerRow finds the row of column names among the first rows of a table, -1
// when there is none. Above it there may be a title, a remark, the date of
// print: rows of few cells. The header is the first row that fills half the
// width of the fuller rows, and is not mostly numbers. The fuller rows are those
// at three quarters: one row with too many fields must not make the measure.
func headerRow(rows [][]string) int {
	var widths []int
	for _, r := range rows {
		if n := filled(r); n > 0 {
			widths = append(widths, n)
		}
	}
	if len(widths) == 0 {
		return -1
	}
	slices.Sort(widths)
	full := widths[(3*(len(widths)-1)+3)/4]
	fallback := -1
	for i, r := range rows {
		n := filled(r)
		if n == 0 || n*2 < full || (full > 1 && n < 2) {
			continue
		}
		if !dataLike(r) {
			return i
		}
		if fallback < 0 {
			fallback = i
		}
	}
	return max(fallback, 0)
}

// filled counts the cells that hold something.
func filled(row []string) int {
	n := 0
	for _, v := range row {
		if v != "" {
			n++
		}
	}
	return n
}

// dataLike says that a row has more numbers and dates than names.
func dataLike(row []string) bool {
	n, numbers := 0, 0
	for _, v := range row {
		if v == "" {
			continue
		}
		n++
		if _, err := strconv.ParseFloat(strings.NewReplacer("-", "", "/", "", ":", "", ",", "", " ", "").Replace(v), 64); err == nil {
			numbers++
		}
	}
	return numbers*2 > n
}

// trimmedEnd leaves out the empty cells at the end of a row.
func trimmedEnd(row []string) []string {
	n := len(row)
	for n > 0 && row[n-1] == "" {
		n--
	}
	return row[:n]
}
