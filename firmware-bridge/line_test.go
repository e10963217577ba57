package bridge

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/devices"
)

var fakeAddr = Address{Scheme: Serial, Name: "/dev/fake", Baud: 9600}

// started is a running line on fake ports, its first one open.
func started(t *testing.T, o Opts, ports ...*fakePort) *Line {
	t.Helper()
	l := newLine(fakeAddr, o, opens(ports...))
	start(t, l)
	open(t, l)
	return l
}

// ask is a transaction: it writes q and returns what came within a second.
func ask(ctx context.Context, l *Line, q ...byte) (answer []byte, err error) {
	err = l.Do(ctx, func(c devices.Conn) error {
		if _, err := c.Write(q); err != nil {
			return err
		}
		if err := c.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
			return err
		}
		b := make([]byte, 64)
		n, err := c.Read(b)
		answer = b[:n]
		return err
	})
	return answer, err
}

func TestDoReadsTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newFakePort()
		p.answer = func([]byte) []byte { return []byte{0x80, 0x01} }
		l := started(t, Opts{}, p)
		got, err := ask(t.Context(), l, 0x33)
		if err != nil || !bytes.Equal(got, []byte{0x80, 0x01}) {
			t.Errorf("got % X, %v, want 80 01", got, err)
		}
		if sent := p.sent(); !bytes.Equal(sent, []byte{0x33}) {
			t.Errorf("the device got % X, want 33", sent)
		}
	})
}

func TestSilenceIsTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := started(t, Opts{}, newFakePort())
		begun := time.Now()
		_, err := ask(t.Context(), l, 0x33)
		if err != os.ErrDeadlineExceeded { //nolint:errorlint // the contract says this very value
			t.Errorf("got %v, want os.ErrDeadlineExceeded", err)
		}
		if took := time.Since(begun); took != time.Second {
			t.Errorf("silence took %v, want the deadline's second", took)
		}
	})
}

func TestWithoutAPortDoSaysOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(fakeAddr, Opts{}, opens())
		time.AfterFunc(time.Second, func() { start(t, l) })
		for _, when := range []string{"before the first attempt", "while the port is missing"} {
			_, err := ask(t.Context(), l, 0x33)
			if !errors.Is(err, devices.ErrOffline) || !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), fakeAddr.String()) {
				t.Errorf("%s: got %v, want offline with the port's name and the reason", when, err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := l.WaitOpen(ctx); !errors.Is(err, fs.ErrNotExist) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("WaitOpen: got %v, want the time-out and why the port is missing", err)
		}
	})
}

// Whoever waits since before the first attempt is told what that attempt met.
func TestWaitOpenSaysTheLatestReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(fakeAddr, Opts{}, opens())
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		time.AfterFunc(time.Second, func() { start(t, l) })
		if err := l.WaitOpen(ctx); errors.Is(err, errNotYet) || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("WaitOpen: got %v, want that the port is missing", err)
		}
	})
}

func TestWaitOpenBeforeTheFirstAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(fakeAddr, Opts{}, opens())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.WaitOpen(ctx); !errors.Is(err, errNotYet) || strings.Contains(err.Error(), "%!") {
			t.Errorf("WaitOpen: got %v, want that it was not opened yet", err)
		}
	})
}

func TestStrayBytesGoToTheListeners(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newFakePort()
		l := newLine(fakeAddr, Opts{}, opens(p))
		var heard []byte
		l.Listen(func(b []byte) { heard = append(heard, b...) })
		start(t, l)
		open(t, l)

		p.arrive(0x81) // nobody holds the wire
		synctest.Wait()
		p.answer = func([]byte) []byte { return bytes.Repeat([]byte{0x20}, 70) } // 64 are read
		if _, err := ask(t.Context(), l, 0x33); err != nil {
			t.Fatal(err)
		}
		p.answer = nil
		if _, err := ask(t.Context(), l, 0x33); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal(err)
		}
		p.arrive(0x82) // the late answer
		synctest.Wait()
		want := append(append([]byte{0x81}, bytes.Repeat([]byte{0x20}, 6)...), 0x82)
		if diff := cmp.Diff(want, heard); diff != "" {
			t.Errorf("listeners heard (-want +got):\n%s", diff)
		}
	})
}

// The late answer is in the kernel, and Run has not come round to it.
func TestALateAnswerIsNotTheNextOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newFakePort()
		l := newLine(fakeAddr, Opts{}, opens())
		var heard []byte
		l.Listen(func(b []byte) { heard = append(heard, b...) })
		l.cur = newSession(l, p) // a line that nobody reads
		l.know()
		p.arrive(0x8A, 0x11)
		err := l.Do(t.Context(), func(c devices.Conn) error {
			if len(heard) != 2 {
				t.Errorf("as the turn begins listeners have heard % X, want 8A 11", heard)
			}
			c.SetReadDeadline(time.Now().Add(time.Second))
			_, err := c.Read(make([]byte, 8))
			return err
		})
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the next transaction got %v, want silence", err)
		}
	})
}

func TestTurnsAreFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := started(t, Opts{}, newFakePort())
		var order []int
		for i := range 10 {
			go func() {
				for range 2 {
					l.Do(t.Context(), func(devices.Conn) error {
						order = append(order, i)
						time.Sleep(time.Second) // slow
						return nil
					})
				}
			}()
			synctest.Wait() // queued in this order
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
		if diff := cmp.Diff(want, order); diff != "" {
			t.Errorf("turns (-want +got):\n%s", diff)
		}
	})
}

func TestContextEndsAWaitForTheTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := started(t, Opts{}, newFakePort())
		go l.Do(t.Context(), func(devices.Conn) error { time.Sleep(time.Minute); return nil })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		_, err := ask(ctx, l, 0x33)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("got %v after %v, want the context's end after 1s", err, time.Since(begun))
		}
		time.Sleep(time.Hour)
		if err := l.Do(ctx, func(devices.Conn) error { t.Error("a turn with an ended context"); return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the context's end", err)
		}
	})
}

func TestContextEndsAReadAndAWrite(t *testing.T) {
	for name, use := range map[string]func(devices.Conn) error{
		"read":  func(c devices.Conn) error { _, err := c.Read(make([]byte, 1)); return err },
		"write": func(c devices.Conn) error { _, err := c.Write([]byte{1, 2}); return err },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newFakePort()
				p.room = 1
				l := started(t, Opts{}, p)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				begun := time.Now()
				if err := l.Do(ctx, use); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Second {
					t.Errorf("got %v after %v, want the context's end after 1s", err, time.Since(begun))
				}
				p.change(func() { p.room = -1 })
				p.answer = func(b []byte) []byte { return b }
				if _, err := ask(t.Context(), l, 0x33); err != nil {
					t.Errorf("the next turn: %v", err)
				}
			})
		})
	}
}

func TestAWriteToAWallIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newFakePort()
		p.room = 5
		l := started(t, Opts{WriteTimeout: 3 * time.Second}, p)
		err := l.Do(t.Context(), func(c devices.Conn) error {
			begun := time.Now()
			n, err := c.Write(make([]byte, 9))
			if n != 5 || time.Since(begun) != 3*time.Second {
				t.Errorf("took %d bytes and %v, want 5 and 3s", n, time.Since(begun))
			}
			return err
		})
		if !errors.Is(err, os.ErrDeadlineExceeded) || devices.FaultOf(err) != devices.NoAnswer {
			t.Errorf("got %v, want a time-out that is no answer", err)
		}
		err = l.Do(t.Context(), func(c devices.Conn) error {
			begun := time.Now()
			c.(interface{ SetWriteDeadline(time.Time) error }).SetWriteDeadline(begun.Add(time.Second))
			_, err := c.Write(make([]byte, 9))
			if time.Since(begun) != time.Second {
				t.Errorf("a write with a deadline of its own took %v, want 1s", time.Since(begun))
			}
			return err
		})
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v, want a time-out", err)
		}
	})
}

func TestAddressTimeoutGoesFirst(t *testing.T) {
	o := Opts{WriteTimeout: time.Hour}
	o.setDefaults(Address{Timeout: time.Second})
	if o.WriteTimeout != time.Second {
		t.Errorf("got %v, want the address's 1s", o.WriteTimeout)
	}
}

func TestOnlyLinesBecomeLines(t *testing.T) {
	if _, err := New(Address{Scheme: GPIO, Name: "GPIO17"}, Opts{}); err == nil {
		t.Error("a pin became a line")
	}
}

// What a turn passes on is heard when it ends, before what it left unread: on a
// shared wire it may be another device's.
func TestPassedInputIsHeardAfterTheTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newFakePort()
		p.answer = func([]byte) []byte { return []byte{1, 2, 3, 4} }
		l := newLine(fakeAddr, Opts{}, opens(p))
		var heard []byte
		l.Listen(func(b []byte) { heard = append(heard, b...) })
		start(t, l)
		open(t, l)
		err := l.Do(t.Context(), func(c devices.Conn) error {
			if _, err := c.Write([]byte{0x33}); err != nil {
				return err
			}
			b := make([]byte, 2)
			_, err := c.Read(b)
			c.Pass(b)
			synctest.Wait()
			if len(heard) > 0 {
				t.Errorf("% X was heard during the turn", heard)
			}
			return err
		})
		if want := []byte{1, 2, 3, 4}; err != nil || !bytes.Equal(heard, want) {
			t.Errorf("heard % X, %v, want % X", heard, err, want)
		}
		if _, err := ask(t.Context(), l, 0x33); err != nil {
			t.Fatal(err)
		}
		if want := []byte{1, 2, 3, 4}; !bytes.Equal(heard, want) {
			t.Errorf("heard % X, want nothing of the second turn", heard)
		}
	})
}
