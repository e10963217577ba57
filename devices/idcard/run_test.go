package idcard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/devices"
	"halld/devices/devicestest"
	"halld/firmware-bridge/emulator/cardreader"
	"halld/firmware-bridge/emulator/wire"
)

// plug is a line whose far end can be pulled and put back.
type plug struct {
	mu   sync.Mutex
	line *devicestest.Line
	pull func()
}

func (p *plug) Do(ctx context.Context, f func(devices.Conn) error) error {
	p.mu.Lock()
	line := p.line
	p.mu.Unlock()
	if line == nil {
		return fmt.Errorf("plug: %w", devices.ErrOffline)
	}
	return line.Do(ctx, f)
}

func (p *plug) Listen(func([]byte)) {}
func (p *plug) String() string      { return "plug" }

// insert connects r, which gets power by it.
func (p *plug) insert(r *cardreader.Reader) {
	near, far := net.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	go r.Run(ctx, far)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line = devicestest.New(near)
	p.pull = func() { cancel(); near.Close(); far.Close() }
}

func (p *plug) remove() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line != nil {
		p.pull()
	}
	p.line = nil
}

// desk is a driver and an emulated reader, and what the driver told.
type desk struct {
	*cardreader.Reader
	plug plug
	dev  *Dev

	mu   sync.Mutex
	told []string
}

func (d *desk) tell(s string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told = append(d.told, s)
}

// reading puts a reading in words; only the emulator's people appear in it.
func (d *desk) reading(r Reading) {
	switch {
	case r.Event == CardRead:
		d.tell("read " + r.Card.Name)
	case r.Event == CardUnreadable && errors.Is(r.Err, ErrLifted):
		d.tell("lifted")
	case r.Event == CardUnreadable && errors.Is(r.Err, ErrUnsupportedCard):
		d.tell("unsupported")
	default:
		d.tell(r.Event.String())
	}
}

func (d *desk) report(f devices.Fault, _ error) {
	if f == devices.OK {
		f = "ok"
	}
	d.tell(string(f))
}

// want waits for d and compares what was told since the last time.
func (d *desk) want(t *testing.T, after time.Duration, want ...string) {
	t.Helper()
	time.Sleep(after)
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	if diff := cmp.Diff(want, slices.Clone(d.told)); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	d.told = nil
}

// atDesk runs a story in a bubble with a driver that is running.
func atDesk(t *testing.T, emu cardreader.Opts, f func(t *testing.T, d *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{Reader: cardreader.New(emu)}
		d.dev = New(&d.plug, Opts{Report: d.report})
		d.plug.insert(d.Reader)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.dev.Run(ctx, d.reading) }()
		f(t, d)
		stopped := time.Now()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		if took := time.Since(stopped); took > 200*time.Millisecond {
			t.Errorf("Run took %v to stop", took)
		}
		d.plug.remove()
	})
}

var (
	zhang = sample("张样本", "19491231", 2)
	li    = sample("李样本", "19800101", 1)
)

func sample(name, birth string, seq int) cardreader.Card {
	return cardreader.Card{
		Type: cardreader.Resident, Name: name, Sex: fmt.Sprint(2 - seq%2), Ethnicity: "01", Birth: birth,
		Number: cardreader.CitizenNumber("110105", birth, seq), Issuer: "样张市公安局", From: "20200101", To: cardreader.LongTerm,
	}
}

const poll = 250 * time.Millisecond

func TestCardComesAndGoes(t *testing.T) {
	for _, continual := range []bool{false, true} {
		t.Run(fmt.Sprintf("continual=%v", continual), func(t *testing.T) {
			atDesk(t, cardreader.Opts{Continual: continual}, func(t *testing.T, d *desk) {
				d.want(t, time.Second, "ok")
				d.Lay(zhang)
				d.want(t, 2*poll, "read 张样本")
				d.want(t, time.Minute) // it lies there, and nothing is said
				d.Lift()
				d.want(t, 2*poll, "removed")
				d.Lay(zhang) // the same card again is a new reading
				d.want(t, 2*poll, "read 张样本")
				d.Lay(li) // exchanged between two polls
				d.want(t, 2*poll, "removed", "read 李样本")
			})
		})
	}
}

func TestEveryKindOfCard(t *testing.T) {
	atDesk(t, cardreader.Opts{}, func(t *testing.T, d *desk) {
		d.want(t, time.Second, "ok")
		for _, c := range cardreader.Sample(time.Now()) {
			d.Lay(c)
			d.want(t, 2*poll, "read "+c.Name)
			d.Lift()
			d.want(t, 2*poll, "removed")
		}
		odd := zhang
		odd.Type = 'Q'
		d.Lay(odd)
		d.want(t, 10*time.Second, "unsupported")
		d.Lift()
		d.want(t, 2*poll, "removed")
	})
}

// A reader that lacks 30 05, and perhaps 30 03, still tells each card once.
func TestRemovalWithoutProbes(t *testing.T) {
	for _, mute := range []byte{cardreader.BadCommand, cardreader.NotPermitted, cardreader.ReadFailed} {
		for _, addressToo := range []bool{false, true} {
			t.Run(fmt.Sprintf("%02X,%v", mute, addressToo), func(t *testing.T) {
				atDesk(t, cardreader.Opts{Continual: true}, func(t *testing.T, d *desk) {
					d.Fail(cardreader.ReadManagement, mute, wire.Forever)
					if addressToo {
						d.Fail(cardreader.ReadAddress, mute, wire.Forever)
					}
					d.want(t, time.Second, "ok")
					d.Lay(zhang)
					d.want(t, 20*time.Second, "read 张样本")
					d.Lift()
					d.want(t, 2*poll, "removed")
					d.Lay(zhang)
					d.want(t, 2*poll, "read 张样本")
				})
			})
		}
	}
}

// A module that garbles what it was asked refuses a command that it does know.
func TestRefusalCountsForOneCard(t *testing.T) {
	atDesk(t, cardreader.Opts{}, func(t *testing.T, d *desk) {
		d.want(t, time.Second, "ok")
		d.Fail(cardreader.ReadManagement, cardreader.BadCommand, 1)
		d.Fail(cardreader.ReadAddress, cardreader.BadCommand, 1)
		d.Lay(zhang)
		d.want(t, 4*poll, "read 张样本", "removed") // this reader finds a card only once
		d.Lift()
		d.Lay(li)
		d.want(t, 2*poll, "read 李样本")
		d.want(t, time.Minute)
	})
}

// Each status once or for good, on the command that gives it, with a card laid
// after the reader works.
func TestStatuses(t *testing.T) {
	for _, tt := range []struct {
		cmd    cardreader.Command
		status byte
		times  int
		want   []string
	}{
		{cardreader.FindCard, cardreader.BadChecksum, 1, []string{"read 张样本"}},
		{cardreader.FindCard, cardreader.BadLength, 1, []string{"read 张样本"}},
		{cardreader.ReadBase, cardreader.UnknownError, 1, []string{"read 张样本"}},
		{cardreader.ReadBase, cardreader.UnknownError, 2, []string{"read 张样本"}},
		{cardreader.ReadBase, cardreader.UnknownError, wire.Forever, []string{"unreadable", "removed"}},
		{cardreader.SelectCard, cardreader.SelectFailed, 1, []string{"read 张样本"}},
		{cardreader.SelectCard, cardreader.SelectFailed, wire.Forever, []string{"unreadable"}},
		{cardreader.SelectCard, cardreader.CardRefusesSAM, 1, []string{"read 张样本"}},
		{cardreader.ReadBase, cardreader.CardRefusesSAM, 1, []string{"read 张样本"}},
		{cardreader.ReadBase, cardreader.SAMRefusesCard, 2, []string{"read 张样本"}},
		{cardreader.ReadBase, cardreader.BadInformation, 1, []string{"read 张样本"}},
		{cardreader.ReadBase, cardreader.BadInfoLength, 3, []string{"read 张样本"}},
		{cardreader.ReadBase, cardreader.ReadFailed, 2, []string{"read 张样本"}},
		{cardreader.ReadBase, cardreader.NoRandom, 1, []string{"read 张样本"}},
		{cardreader.ReadBase, 0x50, 1, []string{"read 张样本"}}, // in no table
		{cardreader.ReadBase, cardreader.WrongCard, wire.Forever, []string{"unsupported", "removed"}},
		{cardreader.FindCard, cardreader.SelfTestFailed, 1, []string{"read 张样本"}},
		{cardreader.AnyCommand, cardreader.SelfTestFailed, wire.Forever, []string{"self-test"}},
		{cardreader.FindCard, cardreader.SelfTestFailed, wire.Forever, []string{"self-test"}},
		{cardreader.FindCard, cardreader.NotAuthorised, wire.Forever, []string{"unauthorised"}},
		{cardreader.FindCard, cardreader.BadCommand, wire.Forever, []string{"not-ready"}},
	} {
		t.Run(fmt.Sprintf("%04X %02X x%d", uint16(tt.cmd), tt.status, tt.times), func(t *testing.T) {
			atDesk(t, cardreader.Opts{}, func(t *testing.T, d *desk) {
				d.want(t, time.Second, "ok")
				d.Fail(tt.cmd, tt.status, tt.times)
				d.Lay(zhang)
				d.want(t, 10*time.Second, tt.want...)
			})
		})
	}
}

func TestUnreadableCardThenGoodOne(t *testing.T) {
	atDesk(t, cardreader.Opts{Continual: true}, func(t *testing.T, d *desk) {
		d.want(t, time.Second, "ok")
		d.Fail(cardreader.ReadBase, cardreader.SAMRefusesCard, wire.Forever)
		d.Lay(zhang)
		d.want(t, time.Minute, "unreadable")
		d.Mend()
		d.Lift()
		d.want(t, 2*poll, "removed")
		d.Lay(li)
		d.want(t, 2*poll, "read 李样本")
	})
}

// Accidents on the wire while a card is read: each costs time, never the card.
func TestAccidents(t *testing.T) {
	for name, accident := range map[string]wire.Accident{
		"echo":      wire.Echo(),
		"mute":      wire.Mute(),
		"half":      wire.Half(),
		"badsum":    wire.BadSum(),
		"noise":     wire.Before(0x00, 0xFF, 0xAA, 0xAA, 0x96),
		"inside":    wire.Inside(9, 0x55),
		"trailing":  wire.Trailing(0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x05),
		"split":     wire.Split(6, 90*time.Millisecond),
		"too late":  wire.Late(4 * time.Second),
		"stale one": wire.Before(request(findCard)...),
	} {
		t.Run(name, func(t *testing.T) {
			atDesk(t, cardreader.Opts{}, func(t *testing.T, d *desk) {
				d.want(t, time.Second+poll/2, "ok")
				d.Lay(zhang)
				d.Times(3, accident) // find, select, read
				d.want(t, 20*time.Second, d.expect(name)...)
				d.Clear()
				d.Lift()
				d.want(t, 5*time.Second, "removed")
				d.Lay(li)
				d.want(t, 2*poll, "read 李样本")
			})
		})
	}
}

// expect is what three accidents in a row lead to: where even the repeat of the
// find fails, the reader is given up and opened anew.
func (d *desk) expect(name string) []string {
	switch name {
	case "mute", "too late":
		return []string{"no-answer", "read 张样本", "ok"}
	case "half", "badsum", "inside":
		return []string{"bad-answer", "read 张样本", "ok"}
	default:
		return []string{"read 张样本"}
	}
}

func TestPulledAndPutBack(t *testing.T) {
	atDesk(t, cardreader.Opts{PowerUp: 1800 * time.Millisecond}, func(t *testing.T, d *desk) {
		d.want(t, 3*time.Second, "ok") // deaf at first, and nobody is alarmed
		d.plug.remove()
		d.want(t, time.Minute, "offline")
		d.plug.insert(d.Reader)
		d.want(t, 4*time.Second, "ok")
		d.Lay(zhang)
		d.want(t, 2*poll, "read 张样本")
	})
}

func TestSilentReader(t *testing.T) {
	atDesk(t, cardreader.Opts{PowerUp: time.Hour}, func(t *testing.T, d *desk) {
		d.want(t, time.Second)
		d.want(t, time.Minute, "no-answer")
		if n := len(d.Seen()); n != 0 {
			t.Errorf("deaf reader saw %d commands", n)
		}
	})
}

// A reader that answers at once is not made to wait for the grace of power-up,
// and a card is told within its wire time and 20 ms, beside the poll.
func TestReadBudget(t *testing.T) {
	atDesk(t, cardreader.Opts{}, func(t *testing.T, d *desk) {
		d.want(t, 10*time.Millisecond, "ok")
		d.Lay(zhang)
		d.want(t, poll+116*time.Millisecond+20*time.Millisecond, "read 张样本")
	})
}

func TestPollRate(t *testing.T) {
	atDesk(t, cardreader.Opts{}, func(t *testing.T, d *desk) {
		d.want(t, 100*time.Second, "ok")
		if n := len(d.Seen()); n < 300 || n > 500 {
			t.Errorf("sent %d commands in 100 s, want 3 to 5 a second", n)
		}
	})
}

// Nothing of a card stays in the memory that it passed through.
func TestCardIsWiped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := cardreader.New(cardreader.Opts{})
		var p plug
		p.insert(r)
		defer p.remove()
		r.Lay(zhang)
		w := &watch{dev: New(&p, Opts{}), emit: func(Reading) {}}
		for _, c := range []command{findCard, selCard} {
			if _, err := w.dev.exchange(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		x := exchanger{gap: w.dev.opts.Gap}
		var a answer
		err := p.Do(t.Context(), func(conn devices.Conn) (err error) {
			x.conn = conn
			a, err = x.do(t.Context(), readBase, time.Second)
			return err
		})
		if err != nil || len(a.data) < textLen {
			t.Fatalf("got %d bytes, %v", len(a.data), err)
		}
		x.wipe()
		if x.buf != [readSize]byte{} || x.scan != (scanner{}) {
			t.Error("the wire's memory still holds the card")
		}
		if w.accept(a.data); slices.ContainsFunc(a.data, func(b byte) bool { return b != 0 }) {
			t.Error("the answer still holds the card")
		}
	})
}

// A module is introduced once, and again when another one is in its place.
func TestOpened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p plug
		var known []string
		d := New(&p, Opts{Opened: func(i Info) { known = append(known, i.SAM) }})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx, func(Reading) {}) }()
		for _, number := range []uint32{1, 1, 2} {
			p.insert(cardreader.New(cardreader.Opts{SAM: cardreader.SAMID{Major: 5, Minor: 1, Date: 20991231, A: number}}))
			time.Sleep(5 * time.Second)
			p.remove()
			time.Sleep(5 * time.Second)
		}
		cancel()
		<-done
		want := []string{"05.01-20991231-0000000001-0000000000", "05.01-20991231-0000000002-0000000000"}
		if diff := cmp.Diff(want, known); diff != "" {
			t.Errorf("introduced (-want +got):\n%s", diff)
		}
	})
}

func TestIdentify(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := cardreader.New(cardreader.Opts{SAM: cardreader.SAMID{Major: 5, Minor: 1, Date: 20991231, A: 512345, B: 1234567890}})
		var p plug
		p.insert(r)
		defer p.remove()
		want := Info{SAM: "05.01-20991231-0000512345-1234567890", Firmware: "05.01"}
		if err := Probe(t.Context(), &p); err != nil {
			t.Errorf("Probe: %v", err)
		}
		if seen := r.Seen(); len(seen) != 1 || seen[0] != cardreader.StatusSAM {
			t.Errorf("Probe sent %04X, want the status alone", seen)
		}
		text, err := New(&p, Opts{}).Identify(t.Context())
		if wantText := "SAM " + want.SAM + ", firmware 05.01"; err != nil || text != wantText {
			t.Errorf("Identify = %q, %v, want %q", text, err, wantText)
		}
		r.Times(wire.Forever, wire.Mute())
		if err := Probe(t.Context(), &p); !errors.Is(err, devices.ErrNoAnswer) {
			t.Errorf("Probe of a mute reader: got %v, want ErrNoAnswer", err)
		}
	})
}
