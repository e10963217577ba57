package daemon

import (
	"fmt"
	"log/slog"
	"strings"

	bridge "halld/firmware-bridge"
)

// wires are the hall's lines by address; devices with one address share a line
// and take turns on it.
type wires struct {
	log   *slog.Logger
	trace func(bridge.TraceEvent) // nil: nothing is traced
	lines map[bridge.Address]*bridge.Line
	wakes map[*bridge.Line][]func() // called when the line opens, is lost or can't be opened
	host  *bridge.Host              // nil until something on the board is asked for
}

func newWires(log *slog.Logger, trace func(bridge.TraceEvent)) *wires {
	return &wires{log: log, trace: trace, lines: map[bridge.Address]*bridge.Line{}, wakes: map[*bridge.Line][]func(){}}
}

// line gives the line at an address, making it at its first use. It is an error
// to reach one device node by two different addresses. A trace shows nothing
// personal of it.
func (w *wires) line(port string) (*bridge.Line, error) { return w.masked(port, bridge.MaskPersonal) }

// openLine is line for a wire on which nothing personal runs: a trace shows every
// byte. Who shares the line with a reader or a printer comes behind it, so that
// the stricter mask stays.
func (w *wires) openLine(port string) (*bridge.Line, error) { return w.masked(port, bridge.Hex) }

func (w *wires) masked(port string, mask bridge.Mask) (*bridge.Line, error) {
	a, err := bridge.ParseAddress(port)
	if err != nil {
		return nil, err
	}
	if l := w.lines[a]; l != nil {
		return l, nil
	}
	for other := range w.lines {
		if a.SameNode(other) {
			return nil, fmt.Errorf("%s and %s are one port with different settings", a, other)
		}
	}
	var l *bridge.Line
	l, err = bridge.New(a, bridge.Opts{Log: w.log, Trace: w.trace, Mask: mask, Report: func(bool, error) {
		for _, wake := range w.wakes[l] {
			wake()
		}
	}})
	if err != nil {
		return nil, err
	}
	w.lines[a] = l
	return l, nil
}

// onChange has wake called whenever the line opens, is lost or can't be opened,
// so that a driver which looks only now and then looks at once. It is set up
// before the lines run.
func (w *wires) onChange(l *bridge.Line, wake func()) { w.wakes[l] = append(w.wakes[l], wake) }

// withFlow adds flow control to a serial port's address.
func withFlow(port, flow string) string {
	if flow == "" || flow == "none" || !strings.HasPrefix(port, string(bridge.Serial)+":") {
		return port
	}
	sep := "?"
	if strings.Contains(port, "?") {
		sep = "&"
	}
	return port + sep + "flow=" + flow
}

// baud is the speed of a serial port without flow control; 0 for a port that
// holds the sender back by itself.
func baud(port string) int {
	a, err := bridge.ParseAddress(port)
	if err != nil || a.Scheme != bridge.Serial || a.Flow != bridge.FlowNone {
		return 0
	}
	return a.Baud
}
