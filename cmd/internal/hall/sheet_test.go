package hall

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"
)

// records reads a story's ledger back.
func (s *story) records() iter.Seq[Record] {
	return func(yield func(Record) bool) {
		for _, x := range s.ledger {
			d, err := Decode(x.kind, x.raw)
			if err != nil {
				s.t.Fatal(err)
			}
			if !yield(Record{At: x.at, Data: d}) {
				return
			}
		}
	}
}

// sheet lays a book of a story out. Every row must be as wide as its head.
func (s *story) sheet(book string, p Period) Sheet {
	s.t.Helper()
	b, err := FindBook(book)
	if err != nil {
		s.t.Fatal(err)
	}
	sheet, err := b.Sheet(s.cfg, s.records(), p)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, row := range sheet.Rows {
		if len(row) != len(sheet.Columns) {
			s.t.Fatalf("%s: a row of %d cells under %d heads: %q", book, len(row), len(sheet.Columns), row)
		}
	}
	return sheet
}

// cells gives a column.
func (s Sheet) cells(name string) (list []string) {
	i := slices.IndexFunc(s.Columns, func(c Column) bool { return c.Name == name })
	for _, row := range s.Rows {
		list = append(list, row[i])
	}
	return list
}

// want holds a column of a book to what it should be.
func (s *story) want(book, column string, want ...string) {
	s.t.Helper()
	if got := s.sheet(book, Period{}).cells(column); !slices.Equal(got, want) {
		s.t.Errorf("%s, %s: got %q, want %q", book, column, got, want)
	}
}

func TestRegisterShowsHowARentalStands(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Returned, "DR-01", "SP-01")
	s.want("rental", "状态", "待检", "待检")
	s.do(RentalInspect{Rental: r, Tool: "DR-01", Result: ResultDamaged, Deduct: 1000, Note: "手柄裂", Staff: "02"})
	s.want("rental", "状态", "待结算", "待检")
	s.goOn(r, Settled)
	s.want("rental", "状态", "已结算", "已结算")
	s.want("rental", "扣款", "10.00", "0.00")
	s.want("rental", "存放处", "A/3", "A/1")
	s.do(RentalCorrect{Rental: r, What: CorrectSettlement, Staff: "02", Second: "01", Reason: "重算"})
	s.want("rental", "状态", "待结算", "待结算")
	s.want("rental", "租赁费", "", "")
	s.do(RentalCorrect{Rental: r, What: CorrectInspection, Tool: "SP-01", Staff: "02", Second: "01", Reason: "看错"})
	s.want("rental", "状态", "待结算", "待检")
	s.want("rental", "检查结果", "损坏", "")
	s.want("rental", "检查人", "02", "")
	s.goOn(r, Settled)
	s.want("rental", "状态", "已结算", "已结算")
	s.want("rental", "租赁费", "5.00", "0.00")
	notes := s.sheet("rental", Period{}).cells("备注")
	if !strings.Contains(notes[0], "手柄裂") || !strings.Contains(notes[1], "冲正检查（02、01）：看错") {
		t.Errorf("got notes %q", notes)
	}
	if got := s.sheet("rental", Period{From: "2026-03-03"}).Rows; len(got) != 0 {
		t.Errorf("got %q of another day", got)
	}
}

func TestRegisterShowsWhatWasNeverHandedOut(t *testing.T) {
	s := withTools(t)
	s.do(ToolAdd{Tool: ladder, Staff: "01"})
	r := s.upTo(Deposited, "DR-01", "SP-01")
	s.through(RentalHandover{Rental: r, Staff: "01"})
	s.do(RentalCancel{Rental: r, Staff: "01", Reason: "只要电锤"})
	s.want("rental", "状态", "在租", "未出库，已撤下")
	s.goOn(r, Settled)
	s.want("rental", "状态", "已结算", "未出库，已撤下")
	s.want("rental", "退还", "195.00", "20.00")

	r = s.upTo(Deposited, "LD-01")
	s.do(RentalCancel{Rental: r, Staff: "01", Reason: "不用了"})
	if got := s.sheet("rental", Period{}).cells("状态")[2]; got != "已取消" {
		t.Errorf("got %s", got)
	}
}

func TestRegisterOfASwap(t *testing.T) {
	s := withTools(t)
	other := drill
	other.ID, other.Door = "DR-02", "A/4"
	s.do(ToolAdd{Tool: other, Staff: "01"})
	r := s.upTo(Returned, "DR-01")
	s.do(RentalSwap{Rental: r, Tool: "DR-01", With: "DR-02", Staff: "01", Reason: "不转"})
	s.want("rental", "状态", "待检", "待签字")
	s.printed()
	s.do(RentalSign{Rental: r, Staff: "01"})
	s.want("rental", "签字联", r, r+"-2")
	s.through(RentalHandover{Rental: r, Staff: "01"})
	s.want("rental", "状态", "待检", "在租")
}

func TestDepositBook(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Returned, "DR-01", "SP-01")
	s.do(RentalLostSlip{Rental: r, Staff: "01", Second: "02", Statement: "S7"})
	s.printed()
	s.do(RentalInspect{Rental: r, Tool: "DR-01", Result: ResultDamaged, Deduct: 1000, Staff: "02"})
	s.goOn(r, Settled)
	s.do(RentalCorrect{Rental: r, What: CorrectSettlement, Staff: "02", Second: "01", Reason: "重算"})
	s.want("deposit", "事项", "收押金", "补发押金单", "押金抵扣", "退押金", "冲正退押金", "冲正押金抵扣")
	s.want("deposit", "在管押金", "220.00", "220.00", "205.00", "0.00", "205.00", "220.00")
	s.want("deposit", "第二人", "", "02", "", "", "01", "01")
	first, second := s.h.Rentals[r].Receipt, s.sheet("deposit", Period{}).cells("押金单")
	if second[0] == first || second[1] != first || second[3] != first {
		t.Errorf("got slips %q, the one that counts is %s", second, first)
	}
	if got := s.sheet("deposit", Period{}).cells("工具")[0]; got != "DR-01 200.00、SP-01 20.00" {
		t.Errorf("got tools %q", got)
	}
	s.want("cash", "支出", "", "205.00", "")
	s.want("cash", "抽屉现金", "220.00", "15.00", "220.00")
}

func TestQueueAndCheckinBooks(t *testing.T) {
	s := begin(t)
	s.do(born("p1", 1990, 1, 1))
	s.refused(born("kid", 2015, 1, 1), ReasonUnderage)
	s.printed()
	s.later(10 * time.Minute)
	s.do(CallNext{Window: 1, Staff: "01"})
	s.later(6 * time.Minute)
	s.do(Done{Window: 1, Outcome: OutcomeDone, Staff: "01"})
	s.do(PersonFlag{Person: "p1", Class: 2, Reason: "残疾", Until: "2027-01-01", Staff: "01"})
	s.do(NoticeGive{Person: "p1", Matter: "求职登记", Missing: []string{"照片", "银行卡"}, Staff: "01"})
	s.do(Emergency{Window: 1, Staff: "01"})
	s.want("queue", "号码", "A001")
	s.want("queue", "服务", "快速对接")
	s.want("queue", "等候分钟", "10")
	s.want("queue", "办理分钟", "6")
	s.want("queue", "结果", "办结")
	s.want("checkin", "事项", "登记", "不予登记", "标注服务等级")
	s.want("checkin", "证件尾号", "002X", "", "002X")
	s.want("checkin", "内容", "", refusalText[ReasonUnderage].reason, "2级：残疾，有效期至2027-01-01")
	s.want("notice", "事项", "不予介绍告知", "一次性告知：求职登记", "紧急呼叫")
	s.want("notice", "内容", refusalText[ReasonUnderage].reason, "照片、银行卡", "1号窗口")
	for reason := range names["refusal"] { // each stands in the books in words
		if refusalText[reason].reason == "" {
			t.Errorf("the books do not say what %s is", reason)
		}
	}

	s.do(TrainingOpen{Course: "电工", Staff: "01"})
	s.do(born("p1", 1990, 1, 1))
	s.later(50 * time.Minute)
	s.do(born("p1", 1990, 1, 1))
	s.want("training", "课程", "电工")
	s.want("training", "分钟", "50")
}

// TestBookOfANumberThatWaitsAgain: a missed number that got its place back has not
// ended.
func TestBookOfANumberThatWaitsAgain(t *testing.T) {
	s := begin(t)
	s.visitors("p1")
	s.called(1)
	s.do(Skip{Window: 1, Staff: "01"})
	s.want("queue", "结果", "过号")
	s.do(born("p1", 1990, 1, 1))
	s.want("queue", "结果", "")
	s.want("queue", "结束时间", "")
	s.want("queue", "备注", "恢复排队")
}

func TestLifeAndDoorBooks(t *testing.T) {
	s := withTools(t)
	s.do(ToolRepair{ID: "DR-01", Staff: "01", Reason: "异响"})
	ask := s.do(ToolRestore{ID: "DR-01", Staff: "01", Reason: "换碳刷", Cost: 800}).(ToolRequest)
	s.do(ToolDecide{Request: ask.ID, Approve: true, Staff: "02"})
	dearer := spade
	dearer.Deposit = 3000
	s.do(ToolChange{Tool: dearer, Staff: "01", Second: "02", Reason: "调押金"})
	s.do(StockTake{Seen: []string{"DR-01"}, Staff: "01"})
	s.want("life", "事项", "新增", "新增", "维修", "申请修复入库", "修复入库", "变更", "盘点")
	s.want("life", "审批人", "", "", "", "", "02", "02", "")
	s.want("life", "内容", "", "", "", "", "", "押金：20.00元 → 30.00元", "账面2件，实点1件；缺少SP-01铁锹")
	r := s.upTo(Returned, "DR-01")
	s.do(RentalInspect{Rental: r, Result: ResultDamaged, Deduct: 500, Staff: "02", Note: "壳裂"})
	if last := s.sheet("life", Period{}).Rows; !slices.Equal(last[len(last)-1][4:6], []string{"检查后维修", "损坏"}) {
		t.Errorf("got %q of an inspection", last[len(last)-1])
	}
	if doors := s.sheet("door", Period{}).cells("柜门或设备"); !slices.Contains(doors, "A/3") {
		t.Errorf("got doors %q", doors)
	}
}

// The list of a month is what the lists of its days were.
func TestExceptionsByStaff(t *testing.T) {
	s := withTools(t)
	s.do(PersonFlag{Person: "p1", Class: 1, Reason: "残疾", Staff: "02"})
	today := len(s.h.ListExceptions())
	s.later(24 * time.Hour)
	s.do(born("p1", 1990, 1, 1))
	s.do(PersonUnflag{Person: "p1", Reason: "写错", Staff: "01"})
	s.do(ToolRetire{ID: "SP-01", Staff: "01", Second: "02", Reason: "断裂"})
	today += len(s.h.ListExceptions())
	s.want("exception", "事项", "取消服务等级", "报废", "标注服务等级")
	s.want("exception", "工号", "王（01）", "王（01）", "刘（02）")
	if got := s.sheet("exception", Period{From: "2026-03-03"}).Rows; len(got) != 2 || today != 3 {
		t.Errorf("got %q of the second day, %d in all", got, today)
	}
}

// What two periods bring is what the whole brings, and the last row is the sum
// of the tools.
func TestAccountsOfPeriodsAddUp(t *testing.T) {
	s := begin(t)
	s.do(ToolAdd{Tool: bench, Staff: "01"})
	s.do(ToolAdd{Tool: ladder, Staff: "01"})
	for i := range 6 {
		s.do(born("p1", 1990, 1, 1))
		s.printed()
		r := s.upTo(Out, "DR-09", "LD-01")
		s.later(time.Duration(i+20) * time.Hour) // over midnight
		s.through(RentalReturn{Rental: r, Staff: "01"})
		s.do(RentalInspect{Rental: r, Tool: "DR-09", Result: ResultDamaged, Deduct: Fen(i) * 100, Staff: "02"})
		s.goOn(r, Settled)
		s.do(ToolRestore{ID: "DR-09", Staff: "01", Second: "02", Reason: "修好", Cost: Fen(i) * 50})
	}
	whole := s.sheet("tool", Period{})
	for day := range 8 {
		end, next := fmt.Sprintf("2026-03-%02d", day+1), fmt.Sprintf("2026-03-%02d", day+2)
		a, b := s.sheet("tool", Period{Until: end}), s.sheet("tool", Period{From: next})
		for _, column := range []string{"购置价", "收押金", "退押金", "押金抵扣", "租赁费", "赔偿", "补交", "维修费", "维修次数", "折旧", "报损", "损益", "出租次数"} {
			if got, want := endOf(t, a, column)+endOf(t, b, column), endOf(t, whole, column); got != want {
				t.Errorf("split behind %s, %s: got %s, want %s", end, column, got, want)
			}
		}
	}
	if got, want := endOf(t, whole, "租赁费"), s.h.Total.Rent; got != want {
		t.Errorf("the sheet earns %s, the cash book %s", got, want)
	}
	if got, want := endOf(t, whole, "在押"), s.h.Total.Held(); got != want {
		t.Errorf("the sheet holds %s, the cash book %s", got, want)
	}
	if got := s.sheet("tool", Period{From: "2030-01-01"}).Rows; len(got) != 0 {
		t.Errorf("got %q of a time to come", got)
	}
}

// endOf reads the last cell of a column of numbers.
func endOf(t *testing.T, s Sheet, column string) Fen {
	t.Helper()
	list := s.cells(column)
	if len(list) == 0 || list[len(list)-1] == "" {
		return 0
	}
	sign, text := "", list[len(list)-1]
	if rest, minus := strings.CutPrefix(text, "-"); minus {
		sign, text = "-", rest
	}
	f, err := parseFen(sign, text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWrongPeriodsAndBooks(t *testing.T) {
	s := begin(t)
	if _, err := FindBook("nothing"); err == nil || !strings.Contains(err.Error(), "rental") {
		t.Errorf("got %v, want the books that there are", err)
	}
	for _, p := range []Period{{From: "yesterday"}, {Until: "2026-02-30"}, {From: "2026-03-02", Until: "2026-03-01"}} {
		for _, b := range Books() {
			if _, err := b.Sheet(s.cfg, s.records(), p); err == nil {
				t.Errorf("%s takes %+v", b.Key, p)
			}
		}
	}
	many := func(yield func(Record) bool) {
		for range mostRows + 1 {
			if !yield(Record{At: s.at, Data: &NoticeIssued{}}) {
				return
			}
		}
	}
	b, _ := FindBook("notice")
	if _, err := b.Sheet(s.cfg, many, Period{}); err == nil || !strings.Contains(err.Error(), "缩短时间段") {
		t.Errorf("got %v for more rows than a sheet has", err)
	}
}

// However long the cells are, a page is a record that the ledger takes, and no
// row is lost.
func TestPrintedSheet(t *testing.T) {
	s := withTools(t)
	b, _ := FindBook("rental")
	sheet, err := b.Sheet(s.cfg, s.records(), Period{})
	if err != nil {
		t.Fatal(err)
	}
	print := PrintSheet{Sheet: sheet, Period: Period{From: "2026-03-01"}, Staff: "01"}
	s.refused(print, "empty")
	wide := make([]string, len(sheet.Columns))
	for i := range wide {
		wide[i] = strings.Repeat("账", 300)
	}
	wide[1] = ""
	for i := range mostPrinted {
		row := slices.Clone(wide)
		row[0] = fmt.Sprint("R", i)
		print.Sheet.Rows = append(print.Sheet.Rows, row)
	}
	s.refused(PrintSheet{Sheet: print.Sheet, Staff: "99"}, "unknown-staff")
	s.printed()
	answer := s.do(print).(Printed)
	rows, pages := 0, 0
	for _, j := range s.papers() {
		raw := j.Slip.Data
		var page RegisterSlip
		if err := json.Unmarshal(raw, &page); err != nil || len(raw) > 48<<10 {
			t.Fatalf("a page of %d bytes (%v)", len(raw), err)
		}
		if pages++; page.Page != pages || page.Pages != answer.Pages || page.Period != "2026-03-01起" {
			t.Errorf("got page %d of %d, %s", page.Page, page.Pages, page.Period)
		}
		for _, e := range page.Entries {
			if e.Title != fmt.Sprint("R", rows) || len(e.Rows) != len(wide)-2 {
				t.Fatalf("row %d is %s with %d cells", rows, e.Title, len(e.Rows))
			}
			rows++
		}
	}
	if rows != mostPrinted || pages != answer.Pages || answer.Rows != rows {
		t.Errorf("got %d rows on %d pages, told %+v", rows, pages, answer)
	}
	print.Sheet.Rows = append(print.Sheet.Rows, wide)
	s.refused(print, "too-many")

	s.refused(ToolPrint{ID: "XX", Staff: "01"}, "unknown-tool")
	s.printed()
	s.do(ToolPrint{ID: "DR-01", Staff: "01"})
	if got := s.printed(); !slices.Equal(got, []string{"account"}) {
		t.Errorf("got slips %v", got)
	}
	s.cfg.Printer, s.h.cfg.Printer = false, false
	s.refused(ToolPrint{ID: "DR-01", Staff: "01"}, "no-printer")
}

// Every record is in a book, or is a step that only the box itself takes.
func TestEveryKindIsInABook(t *testing.T) {
	own := []string{"hall.", "clock.", "county.", "counter.", "slip.", "day.", "ledger."}
	for k := range kinds {
		if slices.ContainsFunc(own, func(s string) bool { return strings.HasPrefix(string(k), s) }) {
			continue
		}
		if !slices.ContainsFunc(books, func(b Book) bool { return len(b.kinds) > 0 && b.Wants(k) }) {
			t.Errorf("kind %s is in no book", k)
		}
	}
}
