package hall

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// JobState is how far a slip is on its way to paper.
type JobState string

// The states of a print job. One job at a time is sending; those behind it are
// queued. Of a job that was sending when the machine stopped nobody knows whether
// paper came out. One that was queued or held has not been begun, so it comes out
// by itself once the printer is ready.
const (
	JobQueued      JobState = "queued"      // waits for its turn
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

// waits reports whether no paper of the job can be out.
func (j *Job) waits() bool {
	return j.State == JobQueued || j.State == JobSending || j.State == JobHeld
}

// slipData lists the kinds of this file.
var slipData = []func() Data{
	func() Data { return new(SlipQueued) },
	func() Data { return new(SlipBegun) },
	func() Data { return new(SlipDone) },
	func() Data { return new(SlipSettled) },
}

// SlipQueued records that a slip waits for its turn at the printer.
type SlipQueued struct {
	Job     string `json:"job"`
	Slip    Slip   `json:"slip"`
	Reprint int    `json:"reprint,omitempty"`
	Of      string `json:"of,omitempty"` // job that this is a reprint of
	Staff   string `json:"staff,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// SlipBegun records that a slip goes to the printer now.
type SlipBegun struct {
	Job   string `json:"job"`
	About string `json:"about"`
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
func (*SlipBegun) Kind() Kind          { return "slip.begun" }
func (*SlipDone) Kind() Kind           { return "slip.done" }
func (*SlipSettled) Kind() Kind        { return "slip.settled" }
func (d *SlipQueued) Subject() string  { return d.Slip.Subject }
func (d *SlipBegun) Subject() string   { return d.About }
func (d *SlipDone) Subject() string    { return d.About }
func (d *SlipSettled) Subject() string { return d.About }
func (d *SlipQueued) job() Job {
	return Job{ID: d.Job, Slip: d.Slip, State: JobQueued, Reprint: d.Reprint}
}

func (d *SlipQueued) apply(h *Hall, at Stamp) {
	count(&h.JobSeq, d.Job)
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

func (d *SlipBegun) apply(h *Hall, _ Stamp) {
	if j := h.Jobs[d.Job]; j != nil {
		j.State = JobSending
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

// addSlip puts a slip into an outcome, behind those that it already queues. A
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
	out.Data = append(out.Data, &SlipQueued{Job: h.jobID(n), Slip: slip})
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

// byAge orders jobs as they were queued.
func byAge(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// feed begins the next slip, if an outcome queues or ends one and nothing is on
// its way to the printer then. A slip that the printer did not take stops those
// behind it until the printer is ready; again tells that it is.
func (h *Hall) feed(out *Outcome, again bool) {
	var next []Job
	ended, replaced := map[string]JobState{}, map[string]bool{}
	for _, d := range out.Data {
		switch d := d.(type) {
		case *SlipQueued:
			next = append(next, d.job())
			replaced[d.Of] = true
		case *SlipDone:
			ended[d.Job] = d.State
		case *SlipBegun:
			return
		}
	}
	if len(next)+len(ended) == 0 && !again {
		return
	}
	for id, j := range h.Jobs {
		settled := j.Settled || replaced[id]
		switch state := cmp.Or(ended[id], j.State); {
		case state == JobSending, state == JobHeld && !settled && !again:
			return
		case (state == JobQueued || state == JobHeld) && !settled:
			next = append(next, *j)
		}
	}
	if len(next) == 0 {
		return
	}
	j := slices.MinFunc(next, func(a, b Job) int { return byAge(a.ID, b.ID) })
	j.State = JobSending
	out.Data = append(out.Data, &SlipBegun{Job: j.ID, About: j.Slip.Subject})
	out.Effects = append(out.Effects, Print{Job: j})
}

// reprints queues once more, as 补打, what broke off while the hall ran.
func (h *Hall) reprints() (out Outcome) {
	for _, id := range slices.SortedFunc(maps.Keys(h.Jobs), byAge) {
		j := h.Jobs[id]
		if j.State == JobUnknown && j.Reprint == 0 && !j.Settled {
			out.Data = append(out.Data, &SlipQueued{
				Job: h.jobID(len(out.Data)), Slip: j.Slip, Reprint: 1, Of: id, Reason: "打印中断",
			})
		}
	}
	return out
}

// onPaper reports whether a ticket's number may have reached its person: it is
// on paper, may be on paper, or somebody of the staff has told it.
func (h *Hall) onPaper(t *Ticket) bool {
	j := h.Jobs[t.Job]
	return j == nil || j.Settled || j.Reprint > 0 || !j.waits()
}

// noPaper reports whether the last slip of a template for a subject waits, and does
// until somebody sees to the printer. A 补打 that waits takes nothing from the paper
// before it.
func (h *Hall) noPaper(template, subject string) bool {
	var last *Job
	stuck := !h.prints()
	for _, j := range h.Jobs {
		stuck = stuck || j.State == JobHeld && !j.Settled
		if j.Slip.Template == template && j.Slip.Subject == subject && (last == nil || byAge(last.ID, j.ID) < 0) {
			last = j
		}
	}
	if last == nil || !last.waits() || last.State != JobHeld && !stuck {
		return false
	}
	for _, j := range h.Jobs {
		out := j.State == JobPrinted || j.State == JobUnconfirmed
		if out && j.Slip.Template == template && bytes.Equal(j.Slip.Data, last.Slip.Data) {
			return false
		}
	}
	return true
}
