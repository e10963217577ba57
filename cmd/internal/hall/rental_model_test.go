package hall

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var modelSteps = flag.Int("hall.steps", 100, "steps of each random history of rentals")

// model drives a hall at random and watches what may never happen.
type model struct {
	story
	rt    *rapid.T
	money map[string]Fen // deposit held by rental, reckoned from the records alone
	drawn Sums
	steps map[string]RentalState // what the records said of each rental
	doors map[string]bool        // effects that a record announced
}

func TestRentalModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &model{
			story: *begin(t), rt: rt, money: map[string]Fen{}, steps: map[string]RentalState{}, doors: map[string]bool{},
		}
		m.cfg.Rental.OverdueAfter, m.cfg.Rental.InspectWithin, m.cfg.Rental.AjarAfter = 30*time.Hour, time.Hour, time.Minute
		m.cfg.Rental.ApprovalLimit = map[Role]Fen{Approver: 15000}
		m.h = New(m.cfg)
		m.step(born("p1", 1990, 1, 1))
		m.step(ToolAdd{Tool: drill, Staff: "01"})
		m.step(ToolAdd{Tool: spade, Staff: "01"})
		m.step(ToolAdd{Tool: Tool{ID: "LD-01", Name: "梯子", Class: Priced, Price: Price{Rate: 300, Per: PerDay}, Deposit: 5000, Accessories: []string{"脚垫"}}, Staff: "01"})
		m.step(ToolAdd{Tool: Tool{ID: "DR-02", Name: "电锤", Class: Priced, Price: Price{Rate: 900, Per: PerHour}, Deposit: 20000, Door: "A/4"}, Staff: "01"})
		for range *modelSteps {
			if rapid.IntRange(0, 2).Draw(rt, "forward") > 0 {
				m.step(m.forward())
			} else {
				m.step(m.event())
			}
		}
		m.conserved()
		m.replayed()
		m.allComeBack()
	})
}

var (
	modelTools  = []string{"DR-01", "SP-01", "LD-01", "DR-02"}
	modelStaff  = []string{"01", "02", "04", "05"}
	modelPeople = []string{"p1", "p2", "kid"}
)

func pick[T any](m *model, list []T, what string) T { return rapid.SampledFrom(list).Draw(m.rt, what) }

// forward takes a rental one step on, or begins one, as good staff would.
func (m *model) forward() Event {
	var open []string
	for id, r := range m.h.Rentals {
		if r.open() {
			open = append(open, id)
		}
	}
	if v := m.h.Persons["p1"]; v == nil || v.Day != m.h.Day {
		m.at.Trusted = true
		return born("p1", 1990, 1, 1)
	}
	slices.Sort(open)
	for _, id := range modelTools {
		if m.h.Tools[id].State == ToolInRepair || m.h.Tools[id].State == ToolLost {
			return ToolRestore{ID: id, Staff: "01", Reason: "修好"}
		}
	}
	if len(open) == 0 || rapid.IntRange(0, 7).Draw(m.rt, "begin") == 0 {
		tools := rapid.SliceOfNDistinct(rapid.SampledFrom(modelTools), 1, 3, rapid.ID).Draw(m.rt, "tools")
		return RentalRequest{Tools: tools, Person: "p1", Facts: Facts{Birth: Date{1990, 1, 1}}, Staff: "01"}
	}
	r := m.h.Rentals[pick(m, open, "open")]
	l := &r.Lines[rapid.IntRange(0, len(r.Lines)-1).Draw(m.rt, "line")]
	switch rapid.IntRange(0, 15).Draw(m.rt, "aside") {
	case 0:
		return m.timePasses()
	case 1, 2:
		return RentalSwap{Rental: r.ID, Tool: l.Tool, With: pick(m, modelTools, "with"), Staff: "01", Reason: "坏了"}
	case 3:
		last := slices.Max(slices.Collect(maps.Keys(m.h.Rentals)))
		return RentalCorrect{Rental: last, What: CorrectSettlement, Staff: "02", Second: "01", Reason: "写错"}
	case 4:
		return RentalCorrect{Rental: r.ID, What: CorrectInspection, Tool: l.Tool, Staff: "02", Second: "01", Reason: "写错"}
	case 5:
		return ToolRestore{ID: l.Tool, Staff: "01", Reason: "修好"}
	}
	for _, o := range m.h.ops() {
		if o.State == OpOpen {
			return DoorSeen{Door: o.Door, State: DoorLocked}
		}
		if !o.ended() {
			return DecideDoor{Op: o.ID, Decision: pick(m, []string{DecisionDone, DecisionUndone}, "word"), Staff: "01", Reason: "看过"}
		}
	}
	if r.first(ToolReturned) != nil && rapid.Bool().Draw(m.rt, "first") {
		return m.inspection(r.ID)
	}
	switch r.State {
	case Requested:
		return RentalApprove{Rental: r.ID, Staff: "02"}
	case Approved:
		return RentalSign{Rental: r.ID, Staff: "01"}
	case Signed:
		return RentalDeposit{Rental: r.ID, Staff: "01"}
	case Deposited:
		return RentalHandover{Rental: r.ID, Staff: "01"}
	case Out:
		if rapid.IntRange(0, 3).Draw(m.rt, "lose") == 0 {
			return RentalInspect{Rental: r.ID, Result: ResultLost, Deduct: 9000, Staff: "01", Second: "04"}
		}
		return RentalReturn{Rental: r.ID, Staff: "01", ByHand: m.h.look(m.h.Tools[r.first(ToolOut).Tool].Door).Fails > 1, Reason: "柜门故障"}
	case Returned:
		return m.inspection(r.ID)
	}
	return RentalSettle{Rental: r.ID, Staff: "01", Method: pick(m, []string{"", cash}, "method")}
}

func (m *model) inspection(id string) Event {
	e := RentalInspect{Rental: id, Result: ResultOK, Staff: "01"}
	if rapid.Bool().Draw(m.rt, "damaged") {
		e.Result, e.Deduct = ResultDamaged, Fen(rapid.IntRange(0, 40000).Draw(m.rt, "deduct"))
	}
	return e
}

// event is anything that anybody may do, sensible or not.
func (m *model) event() Event {
	staff, tool := pick(m, modelStaff, "staff"), pick(m, modelTools, "tool")
	ids := append(slices.Sorted(maps.Keys(m.h.Rentals)), "R0")
	r := pick(m, ids[max(0, len(ids)-4):], "rental")
	flip := rapid.Bool().Draw(m.rt, "flip")
	switch rapid.IntRange(0, 27).Draw(m.rt, "event") {
	case 0, 1:
		tools := []string{tool}
		if flip {
			tools = append(tools, pick(m, modelTools, "tool2"))
		}
		return RentalRequest{Tools: tools, Person: pick(m, modelPeople, "person"), Facts: Facts{Birth: Date{1990, 1, 1}}, Staff: "01"}
	case 2, 3:
		return RentalApprove{Rental: r, Staff: pick(m, []string{"02", "02", staff}, "approver")}
	case 4, 5:
		return RentalSign{Rental: r, Staff: staff}
	case 6, 7:
		return RentalDeposit{Rental: r, Staff: staff}
	case 8, 9, 10:
		return RentalHandover{Rental: r, Staff: staff, ByHand: flip && tool == "LD-01", Reason: "柜门故障"}
	case 11, 12:
		e := RentalReturn{Rental: r, Staff: staff}
		if flip {
			e.Tool = tool
		}
		return e
	case 13, 14:
		e := RentalInspect{Rental: r, Staff: staff, Result: ResultOK}
		if flip {
			e.Result, e.Deduct, e.Second = pick(m, []string{ResultDamaged, ResultLost}, "result"), Fen(rapid.IntRange(0, 40000).Draw(m.rt, "deduct")), "04"
		}
		return e
	case 15:
		return RentalSettle{Rental: r, Staff: staff, Method: pick(m, []string{"", cash, "微信"}, "method")}
	case 16:
		return RentalCancel{Rental: r, Staff: staff, Reason: "不用了"}
	case 17:
		return RentalSwap{Rental: r, Tool: tool, With: pick(m, modelTools, "with"), Staff: staff, Reason: "坏了"}
	case 18:
		return RentalCorrect{Rental: r, What: pick(m, []string{CorrectSettlement, CorrectInspection, CorrectDeposit}, "what"), Staff: "02", Second: "01", Reason: "写错"}
	case 19:
		return RentalPay{Rental: r, Staff: staff, Amount: Fen(rapid.IntRange(0, 3000).Draw(m.rt, "amount"))}
	case 20:
		if flip {
			return ToolRestore{ID: tool, Staff: "01", Reason: "修好", Cost: 500}
		}
		return ToolRepair{ID: tool, Staff: "01", Reason: "异响"}
	case 21:
		return m.timePasses()
	case 22:
		return RentalLostSlip{Rental: r, Staff: staff, Second: "04", Statement: "S1"}
	case 23:
		if u := m.h.ops(); len(u) > 0 {
			return DecideDoor{Op: u[len(u)-1].ID, Decision: pick(m, []string{DecisionDone, DecisionUndone}, "decision"), Staff: "01", Reason: "看过"}
		}
		return Tick{}
	case 24:
		return DoorSeen{Door: pick(m, []DoorID{"A/1", "A/3", "A/4", "A/9"}, "door"), State: pick(m, []DoorState{DoorOpen, DoorLocked, DoorUnknown}, "state")}
	case 25:
		if flip {
			return Store{Person: "p1", Staff: staff}
		}
		return Fetch{Person: "p1", Staff: staff}
	case 26:
		return born(pick(m, modelPeople, "card"), 1990, 1, 1)
	default:
		return RentalContract{Rental: r, Staff: staff}
	}
}

// timePasses lets time pass, sometimes with a restart or a clock that jumps.
func (m *model) timePasses() Event {
	d := time.Duration(rapid.IntRange(1, 600).Draw(m.rt, "minutes")) * time.Minute
	m.later(d)
	switch rapid.IntRange(0, 5).Draw(m.rt, "clock") {
	case 0:
		m.at.Boot, m.at.Uptime = fmt.Sprintf("b%d", len(m.ledger)), 20*time.Second
		return Start{}
	case 1:
		m.at.Trusted = !m.at.Trusted
	}
	return Tick{}
}

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
			m.watched(SlipResult{Job: e.Job.ID, State: JobPrinted})
		case OpenDoor:
			if !m.doors[e.Op] {
				m.rt.Fatalf("door %s moves without a record", e.Door)
			}
			delete(m.doors, e.Op)
			m.watched(DoorOutcome{Op: e.Op, State: pick(m, []OpState{OpOpen, OpOpen, OpOpen, OpFailed, OpUnknown}, "outcome")})
			if rapid.IntRange(0, 3).Draw(m.rt, "shut") > 0 {
				m.watched(DoorSeen{Door: e.Door, State: DoorLocked})
			}
		}
	}
}

func (m *model) watched(ev Event) {
	before := len(m.ledger)
	held := maps.Clone(m.h.Rentals)
	states := map[string]RentalState{}
	for id, r := range held {
		states[id] = r.State
	}
	if len(m.ledger)%32 == 0 {
		before := snapshot(m.t, m.h)
		if _, _ = m.h.Handle(m.at, ev); snapshot(m.t, m.h) != before {
			m.rt.Fatalf("handling %T changed the hall", ev)
		}
	}
	out, err := m.h.Handle(m.at, ev)
	for _, d := range out.Data {
		raw, err := json.Marshal(d)
		if err != nil {
			m.rt.Fatal(err)
		}
		m.ledger = append(m.ledger, stored{d.Kind(), m.at, raw})
		apply(m.t, m.h, m.ledger[len(m.ledger)-1])
	}
	m.effects = append(m.effects, out.Effects...)
	var no *Refusal
	if err != nil && (!errors.As(err, &no) || len(out.Data)+len(out.Effects) > 0) {
		m.rt.Fatalf("%T: %v with %d records", ev, err, len(out.Data))
	}
	if out.Reply != nil {
		if reply, err := out.Reply(m.h); err == nil {
			if _, err := json.Marshal(reply); err != nil {
				m.rt.Fatalf("%T: %v", ev, err)
			}
		}
	}
	for _, rec := range m.ledger[before:] {
		d, _ := Decode(rec.kind, rec.raw)
		m.follow(d, states)
	}
	m.once()
}

// follow reckons money and steps from the records alone.
func (m *model) follow(d Data, before map[string]RentalState) {
	switch d := d.(type) {
	case *RentalRequested:
		m.steps[d.Rental] = Requested
	case *RentalApproved:
		m.steps[d.Rental] = Approved
	case *RentalSigned:
		if m.steps[d.Rental] != Approved {
			m.rt.Fatalf("%s signed as %s", d.Rental, m.steps[d.Rental])
		}
		m.steps[d.Rental] = Signed
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
	case *RentalSettled:
		b := d.Bill
		if b.Fee+b.Deduction+b.Refund != b.Deposit+b.Due || b.Refund < 0 || b.Due < 0 || b.Refund > 0 && b.Due > 0 {
			m.rt.Fatalf("a bill that does not add up: %+v", b)
		}
	case *DoorOpening:
		m.doors[d.Op] = true
		if d.Purpose == ForHandover && (m.steps[d.About] != Signed || m.money[d.About] <= 0 || before[d.About] != Deposited) {
			m.rt.Fatalf("%s opens for %s, which is %s with %s held", d.Door, d.About, m.steps[d.About], m.money[d.About])
		}
	case *RentalOut:
		if m.money[d.Rental] <= 0 {
			m.rt.Fatalf("%s left without a deposit", d.Tool)
		}
	}
	for id, sum := range m.money {
		if sum < 0 {
			m.rt.Fatalf("%s gave back more than it held", id)
		}
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

// allComeBack checks that a tool that is out can be brought back, whatever the
// rest of the hall is like.
func (m *model) allComeBack() {
	for id, r := range m.h.Rentals {
		for i := range r.Lines {
			if r.Lines[i].State != ToolOut {
				continue
			}
			if _, err := m.h.Handle(m.at, RentalReturn{Rental: id, Tool: r.Lines[i].Tool, Staff: "01", ByHand: true, Reason: "收回"}); err != nil {
				m.rt.Fatalf("%s of %s cannot come back: %v", r.Lines[i].Tool, id, err)
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
