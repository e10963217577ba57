package wire

import (
	"sync"
	"time"
)

// Forever is the count of an accident that does not end by itself.
const Forever = -1

// Station is a device's place on the wire. Devices embed it: it speaks for
// them, and it is where accidents are ordered. Its zero value is ready, and
// all its methods may be called at any time from anywhere.
type Station struct {
	mu     sync.Mutex
	sender Sender
	script []step
}

type step struct {
	left      int
	accidents []Accident
}

// Attach gives the station a wire; see [Device].
func (s *Station) Attach(to Sender) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sender = to
}

// Next lets accidents happen to the next answer that has none ordered yet,
// in the given order.
func (s *Station) Next(a ...Accident) { s.Times(1, a...) }

// Times is [Station.Next] for n answers; [Forever] holds until Clear.
func (s *Station) Times(n int, a ...Accident) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, step{n, a})
}

// Clear takes back every accident still to come.
func (s *Station) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = nil
}

// Answer sends frame as the answer to request, delay after its end, subject
// to the accidents that were ordered.
func (s *Station) Answer(request, frame []byte, delay time.Duration) {
	a := Answer{
		Request: append([]byte(nil), request...),
		Pieces:  []Piece{{After: delay, Bytes: append([]byte(nil), frame...)}},
	}
	s.mu.Lock()
	accidents, to := s.next(), s.sender
	s.mu.Unlock()
	for _, happen := range accidents {
		happen(&a)
	}
	if to != nil {
		to.Send(a)
	}
}

// Speak sends b without having been asked. No accident touches it.
func (s *Station) Speak(b []byte) {
	s.mu.Lock()
	to := s.sender
	s.mu.Unlock()
	if to != nil {
		to.Send(Answer{Pieces: []Piece{{Bytes: append([]byte(nil), b...)}}})
	}
}

// SetBaud changes the speed of the wire from the device's side.
func (s *Station) SetBaud(baud int) {
	s.mu.Lock()
	to := s.sender
	s.mu.Unlock()
	if to != nil {
		to.SetBaud(baud)
	}
}

// next takes one answer's accidents from the script; s.mu is held.
func (s *Station) next() []Accident {
	for len(s.script) > 0 && s.script[0].left == 0 {
		s.script = s.script[1:]
	}
	if len(s.script) == 0 {
		return nil
	}
	if s.script[0].left > 0 {
		s.script[0].left--
	}
	return s.script[0].accidents
}
