package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"halld/cmd/internal/hall"
)

// bookDesk is the page of the ledgers (台账): one of them for a period, to look
// at, to print and to take away.
type bookDesk struct {
	All      []hall.Book
	Chosen   string // key
	From, To string // days
	Sheet    *hall.Sheet
	Fault    string
}

// readBook makes the sheet that a page asks for; without a period it is that of
// the month.
func readBook(ctx context.Context, c *Console, d *desk, ask url.Values) error {
	b := &d.Books
	b.All, b.Chosen, b.From, b.To = hall.Books(), choice(ask, "book"), choice(ask, "from"), choice(ask, "to")
	if b.Chosen == "" {
		b.From, b.To = d.At.Time.Format("2006-01")+"-01", d.Day
		return nil
	}
	sheet, err := c.lay(ctx, b.Chosen, hall.Period{From: b.From, Until: b.To})
	var no *hall.Refusal
	if errors.As(err, &no) {
		b.Fault = no.Text
		return nil
	}
	b.Sheet = &sheet
	return err
}

// bookFile gives a ledger's sheet as CSV that Excel reads.
func (c *Console) bookFile(w http.ResponseWriter, r *http.Request) {
	ask := r.URL.Query()
	p := hall.Period{From: choice(ask, "from"), Until: choice(ask, "to")}
	s, err := c.lay(r.Context(), choice(ask, "book"), p)
	if err != nil {
		http.Error(w, judge(err).text, judge(err).status)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(s.Name+".csv"))
	h.Set("Cache-Control", "no-store")
	_ = WriteCSV(w, []hall.Sheet{s}) // a client that is gone needs no file
}
