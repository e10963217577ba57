package hall

import (
	"cmp"
	"maps"
	"slices"
)

// CashView is a day's book, and what lies in the drawer now.
type CashView struct {
	Day string `json:"day"`
	Sums
	DepositChange Fen            `json:"deposit_change"` // of the day
	Methods       map[string]Fen `json:"methods"`        // money in less money out of the day
	Closed        bool           `json:"closed"`         // finance has taken over all of the day
	Handovers     []Handover     `json:"handovers"`      // that cover the day, and all that are open
	Drawer        DrawerView     `json:"drawer"`
	Total         Sums           `json:"total"` // since the ledger began
	Owing         Fen            `json:"owing"` // deposits held in all
}

// DrawerView is what lies in the drawer by the book.
type DrawerView struct {
	Since   string         `json:"since"`   // when it was counted last; empty: never
	Float   Fen            `json:"float"`   // 备用金
	Methods map[string]Fen `json:"methods"` // money in less money out since then
	Cash    Fen            `json:"cash"`    // that should be there
}

// CashBook gives a day's book; empty is today.
func (h *Hall) CashBook(day string) CashView {
	day = cmp.Or(day, h.Day)
	w := h.Drawer
	v := CashView{
		Day: day, Methods: map[string]Fen{}, Closed: true, Handovers: []Handover{}, Total: h.Total, Owing: h.Total.Held(),
		Drawer: DrawerView{Since: w.Since, Float: w.Float, Methods: maps.Clone(w.Methods), Cash: w.Cash()},
	}
	var covers []string
	if d := h.Cash[day]; d != nil {
		v.Sums, v.DepositChange, v.Methods, v.Closed, covers = d.Sums, d.Held(), maps.Clone(d.Methods), !d.Loose, d.Handovers
	}
	for _, id := range slices.Sorted(maps.Keys(h.Handovers)) {
		c := h.Handovers[id]
		mine := slices.Contains(covers, id)
		v.Closed = v.Closed && !(mine && c.Closed == nil)
		if mine || c.Closed == nil {
			v.Handovers = append(v.Handovers, *c)
		}
	}
	return v
}

// open is how many handovers wait for finance.
func (v CashView) open() (n int) {
	for _, c := range v.Handovers {
		if c.Closed == nil {
			n++
		}
	}
	return n
}

// CashSlip is the content of a 交接班单.
type CashSlip struct {
	CashHanded
	Held     Fen           `json:"held"` // deposits held in all; owed, not earned
	Deposits []HeldDeposit `json:"deposits"`
	More     int           `json:"more"` // deposits beyond those that are listed
	Closed   *CashClosed   `json:"closed,omitempty"`
	Issued   string        `json:"issued"`
}

// HeldDeposit is a deposit that the hall owes back.
type HeldDeposit struct {
	Rental string `json:"rental"`
	Last4  string `json:"last4"`
	Held   Fen    `json:"held"`
}

// mostDeposits bounds a 交接班单; a hall has some dozens of tools out.
const mostDeposits = 200

func (h *Hall) cashSlip(at Stamp, d CashHanded, closed *CashClosed) Slip {
	s := CashSlip{
		CashHanded: d, Held: h.Total.Held(), Deposits: []HeldDeposit{}, Closed: closed, Issued: minute(at),
	}
	for _, r := range h.rentals() {
		switch {
		case r.Held == 0:
		case len(s.Deposits) == mostDeposits:
			s.More++
		default:
			s.Deposits = append(s.Deposits, HeldDeposit{Rental: r.ID, Last4: r.Person.Last4, Held: r.Held})
		}
	}
	return newSlip("cash", "", d.Handover, s)
}
