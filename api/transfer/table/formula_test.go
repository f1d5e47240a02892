package table_test

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/xuri/excelize/v2"

	"onemap/api/transfer/table"
)

// sheetOf is a workbook whose sheet says just this; style 1 is a date.
func sheetOf(t testing.TB, sheet string) string {
	t.Helper()
	from := workbook(t, func(b *excelize.File) error {
		day, err := b.NewStyle(&excelize.Style{NumFmt: 14})
		if err != nil {
			return err
		}
		return b.SetCellStyle("Sheet1", "A1", "A1", day)
	})
	r, err := zip.OpenReader(from)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	path := filepath.Join(t.TempDir(), "公式.xlsx")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	for _, part := range r.File {
		if part.Name != "xl/worksheets/sheet1.xml" {
			if err := w.Copy(part); err != nil {
				t.Fatal(err)
			}
			continue
		}
		to, err := w.Create(part.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(to, `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`+sheet+`</sheetData></worksheet>`); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// A formula counts by the value that Excel stored beside it, of whatever type;
// without one, or with an error for one, its row is refused.
func TestFormulasCountByTheirStoredValue(t *testing.T) {
	t.Parallel()
	path := sheetOf(t, `
<row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c><c r="B1" t="inlineStr"><is><t>层数</t></is></c><c r="C1" t="inlineStr"><is><t>建成</t></is></c><c r="D1" t="inlineStr"><is><t>电梯</t></is></c></row>
<row r="2"><c r="A2" t="str"><f>CONCATENATE("楼",B2)</f><v>楼12</v></c><c r="B2"><f t="shared" ref="B2:B3" si="0">6+6</f><v>12</v></c><c r="C2" s="1"><f>TODAY()</f><v>45356</v></c><c r="D2" t="b"><f>B2&gt;6</f><v>1</v></c></row>
<row r="3"><c r="A3" t="inlineStr"><is><t>无名</t></is></c><c r="B3"><f t="shared" si="0"/><v>13.5</v></c><c r="C3" t="str"><f>IF(B3=1,"x","")</f><v></v></c></row>
<row r="4"><c r="A4" t="inlineStr"><is><t>错</t></is></c><c r="B4" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>
<row r="5"><c r="A5" t="inlineStr"><is><t>未算</t></is></c><c r="B5"><f>B2+1</f></c></row>
<row r="6"><c r="A6" t="inlineStr"><is><t>未算</t></is></c><c r="B6"><f t="shared" si="0"/><v/></c></row>`)
	rows, bad := all(t, open(t, path, table.Options{}))
	want := [][]string{{"楼12", "12", "2024-03-05", "true"}, {"无名", "13.5", "", ""}}
	if len(rows) != len(want) {
		t.Fatalf("%d rows: %+v", len(rows), rows)
	}
	for i := range want {
		if !slices.Equal(rows[i].Values, want[i]) {
			t.Errorf("row %d: %q, want %q", i, rows[i].Values, want[i])
		}
	}
	var refused []string
	for _, b := range bad {
		refused = append(refused, b.Reason)
	}
	const empty = ": a formula without a value; open the workbook in Excel or WPS, let it calculate, and save it"
	if wanted := []string{"cell B4: holds the error #DIV/0!", "cell B5" + empty, "cell B6" + empty}; !slices.Equal(refused, wanted) {
		t.Errorf("refused %q, want %q", refused, wanted)
	}
}
