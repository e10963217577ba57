package console

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"halld/cmd/internal/hall"
)

// bom makes Excel read a CSV as UTF-8.
const bom = "\ufeff"

// WriteCSV writes sheets one below the other, as Excel reads them.
func WriteCSV(w io.Writer, sheets []hall.Sheet) error {
	_, _ = io.WriteString(w, bom) // an error shows at the flush
	out := csv.NewWriter(w)
	out.UseCRLF = true
	for _, s := range sheets {
		_ = out.Write(s.Heads())
		for _, row := range s.Rows {
			_ = out.Write(noFormulas(row))
		}
	}
	out.Flush()
	return out.Error()
}

// noFormulas keeps a spreadsheet from taking a text for a formula.
func noFormulas(row []string) []string {
	cells := slices.Clone(row)
	for i, c := range cells {
		if c == "" || !strings.Contains("=+-@\t\r", c[:1]) {
			continue
		}
		if _, err := strconv.ParseFloat(c, 64); err != nil {
			cells[i] = "'" + c
		}
	}
	return cells
}
