package wire_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/firmware-bridge/emulator/wire"
)

// parrot answers every line that starts with its name, with the line.
type parrot struct {
	wire.Station
	scan wire.Scanner
}

func newParrot(name byte) *parrot {
	p := &parrot{}
	p.scan.Cut = func(b []byte) int {
		if b[0] != name {
			return -1
		}
		return bytes.IndexByte(b, '.') + 1
	}
	return p
}

func (p *parrot) Hear(b []byte) {
	p.scan.Feed(b, func(req []byte) { p.Answer(req, bytes.ToUpper(req), 0) })
}

// serve runs a bus in the bubble and returns the host's end.
func serve(t *testing.T, opts wire.Opts, devices ...wire.Device) net.Conn {
	t.Helper()
	host, far := net.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- wire.New(opts, devices...).Run(ctx, far) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return host
}

// hear is one write of the far end and when it came.
type hear struct {
	At   time.Duration
	What string
}

// listen collects what comes within wait.
func listen(t *testing.T, host net.Conn, wait time.Duration) (heard []hear) {
	t.Helper()
	start := time.Now()
	if err := host.SetReadDeadline(start.Add(wait)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 256)
	for {
		n, err := host.Read(buf)
		if err != nil {
			return heard
		}
		heard = append(heard, hear{time.Since(start), string(buf[:n])})
	}
}

func send(t *testing.T, host net.Conn, s string) {
	t.Helper()
	if _, err := io.WriteString(host, s); err != nil {
		t.Fatal(err)
	}
}

func TestAccidents(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		name string
		do   []wire.Accident
		want []hear
	}{
		{"none", nil, []hear{{0, "AB."}}},
		{"mute", []wire.Accident{wire.Mute()}, nil},
		{"late", []wire.Accident{wire.Late(300 * ms)}, []hear{{300 * ms, "AB."}}},
		{"echo", []wire.Accident{wire.Echo()}, []hear{{0, "ab."}, {0, "AB."}}},
		{"mute, but echoed", []wire.Accident{wire.Mute(), wire.Echo()}, []hear{{0, "ab."}}},
		{"before", []wire.Accident{wire.Before('?', '!')}, []hear{{0, "?!AB."}}},
		{"inside", []wire.Accident{wire.Inside(1, '?')}, []hear{{0, "A?B."}}},
		{"inside, far behind", []wire.Accident{wire.Inside(99, '?')}, []hear{{0, "AB.?"}}},
		{"trailing", []wire.Accident{wire.Trailing('?')}, []hear{{0, "AB.?"}}},
		{"half", []wire.Accident{wire.Half()}, []hear{{0, "A"}}},
		{"bad sum", []wire.Accident{wire.BadSum()}, []hear{{0, "AB{"}}},
		{"split", []wire.Accident{wire.Split(2, 40*ms)}, []hear{{0, "AB"}, {40 * ms, "."}}},
		{"late and split", []wire.Accident{wire.Late(5 * ms), wire.Split(1, 40*ms)}, []hear{{5 * ms, "A"}, {45 * ms, "B."}}},
		{"mute and split", []wire.Accident{wire.Mute(), wire.Split(1, ms), wire.Late(ms), wire.Half()}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newParrot('a')
				host := serve(t, wire.Opts{}, p)
				p.Next(test.do...)
				send(t, host, "ab.")
				if diff := cmp.Diff(test.want, listen(t, host, time.Second)); diff != "" {
					t.Errorf("heard (-want +got):\n%s", diff)
				}
				send(t, host, "ac.")
				if diff := cmp.Diff([]hear{{0, "AC."}}, listen(t, host, time.Second)); diff != "" {
					t.Errorf("then heard (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestNamedAccidents(t *testing.T) {
	for _, name := range []string{"echo", "mute", "late", "junk", "inside", "trailing", "half", "badsum", "split"} {
		a := wire.Named(name)
		if a == nil {
			t.Fatalf("no accident %s", name)
		}
		plain := wire.Answer{Request: []byte("q"), Pieces: []wire.Piece{{Bytes: []byte("answer")}}}
		got := wire.Answer{Request: []byte("q"), Pieces: []wire.Piece{{Bytes: []byte("answer")}}}
		a(&got)
		if cmp.Equal(plain, got) {
			t.Errorf("%s changes nothing", name)
		}
		a(&wire.Answer{}) // must bear an answer that is lost already
	}
	if wire.Named("earthquake") != nil {
		t.Error("unknown names have an accident")
	}
}

func TestScriptOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newParrot('a')
		host := serve(t, wire.Opts{}, p)
		p.Times(2, wire.Mute())
		p.Next(wire.Before('!'))
		p.Times(wire.Forever, wire.Trailing('?'))
		got := ""
		for range 5 {
			send(t, host, "a.")
			for _, h := range listen(t, host, time.Second) {
				got += h.What
			}
			got += "|"
		}
		p.Clear()
		send(t, host, "a.")
		for _, h := range listen(t, host, time.Second) {
			got += h.What
		}
		if want := "||!A.|A.?|A.?|A."; got != want {
			t.Errorf("answers %s, want %s", got, want)
		}
	})
}

// TestALateAnswerComesAfterTheNext is the accident that drivers fear most.
func TestALateAnswerComesAfterTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newParrot('a')
		host := serve(t, wire.Opts{}, p)
		p.Next(wire.Late(time.Second))
		send(t, host, "a1.")
		send(t, host, "a2.")
		want := []hear{{0, "A2."}, {time.Second, "A1."}}
		if diff := cmp.Diff(want, listen(t, host, 2*time.Second)); diff != "" {
			t.Errorf("heard (-want +got):\n%s", diff)
		}
	})
}

func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := serve(t, wire.Opts{Baud: 9600}, newParrot('a'))
		send(t, host, "a12345678.")
		// Ten bytes in and ten out, 1.04 ms each, in slices of up to 5 ms.
		heard := listen(t, host, time.Second)
		last, all := time.Duration(0), ""
		for _, h := range heard {
			if h.At-last > 20*time.Millisecond {
				t.Errorf("a pause of %v before %q", h.At-last, h.What)
			}
			last, all = h.At, all+h.What
		}
		if got := last.Round(100 * time.Microsecond); all != "A12345678." || got != 20800*time.Microsecond {
			t.Errorf("heard %q by %v, want all by 20.8ms", all, got)
		}
	})
}

func TestDevicesShareAWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newParrot('a'), newParrot('b')
		host := serve(t, wire.Opts{Echo: true}, a, b)
		send(t, host, "noise b1.a2.b")
		send(t, host, "3.")
		got := ""
		for _, h := range listen(t, host, time.Second) {
			got += h.What
		}
		if want := "noise b1.a2.bA2.B1.3.B3."; got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
		b.Speak([]byte("B says."))
		if got := listen(t, host, time.Second); len(got) != 1 || got[0].What != "B says." {
			t.Errorf("unasked: %v", got)
		}
	})
}

func TestHalfARequestIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newParrot('a')
		host := serve(t, wire.Opts{}, p)
		send(t, host, "a1")
		time.Sleep(2 * wire.DefaultGap)
		send(t, host, "a2.")
		if got := listen(t, host, time.Second); len(got) != 1 || got[0].What != "A2." {
			t.Errorf("heard %v", got)
		}
		send(t, host, "a1")
		time.Sleep(wire.DefaultGap / 2)
		if send(t, host, "2."); len(listen(t, host, time.Second)) != 1 {
			t.Error("a short pause loses a request")
		}
	})
}

func TestOtherSpeedIsNotUnderstood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var baud atomic.Int64
		baud.Store(9600)
		p := newParrot('a')
		host := serve(t, wire.Opts{Baud: 9600, HostBaud: func() int { return int(baud.Load()) }}, p)
		ask := func() bool { send(t, host, "a."); return len(listen(t, host, time.Second)) > 0 }
		if !ask() {
			t.Error("no answer at the same speed")
		}
		p.SetBaud(19200)
		if ask() {
			t.Error("an answer at another speed")
		}
		baud.Store(19200)
		if !ask() {
			t.Error("no answer at the new speed")
		}
	})
}

func TestRunEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, far := net.Pipe()
		p := newParrot('a')
		done := make(chan error, 1)
		run := func(ctx context.Context) { go func() { done <- wire.New(wire.Opts{}, p).Run(ctx, far) }() }

		ctx, stop := context.WithCancel(t.Context())
		run(ctx)
		send(t, host, "a.") // an answer that nobody reads must not hold Run up
		synctest.Wait()
		stop()
		if err := <-done; err != nil {
			t.Errorf("at the end of its context: %v", err)
		}
		run(t.Context()) // the same wire serves again
		send(t, host, "a.")
		if got := listen(t, host, time.Second); len(got) != 1 {
			t.Errorf("a second Run answers %v", got)
		}
		host.Close()
		if err := <-done; !errors.Is(err, io.EOF) {
			t.Errorf("when the host is gone: %v", err)
		}
		p.Speak([]byte("to nobody"))
	})
}

// TestRunEndsOnAPlainReadWriter ends a wire that has Close alone.
func TestRunEndsOnAPlainReadWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, far := net.Pipe()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- wire.New(wire.Opts{}).Run(ctx, struct{ io.ReadWriteCloser }{far}) }()
		synctest.Wait()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
