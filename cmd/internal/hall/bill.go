package hall

import (
	"fmt"
	"strings"
	"time"
)

// Bill is the settlement of a rental. Refund is what the person gets of the
// deposit; Due is what is owed beyond it. Fee and Deduction together are always
// what was kept of the deposit plus what is due.
type Bill struct {
	Fee       Fen        `json:"fee"`
	Deduction Fen        `json:"deduction"`
	Deposit   Fen        `json:"deposit"`
	Refund    Fen        `json:"refund"`
	Due       Fen        `json:"due"`
	Formula   string     `json:"formula"`
	Sure      bool       `json:"sure"` // false: the clock was not right all the time; the smaller provable time is charged
	Lines     []BillLine `json:"lines"`
}

// BillLine is one tool's part of a bill.
type BillLine struct {
	Tool      string `json:"tool"`
	Fee       Fen    `json:"fee"`
	Deduction Fen    `json:"deduction"`
	Deposit   Fen    `json:"deposit"`
	Refund    Fen    `json:"refund"`
	Due       Fen    `json:"due"`
	Minutes   int    `json:"minutes"` // begun minutes out, those of a tool it replaced included
	Formula   string `json:"formula"`
}

// bill computes what a rental owes; nobody types it.
func (r *Rental) bill() Bill {
	b := Bill{Deposit: r.Held, Sure: true}
	var formulas []string
	for i := range r.Lines {
		l := &r.Lines[i]
		line := BillLine{Tool: l.Tool, Deduction: l.Deduct, Deposit: l.Deposit}
		if use := r.chain(l); !l.Out.Time.IsZero() && !r.replaced(l) {
			line.Fee, line.Formula = l.Price.Fee(use)
			line.Minutes = int(begun(use.Used, time.Minute))
			b.Sure = b.Sure && (!use.Unsure || line.Fee == 0)
			formulas = append(formulas, fmt.Sprintf("%s：%s", l.Name, line.Formula))
		}
		b.Fee += line.Fee
		b.Deduction += line.Deduction
		b.Lines = append(b.Lines, line)
	}
	b.Formula = strings.Join(formulas, "；")
	b.share()
	return b
}

// chain is the use of a tool behind that of the ones which it replaced.
func (r *Rental) chain(l *Line) Use {
	use := l.Use
	for range r.Lines {
		if l = r.line(l.For); l == nil {
			break
		}
		use = l.Use.then(use)
	}
	return use
}

// replaced reports whether another tool went out in a tool's place, and carries
// its time.
func (r *Rental) replaced(l *Line) bool {
	for i := range r.Lines {
		if o := &r.Lines[i]; o.For == l.Tool && !o.Out.Time.IsZero() {
			return true
		}
	}
	return false
}

// share takes what is owed from the deposits: each tool's from its own first,
// then from what is left of the others'.
func (b *Bill) share() {
	for i := range b.Lines {
		l := &b.Lines[i]
		l.Due = l.Fee + l.Deduction
		l.Refund = l.Deposit
		b.take(l, l)
	}
	for i := range b.Lines {
		for j := range b.Lines {
			b.take(&b.Lines[i], &b.Lines[j])
		}
	}
	b.Refund, b.Due = 0, 0
	for _, l := range b.Lines {
		b.Refund += l.Refund
		b.Due += l.Due
	}
}

// take pays one tool's due out of another's deposit.
func (*Bill) take(due, from *BillLine) {
	sum := min(due.Due, from.Refund)
	due.Due -= sum
	from.Refund -= sum
}

// binding is a short hash over what the signature at the return stands for.
func (b Bill) binding(r *Rental) string {
	return shortHash(fmt.Sprintf("%s %s %s %s %s %s %s\n%s",
		r.ID, r.Binding, b.Fee, b.Deduction, b.Deposit, b.Refund, b.Due, b.Formula))
}

// part collects one sum of each line that is not zero.
func (b Bill) part(f func(BillLine) Fen) (list []ToolSum) {
	for _, l := range b.Lines {
		if sum := f(l); sum != 0 {
			list = append(list, ToolSum{l.Tool, sum})
		}
	}
	return list
}

func (b Bill) kept() []ToolSum { return b.part(func(l BillLine) Fen { return l.Deposit - l.Refund }) }

func (b Bill) refunds() []ToolSum { return b.part(func(l BillLine) Fen { return l.Refund }) }

func (b Bill) dues() []ToolSum { return b.part(func(l BillLine) Fen { return l.Due }) }

// payment is how a payment of what is due is shared out over the tools, in
// order, when a sum was paid before it.
func (b Bill) payment(before, amount Fen) (list []ToolSum) {
	for _, d := range b.dues() {
		gone := min(before, d.Amount)
		before -= gone
		part := min(amount, d.Amount-gone)
		amount -= part
		if part > 0 {
			list = append(list, ToolSum{d.Tool, part})
		}
	}
	return list
}
