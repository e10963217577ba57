package wire

import (
	"os"

	"golang.org/x/sys/unix"
)

// TerminalBaud is an [Opts].HostBaud for a pseudo-terminal, given its master:
// the speed that the program on the slave has set. It is zero for a speed that
// is not in the table, and for a terminal that is gone.
func TerminalBaud(master *os.File) func() int {
	return func() int {
		raw, err := master.SyscallConn()
		if err != nil {
			return 0
		}
		baud := 0
		// The two errors both mean a terminal that is gone.
		_ = raw.Control(func(fd uintptr) {
			if t, err := unix.IoctlGetTermios(int(fd), unix.TCGETS); err == nil {
				baud = speed(uint32(t.Cflag))
			}
		})
		return baud
	}
}

// speed is the baud of a terminal's control flags.
func speed(cflag uint32) int {
	speeds := [...]struct {
		flag uint32
		baud int
	}{
		{unix.B1200, 1200},
		{unix.B2400, 2400},
		{unix.B4800, 4800},
		{unix.B9600, 9600},
		{unix.B19200, 19200},
		{unix.B38400, 38400},
		{unix.B57600, 57600},
		{unix.B115200, 115200},
	}
	for _, s := range speeds {
		if cflag&unix.CBAUD == s.flag {
			return s.baud
		}
	}
	return 0
}
