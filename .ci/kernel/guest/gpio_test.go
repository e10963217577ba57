package guest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"

	"halld/devices"
	"halld/devices/button"
	"halld/devices/locker"
	bridge "halld/firmware-bridge"
)

// simPin is the far side of a pin: a folder of sysfs.
type simPin string

func sim(t *testing.T, name string) simPin {
	t.Helper()
	pattern := fmt.Sprintf("/sys/devices/platform/gpio-sim.*/gpiochip*/sim_gpio%d", slices.Index(pins, name))
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %d folders %s, %v", name, len(found), pattern, err)
	}
	return simPin(found[0])
}

// level is what a voltmeter at the pin would show.
func (p simPin) level() gpio.Level {
	b, err := os.ReadFile(filepath.Join(string(p), "value"))
	return gpio.Level(err == nil && strings.TrimSpace(string(b)) == "1")
}

// pull puts a level on an input.
func (p simPin) pull(t *testing.T, l gpio.Level) {
	t.Helper()
	to := "pull-down"
	if l {
		to = "pull-up"
	}
	if err := os.WriteFile(filepath.Join(string(p), "pull"), []byte(to), 0o644); err != nil {
		t.Error(err)
	}
}

func pin(t *testing.T, h *bridge.Host, name string) gpio.PinIO {
	t.Helper()
	p, err := h.Pin(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestGPIO(t *testing.T) {
	calm(t)
	h := board(t)
	t.Run("a pin that is not there", func(t *testing.T) {
		_, err := h.Pin("GPIO99")
		if !errors.Is(err, devices.ErrUnavailable) || !strings.Contains(err.Error(), "ioctl-gpio") {
			t.Errorf("got %v, want no such pin, and the driver of the character device among those that found some", err)
		}
	})
	t.Run("output", func(t *testing.T) {
		lamp, far := pin(t, h, "LAMP"), sim(t, "LAMP")
		for _, l := range []gpio.Level{gpio.High, gpio.Low, gpio.High, gpio.Low} {
			if err := lamp.Out(l); err != nil || far.level() != l {
				t.Errorf("driven to %v the pin is %v (%v)", l, far.level(), err)
			}
		}
	})
	t.Run("button", func(t *testing.T) { testButton(t, h) })
	t.Run("door on pins", func(t *testing.T) { testPinDoor(t, h) })
}

func testButton(t *testing.T, h *bridge.Host) {
	const wait = 900 * time.Millisecond // far above an edge, so a press in time came by one
	dev := button.New(pin(t, h, "BUTTON"), button.Opts{Wait: wait, Lockout: 50 * time.Millisecond})
	presses, contact := make(chan struct{}, 10), sim(t, "BUTTON")
	background(t, "button", func(ctx context.Context) error {
		return dev.Run(ctx, func() { presses <- struct{}{} })
	})
	eventually(t, "pulled up", 5*time.Second, func() bool { return contact.level() == gpio.High })
	none(t, presses, 200*time.Millisecond)
	var slowest time.Duration
	for range 3 {
		begun := time.Now()
		contact.pull(t, gpio.Low)
		await(t, presses, struct{}{}, wait/2)
		slowest = max(slowest, time.Since(begun))
		contact.pull(t, gpio.High)
		none(t, presses, 500*time.Millisecond) // a busy machine sees the release late
	}
	for range 5 { // a spike
		contact.pull(t, gpio.Low)
		contact.pull(t, gpio.High)
	}
	none(t, presses, 200*time.Millisecond)
	for range 5 { // a press that bounces
		contact.pull(t, gpio.High)
		contact.pull(t, gpio.Low)
	}
	await(t, presses, struct{}{}, wait/2)
	none(t, presses, 200*time.Millisecond)
	t.Logf("4 presses, each by its edge, the slowest %v after it", slowest.Round(time.Millisecond))
}

func testPinDoor(t *testing.T, h *bridge.Host) {
	dev, err := locker.New("gpio", nil, locker.Opts{
		Doors: 2, Contact: locker.ClosedWhenLocked, PulseLimiter: true,
		Pins:     []gpio.PinOut{pin(t, h, "LOCK1"), pin(t, h, "LOCK2")},
		Contacts: []gpio.PinIn{pin(t, h, "CONTACT1"), pin(t, h, "CONTACT2")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dev.Identify(soon(t)); err != nil { // sets the contacts up, with a pull of its own
		t.Fatal(err)
	}
	sim(t, "CONTACT1").pull(t, gpio.Low) // shut
	contact := sim(t, "CONTACT2")
	contact.pull(t, gpio.Low)
	states, err := dev.States(soon(t))
	if err != nil || !slices.Equal(states, []locker.State{locker.Locked, locker.Locked}) {
		t.Fatalf("got %v, %v, want two locked doors", states, err)
	}
	pulse := make(chan time.Duration, 1)
	background(t, "the lock", func(ctx context.Context) error {
		lock, neighbour := sim(t, "LOCK2"), sim(t, "LOCK1")
		var since time.Time
		for ctx.Err() == nil && (since.IsZero() || lock.level() == gpio.High) {
			if neighbour.level() == gpio.High {
				return errors.New("the neighbour's lock was driven")
			}
			if since.IsZero() && lock.level() == gpio.High {
				since = time.Now()
				contact.pull(t, gpio.High)
			}
			time.Sleep(time.Millisecond)
		}
		pulse <- time.Since(since)
		return nil
	})
	state, err := dev.Open(soon(t), 2, func() error { return nil })
	if err != nil || state != locker.Open {
		t.Fatalf("got %v, %v, want an open door", state, err)
	}
	took := <-pulse // seen from outside, so a busy machine makes it shorter
	if took > time.Second {
		t.Errorf("the lock was driven for %v, want 300 ms", took)
	}
	t.Logf("lock driven for %v", took.Round(time.Millisecond))
}
