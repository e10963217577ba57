package printer

import "bytes"

// clearFn8 is DLE DC4 function 8 with the code that protects it.
var clearFn8 = []byte{dle, 0x14, 8, 1, 3, 20, 1, 6, 2, 8}

// realtime looks at a byte as it comes off the wire, before the receive
// buffer. A real-time command acts wherever it stands, inside a raster too; its
// bytes go on into the buffer all the same.
func (p *Printer) realtime(b byte) {
	p.tail = append(p.tail, b)
	if len(p.tail) > len(clearFn8) {
		p.tail = p.tail[1:]
	}
	if bytes.Equal(p.tail, clearFn8) {
		p.clearBuffers()
		return
	}
	if len(p.tail) < 3 {
		return
	}
	last := p.tail[len(p.tail)-3:]
	switch {
	case last[0] == dle && last[1] == 0x04 && p.o.DLEEOT:
		if s, ok := p.eot(last[2]); ok {
			p.answer([]byte{s})
		}
	case last[0] == dle && last[1] == 0x05:
		p.recover(last[2])
	}
}

// recover is DLE ENQ: 1 goes on printing, 2 throws the buffers away first. It
// helps against an error that can be recovered from, once its cause is gone;
// settings are kept.
func (p *Printer) recover(n byte) {
	if !p.faults.recovers() || n != 1 && n != 2 {
		return
	}
	if n == 2 {
		p.forget()
		p.parser.reset()
	}
	p.faults.cutterError, p.faults.stuckError = false, false
	p.changed("recovered")
}

// clearBuffers is DLE DC4 8: both buffers are empty, then the answer comes.
func (p *Printer) clearBuffers() {
	if !p.o.ClearFn8 {
		return
	}
	p.tail = nil
	p.forget()
	p.parser.reset()
	p.answer([]byte{0x37, 0x25, 0x00})
}

// forget empties the receive buffer, the print buffer and the line.
func (p *Printer) forget() {
	p.rx, p.jobs, p.fed, p.queued = nil, nil, 0, 0
	p.line = line{}
}
