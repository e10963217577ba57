package console

import (
	"net/url"

	"halld/cmd/internal/hall"
)

// dayDesk is the page of the day: the report as it stands, the money and what
// supervision looks at.
type dayDesk struct {
	Report     hall.DayReport
	Cash       hall.CashView
	Exceptions []hall.Exception
}

func (d *desk) lookDay(h *hall.Hall, _ url.Values) {
	d.Today = dayDesk{Report: h.Report(), Cash: h.CashBook(""), Exceptions: h.ListExceptions()}
	for i, e := range d.Today.Exceptions {
		if p := h.Persons[e.Subject]; p != nil {
			d.Today.Exceptions[i].Subject = "尾号 " + p.Last4
		}
	}
}
