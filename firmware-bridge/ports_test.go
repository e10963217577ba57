package bridge

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"halld/devices"
)

func TestTCPAnswersAndComesBack(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	l, err := New(mustParse(t, "tcp:"+server.Addr().String()), Opts{ReopenMin: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	start(t, l)
	for range 2 { // the host leaves, and is there again
		far, err := server.Accept()
		if err != nil {
			t.Fatal(err)
		}
		go io.Copy(far, far)
		open(t, l)
		got, err := ask(t.Context(), l, 0x10, 0x04, 0x01)
		if err != nil || !bytes.Equal(got, []byte{0x10, 0x04, 0x01}) {
			t.Errorf("got % X, %v, want what was sent", got, err)
		}
		far.Close()
	}
}

func TestTCPWriteToAWallIsBounded(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	l, err := New(mustParse(t, "tcp:"+server.Addr().String()+"?timeout=100ms"), Opts{})
	if err != nil {
		t.Fatal(err)
	}
	start(t, l)
	open(t, l)
	err = l.Do(t.Context(), func(c devices.Conn) error {
		_, err := c.Write(make([]byte, 64<<20))
		return err
	})
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want a time-out", err)
	}
}

func TestTCPRefused(t *testing.T) {
	_, err := openTCP(t.Context(), Address{Scheme: TCP, Name: "127.0.0.1:1", Timeout: time.Second})
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v, want refused", err)
	}
}

func TestAFileTakesSlipsAndNeverAnswers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slips")
	l, err := New(mustParse(t, "file:"+path), Opts{})
	if err != nil {
		t.Fatal(err)
	}
	start(t, l)
	open(t, l)
	for range 2 {
		err := l.Do(t.Context(), func(c devices.Conn) error {
			if _, err := c.Write([]byte("slip\n")); err != nil {
				return err
			}
			c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
			_, err := c.Read(make([]byte, 1))
			return err
		})
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v, want silence", err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "slip\nslip\n" {
		t.Errorf("the file holds %q, %v, want two slips", got, err)
	}
}

func TestOpenFile(t *testing.T) {
	dir := t.TempDir()
	old, pipe := filepath.Join(dir, "old"), filepath.Join(dir, "pipe")
	if err := os.WriteFile(old, []byte("old "), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, wantErr := range map[string]error{
		old:                       nil,
		filepath.Join(dir, "new"): nil,
		"/dev/null":               nil,
		"/dev/usb/none":           os.ErrNotExist, // never made into a file
		pipe:                      syscall.ENXIO,  // nobody reads it yet
	} {
		p, err := openFile(path)
		if !errors.Is(err, wantErr) {
			t.Errorf("%s: got %v, want %v", path, err, wantErr)
		}
		if err != nil {
			continue
		}
		if _, err := p.Write([]byte("new")); err != nil {
			t.Errorf("%s: writing: %v", path, err)
		}
		if n, err := p.Read(make([]byte, 1)); n != 0 || err != nil {
			t.Errorf("%s: read %d, %v, want silence", path, n, err)
		}
		p.Close()
	}
	if got, err := os.ReadFile(old); err != nil || string(got) != "old new" {
		t.Errorf("the old file holds %q, %v, want the new behind the old", got, err)
	}
	if _, err := openFile(dir); err == nil {
		t.Error("a folder opened as a file")
	}
}

// A pipe takes what is written as long as somebody reads it, and is lost with
// its reader.
func TestAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	far, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	lost := make(chan error, 8)
	l, err := New(mustParse(t, "file:"+path), Opts{Report: func(up bool, err error) {
		if !up {
			lost <- err
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	start(t, l)
	open(t, l)
	for range 2 {
		err := l.Do(t.Context(), func(c devices.Conn) error {
			_, err := c.Write([]byte("slip"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	got := make([]byte, 16)
	if n, err := far.Read(got); err != nil || string(got[:n]) != "slipslip" {
		t.Errorf("read %q, %v", got[:n], err)
	}
	far.Close()
	select {
	case err := <-lost:
		if !errors.Is(err, errHungUp) {
			t.Errorf("lost by %v, want a hang-up", err)
		}
	case <-time.After(time.Second):
		t.Error("no hang-up within a second")
	}
}

// A device node opened as a file: a pty stands for /dev/usb/lp0, which also
// has a poll, blocks when nobody takes the bytes, and can be pulled.
func TestADeviceNode(t *testing.T) {
	node := newPTY(t)
	lost := make(chan error, 1)
	l, err := New(mustParse(t, "file:"+node.Name()+"?timeout=100ms"), Opts{Report: func(up bool, err error) {
		if !up && errors.Is(err, errHungUp) || errors.Is(err, syscall.EIO) {
			lost <- err
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	start(t, l)
	open(t, l)
	err = l.Do(t.Context(), func(c devices.Conn) error {
		_, err := c.Write(make([]byte, 1<<20))
		return err
	})
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("writing to a wall: %v, want a time-out", err)
	}
	node.Close()
	select {
	case <-lost:
	case <-time.After(time.Second):
		t.Error("no hang-up within a second")
	}
}
