package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A port is an open wire. Waiting for input and taking it are two steps, so
// that whoever is handed the wire can first take, under the line's lock, all
// that came before: no byte is ever between the kernel and the line unseen.
type port interface {
	// Wait blocks until Read has something to say: bytes, or that the port is
	// gone. Idle, it costs nothing. It returns an error once the deadline
	// passes or the port is closed.
	Wait() error

	// Read takes what is there and never waits: silence is 0, nil. An error
	// means that the port is gone.
	io.Reader

	// Write returns os.ErrDeadlineExceeded and how many bytes went out when
	// the wire does not take them all before the deadline.
	io.Writer

	// SetDeadline ends a running Wait and Write; SetWriteDeadline is for the
	// next Write alone.
	SetDeadline(t time.Time) error
	SetWriteDeadline(t time.Time) error

	io.Closer
}

// opener opens the port at an address; tests put their own in its place.
type opener func(ctx context.Context, a Address) (port, error)

// errHungUp is what a reader is told when the far end is gone.
var errHungUp = errors.New("hung up")

// past is a deadline that has gone by: setting it frees whoever waits.
var past = time.Unix(1, 0)

func openPort(ctx context.Context, a Address) (port, error) {
	switch a.Scheme {
	case Serial:
		return openSerial(a)
	case TCP:
		return openTCP(ctx, a)
	case File:
		return openFile(a.Name)
	default:
		return nil, fmt.Errorf("opening %s: not a line", a)
	}
}

// stream is what os.File and net.TCPConn have in common.
type stream interface {
	io.WriteCloser
	syscall.Conn
	SetDeadline(t time.Time) error
	SetWriteDeadline(t time.Time) error
}

// fdPort is a port on one non-blocking descriptor: a socket or a device node.
type fdPort struct {
	stream
	raw   syscall.RawConn
	atEnd func(fd int) bool // tells whether reading nothing means the end
}

func newFDPort(s stream, atEnd func(fd int) bool) (*fdPort, error) {
	raw, err := s.SyscallConn()
	if err != nil {
		return nil, err
	}
	return &fdPort{stream: s, raw: raw, atEnd: atEnd}, nil
}

func (p *fdPort) Wait() error { return waitFor(p.raw.Read, unix.POLLIN) }

// Read goes round the file's own Read, and RawConn's, both of which queue up
// behind Wait.
func (p *fdPort) Read(b []byte) (n int, err error) {
	rawErr := p.raw.Control(func(fd uintptr) { n, err = p.readNow(int(fd), b) })
	if rawErr != nil {
		return 0, rawErr
	}
	return n, err
}

func (p *fdPort) readNow(fd int, b []byte) (int, error) {
	n, err := unix.Read(fd, b)
	silent := errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EBADF) // a pipe is open for writing alone
	switch {
	case n > 0:
		return n, nil
	case errors.Is(err, unix.EINTR):
		return 0, nil // Wait comes back to it
	case silent && !hungUp(fd):
		return 0, nil
	case silent, err == nil && p.atEnd(fd):
		return 0, errHungUp
	default:
		return 0, err
	}
}

// waitFor lets Go's poller wait on a descriptor, by RawConn's Read or Write,
// until poll reports one of the events, a hang-up or an error on it.
func waitFor(wait func(func(fd uintptr) bool) error, events int16) error {
	return wait(func(fd uintptr) bool { return polled(int(fd), events) != 0 })
}

// polled is what poll says of a descriptor at this moment.
func polled(fd int, events int16) int16 {
	fds := []unix.PollFd{{Fd: int32(fd), Events: events}}
	for {
		_, err := unix.Poll(fds, 0)
		if err == nil {
			return fds[0].Revents
		}
		if !errors.Is(err, unix.EINTR) {
			return unix.POLLERR
		}
	}
}

// hungUp tells whether poll sees the far end gone.
func hungUp(fd int) bool {
	return polled(fd, unix.POLLIN)&(unix.POLLHUP|unix.POLLERR) != 0
}
