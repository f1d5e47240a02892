package transfer_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"onemap/api/transfer"
)

// A workbook as offices keep them: figures that are formulas, of which Excel left
// the value beside them or not, a house number merged over its rooms, days stored
// as numbers. What has a value is taken; the rest is refused with its cell, and
// whoever imports is told of the merged cells.
func TestAWorkbookWithFormulasAndMergedCells(t *testing.T) {
	t.Parallel()
	c := town(t)
	const s = "Sheet1"
	b := excelize.NewFile()
	defer b.Close()
	day, err := b.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "人口.xlsx")
	if err := errors.Join(
		b.SetSheetRow(s, "A1", &[]any{"姓名", "楼栋编码", "房号", "出生日期"}),
		b.SetSheetRow(s, "A2", &[]any{"王小明", "L1", 101, 18388}), // 5 May 1950
		b.SetSheetRow(s, "A3", &[]any{"李芳", nil, 102, 18389}),
		b.SetSheetRow(s, "A4", &[]any{"赵一", "L2", nil, 18390}),
		b.SetSheetRow(s, "A5", &[]any{"钱二", "L2", 101, 18391}),
		b.SetCellStyle(s, "D2", "D4", day), // the last is a number, and no day
		b.SetCellFormula(s, "C4", "C2"),
		b.MergeCell(s, "B2", "B3"),
		b.SaveAs(path),
	); err != nil {
		t.Fatal(err)
	}
	report := takes(t, c, "people", path, transfer.Counts{Read: 4, Fresh: 1, Refused: 3})
	if !strings.Contains(fmt.Sprint(report.Warnings), "B2:B3 are merged") {
		t.Errorf("nobody is told of the merged cells: %v", report.Warnings)
	}
	lines := refusedText(t, path)
	for line, want := range map[int]string{3: "names a room, but not its building", 4: "cell C4: a formula without a value", 5: "born_on"} {
		found := false
		for text := range strings.Lines(lines) {
			found = found || strings.HasPrefix(text, fmt.Sprintf("%d,", line)) && strings.Contains(text, want)
		}
		if !found {
			t.Errorf("row %d is not refused for %q:\n%s", line, want, lines)
		}
	}
	var born string
	if err := c.Root.QueryRow(t.Context(), "SELECT born_on::text FROM person").Scan(&born); err != nil || born != "1950-05-05" {
		t.Errorf("born on %s, %v", born, err)
	}

	// Calculated and unmerged, the same workbook is taken whole.
	if err := errors.Join(
		b.UnmergeCell(s, "B2", "B3"), b.SetCellValue(s, "B3", "L1"), b.SetCellValue(s, "C4", 101), b.SetCellStyle(s, "D5", "D5", day), b.SaveAs(path),
	); err != nil {
		t.Fatal(err)
	}
	takes(t, c, "people", path, transfer.Counts{Read: 4, Fresh: 3, Unchanged: 1})
}
