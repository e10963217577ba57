package hall

import (
	"encoding/json"
	"errors"
	"flag"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var modelSteps = flag.Int("hall.steps", 0, "steps of each of the hundred random histories of rentals; 0: a thousand, or a hundred with -short or -race")

// historySteps is how long a history is.
func historySteps() int {
	switch {
	case *modelSteps > 0:
		return *modelSteps
	case raced || testing.Short():
		return 100
	}
	return usualSteps
}

const usualSteps = 1000

// model drives a hall at random and watches what may never happen.
type model struct {
	story
	rt     *rapid.T
	seen   coverage
	offset time.Duration            // of the wall clock, which somebody set wrong
	left   map[string]time.Duration // by rental and tool: true time of the hand-over, since the beginning
	now    time.Duration            // true time since the beginning
	money  map[string]Fen           // deposit held by rental, reckoned from the records alone
	drawn  Sums
	steps  map[string]RentalState // what the records said of each rental
	papers map[string]string      // what each stub stands for
	latest map[string]string      // stub by rental and kind of paper
	doors  map[string]bool        // effects that a record announced
}

// TestRentalModel: 10^5 steps, 10^6 with -hall.steps=10000.
func TestRentalModel(t *testing.T) {
	seen := coverage{}
	rapid.Check(t, func(rt *rapid.T) {
		m := newModel(t, rt, seen)
		for range historySteps() {
			if rapid.IntRange(0, 4).Draw(rt, "forward") > 0 {
				m.step(m.forward())
			} else {
				m.step(m.event())
			}
		}
		m.conserved()
		m.replayed()
		m.allComeBack()
	})
	seen.report(t)
}

func newModel(t *testing.T, rt *rapid.T, seen coverage) *model {
	m := &model{
		story: *begin(t), rt: rt, seen: seen, left: map[string]time.Duration{}, money: map[string]Fen{}, steps: map[string]RentalState{},
		papers: map[string]string{}, latest: map[string]string{}, doors: map[string]bool{},
	}
	r := &m.cfg.Rental
	r.OverdueAfter, r.InspectWithin, r.AjarAfter = 30*time.Hour, time.Hour, time.Minute
	r.ApprovalLimit = map[Role]Fen{Approver: 15000}
	r.Checklist = []string{"外观完好"}
	r.Types = map[string]ToolType{"ladder": {Checklist: []string{"踏板", "铰链"}, Accessories: []string{"脚垫", "挂钩"}}}
	m.cfg.Hours = []Hours{{Days: weekdays | 1<<time.Saturday, Open: 7 * hour, Close: 18 * hour}}
	m.h = New(m.cfg)
	m.step(born("p1", 1990, 1, 1))
	second := drill
	second.ID, second.Door, second.Price = "DR-02", "A/4", Price{Rate: 900, Per: PerHour, Round: 15, OpenHours: true}
	for _, tool := range []Tool{drill, spade, second, {
		ID: "LD-01", Name: "梯子", Class: Priced, Type: "ladder", Price: Price{Rate: 300, Per: PerDay, OpenHours: true}, Deposit: 5000,
		PartPrices: map[string]Fen{"脚垫": 500},
	}} {
		m.step(ToolAdd{Tool: tool, Staff: "01"})
	}
	return m
}

var (
	modelTools  = []string{"DR-01", "SP-01", "LD-01", "DR-02"}
	modelStaff  = []string{"01", "02", "04", "05"}
	modelPeople = []string{"p1", "p2", "kid"}
)

func pick[T any](m *model, list []T, what string) T { return rapid.SampledFrom(list).Draw(m.rt, what) }

func (m *model) oneIn(n int, what string) bool { return rapid.IntRange(1, n).Draw(m.rt, what) == n }

// step puts one event before the rules and holds them to what may never happen.
func (m *model) step(ev Event) {
	if due := m.h.Due(m.at); due != nil {
		m.watched(due)
	}
	m.watched(ev)
	for len(m.effects) > 0 {
		m.obey()
	}
}

// obey plays the devices.
func (m *model) obey() {
	for _, e := range m.took() {
		switch e := e.(type) {
		case Print:
			if err := LayOut(e.Job); err != nil {
				m.rt.Fatalf("a %s is printed that nobody can lay out: %v", e.Job.Slip.Template, err)
			}
			m.watched(SlipResult{Job: e.Job.ID, State: JobPrinted})
		case OpenDoor:
			if !m.doors[e.Op] {
				m.rt.Fatalf("door %s moves without a record", e.Door)
			}
			delete(m.doors, e.Op)
			state := pick(m, []OpState{OpOpen, OpOpen, OpOpen, OpOpen, OpFailed, OpUnknown, OpUnsent}, "outcome")
			if state != OpUnsent {
				m.watched(PulseDoor{Op: e.Op})
			}
			m.watched(DoorOutcome{Op: e.Op, State: state, Cause: "offline"})
			if !m.oneIn(4, "left open") {
				m.watched(DoorSeen{Door: e.Door, State: DoorLocked})
			}
		}
	}
}

func (m *model) watched(ev Event) {
	ev = m.judged(ev)
	if len(m.ledger)%512 == 0 {
		was := snapshot(m.t, m.h)
		if _, _ = m.h.Handle(m.at, ev); snapshot(m.t, m.h) != was {
			m.rt.Fatalf("handling %T changed the hall", ev)
		}
	}
	out, err := m.h.Handle(m.at, ev)
	told := slices.DeleteFunc(slices.Clone(out.Effects), func(e Effect) bool { _, ok := e.(Greet); return ok })
	var no *Refusal
	if err != nil && (!errors.As(err, &no) || no.Text == "" || len(out.Data)+len(told) > 0) {
		m.rt.Fatalf("%T: %v with %d records", ev, err, len(out.Data))
	}
	m.seen.event(ev, out, err)
	for _, d := range out.Data {
		m.take(d)
	}
	m.effects = append(m.effects, out.Effects...)
	if len(out.Data) > 0 {
		m.once()
	}
	if out.Reply != nil {
		if reply, err := out.Reply(m.h); err == nil {
			if _, err := json.Marshal(reply); err != nil {
				m.rt.Fatalf("%T: %v", ev, err)
			}
		}
	}
}

// take writes a record down, applies it as it is read back, and follows it.
func (m *model) take(d Data) {
	raw, err := json.Marshal(d)
	if err != nil {
		m.rt.Fatal(err)
	}
	m.ledger = append(m.ledger, stored{d.Kind(), m.at, raw})
	if d, err = Decode(d.Kind(), raw); err != nil {
		m.rt.Fatal(err)
	}
	m.seen.record(d.Kind())
	m.follow(d)
	m.h.Apply(Record{At: m.at, Data: d})
}

// follow reckons money, steps, papers and times from the records alone, before
// they are applied.
func (m *model) follow(d Data) {
	switch d := d.(type) {
	case *RentalRequested:
		m.steps[d.Rental] = Requested
	case *RentalApproved:
		m.steps[d.Rental] = Approved
	case *RentalSwapped:
		m.steps[d.Rental] = Approved
	case *RentalDrawn:
		if what, used := m.papers[d.Stub]; used && what != d.Binding {
			m.rt.Fatalf("stub %s was printed for two contents", d.Stub)
		}
		m.papers[d.Stub], m.latest[d.Rental+d.Paper] = d.Binding, d.Stub
	case *RentalSigned:
		if m.steps[d.Rental] != Approved {
			m.rt.Fatalf("%s signed as %s", d.Rental, m.steps[d.Rental])
		}
		m.signed(d.Rental, PaperContract, d.Stub, d.Binding, d.Typed)
		m.steps[d.Rental] = Signed
	case *RentalSettled:
		m.signed(d.Rental, PaperReturn, d.Stub, d.Binding, d.Typed)
		b := d.Bill
		if b.Fee+b.Deduction+b.Refund != b.Deposit+b.Due || b.Refund < 0 || b.Due < 0 || b.Refund > 0 && b.Due > 0 {
			m.rt.Fatalf("a bill that does not add up: %+v", b)
		}
		for _, l := range b.Lines {
			if fee, ok := byHand(l.Formula); l.Formula != "" && (!ok || fee != l.Fee) {
				m.rt.Fatalf("%s comes to %s by hand, charged is %s", l.Formula, fee, l.Fee)
			}
		}
	case *DoorOpening:
		m.doors[d.Op] = true
		if d.Purpose == ForHandover && (m.steps[d.About] != Signed || m.money[d.About] <= 0 || m.h.Rentals[d.About].State != Deposited) {
			m.rt.Fatalf("%s opens for %s, which is %s with %s held", d.Door, d.About, m.steps[d.About], m.money[d.About])
		}
	case *RentalOut:
		if m.money[d.Rental] <= 0 {
			m.rt.Fatalf("%s left without a deposit", d.Tool)
		}
		m.left[d.Rental+d.Tool] = m.now
	case *RentalReturned:
		m.timed(d.Rental, d.Tool, d.Use)
		if m.h.Rentals[d.Rental].line(d.Tool).State == ToolLost {
			m.seen["a lost tool back"]++
		}
	case *RentalInspected:
		if d.Result == ResultLost {
			m.timed(d.Rental, d.Tool, d.Use)
		}
	}
	m.follows(d)
}

// follows reckons the money.
func (m *model) follows(d Data) {
	switch d := d.(type) {
	case *DepositTaken:
		m.money[d.Rental] += d.Amount
		m.drawn.DepositIn += sumOf(d.Tools)
	case *DepositRefunded:
		m.money[d.Rental] -= d.Amount
		m.drawn.DepositOut += sumOf(d.Tools)
	case *DepositForfeited:
		m.money[d.Rental] -= d.Amount
		m.drawn.Kept += sumOf(d.Tools)
	case *PaymentTaken:
		m.drawn.Paid += sumOf(d.Tools)
	default:
		return
	}
	for id, sum := range m.money {
		if sum < 0 {
			m.rt.Fatalf("%s gave back more than it held", id)
		}
	}
}

// signed checks that what was confirmed is what was printed last.
func (m *model) signed(rental, paper, stub, binding string, typed bool) {
	last := m.latest[rental+paper]
	if m.papers[last] != binding || !typed && stub != last {
		m.rt.Fatalf("%s is signed on %s for %s; the %s printed last is %s for %s", rental, stub, binding, paper, last, m.papers[last])
	}
	if typed && m.papers[stub] != "" {
		m.rt.Fatalf("%s is signed on %s, which was used before", rental, stub)
	}
	if typed {
		m.papers[stub] = binding
	}
}

// timed checks that nobody is charged for longer than a tool was out.
func (m *model) timed(rental, tool string, u Use) {
	if out := m.now - m.left[rental+tool]; u.Used > out || length(u.Open) > out {
		m.rt.Fatalf("%s of %s counts %v, %v of it open; it was out for %v", tool, rental, u.Used, length(u.Open), out)
	}
}

// once checks that no tool is lent twice, and that tools and rentals agree.
func (m *model) once() {
	lent := map[string]string{}
	for id, r := range m.h.Rentals {
		for _, l := range r.Lines {
			if l.State != ToolReserved && l.State != ToolOut && l.State != ToolReturned {
				continue
			}
			if t := m.h.Tools[l.Tool]; t.Rental != id && l.State != ToolReturned || t.Rental == id && t.State != l.State {
				m.rt.Fatalf("%s on %s is %s, the tool itself %s on %q", l.Tool, id, l.State, t.State, t.Rental)
			}
			if l.State == ToolReturned {
				continue
			}
			if other := lent[l.Tool]; other != "" {
				m.rt.Fatalf("%s is on %s and %s", l.Tool, other, id)
			}
			lent[l.Tool] = id
		}
	}
}

// conserved checks that no money was made or lost on the way: the books of the
// tools, of the days and of the whole say what the records say.
func (m *model) conserved() {
	var tools, days Sums
	var drawer Fen
	for _, a := range m.h.Accounts {
		tools.Add(a.Sums)
	}
	for _, d := range m.h.Cash {
		days.Add(d.Sums)
		for _, f := range d.Methods {
			drawer += f
		}
	}
	if tools != days || tools != m.h.Total {
		m.rt.Fatalf("tools %+v, days %+v, whole %+v", tools, days, m.h.Total)
	}
	if tools.DepositIn != m.drawn.DepositIn || tools.DepositOut != m.drawn.DepositOut || tools.Kept != m.drawn.Kept || tools.Paid != m.drawn.Paid {
		m.rt.Fatalf("books %+v, records %+v", tools, m.drawn)
	}
	if drawer != tools.DepositIn-tools.DepositOut+tools.Paid {
		m.rt.Fatalf("drawer %s, books %+v", drawer, tools)
	}
	var held, due Fen
	for id, r := range m.h.Rentals {
		if r.Held != m.money[id] {
			m.rt.Fatalf("%s holds %s, records say %s", id, r.Held, m.money[id])
		}
		held += r.Held
		due += r.Due
	}
	if held != tools.Held() || due != tools.Owed() {
		m.rt.Fatalf("held %s of %s, due %s of %s", held, tools.Held(), due, tools.Owed())
	}
}

// allComeBack checks that a tool that is out, or lost on a rental that is not
// settled, can be brought back, whatever the rest of the hall is like.
func (m *model) allComeBack() {
	for id, r := range m.h.Rentals {
		for i := range r.Lines {
			l := &r.Lines[i]
			if t := m.h.Tools[l.Tool]; l.State != ToolOut && (l.State != ToolLost || !r.open() || t.State != ToolLost) {
				continue
			}
			if _, err := m.h.Handle(m.at, RentalReturn{Rental: id, Tool: l.Tool, Staff: "01", ByHand: true, Reason: "收回"}); err != nil {
				m.rt.Fatalf("%s of %s cannot come back: %v", l.Tool, id, err)
			}
		}
	}
}

func (m *model) replayed() {
	h := New(m.cfg)
	for _, r := range m.ledger {
		d, err := Decode(r.kind, r.raw)
		if err != nil {
			m.rt.Fatal(err)
		}
		h.Apply(Record{At: r.at, Data: d})
	}
	if diff := cmp.Diff(snapshot(m.t, m.h), snapshot(m.t, h)); diff != "" {
		m.rt.Fatalf("the replay differs: %s", diff)
	}
}
