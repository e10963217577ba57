package printer

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"halld/devices"
)

// confirm is how a printer says that it is done.
type confirm byte

const (
	unprobed    confirm = iota
	byProcessID         // GS ( H: the paper is out
	byPaper             // GS r: all commands before it are done
	byNothing
)

// mark is a request inside a job that is answered when the bytes before it
// are done.
type mark struct {
	id    string // of a process ID; empty for GS r
	bytes int    // of the job, since the mark before
}

const (
	clearTimeout   = 2 * time.Second
	recoverTimeout = time.Second
	recoverEvery   = 10 * time.Second
)

// prepare does all that can be done before the first byte of a job: is the
// printer there and ready, how will it confirm, is it free of an older job.
func (s *session) prepare() error {
	if s.d.opts.Confirm == ConfirmNone {
		return nil
	}
	if err := s.ready(); err != nil {
		return err
	}
	w := &s.d.wire
	if w.dirty {
		if err := s.discard(); err != nil {
			return err
		}
		w.dirty = false
	}
	if w.confirm == unprobed && !w.mute {
		return s.probe()
	}
	s.upgrade()
	return nil
}

// ready asks for the state. It holds back for a printer that has never said
// anything, until that is believed to be its nature.
func (s *session) ready() error {
	fault, err := s.status()
	for errors.Is(err, devices.ErrNoAnswer) {
		if s.d.Answers() {
			return &StateError{devices.NoAnswer}
		}
		if s.d.wire.mute {
			return nil
		}
		fault, err = s.status()
	}
	if err == nil && fault == devices.CutterJam {
		fault, err = s.recoverCutter()
	}
	if err != nil {
		return err
	}
	if !prints(fault) {
		return &StateError{fault}
	}
	return s.speakUp()
}

// recoverCutter tells the printer that the cause is gone, if the cover is
// closed, and asks again. It does so at most every 10 s.
func (s *session) recoverCutter() (devices.Fault, error) {
	w := &s.d.wire
	if s.d.has(coverOpen) || time.Since(w.recovery) < recoverEvery {
		return s.d.seen(), nil
	}
	w.recovery = time.Now()
	if err := s.write(dleRecover); err != nil {
		return "", err
	}
	if err := s.pause(recoverTimeout); err != nil {
		return "", err
	}
	return s.status()
}

// discard ends an interrupted job: its picture, and the paper that it left
// hanging, which must not become the head of the next ticket.
func (s *session) discard() error {
	if err := s.resync(); err != nil {
		return err
	}
	e := &encoder{p: s.d.opts.Profile}
	e.cut()
	return s.write(e.buf.String())
}

// resync sends as many zeros as the longest strip may still wait for.
func (s *session) resync() error {
	row := strings.Repeat("\x00", s.d.opts.Profile.Dots/8)
	for range maxStrip {
		if err := s.write(row); err != nil {
			return err
		}
	}
	return s.write(escInit)
}

// probe learns once what confirmation the printer knows. One that says nothing
// may be busy with an older job, or may still wait for the rest of a picture,
// from before this program was started; so it is asked again with patience, and
// once more after a resync.
func (s *session) probe() error {
	w := &s.d.wire
	ladder := s.ladder()
	if len(ladder) == 0 {
		w.confirm = byNothing
		return nil
	}
	answered, err := s.climb(ladder, s.d.opts.ProbeTimeout)
	if answered || err != nil {
		return err
	}
	if answered, err = s.climb(ladder[len(ladder)-1:], s.d.opts.BusyGrace); err == nil && !answered {
		if err = s.resync(); err == nil {
			answered, err = s.climb(ladder, s.d.opts.ProbeTimeout)
		}
	}
	if err != nil {
		return err
	}
	if !answered {
		w.confirm = byNothing
		return nil
	}
	return s.drainLate()
}

// climb takes the first confirmation that is answered within limit.
func (s *session) climb(ladder []confirm, limit time.Duration) (answered bool, err error) {
	for _, c := range ladder {
		if answered, err = s.try(c, limit); answered || err != nil {
			if answered {
				s.d.wire.confirm = c
			}
			return answered, err
		}
	}
	return false, nil
}

// drainLate lets late answers of the first attempt pass, which would else be
// taken for answers of the job.
func (s *session) drainLate() error { return s.pause(s.d.opts.ProbeTimeout) }

// ladder is what confirmations to try, the best first.
func (s *session) ladder() []confirm {
	var l []confirm
	if s.d.opts.Profile.ProcessID {
		l = append(l, byProcessID)
	}
	if s.d.opts.Profile.GSr {
		l = append(l, byPaper)
	}
	return l
}

func (s *session) try(c confirm, limit time.Duration) (answered bool, err error) {
	if err := s.mark(c); err != nil {
		return false, err
	}
	err = s.patiently(limit, func() bool { return len(s.marks) == 0 || s.noPaper })
	s.marks = nil
	w := &s.d.wire
	switch {
	case errors.Is(err, devices.ErrNoAnswer):
		if c == byProcessID && w.askedH.IsZero() {
			w.askedH = time.Now()
		}
		return false, nil
	case err == nil && c == byProcessID:
		w.askedH = time.Time{}
	}
	return err == nil, err
}

// late waits for the answer of a process ID whose turn has not come in time for
// the probe. A printer that still prints an older job, from before this program
// or this line, answers GS r ahead of that paper, so silence to GS ( H shows
// only that it does not know it when it has lasted as long as a job may rest
// without progress. This costs time at
// most once for each opening of the line.
func (s *session) late() (bool, error) {
	w := &s.d.wire
	if rest := s.d.opts.ConfirmTimeout - time.Since(w.askedH); w.confirm == byPaper && rest > 0 {
		err := s.until(rest, func() bool { return s.d.knowsH() || stops(s.d.seen()) })
		if err != nil && !errors.Is(err, devices.ErrNoAnswer) {
			return false, err
		}
	}
	return s.upgrade(), nil
}

// upgrade makes process IDs the confirmation if one was answered after all.
func (s *session) upgrade() bool {
	w := &s.d.wire
	if w.confirm == byProcessID || !s.d.knowsH() {
		return false
	}
	w.confirm, w.askedH = byProcessID, time.Time{}
	return true
}

// print sends a job whose printer is prepared.
func (s *session) print(pieces []piece) (Result, error) {
	sent := 0
	for _, p := range pieces {
		n, err := s.send(p)
		sent += n
		if err != nil {
			return s.failed(sent, err)
		}
	}
	result, err := s.finish()
	if err != nil {
		return s.failed(sent, err)
	}
	return result, nil
}

// failed is the result of a job that stopped after so many bytes. What the
// printer still holds must not come out with fresh paper.
func (s *session) failed(sent int, err error) (Result, error) {
	if sent == 0 {
		return NotSent, err
	}
	w := &s.d.wire
	w.dirty = true
	var state *StateError
	if errors.As(err, &state) && s.d.opts.Profile.Clear {
		if cerr := s.clear(); cerr != nil {
			return Unknown, errors.Join(err, cerr)
		}
		w.dirty = !s.cleared
	}
	return Unknown, fmt.Errorf("after %d bytes: %w", sent, err)
}

// clear empties the printer's buffers by a real-time command.
func (s *session) clear() error {
	s.cleared = false
	if err := s.write(dleClear); err != nil {
		return fmt.Errorf("clearing the buffers: %w", err)
	}
	err := s.until(clearTimeout, func() bool { return s.cleared })
	if errors.Is(err, devices.ErrNoAnswer) {
		return nil
	}
	return err
}

// send sends one piece when the printer has room for it.
func (s *session) send(p piece) (int, error) {
	if err := s.room(len(p.data)); err != nil {
		return 0, err
	}
	sent := 0
	for part := range s.clock.parts(p, s.d.opts) {
		if s.d.opts.Baud > 0 {
			if err := s.waitClock(len(part.data)); err != nil {
				return sent, err
			}
		}
		n, err := s.put(part.data)
		sent += n
		if err != nil {
			return sent, err
		}
		s.clock.add(part, s.d.opts)
	}
	s.since += sent
	return sent, nil
}

// room waits until the bytes that the printer has not confirmed and n more
// fit into its buffer.
func (s *session) room(n int) error {
	if !s.confirms() {
		return nil
	}
	if s.since > s.d.opts.Buffer/4 {
		if err := s.mark(s.d.wire.confirm); err != nil {
			return err
		}
	}
	for len(s.marks) > 0 && s.unconfirmed()+n > s.d.opts.Buffer {
		if err := s.progress(); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) confirms() bool {
	c := s.d.wire.confirm
	return s.d.opts.Confirm != ConfirmNone && (c == byProcessID || c == byPaper)
}

func (s *session) unconfirmed() int {
	n := s.since
	for _, m := range s.marks {
		n += m.bytes
	}
	return n
}

// mark sends a request that is answered when all before it is done.
func (s *session) mark(c confirm) error {
	m := mark{bytes: s.since}
	request := gsPaper
	if c == byProcessID {
		w := &s.d.wire
		m.id = fmt.Sprintf("%04d", w.nextID)
		w.nextID = (w.nextID + 1) % 10000
		request = gsProcessID + m.id
	}
	if err := s.write(request); err != nil {
		return err
	}
	s.marks = append(s.marks, m)
	s.since, s.noPaper = 0, false
	return nil
}

// answerID takes the answer of a process ID, and those before it as answered.
func (s *session) answerID(id string) {
	for i, m := range s.marks {
		if m.id == id {
			s.d.talks()
			s.marks = s.marks[i+1:]
			return
		}
	}
}

// answerByte takes the answer of the oldest GS r. Some printers answer even
// without paper, not having printed.
func (s *session) answerByte(b byte) {
	if len(s.marks) == 0 || s.marks[0].id != "" {
		return
	}
	s.d.notePaper(b)
	if s.noPaper = s.d.has(paperEnd); !s.noPaper {
		s.marks = s.marks[1:]
	}
}

// progress waits for the answer of a mark, or until the printer has stopped.
func (s *session) progress() error {
	before := len(s.marks)
	err := s.patiently(s.d.opts.ConfirmTimeout, func() bool {
		return len(s.marks) < before || s.noPaper || stops(s.d.seen())
	})
	switch {
	case len(s.marks) < before:
		return nil
	case errors.Is(err, devices.ErrNoAnswer):
		return fmt.Errorf("waiting for the end of the job: %w", err)
	case err != nil:
		return err
	case s.noPaper:
		return &StateError{devices.PaperOut}
	}
	return &StateError{s.d.seen()}
}

// patiently waits until done is true, and looks now and then whether the
// printer has stopped: that is a [*StateError]. Its error wraps
// devices.ErrNoAnswer if it takes longer than limit.
func (s *session) patiently(limit time.Duration, done func() bool) error {
	for end := time.Now().Add(limit); ; {
		err := s.until(min(s.d.opts.FaultyPoll, time.Until(end)), done)
		if !errors.Is(err, devices.ErrNoAnswer) || !time.Now().Before(end) {
			return err
		}
		if err := s.look(); err != nil {
			return err
		}
	}
}

// look asks a printer that knows real-time status what it does. Silence alone
// proves nothing here: some don't answer while they print.
func (s *session) look() error {
	if s.d.wire.status[1] != known && s.d.wire.status[4] != known {
		return nil
	}
	fault, err := s.status()
	if errors.Is(err, devices.ErrNoAnswer) {
		return nil
	}
	if err == nil && stops(fault) {
		return &StateError{fault}
	}
	return err
}

// alive asks whether the printer that took a job without confirming it is
// still there and well.
func (s *session) alive() error {
	fault, err := s.status()
	if errors.Is(err, devices.ErrNoAnswer) {
		fault, err = devices.NoAnswer, nil
	}
	if err == nil && (stops(fault) || fault == devices.NoAnswer) {
		return &StateError{fault}
	}
	return err
}

// finish waits until the job is on paper, or says that nobody can know. Only a
// process ID waits for the paper itself. The answer to GS r may come while the
// last rows are still to be printed, so the paper gets its time, and the
// printer is asked once more. If meanwhile it turns out to know process IDs,
// one of them decides.
func (s *session) finish() (Result, error) {
	w := &s.d.wire
	if s.d.opts.Confirm == ConfirmNone || w.mute {
		return Unconfirmed, nil
	}
	result := Unconfirmed
	if s.confirms() {
		result = Printed
		if err := s.confirmed(); err != nil || w.confirm == byProcessID {
			return result, err
		}
	}
	if err := s.waitClock(s.d.opts.Buffer + 1); err != nil {
		return result, err
	}
	late, err := s.late()
	if err != nil {
		return result, err
	}
	if late {
		return Printed, s.confirmed()
	}
	return result, s.alive()
}

// confirmed asks whether all is done and waits for the answer.
func (s *session) confirmed() error {
	if err := s.mark(s.d.wire.confirm); err != nil {
		return err
	}
	for len(s.marks) > 0 {
		if err := s.progress(); err != nil {
			return err
		}
	}
	return nil
}
