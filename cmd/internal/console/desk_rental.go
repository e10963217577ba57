package console

import (
	"net/url"
	"slices"
	"strings"

	"halld/cmd/internal/hall"
)

// rentalDesk is the page of the rentals: those that are open, or all that are
// known, and the one that somebody chose.
type rentalDesk struct {
	List   []hall.RentalView
	All    bool
	Late   []hall.Late
	Chosen *lending
	Fault  string
}

func (d *desk) lookRental(h *hall.Hall, ask url.Values) {
	r := &d.Rental
	r.All, r.Late = choice(ask, "all") != "", h.Overdue(d.At)
	r.List = h.FindRentals(hall.RentalFilter{Open: !r.All})
	slices.Reverse(r.List)
	id := choice(ask, "rental")
	if id == "" {
		return
	}
	v, err := h.Rental(id)
	if err != nil {
		r.Fault = err.Error()
		return
	}
	r.Chosen = &lending{RentalView: v, Free: inStock(h, d.At), Doors: emptyDoors(h)}
}

// lending is a rental with what can be done with it now. What a step asks for
// hangs on the state of each tool, because a rental's tools may be at different
// steps.
type lending struct {
	hall.RentalView
	Free  []hall.ToolView
	Doors []hall.DoorID // that a tool could be put back into
}

// In are the lines in a state of their tool.
func (l *lending) In(state string) (list []hall.LineView) {
	for _, v := range l.Lines {
		if string(v.State) == state {
			list = append(list, v)
		}
	}
	return list
}

// Handing are the tools to be handed out now.
func (l *lending) Handing() []hall.LineView {
	if l.State != hall.Deposited {
		return nil
	}
	return l.In("reserved")
}

// Losable are the tools that may turn out to be lost.
func (l *lending) Losable() []hall.LineView { return append(l.In("out"), l.In("returned")...) }

// Settleable says whether the rental can be settled.
func (l *lending) Settleable() bool { return l.State == hall.Inspected || l.State == hall.Lost }

// Swappable are the tools that another may replace.
func (l *lending) Swappable() (list []hall.LineView) {
	if !slices.Contains([]hall.RentalState{hall.Deposited, hall.Out, hall.Returned, hall.Inspected}, l.State) {
		return nil
	}
	for _, v := range l.Lines {
		replaced := slices.ContainsFunc(l.Lines, func(o hall.LineView) bool { return o.For == v.Tool })
		if !replaced && (v.State == hall.ToolReserved || v.In != nil) {
			list = append(list, v)
		}
	}
	return list
}

// Alike are the tools in stock that may replace one.
func (l *lending) Alike(v hall.LineView) (list []hall.ToolView) {
	for _, t := range l.Free {
		if t.Class == v.Class && t.Deposit <= v.Deposit {
			list = append(list, t)
		}
	}
	return list
}

// Correctable are the steps that can be taken back, by their word in the API.
func (l *lending) Correctable() (list []string) {
	inspected := slices.ContainsFunc(l.Lines, func(v hall.LineView) bool { return v.Result != "" })
	begun := slices.ContainsFunc(l.Lines, func(v hall.LineView) bool { return v.Out != nil })
	switch {
	case l.State == hall.Settled:
		return []string{hall.CorrectSettlement}
	case inspected && l.NextStep != "":
		return []string{hall.CorrectInspection}
	case l.State == hall.Deposited && !begun:
		return []string{hall.CorrectDeposit}
	}
	return nil
}

// Inspections are the tools whose inspection can be taken back.
func (l *lending) Inspections() (list []hall.LineView) {
	for _, v := range l.Lines {
		if v.Result != "" {
			list = append(list, v)
		}
	}
	return list
}

// Slip is the printed part of the number that all deposit slips of the rental
// share: what follows it says which of them counts.
func (l *lending) Slip() string { return strings.TrimRight(l.Receipt, "0123456789") }

// inStock are the tools that can be lent.
func inStock(h *hall.Hall, at hall.Stamp) (list []hall.ToolView) {
	for _, t := range h.ListTools() {
		if v, err := h.ToolSheet(t.ID, at); err == nil && t.State == hall.ToolIn {
			list = append(list, v)
		}
	}
	return list
}

// emptyDoors are the doors behind which nothing is kept.
func emptyDoors(h *hall.Hall) (list []hall.DoorID) {
	for _, v := range h.Doors() {
		if v.Tool == "" && v.Storage == "" && v.Out == "" && v.Op == "" {
			list = append(list, v.Door)
		}
	}
	return list
}
