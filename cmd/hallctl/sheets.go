package main

import (
	"errors"
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"

	"halld/cmd/internal/hall"
)

// writeXLSX makes an Excel file with a tab for each sheet.
func writeXLSX(w io.Writer, list []hall.Sheet) error {
	file := excelize.NewFile()
	defer file.Close()
	bold, err := file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"D9ECFB"}}})
	if err != nil {
		return err
	}
	for _, s := range list {
		if err := addTab(file, s, bold); err != nil {
			return err
		}
	}
	return errors.Join(file.DeleteSheet("Sheet1"), file.Write(w))
}

func addTab(file *excelize.File, s hall.Sheet, bold int) error {
	if _, err := file.NewSheet(s.Name); err != nil {
		return err
	}
	tab, err := file.NewStreamWriter(s.Name)
	if err != nil {
		return err
	}
	head := make([]any, 0, len(s.Columns))
	for _, name := range s.Heads() {
		head = append(head, excelize.Cell{StyleID: bold, Value: name})
	}
	err = errors.Join(tab.SetColWidth(1, len(head), 14),
		tab.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
		tab.SetRow("A1", head))
	for i, row := range s.Rows {
		at, nameErr := excelize.CoordinatesToCellName(1, i+2)
		err = errors.Join(err, nameErr, tab.SetRow(at, values(s, row)))
	}
	return errors.Join(err, tab.Flush())
}

// values are a row's cells, with numbers where Excel should be able to add up.
func values(s hall.Sheet, row []string) []any {
	cells := make([]any, len(row))
	for i, c := range row {
		cells[i] = c
		if n, err := strconv.ParseFloat(c, 64); err == nil && s.Columns[i].Number {
			cells[i] = n
		}
	}
	return cells
}
