package console

import (
	"maps"
	"net/url"
	"slices"

	"halld/cmd/internal/hall"
)

// dayDesk is the page of the day: the report as it stands, the money and what
// supervision looks at.
type dayDesk struct {
	Report     hall.DayReport
	Unclosed   []hall.CashView // the days whose money nobody handed over
	Exceptions []hall.Exception
}

func (d *desk) lookDay(h *hall.Hall, _ url.Values) {
	d.Today = dayDesk{Report: h.Report(), Exceptions: h.ListExceptions()}
	for i, e := range d.Today.Exceptions {
		if p := h.Persons[e.Subject]; p != nil {
			d.Today.Exceptions[i].Subject = "尾号 " + p.Last4
		}
	}
	for _, day := range slices.Sorted(maps.Keys(h.Cash)) {
		if v := h.CashBook(day); v.Closed == nil {
			d.Today.Unclosed = append(d.Today.Unclosed, v)
		}
	}
}
