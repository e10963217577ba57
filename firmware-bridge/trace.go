package bridge

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Direction is which way a message went.
type Direction byte

// The directions, as a trace shows them.
const (
	Sent     Direction = '>' // to the device
	Received Direction = '<' // from the device
)

// TraceEvent is one message on a wire: the bytes that went one way until the
// wire turned round, was given back, or was quiet for a second. The bytes
// themselves are not in it, only what the line's [Mask] shows of them.
type TraceEvent struct {
	Port  string    // the line
	Begin time.Time // when the first byte was seen
	Dir   Direction
	Len   int // bytes in all
	Show  string
}

func (e TraceEvent) String() string {
	return fmt.Sprintf("%s %s %c %s", e.Begin.Format("15:04:05.000"), e.Port, e.Dir, e.Show)
}

// WriteTrace traces to w, one line a message.
func WriteTrace(w io.Writer) func(TraceEvent) {
	return func(e TraceEvent) { fmt.Fprintln(w, e) }
}

// LogTrace traces to log, at the level debug.
func LogTrace(log *slog.Logger) func(TraceEvent) {
	return func(e TraceEvent) {
		log.Debug("trace", "port", e.Port, "at", e.Begin, "dir", string(e.Dir), "len", e.Len, "bytes", e.Show)
	}
}

const (
	traceGap  = time.Second // silence that ends a message
	traceKeep = 256         // bytes of a message that the mask gets to see
)

// tracer puts the pieces in which bytes pass together again before they are
// masked: a serial port hands over one byte at a time, and a digit alone does
// not look like an identity number. The line's lock guards it.
type tracer struct {
	port string
	mask Mask
	emit func(TraceEvent)

	dir   Direction
	begin time.Time
	last  time.Time
	head  []byte // the first traceKeep bytes
	n     int    // bytes in all
	tail  bool   // the rest of a message whose beginning was shown
}

func newTracer(port string, o Opts) *tracer {
	return &tracer{port: port, mask: o.Mask, emit: o.Trace}
}

func (t *tracer) add(dir Direction, b []byte) {
	if t.emit == nil || len(b) == 0 {
		return
	}
	now := time.Now()
	if dir != t.dir || now.Sub(t.last) >= traceGap {
		t.flush()
		t.dir, t.tail = dir, false
	}
	if t.n == 0 {
		t.begin = now
	}
	t.last = now
	t.n += len(b)
	t.head = append(t.head, b[:min(len(b), traceKeep-len(t.head))]...)
}

// flush shows the message so far. What follows it the same way without a pause
// is shown as a count alone, since its beginning is gone.
func (t *tracer) flush() {
	if t.n == 0 {
		return
	}
	show := fmt.Sprintf("+%d bytes", t.n)
	if !t.tail {
		show = t.mask(t.head, t.n)
	}
	t.emit(TraceEvent{Port: t.port, Begin: t.begin, Dir: t.dir, Len: t.n, Show: show})
	t.head, t.n, t.tail = t.head[:0], 0, true
}
