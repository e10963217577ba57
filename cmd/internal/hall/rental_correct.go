package hall

import (
	"maps"
	"slices"
)

// RentalCorrected records that a step of a rental is taken back, with author and
// reason. Nothing is erased: the money goes back in records of its own, with
// negative sums.
type RentalCorrected struct {
	Rental string `json:"rental"`
	What   string `json:"what"` // Settlement, Inspection or Deposit
	Tool   string `json:"tool,omitempty"`
	Bill   *Bill  `json:"bill,omitempty"` // the one that no longer counts
	Staff  string `json:"staff"`
	Second string `json:"second"`
	Reason string `json:"reason"`
}

// What a correction can take back.
const (
	CorrectSettlement = "settlement"
	CorrectInspection = "inspection"
	CorrectDeposit    = "deposit"
)

var correctionName = map[string]string{
	CorrectSettlement: "结算", CorrectInspection: "检查", CorrectDeposit: "收押金",
}

func (*RentalCorrected) Kind() Kind        { return "rental.corrected" }
func (d *RentalCorrected) Subject() string { return d.Rental }

func (d *RentalCorrected) apply(h *Hall, at Stamp) {
	h.except(at, d.Staff, "冲正"+correctionName[d.What], d.Rental, d.Reason)
	r := h.Rentals[d.Rental]
	if r == nil {
		return
	}
	switch d.What {
	case CorrectSettlement:
		if d.Bill != nil {
			r.Due -= d.Bill.Due
			h.earn(*d.Bill, -1)
		}
		r.Bill, r.Ended = nil, ""
		r.progress()
	case CorrectInspection:
		if l := r.line(d.Tool); l != nil {
			h.uninspect(r, l)
		}
		r.progress()
	case CorrectDeposit:
		r.State, r.Receipt = Signed, ""
	}
}

// uninspect puts a line back to before its inspection, and its tool too if
// nobody else has it by now.
func (h *Hall) uninspect(r *Rental, l *Line) {
	was := l.State
	l.State = ToolReturned
	l.forget()
	if l.In.Time.IsZero() {
		l.State = ToolOut
		h.account(l.Tool).Out -= l.Used
		l.Use = Use{}
	}
	if t := h.Tools[l.Tool]; t != nil && t.Rental == "" && t.State == was {
		t.State, t.Rental, t.Lacking = l.State, r.ID, nil
	}
}

// RentalCorrect takes a step back, with two persons and a reason.
type RentalCorrect struct {
	Rental string
	What   string
	Tool   string // of an inspection; empty: the only one
	Staff  string
	Second string
	Reason string
}

func (e RentalCorrect) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.rental(e.Rental)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Finance, Head); err != nil {
		return Outcome{}, err
	}
	if err := h.second(at, e.Staff, e.Second); err != nil {
		return Outcome{}, err
	}
	if e.Reason == "" {
		return Outcome{}, refuse("no-reason", "更正请写明原因（--reason）")
	}
	d := &RentalCorrected{Rental: r.ID, What: e.What, Tool: e.Tool, Staff: e.Staff, Second: e.Second, Reason: e.Reason}
	out := Outcome{Reply: viewOf(r.ID)}
	switch e.What {
	case CorrectSettlement:
		err = e.settlement(&out, r, d)
	case CorrectInspection:
		err = e.inspection(&out, h, r, d)
	case CorrectDeposit:
		err = e.deposit(&out, h, r, d)
	default:
		err = refuse("what", "只能更正 settlement（结算）、inspection（检查）或 deposit（押金）")
	}
	if err != nil {
		return Outcome{}, err
	}
	h.paymentSlip(&out, at, r, PaymentSlip{
		About: "更正" + correctionName[e.What], Receipt: r.Receipt, Reason: e.Reason, Staff: e.Staff, Second: e.Second,
	})
	h.toSign(&out, at, r, e.Staff)
	return out, nil
}

func (e RentalCorrect) settlement(out *Outcome, r *Rental, d *RentalCorrected) error {
	if r.State != Settled || r.Bill == nil {
		return r.wrongOrder()
	}
	b := r.Bill
	d.Bill = b
	before := Fen(0)
	for _, method := range slices.Sorted(maps.Keys(r.Paid)) { // each way of payment gives back its own
		paid := r.Paid[method]
		out.Data = append(out.Data, &PaymentTaken{
			Rental: r.ID, Amount: -paid, Method: method, Staff: e.Staff, Second: e.Second, Reason: e.Reason, Tools: negative(b.payment(before, paid)),
		})
		before += paid
	}
	if b.Refund > 0 {
		out.Data = append(out.Data, &DepositRefunded{
			Rental: r.ID, Amount: -b.Refund, Method: r.BackMethod, Staff: e.Staff, Second: e.Second, Reason: e.Reason, Tools: negative(b.refunds()),
		})
	}
	if kept := b.kept(); len(kept) > 0 {
		out.Data = append(out.Data, &DepositForfeited{
			Rental: r.ID, Amount: -sumOf(kept), Staff: e.Staff, Second: e.Second, Reason: e.Reason, Tools: negative(kept),
		})
	}
	out.Data = append(out.Data, d)
	return nil
}

func (e RentalCorrect) inspection(out *Outcome, h *Hall, r *Rental, d *RentalCorrected) error {
	if !r.open() {
		return r.wrongOrder()
	}
	for _, l := range r.Lines {
		if l.Result == "" || e.Tool != "" && l.Tool != e.Tool {
			continue
		}
		if d.Tool != "" && d.Tool != l.Tool {
			return refuse("which-tool", "请写明更正哪一件工具的检查（--tool）")
		}
		// A tool that was lost and found again is no longer out.
		if t := h.Tools[l.Tool]; l.In.Time.IsZero() && (t.Rental != "" || t.State != l.State) {
			return refuse("moved", "%s已另行处理，不能再更正它的检查", l.Tool)
		}
		d.Tool = l.Tool
		out.Data = []Data{d}
	}
	if out.Data == nil {
		return refuse("not-inspected", "租赁单%s没有可以更正的检查", r.ID)
	}
	return nil
}

func (e RentalCorrect) deposit(out *Outcome, h *Hall, r *Rental, d *RentalCorrected) error {
	if r.State != Deposited || r.begun() || h.opOf(r.ID) != nil {
		return r.wrongOrder()
	}
	out.Data = []Data{&DepositTaken{
		Rental: r.ID, Amount: -r.Held, Method: r.Method, Staff: e.Staff, Second: e.Second, Reason: e.Reason, Tools: negative(r.depositParts()),
	}, d}
	return nil
}
