package hall

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// slip gives the content of the last slip of a template that came out.
func slip[T any](s *story, template string) (content T) {
	s.t.Helper()
	papers := s.papers()
	for _, j := range slices.Backward(papers) {
		if j.Slip.Template != template {
			continue
		}
		if err := json.Unmarshal(j.Slip.Data, &content); err != nil {
			s.t.Fatal(err)
		}
		return content
	}
	s.t.Fatalf("no %s slip among %d", template, len(papers))
	return content
}

// withPair is a hall with a second drill, of another price.
func withPair(t *testing.T) *story {
	s := withTools(t)
	other := drill
	other.ID, other.Door, other.Price.Rate = "DR-02", "A/4", 900
	s.do(ToolAdd{Tool: other, Staff: "01"})
	return s
}

// TestEverySettlementHasAPaper: however a rental comes to its end, the return
// slip that is signed is printed by then, and names only what was out.
func TestEverySettlementHasAPaper(t *testing.T) {
	returned := func(s *story, r, tool string) {
		s.through(RentalReturn{Rental: r, Tool: tool, Staff: "01"})
		s.do(RentalInspect{Rental: r, Tool: tool, Result: ResultOK, Staff: "02"})
	}
	for name, c := range map[string]struct {
		goes func(s *story) string
		want []string
	}{
		"the rest was dropped before the return": {func(s *story) string {
			r := s.upTo(Deposited, "DR-01", "SP-01")
			s.through(RentalHandover{Rental: r, Tool: "SP-01", Staff: "01"})
			s.do(RentalCancel{Rental: r, Staff: "01", Reason: "只要铁锹"})
			s.printed()
			returned(s, r, "SP-01")
			return r
		}, []string{"SP-01"}},
		"the rest was dropped after the inspection": {func(s *story) string {
			r := s.upTo(Deposited, "DR-01", "SP-01")
			s.through(RentalHandover{Rental: r, Tool: "SP-01", Staff: "01"})
			returned(s, r, "SP-01")
			s.printed()
			s.do(RentalCancel{Rental: r, Staff: "01", Reason: "不要电锤了"})
			return r
		}, []string{"SP-01"}},
		"swapped before it was handed out": {func(s *story) string {
			r := s.upTo(Deposited, "DR-01")
			s.do(RentalSwap{Rental: r, Tool: "DR-01", With: "DR-02", Staff: "01", Reason: "不转"})
			s.goOn(r, Out)
			returned(s, r, "DR-02")
			return r
		}, []string{"DR-02"}},
		"swapped, and the other one dropped unsigned": {func(s *story) string {
			r := s.upTo(Out, "DR-01")
			returned := RentalInspect{Rental: r, Tool: "DR-01", Result: ResultDamaged, Staff: "02"}
			s.through(RentalReturn{Rental: r, Staff: "01"})
			s.do(RentalSwap{Rental: r, Tool: "DR-01", With: "DR-02", Staff: "01", Reason: "不转"})
			s.do(returned)
			s.printed()
			s.do(RentalCancel{Rental: r, Staff: "01", Reason: "不租了"})
			return r
		}, []string{"DR-01"}},
		"lost": {func(s *story) string {
			r := s.upTo(Out, "DR-01")
			s.do(RentalInspect{Rental: r, Result: ResultLost, Deduct: 100, Staff: "02", Second: "01"})
			return r
		}, []string{"DR-01"}},
		"a settlement was taken back": {func(s *story) string {
			r := s.upTo(Settled, "DR-01")
			s.printed()
			s.do(RentalCorrect{Rental: r, What: CorrectSettlement, Staff: "02", Second: "01", Reason: "方式写错"})
			return r
		}, []string{"DR-01"}},
		"the slip was spoilt": {func(s *story) string {
			r := s.upTo(Inspected, "DR-01")
			s.printed()
			s.do(RentalContract{Rental: r, Staff: "01"})
			return r
		}, []string{"DR-01"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := withPair(t)
			r := c.goes(s)
			paper := slip[ReturnSlip](s, "return")
			var tools []string
			for _, check := range paper.Tools {
				tools = append(tools, check.Tool)
				if check.Result == "" || check.Out == "" {
					t.Errorf("%s stands there without its result or its time: %+v", check.Tool, check)
				}
			}
			if !slices.Equal(tools, c.want) {
				t.Errorf("got %v on the slip, want %v", tools, c.want)
			}
			if v, _ := s.h.Rental(r); v.ToSign != paper.Stub || v.Binding != paper.Binding {
				t.Errorf("staff see stub %s and binding %s, the paper says %s and %s", v.ToSign, v.Binding, paper.Stub, paper.Binding)
			}
			s.do(RentalSettle{Rental: r, Staff: "01"})
			got := slip[SettlementSlip](s, "settlement")
			if got.Binding != paper.Binding || got.Stub != paper.Stub || len(got.Lines) != len(c.want) {
				t.Errorf("settled on %s %s with %d tools, signed was %s %s", got.Stub, got.Binding, len(got.Lines), paper.Stub, paper.Binding)
			}
			s.replayed()
		})
	}
}

// TestABillThatNobodySignedIsNotSettled: the settlement holds the bill to the one
// on the paper.
func TestABillThatNobodySignedIsNotSettled(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Inspected, "DR-01")
	s.h.Rentals[r].Lines[0].Deduct = 15000
	s.refused(RentalSettle{Rental: r, Staff: "01"}, "bill-changed")
	s.do(RentalContract{Rental: r, Staff: "01"})
	s.do(RentalSettle{Rental: r, Staff: "01"})
}

// TestAStubStandsForOneContent: what is drawn up anew has another number, and the
// ones before are void.
func TestAStubStandsForOneContent(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Inspected, "DR-01")
	s.do(RentalSettle{Rental: r, Stub: r + "-J1", Staff: "01"})
	s.do(RentalCorrect{Rental: r, What: CorrectSettlement, Staff: "02", Second: "01", Reason: "漏看裂纹"})
	s.do(RentalCorrect{Rental: r, What: CorrectInspection, Staff: "02", Second: "01", Reason: "漏看裂纹"})
	s.do(RentalInspect{Rental: r, Result: ResultDamaged, Deduct: 15000, Staff: "02"})
	for _, void := range []string{r + "-J1", r + "-J2", r, r + "-J9", r + "-Y1"} {
		s.refused(RentalSettle{Rental: r, Stub: void, Staff: "01"}, "stub-void")
	}
	s.refused(RentalSettle{Rental: r, Stub: "R260101-001-J1", Staff: "01"}, "stub-used") // of a rental long forgotten
	s.refused(RentalSettle{Rental: r, Pad: "abc", Staff: "01"}, "pad")
	pad := strings.Repeat("0f", 32)
	s.do(RentalSettle{Rental: r, Pad: pad, Staff: "01"}) // on the stub printed last
	var d RentalSettled
	for _, rec := range s.ledger {
		if rec.kind == "rental.settled" {
			_ = json.Unmarshal(rec.raw, &d)
		}
	}
	if d.Stub != r+"-J3" || d.Pad != pad || d.Deduction != 15000 {
		t.Errorf("got %+v, want it settled on %s-J3", d, r)
	}
	s.replayed()
}

func TestStubAndTermsBindASignature(t *testing.T) {
	s := withTools(t)
	a, b := s.upTo(Approved, "DR-01"), s.upTo(Approved, "SP-01")
	s.refused(RentalSign{Rental: a, Staff: "01", Stub: b}, "stub-used")
	s.do(RentalSign{Rental: a, Staff: "01", Stub: "0007713"})
	s.refused(RentalSign{Rental: a, Staff: "01", Stub: "0007713"}, "wrong-order")
	s.refused(RentalSign{Rental: b, Staff: "01", Stub: "0007713"}, "stub-used")
	s.refused(RentalSign{Rental: b, Staff: "01", Stub: " 0007714"}, "stub")
	s.h.cfg.Rental.Terms.Lines = []string{"损坏十倍赔偿"}
	s.refused(RentalSign{Rental: b, Staff: "01"}, "terms-changed")
	s.do(RentalContract{Rental: b, Staff: "01"})
	s.refused(RentalSign{Rental: b, Staff: "01", Stub: b}, "stub-void") // signed on the old terms
	s.do(RentalSign{Rental: b, Staff: "01", Stub: b + "-2"})
	s.h.cfg = s.cfg
	s.replayed()
}

// TestWhatAContractBinds: nothing of what stands on it can change under the same
// hash.
func TestWhatAContractBinds(t *testing.T) {
	bound := func(change func(*Config, *Rental)) string {
		cfg := testConfig()
		cfg.Rental.Types = map[string]ToolType{"drill": {Safety: []string{"戴护目镜"}}}
		r := &Rental{ID: "R260302-001", Lines: []Line{{
			Tool: "DR-01", Type: "drill", Class: Priced, Price: Price{Rate: 500, Per: PerHour, Cap: 3000, Version: "2026-1"},
			Deposit: 20000, Parts: map[string]Fen{"钻头": 3500},
		}}}
		change(&cfg, r)
		return New(cfg).contractBinding(r)
	}
	seen := map[string]string{bound(func(*Config, *Rental) {}): "nothing"}
	for name, change := range map[string]func(*Config, *Rental){
		"number":       func(_ *Config, r *Rental) { r.ID = "R260302-002" },
		"terms":        func(c *Config, _ *Rental) { c.Rental.Terms.Lines = []string{"损坏十倍赔偿"} },
		"version":      func(c *Config, _ *Rental) { c.Rental.Terms.Version = "2" },
		"safety notes": func(c *Config, _ *Rental) { c.Rental.Types = nil },
		"tool":         func(_ *Config, r *Rental) { r.Lines[0].Tool = "DR-02" },
		"rate":         func(_ *Config, r *Rental) { r.Lines[0].Price.Rate = 600 },
		"unit":         func(_ *Config, r *Rental) { r.Lines[0].Price.Per = PerDay },
		"cap":          func(_ *Config, r *Rental) { r.Lines[0].Price.Cap = 3100 },
		"free":         func(_ *Config, r *Rental) { r.Lines[0].Price.Free = 15 },
		"rounding":     func(_ *Config, r *Rental) { r.Lines[0].Price.Round = 15 },
		"open hours":   func(_ *Config, r *Rental) { r.Lines[0].Price.OpenHours = true },
		"price list":   func(_ *Config, r *Rental) { r.Lines[0].Price.Version = "2026-2" },
		"part price":   func(_ *Config, r *Rental) { r.Lines[0].Parts["钻头"] = 3600 },
		"deposit":      func(_ *Config, r *Rental) { r.Lines[0].Deposit = 20001 },
		"another tool": func(_ *Config, r *Rental) { r.Lines = append(r.Lines, Line{Tool: "SP-01"}) },
	} {
		got := bound(change)
		if other, twice := seen[got]; twice {
			t.Errorf("%s and %s have one hash", name, other)
		}
		seen[got] = name
	}
}

// TestContractNamesItsPrices: what the money depends on stands on the paper that
// is signed.
func TestContractNamesItsPrices(t *testing.T) {
	s := withTools(t)
	s.cfg.Rental.PriceList = "2026-1"
	s.h.cfg = s.cfg
	saw := Tool{
		ID: "SW-01", Name: "切割机", Class: Priced, Deposit: 10000, Accessories: []string{"锯片"}, PartPrices: map[string]Fen{"锯片": 3500},
		Price: Price{Rate: 500, Per: PerHour, Round: 15, OpenHours: true},
	}
	s.do(ToolAdd{Tool: saw, Staff: "01"})
	saw.ID, saw.Price.Version = "SW-02", "2025-3"
	s.do(ToolAdd{Tool: saw, Staff: "01"})
	r := s.request("SW-01", "SW-02", "SP-01")
	s.do(RentalApprove{Rental: r, Staff: "02"})
	got := slip[RentalSlip](s, "rental")
	want := []string{
		"5.00元/小时，不足15分钟按15分钟计，只计开放时间", "5.00元/小时，不足15分钟按15分钟计，只计开放时间", "免租赁费",
	}
	if !slices.Equal(got.Prices, want) {
		t.Errorf("got prices %q, want %q", got.Prices, want)
	}
	for i, version := range []string{"2026-1", "2025-3", ""} {
		if l := got.Lines[i]; l.Price.Version != version || version != "" && l.Parts["锯片"] != 3500 {
			t.Errorf("%s is of list %q with parts %v, want list %q", l.Tool, l.Price.Version, l.Parts, version)
		}
	}
	s.replayed()
}

func TestCountyApprovesByName(t *testing.T) {
	for by, want := range map[string]string{"": "县里审批", "张科长": "县里审批（张科长）"} {
		s := withTools(t)
		r := s.request("DR-01")
		s.do(RentalApproveByCounty{Rental: r, By: by})
		if got := slip[RentalSlip](s, "rental").Approver; got != want {
			t.Errorf("the contract names %q, want %q", got, want)
		}
	}
}

func TestCountyIsBrief(t *testing.T) {
	s := withTools(t)
	r := s.request("DR-01")
	long := strings.Repeat("长", longestField+1)
	s.refused(RentalApproveByCounty{Rental: r, By: long}, "too-long")
	s.refused(RentalApproveByCounty{Rental: r, Refuse: true, Reason: long}, "too-long")
}

func TestClassThatTheCountyApprovedBeforehand(t *testing.T) {
	s := withTools(t)
	s.cfg.Rental.Preapproved = []Class{Simple}
	s.h.cfg = s.cfg
	r := s.request("SP-01")
	s.state(r, Approved)
	if got := slip[RentalSlip](s, "rental"); got.Approver != "县里免逐件审批" || got.Stub != r {
		t.Errorf("got approver %q and stub %q on the contract", got.Approver, got.Stub)
	}
	s.refused(RentalApprove{Rental: r, Staff: "02"}, "wrong-order")
	s.goOn(r, Settled)
	s.state(s.request("SP-01", "DR-01"), Requested) // one of them is not of the class
	s.replayed()
}

// TestMoneyAsideHasASlip: whatever money changes hands beside deposit and
// settlement stands on a paper of its own.
func TestMoneyAsideHasASlip(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Deposited, "DR-01")
	old := s.h.Rentals[r].Receipt
	s.printed()
	s.refused(RentalCancel{Rental: r, Staff: "01", Reason: "不用了", Receipt: "R260302-009-Y1"}, "void-receipt")
	s.do(RentalCancel{Rental: r, Staff: "01", Reason: "不用了", Method: "微信", Receipt: old})
	got := slip[PaymentSlip](s, "payment")
	if len(got.Items) != 1 || got.Items[0] != (PaymentItem{"退还押金", 20000, "微信"}) || got.Receipt != old || got.Held != 0 {
		t.Errorf("got %+v, want 200.00 back by 微信", got)
	}
	s.printed()
	s.do(RentalCancel{Rental: s.upTo(Signed, "DR-01"), Staff: "01", Reason: "不用了"})
	if got := s.printed(); len(got) != 0 {
		t.Errorf("got slips %v of no money", got)
	}

	r = s.upTo(Deposited, "DR-01")
	s.printed()
	s.do(RentalCorrect{Rental: r, What: CorrectDeposit, Staff: "02", Second: "01", Reason: "收错"})
	if got := slip[PaymentSlip](s, "payment"); len(got.Items) != 1 || got.Items[0] != (PaymentItem{"退回押金", 20000, cash}) || got.Receipt == "" {
		t.Errorf("got %+v, want the deposit back", got)
	}
	s.do(RentalDeposit{Rental: r, Staff: "01"})
	s.goOn(r, Returned)
	s.do(RentalInspect{Rental: r, Result: ResultDamaged, Deduct: 20000, Staff: "02"})
	s.do(RentalSettle{Rental: r, Staff: "01", Method: "微信"})
	if got := slip[SettlementSlip](s, "settlement"); got.Paid != 500 || got.Method != "微信" {
		t.Errorf("got %+v, want 5.00 paid by 微信", got)
	}
	s.printed()
	s.do(RentalCorrect{Rental: r, What: CorrectSettlement, Staff: "02", Second: "01", Reason: "写错"})
	if got := slip[PaymentSlip](s, "payment"); len(got.Items) != 2 || got.Held != 20000 || got.Due != 0 || got.Receipt != "" {
		t.Errorf("got %+v, want the payment back and the deposit held", got)
	}
	s.do(RentalSettle{Rental: r, Staff: "01"})
	if got := slip[SettlementSlip](s, "settlement"); got.Paid != 0 || got.Method != "" {
		t.Errorf("got %+v, want 5.00 owed", got)
	}
	s.do(RentalPay{Rental: r, Staff: "01"})
	if got := slip[PaymentSlip](s, "payment"); got.Items[0] != (PaymentItem{"收到补交款", 500, cash}) || got.Due != 0 {
		t.Errorf("got %+v, want 5.00 paid", got)
	}
	s.refused(RentalPay{Rental: r, Staff: "01"}, "nothing-due")
	s.replayed()
}

// TestRefundGoesBackAsTheDepositCame unless somebody says another way.
func TestRefundGoesBackAsTheDepositCame(t *testing.T) {
	for said, want := range map[string]string{"": "微信", "现金": "现金"} {
		s := withTools(t)
		r := s.upTo(Signed, "SP-01")
		s.refused(RentalDeposit{Rental: r, Method: strings.Repeat("很", 17), Staff: "01"}, "method")
		s.do(RentalDeposit{Rental: r, Method: "微信", Staff: "01"})
		s.goOn(r, Inspected)
		if got := s.do(RentalSettle{Rental: r, Method: said, Staff: "01"}).(Settlement); got.Method != want || got.Refund != 2000 {
			t.Errorf("said %q: got %s by %q, want 20.00 by %s", said, got.Refund, got.Method, want)
		}
		s.later(time.Minute)
		s.replayed()
	}
}

// TestNothingIsSignedThatIsNotOnPaper, unless on a pad or in a numbered book.
func TestNothingIsSignedThatIsNotOnPaper(t *testing.T) {
	for _, e := range []RentalSign{{Stub: "册3-118"}, {Pad: strings.Repeat("0a", 32)}, {}} {
		s := withTools(t)
		r := s.do(RentalRequest{Tools: []string{"DR-01"}, Staff: "01"}).(RentalView).Rental
		s.do(RentalApprove{Rental: r, Staff: "02"})
		waiting := s.sent()
		s.do(SlipResult{Job: waiting[0].ID, State: JobHeld}) // before the contract in the queue
		s.refused(RentalSign{Rental: r, Staff: "01"}, "no-paper")
		e.Rental, e.Staff = r, "01"
		if e.Stub == "" && e.Pad == "" {
			s.do(PrinterReady{})
			for _, j := range s.sent() {
				s.do(SlipResult{Job: j.ID, State: JobPrinted})
			}
		}
		s.do(e)
		s.replayed()
	}
}

// TestPaperIsOutWhateverItsReprint: a 补打 that the printer does not take, of a
// contract that came out, keeps nobody from signing; a contract that was drawn up
// anew has to come out itself.
func TestPaperIsOutWhateverItsReprint(t *testing.T) {
	s := withTools(t)
	r := s.upTo(Approved, "DR-01")
	var contract string
	s.papers()
	for id, j := range s.h.Jobs {
		if j.Slip.Template == "rental" {
			contract = id
		}
	}
	s.do(Reprint{Ticket: contract, Staff: "01", Reason: "再要一份"})
	for _, j := range s.sent() {
		s.do(SlipResult{Job: j.ID, State: JobHeld})
	}
	sign := RentalSign{Rental: r, Staff: "01"}
	if _, err := s.h.Handle(s.at, sign); err != nil {
		t.Errorf("the contract is on paper, and yet: %v", err)
	}
	s.do(RentalContract{Rental: r, Staff: "01"})
	s.refused(sign, "no-paper")
	s.replayed()
}

// TestNothingIsSignedWhileThePrinterIsDown, also before its slip has come back.
func TestNothingIsSignedWhileThePrinterIsDown(t *testing.T) {
	s := withTools(t)
	r := s.do(RentalRequest{Tools: []string{"DR-01"}, Staff: "01"}).(RentalView).Rental
	s.printed()
	s.do(RentalApprove{Rental: r, Staff: "02"})
	want(t, "slips on their way", len(s.sent()), 1)
	s.do(DeviceReport{Device: PrinterName, Fault: "offline"})
	s.refused(RentalSign{Rental: r, Staff: "01"}, "no-paper")
	s.do(DeviceReport{Device: PrinterName})
	s.do(RentalSign{Rental: r, Staff: "01"})
	s.replayed()
}
