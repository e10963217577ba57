package printer

import (
	"context"
	"errors"
	"strings"
	"time"

	"halld/devices"
)

// Run keeps the printer's fault up to date until ctx ends: from what the
// printer says by itself, and by asking it now and then, because not every
// printer does. It returns nil.
func (d *Dev) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		d.settle(d.do(ctx, d.poll))
		wait := d.opts.Poll
		if !prints(d.Fault()) {
			wait = d.opts.FaultyPoll
		}
		d.sleep(ctx, wait)
	}
	return nil
}

// Wake makes Run look at the printer now, such as when its line was lost or is
// open again. It does not wait and may be called at any time.
func (d *Dev) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

func (d *Dev) sleep(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-d.wake:
	case <-ctx.Done():
	}
}

// do lends the wire to f. What was learned about the printer does not outlive
// the line: another one may be at its end now.
func (d *Dev) do(ctx context.Context, f func(*session) error) error {
	err := d.line.Do(ctx, func(c devices.Conn) error {
		d.mu.Lock()
		if d.lost {
			d.lost, d.answersH, d.stale, d.mayConfirm, d.state = false, false, false, true, 0
			d.scanner.reset()
			d.wire = wire{dirty: d.wire.dirty, nextID: d.wire.nextID}
		}
		d.mu.Unlock()
		return f(&session{d: d, ctx: ctx, conn: c})
	})
	if errors.Is(err, devices.ErrOffline) {
		d.mu.Lock()
		d.lost = true
		d.mu.Unlock()
	}
	return err
}

// poll asks once. A printer that can is told to speak up by itself. How it
// confirms is asked here too, so that the doubt of [session.late] is mostly over
// before the first job.
func (d *Dev) poll(s *session) error {
	if d.opts.Confirm == ConfirmNone {
		return nil
	}
	_, err := s.status()
	if errors.Is(err, devices.ErrNoAnswer) {
		if d.Answers() {
			s.forget()
			return &StateError{devices.NoAnswer}
		}
		return nil
	}
	for _, step := range []func() error{s.recoverError, s.speakUp, s.introduce} {
		if err == nil {
			err = step()
		}
	}
	if fault := d.seen(); err == nil && !prints(fault) {
		return &StateError{fault}
	}
	if err == nil && !d.wire.dirty {
		err = s.reprobe()
	}
	return err
}

// listen hears what the printer says while nobody holds the wire.
func (d *Dev) listen(b []byte) {
	told := false
	for _, r := range d.hear(b) {
		told = told || r.kind == kindASB
	}
	if told {
		d.report(d.seen(), nil)
	}
}

// hear cuts bytes into replies. It takes the automatic status from them, and
// that process IDs are answered, which may be long after the question.
func (d *Dev) hear(b []byte) []reply {
	d.mu.Lock()
	defer d.mu.Unlock()
	var replies []reply
	d.scanner.scan(b, func(r reply) {
		if r.kind == kindASB {
			d.state = d.state.applyASB(r.data)
			d.answered = true
		}
		if r.kind == kindBlock && strings.HasPrefix(string(r.data), idAnswer) {
			d.answersH = true
		}
		replies = append(replies, r)
	})
	return replies
}

// knowsH reports whether the printer has ever answered GS ( H on this line.
func (d *Dev) knowsH() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.answersH
}

// quiet drops an unfinished reply after silence.
func (d *Dev) quiet() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.scanner.reset()
}

// note takes the answer to DLE EOT n.
func (d *Dev) note(n, b byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state = d.state.apply(b, statusBits(n))
	d.answered = true
}

// notePaper takes the answer to GS r 1.
func (d *Dev) notePaper(b byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state = d.state.apply(b, paperBits())
	d.answered = true
}

// talks notes that the printer has answered.
func (d *Dev) talks() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answered = true
}

// seen is the fault in what the printer last said.
func (d *Dev) seen() devices.Fault {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch f := d.state.fault(); {
	case f == devices.PaperOut && d.stale:
		return devices.StaleTicket
	case f == devices.OK && !d.mayConfirm:
		return devices.NoStatus
	default:
		return f
	}
}

func (d *Dev) has(any state) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state&any != 0
}

// settle reports what a use of the wire has shown.
func (d *Dev) settle(err error) {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
	case err != nil:
		d.report(devices.FaultOf(err), err)
	case d.opts.Confirm == ConfirmNone || !d.Answers():
		d.report(devices.NoStatus, nil)
	default:
		d.report(d.seen(), nil)
	}
}

// report tells the owner of a change.
func (d *Dev) report(f devices.Fault, err error) {
	d.reporting.Lock()
	defer d.reporting.Unlock()
	if d.reported && d.fault == f {
		return
	}
	d.reported, d.fault = true, f
	d.opts.Report(f, err)
}
