package daemon

import (
	"strings"
	"sync"
	"testing"
	"time"

	"halld/cmd/internal/hall"
	bridge "halld/firmware-bridge"
	"halld/firmware-bridge/emulator/cardreader"
)

// traces collects what ran on the lines.
type traces struct {
	mu  sync.Mutex
	all []bridge.TraceEvent
}

func (t *traces) add(e bridge.TraceEvent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, e)
}

func (t *traces) list() []bridge.TraceEvent {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]bridge.TraceEvent{}, t.all...)
}

// TestTraceShowsTheLinesAndNobody: every line is traced, lock boards and displays
// byte by byte, and of a card or a slip nothing that names anybody.
func TestTraceShowsTheLinesAndNobody(t *testing.T) {
	s := onStage(t)
	who := cardreader.Sample(time.Now())[0]
	s.swipe(who)
	s.paper()
	s.do(hall.OpenForService{Door: "A/5", Staff: "02", Reason: "检修"})
	s.stop()
	port := func(name string) (list []bridge.TraceEvent) {
		for _, e := range s.trace.list() {
			if strings.Contains(e.Port, "/"+name+"?") {
				list = append(list, e)
			}
		}
		return list
	}
	shown := func(name, want string) bool {
		for _, e := range port(name) {
			if strings.Contains(e.Show, want) {
				return true
			}
		}
		return false
	}
	for _, name := range []string{"reader", "printer", "lockers", "displays"} {
		if len(port(name)) == 0 {
			t.Errorf("nothing of %s is traced", name)
		}
	}
	if want := "8A 01 05 11 9F"; !shown("lockers", want) {
		t.Errorf("the opening of door 5 is not traced as %s", want)
	}
	if !shown("reader", "AA AA AA 96 69") {
		t.Error("no frame of the reader is traced")
	}
	for _, e := range append(port("reader"), port("printer")...) {
		if n := len(strings.Fields(e.Show)); n > 24 {
			t.Errorf("%s shows %d bytes of a message with %d", e.Port, n, e.Len)
		}
		if strings.Contains(e.Show, who.Number) || strings.Contains(e.Show, who.Name) {
			t.Errorf("%s names somebody", e.Port)
		}
	}
}
