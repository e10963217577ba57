package guest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"halld/devices"
	"halld/devices/idcard"
	"halld/firmware-bridge/emulator/cardreader"
)

const (
	adapter = "/dev/ttyUSB0"
	// noticed is how soon a driver must tell of a pulled cable, from when the
	// kernel knows.
	noticed = time.Second
	// day is that of the deck of cards.
	day = "2026-06-01"
)

// host asks whoever runs this machine for what no machine can do to itself:
// pull, plug, lift, or lay a card. It is done soon, and once: a cable that is out
// is not pulled again.
func host(request string) { fmt.Println("@" + request) }

func deck(t *testing.T) []cardreader.Card {
	t.Helper()
	on, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	return cardreader.Sample(on)
}

// testSilentLine pulls the cable of a line on which nobody speaks: no write is
// there to fail.
func testSilentLine(t *testing.T) {
	_, up := line(t, "serial:"+adapter+"?baud=9600")
	await(t, up, true, 5*time.Second)
	idle(t)
	t.Cleanup(func() { host("plug") })
	host("pull")
	goes(t, adapter)
	begun := time.Now()
	await(t, up, false, noticed)
	lost := ms(begun)
	host("plug")
	comes(t, adapter)
	begun = time.Now()
	await(t, up, true, 10*time.Second)
	t.Logf("lost %v after the kernel knows, open %v after the node is back", lost, ms(begun))
}

// lay puts a card of the deck on the reader outside.
func lay(n int) { host(fmt.Sprintf("lay %s %d", day, n)) }

func TestReader(t *testing.T) {
	calm(t)
	comes(t, adapter)
	t.Run("silent line", testSilentLine)
	comes(t, adapter)
	t.Run("a port of our own", testExclusive)
	l, _ := line(t, "serial:"+adapter+"?baud=115200")
	faults, cards := newFaults(), make(chan string, 100)
	modules := make(chan string, 1)
	dev := idcard.New(l, idcard.Opts{Report: faults.report, Opened: func(i idcard.Info) { modules <- i.String() }})
	background(t, "reader", func(ctx context.Context) error {
		return dev.Run(ctx, func(r idcard.Reading) {
			if r.Event == idcard.CardRead {
				cards <- r.Card.Number
			}
		})
	})
	people := deck(t)
	t.Run("card", func(t *testing.T) {
		await(t, faults, devices.OK, 10*time.Second)
		begun := time.Now()
		lay(0)
		await(t, cards, people[0].Number, 10*time.Second)
		t.Logf("%s; card read %v after it was laid", <-modules, ms(begun))
		host("lift")
	})
	for n := 1; n <= 2; n++ {
		t.Run(fmt.Sprintf("cable pulled and put back, time %d", n), func(t *testing.T) {
			t.Cleanup(func() { host("plug") })
			host("pull")
			goes(t, adapter)
			begun := time.Now()
			await(t, faults, devices.Offline, noticed)
			offline := ms(begun)
			if _, err := dev.Identify(soon(t)); !errors.Is(err, devices.ErrOffline) {
				t.Errorf("without a cable: got %v, want offline", err)
			}
			host("plug")
			comes(t, adapter)
			begun = time.Now()
			await(t, faults, devices.OK, 15*time.Second)
			back := ms(begun)
			lay(n)
			await(t, cards, people[n].Number, 10*time.Second)
			host("lift")
			t.Logf("offline told after %v, works %v after the node is back", offline, back)
		})
	}
	t.Run("a node that is no serial port", func(t *testing.T) {
		wrong, up := line(t, "serial:/dev/null?baud=9600")
		await(t, up, false, time.Second)
		err := wrong.Do(soon(t), func(devices.Conn) error { return nil })
		if !errors.Is(err, devices.ErrOffline) || !strings.Contains(err.Error(), "not a serial port") {
			t.Errorf("got %v, want offline, not a serial port", err)
		}
	})
}
