package table

import (
	"strconv"
	"strings"
)

// headerRow finds the row of column names among the first rows of a table, -1
// when there is none. Above it there may be a title, a remark, the date of
// print: rows of few cells. The header is the first row that fills most of the
// width that the rows have, and is not mostly numbers.
func headerRow(rows [][]string) int {
	widest := 0
	for _, r := range rows {
		widest = max(widest, filled(r))
	}
	if widest == 0 {
		return -1
	}
	fallback := -1
	for i, r := range rows {
		n := filled(r)
		if n == 0 || n*5 < widest*3 || (widest > 1 && n < 2) {
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
