package hall

import (
	"slices"
	"time"
)

// RentalView is a rental as staff see it. Sums are yuan in decimal strings.
type RentalView struct {
	Rental    string      `json:"rental"`
	State     RentalState `json:"state"`
	StateName string      `json:"state_name"`          // 待审批
	NextStep  string      `json:"next_step,omitempty"` // what to do now, in the clerk's words
	Person    string      `json:"person"`
	Last4     string      `json:"last4"`
	Tool      string      `json:"tool"` // the first; all of them are in lines
	Lines     []LineView  `json:"lines"`
	Trade     string      `json:"trade,omitempty"`
	Deposit   Fen         `json:"deposit"`
	Held      Fen         `json:"held"`
	Due       Fen         `json:"due"`
	Staff     string      `json:"staff"`
	Approver  string      `json:"approver,omitempty"`
	Stub      string      `json:"stub,omitempty"`    // of the signed contract
	ToSign    string      `json:"to_sign,omitempty"` // stub that waits for a signature now
	Receipt   string      `json:"receipt,omitempty"`
	Binding   string      `json:"binding,omitempty"` // of the paper that was signed or is to be
	Overdue   bool        `json:"overdue"`
	Bill      *Bill       `json:"bill,omitempty"` // once inspected: what settling will come to
	Requested time.Time   `json:"requested"`
}

// LineView is one tool of a rental as staff see it.
type LineView struct {
	Tool        string     `json:"tool"`
	Name        string     `json:"name"`
	Class       Class      `json:"class"`
	Type        string     `json:"type,omitempty"`
	Price       Price      `json:"price"`
	PriceText   string     `json:"price_text"`
	Deposit     Fen        `json:"deposit"`
	State       ToolState  `json:"state"`
	Door        DoorID     `json:"door,omitempty"`
	Accessories []string   `json:"accessories,omitempty"`
	Safety      []string   `json:"safety,omitempty"`    // to be shown before signing
	Checklist   []string   `json:"checklist,omitempty"` // to be asked at the inspection
	MustTick    bool       `json:"must_tick"`           // each point of it wants an answer
	Passed      []string   `json:"passed,omitempty"`
	Failed      []string   `json:"failed,omitempty"`
	Missing     []string   `json:"missing,omitempty"`
	Result      string     `json:"result,omitempty"`
	Deduct      Fen        `json:"deduct"`
	Out         *time.Time `json:"out,omitempty"`
	In          *time.Time `json:"in,omitempty"`
	For         string     `json:"for,omitempty"`
	MaySwap     bool       `json:"may_swap"` // another tool may take its place now
}

func (h *Hall) lineView(l Line) LineView {
	v := LineView{
		Tool: l.Tool, Name: l.Name, Class: l.Class, Type: l.Type, Price: l.Price, PriceText: l.Price.text(), Deposit: l.Deposit,
		State: l.State, Accessories: slices.Clone(l.Accessories), Safety: h.cfg.Rental.Types[l.Type].Safety,
		Checklist: h.checklist(l.Type), MustTick: h.mustTick(l.Type),
		Passed: slices.Clone(l.Passed), Failed: slices.Clone(l.Failed), Missing: slices.Clone(l.Missing), Result: l.Result, Deduct: l.Deduct, Out: when(l.Out), In: when(l.In), For: l.For,
	}
	if t := h.Tools[l.Tool]; t != nil {
		v.Door = t.Door
	}
	return v
}

// nextStep is what to do now for a rental, in the clerk's words: first of all what
// is under way at a door.
func (h *Hall) nextStep(r *Rental) string {
	for _, o := range h.ops() {
		if verb := atDoor[o.Purpose]; verb != "" && o.About == r.ID && o.State == OpOpen {
			return verb + o.Tool + "并关好柜门" + string(o.Door)
		}
	}
	return nextStep[r.State]
}

// atDoor is what is done with the tool while its door stands open.
var atDoor = map[Purpose]string{ForHandover: "取走", ForReturn: "放回"}

// when is a stamp's time, or nil before it happened.
func when(s Stamp) *time.Time {
	if s.Time.IsZero() {
		return nil
	}
	return &s.Time
}

func (h *Hall) rentalView(r *Rental) RentalView {
	v := RentalView{
		Rental: r.ID, State: r.State, StateName: stateName[r.State], NextStep: h.nextStep(r),
		Person: r.Person.Ref, Last4: r.Person.Last4, Lines: make([]LineView, len(r.Lines)), Trade: r.Trade,
		Deposit: r.deposit(), Held: r.Held, Due: r.Due, Staff: r.By, Approver: r.Approver, Stub: r.Stub,
		Receipt: r.Receipt, Binding: r.Binding, Bill: r.Bill, Requested: r.Requested.Time,
	}
	switch r.State { //nolint:exhaustive // no other state waits for a signature
	case Approved:
		v.ToSign, v.Binding = r.Contract.Stub, r.Contract.Binding
	case Inspected, Lost: // the bill is shown before it is owed
		b := r.bill()
		v.Bill, v.ToSign, v.Binding = &b, r.Return.Stub, r.Return.Binding
	}
	for i, l := range r.Lines {
		v.Lines[i] = h.lineView(l)
		v.Lines[i].MaySwap = h.swappable(r, &l)
		v.Overdue = v.Overdue || l.Overdue && l.State == ToolOut
	}
	if len(r.Lines) > 0 {
		v.Tool = r.Lines[0].Tool
	}
	return v
}

// Rental gives one rental.
func (h *Hall) Rental(id string) (RentalView, error) {
	r, err := h.rental(id)
	if err != nil {
		return RentalView{}, err
	}
	return h.rentalView(r), nil
}

// RentalFilter chooses rentals; an empty field lets all pass.
type RentalFilter struct {
	State  RentalState
	Person string // ref
	Tool   string
	Open   bool // only those of which something is still to be done or paid
}

func (f RentalFilter) passes(r *Rental) bool {
	return (f.State == "" || r.State == f.State) &&
		(f.Person == "" || r.Person.Ref == f.Person) &&
		(f.Tool == "" || r.line(f.Tool) != nil) &&
		(!f.Open || r.open() || r.Due > 0)
}

// FindRentals gives the known rentals that pass a filter, by number.
func (h *Hall) FindRentals(f RentalFilter) []RentalView {
	list := []RentalView{}
	for _, r := range h.rentals() {
		if f.passes(r) {
			list = append(list, h.rentalView(r))
		}
	}
	return list
}

// ListRentals gives every rental that is known, by number.
func (h *Hall) ListRentals() []RentalView { return h.FindRentals(RentalFilter{}) }

// viewOf answers with a rental as it stands after the records were applied.
func viewOf(id string) func(*Hall) (any, error) {
	return func(h *Hall) (any, error) { return h.Rental(id) }
}
