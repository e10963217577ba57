package daemon

import (
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"periph.io/x/conn/v3/spi"
	"periph.io/x/conn/v3/spi/spireg"

	"halld/cmd/internal/hall"
	"halld/config"
	"halld/firmware-bridge/emulator/cardreader"
	"halld/firmware-bridge/emulator/chips"
)

// Whoever laid a card reads at the entrance what became of it.
func TestEntranceDisplay(t *testing.T) {
	s := onStage(t)
	s.swipe(cardreader.Sample(time.Now())[0])
	shows(t, "the entrance", s.hw.Entrance.Shown, "登记成功，请取小票")
}

// A display that falls silent, or answers rubbish, is a fault of that display
// alone, and shows the number of the moment when it is mended.
func TestAccidentsOfDisplays(t *testing.T) {
	s := onStage(t)
	for i, step := range []struct{ accident, fault string }{{"mute", "no-answer"}, {"badsum", "bad-answer"}, {"echo", ""}, {"junk", ""}} {
		s.swipe(cardreader.Sample(time.Now())[i])
		s.paper()
		s.until("the slip is confirmed", func(h *hall.Hall) bool {
			q := h.Queue().Waiting
			return len(q) == 1 && q[0].Slip == hall.JobPrinted
		})
		s.hw.Reader.Lift()
		if err := s.hw.Happen("displays", step.accident); err != nil {
			t.Fatal(err)
		}
		call := s.do(hall.CallNext{Window: 1, Staff: "01"}).(hall.CallReply)
		s.until(step.accident+" is told", func(h *hall.Hall) bool {
			d := h.Devices["display/window-1"]
			return step.fault == "" && (d == nil || d.Fault == "") || d != nil && d.Fault == step.fault
		})
		if err := s.hw.Happen("displays", ""); err != nil {
			t.Fatal(err)
		}
		s.d.changes.tell() // as any change of the hall does
		shows(t, "window 1", s.hw.Tubes[0].Shown, *call.Ticket)
		s.until("no display has a fault", func(h *hall.Hall) bool { return h.Faults() == 0 })
		s.do(hall.Done{Window: 1, Outcome: "办结", Staff: "01"})
	}
}

// lateBus is an SPI port that another program has at first.
type lateBus struct {
	*chips.SPI
	taken atomic.Bool
}

func (b *lateBus) open() (spi.PortCloser, error) {
	if b.taken.Load() {
		return nil, syscall.EBUSY
	}
	return b.SPI, nil
}

// A device on a pin or bus that is missing or taken is a fault, and the hall
// opens without it; the fault of a bus ends when it can be had.
func TestHallOpensWithoutItsBuses(t *testing.T) {
	bus := &lateBus{SPI: chips.NewSPI(1)}
	bus.taken.Store(true)
	if err := spireg.Register("LATE", nil, -1, bus.open); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = spireg.Unregister("LATE") })
	s := onStage(t)
	s.stop()
	s.cfg.Displays = append(s.cfg.Displays, config.Display{Name: "late", Driver: "max7219", Port: "spi:LATE", Digits: 4, Brightness: 4})
	s.cfg.Buttons = append(s.cfg.Buttons, config.Button{Name: "lost", Port: "gpio:NO_SUCH_PIN", Window: 1, Action: "call"})
	s.start()
	fault := func(device, want string) func(*hall.Hall) bool {
		return func(h *hall.Hall) bool {
			d := h.Devices[device]
			return d != nil && d.Fault == want
		}
	}
	s.until("the pin is missed", fault("button/lost", "unavailable"))
	s.until("the bus is missed", fault("display/late", "unavailable"))
	bus.taken.Store(false)
	s.swipe(cardreader.Sample(time.Now())[0]) // the hall serves
	s.paper()
	s.until("the display works", fault("display/late", ""))
}
