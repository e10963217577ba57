package hall

// ToolSum is a tool's part of a sum.
type ToolSum struct {
	Tool   string `json:"tool"`
	Amount Fen    `json:"amount"`
}

// DepositTaken records money that the hall holds and owes back. A reversal is
// negative.
type DepositTaken struct {
	Rental  string    `json:"rental"`
	Amount  Fen       `json:"amount"`
	Method  string    `json:"method"`
	Receipt string    `json:"receipt,omitempty"` // number of the deposit slip
	Staff   string    `json:"staff"`
	Second  string    `json:"second,omitempty"` // of a reversal
	Reason  string    `json:"reason,omitempty"`
	Tools   []ToolSum `json:"tools"`
}

// DepositRefunded records money given back. A reversal is negative.
type DepositRefunded struct {
	Rental string    `json:"rental"`
	Amount Fen       `json:"amount"`
	Method string    `json:"method"`
	Staff  string    `json:"staff"`
	Second string    `json:"second,omitempty"` // of a reversal
	Reason string    `json:"reason,omitempty"`
	Tools  []ToolSum `json:"tools"`
}

// DepositForfeited records the part of a deposit kept for rent and damage. A
// reversal is negative.
type DepositForfeited struct {
	Rental string    `json:"rental"`
	Amount Fen       `json:"amount"`
	Staff  string    `json:"staff"`
	Second string    `json:"second,omitempty"` // of a reversal
	Reason string    `json:"reason,omitempty"`
	Tools  []ToolSum `json:"tools"`
}

// PaymentTaken records money paid for what the deposit did not cover. A reversal
// is negative.
type PaymentTaken struct {
	Rental string    `json:"rental"`
	Amount Fen       `json:"amount"`
	Method string    `json:"method"`
	Staff  string    `json:"staff"`
	Second string    `json:"second,omitempty"` // of a reversal
	Reason string    `json:"reason,omitempty"`
	Tools  []ToolSum `json:"tools"`
}

func (*DepositTaken) Kind() Kind            { return "deposit.taken" }
func (*DepositRefunded) Kind() Kind         { return "deposit.refunded" }
func (*DepositForfeited) Kind() Kind        { return "deposit.forfeited" }
func (*PaymentTaken) Kind() Kind            { return "payment.taken" }
func (d *DepositTaken) Subject() string     { return d.Rental }
func (d *DepositRefunded) Subject() string  { return d.Rental }
func (d *DepositForfeited) Subject() string { return d.Rental }
func (d *PaymentTaken) Subject() string     { return d.Rental }

func (d *DepositTaken) apply(h *Hall, _ Stamp) {
	if r := h.Rentals[d.Rental]; r != nil {
		r.Held += d.Amount
		r.Method = d.Method
		if d.Receipt != "" {
			r.Receipt = d.Receipt
			r.Receipts++
		}
	}
	h.paid(d.Method, d.Amount)
	for _, t := range d.Tools {
		h.post(t.Tool, Sums{DepositIn: t.Amount})
	}
}

func (d *DepositRefunded) apply(h *Hall, _ Stamp) {
	if r := h.Rentals[d.Rental]; r != nil {
		r.Held -= d.Amount
		r.BackMethod = d.Method
	}
	h.paid(d.Method, -d.Amount)
	for _, t := range d.Tools {
		h.post(t.Tool, Sums{DepositOut: t.Amount})
	}
}

func (d *DepositForfeited) apply(h *Hall, _ Stamp) {
	if r := h.Rentals[d.Rental]; r != nil {
		r.Held -= d.Amount
	}
	for _, t := range d.Tools {
		h.post(t.Tool, Sums{Kept: t.Amount})
	}
}

func (d *PaymentTaken) apply(h *Hall, _ Stamp) {
	if r := h.Rentals[d.Rental]; r != nil {
		r.Due -= d.Amount
		r.pay(d.Method, d.Amount)
	}
	h.paid(d.Method, d.Amount)
	for _, t := range d.Tools {
		h.post(t.Tool, Sums{Paid: t.Amount})
	}
}

// negative turns sums round, for a reversal.
func negative(list []ToolSum) []ToolSum {
	out := make([]ToolSum, len(list))
	for i, t := range list {
		out[i] = ToolSum{t.Tool, -t.Amount}
	}
	return out
}

// sumOf adds tools' parts up.
func sumOf(list []ToolSum) (sum Fen) {
	for _, t := range list {
		sum += t.Amount
	}
	return sum
}

// depositParts are the deposits of a rental's tools.
func (r *Rental) depositParts() (list []ToolSum) {
	for _, l := range r.Lines {
		if l.Deposit != 0 {
			list = append(list, ToolSum{l.Tool, l.Deposit})
		}
	}
	return list
}
