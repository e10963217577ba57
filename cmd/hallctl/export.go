package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/xuri/excelize/v2"
)

// period is what part of the ledger is exported.
type period struct {
	from, to string // days, both included; empty: no bound
	book     string // key of one ledger; empty: all
}

func (p period) has(r record) bool {
	day := r.Time.Format(time.DateOnly)
	return day >= p.from && (p.to == "" || day <= p.to) && (p.book == "" || books[bookOf(r)].key == p.book)
}

func (p period) check() error {
	for _, d := range []string{p.from, p.to} {
		if _, err := time.Parse(time.DateOnly, d); d != "" && err != nil {
			return fmt.Errorf("日期要写成 2026-01-31，不是 %q", d)
		}
	}
	if p.book == "" {
		return nil
	}
	var keys []string
	for _, b := range books {
		if b.key == p.book {
			return nil
		}
		keys = append(keys, b.key)
	}
	return fmt.Errorf("没有台账 %q，可选：%s", p.book, strings.Join(keys, "、"))
}

// sink takes the exported records one after the other.
type sink interface {
	add(doc json.RawMessage, r record) error
	end() error
}

func (a *app) ledgerExport() *cobra.Command {
	cmd := &cobra.Command{
		Use: "export", Short: "导出台账：.csv、.xlsx（Excel）或 .jsonl（原文）", Args: cobra.NoArgs,
	}
	f := cmd.Flags()
	out := f.String("out", "台账.xlsx", "文件名，后缀决定格式；- 为标准输出（CSV）")
	format := f.String("format", "", "csv、xlsx 或 jsonl；不写则看文件后缀")
	var p period
	f.StringVar(&p.from, "from", "", "从哪一天，如 2026-01-01")
	f.StringVar(&p.to, "to", "", "到哪一天")
	f.StringVar(&p.book, "book", "", "只要一本：checkin、queue、rental、tool、deposit、training、notice、other")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := p.check(); err != nil {
			return err
		}
		if *format == "" {
			*format = strings.TrimPrefix(filepath.Ext(*out), ".")
		}
		if *out == "-" {
			_, err := a.export(cmd, cmd.OutOrStdout(), orCSV(*format), p)
			return err
		}
		n, err := a.exportFile(cmd, *out, *format, p)
		if err != nil {
			return err
		}
		return tell(a, cmd, map[string]any{"file": *out, "records": n}, template("已导出 {{.records}} 条到 {{.file}}"))
	}
	return cmd
}

func orCSV(format string) string {
	if format == "" {
		return "csv"
	}
	return format
}

// exportFile writes to a file that appears only when it is whole.
func (a *app) exportFile(cmd *cobra.Command, path, format string, p period) (n int, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".export-*")
	if err != nil {
		return 0, fmt.Errorf("导出：%w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if n, err = a.export(cmd, f, format, p); err != nil {
		return n, err
	}
	if err := errors.Join(f.Chmod(0o640), f.Sync(), f.Close(), os.Rename(f.Name(), path)); err != nil {
		return n, fmt.Errorf("导出：%w", err)
	}
	return n, nil
}

func (a *app) export(cmd *cobra.Command, w io.Writer, format string, p period) (int, error) {
	var s sink
	switch format {
	case "csv":
		s = newCSV(w, p)
	case "xlsx":
		s = newXLSX(w)
	case "jsonl":
		s = lines{bufio.NewWriter(w)}
	default:
		return 0, fmt.Errorf("不认识的格式 %q，可选：csv、xlsx、jsonl", format)
	}
	n, err := a.walk(cmd.Context(), p, s.add, progress(cmd.ErrOrStderr()))
	if err == nil {
		err = s.end()
	}
	return n, err
}

// pageSize is how many records are asked for at once.
const pageSize = 500

// walk visits the records of a period in order, a page at a time.
func (a *app) walk(ctx context.Context, p period, visit func(json.RawMessage, record) error, show func(done, total uint64)) (n int, err error) {
	status, err := a.get(ctx, "status")
	if err != nil {
		return 0, err
	}
	var total struct {
		Last uint64 `json:"last_seq"`
	}
	if err := json.Unmarshal(status, &total); err != nil {
		return 0, err
	}
	for from := uint64(1); from <= total.Last; from += pageSize {
		answer, err := a.get(ctx, fmt.Sprintf("ledger?from=%d&limit=%d", from, pageSize))
		if err != nil {
			return n, err
		}
		var docs []json.RawMessage
		if err := json.Unmarshal(answer, &docs); err != nil {
			return n, err
		}
		for _, doc := range docs {
			var r record
			if err := json.Unmarshal(doc, &r); err != nil {
				return n, err
			}
			if !p.has(r) {
				continue
			}
			n++
			if err := visit(doc, r); err != nil {
				return n, err
			}
		}
		show(min(from+pageSize-1, total.Last), total.Last)
	}
	return n, nil
}

// bom makes Excel read a CSV as UTF-8.
const bom = "\ufeff"

// sheet is a CSV of one ledger, or of everything with the data as one column.
type sheet struct {
	w    *csv.Writer
	book book
}

func newCSV(w io.Writer, p period) *sheet {
	s := &sheet{book: books[len(books)-1]}
	for _, b := range books {
		if b.key == p.book {
			s.book = b
		}
	}
	_, _ = io.WriteString(w, bom) // an error shows with the rows
	s.w = csv.NewWriter(w)
	s.w.UseCRLF = true
	_ = s.w.Write(s.book.heads())
	return s
}

func (s *sheet) add(_ json.RawMessage, r record) error { return s.w.Write(safe(s.book.row(r))) }

func (s *sheet) end() error {
	s.w.Flush()
	return s.w.Error()
}

// safe keeps Excel from taking a text for a formula.
func safe(cells []string) []string {
	for i, c := range cells {
		if c != "" && strings.ContainsAny(c[:1], "=+-@\t\r") {
			if _, err := strconv.ParseFloat(c, 64); err != nil {
				cells[i] = "'" + c
			}
		}
	}
	return cells
}

// lines are the records' exact bytes, one a line.
type lines struct{ w *bufio.Writer }

func (l lines) add(doc json.RawMessage, _ record) error {
	_, err := l.w.Write(append(doc, '\n'))
	return err
}

func (l lines) end() error { return l.w.Flush() }

// workbook is an Excel file with a sheet for each ledger.
type workbook struct {
	out  io.Writer
	file *excelize.File
	rows []int // written so far, by book
	to   []*excelize.StreamWriter
	err  error
}

func newXLSX(out io.Writer) *workbook {
	wb := &workbook{out: out, file: excelize.NewFile()}
	bold, err := wb.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"D9ECFB"}}})
	wb.err = err
	for _, b := range books {
		wb.begin(b, bold)
	}
	if wb.err == nil {
		wb.err = wb.file.DeleteSheet("Sheet1")
	}
	return wb
}

func (wb *workbook) begin(b book, bold int) {
	if wb.err != nil {
		return
	}
	if _, wb.err = wb.file.NewSheet(b.name); wb.err != nil {
		return
	}
	sw, err := wb.file.NewStreamWriter(b.name)
	if err != nil {
		wb.err = err
		return
	}
	head := make([]any, 0, len(common)+len(b.columns))
	for _, h := range b.heads() {
		head = append(head, excelize.Cell{StyleID: bold, Value: h})
	}
	wb.err = errors.Join(sw.SetColWidth(2, 2, 20), sw.SetColWidth(4, len(head), 14),
		sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
		sw.SetRow("A1", head))
	wb.to, wb.rows = append(wb.to, sw), append(wb.rows, 1)
}

// moneyHeads are the columns that Excel should be able to add up.
var moneyHeads = map[string]bool{"金额": true, "租赁费": true, "扣款": true, "检查扣款": true, "押金": true, "购置价": true, "单价": true, "费用": true}

func (wb *workbook) add(_ json.RawMessage, r record) error {
	if wb.err != nil {
		return wb.err
	}
	i := bookOf(r)
	heads := books[i].heads()
	cells := make([]any, 0, len(heads))
	for c, v := range books[i].row(r) {
		sum, err := strconv.ParseFloat(v, 64)
		if (moneyHeads[heads[c]] || c == 0) && err == nil {
			cells = append(cells, sum)
			continue
		}
		cells = append(cells, v)
	}
	wb.rows[i]++
	at, err := excelize.CoordinatesToCellName(1, wb.rows[i])
	if err != nil {
		return err
	}
	return wb.to[i].SetRow(at, cells)
}

func (wb *workbook) end() error {
	for _, sw := range wb.to {
		wb.err = errors.Join(wb.err, sw.Flush())
	}
	if wb.err != nil {
		return wb.err
	}
	return errors.Join(wb.file.Write(wb.out), wb.file.Close())
}
