package wire

import "time"

// DefaultGap is the silence after which half a request is forgotten. Real
// boards wait for about five byte times; a host that is emulated too needs
// some patience.
const DefaultGap = 50 * time.Millisecond

// Cut looks for a request at the very start of b. It returns the request's
// length, zero when more bytes are needed to tell, or a negative number when
// no request starts here.
type Cut func(b []byte) int

// Scanner cuts requests out of a stream. A byte that belongs to none costs
// only itself.
type Scanner struct {
	Cut Cut
	Gap time.Duration // zero means DefaultGap

	buf  []byte
	last time.Time
}

// Feed takes what was heard and calls f with each whole request. f must not
// keep its argument.
func (s *Scanner) Feed(b []byte, f func(request []byte)) {
	gap := s.Gap
	if gap == 0 {
		gap = DefaultGap
	}
	now := time.Now()
	if len(s.buf) > 0 && now.Sub(s.last) > gap {
		s.buf = s.buf[:0]
	}
	s.last = now
	s.buf = append(s.buf, b...)
	for len(s.buf) > 0 {
		n := s.Cut(s.buf)
		if n == 0 {
			return
		}
		if n < 0 {
			s.buf = s.buf[1:]
			continue
		}
		f(s.buf[:n])
		s.buf = s.buf[n:]
	}
	s.buf = nil
}

// Pending is how many bytes of an unfinished request are held.
func (s *Scanner) Pending() int { return len(s.buf) }

// Reset forgets an unfinished request.
func (s *Scanner) Reset() { s.buf = nil }
