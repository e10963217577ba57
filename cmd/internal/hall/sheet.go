package hall

import (
	"iter"
	"slices"
	"strings"
)

// Sheet is a table for paper, CSV or a spreadsheet. Its cells are words as people
// read them; sums are yuan.
type Sheet struct {
	Book    string     `json:"book"` // key of the book it is of
	Name    string     `json:"name"` // 工具租赁台账
	Columns []Column   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

// Column is a column of a sheet.
type Column struct {
	Name   string `json:"name"`
	Number bool   `json:"number,omitempty"` // sums or counts, which a spreadsheet can add up
}

// Heads are the names of the columns.
func (s Sheet) Heads() []string {
	names := make([]string, 0, len(s.Columns))
	for _, c := range s.Columns {
		names = append(names, c.Name)
	}
	return names
}

func (s *Sheet) add(cells ...string) {
	if len(s.Rows) <= mostRows {
		s.Rows = append(s.Rows, cells)
	}
}

// mostRows bounds a sheet, so that a box with little memory can always make one.
const mostRows = 50_000

// Period is a run of days, both included, as 2026-01-31; an empty end is open.
type Period struct{ From, Until string }

func (p Period) check() error {
	for _, d := range []string{p.From, p.Until} {
		if d != "" && !isDate(d) {
			return refuse("period", "日期“%s”不对，请写成 2026-01-31", short(d))
		}
	}
	if p.Until != "" && p.From > p.Until {
		return refuse("period", "起始日期%s晚于截止日期%s，请核对", p.From, p.Until)
	}
	return nil
}

// holds reports whether a moment's day lies in the period.
func (p Period) holds(at Stamp) bool {
	day := DateOf(at.Time).String()
	return day >= p.From && (p.Until == "" || day <= p.Until)
}

// text is the period in words.
func (p Period) text() string {
	switch {
	case p.From == "" && p.Until == "":
		return "全部"
	case p.From == p.Until:
		return p.From
	case p.From == "":
		return "截至" + p.Until
	case p.Until == "":
		return p.From + "起"
	}
	return p.From + "至" + p.Until
}

// Book is one of the hall's 台账. It is kept as records; a [Sheet] shows it.
type Book struct {
	Key  string `json:"book"`
	Name string `json:"name"`

	kinds []string // beginnings of the kinds it is made of; none: every record
	heads []string // of the columns; # ends the head of a number
	lay   func(s *Sheet, cfg Config, records iter.Seq[Record], p Period)
}

// Books lists every book: 登记, 排队和对接, 工具租赁, 工具核算, 押金往来, 培训,
// 告知和投诉, and what finance, keeper and supervision need beside them.
func Books() []Book { return slices.Clone(books) }

var books = []Book{
	{"checkin", "登记台账", []string{"checkin.", "person."}, checkinHeads, layCheckins},
	{"queue", "排队和对接台账", []string{"ticket."}, queueHeads, layQueue},
	{"rental", "工具租赁台账", []string{"rental.", "deposit.taken", "payment.", "tool.lifecycle"}, registerHeads, layRegister},
	{"tool", "工具单个核算台账", nil, accountHeads, layAccounts},
	{"deposit", "押金往来台账", []string{"deposit.", "rental.receipt"}, depositHeads, layDeposits},
	{"training", "培训台账", []string{"training."}, trainingHeads, layTraining},
	{"notice", "告知和投诉台账", []string{"notice.", "checkin.refused", "emergency."}, noticeHeads, layNotices},
	{"cash", "收付款和交接台账", []string{"deposit.", "payment.", "cash."}, cashHeads, layCash},
	{"life", "工具增减和维修台账", []string{"tool.", "rental.inspected", "rental.swapped"}, lifeHeads, layLife},
	{"door", "柜门、寄存和设备记录", []string{"locker.", "storage.", "device."}, doorHeads, layDoors},
	{"exception", "例外清单", nil, exceptionHeads, layExceptions},
}

// FindBook finds a book by key.
func FindBook(key string) (Book, error) {
	var keys []string
	for _, b := range books {
		if b.Key == key {
			return b, nil
		}
		keys = append(keys, b.Key)
	}
	return Book{}, refuse("unknown-book", "没有台账“%s”，可选：%s", short(key), strings.Join(keys, "、"))
}

// Wants reports whether a book is made of records of a kind.
func (b Book) Wants(k Kind) bool {
	return len(b.kinds) == 0 || slices.ContainsFunc(b.kinds, func(s string) bool { return strings.HasPrefix(string(k), s) })
}

// Sheet lays a period of the book out. It needs all records that the book wants,
// from the first on and in order: a row may begin before the period, and end
// after it.
func (b Book) Sheet(cfg Config, records iter.Seq[Record], p Period) (Sheet, error) {
	if err := p.check(); err != nil {
		return Sheet{}, err
	}
	s := Sheet{Book: b.Key, Name: b.Name, Rows: [][]string{}}
	for _, h := range b.heads {
		name, number := strings.CutSuffix(h, "#")
		s.Columns = append(s.Columns, Column{name, number})
	}
	b.lay(&s, cfg, inZone(cfg, records), p)
	if len(s.Rows) > mostRows {
		return Sheet{}, refuse("too-many", "%s在%s超过%d行，请缩短时间段", b.Name, p.text(), mostRows)
	}
	return s, nil
}

// inZone gives records with the hall's wall time.
func inZone(cfg Config, records iter.Seq[Record]) iter.Seq[Record] {
	zone := New(cfg).cfg.Zone
	return func(yield func(Record) bool) {
		for r := range records {
			r.At.Time = r.At.Time.In(zone)
			if !yield(r) {
				return
			}
		}
	}
}
