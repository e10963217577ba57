package hall

import (
	"maps"
	"slices"
)

// dayData lists the kinds of this file.
var dayData = []func() Data{
	func() Data { return new(DayOpened) },
	func() Data { return new(DayClosed) },
	func() Data { return new(ClockConfirmed) },
	func() Data { return new(Restarted) },
}

// DayOpened records that a day began. Numbers start again; what was recorded
// stays.
type DayOpened struct {
	Day   string `json:"day"`
	Staff string `json:"staff,omitempty"`
}

// DayClosed records that a day ended, by staff or by the next day's beginning.
type DayClosed struct {
	Day    string `json:"day"`
	Staff  string `json:"staff,omitempty"`
	Reason string `json:"reason,omitempty"` // for closing while people wait
}

// ClockConfirmed records a person's word on the date, for as long as the machine
// runs.
type ClockConfirmed struct {
	Boot  string `json:"boot"`
	Date  string `json:"date"`
	Staff string `json:"staff"`
}

// Restarted records that the daemon started, and what the last stop cut off.
type Restarted struct {
	Slips []string `json:"slips,omitempty"` // jobs that may or may not be on paper
	Doors []string `json:"doors,omitempty"` // operations that need a decision
}

func (*DayOpened) Kind() Kind             { return "hall.opened" }
func (*DayClosed) Kind() Kind             { return "hall.closed" }
func (*ClockConfirmed) Kind() Kind        { return "clock.confirmed" }
func (*Restarted) Kind() Kind             { return "hall.restarted" }
func (d *DayOpened) Subject() string      { return d.Day }
func (d *DayClosed) Subject() string      { return d.Day }
func (d *ClockConfirmed) Subject() string { return d.Date }
func (*Restarted) Subject() string        { return "halld" }

func (d *DayOpened) apply(h *Hall, _ Stamp) {
	if h.Day == d.Day {
		h.Opened, h.OpenedBy = true, d.Staff
		return
	}
	h.renumber(d.Day)
	h.Day, h.Opened, h.Last, h.Calls = d.Day, true, "", nil
	h.Tally = Tally{}
	maps.DeleteFunc(h.Tickets, func(_ string, t *Ticket) bool { return t.State == Ended })
	clear(h.Windows)
	h.forgetDone()
	h.forgetDesk()
	h.OpenedBy = d.Staff
}

// renumber begins a day's numbers. One that is begun again, since what came after
// it was a clock's mistake, goes on behind those that are on paper already.
func (h *Hall) renumber(day string) {
	switch {
	case day > h.Day:
		h.Before = Numbers{h.Day, h.Next, h.NoticeSeq}
		h.Next, h.NoticeSeq = map[string]int{}, 0
	case day == h.Before.Day:
		for service, n := range h.Before.Next {
			h.Next[service] = max(h.Next[service], n)
		}
		h.NoticeSeq = max(h.NoticeSeq, h.Before.Notices)
	}
}

func (d *DayClosed) apply(h *Hall, at Stamp) {
	h.Opened = false
	if d.Reason != "" {
		h.except(at, d.Staff, "有人等候时闭门", d.Day, d.Reason)
	}
}

func (d *ClockConfirmed) apply(h *Hall, at Stamp) {
	h.Clock = ClockWord{Boot: d.Boot, Date: d.Date}
	h.except(at, d.Staff, "核准日期", d.Date, "")
}

func (d *Restarted) apply(h *Hall, _ Stamp) {
	for _, id := range d.Slips {
		if j := h.Jobs[id]; j != nil {
			j.State = JobUndecided
		}
	}
	for _, id := range d.Doors {
		h.setOp(id, OpUndecided)
	}
}

// forgetDone drops what a new day no longer needs, so that the state does not
// grow with the years: finished print jobs, ended door operations, and visitors
// of earlier days of whom nothing is open.
func (h *Hall) forgetDone() {
	maps.DeleteFunc(h.Jobs, func(_ string, j *Job) bool {
		if t := h.Tickets[j.Slip.Subject]; j.State == JobSending || t != nil && t.Job == j.ID {
			return false
		}
		return j.Settled || j.State == JobPrinted || j.State == JobUnconfirmed || j.Slip.Template == "ticket"
	})
	h.forgetRentals(h.Day)
	h.forgetHandovers(h.Day)
	maps.DeleteFunc(h.Ops, func(_ string, o *Operation) bool { return o.ended() })
}

// newDay begins the day of its stamp, and ends the one before.
type newDay struct{}

func (newDay) handle(h *Hall, at Stamp) (Outcome, error) {
	var out Outcome
	if h.Opened {
		h.endDay(&out, at, "")
	} else {
		h.endNumbers(&out, "")
	}
	out.Data = append(out.Data, &DayOpened{Day: h.day(at.Time)})
	return out, nil
}

// endDay ends the course that is still open and the numbers that were not
// served, and reports.
func (h *Hall) endDay(out *Outcome, at Stamp, staff string) {
	h.closeTraining(out, at, staff)
	report := h.Report()
	if n := h.endNumbers(out, staff); n > 0 {
		report.Outcomes[OutcomeDayEnd] += n
		report.Waiting -= n
	}
	report.Open = false
	out.Data = append(out.Data, &DayReported{DayReport: report, Staff: staff}, &DayClosed{Day: h.Day, Staff: staff})
}

// endNumbers ends what was not served. With CarryOver the numbers that wait go
// on into the next day.
func (h *Hall) endNumbers(out *Outcome, staff string) (n int) {
	for _, t := range h.byArrival() {
		if t.State == Ended || h.cfg.CarryOver && t.State != Called {
			continue
		}
		out.Data = append(out.Data, &TicketEnded{Ticket: t.Number, Window: t.Window, Outcome: OutcomeDayEnd, Staff: staff})
		n++
	}
	return n
}

// DayOpen opens the day for business, or opens it again after its closing. A day
// also begins by itself, so that nobody waits for it at the door.
type DayOpen struct{ Staff string }

// DayClose ends the day: no more numbers, the report on paper. It wants a reason
// when people still wait.
type DayClose struct{ Staff, Reason string }

// DayReply answers the opening of a day.
type DayReply struct {
	Day  string `json:"day"`
	Open bool   `json:"open"`
}

func (e DayOpen) handle(h *Hall, at Stamp) (Outcome, error) {
	switch _, err := h.who(at, e.Staff, Counter, Head, Manager); {
	case err != nil:
		return Outcome{}, err
	case h.Day == "" || !at.Trusted:
		return Outcome{}, refuse(ReasonClock, "%s，请先核准日期", refusalText[ReasonClock].reason)
	}
	out := Outcome{Reply: func(h *Hall) (any, error) { return DayReply{h.Day, h.Opened}, nil }}
	if !h.Opened || h.OpenedBy == "" {
		out.Data = []Data{&DayOpened{Day: h.Day, Staff: e.Staff}}
	}
	return out, nil
}

func (e DayClose) handle(h *Hall, at Stamp) (Outcome, error) {
	waiting := h.Waiting()
	switch _, err := h.who(at, e.Staff, Head, Manager); {
	case err != nil:
		return Outcome{}, err
	case waiting > 0 && e.Reason == "" && h.Opened && !h.cfg.CarryOver:
		return Outcome{}, refuse("waiting", "还有%d人在等候，闭门请写明原因（--reason）", waiting)
	case !h.Opened:
		return Outcome{}, refuse("closed", "今天已经结束营业")
	}
	out := Outcome{Reply: func(h *Hall) (any, error) { return h.Report(), nil }}
	if h.Training != nil {
		h.signInList(&out, at)
	}
	h.endDay(&out, at, e.Staff)
	if waiting > 0 && e.Reason != "" {
		out.Data[len(out.Data)-1].(*DayClosed).Reason = e.Reason
	}
	for _, d := range out.Data {
		if d, ok := d.(*DayReported); ok {
			h.addSlip(&out, newSlip("report", "", d.Day, d.slip(h.staffName(e.Staff), at)))
			break
		}
	}
	return out, nil
}

// Start says that the daemon started. Slips that were on their way and doors
// whose locks may have been driven are listed for a decision; openings that had
// not come to that are over. Nothing is printed and no door moves by itself.
type Start struct{}

func (Start) handle(h *Hall, _ Stamp) (Outcome, error) {
	d := &Restarted{}
	for _, id := range slices.SortedFunc(maps.Keys(h.Jobs), byAge) {
		if h.Jobs[id].State == JobSending {
			d.Slips = append(d.Slips, id)
		}
	}
	out := Outcome{Data: []Data{d}}
	for _, o := range h.ops() {
		// A door that was seen open is only waited for: its contact says when it
		// is shut, before and after a restart alike.
		if o.State == OpOpening || o.State == OpUnknown {
			d.Doors = append(d.Doors, o.ID)
		}
		if o.State == OpQueued {
			out.Data = append(out.Data, h.unsent(o, &DoorUnsent{Cause: CauseRestart})...)
		}
	}
	out.Data = append(out.Data, h.removed()...)
	return out, nil
}

// ConfirmDate is a person's word that the machine's date is right.
type ConfirmDate struct {
	Date  string
	Staff string
}

func (e ConfirmDate) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Head, Manager, Technician); err != nil {
		return Outcome{}, err
	}
	if today := DateOf(at.Time).String(); e.Date != today {
		return Outcome{}, refuse("wrong-date", "设备日期是%s，与您确认的%s不符，请先校准时间", today, e.Date)
	}
	return Outcome{Data: []Data{&ClockConfirmed{Boot: at.Boot, Date: e.Date, Staff: e.Staff}}}, nil
}
