package daemon

import (
	"testing"
	"time"

	"halld/cmd/internal/hall"
	"halld/firmware-bridge/emulator/cardreader"
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
