package hall

import (
	"slices"
	"time"
)

// RentalReminded records that somebody was told of what is late.
type RentalReminded struct {
	Rental string `json:"rental"`
	Tool   string `json:"tool"`
	About  string `json:"about"`           // RemindOverdue or RemindInspect
	Staff  string `json:"staff,omitempty"` // who followed it up; empty: the hall itself noticed
	Note   string `json:"note,omitempty"`
}

// What a reminder is about.
const (
	RemindOverdue = "overdue"
	RemindInspect = "inspect"
)

func (*RentalReminded) Kind() Kind        { return "rental.reminded" }
func (d *RentalReminded) Subject() string { return d.Rental }

func (d *RentalReminded) apply(h *Hall, _ Stamp) {
	r := h.Rentals[d.Rental]
	if r == nil {
		return
	}
	if l := r.line(d.Tool); l != nil {
		l.Overdue = l.Overdue || d.About == RemindOverdue
		l.Reminded = l.Reminded || d.About == RemindInspect
	}
}

// waited is how much of the time for an approval is left.
func (h *Hall) waited(r *Rental, at Stamp) time.Duration {
	limit := h.cfg.Rental.ApproveWithin
	if limit <= 0 {
		return rest
	}
	passed, _ := h.elapsed(r.Requested, at)
	return limit - passed
}

// unpaid reports whether a rental has neither money nor a tool in it yet.
func (r *Rental) unpaid() bool {
	return slices.Contains([]RentalState{Requested, Approved, Signed}, r.State) && r.Held == 0 && !r.begun()
}

// unapproved ends requests that nobody approved in time, and those of an earlier
// day that nobody signed and paid for.
func (h *Hall) unapproved(at Stamp, out *Outcome) time.Duration {
	wait := rest
	for _, r := range h.rentals() {
		left, reason := rest, "超过审批时限"
		switch {
		case r.State == Requested:
			left = h.waited(r, at)
		case r.unpaid() && r.Day < h.Day:
			left, reason = 0, "当日没有签字收押"
		}
		wait = min(wait, max(left, 0))
		if left <= 0 && out != nil {
			out.Data = append(out.Data, &RentalRefused{Rental: r.ID, State: Cancelled, Reason: reason})
		}
	}
	return wait
}

// dueIn is how long a tool that is out may still be out.
func (h *Hall) dueIn(at Stamp, l *Line) time.Duration {
	if h.cfg.Rental.OverdueAfter <= 0 || l.State != ToolOut {
		return day
	}
	used, _ := h.elapsed(l.Out, at)
	return h.cfg.Rental.OverdueAfter + h.grace(l.Out) - used
}

// The grace of a tool that falls due while the hall is shut: until it opens, and
// an hour to come. A hall that stays shut for longer than a month is not waited
// for.
const (
	graceOpen = time.Hour
	graceDays = 31
)

// grace is how much later than the limit a tool is due because the hall is shut.
func (h *Hall) grace(out Stamp) time.Duration {
	left := h.wall(out)
	if !left.known() {
		return 0
	}
	due := left.late.Add(h.cfg.Rental.OverdueAfter).In(h.cfg.Zone)
	if next, ok := h.opens(due, graceDays); ok && next.After(due) {
		return next.Sub(due) + graceOpen
	}
	return 0
}

// overdue reports whether a tool is out for too long.
func (h *Hall) overdue(at Stamp, l *Line) bool { return h.dueIn(at, l) <= 0 }

// tooLong records tools that are out for too long, once each.
func (h *Hall) tooLong(at Stamp, out *Outcome) time.Duration {
	return h.lines(out, func(r *Rental, l *Line) (time.Duration, Data) {
		if l.Overdue {
			return rest, nil
		}
		return h.dueIn(at, l), &RentalReminded{Rental: r.ID, Tool: l.Tool, About: RemindOverdue}
	})
}

// unchecked reminds staff of tools that came back and were not looked at, once
// each.
func (h *Hall) unchecked(at Stamp, out *Outcome) time.Duration {
	limit := h.cfg.Rental.InspectWithin
	return h.lines(out, func(r *Rental, l *Line) (time.Duration, Data) {
		if limit <= 0 || l.State != ToolReturned || l.Reminded {
			return rest, nil
		}
		passed, _ := h.elapsed(l.In, at)
		return limit - passed, &RentalReminded{Rental: r.ID, Tool: l.Tool, About: RemindInspect}
	})
}

// lines asks of every line of every rental how long nothing is due, and records
// what is.
func (h *Hall) lines(out *Outcome, f func(*Rental, *Line) (time.Duration, Data)) time.Duration {
	wait := rest
	for _, r := range h.rentals() {
		for i := range r.Lines {
			left, d := f(r, &r.Lines[i])
			wait = min(wait, max(left, 0))
			if left <= 0 && out != nil {
				out.Data = append(out.Data, d)
			}
		}
	}
	return wait
}

// Late is a tool that is out for too long.
type Late struct {
	Rental string    `json:"rental"`
	Person string    `json:"person"`
	Last4  string    `json:"last4"`
	Tool   string    `json:"tool"`
	Name   string    `json:"name"`
	Out    time.Time `json:"out"`
	Hours  int       `json:"hours"` // whole hours beyond the limit
}

// Overdue lists the tools that are out for too long.
func (h *Hall) Overdue(at Stamp) []Late {
	list := []Late{}
	for _, r := range h.rentals() {
		for i := range r.Lines {
			if l := &r.Lines[i]; h.overdue(at, l) {
				list = append(list, Late{
					Rental: r.ID, Person: r.Person.Ref, Last4: r.Person.Last4, Tool: l.Tool, Name: l.Name,
					Out: l.Out.Time, Hours: int(-h.dueIn(at, l) / time.Hour),
				})
			}
		}
	}
	return list
}

// Dunning is what a person with overdue tools or a debt is told at the next
// card; empty for anybody else.
func (h *Hall) Dunning(ref string, at Stamp) string {
	if no := h.clean(at, ref); no != nil {
		return no.Error()
	}
	return ""
}

// remind adds to what the entrance says that something of the person's is late,
// without saying what: others can read it too.
func (h *Hall) remind(at Stamp, ref string, out *Outcome) {
	if h.Dunning(ref, at) == "" {
		return
	}
	for i, e := range out.Effects {
		if g, ok := e.(Greet); ok {
			g.Text += "。您有工具租赁事项未办完，请到窗口办理"
			out.Effects[i] = g
		}
	}
}

// OverdueSlip is the content of a 超期催还单.
type OverdueSlip struct {
	Rental string `json:"rental"`
	Last4  string `json:"last4"`
	Tools  []Late `json:"tools"`
	Held   Fen    `json:"held"`
	Due    Fen    `json:"due"` // still unpaid
	Staff  string `json:"staff"`
	Issued string `json:"issued"`
}

// RentalRemind follows an overdue rental up: it is recorded, and a slip says what
// is missing.
type RentalRemind struct{ Rental, Staff, Note string }

func (e RentalRemind) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.rental(e.Rental)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Counter, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	s := OverdueSlip{Rental: r.ID, Last4: r.Person.Last4, Held: r.Held, Due: r.Due, Staff: e.Staff, Issued: minute(at)}
	out := Outcome{Reply: viewOf(r.ID)}
	for _, l := range h.Overdue(at) {
		if l.Rental == r.ID {
			s.Tools = append(s.Tools, l)
			out.Data = append(out.Data, &RentalReminded{Rental: r.ID, Tool: l.Tool, About: RemindOverdue, Staff: e.Staff, Note: e.Note})
		}
	}
	if len(s.Tools) == 0 {
		return Outcome{}, refuse("not-overdue", "租赁单%s没有超期的工具", r.ID)
	}
	h.addSlip(&out, newSlip("overdue", r.Person.Ref, r.ID, s))
	return out, nil
}
