package cmd_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// plug pulls the plug of the box and puts it back: everybody signs in again.
func (h *theatre) plug(t *testing.T, people ...*staff) {
	t.Helper()
	h.kill(t)
	h.wake(t, people...)
}

func (h *theatre) wake(t *testing.T, people ...*staff) {
	t.Helper()
	h.start(t)
	for _, p := range people {
		var r *refusal
		if err := p.call("queue", nil, nil); !errors.As(err, &r) || r.status != http.StatusUnauthorized {
			t.Errorf("a session of before the restart gives %v, want 401", err)
		}
		p.again(t)
	}
}

// still checks that since a restart no door has moved and no slip has come by
// itself.
func (h *theatre) still(t *testing.T, pulses int, when string) {
	t.Helper()
	if slips := h.papers(t); len(slips) != 0 {
		t.Errorf("%s: slips were printed by themselves: %q", when, slips)
	}
	if n := len(h.hw.Locker.Pulses()); n != pulses {
		t.Errorf("%s: %d doors moved by themselves", when, n-pulses)
	}
}

// closed checks that the money of a settled rental of n tools, one of them
// damaged, adds up.
func (s *staff) closed(t *testing.T, rental string, n int) {
	t.Helper()
	if r := s.rental(t, rental); r.State != "settled" || r.Held != "0.00" || r.Due != "0.00" {
		t.Errorf("got %+v at the end, want it settled with nothing held and nothing due", r)
	}
	var book struct {
		DepositIn    string `json:"deposit_in"`
		DepositOut   string `json:"deposit_out"`
		Kept         string `json:"kept"`
		Rent         string `json:"rent"`
		Compensation string `json:"compensation"`
	}
	s.must(t, "cash", nil, &book)
	yuan := func(n int) string { return fmt.Sprintf("%d.00", n) }
	if book.DepositIn != yuan(200*n) || book.DepositOut != yuan(195*n-20) || book.Kept != yuan(5*n+20) || book.Rent != yuan(5*n) || book.Compensation != "20.00" {
		t.Errorf("got the day's book %+v, want 200.00 taken once for each of %d tools, 5.00 rent for each and 20.00 compensation", book, n)
	}
	s.h.ctl(t, nil, "ledger", "verify")
}

// TestRentalOverTheInterface pulls the plug behind every step of a priced rental
// that goes by session cookie and JSON: what was told to a person is still true,
// and nothing moves or prints by itself.
func TestRentalOverTheInterface(t *testing.T) {
	h, keeper, head := lending(t, 3)
	r := keeper.request(t, 3)
	h.plug(t, keeper, head)
	if now := keeper.rental(t, r.Rental); now.State != "requested" {
		t.Errorf("got state %q after a kill behind the request", now.State)
	}
	for i, s := range steps {
		for _, later := range steps[i+1:] {
			var no *refusal
			if err := later.take(keeper, head, r.Rental, ""); !errors.As(err, &no) || no.status != http.StatusConflict {
				t.Errorf("%s before %s gives %v, want 409", later.verb, s.verb, err)
			}
		}
		if err := s.take(keeper, head, r.Rental, ""); err != nil {
			t.Fatalf("%s: %v\n%s", s.verb, err, h.logs.String())
		}
		if s.door {
			h.hw.Locker.PushShut(3)
			until(t, "the rental is "+s.state+" and its door seen shut", func() bool {
				return keeper.rental(t, r.Rental).State == s.state && !keeper.busy(t, "A/3")
			})
		}
		h.take(t, s.slips)
		pulses := len(h.hw.Locker.Pulses())
		h.plug(t, keeper, head)
		if now := keeper.rental(t, r.Rental); now.State != s.state {
			t.Errorf("got state %q after a kill behind %q, want %q", now.State, s.verb, s.state)
		}
		h.still(t, pulses, "after a kill behind "+s.verb)
	}
	keeper.closed(t, r.Rental, 1)
}

// busy reports whether an opening of a door has not ended.
func (s *staff) busy(t *testing.T, door string) bool {
	t.Helper()
	return s.opening(t, door) != ""
}

// opening is the number of a door's opening that has not ended, or empty.
func (s *staff) opening(t *testing.T, door string) (op string) {
	t.Helper()
	var doors []struct{ Door, Op string }
	s.must(t, "doors", nil, &doors)
	for _, d := range doors {
		if d.Door == door {
			op = d.Op
		}
	}
	return op
}

// TestKillInTheMiddleOfADoor pulls the plug at moments of hand-overs and returns.
// Whoever looks at the door then can always go on; each tool goes out once and
// comes back once.
func TestKillInTheMiddleOfADoor(t *testing.T) {
	doors := []int{3, 4, 5, 6}
	h, keeper, head := lending(t, doors...)
	r := keeper.request(t, doors...)
	for _, s := range steps[:3] {
		if err := s.take(keeper, head, r.Rental, ""); err != nil {
			t.Fatal(err)
		}
	}
	h.take(t, 4) // contract and deposit slip, in two copies
	chance := rand.New(rand.NewPCG(1, 2))
	for _, s := range steps[3:5] {
		for _, door := range doors {
			for round := 0; keeper.rental(t, r.Rental).of(toolAt(door)) != s.state; round++ {
				if round == 12 {
					t.Fatalf("the %s does not come to its end", s.verb)
				}
				h.cut(t, s, time.Duration(chance.IntN(250))*time.Millisecond, keeper, head, r.Rental, door)
			}
		}
	}
	for i, door := range doors {
		body := map[string]any{"rental": r.Rental, "tool": toolAt(door), "result": "ok", "present": all, "passed": all}
		if i == 0 {
			body["result"], body["deduct"] = "damaged", "20.00"
		}
		keeper.must(t, "rental/inspect", body, nil)
	}
	keeper.must(t, "rental/settle", map[string]any{"rental": r.Rental}, nil)
	keeper.closed(t, r.Rental, len(doors))
	var records []struct{ Type string }
	keeper.must(t, "ledger?last=1000", nil, &records)
	for _, kind := range []string{"hall.rental.out", "hall.rental.returned"} {
		n := 0
		for _, d := range records {
			if d.Type == kind {
				n++
			}
		}
		if n != len(doors) {
			t.Errorf("the ledger has %d records %s, want %d", n, kind, len(doors))
		}
	}
}

// of is the state of a tool of the rental.
func (r rentalNow) of(tool string) string {
	for _, l := range r.Lines {
		if l.Tool == tool {
			return l.State
		}
	}
	return ""
}

// cut takes a step at a door and pulls the plug a moment later. A person then
// looks at the door, shuts it, and says what the hall could not see.
func (h *theatre) cut(t *testing.T, s step, after time.Duration, keeper, head *staff, rental string, door int) {
	t.Helper()
	before := len(h.hw.Locker.Pulses())
	told := make(chan error, 1)
	go func() { told <- s.take(keeper, head, rental, toolAt(door)) }()
	time.Sleep(after)
	h.kill(t)
	err := <-told
	time.Sleep(500 * time.Millisecond) // what is on the wire still arrives
	opened := len(h.hw.Locker.Pulses()) - before
	if opened > 1 {
		t.Errorf("one %s opened %d doors", s.verb, opened)
	}
	h.wake(t, keeper, head)
	h.still(t, before+opened, fmt.Sprintf("after a kill %v into the %s", after, s.verb))
	if state := keeper.rental(t, rental).of(toolAt(door)); err == nil && s.verb == "handover" && state != s.state {
		t.Errorf("the tool is %q although the %s was told to be done", state, s.verb)
	}
	h.hw.Locker.PushShut(door)
	op := keeper.opening(t, doorID(door))
	decision := map[bool]string{true: "done", false: "undone"}[opened == 1]
	until(t, "nothing is left in doubt at the door", func() bool {
		if now := keeper.opening(t, doorID(door)); now == "" || now != op {
			return true
		}
		return keeper.call("door/decide", map[string]any{"op": op, "decision": decision, "reason": "到柜前看过"}, nil) == nil
	})
}

// TestCablesPulledDuringARental: a dead locker, reader or printer is told in
// words, loses nothing, and goes on where it was.
func TestCablesPulledDuringARental(t *testing.T) {
	h, keeper, head := lending(t, 3)
	r := keeper.request(t, 3)
	h.pull(t, keeper, "printer", "printer")
	for _, s := range steps[:3] {
		err := s.take(keeper, head, r.Rental, "")
		if s.verb == "sign" { // nothing is signed that is not on paper, unless in a numbered book
			var no *refusal
			if !errors.As(err, &no) || !strings.Contains(no.text, "还没有打印出来") {
				t.Errorf("signing what is not printed gives %v", err)
			}
			err = keeper.call("rental/sign", map[string]any{"rental": r.Rental, "stub": "册1-007"}, nil)
		}
		if err != nil {
			t.Fatalf("%s without a printer: %v", s.verb, err)
		}
	}
	if slips := h.papers(t); len(slips) != 0 {
		t.Errorf("a printer without a cable printed %q", slips)
	}
	h.replug(t, keeper, "printer", "printer")
	var slips string
	until(t, "contract and deposit slip come, both copies", func() bool {
		slips += strings.Join(h.slips.take(), "")
		return strings.Count(slips, "客户联") == 2 && strings.Count(slips, "存根联") == 2
	})
	if more := h.papers(t); len(more) != 0 {
		t.Errorf("the printer is back and prints too much: %q", more)
	}

	h.pull(t, keeper, "lockers", "locker/A")
	var no *refusal
	if err := steps[3].take(keeper, head, r.Rental, ""); !errors.As(err, &no) || no.status != http.StatusConflict || !strings.Contains(no.text, "A/3") {
		t.Errorf("a hand-over through a locker without a cable gives %v, want a sentence about door A/3", err)
	}
	if state := keeper.rental(t, r.Rental).State; state != "deposited" {
		t.Errorf("got state %q, want deposited: the door did not open", state)
	}
	h.replug(t, keeper, "lockers", "locker/A")
	if op := keeper.opening(t, "A/3"); op != "" { // the hall could not see the door
		keeper.must(t, "door/decide", map[string]any{"op": op, "decision": "undone", "reason": "到柜前看过，门关着"}, nil)
	}
	if err := steps[3].take(keeper, head, r.Rental, ""); err != nil {
		t.Fatalf("the hand-over after the cable is back: %v\n%s", err, h.logs.String())
	}

	h.pull(t, keeper, "reader", "reader")
	h.hw.Locker.PushShut(3) // which the hall has not seen yet
	if err := steps[4].take(keeper, head, r.Rental, ""); err != nil {
		t.Fatalf("the return without a reader: %v", err)
	}
	h.hw.Locker.PushShut(3)
	until(t, "the tool is back", func() bool { return keeper.rental(t, r.Rental).State == "returned" })
	for _, s := range steps[5:] {
		if err := s.take(keeper, head, r.Rental, ""); err != nil {
			t.Fatalf("%s: %v", s.verb, err)
		}
	}
	keeper.closed(t, r.Rental, 1)
}

// pull pulls a cable and waits until staff are told.
func (h *theatre) pull(t *testing.T, s *staff, cable, device string) {
	t.Helper()
	if err := h.hw.Cables[cable].Pull(); err != nil {
		t.Fatal(err)
	}
	until(t, "the fault of "+device+" is known", func() bool { return s.fault(t, device) != "" })
}

func (h *theatre) replug(t *testing.T, s *staff, cable, device string) {
	t.Helper()
	if err := h.hw.Cables[cable].Plug(); err != nil {
		t.Fatal(err)
	}
	until(t, device+" works again", func() bool { return s.fault(t, device) == "" })
}

func (s *staff) fault(t *testing.T, device string) string {
	t.Helper()
	var list []struct{ Device, Fault string }
	s.must(t, "devices", nil, &list)
	if i := slices.IndexFunc(list, func(d struct{ Device, Fault string }) bool { return d.Device == device }); i >= 0 {
		return list[i].Fault
	}
	return ""
}
