package cardreader

import (
	"context"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"halld/firmware-bridge/emulator/wire"
	"halld/firmware-bridge/pty"
)

// TestOnATerminal runs the reader where a simulator runs it, in real time: a
// host at the wrong speed is not understood, and Run ends with its context.
func TestOnATerminal(t *testing.T) {
	pair, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer pair.Close()
	host, err := os.OpenFile(pair.Name(), os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()

	r := New(Opts{Baud: 19200, HostBaud: wire.TerminalBaud(pair.Master)})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx, pair.Master) }()

	ask := func(baud uint32, wait time.Duration) int {
		setSpeed(t, host, baud)
		if _, err := host.Write(frame([3]byte{})[:5]); err != nil { // the preamble alone first
			t.Fatal(err)
		}
		if _, err := host.Write([]byte{0, 3, 0x11, 0xFF, 0xED}); err != nil {
			t.Fatal(err)
		}
		if err := host.SetReadDeadline(time.Now().Add(wait)); err != nil {
			t.Fatal(err)
		}
		n, buf := 0, make([]byte, 64)
		for n < 11 {
			m, err := host.Read(buf[n:])
			if err != nil {
				break
			}
			n += m
		}
		return n
	}
	if n := ask(unix.B115200, 100*time.Millisecond); n != 0 {
		t.Errorf("%d bytes at the wrong speed", n)
	}
	if n := ask(unix.B19200, 5*time.Second); n != 11 {
		t.Errorf("%d bytes at the right speed, want 11", n)
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
}

func setSpeed(t *testing.T, f *os.File, baud uint32) {
	t.Helper()
	raw, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	err = raw.Control(func(fd uintptr) {
		attr, err := unix.IoctlGetTermios(int(fd), unix.TCGETS)
		if err != nil {
			t.Error(err)
			return
		}
		attr.Cflag = attr.Cflag&^unix.CBAUD | baud
		if err := unix.IoctlSetTermios(int(fd), unix.TCSETS, attr); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
