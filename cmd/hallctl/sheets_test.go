package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"halld/cmd/internal/hall"
)

// TestWorkbook: each book has a tab, sums are numbers, and nothing else is.
func TestWorkbook(t *testing.T) {
	deposits := hall.Sheet{
		Name: "押金往来台账", Columns: []hall.Column{{Name: "单号"}, {Name: "收押金", Number: true}, {Name: "备注"}},
		Rows: [][]string{{"20260302", "200.50", "=1+1"}, {"R2", "", "-"}},
	}
	var b bytes.Buffer
	if err := writeXLSX(&b, []hall.Sheet{deposits, {Name: "培训台账", Columns: []hall.Column{{Name: "课程"}}}}); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if diff := cmp.Diff(f.GetSheetList(), []string{"押金往来台账", "培训台账"}); diff != "" {
		t.Errorf("tabs, -got +want:\n%s", diff)
	}
	rows, err := f.GetRows("押金往来台账")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows, [][]string{{"单号", "收押金", "备注"}, {"20260302", "200.5", "=1+1"}, {"R2", "", "-"}}); diff != "" {
		t.Errorf("-got +want:\n%s", diff)
	}
	for cell, want := range map[string]excelize.CellType{"A2": excelize.CellTypeInlineString, "B2": excelize.CellTypeUnset, "C2": excelize.CellTypeInlineString} {
		if got, err := f.GetCellType("押金往来台账", cell); err != nil || got != want {
			t.Errorf("%s is of type %d (%v), want %d", cell, got, err, want)
		}
	}
	if formula, _ := f.GetCellFormula("押金往来台账", "C2"); formula != "" {
		t.Errorf("a text became the formula %q", formula)
	}
}
