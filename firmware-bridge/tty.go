package bridge

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// drainStep is how often the output queue is looked at while it empties.
const drainStep = 5 * time.Millisecond

// errBusy is the error for a port that another program has open.
var errBusy = errors.New("another program is using it")

// tty is a second descriptor of a terminal, for everything that tarm/serial
// has no call for. It moves no bytes. It is non-blocking, so Go's poller waits
// on it, and closing it frees whoever does.
type tty struct {
	*os.File
	raw syscall.RawConn
}

// openTTY opens and locks the node. The lock is flock's, which dies with the
// process and counts for root too.
func openTTY(path string) (*tty, error) {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if errors.Is(err, unix.EBUSY) {
		err = fmt.Errorf("%w: %w", errBusy, err)
	}
	if err != nil {
		return nil, err
	}
	raw, err := f.SyscallConn()
	if err != nil {
		f.Close()
		return nil, err
	}
	t := &tty{File: f, raw: raw}
	err = t.control(func(fd int) error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) })
	if err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = errBusy
		}
		return nil, fmt.Errorf("locking %s: %w", path, err)
	}
	return t, nil
}

func (t *tty) control(f func(fd int) error) (err error) {
	rawErr := t.raw.Control(func(fd uintptr) { err = f(int(fd)) })
	if rawErr != nil {
		return rawErr
	}
	return err
}

// configure sets what tarm leaves out, after tarm opened the port: flow
// control and exclusive use. Input from before the opening is dropped, as it
// would be on a wire that nobody listened to.
func (t *tty) configure(flow Flow) error {
	return t.control(func(fd int) error {
		if err := setFlow(fd, flow); err != nil {
			return fmt.Errorf("flow control: %w", err)
		}
		if err := unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH); err != nil {
			return fmt.Errorf("dropping old input: %w", err)
		}
		return setExclusive(fd)
	})
}

func setFlow(fd int, flow Flow) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	t.Cflag &^= unix.CRTSCTS
	t.Iflag &^= unix.IXON | unix.IXOFF | unix.IXANY
	switch flow {
	case FlowRTSCTS:
		t.Cflag |= unix.CRTSCTS
	case FlowXonXoff:
		t.Iflag |= unix.IXON                             // the printer holds the host back, never the other way
		t.Cc[unix.VSTART], t.Cc[unix.VSTOP] = 0x11, 0x13 // tarm leaves them zero
	}
	return unix.IoctlSetTermios(fd, unix.TCSETS, t)
}

// setExclusive keeps other programs out, ModemManager above all. A
// pseudo-terminal keeps this flag for as long as its master lives, which is
// longer than a daemon that was killed and must get in again, so there the
// lock alone has to do.
func setExclusive(fd int) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	const firstPTS, lastPTS = 136, 143                                               // major numbers of slaves
	if major := unix.Major(uint64(st.Rdev)); major >= firstPTS && major <= lastPTS { //nolint:unconvert // 32 bits on some boards
		return nil
	}
	if err := unix.IoctlSetInt(fd, unix.TIOCEXCL, 0); err != nil {
		return fmt.Errorf("exclusive use: %w", err)
	}
	return nil
}

func (t *tty) waitReadable() error { return waitFor(t.raw.Read, unix.POLLIN) }
func (t *tty) waitWritable() error { return waitFor(t.raw.Write, unix.POLLOUT) }

// pending is what poll says of input and hang-up at this moment.
func (t *tty) pending() (events int16, err error) {
	err = t.control(func(fd int) error {
		events = polled(fd, unix.POLLIN)
		return nil
	})
	return events, err
}

// drain waits until all bytes have left, and drops those that have not after
// the limit, because the kernel's close would wait for them.
func (t *tty) drain(limit time.Duration) {
	for end := time.Now().Add(limit); t.queued() > 0; time.Sleep(drainStep) {
		if time.Now().After(end) {
			_ = t.control(func(fd int) error { return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCOFLUSH) })
			return
		}
	}
}

// queued is how many bytes wait to go out; none when the port is gone.
func (t *tty) queued() (n int) {
	_ = t.control(func(fd int) (err error) {
		n, err = unix.IoctlGetInt(fd, unix.TIOCOUTQ)
		return err
	})
	return n
}

// Close gives up exclusive use, which would otherwise outlive this descriptor
// while another one keeps the terminal open.
func (t *tty) Close() error {
	_ = t.control(func(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCNXCL, 0) })
	return t.File.Close()
}
