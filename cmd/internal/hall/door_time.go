package hall

import "time"

// DoorAjar records that a door was told to stand open: first by voice, then to
// staff.
type DoorAjar struct {
	Door  DoorID `json:"door"`
	Op    string `json:"op,omitempty"`
	Stage int    `json:"stage"`
}

func (*DoorAjar) Kind() Kind        { return "locker.ajar" }
func (d *DoorAjar) Subject() string { return string(d.Door) }

func (d *DoorAjar) apply(h *Hall, _ Stamp) { h.door(d.Door).Told = d.Stage }

// stages is how often a door that stands open is told: by voice, to staff, and
// at last to the county as a fault.
const stages = 3

// ajar tells of doors that stand open.
func (h *Hall) ajar(at Stamp, out *Outcome) time.Duration {
	wait := rest
	limit := h.cfg.Rental.AjarAfter
	for _, id := range h.doors("") {
		b := h.look(id)
		if limit <= 0 || !b.Open || b.Told >= stages {
			continue
		}
		since, _ := h.elapsed(b.Since, at)
		left := limit*time.Duration(b.Told+1) - since
		wait = min(wait, max(left, 0))
		if left > 0 || out == nil {
			continue
		}
		op := ""
		if o := h.openOp(id); o != nil {
			op = o.ID
		}
		text := "柜门" + string(id) + "没有关好，请关上柜门"
		if b.Told+1 == stages {
			out.Data = append(out.Data, &DoorFault{Op: op, Door: id, Fault: "left-open"})
		} else {
			out.Data = append(out.Data, &DoorAjar{Op: op, Door: id, Stage: b.Told + 1})
		}
		out.Effects = append(out.Effects, Alert{Door: id, Text: text, Spoken: b.Told == 0})
	}
	return wait
}

// turnWithin is how long an opening may wait for its turn: whoever asked for it
// still stands at the door. A 清柜 takes as long as its doors do, and is stopped
// by those who began it.
const turnWithin = 8 * time.Second

// answerWithin is how long a lock board may take to answer before the operation
// counts as unknown.
const answerWithin = time.Minute

// patience is how long an operation may still wait for its turn or for the lock
// board's answer; ok is false if it waits for neither.
func (h *Hall) patience(o *Operation, at Stamp) (left time.Duration, ok bool) {
	switch {
	case o.State == OpOpening:
		since, _ := h.elapsed(o.Pulsed, at)
		return answerWithin - since, true
	case o.State == OpQueued && o.Purpose != ForClear:
		since, _ := h.elapsed(o.Begun, at)
		return turnWithin - since, true
	default:
		return rest, o.State == OpQueued
	}
}

// silent gives operations up whose turn did not come, or whose lock board never
// answered.
func (h *Hall) silent(at Stamp, out *Outcome) time.Duration {
	wait := rest
	for _, o := range h.ops() {
		left, ok := h.patience(o, at)
		if !ok {
			continue
		}
		wait = min(wait, max(left, 0))
		switch {
		case left > 0 || out == nil:
		case o.State == OpQueued:
			out.Data = append(out.Data, h.unsent(o, &DoorUnsent{Cause: CauseBusy})...)
		default:
			out.Data = append(out.Data, &DoorFault{Op: o.ID, Door: o.Door, State: OpUnknown, Fault: "door-unknown"})
		}
	}
	return wait
}
