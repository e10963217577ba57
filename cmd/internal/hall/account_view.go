package hall

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// AccountView is a tool's sheet (单机核算). Held, Owed and Book are as they stand;
// everything else adds up over time.
type AccountView struct {
	Tool      string `json:"tool"`
	Name      string `json:"name"`
	State     string `json:"state_name"`
	Bought    string `json:"bought"` // day of the purchase
	Life      int    `json:"life"`   // useful life in months; 0: not depreciated
	Sums             // purchase, deposits, rent, compensation and repair
	Held      Fen    `json:"held"` // of deposits
	Owed      Fen    `json:"owed"` // earned and not paid yet
	Net       Fen    `json:"net"`  // earned less spent, the purchase included
	Wear      Fen    `json:"depreciation"`
	Book      Fen    `json:"book"`   // what is left of the purchase (账面净值)
	Loss      Fen    `json:"loss"`   // book value that was written off with the tool
	Result    Fen    `json:"result"` // earned less repair, depreciation and loss (损益)
	Uses      int    `json:"uses"`
	Repairs   int    `json:"repairs"`
	OutHours  int    `json:"out_hours"`
	IdleHours int    `json:"idle_hours"` // in the stock and not out
}

// ToolAccount gives a tool's sheet at a moment.
func (h *Hall) ToolAccount(id string, at Stamp) (AccountView, error) {
	t, err := h.Tool(id)
	if err != nil {
		return AccountView{}, err
	}
	a := Account{}
	if known := h.Accounts[id]; known != nil {
		a = *known
	}
	out, idle := h.times(t, a, at)
	v := AccountView{
		Tool: id, Name: t.Name, State: toolStateName[t.State], Bought: t.Bought, Life: t.Life,
		Sums: a.Sums, Held: a.Held(), Owed: a.Owed(), Net: a.Net(), Wear: t.depreciation(a.until(t, at)),
		Uses: a.Uses, Repairs: a.Repairs, OutHours: int(out / time.Hour), IdleHours: int(idle / time.Hour),
	}
	if v.Book = a.Purchase - v.Wear; t.gone() {
		v.Book, v.Loss = 0, v.Book
	}
	v.Result = v.earned()
	return v, nil
}

func (v AccountView) earned() Fen { return v.Rent + v.Compensation - v.Repair - v.Wear - v.Loss }

// gone reports whether a tool is written off.
func (t *Tool) gone() bool { return t.State == ToolLost || t.State == ToolRetired }

// until is the moment up to which a tool was the hall's.
func (a Account) until(t Tool, at Stamp) Stamp {
	if t.gone() && !a.Ended.Time.IsZero() {
		return a.Ended
	}
	return at
}

// times are how long a tool was out, the present rental included, and how long
// it lay idle.
func (h *Hall) times(t Tool, a Account, at Stamp) (out, idle time.Duration) {
	out = a.Out
	if r := h.Rentals[t.Rental]; r != nil && t.State == ToolOut {
		if l := r.line(t.ID); l != nil {
			d, _ := h.elapsed(l.Out, at)
			out += d
		}
	}
	life, _ := h.elapsed(a.Begun, a.until(t, at))
	return out, max(life-out, 0)
}

// depreciation is what of the purchase is written off by a moment, straight-line
// by day over the useful life (直线法).
func (t Tool) depreciation(at Stamp) Fen {
	bought, err := time.Parse(time.DateOnly, t.Bought)
	if err != nil || t.Life <= 0 {
		return 0
	}
	days := func(d time.Duration) Fen { return Fen(d / (24 * time.Hour)) }
	whole := days(bought.AddDate(0, t.Life, 0).Sub(bought))
	gone := days(DateOf(at.Time).midnight().Sub(bought))
	return t.Purchase * min(max(gone, 0), whole) / whole
}

// ToolAccounts gives every tool's sheet, by number.
func (h *Hall) ToolAccounts(at Stamp) []AccountView {
	list := []AccountView{}
	for _, id := range slices.Sorted(maps.Keys(h.Tools)) {
		if v, err := h.ToolAccount(id, at); err == nil {
			list = append(list, v)
		}
	}
	return list
}

// mostWorst is how many tools the list of the worst names.
const mostWorst = 20

// WorstTools gives the tools that cost most: the lowest result first, then the
// most repairs, then the longest idle.
func (h *Hall) WorstTools(at Stamp) []AccountView {
	list := h.ToolAccounts(at)
	slices.SortStableFunc(list, func(a, b AccountView) int {
		return cmp.Or(cmp.Compare(a.Result, b.Result), cmp.Compare(b.Repairs, a.Repairs), cmp.Compare(b.IdleHours, a.IdleHours))
	})
	return list[:min(len(list), mostWorst)]
}
