package printer

import (
	"errors"
	"fmt"
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

// probe learns once what confirmation the printer knows. One that says nothing
// may be busy with an older job, or may still wait for the rest of a picture,
// from before this program was started; so it is asked again with patience, and
// once more after a resync.
func (s *session) probe() error {
	ladder := s.ladder()
	if len(ladder) == 0 {
		s.confirmBy(byNothing)
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
		s.confirmBy(byNothing)
		return nil
	}
	return s.drainLate()
}

// reprobe asks an idle printer how it confirms, once, and now and then if it does
// not: it may have been busy, or in the middle of a picture, for longer than the
// probe had patience. The reset takes back what it may have read as text.
func (s *session) reprobe() error {
	w := &s.d.wire
	if w.confirm == unprobed {
		return s.probe()
	}
	if w.confirm != byNothing || time.Since(w.probed) < s.d.opts.Reprobe {
		return nil
	}
	w.probed = time.Now()
	answered, err := s.climb(s.ladder(), s.d.opts.ProbeTimeout)
	if answered || err != nil {
		return err
	}
	w.asbSent = false
	return s.write(escInit)
}

// confirmBy sets what tells that a slip is printed.
func (s *session) confirmBy(c confirm) {
	w := &s.d.wire
	w.confirm, w.probed = c, time.Now()
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	s.d.mayConfirm = c != byNothing
}

// climb takes the first confirmation that is answered within limit.
func (s *session) climb(ladder []confirm, limit time.Duration) (answered bool, err error) {
	for _, c := range ladder {
		if answered, err = s.try(c, limit); answered || err != nil {
			if answered {
				s.confirmBy(c)
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
// only that it does not know it when it has lasted as long as such a job takes.
// This costs time once at most while the line stays open.
func (s *session) late() (bool, error) {
	w := &s.d.wire
	if rest := s.d.opts.BusyGrace - time.Since(w.askedH); w.confirm == byPaper && rest > 0 {
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
	s.confirmBy(byProcessID)
	w.askedH = time.Time{}
	return true
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
	if err := s.question(request); err != nil {
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
	if len(s.marks) == 0 || s.marks[0].id != "" || !isPaper(b) {
		return
	}
	s.d.notePaper(b)
	if s.noPaper = s.d.has(paperEnd); !s.noPaper {
		s.marks = s.marks[1:]
	}
}
