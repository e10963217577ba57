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
	Out         string   `json:"out,omitempty"`
	In          string   `json:"in,omitempty"`
	Checklist   []string `json:"checklist"`
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
	Capital string `json:"capital"` // of the refund, or of what is due
	Receipt string `json:"receipt"` // deposit slip that is taken back
	Stub    string `json:"stub"`
	Binding string `json:"binding"`
	Method  string `json:"method"`
	Staff   string `json:"staff"`
	Issued  string `json:"issued"`
}

// contract adds the record of an approval and its contract slip to an outcome.
func (h *Hall) contract(out *Outcome, at Stamp, r *Rental, d *RentalApproved) {
	terms := h.cfg.Rental.Terms
	d.Terms, d.Binding = terms.Version, r.binding(terms)
	out.Data = append(out.Data, d)
	s := RentalSlip{
		Rental: r.ID, Last4: r.Person.Last4, Lines: r.Lines, Trade: r.Trade, Deposit: r.deposit(), Capital: Capital(r.deposit()),
		Safety: h.safety(r), Terms: terms, Binding: d.Binding, Stub: r.contractStub(), Approver: d.Staff, Issued: minute(at),
	}
	if limit := h.cfg.Rental.OverdueAfter; limit > 0 {
		s.Back = "出库后" + hours(limit) + "内归还"
	}
	for _, l := range r.Lines {
		s.Prices = append(s.Prices, l.Price.text())
		if t := h.Tools[l.Tool]; t != nil && t.Door != "" && l.State == ToolReserved {
			s.Doors = append(s.Doors, t.Door)
		}
	}
	h.addSlip(out, newSlip("rental", r.Person.Ref, r.ID, s))
}

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

func (h *Hall) depositSlip(at Stamp, r *Rental, receipt, method, staff string) Slip {
	return newSlip("deposit", r.Person.Ref, r.ID, DepositSlip{
		Receipt: receipt, Rental: r.ID, Last4: r.Person.Last4, Lines: r.Lines, Amount: r.deposit(),
		Capital: Capital(r.deposit()), Method: method, Staff: staff, Issued: minute(at),
	})
}

var resultName = map[string]string{
	ResultOK: "完好", ResultDamaged: "损坏", ResultIncomplete: "缺配件", ResultLost: "丢失",
}

// returnSlip is the 归还检查单 of a rental whose tools were all looked at.
func (h *Hall) returnSlip(at Stamp, r *Rental, staff string) Slip {
	b := r.bill()
	s := ReturnSlip{
		Rental: r.ID, Last4: r.Person.Last4, Bill: b, Stub: r.settlementStub(), Binding: b.binding(r), Staff: staff, Issued: minute(at),
	}
	for _, l := range r.Lines {
		c := ReturnCheck{
			Tool: l.Tool, Name: l.Name, Checklist: h.checklist(l.Type), Accessories: l.Accessories,
			Missing: l.Missing, Result: resultName[l.Result], Deduct: l.Deduct,
		}
		if !l.Out.Time.IsZero() {
			c.Out = minute(l.Out)
		}
		if !l.In.Time.IsZero() {
			c.In = minute(l.In)
		}
		s.Tools = append(s.Tools, c)
	}
	return newSlip("return", r.Person.Ref, r.ID, s)
}

func (h *Hall) settlementSlip(at Stamp, r *Rental, d *RentalSettled) Slip {
	return newSlip("settlement", r.Person.Ref, r.ID, SettlementSlip{
		Rental: r.ID, Last4: r.Person.Last4, Lines: r.Lines, Bill: d.Bill, Capital: Capital(max(d.Refund, d.Bill.Due)),
		Receipt: r.Receipt, Stub: d.Stub, Binding: d.Binding, Method: d.Method, Staff: d.Staff, Issued: minute(at),
	})
}
