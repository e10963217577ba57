package bridge

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"halld/devices"
	"halld/firmware-bridge/pty"
)

func newPTY(t *testing.T) *pty.Pair {
	t.Helper()
	p, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func newSerial(t *testing.T, path string, o Opts) *Line {
	t.Helper()
	l, err := New(Address{Scheme: Serial, Name: path, Baud: 115200}, o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// copyAll answers every byte with itself until the pty is closed.
func copyAll(p *pty.Pair) {
	b := make([]byte, 256)
	for {
		n, err := p.Master.Read(b)
		if err != nil {
			return
		}
		p.Master.Write(b[:n])
	}
}

func TestSerialPassesEveryByteValue(t *testing.T) {
	p := newPTY(t)
	go copyAll(p)
	l := newSerial(t, p.Name(), Opts{})
	start(t, l)
	open(t, l)
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	var got []byte
	err := l.Do(t.Context(), func(c devices.Conn) error {
		if _, err := c.Write(all); err != nil {
			return err
		}
		c.SetReadDeadline(time.Now().Add(5 * time.Second))
		for b := make([]byte, 300); len(got) < len(all); {
			n, err := c.Read(b)
			if err != nil {
				return err
			}
			got = append(got, b[:n]...)
		}
		return nil
	})
	if err != nil || !bytes.Equal(got, all) {
		t.Errorf("got % X, %v, want all byte values in order", got, err)
	}
}

// counter counts what the reader does with its port.
type counter struct {
	port
	reads, waits int // read after the line stopped
}

func (c *counter) Read(b []byte) (int, error) { c.reads++; return c.port.Read(b) }
func (c *counter) Wait() error                { c.waits++; return c.port.Wait() }

func TestSerialSilenceCostsNothingAndAHangUpIsOneError(t *testing.T) {
	p := newPTY(t)
	lost := make(chan error, 1)
	var count *counter
	l := newSerial(t, p.Name(), Opts{Report: func(up bool, err error) {
		if !up && errors.Is(err, errHungUp) {
			lost <- err
		}
	}})
	l.open = func(ctx context.Context, a Address) (port, error) {
		opened, err := openPort(ctx, a)
		if err != nil {
			return nil, err
		}
		count = &counter{port: opened}
		return count, nil
	}
	stop := start(t, l)
	open(t, l)

	err := l.Do(t.Context(), func(c devices.Conn) error {
		c.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
		_, err := c.Read(make([]byte, 1))
		return err
	})
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("silence gave %v, want the deadline", err)
	}
	begun := time.Now()
	p.Close()
	select {
	case <-lost:
		t.Logf("hang-up seen after %v", time.Since(begun))
	case <-time.After(time.Second):
		t.Fatal("no hang-up within a second")
	}
	time.Sleep(300 * time.Millisecond)
	stop()
	// One Read begins the turn, one finds the hang-up.
	if count.reads > 3 || count.waits > 3 {
		t.Errorf("%d reads and %d waits in 300 ms of silence and a hang-up, want at most 3", count.reads, count.waits)
	}
}

func TestSerialOpensTheNewAdapterUnderTheSameLink(t *testing.T) {
	link := filepath.Join(t.TempDir(), "reader")
	first := newPTY(t)
	if err := first.Link(link); err != nil {
		t.Fatal(err)
	}
	l := newSerial(t, link, Opts{ReopenMin: 10 * time.Millisecond, ReopenMax: 50 * time.Millisecond})
	start(t, l)
	open(t, l)
	second := newPTY(t)
	first.Close()
	if err := second.Link(link); err != nil {
		t.Fatal(err)
	}
	go copyAll(second)
	for end := time.Now().Add(5 * time.Second); ; {
		open(t, l)
		got, err := ask(t.Context(), l, 0x33)
		if err == nil && bytes.Equal(got, []byte{0x33}) {
			return
		}
		if !errors.Is(err, devices.ErrOffline) || time.Now().After(end) {
			t.Fatalf("got % X, %v, want 33 from the new adapter", got, err)
		}
	}
}

func TestSerialWriteToAWallIsBounded(t *testing.T) {
	p := newPTY(t)
	l := newSerial(t, p.Name(), Opts{WriteTimeout: 100 * time.Millisecond})
	stop := start(t, l)
	open(t, l)
	begun := time.Now()
	err := l.Do(t.Context(), func(c devices.Conn) error {
		n, err := c.Write(make([]byte, 1<<20))
		if n == 0 || n == 1<<20 {
			t.Errorf("took %d bytes, want some and not all", n)
		}
		return err
	})
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want a time-out", err)
	}
	stop()
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("write and stop took %v, want 2s at most", took)
	}
}

func TestSerialIsLockedWhileOpen(t *testing.T) {
	p := newPTY(t)
	a := Address{Scheme: Serial, Name: p.Name(), Baud: 9600}
	first, err := openSerial(a)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := openSerial(a); !errors.Is(err, errBusy) {
		t.Errorf("opened %v, %v a second time, want busy", second, err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := openSerial(a)
	if err != nil {
		t.Fatalf("opening it again after Close: %v", err)
	}
	again.Close()
}

func TestSerialSettings(t *testing.T) {
	p := newPTY(t)
	for _, tt := range []struct {
		flow         Flow
		iflag, cflag uint32
	}{
		{FlowNone, 0, 0},
		{FlowRTSCTS, 0, unix.CRTSCTS},
		{FlowXonXoff, unix.IXON, 0},
	} {
		opened, err := openSerial(Address{Scheme: Serial, Name: p.Name(), Baud: 19200, Flow: tt.flow})
		if err != nil {
			t.Fatal(err)
		}
		var termios *unix.Termios
		err = opened.(*serialPort).tty.control(func(fd int) (err error) {
			termios, err = unix.IoctlGetTermios(fd, unix.TCGETS)
			return err
		})
		opened.Close()
		if err != nil {
			t.Fatal(err)
		}
		if got := termios.Iflag & (unix.IXON | unix.IXOFF | unix.IXANY); got != tt.iflag {
			t.Errorf("flow %q: input flags %o, want %o", tt.flow, got, tt.iflag)
		}
		if got := termios.Cflag & unix.CRTSCTS; got != tt.cflag {
			t.Errorf("flow %q: control flags %o, want %o", tt.flow, got, tt.cflag)
		}
		if got := termios.Cflag & unix.CBAUD; got != unix.B19200 {
			t.Errorf("flow %q: speed %o, want 19200 baud", tt.flow, got)
		}
	}
}

func TestEveryBaudRateThatTheParserTakesOpens(t *testing.T) {
	p := newPTY(t)
	for _, baud := range baudRates {
		opened, err := openSerial(mustParse(t, "serial:"+p.Name()+"?baud="+strconv.Itoa(baud)))
		if err != nil {
			t.Errorf("%d baud: %v", baud, err)
			continue
		}
		opened.Close()
	}
}

func TestSerialRefusesWhatIsNoPort(t *testing.T) {
	for path, says := range map[string]string{
		"/dev/null":                        "not a serial port",
		filepath.Join(t.TempDir(), "none"): "no such file",
	} {
		_, err := openSerial(Address{Scheme: Serial, Name: path, Baud: 9600})
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want an error with the path that says %q", path, err, says)
		}
	}
}

func TestSerialDropsWhatCameBeforeItWasOpen(t *testing.T) {
	p := newPTY(t)
	if _, err := p.Master.Write([]byte("stale")); err != nil {
		t.Fatal(err)
	}
	opened, err := openSerial(Address{Scheme: Serial, Name: p.Name(), Baud: 9600})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	if n, err := opened.Read(make([]byte, 16)); n != 0 || err != nil {
		t.Errorf("read %d bytes, %v, want nothing", n, err)
	}
}
