// Package pty opens pseudo-terminals: a serial cable without hardware. An
// emulator holds the master, and whoever wants the device opens the slave by
// its path with any serial library.
//
// What a pseudo-terminal does not have: it ignores the baud rate, so whoever
// holds the master paces itself, and it has no modem lines.
package pty

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Pair is a pseudo-terminal. Closing it is what pulling the adapter is to the
// program at the other end.
type Pair struct {
	// Master is the emulator's end. It is non-blocking: read and write
	// deadlines work, and Close frees a blocked Read. A write blocks once
	// nobody has read several kilobytes, so set a write deadline.
	Master *os.File

	slave *os.File
	name  string
	link  string
}

// Open makes a pseudo-terminal in raw mode: all 256 byte values pass both ways
// and nothing is echoed. The pair holds the slave open too, because reading a
// master whose slave nobody has open fails with EIO; see [Pair.Release].
func Open() (*Pair, error) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("opening a pseudo-terminal: %w", err)
	}
	p := &Pair{Master: master}
	if err := p.openSlave(); err != nil {
		p.Close()
		return nil, fmt.Errorf("opening a pseudo-terminal: %w", err)
	}
	return p, nil
}

func (p *Pair) openSlave() error {
	var number uint32
	err := control(p.Master, func(fd int) error {
		if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
			return fmt.Errorf("unlocking the slave: %w", err)
		}
		var err error
		number, err = unix.IoctlGetUint32(fd, unix.TIOCGPTN)
		return err
	})
	if err != nil {
		return err
	}
	p.name = "/dev/pts/" + strconv.FormatUint(uint64(number), 10)
	p.slave, err = os.OpenFile(p.name, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	return control(p.slave, makeRaw)
}

// makeRaw turns off everything a terminal does for a person at a keyboard.
func makeRaw(fd int) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
	t.Cflag &^= unix.CSIZE | unix.PARENB
	t.Cflag |= unix.CS8 | unix.CREAD | unix.CLOCAL
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	return unix.IoctlSetTermios(fd, unix.TCSETS, t)
}

// control runs f on the descriptor and leaves it non-blocking, which
// os.File.Fd would not promise.
func control(file *os.File, f func(fd int) error) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	if ctlErr := raw.Control(func(fd uintptr) { err = f(int(fd)) }); ctlErr != nil {
		return ctlErr
	}
	return err
}

// Name is the path of the slave, such as /dev/pts/3.
func (p *Pair) Name() string { return p.name }

// Link makes path a symbolic link to the slave, as udev does for an adapter,
// so that the configuration can name a path that stays. A link that is there
// already is replaced in one step; anything else at path is an error. Close
// removes the link.
func (p *Pair) Link(path string) error {
	info, err := os.Lstat(path)
	if err == nil && info.Mode()&fs.ModeSymlink == 0 {
		return fmt.Errorf("linking %s to %s: %w", path, p.name, fs.ErrExist)
	}
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("linking %s to %s: %w", path, p.name, err)
	}
	if err := os.Symlink(p.name, fresh); err != nil {
		return fmt.Errorf("linking %s to %s: %w", path, p.name, err)
	}
	if err := os.Rename(fresh, path); err != nil {
		return fmt.Errorf("linking %s to %s: %w", path, p.name, err)
	}
	p.link = path
	return nil
}

// Release lets go of the slave. From then on the master reads EIO whenever
// nobody has the slave open, which is how an emulator sees that its user left.
func (p *Pair) Release() error {
	if p.slave == nil {
		return nil
	}
	err := p.slave.Close()
	p.slave = nil
	return err
}

// Close removes the link, when it still leads here, and closes both ends.
// Whoever has the slave open sees a hang-up.
func (p *Pair) Close() error {
	var errs []error
	if to, err := os.Readlink(p.link); err == nil && to == p.name {
		errs = append(errs, os.Remove(p.link))
	}
	errs = append(errs, p.Release(), p.Master.Close())
	return errors.Join(errs...)
}
