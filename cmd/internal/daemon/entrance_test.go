package daemon

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"halld/cmd/internal/hall"
)

// A choice is for the card that follows it, not for one that comes hours later.
func TestChoiceAtTheEntrance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &entrance{change: func() {}}
		takes := func(want string) {
			t.Helper()
			if got := e.take(); got != want {
				t.Errorf("the card goes to %q, want %q", got, want)
			}
		}
		takes("")
		e.choose("training", "创业培训")
		time.Sleep(choiceHolds - time.Second)
		takes("training")
		takes("")
		e.choose("training", "创业培训")
		time.Sleep(choiceHolds)
		takes("")
		e.choose("training", "创业培训")
		e.choose("match", "快速对接")
		takes("match")
		time.Sleep(choiceHolds) // the timers of the greetings end
	})
}

func TestEntranceSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var changes atomic.Int32
		e := &entrance{change: func() { changes.Add(1) }}
		says := func(want string) {
			t.Helper()
			if got := e.says(); got != want {
				t.Errorf("says %q, want %q", got, want)
			}
		}
		e.choose("match", "快速对接")
		says("已选“快速对接”，请刷身份证")
		e.greet(hall.Greet{Ticket: "A001", Text: "登记成功，请等候叫号"})
		says("A001 登记成功，请等候叫号")
		time.Sleep(greetingStands)
		synctest.Wait()
		says("")
		if n := changes.Load(); n != 3 {
			t.Errorf("the display was told of %d changes, want 2 and the end of the last", n)
		}
		e.greet(hall.Greet{Ticket: "A002", Text: "您今天的号码是A002"})
		says("您今天的号码是A002")
		time.Sleep(choiceHolds)
	})
}
