package bridge

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// openFile opens a USB printer's node such as /dev/usb/lp0, a pipe, or a plain
// file, to which what is written is appended.
func openFile(path string) (port, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !strings.HasPrefix(path, "/dev/"):
		return openSink(path, os.O_CREATE|os.O_APPEND)
	case err != nil:
		return nil, err
	case info.Mode().IsRegular():
		return openSink(path, os.O_APPEND)
	case info.Mode()&fs.ModeNamedPipe != 0:
		// Open for both, a pipe would read its own writing.
		return openDevice(path, os.O_WRONLY)
	case info.Mode()&fs.ModeCharDevice != 0:
		return openDevice(path, os.O_RDWR)
	default:
		return nil, fmt.Errorf("opening %s: neither a device nor a file", path)
	}
}

// openDevice opens a node that can be waited for, and falls back to a sink for
// one that can't, such as /dev/null. Without O_NONBLOCK a write to a printer
// that is out of paper would block for good.
func openDevice(path string, mode int) (port, error) {
	f, err := os.OpenFile(path, mode|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	if err := f.SetDeadline(time.Time{}); err != nil {
		f.Close()
		return openSink(path, unix.O_NOCTTY)
	}
	// A printer may send an empty packet: that reads as nothing and is not
	// the end of it.
	p, err := newFDPort(f, hungUp)
	if err != nil {
		f.Close()
		return nil, err
	}
	return p, nil
}

// sink is a port that never answers: a plain file.
type sink struct {
	*os.File
	freed chan struct{}
	once  sync.Once
}

func openSink(path string, flags int) (port, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|flags, 0o600) // slips show names
	if err != nil {
		return nil, err
	}
	return &sink{File: f, freed: make(chan struct{})}, nil
}

func (s *sink) Wait() error {
	<-s.freed
	return os.ErrDeadlineExceeded
}

func (s *sink) Read([]byte) (int, error) { return 0, nil }

// SetDeadline frees Wait when t has passed; a file has no other use for one.
func (s *sink) SetDeadline(t time.Time) error {
	if !t.IsZero() && !t.After(time.Now()) {
		s.once.Do(func() { close(s.freed) })
	}
	return nil
}

func (s *sink) SetWriteDeadline(time.Time) error { return nil }
