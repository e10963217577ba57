package hall

import (
	"cmp"
	"fmt"
	"strings"
)

// RentalDeposited records that the deposit was paid (收押金).
type RentalDeposited struct {
	Rental string `json:"rental"`
	Amount Fen    `json:"amount"`
	Staff  string `json:"staff"`
}

func (*RentalDeposited) Kind() Kind        { return "rental.deposited" }
func (d *RentalDeposited) Subject() string { return d.Rental }

func (d *RentalDeposited) apply(h *Hall, _ Stamp) {
	if r := h.Rentals[d.Rental]; r != nil {
		r.State = Deposited
	}
}

// RentalDeposit takes the deposit, which was shown on the signed contract.
type RentalDeposit struct {
	Rental string
	Method string // 现金 or how else; empty is 现金
	Staff  string
}

func (e RentalDeposit) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.inState(e.Rental, Signed)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Counter, Keeper, Finance, Head); err != nil {
		return Outcome{}, err
	}
	method, err := way(e.Method, cash)
	if err != nil {
		return Outcome{}, err
	}
	sum := r.deposit()
	taken := &DepositTaken{
		Rental: r.ID, Amount: sum, Method: method, Receipt: r.nextReceipt(), Staff: e.Staff, Tools: r.depositParts(),
	}
	out := Outcome{
		Data:  []Data{taken, &RentalDeposited{Rental: r.ID, Amount: sum, Staff: e.Staff}},
		Reply: viewOf(r.ID),
	}
	h.addSlip(&out, newSlip("deposit", r.Person.Ref, r.ID, DepositSlip{
		Receipt: taken.Receipt, Rental: r.ID, Last4: r.Person.Last4, Lines: r.Lines, Amount: sum,
		Capital: Capital(sum), Method: method, Staff: e.Staff, Issued: minute(at),
	}))
	return out, nil
}

// cash is the way of paying when nobody says another.
const cash = "现金"

// longestWay bounds the name of a way of paying, in characters.
const longestWay = 16

// way is how somebody says that money was paid, or the usual way.
func way(said, usual string) (string, error) {
	said = strings.TrimSpace(said)
	if len([]rune(said)) > longestWay {
		return "", refuse("method", "收付款方式太长，请写 现金、微信 等")
	}
	return cmp.Or(said, usual), nil
}

// nextReceipt is the number of the next deposit slip.
func (r *Rental) nextReceipt() string { return fmt.Sprintf("%s-Y%d", r.ID, r.Receipts+1) }

// handedIn checks the number of a deposit slip that somebody handed in, if
// anybody looked at it.
func (r *Rental) handedIn(receipt string) error {
	if receipt != "" && receipt != r.Receipt {
		return refuse("void-receipt", "押金单%s已作废或不属于这张租赁单，有效的是%s", receipt, r.Receipt)
	}
	return nil
}

// ReceiptCounts refuses the number of a deposit slip for which no money is to be
// given back any more, however genuine the paper is.
func (h *Hall) ReceiptCounts(receipt string) error {
	id, _, _ := strings.Cut(receipt, "-Y")
	r := h.Rentals[id]
	switch {
	case r == nil:
		return refuse("void-receipt", "押金单%s的租赁单早已结清，请勿再退押金", receipt)
	case r.Receipt == "":
		return refuse("void-receipt", "押金单%s已作废，请勿据此退押金", receipt)
	case r.Receipt != receipt:
		return r.handedIn(receipt)
	case r.Held == 0:
		return refuse("void-receipt", "押金单%s的押金已结清，请勿再退押金", receipt)
	}
	return nil
}
