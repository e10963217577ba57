package hall

import "slices"

// RentalSlip is the content of a 租赁单, with its safety notes and its stub for
// the signature.
type RentalSlip struct {
	Rental   string   `json:"rental"`
	Last4    string   `json:"last4"`
	Lines    []Line   `json:"lines"`
	Prices   []string `json:"prices"` // of each line, in words
	Trade    string   `json:"trade,omitempty"`
	Deposit  Fen      `json:"deposit"`
	Capital  string   `json:"capital"` // 大写
	Safety   []string `json:"safety"`
	Terms    Terms    `json:"terms"`
	Binding  string   `json:"binding"`
	Stub     string   `json:"stub"` // number to be confirmed once it is signed
	Doors    []DoorID `json:"doors,omitempty"`
	Back     string   `json:"back,omitempty"` // how long a tool may be out
	Approver string   `json:"approver,omitempty"`
	Issued   string   `json:"issued"`
}

// DepositSlip is the content of a 押金收据.
type DepositSlip struct {
	Receipt string `json:"receipt"`
	Void    string `json:"void,omitempty"` // number of the slip that this one replaces
	Rental  string `json:"rental"`
	Last4   string `json:"last4"`
	Lines   []Line `json:"lines"`
	Amount  Fen    `json:"amount"`
	Capital string `json:"capital"`
	Method  string `json:"method"`
	Staff   string `json:"staff"`
	Second  string `json:"second,omitempty"`
	Issued  string `json:"issued"`
}

// ReturnSlip is the content of a 归还检查单, with the bill and the stub for the
// signature at the return.
type ReturnSlip struct {
	Rental  string        `json:"rental"`
	Last4   string        `json:"last4"`
	Tools   []ReturnCheck `json:"tools"`
	Bill    Bill          `json:"bill"`
	Stub    string        `json:"stub"`
	Binding string        `json:"binding"`
	Staff   string        `json:"staff"`
	Issued  string        `json:"issued"`
}

// ReturnCheck is one tool on a 归还检查单.
type ReturnCheck struct {
	Tool        string   `json:"tool"`
	Name        string   `json:"name"`
	For         string   `json:"for,omitempty"` // tool that it replaced
	Out         string   `json:"out"`
	In          string   `json:"in,omitempty"`
	Passed      []string `json:"passed"` // points of the checklist that were in order
	Failed      []string `json:"failed"` // and those that were not
	Accessories []string `json:"accessories"`
	Missing     []string `json:"missing"`
	Result      string   `json:"result"` // 完好, 损坏, 缺配件, 丢失
	Deduct      Fen      `json:"deduct"`
}

// SettlementSlip is the content of a 结算/退押单.
type SettlementSlip struct {
	Rental  string `json:"rental"`
	Last4   string `json:"last4"`
	Lines   []Line `json:"lines"`
	Bill    Bill   `json:"bill"`
	Capital string `json:"capital"`          // of the refund, or of what is due
	Paid    Fen    `json:"paid"`             // of what is due
	Method  string `json:"method,omitempty"` // how it was paid, or the rest refunded
	Receipt string `json:"receipt"`          // deposit slip that no longer counts
	Stub    string `json:"stub"`
	Binding string `json:"binding"`
	Staff   string `json:"staff"`
	Issued  string `json:"issued"`

	HandedIn bool `json:"handed_in"` // somebody saw the deposit slip
}

// contractSlip is the 租赁单 of a rental that was approved.
func (h *Hall) contractSlip(at Stamp, r *Rental, d *RentalDrawn) Slip {
	s := RentalSlip{
		Rental: r.ID, Last4: r.Person.Last4, Trade: r.Trade, Deposit: r.deposit(), Capital: Capital(r.deposit()),
		Safety: h.safety(r), Terms: h.cfg.Rental.Terms, Binding: d.Binding, Stub: d.Stub, Approver: approvedBy(r.Approver), Issued: minute(at),
	}
	if limit := h.cfg.Rental.OverdueAfter; limit > 0 {
		s.Back = "出库后" + hours(limit) + "内归还"
	}
	for _, l := range r.Lines {
		if !r.handsOut(l) {
			continue
		}
		s.Lines, s.Prices = append(s.Lines, l), append(s.Prices, l.Price.text())
		if t := h.Tools[l.Tool]; t != nil && t.Door != "" && l.State == ToolReserved {
			s.Doors = append(s.Doors, t.Door)
		}
	}
	return newSlip("rental", r.Person.Ref, r.ID, s)
}

// handsOut reports whether a tool was handed out, or still may be.
func (*Rental) handsOut(l Line) bool { return l.State == ToolReserved || !l.Out.Time.IsZero() }

// safety gathers the safety notes of a rental's types, each once.
func (h *Hall) safety(r *Rental) (notes []string) {
	for _, l := range r.Lines {
		for _, n := range h.cfg.Rental.Types[l.Type].Safety {
			if !slices.Contains(notes, n) {
				notes = append(notes, n)
			}
		}
	}
	return notes
}

// checklist is what an inspection asks of a type.
func (h *Hall) checklist(kind string) []string {
	if list := h.cfg.Rental.Types[kind].Checklist; len(list) > 0 {
		return list
	}
	return h.cfg.Rental.Checklist
}

// mustTick reports whether each point of a checklist wants an answer, since the
// type has one of its own.
func (h *Hall) mustTick(kind string) bool { return len(h.cfg.Rental.Types[kind].Checklist) > 0 }

var resultName = map[string]string{
	ResultOK: "完好", ResultDamaged: "损坏", ResultIncomplete: "缺配件", ResultLost: "丢失",
}

// returnSlip is the 归还检查单 of a rental whose tools were all looked at. A tool
// that was never out is not on it.
func (h *Hall) returnSlip(at Stamp, r *Rental, d *RentalDrawn) Slip {
	s := ReturnSlip{
		Rental: r.ID, Last4: r.Person.Last4, Bill: r.bill(), Stub: d.Stub, Binding: d.Binding, Staff: d.Staff, Issued: minute(at),
	}
	for _, l := range r.Lines {
		if l.Out.Time.IsZero() {
			continue
		}
		c := ReturnCheck{
			Tool: l.Tool, Name: l.Name, For: l.For, Out: minute(l.Out), Passed: l.Passed, Failed: l.Failed,
			Accessories: l.Accessories, Missing: l.Missing, Result: resultName[l.Result], Deduct: l.Deduct,
		}
		if !l.In.Time.IsZero() {
			c.In = minute(l.In)
		}
		s.Tools = append(s.Tools, c)
	}
	return newSlip("return", r.Person.Ref, r.ID, s)
}

func (*Hall) settlementSlip(at Stamp, r *Rental, d *RentalSettled, paid Fen) Slip {
	s := SettlementSlip{
		Rental: r.ID, Last4: r.Person.Last4, Bill: d.Bill, Capital: Capital(max(d.Refund, d.Bill.Due)), Paid: paid,
		Receipt: r.Receipt, HandedIn: d.Receipt != "", Stub: d.Stub, Binding: d.Binding, Method: d.Method, Staff: d.Staff, Issued: minute(at),
	}
	for _, l := range r.Lines {
		if !l.Out.Time.IsZero() {
			s.Lines = append(s.Lines, l)
		}
	}
	return newSlip("settlement", r.Person.Ref, r.ID, s)
}
