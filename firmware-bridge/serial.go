package bridge

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/tarm/serial"
	"golang.org/x/sys/unix"
)

const (
	// readTimeout is how long tarm's Read waits for a byte. It is only ever
	// called when poll has seen one, so this is what a false alarm costs; tarm
	// has nothing shorter. It must not be zero, or Close hangs behind a Read.
	readTimeout = 100 * time.Millisecond

	// writeChunk is what a writable terminal takes at once: Linux reports one
	// as writable when it has room for a few hundred bytes at least. More in
	// one call could block in the kernel, where no deadline reaches.
	writeChunk = 64

	// drainTimeout is how long Close waits for bytes on their way out. The
	// kernel itself would wait 30 s for a printer that holds its flow control.
	drainTimeout = 500 * time.Millisecond
)

// baudRates is the table of tarm/serial.
var baudRates = []int{
	50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400, 57600,
	115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000,
	2500000, 3000000, 3500000, 4000000,
}

// serialPort is a tarm port with a second descriptor of the same node beside
// it. Tarm moves the bytes; the other one tells when it may, because with tarm
// alone silence and a pulled adapter both read as 0, io.EOF and a write to a
// wall blocks for good.
type serialPort struct {
	port  *serial.Port
	tty   *tty
	close func() error
}

func openSerial(a Address) (port, error) {
	// The lock comes before tarm changes the settings of a port that another
	// program may be using.
	t, err := openTTY(a.Name)
	if err != nil {
		return nil, err
	}
	sp, err := serial.OpenPort(&serial.Config{Name: a.Name, Baud: a.Baud, ReadTimeout: readTimeout})
	if err != nil {
		t.Close()
		if errors.Is(err, unix.ENOTTY) {
			err = fmt.Errorf("opening %s: not a serial port: %w", a.Name, err)
		}
		return nil, err
	}
	if err := t.configure(a.Flow); err != nil {
		sp.Close()
		t.Close()
		return nil, fmt.Errorf("setting up %s: %w", a.Name, err)
	}
	p := &serialPort{port: sp, tty: t}
	p.close = sync.OnceValue(p.closeBoth)
	return p, nil
}

func (p *serialPort) Wait() error                        { return p.tty.waitReadable() }
func (p *serialPort) SetDeadline(t time.Time) error      { return p.tty.SetDeadline(t) }
func (p *serialPort) SetWriteDeadline(t time.Time) error { return p.tty.SetWriteDeadline(t) }
func (p *serialPort) Close() error                       { return p.close() }

// Read tells what tarm's 0, io.EOF means. It is a hang-up when poll says so,
// and also when it came sooner than the time-out allows, which is how a pulled
// adapter answers whatever poll says. Otherwise it was a false alarm.
func (p *serialPort) Read(b []byte) (int, error) {
	events, err := p.tty.pending()
	if err != nil || events == 0 {
		return 0, err
	}
	begun := time.Now()
	n, err := p.port.Read(b)
	switch {
	case n > 0:
		return n, nil
	case err != nil && !errors.Is(err, io.EOF):
		return 0, err
	case events&(unix.POLLHUP|unix.POLLERR) != 0 || time.Since(begun) < readTimeout/2:
		return 0, errHungUp
	default:
		return 0, nil
	}
}

func (p *serialPort) Write(b []byte) (n int, err error) {
	for n < len(b) {
		if err := p.tty.waitWritable(); err != nil {
			return n, err
		}
		m, err := p.port.Write(b[n:min(n+writeChunk, len(b))])
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// closeBoth never uses tarm's Flush: it throws away the end of a slip that is
// still on its way.
func (p *serialPort) closeBoth() error {
	p.tty.drain(drainTimeout)
	return errors.Join(p.port.Close(), p.tty.Close())
}
