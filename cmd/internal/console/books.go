package console

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"halld/cmd/internal/hall"
)

// bookDesk is the page of the ledgers (台账): one of them for a period, to look
// at, to print and to take away.
type bookDesk struct {
	All         []book
	Chosen      string // key
	From, Until string
	Sheet       *hall.Sheet
	Fault       string
}

// book is one of the ledgers: of what happened in a period, or of how things
// stand.
type book struct {
	Key, Name string
	past      func(iter.Seq[hall.Record], hall.Period) hall.Sheet
	now       func(*hall.Hall, hall.Stamp) hall.Sheet
}

var books = []book{
	{"rental", "工具租赁", hall.Register, nil},
	{"cash", "押金和收付款", hall.CashSheet, nil},
	{"lifecycle", "工具增减和维修", hall.LifecycleSheet, nil},
	{"accounts", "工具单个核算", nil, func(h *hall.Hall, _ hall.Stamp) hall.Sheet { return h.AccountSheet() }},
	{"overdue", "超期未还", nil, (*hall.Hall).OverdueSheet},
}

// readBook makes the sheet that a page asks for; without a period it is that of
// the month.
func readBook(ctx context.Context, c *Console, d *desk, ask url.Values) error {
	b := &d.Books
	b.All, b.Chosen, b.From, b.Until = books, choice(ask, "book"), choice(ask, "from"), choice(ask, "until")
	if b.Chosen == "" {
		b.From, b.Until = d.At.Time.Format("2006-01")+"-01", d.Day
		return nil
	}
	sheet, err := c.sheet(ctx, b.Chosen, hall.Period{From: b.From, Until: b.Until}, d.At)
	var wrong *trouble
	if errors.As(err, &wrong) {
		b.Fault = wrong.text
		return nil
	}
	b.Sheet = &sheet
	return err
}

// sheet makes a ledger's sheet of a period.
func (c *Console) sheet(ctx context.Context, key string, p hall.Period, at hall.Stamp) (s hall.Sheet, err error) {
	for _, day := range []string{p.From, p.Until} {
		if _, e := time.Parse(time.DateOnly, day); day != "" && e != nil {
			return s, bad("日期要写成 2026-01-31，不是“%s”", day)
		}
	}
	i := slices.IndexFunc(books, func(b book) bool { return b.Key == key })
	switch {
	case i < 0:
		return s, bad("没有台账“%s”", key)
	case books[i].now != nil:
		err = c.hall.View(ctx, func(h *hall.Hall) { s = books[i].now(h, at) })
		return s, err
	}
	var failed error
	return books[i].past(c.history(ctx, &failed), p), failed
}

// history goes through the whole ledger; what stops it is put into failed.
func (c *Console) history(ctx context.Context, failed *error) iter.Seq[hall.Record] {
	return func(yield func(hall.Record) bool) {
		for from := uint64(1); ; from += mostRecords {
			docs, err := c.hall.Records(ctx, from, mostRecords)
			if err != nil {
				*failed = err
				return
			}
			for _, doc := range docs {
				r, err := record(doc)
				if err != nil {
					*failed = err
					return
				}
				if !yield(r) {
					return
				}
			}
			if len(docs) < mostRecords {
				return
			}
		}
	}
}

// record reads a record as the ledger keeps it.
func record(doc []byte) (r hall.Record, err error) {
	var d struct {
		Type  string          `json:"type"`
		Time  time.Time       `json:"time"`
		Clock string          `json:"clock"`
		Data  json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(doc, &d); err != nil {
		return r, fmt.Errorf("reading a record: %w", err)
	}
	r.At = hall.Stamp{Time: d.Time, Trusted: d.Clock == "trusted"}
	r.Data, err = hall.Decode(hall.Kind(strings.TrimPrefix(d.Type, "hall.")), d.Data)
	return r, err
}

// bookFile gives a ledger's sheet as CSV that Excel reads.
func (c *Console) bookFile(w http.ResponseWriter, r *http.Request) {
	ask := r.URL.Query()
	p := hall.Period{From: choice(ask, "from"), Until: choice(ask, "until")}
	s, err := c.sheet(r.Context(), choice(ask, "book"), p, c.hall.Now())
	if err != nil {
		http.Error(w, judge(err).text, judge(err).status)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(s.Name+".csv"))
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("\ufeff")) // makes Excel read UTF-8
	out := csv.NewWriter(w)
	out.UseCRLF = true
	for _, row := range slices.Concat([][]string{s.Header}, s.Rows) {
		if out.Write(noFormulas(row)) != nil {
			return // a client that is gone needs no file
		}
	}
	out.Flush()
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
