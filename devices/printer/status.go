package printer

import "halld/devices"

// kind is what a byte or a group of bytes from the printer is.
type kind byte

const (
	kindStatus kind = iota // answer to DLE EOT, 1 byte 0xx1xx10
	kindASB                // automatic status, 4 bytes, the first 0xx1xx00
	kindBlock              // 37, 3D, 5F, 35 or 3B up to NUL, which is not kept
	kindByte               // answer to GS r or GS I 1–3, 1 byte 0xx0xxxx
)

// idAnswer begins the block that answers GS ( H; the process ID follows.
const idAnswer = "\x37\x22"

// reply is one answer or message of the printer.
type reply struct {
	kind kind
	data []byte
}

const (
	xon      = 0x11
	xoff     = 0x13
	maxBlock = 128 // the longest known block is about 80 bytes
	asbBytes = 4
)

// scanner cuts the printer's bytes into replies. Bytes that belong to nothing
// are dropped one at a time, so noise costs no reply that follows it.
type scanner struct {
	ticketBit bool   // bit 7 of a status byte has a meaning
	part      []byte // a block or an automatic status that is not yet whole
}

// reset forgets an unfinished reply, after silence.
func (s *scanner) reset() { s.part = nil }

// scan takes the next bytes and gives each whole reply to f.
func (s *scanner) scan(b []byte, f func(reply)) {
	for _, c := range b {
		if c == xon || c == xoff { // flow control may cut into any reply
			continue
		}
		if len(s.part) > 0 && s.more(c, f) {
			continue
		}
		s.first(c, f)
	}
}

// more continues the unfinished reply. It reports false, and drops that
// reply, if c can't be a part of it.
func (s *scanner) more(c byte, f func(reply)) bool {
	if isASB(s.part[0]) {
		if c&0x90 != 0 {
			s.part = nil
			return false
		}
		if s.part = append(s.part, c); len(s.part) == asbBytes {
			f(reply{kindASB, s.part})
			s.part = nil
		}
		return true
	}
	switch {
	case c == 0:
		f(reply{kindBlock, s.part})
		s.part = nil
	case c < 0x1c || c >= 0x80 || len(s.part) >= maxBlock:
		s.part = nil
		return false
	default:
		s.part = append(s.part, c)
	}
	return true
}

// first takes a byte that begins a reply.
func (s *scanner) first(c byte, f func(reply)) {
	switch {
	case c&0x93 == 0x12, s.ticketBit && c&0x93 == 0x92:
		f(reply{kindStatus, []byte{c}})
	case isASB(c), c == 0x37, c == 0x3d, c == 0x5f, c == 0x35, c == 0x3b:
		s.part = []byte{c}
	case c&0x90 == 0:
		f(reply{kindByte, []byte{c}})
	}
}

func isASB(c byte) bool { return c&0x93 == 0x10 }

// state is what the printer said of itself, by the names of the reference.
type state uint16

const (
	offline       state = 1 << iota
	waiting             // waits for recovery by hand
	ticket              // the last ticket was not taken
	coverOpen           //
	stopped             // printing stopped by paper end
	recoverable         // mechanical error
	cutter              // autocutter error
	unrecoverable       //
	hot                 // recovers by itself: head temperature
	nearEnd             //
	paperEnd            //
	noFont              // its fonts won't do for Chinese
)

// meaning says what state a bit stands for; of several bits any one counts.
type meaning struct {
	mask  byte
	state state
}

// statusBits is the table of the answer to DLE EOT n.
func statusBits(n byte) []meaning {
	switch n {
	case 1:
		return []meaning{{0x08, offline}, {0x20, waiting}, {0x80, ticket}}
	case 2:
		return []meaning{{0x04, coverOpen}, {0x20, stopped}}
	case 3:
		return []meaning{{0x04, recoverable}, {0x08, cutter}, {0x20, unrecoverable}, {0x40, hot}}
	case 4:
		return []meaning{{0x0c, nearEnd}, {0x60, paperEnd}}
	}
	return nil
}

// asbBits is the table of byte n, from 1, of the automatic status.
func asbBits(n int) []meaning {
	switch n {
	case 1:
		return []meaning{{0x08, offline}, {0x20, coverOpen}}
	case 2:
		return []meaning{{0x01, waiting}, {0x04, recoverable}, {0x08, cutter}, {0x20, unrecoverable}, {0x40, hot}}
	case 3:
		return []meaning{{0x03, nearEnd}, {0x0c, paperEnd}, {0, stopped}} // the end clears stopped too
	}
	return nil
}

// paperBits is the table of the answer to GS r 1.
func paperBits() []meaning { return []meaning{{0x03, nearEnd}, {0x0c, paperEnd}} }

// isPaper reports whether a byte can answer GS r 1: two sensors of two equal bits
// each, and nothing else. Any other byte is noise.
func isPaper(b byte) bool { return b == 0x00 || b == 0x03 || b == 0x0c || b == 0x0f }

// apply sets what a byte says and clears what it denies.
func (s state) apply(b byte, table []meaning) state {
	for _, m := range table {
		s &^= m.state
		if b&m.mask != 0 {
			s |= m.state
		}
	}
	return s
}

func (s state) applyASB(b []byte) state {
	for i, c := range b {
		s = s.apply(c, asbBits(i+1))
	}
	return s
}

// fault is the one thing that staff should be told first. The cover goes
// before the paper, whose sensor may lie while the cover is open.
func (s state) fault() devices.Fault {
	has := func(any state) bool { return s&any != 0 }
	switch {
	case has(unrecoverable):
		return devices.Broken
	case has(cutter):
		return devices.CutterJam
	case has(coverOpen):
		return devices.CoverOpen
	case has(paperEnd | stopped):
		return devices.PaperOut
	case has(hot):
		return devices.Overheat
	case has(offline | waiting | recoverable):
		return devices.NotReady
	case has(noFont):
		return devices.NoChinese
	case has(ticket):
		return devices.TicketWaits
	case has(nearEnd):
		return devices.PaperLow
	}
	return devices.OK
}

// prints reports whether a printer with that fault prints nevertheless.
func prints(f devices.Fault) bool {
	return f == devices.OK || f == devices.PaperLow || f == devices.TicketWaits || f == devices.NoStatus
}

// stops reports whether a fault stops a job that is being printed for good. A
// hot head or a pressed button only delays it.
func stops(f devices.Fault) bool {
	switch f {
	case devices.PaperOut, devices.StaleTicket, devices.CoverOpen, devices.CutterJam, devices.Broken:
		return true
	}
	return false
}
