package printer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// serve runs a printer on one end of a pipe and gives the other.
func serve(t *testing.T, o Opts) (*Printer, net.Conn, func() error) {
	t.Helper()
	p := New(o)
	far, near := net.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx, far) }()
	return p, near, func() error {
		cancel()
		return <-done
	}
}

// ask writes and reads what is answered within d.
func ask(t *testing.T, c net.Conn, b string, d time.Duration) string {
	t.Helper()
	if _, err := io.WriteString(c, b); err != nil {
		t.Fatalf("writing: %v", err)
	}
	return listen(t, c, d)
}

func listen(t *testing.T, c net.Conn, d time.Duration) string {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(d)); err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	_, _ = io.Copy(&got, c)
	return got.String()
}

func TestRunAnswersAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, c, end := serve(t, TM80())
		want(t, "status", ask(t, c, eot(1), time.Second), "\x12")
		want(t, "confirmation", ask(t, c, "A015\n"+cut+processID, time.Second), printed)
		wantTexts(t, p, "A015")
		if err := end(); err != nil {
			t.Errorf("Run ended with %v", err)
		}
	})
}

// TestHostThatOnlyWrites must not stop the printer: answers wait in it.
func TestHostThatOnlyWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, c, end := serve(t, TM80())
		if _, err := io.WriteString(c, strings.Repeat(eot(1), 1000)+"A015\n"+cut); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		wantTexts(t, p, "A015")
		if err := end(); err != nil {
			t.Errorf("Run ended with %v", err)
		}
	})
}

func TestLinkEndsAndPrinterStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(TM80())
		for _, part := range []string{"A0", "15\n" + cut} {
			far, near := net.Pipe()
			done := make(chan error, 1)
			go func() { done <- p.Run(t.Context(), far) }()
			if _, err := io.WriteString(near, part); err != nil {
				t.Fatal(err)
			}
			near.Close()
			if err := <-done; err != nil {
				t.Errorf("Run ended with %v when the host closed", err)
			}
		}
		wantTexts(t, p, "A015")
	})
}

// broken is a wire that fails.
type broken struct{}

var errBroken = errors.New("cable cut")

func (broken) Read([]byte) (int, error)  { return 0, errBroken }
func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestRunTellsABrokenWire(t *testing.T) {
	if err := New(TM80()).Run(t.Context(), broken{}); !errors.Is(err, errBroken) {
		t.Errorf("Run ended with %v, want %v", err, errBroken)
	}
}

// TestPaperTakesTime: 400 rows at 50 mm/s are a second. GS r is answered when
// it is read, the process ID when the paper has moved.
func TestPaperTakesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, c, end := serve(t, with(TM80(), func(o *Opts) { o.MMPerSec = 50 }))
		start := time.Now()
		job := strings.Repeat("\x1bJ\xc8", 2) + "\x1dr\x01" + processID
		want(t, "GS r", ask(t, c, job, 100*time.Millisecond), "\x00")
		want(t, "process ID", listen(t, c, 850*time.Millisecond), "")
		want(t, "process ID", listen(t, c, 100*time.Millisecond), printed)
		if took := time.Since(start); took > 1100*time.Millisecond {
			t.Errorf("took %v", took)
		}
		p.PowerOff()
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

func TestFullBufferHoldsTheSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, c, end := serve(t, with(TM80(), func(o *Opts) { o.BufferBytes = 64 }))
		p.PaperOut(true)
		if err := c.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		job := strings.Repeat("A\n", 200)
		n, err := io.WriteString(c, job)
		if err == nil || n != 64 {
			t.Errorf("%d bytes taken, error %v; want 64 and a time-out", n, err)
		}
		p.PaperOut(false)
		if err := c.SetWriteDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, job[n:]+cut); err != nil {
			t.Errorf("writing after the reload: %v", err)
		}
		synctest.Wait()
		if got := texts(p); len(got) != 1 || strings.Count(got[0], "A") != 200 {
			t.Errorf("tickets %q, want 200 lines", got)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

func TestHeldSenderDoesNotHoldRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, c, end := serve(t, with(TM80(), func(o *Opts) { o.BufferBytes = 8 }))
		p.CoverOpen(true)
		go func() { _, _ = io.WriteString(c, strings.Repeat("A", 100)) }()
		synctest.Wait()
		if err := end(); err != nil {
			t.Error(err)
		}
		c.Close()
	})
}

func TestFullBufferDrops(t *testing.T) {
	withPrinter(t, with(TM80(), func(o *Opts) { o.BufferBytes, o.DropOnFull = 8, true }), func(t *testing.T, p *Printer, h *host) {
		p.CoverOpen(true)
		want(t, "status behind a full buffer", h.say("12345678lost"+eot(2)), "\x16")
		p.CoverOpen(false)
		h.say("\n" + cut)
		wantTexts(t, p, "12345678")
		if got := p.Tickets()[0].Lost; got != 7 {
			t.Errorf("%d lost, want 7", got)
		}
	})
}

func TestXonXoff(t *testing.T) {
	withPrinter(t, with(TM80(), func(o *Opts) { o.BufferBytes, o.XonXoff = 64, true }), func(t *testing.T, p *Printer, h *host) {
		p.CoverOpen(true)
		want(t, "nearly full", h.say(strings.Repeat("A", 60)), "\x13")
		p.CoverOpen(false)
		want(t, "empty again", h.hear(), "\x11")
	})
}

// TestBaud: at 9600 baud 96 bytes take a tenth of a second, and so does the
// answer in proportion.
func TestBaud(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, c, end := serve(t, with(TM80(), func(o *Opts) { o.Baud = 9600 }))
		start := time.Now()
		if _, err := io.WriteString(c, strings.Repeat("A", 960)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, eot(1)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < time.Second || took > 1100*time.Millisecond {
			t.Errorf("960 bytes and an answer took %v, want a second and a little", took)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

func TestPowerOffWhilePrinting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, c, end := serve(t, with(TM80(), func(o *Opts) { o.MMPerSec = 10 }))
		want(t, "nothing yet", ask(t, c, strings.Repeat("line\n", 10)+cut+processID, time.Second), "")
		p.PowerOff()
		want(t, "off", ask(t, c, eot(1), time.Second), "")
		p.PowerOn()
		want(t, "on", ask(t, c, "fresh\n"+cut+eot(1), 20*time.Second), "\x12")
		all := texts(p)
		if len(all) != 1 || !strings.HasPrefix(all[0], "line\nline") || !strings.HasSuffix(all[0], "fresh") || strings.Count(all[0], "line") == 10 {
			t.Errorf("tickets %q, want a half job and the fresh line on one paper", all)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

// TestPaceOfPaper: rows come out one after the other, so a paper end takes the
// picture in its middle.
func TestPaceOfPaper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, c, end := serve(t, with(TM80(), func(o *Opts) { o.MMPerSec = 20 }))
		go func() { _ = ask(t, c, "\x1dv0\x00\x01\x00\xff\x00"+strings.Repeat("\xff", 255)+cut, time.Second) }()
		time.Sleep(499 * time.Millisecond) // 80 rows
		p.PaperOut(true)
		time.Sleep(time.Minute)
		wantTexts(t, p)
		p.PaperOut(false)
		if got := texts(p); len(got) != 1 || got[0] != "[image 8x80]" {
			t.Errorf("the old roll's end is %q, want 80 rows", got)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}
