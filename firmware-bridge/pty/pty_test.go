package pty_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"halld/firmware-bridge/pty"
)

func open(t *testing.T) *pty.Pair {
	t.Helper()
	p, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func openSlave(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestEveryByteValuePassesBothWays(t *testing.T) {
	p := open(t)
	slave := openSlave(t, p.Name())
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, way := range []struct {
		name     string
		from, to *os.File
	}{{"to the slave", p.Master, slave}, {"to the master", slave, p.Master}} {
		if _, err := way.from.Write(all); err != nil {
			t.Fatal(way.name, err)
		}
		got := make([]byte, len(all))
		if err := way.to.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
			t.Fatal(way.name, err)
		}
		if _, err := io.ReadFull(way.to, got); err != nil {
			t.Fatal(way.name, err)
		}
		if !bytes.Equal(got, all) {
			t.Errorf("%s: got % X, want all byte values in order", way.name, got)
		}
	}
}

func TestMasterKeepsItsReadDeadlineWhileNobodyHasTheSlave(t *testing.T) {
	p := open(t)
	if err := p.Master.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	_, err := p.Master.Read(make([]byte, 1))
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
}

func TestReleasedMasterSeesThatNobodyIsThere(t *testing.T) {
	p := open(t)
	if err := p.Release(); err != nil {
		t.Fatal(err)
	}
	_, err := p.Master.Read(make([]byte, 1))
	if !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v, want EIO", err)
	}
}

func TestCloseFreesABlockedReadOfTheSlave(t *testing.T) {
	p := open(t)
	slave := openSlave(t, p.Name())
	freed := make(chan error, 1)
	go func() {
		_, err := slave.Read(make([]byte, 1))
		freed <- err
	}()
	p.Close()
	select {
	case err := <-freed:
		if err == nil {
			t.Error("reading a hung-up slave gave no error")
		}
	case <-time.After(5 * time.Second):
		t.Error("the slave's Read still blocks after the master was closed")
	}
}

func TestLinkLeadsToTheNewestPair(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reader")
	old, fresh := open(t), open(t)
	for _, p := range []*pty.Pair{old, fresh} {
		if err := p.Link(path); err != nil {
			t.Fatal(err)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	if to, err := os.Readlink(path); err != nil || to != fresh.Name() {
		t.Errorf("after the old pair closed the link leads to %q (%v), want %q", to, err, fresh.Name())
	}
	if err := fresh.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Close the link is still there (%v)", err)
	}
}

func TestLinkSparesAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes")
	if err := os.WriteFile(path, []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(t).Link(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want that it exists", err)
	}
}
