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
	Chosen *lending
	Fault  string
}

// Is reports whether a rental is the chosen one.
func (r rentalDesk) Is(id string) bool { return r.Chosen != nil && r.Chosen.Rental == id }

func (d *desk) lookRental(h *hall.Hall, ask url.Values) {
	r := &d.Rental
	r.All = choice(ask, "all") != ""
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
	l := &lending{RentalView: v, Free: inStock(h, d.At), Doors: emptyDoors(h), deposit: map[string]hall.Fen{}}
	for _, line := range v.Lines {
		if t, err := h.Tool(line.Tool); err == nil {
			l.deposit[t.ID] = t.Deposit
		}
	}
	l.Late = slices.DeleteFunc(h.Overdue(d.At), func(late hall.Late) bool { return late.Rental != id })
	r.Chosen = l
}

// lending is a rental with what can be done with it now. What a step asks for
// hangs on the state of each tool, because a rental's tools may be at different
// steps.
type lending struct {
	hall.RentalView
	Late    []hall.Late
	Free    []hall.ToolView
	Doors   []hall.DoorID // that a tool could be put back into
	deposit map[string]hall.Fen
}

// lentLine is one of its tools with the page that shows it, for a part of the page
// that needs both.
type lentLine struct {
	hall.LineView
	Rental string
	Doors  []hall.DoorID
	Desk   *desk
}

// Line puts a tool of the rental together with its page.
func (l *lending) Line(d *desk, v hall.LineView) lentLine {
	return lentLine{v, l.Rental, l.Doors, d}
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

// Safety are the notes on all tools of the rental, each once.
func (l *lending) Safety() (list []string) {
	for _, v := range l.Lines {
		for _, note := range v.Safety {
			if !slices.Contains(list, note) {
				list = append(list, note)
			}
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

// Found are the tools that were reported lost and may turn up, as long as nothing
// is settled.
func (l *lending) Found() []hall.LineView {
	if l.NextStep == "" {
		return nil
	}
	return l.In("lost")
}

// Losable are the tools that may turn out to be lost.
func (l *lending) Losable() []hall.LineView { return append(l.In("out"), l.In("returned")...) }

// Settleable says whether the rental can be settled.
func (l *lending) Settleable() bool { return l.State == hall.Inspected || l.State == hall.Lost }

// Swappable are the tools that another may replace.
func (l *lending) Swappable() (list []hall.LineView) {
	for _, v := range l.Lines {
		if v.MaySwap {
			list = append(list, v)
		}
	}
	return list
}

// Alike are the tools in stock that may replace one.
func (l *lending) Alike(v hall.LineView) (list []hall.ToolView) {
	for _, t := range l.Free {
		if t.Class == v.Class && t.Type == v.Type && t.Deposit <= l.deposit[v.Tool] {
			list = append(list, t)
		}
	}
	return list
}

// Rare reports whether anything can be done aside from the next step.
func (l *lending) Rare() bool {
	return len(l.In("reserved"))+len(l.Swappable())+len(l.Losable())+len(l.Found())+len(l.Correctable()) > 0 || l.Held > 0
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
