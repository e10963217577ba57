package hall

// Reprint asks for a slip once more, marked 补打 with a count.
type Reprint struct {
	Ticket string // number, or a job id
	Staff  string
	Reason string
}

func (e Reprint) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff); err != nil {
		return Outcome{}, err
	}
	j := h.Jobs[e.Ticket]
	if t := h.Tickets[e.Ticket]; t != nil {
		j = h.Jobs[t.Job]
	}
	switch {
	case j == nil:
		return Outcome{}, refuse("no-slip", "没有找到%s的小票，请核对号码", e.Ticket)
	case e.Reason == "":
		return Outcome{}, refuse("no-reason", "补打小票请写明原因（--reason）")
	}
	q := &SlipQueued{Job: h.jobID(0), Slip: j.Slip, Reprint: j.Reprint + 1, Of: j.ID, Staff: e.Staff, Reason: e.Reason}
	return Outcome{
		Data:  []Data{q},
		Reply: func(*Hall) (any, error) { return map[string]any{"job": q.Job, "reprint": q.Reprint}, nil },
	}, nil
}

// SettleSlip says that staff took care of a slip whose paper is unsure, for
// example by telling the person the number.
type SettleSlip struct{ Job, Staff, Reason string }

func (e SettleSlip) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff); err != nil {
		return Outcome{}, err
	}
	j := h.Jobs[e.Job]
	if j == nil {
		return Outcome{}, refuse("no-slip", "没有打印任务%s", e.Job)
	}
	return Outcome{Data: []Data{&SlipSettled{Job: e.Job, About: j.Slip.Subject, Staff: e.Staff, Reason: e.Reason}}}, nil
}
