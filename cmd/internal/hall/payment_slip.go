package hall

// PaymentSlip is the content of a 收付款凭证: money that changed hands and stands
// on no deposit slip and no settlement.
type PaymentSlip struct {
	Rental  string        `json:"rental"`
	Last4   string        `json:"last4"`
	About   string        `json:"about"` // 补交欠款
	Items   []PaymentItem `json:"items"`
	Held    Fen           `json:"held"`              // deposit held from now on
	Due     Fen           `json:"due"`               // owed from now on
	Receipt string        `json:"receipt,omitempty"` // deposit slip that no longer counts
	Reason  string        `json:"reason,omitempty"`
	Staff   string        `json:"staff"`
	Second  string        `json:"second,omitempty"`
	Issued  string        `json:"issued"`
}

// PaymentItem is one movement of money.
type PaymentItem struct {
	What   string `json:"what"` // 退还押金
	Amount Fen    `json:"amount"`
	Method string `json:"method,omitempty"`
}

// paymentSlip adds the slip for the money that an outcome moves, if it moves
// any.
func (h *Hall) paymentSlip(out *Outcome, at Stamp, r *Rental, s PaymentSlip) {
	for _, d := range out.Data {
		if i, ok := moved(d); ok {
			s.Items = append(s.Items, i)
		}
	}
	if len(s.Items) == 0 {
		return
	}
	after := h.foresee(at, r, out.Data)
	s.Rental, s.Last4, s.Held, s.Due, s.Issued = r.ID, r.Person.Last4, after.Held, after.Due, minute(at)
	if after.Receipt == s.Receipt && after.Held > 0 {
		s.Receipt = ""
	}
	h.addSlip(out, newSlip("payment", r.Person.Ref, r.ID, s))
}

// moved is the movement of money that a record tells, in words.
func moved(d Data) (PaymentItem, bool) {
	switch d := d.(type) {
	case *DepositTaken:
		return item("收取押金", "退回押金", d.Amount, d.Method), true
	case *DepositRefunded:
		return item("退还押金", "收回已退的押金", d.Amount, d.Method), true
	case *DepositForfeited:
		return item("押金抵扣", "已抵扣的押金转回在押", d.Amount, ""), true
	case *PaymentTaken:
		return item("收到补交款", "退回补交款", d.Amount, d.Method), true
	}
	return PaymentItem{}, false
}

// item names a sum by its direction.
func item(what, reversed string, sum Fen, method string) PaymentItem {
	if sum < 0 {
		return PaymentItem{reversed, -sum, method}
	}
	return PaymentItem{what, sum, method}
}
