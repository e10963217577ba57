package hall

import "encoding/json"

// RegisterSlip is the content of a page of a 台账 on paper.
type RegisterSlip struct {
	Name    string          `json:"name"`
	Period  string          `json:"period"`
	Page    int             `json:"page"` // from 1
	Pages   int             `json:"pages"`
	Entries []ReportSection `json:"entries"` // a row each, without its empty cells
	Staff   string          `json:"staff"`
	Issued  string          `json:"issued"`
}

// What a print may hold: rows in all, characters of a cell, and bytes of a page,
// since a page is a record of its own.
const (
	mostPrinted = 200
	widestCell  = 120
	pageBytes   = 40 << 10
)

// PrintSheet prints a sheet that was laid out from the ledger.
type PrintSheet struct {
	Sheet  Sheet
	Period Period
	Staff  string
}

// Printed answers a print of a sheet.
type Printed struct {
	Name  string `json:"name"`
	Rows  int    `json:"rows"`
	Pages int    `json:"pages"`
}

func (e PrintSheet) handle(h *Hall, at Stamp) (Outcome, error) {
	n := len(e.Sheet.Rows)
	switch _, err := h.who(at, e.Staff); {
	case err != nil:
		return Outcome{}, err
	case !h.cfg.Printer:
		return Outcome{}, errNoPrinter
	case n == 0:
		return Outcome{}, refuse("empty", "%s（%s）没有记录可打印", e.Sheet.Name, e.Period.text())
	case n > mostPrinted:
		return Outcome{}, refuse("too-many", "%s（%s）有%d行，小票最多打印%d行，请缩短时间段，或导出表格打印", e.Sheet.Name, e.Period.text(), n, mostPrinted)
	}
	pages := e.Sheet.pages()
	out := Outcome{Reply: func(*Hall) (any, error) { return Printed{Name: e.Sheet.Name, Rows: n, Pages: len(pages)}, nil }}
	for i, entries := range pages {
		h.addSlip(&out, newSlip("register", "", e.Sheet.Book, RegisterSlip{
			Name: e.Sheet.Name, Period: e.Period.text(), Page: i + 1, Pages: len(pages), Entries: entries,
			Staff: h.staffName(e.Staff), Issued: minute(at),
		}))
	}
	return out, nil
}

var errNoPrinter = refuse("no-printer", "hall.toml 里没有配置打印机")

// pages shares the rows out over pages that fit into a record.
func (s Sheet) pages() (pages [][]ReportSection) {
	size := pageBytes
	for _, row := range s.Rows {
		entry := s.entry(row)
		b, _ := json.Marshal(entry) // text always marshals
		if size += len(b); size > pageBytes {
			pages, size = append(pages, nil), len(b)
		}
		pages[len(pages)-1] = append(pages[len(pages)-1], entry)
	}
	return pages
}

// entry is a row as a block of lines under its first cell.
func (s Sheet) entry(row []string) ReportSection {
	e := ReportSection{Rows: []ReportRow{}}
	for i, c := range row {
		if r := []rune(c); len(r) > widestCell {
			c = string(r[:widestCell]) + "…"
		}
		switch {
		case c == "":
		case e.Title == "":
			e.Title = c
		default:
			e.Rows = append(e.Rows, ReportRow{s.Columns[i].Name, c})
		}
	}
	return e
}

// AccountSlip is the content of a 单机核算单.
type AccountSlip struct {
	AccountView
	Price   string `json:"price"` // in words
	Deposit Fen    `json:"deposit"`
	Place   string `json:"place"` // door or shelf
	CheckBy string `json:"check_by"`
	Staff   string `json:"staff"`
	Issued  string `json:"issued"`
}

// ToolPrint prints a tool's account.
type ToolPrint struct{ ID, Staff string }

func (e ToolPrint) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff); err != nil {
		return Outcome{}, err
	}
	v, err := h.ToolAccount(e.ID, at)
	switch {
	case err != nil:
		return Outcome{}, err
	case !h.cfg.Printer:
		return Outcome{}, errNoPrinter
	}
	t := h.Tools[e.ID]
	out := Outcome{Reply: func(*Hall) (any, error) { return v, nil }}
	h.addSlip(&out, newSlip("account", "", e.ID, AccountSlip{
		AccountView: v, Price: t.Price.text(), Deposit: t.Deposit, Place: t.kept(), CheckBy: t.CheckBy,
		Staff: h.staffName(e.Staff), Issued: minute(at),
	}))
	return out, nil
}
