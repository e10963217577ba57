package hall

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestToolThatContradictsItself(t *testing.T) {
	for code, change := range map[string]func(*Tool){
		"incomplete":    func(t *Tool) { t.Name = "" },
		"too-long":      func(t *Tool) { t.ID = strings.Repeat("X", 65) },
		"class":         func(t *Tool) { t.Class = "cheap" },
		"unknown-type":  func(t *Tool) { t.Type = "drill" },
		"no-deposit":    func(t *Tool) { t.Deposit = 0 },
		"money":         func(t *Tool) { t.Deposit = MaxFen + 1 },
		"simple-priced": func(t *Tool) { t.Class = Simple },
		"no-price":      func(t *Tool) { t.Price.Rate = 0 },
		"unit":          func(t *Tool) { t.Price.Per = "" },
		"rate":          func(t *Tool) { t.Price.Rate = -1 },
		"cap":           func(t *Tool) { t.Price.Cap = 1 },
		"part-price":    func(t *Tool) { t.PartPrices = map[string]Fen{"钻头": 1} },
		"check":         func(t *Tool) { t.CheckBy = "morgen" },
		"unknown-door":  func(t *Tool) { t.Door = "A/99" },
		"door-taken":    func(t *Tool) { t.Door = "A/3" },
		"exists":        func(t *Tool) { t.ID = "DR-01" },
	} {
		s := withTools(t)
		tool := drill
		tool.ID, tool.Door = "DR-09", ""
		change(&tool)
		s.refused(ToolAdd{Tool: tool, Staff: "01"}, code)
	}
}

// A number or a name that breaks a line or hides a space looks on paper like
// another; a comma would part one number into two.
func TestToolTextIsPlain(t *testing.T) {
	for _, change := range []func(*Tool){
		func(t *Tool) { t.ID = "DR-09 " },
		func(t *Tool) { t.ID = "DR-09,DR-10" },
		func(t *Tool) { t.ID = "DR\n09" },
		func(t *Tool) { t.Name = "电锤\n押金0元" },
		func(t *Tool) { t.Name = "\t=1" },
		func(t *Tool) { t.Place = "货架\r" },
	} {
		s := withTools(t)
		tool := drill
		tool.ID, tool.Door = "DR-09", ""
		change(&tool)
		s.refused(ToolAdd{Tool: tool, Staff: "01"}, "text")
	}
}

// Of a simple tool's price nothing is left, whatever else was written beside the
// rate of zero.
func TestSimpleToolHasNoPrice(t *testing.T) {
	s := withTools(t)
	tool := spade
	tool.ID, tool.Door, tool.Price = "SP-09", "", Price{Per: PerHour, Cap: 3000, Free: -5, Version: "2026-1"}
	if got := s.do(ToolAdd{Tool: tool, Staff: "01"}).(Tool).Price; got != (Price{}) {
		t.Errorf("the price of a simple tool is %+v", got)
	}
}

func TestLifeOfAToolTakesTwo(t *testing.T) {
	s := withTools(t)
	s.printed()
	s.refused(ToolRetire{ID: "DR-01", Staff: "01"}, "no-reason")
	s.refused(ToolRetire{ID: "DR-01", Staff: "01", Second: "01", Reason: "报废"}, "same-person")
	s.refused(ToolRetire{ID: "DR-01", Staff: "01", Second: "03", Reason: "报废"}, "role")
	ask := s.do(ToolRetire{ID: "DR-01", Staff: "01", Reason: "电机烧坏"}).(ToolRequest)
	s.refused(ToolRetire{ID: "DR-01", Staff: "01", Reason: "再申请"}, "pending")
	if got := s.h.Tools["DR-01"].State; got != ToolIn || len(s.h.ListRequests()) != 1 {
		t.Fatalf("the drill is %s before anybody agreed", got)
	}
	s.refused(ToolDecide{Request: ask.ID, Approve: true, Staff: "01"}, "same-person")
	s.refused(ToolDecide{Request: ask.ID, Staff: "02"}, "no-reason")
	s.do(ToolDecide{Request: ask.ID, Staff: "02", Reason: "可以修"})
	if got := s.printed(); !slices.Equal(got, []string{"lifecycle", "lifecycle"}) {
		t.Errorf("got slips %v, want the form as asked and as refused", got)
	}

	// Out of stock at once, by one keeper; back with the cost, by two.
	s.do(ToolRepair{ID: "DR-01", Staff: "01", Reason: "换电机"})
	s.refused(RentalRequest{Tools: []string{"DR-01"}, Staff: "01"}, "not-in")
	s.refused(ToolRestore{ID: "DR-01", Staff: "01", Reason: "修好", Cost: MaxFen + 1}, "cost")
	ask = s.do(ToolRestore{ID: "DR-01", Staff: "01", Reason: "试机正常", Cost: 8500}).(ToolRequest)
	if s.h.Tools["DR-01"].State != ToolInRepair || s.h.Total.Repair != 0 {
		t.Fatal("the drill is back, or its repair paid, before anybody agreed")
	}
	s.do(ToolDecide{Request: ask.ID, Approve: true, Staff: "02"})
	s.refused(ToolDecide{Request: ask.ID, Approve: true, Staff: "02"}, "unknown-request")
	if s.h.Tools["DR-01"].State != ToolIn || s.h.Total.Repair != 8500 {
		t.Fatalf("the drill is %s, %s spent", s.h.Tools["DR-01"].State, s.h.Total.Repair)
	}

	ask = s.do(ToolLoss{ID: "DR-01", Staff: "01", Reason: "盘点缺少"}).(ToolRequest)
	s.do(ToolDecide{Request: ask.ID, Approve: true, Staff: "02"})
	ask = s.do(ToolRestore{ID: "DR-01", Staff: "01", Reason: "找到"}).(ToolRequest)
	s.do(ToolDecide{Request: ask.ID, Staff: "02", Reason: "不是同一件"})
	s.do(ToolRetire{ID: "DR-01", Staff: "01", Second: "02", Reason: "找不到"})
	s.refused(ToolRestore{ID: "DR-01", Staff: "01", Reason: "又找到"}, "wrong-order")
	other := drill
	other.ID = "DR-10" // the door of a retired tool is free
	s.do(ToolAdd{Tool: other, Staff: "01"})
	var told []string
	for _, e := range s.h.ListExceptions() {
		told = append(told, e.What)
	}
	if !slices.Equal(told, []string{"报损", "报废"}) {
		t.Errorf("supervision sees %v", told)
	}
	s.replayed()
}

// The tool goes on living while a request waits: what was asked is made of the
// tool as it is by then, or refused.
func TestToolThatChangedSinceItWasAsked(t *testing.T) {
	s := withTools(t)
	dearer := drill
	dearer.Deposit = 30000
	ask := s.do(ToolChange{Tool: dearer, Staff: "01", Reason: "调押金"}).(ToolRequest)
	if want := []string{"押金：200.00元 → 300.00元"}; !slices.Equal(ask.Changes, want) {
		t.Errorf("got %v, want %v", ask.Changes, want)
	}
	moved := drill
	moved.Door = "A/7"
	s.refused(ToolChange{Tool: moved, Staff: "01", Reason: "换柜"}, "pending")
	r := s.upTo(Out, "DR-01")
	s.refused(ToolDecide{Request: ask.ID, Approve: true, Staff: "02"}, "wrong-order")
	s.goOn(r, Settled)
	s.do(ToolRepair{ID: "DR-01", Staff: "01", Reason: "异响"})
	s.do(ToolDecide{Request: ask.ID, Approve: true, Staff: "02"})
	if got := s.h.Tools["DR-01"]; got.Deposit != 30000 || got.State != ToolInRepair {
		t.Errorf("got deposit %s and state %s", got.Deposit, got.State)
	}

	checked := dearer
	checked.CheckEvery, checked.CheckBy = 30, "2026-04-01"
	ask = s.do(ToolChange{Tool: checked, Staff: "01", Reason: "安全检查"}).(ToolRequest)
	s.do(ToolDecide{Request: ask.ID, Approve: true, Staff: "02"})
	checked.Price.Rate = 600
	ask = s.do(ToolChange{Tool: checked, Staff: "01", Reason: "调价"}).(ToolRequest)
	s.do(ToolCheck{ID: "DR-01", Staff: "01", Reason: "合格"}) // moves the date
	s.later(24 * time.Hour)
	s.do(ToolCheck{ID: "DR-01", Staff: "01", Reason: "合格"})
	s.refused(ToolDecide{Request: ask.ID, Approve: true, Staff: "02"}, "changed")
	s.do(ToolDecide{Request: ask.ID, Staff: "02", Reason: "重报"})
	s.replayed()
}

func TestSecondPersonForANewTool(t *testing.T) {
	s := begin(t)
	s.cfg.Rental.TwoPersonAdd = true
	s.h.cfg = s.cfg
	s.refused(ToolAdd{Tool: drill, Staff: "01"}, "no-reason")
	ask := s.do(ToolAdd{Tool: drill, Staff: "01", Reason: "县里配发"}).(ToolRequest)
	if len(s.h.ListTools()) != 0 {
		t.Fatal("the tool is there before anybody agreed")
	}
	s.do(ToolDecide{Request: ask.ID, Approve: true, Staff: "04"})
	s.do(ToolAdd{Tool: spade, Staff: "01", Second: "02", Reason: "购置"})
	if got := len(s.h.ListTools()); got != 2 {
		t.Errorf("got %d tools, want 2", got)
	}
	s.replayed()
}

func TestSafetyCheckThatIsDueBlocks(t *testing.T) {
	s := withTools(t)
	checked := ladder
	checked.CheckEvery = 30
	s.do(ToolAdd{Tool: checked, Staff: "01"})
	s.later(31 * 24 * time.Hour)
	s.do(born("p1", 1990, 1, 1))
	e := RentalRequest{Tools: []string{"LD-01"}, Staff: "01"}
	s.refused(e, "check-due")
	if !slices.ContainsFunc(s.h.Warnings(), func(w Warning) bool { return w.Code == "check-due" && w.Subject == "LD-01" }) {
		t.Errorf("nobody is told that a check is due: %v", s.h.Warnings())
	}
	s.refused(ToolCheck{ID: "SP-01", Staff: "01", Reason: "x"}, "no-check")
	s.do(ToolCheck{ID: "LD-01", Staff: "01", Reason: "踏板、铰链完好"})
	s.do(e)
	s.replayed()
}

func TestChangedPriceDoesNotTouchASignedRental(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Out, "DR-01")
	dearer := drill
	dearer.Price.Rate = 3000
	s.refused(ToolChange{Tool: dearer, Staff: "01", Reason: "调价"}, "wrong-order")
	s.goOn(r, Settled)
	if got := s.h.Rentals[r].Bill.Fee; got != 500 {
		t.Errorf("got fee %s, want the signed 5.00", got)
	}
	dearer.Price.Cap = 9000
	s.refused(ToolChange{Tool: dearer, Staff: "01"}, "no-reason")
	s.do(ToolChange{Tool: dearer, Staff: "01", Second: "02", Reason: "调价"})
	if got := s.h.Tools["DR-01"].Price.Rate; got != 3000 {
		t.Errorf("got rate %s, want 30.00", got)
	}
	s.refused(ToolChange{Tool: dearer, Staff: "01", Reason: "再调"}, "no-change")
	dearer.Door, dearer.Place = "", "二号货架" // one person may put it elsewhere
	s.do(ToolChange{Tool: dearer, Staff: "01", Reason: "柜门坏"})
	if got := s.h.Tools["DR-01"]; got.Door != "" || got.State != ToolIn {
		t.Errorf("got door %q and state %s", got.Door, got.State)
	}
	s.replayed()
}

func TestStockTakeFindsDifferences(t *testing.T) {
	s := withTools(t)
	s.do(ToolAdd{Tool: ladder, Staff: "01"})
	s.upTo(Out, "DR-01")
	s.printed()
	got := s.do(StockTake{Seen: []string{"SP-01", "DR-01", "XX-99", "SP-01"}, Staff: "01", Second: "02"}).(StockTaken)
	what := map[string]string{}
	for _, d := range got.Differ {
		what[d.Tool] = d.What
	}
	if want := map[string]string{"LD-01": "缺少", "DR-01": "多出", "XX-99": "无此编号"}; !maps.Equal(what, want) || got.Expect != 2 || got.Seen != 3 {
		t.Errorf("got %+v, want %v", got, want)
	}
	if got := s.do(StockTake{Seen: []string{"SP-01"}, Locker: "A", Staff: "01"}).(StockTaken); len(got.Differ) != 0 {
		t.Errorf("got %+v for the locker alone", got)
	}
	if got := s.do(StockTake{Seen: []string{"SP-01", "LD-01"}, Locker: "A", Staff: "01"}).(StockTaken); len(got.Differ) != 1 || got.Differ[0].What != "放错" {
		t.Errorf("got %+v, want the ladder in the wrong place", got)
	}
	s.refused(StockTake{Locker: "Z", Staff: "01"}, "unknown-locker")
	s.replayed()
}

// TestToolThatIsToGoIsNotLent while its 报损 or 报废 waits for the second person.
func TestToolThatIsToGoIsNotLent(t *testing.T) {
	s := withTools(t)
	ask := s.do(ToolRetire{ID: "DR-01", Staff: "01", Reason: "绝缘老化"}).(ToolRequest)
	e := RentalRequest{Tools: []string{"DR-01"}, Staff: "01"}
	s.refused(e, "pending")
	s.do(ToolDecide{Request: ask.ID, Staff: "02", Reason: "还能用"})
	s.do(e)
}
