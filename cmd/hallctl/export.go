package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"halld/cmd/internal/console"
	"halld/cmd/internal/hall"
)

// part is what part of the hall's books is asked for.
type part struct {
	from, to string // days, both included; empty: no bound
	book     string // key of one book; empty: all
}

// flags adds the period to a command.
func (p *part) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.from, "from", "", "从哪一天，如 2026-01-01")
	cmd.Flags().StringVar(&p.to, "to", "", "到哪一天")
}

func (p *part) bookFlag(cmd *cobra.Command, usage string) {
	cmd.Flags().StringVar(&p.book, "book", "", usage+"："+strings.Join(bookKeys(), "、"))
}

func bookKeys() (keys []string) {
	for _, b := range hall.Books() {
		keys = append(keys, b.Key)
	}
	return keys
}

// sheets fetches the sheets of the part, in the order of the books.
func (a *app) sheets(ctx context.Context, p part) ([]hall.Sheet, error) {
	keys := []string{p.book}
	if p.book == "" {
		keys = bookKeys()
	}
	var list []hall.Sheet
	for _, k := range keys {
		query := url.Values{"from": {p.from}, "to": {p.to}}
		answer, err := a.get(ctx, "sheets/"+escape(k)+"?"+query.Encode())
		if err != nil {
			return nil, err
		}
		var s hall.Sheet
		if err := json.Unmarshal(answer, &s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

func (a *app) ledgerExport() *cobra.Command {
	cmd := &cobra.Command{
		Use: "export", Short: "导出台账：.xlsx（Excel）、.csv、.json，或 .jsonl（账本原文）", Args: cobra.NoArgs,
	}
	var p part
	p.flags(cmd)
	p.bookFlag(cmd, "只要一本（CSV 必须写明）")
	out := cmd.Flags().String("out", "台账.xlsx", "文件名，后缀决定格式；- 为标准输出")
	format := cmd.Flags().String("format", "", "xlsx、csv、json 或 jsonl；不写则看文件后缀")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		f, err := formatOf(*format, *out, a.json)
		if err != nil {
			return err
		}
		if *out == "-" {
			_, err := a.export(cmd, cmd.OutOrStdout(), f, p)
			return err
		}
		n, err := a.exportFile(cmd, *out, f, p)
		if err != nil {
			return err
		}
		return tell(a, cmd, map[string]any{"file": *out, "rows": n}, template("已导出 {{.rows}} 行到 {{.file}}"))
	}
	return cmd
}

// formatOf is the form that is asked for. With --json the standard output holds
// one JSON document and nothing else.
func formatOf(format, out string, oneJSON bool) (string, error) {
	switch {
	case out == "-" && oneJSON && format != "" && format != "json":
		return "", fmt.Errorf("--json 时标准输出只能是 json，不能是 %s", format)
	case out == "-" && oneJSON:
		return "json", nil
	case format != "":
		return format, nil
	case out == "-":
		return "csv", nil
	}
	return strings.TrimPrefix(filepath.Ext(out), "."), nil
}

// exportFile writes to a file that appears only when it is whole.
func (a *app) exportFile(cmd *cobra.Command, path, format string, p part) (n int, err error) {
	err = wholeFile(path, 0o640, func(f *os.File) error {
		n, err = a.export(cmd, f, format, p)
		return err
	})
	return n, err
}

// wholeFile writes a file under another name and gives it its own once all of it
// is on disk.
func wholeFile(path string, mode os.FileMode, write func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".hallctl-*")
	if err != nil {
		return fmt.Errorf("不能在 %s 写文件：%w", filepath.Dir(path), err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := write(f); err != nil {
		return err
	}
	_ = f.Chmod(mode) // a stick's file system may know no rights
	err = errors.Join(f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("写文件 %s：%w", path, err)
	}
	return nil
}

// syncDir makes a file's name survive the pulling of a stick.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (a *app) export(cmd *cobra.Command, w io.Writer, format string, p part) (int, error) {
	var write func(io.Writer, []hall.Sheet) error
	switch format {
	case "jsonl":
		return a.raw(cmd.Context(), w, p, progress(cmd.ErrOrStderr()))
	case "csv":
		if p.book == "" {
			return 0, fmt.Errorf("CSV 一次只能导出一本台账，请写 --book，可选：%s", strings.Join(bookKeys(), "、"))
		}
		write = console.WriteCSV
	case "xlsx":
		write = writeXLSX
	case "json":
		write = func(w io.Writer, list []hall.Sheet) error {
			return json.NewEncoder(w).Encode(map[string]any{"sheets": list})
		}
	default:
		return 0, fmt.Errorf("不认识的格式“%s”，可选：xlsx、csv、json、jsonl", format)
	}
	list, err := a.sheets(cmd.Context(), p)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, s := range list {
		n += len(s.Rows)
	}
	return n, write(w, list)
}

// pageSize is how many records are asked for at once.
const pageSize = 500

// raw writes the exact bytes of the records of a period, one a line.
func (a *app) raw(ctx context.Context, out io.Writer, p part, show func(done, total uint64)) (n int, err error) {
	if p.book != "" {
		return 0, errors.New("jsonl 是账本原文，不能只要一本，请不写 --book")
	}
	if err := p.check(); err != nil {
		return 0, err
	}
	w := bufio.NewWriter(out)
	last, err := a.lastRecord(ctx)
	for from := uint64(1); err == nil && from <= last; from += pageSize {
		var docs []json.RawMessage
		var answer json.RawMessage
		if answer, err = a.get(ctx, fmt.Sprintf("ledger?from=%d&limit=%d", from, pageSize)); err != nil {
			break
		}
		if err = json.Unmarshal(answer, &docs); err != nil {
			break
		}
		for _, doc := range docs {
			if !p.has(doc) {
				continue
			}
			n++
			_, _ = w.Write(append(doc, '\n')) // an error shows at the flush
		}
		show(min(from+pageSize-1, last), last)
	}
	return n, errors.Join(err, w.Flush())
}

func (a *app) lastRecord(ctx context.Context) (uint64, error) {
	answer, err := a.get(ctx, "status")
	if err != nil {
		return 0, err
	}
	var s struct {
		Last uint64 `json:"last_seq"`
	}
	return s.Last, json.Unmarshal(answer, &s)
}

func (p part) check() error {
	for _, d := range []string{p.from, p.to} {
		if _, err := time.Parse(time.DateOnly, d); d != "" && err != nil {
			return fmt.Errorf("日期要写成 2026-01-31，不是“%s”", d)
		}
	}
	return nil
}

// has tells whether a record's day lies in the period.
func (p part) has(doc json.RawMessage) bool {
	var r struct{ Time time.Time }
	if json.Unmarshal(doc, &r) != nil {
		return false
	}
	day := r.Time.Format(time.DateOnly)
	return day >= p.from && (p.to == "" || day <= p.to)
}
