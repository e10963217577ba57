package hall

// RentalPay takes what a settlement left unpaid, whole or in part. A part names
// what was owed before it, so that two clerks at once, or one who presses twice,
// do not take it twice.
type RentalPay struct {
	Rental string
	Amount Fen    // 0: all of it
	Due    Fen    // what was owed when the clerk looked; for the whole it may be left out
	Method string // empty: 现金
	Staff  string
}

func (e RentalPay) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.rental(e.Rental)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Counter, Keeper, Finance, Head); err != nil {
		return Outcome{}, err
	}
	if e.Amount == 0 {
		e.Amount = r.Due
	}
	switch {
	case r.Due == 0:
		return Outcome{}, refuse("nothing-due", "租赁单%s没有欠款", r.ID)
	case e.Amount < 0 || e.Amount > r.Due:
		return Outcome{}, refuse("amount", "租赁单%s欠%s元，收款不能多于欠款", r.ID, r.Due)
	case e.Due != 0 && e.Due != r.Due:
		return Outcome{}, refuse("due-changed", "租赁单%s现在欠%s元，不是%s元，可能已有人收过，请核对后再收", r.ID, r.Due, e.Due)
	case e.Due == 0 && e.Amount < r.Due:
		return Outcome{}, refuse("due-missing", "租赁单%s欠%s元，只收一部分时请写明收款前的欠款（--due），以免收两次", r.ID, r.Due)
	}
	method, err := way(e.Method, cash)
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{
		Data: []Data{&PaymentTaken{
			Rental: r.ID, Amount: e.Amount, Method: method, Staff: e.Staff, Tools: r.payTools(e.Amount),
		}},
		Reply: viewOf(r.ID),
	}
	h.paymentSlip(&out, at, r, PaymentSlip{About: "补交欠款", Staff: e.Staff})
	return out, nil
}

// payTools shares a payment out over what each tool still owes.
func (r *Rental) payTools(amount Fen) []ToolSum { return r.Bill.payment(r.Bill.Due-r.Due, amount) }

// pay notes how a part of what was due was paid, or with a negative sum that it
// was taken back.
func (r *Rental) pay(method string, amount Fen) {
	if r.Paid == nil {
		r.Paid = map[string]Fen{}
	}
	if r.Paid[method] += amount; r.Paid[method] == 0 {
		delete(r.Paid, method)
	}
}
