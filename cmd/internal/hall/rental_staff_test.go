package hall

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"
)

// forward is what good staff do next: they keep the clock right and the visitor
// registered, see to doors and broken tools, have debts paid, and take a rental
// one step on, or aside where its state allows it.
func (m *model) forward() Event {
	if !m.at.Trusted || m.offset != 0 {
		if !m.oneIn(4, "wrong clock stays") {
			m.at.Trusted = true
			m.set(0)
		}
	}
	if next, _ := m.h.opens(m.at.Time, 7); next.After(m.at.Time) && !m.oneIn(4, "at night") {
		m.pass(next.Sub(m.at.Time))
		return Tick{}
	}
	if v := m.h.Persons["p1"]; v == nil || v.Day != m.h.Day {
		return born("p1", 1990, 1, 1)
	}
	if m.oneIn(12, "time passes") {
		return m.timePasses()
	}
	if ev := m.chore(); ev != nil {
		return ev
	}
	open := m.open()
	if len(open) == 0 || m.oneIn(8, "begin") {
		tools := rapid.SliceOfNDistinct(rapid.SampledFrom(modelTools), 1, 3, rapid.ID).Draw(m.rt, "tools")
		return RentalRequest{Tools: tools, Person: "p1", Staff: "01"}
	}
	r := m.h.Rentals[pick(m, open, "open")]
	return pick(m, m.wishes(r), "wish")
}

// open lists the rentals of which something is still to be done.
func (m *model) open() (list []string) {
	for _, r := range m.h.rentals() {
		if r.open() {
			list = append(list, r.ID)
		}
	}
	return list
}

// chore is what waits beside the rentals, or nil.
func (m *model) chore() Event {
	for _, o := range m.h.ops() {
		if o.State == OpOpen {
			return DoorSeen{Door: o.Door, State: DoorLocked}
		}
		if !o.ended() {
			return DecideDoor{Op: o.ID, Decision: pick(m, []string{DecisionDone, DecisionUndone}, "word"), Staff: "01", Reason: "看过"}
		}
	}
	for _, id := range modelTools {
		if t := m.h.Tools[id]; t.State == ToolInRepair || t.State == ToolLost && m.oneIn(6, "found") {
			return ToolRestore{ID: id, Staff: "01", Second: "02", Reason: "修好"}
		}
		if door := m.h.Tools[id].Door; m.h.look(door).Fails > 1 && m.oneIn(3, "door repaired") {
			return SetDoor{Door: door, Staff: "03", Reason: "修好"}
		}
	}
	for _, r := range m.h.rentals() {
		if r.Due == 0 || m.oneIn(4, "debt stays") {
			continue
		}
		e := RentalPay{Rental: r.ID, Due: r.Due, Staff: "01"}
		if m.oneIn(2, "part") {
			e.Amount = Fen(rapid.Int64Range(1, int64(r.Due)).Draw(m.rt, "amount"))
		}
		return e
	}
	return nil
}

// wishes are what may be done with a rental in its state; the ordinary step
// stands there several times.
func (m *model) wishes(r *Rental) (list []Event) {
	often := func(ev Event) { list = append(list, ev, ev, ev, ev) }
	add := func(ev ...Event) { list = append(list, ev...) }
	cancel := RentalCancel{Rental: r.ID, Staff: "01", Reason: "不用了"}
	switch r.State {
	case Requested:
		often(RentalApprove{Rental: r.ID, Staff: "02"})
		add(RentalApproveByCounty{Rental: r.ID, By: "张"}, RentalApproveByCounty{Rental: r.ID, Refuse: true}, RentalRefuse{Rental: r.ID, Staff: "02", Reason: "已满"}, cancel)
	case Approved:
		often(RentalSign{Rental: r.ID, Staff: "01"})
		add(RentalSign{Rental: r.ID, Stub: fmt.Sprintf("%07d", len(m.ledger)), Staff: "01"}, RentalContract{Rental: r.ID, Staff: "01"}, cancel)
	case Signed:
		often(RentalDeposit{Rental: r.ID, Method: pick(m, []string{"", "微信"}, "method"), Staff: "01"})
		add(cancel)
	case Deposited:
		if late := r.first(ToolOut); late != nil && late.Overdue {
			often(RentalRemind{Rental: r.ID, Staff: "01"})
		}
		l := r.first(ToolReserved)
		door := m.h.Tools[l.Tool].Door
		often(RentalHandover{Rental: r.ID, Staff: "01", ByHand: m.h.look(door).Fails > 1, Reason: "柜门故障"})
		add(RentalHandover{Rental: r.ID, Staff: "01", ByHand: true, Reason: "用钥匙打开"})
		add(m.swap(r, l), cancel, RentalCorrect{Rental: r.ID, What: CorrectDeposit, Staff: "02", Second: "01", Reason: "收错"})
	case Out, Returned, Inspected, Lost:
		m.toTheEnd(r, often, add)
	case Settled, Refused, Cancelled:
	}
	return append(list, m.aside(r)...)
}

// toTheEnd adds what may be done once all tools of a rental have left.
func (m *model) toTheEnd(r *Rental, often func(Event), add func(...Event)) {
	switch r.State {
	case Out:
		l := r.first(ToolOut)
		often(RentalReturn{Rental: r.ID, Tool: l.Tool, Staff: "01", ByHand: m.h.look(m.h.Tools[l.Tool].Door).Fails > 1, Reason: "柜门故障"})
		add(RentalInspect{Rental: r.ID, Tool: l.Tool, Result: ResultLost, Deduct: 9000, Staff: "01", Second: "04"})
		if l.Overdue {
			often(RentalRemind{Rental: r.ID, Staff: "01"})
			often(RentalRemind{Rental: r.ID, Staff: "01"})
		}
	case Returned:
		add(m.inspection(r, r.first(ToolReturned)))
	case Lost:
		add(RentalReturn{Rental: r.ID, Staff: "01", ByHand: true, Reason: "找到"})
		fallthrough
	default:
		often(RentalSettle{Rental: r.ID, Staff: "01", Method: pick(m, []string{"", cash, "微信"}, "method"), Receipt: pick(m, []string{"", r.Receipt}, "receipt")})
		add(RentalContract{Rental: r.ID, Staff: "01"}, RentalSettle{Rental: r.ID, Stub: fmt.Sprintf("%07d", len(m.ledger)), Staff: "01"})
	}
}

// aside is what may happen to one tool of a rental in whatever state the whole is.
func (m *model) aside(r *Rental) (list []Event) {
	l := &r.Lines[rapid.IntRange(0, len(r.Lines)-1).Draw(m.rt, "line")]
	switch l.State {
	case ToolOut:
		list = append(list, RentalReturn{Rental: r.ID, Tools: []string{l.Tool}, Staff: "01", ByHand: m.oneIn(2, "by hand"), Reason: "柜门故障"})
	case ToolReturned:
		list = append(list, m.inspection(r, l), m.swap(r, l))
	case ToolInRepair:
		list = append(list, m.swap(r, l))
	default:
	}
	if l.Result != "" {
		list = append(list, RentalCorrect{Rental: r.ID, What: CorrectInspection, Tool: l.Tool, Staff: "02", Second: "01", Reason: "写错"})
	}
	if r.Held > 0 && m.oneIn(4, "slip lost") {
		list = append(list, RentalLostSlip{
			Rental: r.ID, Statement: fmt.Sprintf("S%d", len(m.ledger)), Document: pick(m, []string{"", "过期身份证"}, "document"), Staff: "01", Second: "04",
		})
	}
	if last := slices.Max(slices.Collect(maps.Keys(m.h.Rentals))); m.h.Rentals[last].State == Settled {
		list = append(list, RentalCorrect{Rental: last, What: CorrectSettlement, Staff: "02", Second: "01", Reason: "写错"})
	}
	return list
}

func (m *model) swap(r *Rental, l *Line) Event {
	return RentalSwap{Rental: r.ID, Tool: l.Tool, With: pick(m, modelTools, "with"), Staff: "01", Reason: "坏了"}
}

// inspection is a keeper's look at a tool, with every point and part answered.
func (m *model) inspection(r *Rental, l *Line) Event {
	e := RentalInspect{
		Rental: r.ID, Tool: l.Tool, Passed: []string{All}, Present: []string{All}, Staff: "01",
		Result: pick(m, []string{ResultOK, ResultOK, ResultDamaged, ResultIncomplete}, "result"),
	}
	switch {
	case e.Result == ResultDamaged:
		e.Deduct, e.Failed = Fen(rapid.IntRange(0, 40000).Draw(m.rt, "deduct")), m.h.checklist(l.Type)[:1]
	case e.Result == ResultIncomplete && len(l.Accessories) == 0:
		e.Result = ResultOK
	case e.Result == ResultIncomplete:
		e.Missing = []string{pick(m, l.Accessories, "missing")}
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
		return RentalRequest{Tools: tools, Person: pick(m, modelPeople, "person"), Staff: "01"}
	case 2, 3:
		return RentalApprove{Rental: r, Staff: pick(m, []string{"02", "02", staff}, "approver")}
	case 4, 5:
		return RentalSign{Rental: r, Staff: staff, Stub: pick(m, []string{"", r + "-2", r + "-J1", "0000001"}, "stub")}
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
		return RentalSettle{Rental: r, Staff: staff, Method: pick(m, []string{"", cash, "微信"}, "method"), Stub: pick(m, []string{"", r + "-J1", r, "0000001"}, "stub")}
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

// timePasses lets time pass, sometimes with a restart, after which the clock is
// right, or with a clock that is set wrong and believed, or no longer believed.
func (m *model) timePasses() Event {
	most := 90
	if m.oneIn(3, "long") {
		most = 48 * 60
	}
	m.pass(time.Duration(rapid.IntRange(1, most).Draw(m.rt, "minutes")) * time.Minute)
	switch rapid.IntRange(0, 7).Draw(m.rt, "clock") {
	case 0:
		m.at.Boot, m.at.Uptime, m.at.Trusted = fmt.Sprintf("b%d", len(m.ledger)), 20*time.Second, true
		m.set(0)
		return Start{}
	case 1:
		m.at.Trusted = !m.at.Trusted
	case 2:
		m.set(time.Duration(rapid.IntRange(-48, 48).Draw(m.rt, "set")) * time.Hour)
	}
	return Tick{}
}

func (m *model) pass(d time.Duration) {
	m.later(d)
	m.now += d
}

// set sets the wall clock, so much ahead of the truth.
func (m *model) set(offset time.Duration) {
	m.at.Time = m.at.Time.Add(offset - m.offset)
	m.offset = offset
}
