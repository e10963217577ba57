package button

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"halld/devices"
)

const ms = time.Millisecond

// contact is a pin whose level is the finger's alone: an edge only wakes.
type contact struct {
	gpiotest.Pin
	t       *testing.T
	refuses atomic.Bool
	waits   atomic.Int64
	broken  atomic.Bool // WaitForEdge returns at once
}

func newContact(t *testing.T) *contact {
	return &contact{t: t, Pin: gpiotest.Pin{N: "GPIO17", EdgesChan: make(chan gpio.Level, 16)}}
}

func (c *contact) In(p gpio.Pull, e gpio.Edge) error {
	if c.refuses.Load() {
		return errors.New("line is in use")
	}
	return c.Pin.In(p, e)
}

func (c *contact) WaitForEdge(d time.Duration) bool {
	c.waits.Add(1)
	if d < 100*ms || d > time.Second {
		c.t.Errorf("WaitForEdge(%v), want 100 ms to 1 s", d)
	}
	if c.broken.Load() {
		return false
	}
	select {
	case <-c.EdgesChan:
		return true
	case <-time.After(d):
		return false
	}
}

// set moves the contact; the edge may be lost.
func (c *contact) set(l gpio.Level, edge bool) {
	c.Out(l)
	if edge {
		select {
		case c.EdgesChan <- l:
		default:
		}
	}
}

// bounce moves the contact with some chatter of 1 ms.
func (c *contact) bounce(l gpio.Level) {
	for i := range 9 {
		c.set(l != (i%2 == 1), true)
		time.Sleep(ms)
	}
}

// run starts the driver in a bubble and hands a function that compares the
// presses since the last call.
func run(t *testing.T, opts Opts, f func(t *testing.T, c *contact, presses func(want int32), faults func(want ...devices.Fault))) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := newContact(t)
		var n atomic.Int32
		told := make(chan devices.Fault, 100)
		opts.Report = func(f devices.Fault, _ error) { told <- f }
		d := New(c, opts)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx, func() { n.Add(1) }) }()
		synctest.Wait()
		f(t, c, func(want int32) {
			t.Helper()
			synctest.Wait()
			if got := n.Swap(0); got != want {
				t.Errorf("got %d presses, want %d", got, want)
			}
		}, func(want ...devices.Fault) {
			t.Helper()
			synctest.Wait()
			var got []devices.Fault
			for len(told) > 0 {
				got = append(got, <-told)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
		stopped := time.Now()
		cancel()
		if err := <-done; err != nil || time.Since(stopped) > time.Second {
			t.Errorf("Run returned %v after %v", err, time.Since(stopped))
		}
	})
}

type (
	pressesFunc = func(want int32)
	faultsFunc  = func(want ...devices.Fault)
)

func TestPress(t *testing.T) {
	run(t, Opts{}, func(t *testing.T, c *contact, presses pressesFunc, faults faultsFunc) {
		faults(devices.OK)
		c.set(gpio.Low, true)
		time.Sleep(50 * ms)
		presses(1)
		time.Sleep(10 * time.Second) // held
		c.set(gpio.High, true)
		time.Sleep(time.Second)
		presses(0)
		c.bounce(gpio.Low)
		time.Sleep(100 * ms)
		c.bounce(gpio.High)
		time.Sleep(time.Second)
		presses(1)
		faults()
	})
}

func TestSpikesAndLostEdges(t *testing.T) {
	run(t, Opts{}, func(t *testing.T, c *contact, presses pressesFunc, _ faultsFunc) {
		for range 20 { // a motor starts somewhere
			c.set(gpio.Low, true)
			time.Sleep(2 * ms)
			c.set(gpio.High, true)
			time.Sleep(77 * ms)
		}
		presses(0)
		c.set(gpio.Low, false) // no edge reaches us
		time.Sleep(300 * ms)
		presses(1)
	})
}

func TestDoublePressIsOne(t *testing.T) {
	run(t, Opts{}, func(t *testing.T, c *contact, presses pressesFunc, _ faultsFunc) {
		for range 2 {
			c.set(gpio.Low, true)
			time.Sleep(100 * ms)
			c.set(gpio.High, true)
			time.Sleep(100 * ms)
		}
		presses(1)
		time.Sleep(time.Second)
		c.set(gpio.Low, true)
		time.Sleep(100 * ms)
		presses(1)
	})
}

func TestDownAtStartAndStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContact(t)
		c.P = gpio.PullUp
		var n atomic.Int32
		var faults []devices.Fault
		d := New(&held{c}, Opts{Report: func(f devices.Fault, err error) {
			if f == devices.Broken && !errors.Is(err, ErrStuck) {
				t.Errorf("broken with %v, want ErrStuck", err)
			}
			faults = append(faults, f)
		}})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx, func() { n.Add(1) }) }()
		time.Sleep(2 * time.Minute)
		c.set(gpio.High, true)
		time.Sleep(time.Second)
		c.set(gpio.Low, true)
		time.Sleep(time.Second)
		cancel()
		<-done
		if got := n.Load(); got != 1 {
			t.Errorf("got %d presses, want the one after the release", got)
		}
		if diff := cmp.Diff([]devices.Fault{devices.OK, devices.Broken, devices.OK}, faults); diff != "" {
			t.Errorf("faults (-want +got):\n%s", diff)
		}
	})
}

// held is a contact that is down when it is set up.
type held struct{ *contact }

func (h *held) In(p gpio.Pull, e gpio.Edge) error {
	err := h.contact.In(p, e)
	h.Out(gpio.Low)
	return err
}

func TestPinRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContact(t)
		c.refuses.Store(true)
		faults := make(chan devices.Fault, 10)
		d := New(c, Opts{Report: func(f devices.Fault, _ error) { faults <- f }})
		if _, err := d.Identify(t.Context()); err == nil {
			t.Error("Identify of a pin that refuses: no error")
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx, func() {}) }()
		time.Sleep(10 * time.Second)
		c.refuses.Store(false)
		time.Sleep(2 * time.Second)
		cancel()
		<-done
		if a, b := <-faults, <-faults; a != devices.Offline || b != devices.OK || len(faults) != 0 {
			t.Errorf("faults %q, %q and %d more, want offline and ok", a, b, len(faults))
		}
	})
}

// A WaitForEdge that returns at once must not make the driver spin.
func TestBrokenWait(t *testing.T) {
	run(t, Opts{}, func(t *testing.T, c *contact, presses pressesFunc, _ faultsFunc) {
		c.broken.Store(true)
		c.waits.Store(0)
		time.Sleep(10 * time.Second)
		if n := c.waits.Load(); n > 50 {
			t.Errorf("%d waits in 10 s, want about 40", n)
		}
		c.set(gpio.Low, false)
		time.Sleep(400 * ms)
		presses(1)
	})
}

// The stock fake of periph works as well.
func TestPeriphFake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &gpiotest.Pin{N: "GPIO4", EdgesChan: make(chan gpio.Level, 4)}
		d := New(p, Opts{})
		if s, err := d.Identify(t.Context()); err != nil || s != "button on GPIO4, released" {
			t.Errorf("Identify = %q, %v", s, err)
		}
		var n atomic.Int32
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx, func() { n.Add(1) }) }()
		synctest.Wait()
		for _, l := range []gpio.Level{gpio.Low, gpio.High} {
			p.EdgesChan <- l
			time.Sleep(time.Second)
		}
		cancel()
		<-done
		if n.Load() != 1 {
			t.Errorf("got %d presses, want 1", n.Load())
		}
		if err := d.Halt(); err != nil {
			t.Error(err)
		}
	})
}
