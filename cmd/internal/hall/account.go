package hall

import (
	"maps"
	"slices"
	"time"
)

// Sums are bookings of money. A deposit is a debt of the hall and no income:
// what is held is DepositIn less DepositOut less Kept. Rent and Compensation are
// earned; what of them came neither from a deposit nor as a payment is owed to
// the hall.
type Sums struct {
	DepositIn    Fen `json:"deposit_in"`
	DepositOut   Fen `json:"deposit_out"`
	Kept         Fen `json:"kept"` // of deposits, for rent and compensation
	Rent         Fen `json:"rent"`
	Compensation Fen `json:"compensation"`
	Paid         Fen `json:"paid"` // beyond deposits
	Repair       Fen `json:"repair"`
	Purchase     Fen `json:"purchase"`
}

// Add adds bookings up.
func (s *Sums) Add(o Sums) {
	s.DepositIn += o.DepositIn
	s.DepositOut += o.DepositOut
	s.Kept += o.Kept
	s.Rent += o.Rent
	s.Compensation += o.Compensation
	s.Paid += o.Paid
	s.Repair += o.Repair
	s.Purchase += o.Purchase
}

// Held is the deposit money in hand.
func (s Sums) Held() Fen { return s.DepositIn - s.DepositOut - s.Kept }

// Owed is what was earned and not received.
func (s Sums) Owed() Fen { return s.Rent + s.Compensation - s.Kept - s.Paid }

// Net is what was earned less what was spent.
func (s Sums) Net() Fen { return s.Rent + s.Compensation - s.Repair - s.Purchase }

// Account is the book of one tool (单机核算).
type Account struct {
	Sums
	Uses    int           // times lent
	Repairs int           // times it came back from a repair
	Out     time.Duration // time out
	Begun   Stamp         // when the tool came into the stock
	Ended   Stamp         // when it was last written off (报损, 报废)
}

// CashDay is the book of one day.
type CashDay struct {
	Sums
	Methods   map[string]Fen // money in less money out, by way of payment
	Loose     bool           // money moved and was not handed over yet
	Handovers []string       // that cover the day
}

// keptCashDays is how many days' books are in the state; the ledger has all.
const keptCashDays = 400

// post books money to a tool, to the day, to the drawer and to the whole, so that
// they cannot differ.
func (h *Hall) post(tool string, s Sums) {
	if s == (Sums{}) {
		return
	}
	h.account(tool).Add(s)
	h.cashDay().Add(s)
	h.Drawer.Add(s)
	h.Total.Add(s)
}

// paid counts money that changed hands.
func (h *Hall) paid(method string, f Fen) {
	d := h.cashDay()
	d.Loose = true
	d.Methods[method] += f
	h.Drawer.Methods[method] += f
}

func (h *Hall) account(tool string) *Account {
	if h.Accounts[tool] == nil {
		h.Accounts[tool] = &Account{}
	}
	return h.Accounts[tool]
}

func (h *Hall) cashDay() *CashDay {
	d := h.Cash[h.Day]
	if d == nil {
		d = &CashDay{Methods: map[string]Fen{}}
		h.Cash[h.Day] = d
		if len(h.Cash) > keptCashDays {
			delete(h.Cash, slices.Min(slices.Collect(maps.Keys(h.Cash))))
		}
	}
	return d
}
