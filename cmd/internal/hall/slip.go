package hall

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Slip is the content of a paper before it is laid out. It names its person by
// ref only; the name is put in when it is printed.
type Slip struct {
	Template string          `json:"template"` // "ticket", "refusal", …
	Person   string          `json:"person,omitempty"`
	Subject  string          `json:"subject"` // ticket or rental it belongs to
	Data     json.RawMessage `json:"data"`    // the template's own fields
}

// TicketSlip is the content of a 取号单.
type TicketSlip struct {
	Ticket  string `json:"ticket"`
	Service string `json:"service"` // name of the service
	Ahead   int    `json:"ahead"`
	Windows []int  `json:"windows"`
	Issued  string `json:"issued"` // 2026-01-05 09:31

	// The minutes that the wait will take; 0 and 0 when that is not known well
	// enough to say.
	WaitFrom int `json:"wait_from"`
	WaitTo   int `json:"wait_to"`
}

// RefusalSlip is the content of a 不予介绍告知, in neutral words.
type RefusalSlip struct {
	Reason string `json:"reason"` // the rule, as the notice says it
	Advice string `json:"advice"` // what the person can do
	Issued string `json:"issued"`
}

// CheckinSlip is the content of a 登记回执.
type CheckinSlip struct {
	Kind   string   `json:"kind"`   // 求职 or 用工
	Rules  string   `json:"rules"`  // the rules that the person took note of
	Trades []string `json:"trades"` // wanted kinds of work
	Ticket string   `json:"ticket"`
	Issued string   `json:"issued"`
}

// NoticeSlip is the content of a 一次性告知单.
type NoticeSlip struct {
	Notice string       `json:"notice"` // number
	Matter string       `json:"matter"`
	Items  []NoticeItem `json:"items"`
	Repeat string       `json:"repeat"` // reason of a notice that names something new
	Staff  string       `json:"staff"`
	Issued string       `json:"issued"`
}

// NoticeItem is one thing that is missing.
type NoticeItem struct {
	Name string `json:"name"`
	How  string `json:"how"` // to get it
}

// TrainingSlip is the content of a 培训签到表.
type TrainingSlip struct {
	Course  string         `json:"course"`
	Session string         `json:"session"` // when it began
	Place   string         `json:"place"`
	Trainer string         `json:"trainer"`
	People  []TrainingLine `json:"people"`
	Issued  string         `json:"issued"`
}

// TrainingLine is a line for a signature.
type TrainingLine struct {
	Last4  string `json:"last4"`
	Repeat int    `json:"repeat"` // 复训 number, 0: first time
}

// ReportSlip is the content of a 日报 or 交接班单.
type ReportSlip struct {
	Day      string          `json:"day"`
	Sections []ReportSection `json:"sections"`
	Staff    string          `json:"staff"`
	Issued   string          `json:"issued"`
}

// ReportSection is a part of a report.
type ReportSection struct {
	Title string      `json:"title"`
	Rows  []ReportRow `json:"rows"`
}

// ReportRow is a line of a report.
type ReportRow struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// newSlip makes a slip of a template's fields, which always marshal.
func newSlip(template, person, subject string, data any) Slip {
	b, _ := json.Marshal(data)
	return Slip{Template: template, Person: person, Subject: subject, Data: b}
}

// JobState is how far a slip is on its way to paper.
type JobState string

// The states of a print job. Of a job that was sending when the machine stopped
// nobody knows whether paper came out.
const (
	JobSending     JobState = "sending"     // on its way to the printer
	JobHeld        JobState = "held"        // nothing was sent: the printer is not ready
	JobPrinted     JobState = "printed"     // the printer confirmed it
	JobUnconfirmed JobState = "unconfirmed" // sent whole; this printer cannot confirm
	JobUnknown     JobState = "unknown"     // broken off while printing; it comes once more as 补打
	JobUndecided   JobState = "undecided"   // cut off by a restart; nothing is printed before staff or the person ask
)

// Job is a slip on its way to paper.
type Job struct {
	ID      string   `json:"job"`
	Slip    Slip     `json:"slip"`
	State   JobState `json:"state"`
	Reprint int      `json:"reprint,omitempty"` // 补打 count: 0 is the first paper
	At      Stamp    `json:"at"`
	Settled bool     `json:"settled,omitempty"` // a reprint or a person has taken care of it
}

// slipData lists the kinds of this file.
var slipData = []func() Data{
	func() Data { return new(SlipQueued) },
	func() Data { return new(SlipDone) },
	func() Data { return new(SlipSettled) },
}

// SlipQueued records that a slip is about to be sent to the printer.
type SlipQueued struct {
	Job     string `json:"job"`
	Slip    Slip   `json:"slip"`
	Reprint int    `json:"reprint,omitempty"`
	Of      string `json:"of,omitempty"` // job that this is a reprint of, or that is sent at last
	Staff   string `json:"staff,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// SlipDone records what became of a slip.
type SlipDone struct {
	Job   string   `json:"job"`
	About string   `json:"about"`
	State JobState `json:"state"`
}

// SlipSettled records that somebody took care of a slip whose paper is unsure.
type SlipSettled struct {
	Job    string `json:"job"`
	About  string `json:"about"`
	Staff  string `json:"staff"`
	Reason string `json:"reason"`
}

func (*SlipQueued) Kind() Kind         { return "slip.queued" }
func (*SlipDone) Kind() Kind           { return "slip.done" }
func (*SlipSettled) Kind() Kind        { return "slip.settled" }
func (d *SlipQueued) Subject() string  { return d.Slip.Subject }
func (d *SlipDone) Subject() string    { return d.About }
func (d *SlipSettled) Subject() string { return d.About }
func (d *SlipQueued) job() Job {
	return Job{ID: d.Job, Slip: d.Slip, State: JobSending, Reprint: d.Reprint}
}

func (d *SlipQueued) apply(h *Hall, at Stamp) {
	h.JobSeq++
	j := d.job()
	j.At = at
	h.Jobs[d.Job] = &j
	if d.Reprint > 0 {
		h.Tally.Reprints++
		if d.Staff != "" {
			h.except(at, d.Staff, "补打", d.Slip.Subject, d.Reason)
		}
	}
	if old := h.Jobs[d.Of]; old != nil && d.Of != d.Job {
		old.Settled = true
	}
	if t := h.Tickets[d.Slip.Subject]; t != nil {
		t.Job = d.Job
	}
}

func (d *SlipDone) apply(h *Hall, _ Stamp) {
	if j := h.Jobs[d.Job]; j != nil {
		j.State = d.State
	}
}

func (d *SlipSettled) apply(h *Hall, _ Stamp) {
	if j := h.Jobs[d.Job]; j != nil {
		j.Settled = true
	}
}

// queueSlip is the record and the effect of a new slip. n counts the slips that
// the same outcome queued before it.
func (h *Hall) queueSlip(slip Slip, n int) (*SlipQueued, Print) {
	q := &SlipQueued{Job: h.jobID(n), Slip: slip}
	return q, Print{Job: q.job()}
}

// addSlip puts a slip into an outcome, behind those that it already prints. A
// hall without a printer has none.
func (h *Hall) addSlip(out *Outcome, slip Slip) {
	if !h.cfg.Printer {
		return
	}
	n := 0
	for _, d := range out.Data {
		if _, ok := d.(*SlipQueued); ok {
			n++
		}
	}
	q, print := h.queueSlip(slip, n)
	out.Data = append(out.Data, q)
	out.Effects = append(out.Effects, print)
}

func (h *Hall) jobID(n int) string { return fmt.Sprintf("S%06d", h.JobSeq+1+n) }

// SlipResult is the printer's word on a job.
type SlipResult struct {
	Job   string
	State JobState
}

func (e SlipResult) handle(h *Hall, _ Stamp) (Outcome, error) {
	j := h.Jobs[e.Job]
	if j == nil || j.State == e.State {
		return Outcome{}, nil
	}
	return Outcome{Data: []Data{&SlipDone{Job: e.Job, About: j.Slip.Subject, State: e.State}}}, nil
}

// resumeSlips sends the slips that wait for the printer, in order: what was held
// goes as it is, what broke off while the hall ran goes once more as 补打.
func (h *Hall) resumeSlips() (data []Data, effects []Effect) {
	for _, id := range slices.Sorted(maps.Keys(h.Jobs)) {
		j := h.Jobs[id]
		again := j.State == JobUnknown && j.Reprint == 0
		if j.Settled || !again && j.State != JobHeld {
			continue
		}
		q := &SlipQueued{Job: h.jobID(len(data)), Slip: j.Slip, Reprint: j.Reprint, Of: id}
		if again {
			q.Reprint, q.Reason = 1, "打印中断"
		}
		data = append(data, q)
		effects = append(effects, Print{Job: q.job()})
	}
	return data, effects
}

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
		Data:    []Data{q},
		Effects: []Effect{Print{Job: q.job()}},
		Reply:   func(*Hall) (any, error) { return map[string]any{"job": q.Job, "reprint": q.Reprint}, nil },
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

// onPaper reports whether a ticket's number may have reached its person: it is
// on paper, may be on paper, or somebody of the staff has told it.
func (h *Hall) onPaper(t *Ticket) bool {
	j := h.Jobs[t.Job]
	return j == nil || j.Settled || j.Reprint > 0 || j.State != JobSending && j.State != JobHeld
}
