package printer

import (
	"net"
	"sync"
	"testing"

	"halld/devices/devicestest"
)

// far is the far end of a wire: it reads commands and answers those it is
// told to know. It prints nothing and keeps what it was sent.
type far struct {
	conn net.Conn
	near *devicestest.Line

	realTime, asb, processID, gsR, clear bool
	clone0F                              bool // answers GS r although it has no paper

	mu    sync.Mutex
	fonts string
	eot   [5]byte // answers to DLE EOT 1 to 4, 0 for none
	asbIs []byte
	seen  []token
	total int // bytes read
	limit int // bytes after which it dies, -1 for never
	die   func()
	on    func(token) // told of each token before it is answered
}

// newFar is a printer that knows everything and is well.
func newFar(t testing.TB) *far {
	near, conn := devicestest.Pipe(t)
	return &far{
		conn: conn, near: near, limit: -1,
		realTime: true, asb: true, processID: true, gsR: true, clear: true,
		fonts: "GB18030", eot: [5]byte{0, 0x12, 0x12, 0x12, 0x12}, asbIs: []byte{0x10, 0, 0, 0},
	}
}

// mute is a printer that never says anything.
func newMute(t testing.TB) *far {
	f := newFar(t)
	f.realTime, f.asb, f.processID, f.gsR, f.clear = false, false, false, false, false
	return f
}

func (f *far) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// run reads until the wire closes.
func (f *far) run() {
	var pending []byte
	buf := make([]byte, 4096)
	for {
		room := len(buf)
		if f.limit >= 0 {
			if f.total == f.limit {
				f.die()
				f.limit = -1
				continue
			}
			room = min(room, f.limit-f.total)
		}
		n, err := f.conn.Read(buf[:room])
		if err != nil {
			return
		}
		f.total += n
		pending = f.read(append(pending, buf[:n]...))
	}
}

// read takes the whole tokens and gives back the rest.
func (f *far) read(b []byte) []byte {
	for {
		tok, err := nextToken(b)
		if err != nil || tok.data == nil {
			return b
		}
		b = b[len(tok.data):]
		f.mu.Lock()
		on := f.on
		f.mu.Unlock()
		if on != nil {
			on(tok)
		}
		f.mu.Lock()
		f.seen = append(f.seen, token{tok.name, append([]byte(nil), tok.data...)})
		answer := f.answer(tok)
		f.mu.Unlock()
		if len(answer) > 0 {
			f.conn.Write(answer)
		}
	}
}

func (f *far) answer(t token) []byte {
	d := t.data
	switch {
	case t.name == "DLE 04" && f.realTime && f.eot[d[2]] != 0:
		return []byte{f.eot[d[2]]}
	case t.name == "DLE 14" && f.clear:
		return []byte{0x37, 0x25, 0}
	case t.name == "GS a" && f.asb:
		return f.asbIs
	case t.name == "GS ( H" && f.processID:
		return append(append([]byte{0x37, 0x22}, d[7:11]...), 0)
	case t.name == "GS r" && f.clone0F && f.eot[4] == 0x72:
		return []byte{0x0f}
	case t.name == "GS r" && f.gsR && f.eot[4] != 0x72:
		return []byte{f.eot[4] >> 2 & 3} // near end
	case t.name == "GS I" && f.realTime:
		return append([]byte("_"+map[byte]string{66: "EPSON", 67: "TM-T81", 69: f.fonts}[d[2]]), 0)
	}
	return nil
}

// count is how many tokens of that name were seen.
func (f *far) count(name string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return count(f.seen, name)
}

func (f *far) text() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return string(printedText(f.seen))
}
