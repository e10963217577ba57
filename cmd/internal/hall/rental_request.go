package hall

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// RentalRequested records an application (申请); its tools are reserved.
type RentalRequested struct {
	Rental string `json:"rental"`
	Day    string `json:"day"`
	Person Person `json:"person"`
	Lines  []Line `json:"lines"`
	Staff  string `json:"staff"`
	Trade  string `json:"trade,omitempty"`
	Note   string `json:"note,omitempty"`

	Trained []string `json:"trained,omitempty"` // courses whose proof staff saw
}

func (*RentalRequested) Kind() Kind        { return "rental.requested" }
func (d *RentalRequested) Subject() string { return d.Rental }
func (d *RentalRequested) Who() *Person    { return &d.Person }

func (d *RentalRequested) apply(h *Hall, at Stamp) {
	count(&h.RentalSeq, d.Rental)
	h.Rentals[d.Rental] = &Rental{
		ID: d.Rental, Day: d.Day, Person: Person{Ref: d.Person.Ref, Last4: d.Person.Last4},
		State: Requested, Lines: slices.Clone(d.Lines), By: d.Staff, Trade: d.Trade, Requested: at,
	}
	for _, l := range d.Lines {
		if t := h.Tools[l.Tool]; t != nil {
			t.State, t.Rental = ToolReserved, d.Rental
		}
	}
}

// RentalRequest applies for tools on behalf of a visitor.
type RentalRequest struct {
	Tools  []string
	Person string // ref or "last"
	Facts  Facts  // see Judged; zero if the hall no longer has them
	Trade  string
	Note   string
	Staff  string

	Trained []string // courses whose proof of attendance staff saw (安全使用)
}

func (e RentalRequest) handle(h *Hall, at Stamp) (Outcome, error) {
	if _, err := h.who(at, e.Staff, Counter, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	ref, err := h.Resolve(e.Person)
	if err != nil {
		return Outcome{}, err
	}
	lines, err := h.rentable(at, e.Tools)
	if err != nil {
		return Outcome{}, err
	}
	if err := h.mayRent(at, ref, e.Facts, lines); err != nil {
		return Outcome{}, err
	}
	if err := h.skilled(ref, e.Trained, lines); err != nil {
		return Outcome{}, err
	}
	d := &RentalRequested{
		Rental: fmt.Sprintf("R%s-%03d", strings.ReplaceAll(h.Day, "-", "")[2:], h.RentalSeq+1), Day: h.Day,
		Person: Person{Ref: ref, Last4: h.Persons[ref].Last4}, Lines: lines, Staff: e.Staff, Trade: e.Trade, Note: e.Note,
		Trained: e.Trained,
	}
	out := Outcome{Data: []Data{d}, Reply: viewOf(d.Rental)}
	if h.preapproved(lines) {
		out.Data = append(out.Data, &RentalApproved{Rental: d.Rental})
	}
	h.toSign(&out, at, &Rental{ID: d.Rental}, e.Staff)
	return out, nil
}

// mostTools is how many tools fit on one slip.
const mostTools = 10

// rentable makes the lines of a request from the tools' numbers.
func (h *Hall) rentable(at Stamp, tools []string) ([]Line, error) {
	switch {
	case len(tools) == 0:
		return nil, refuse("no-tool", "请写明要租的工具（--tool）")
	case len(tools) > mostTools:
		return nil, refuse("too-many", "一张租赁单最多%d件工具", mostTools)
	}
	var lines []Line
	for i, id := range tools {
		if slices.Contains(tools[:i], id) {
			return nil, refuse("twice", "%s写了两次", id)
		}
		t, err := h.lendable(at, id)
		if err != nil {
			return nil, err
		}
		lines = append(lines, h.newLine(t))
	}
	return lines, nil
}

// newLine is a tool as a rental holds on to it, priced by the list in force
// unless it has one of its own.
func (h *Hall) newLine(t *Tool) Line {
	l := Line{
		Tool: t.ID, Name: t.Name, Type: t.Type, Class: t.Class, Price: t.Price, Deposit: t.Deposit,
		Accessories: slices.Clone(t.Accessories), Parts: maps.Clone(t.PartPrices), State: ToolReserved,
	}
	if l.Class == Priced {
		l.Price.Version = cmp.Or(l.Price.Version, h.cfg.Rental.PriceList)
	}
	return l
}

// lendable finds a tool that may leave now: in stock, and not overdue for its
// safety check.
func (h *Hall) lendable(at Stamp, id string) (*Tool, error) {
	t := h.Tools[id]
	switch {
	case t == nil:
		return nil, refuse("unknown-tool", "没有编号为%s的工具", id)
	case t.State != ToolIn:
		return nil, refuse("not-in", "%s（%s）现在是“%s”，不能出租", t.ID, t.Name, toolStateName[t.State])
	}
	if r := h.requestOf(t.ID); r != nil && (r.Change.Action == ActionLoss || r.Change.Action == ActionRetire) {
		return nil, refuse("pending", "%s（%s）已申请%s（%s），等待审批，不能出租", t.ID, t.Name, r.ActionName, r.ID)
	}
	return t, t.checked(at)
}

// checked refuses a tool that is overdue for its safety check.
func (t *Tool) checked(at Stamp) error {
	if t.CheckBy != "" && DateOf(at.Time).String() > t.CheckBy {
		return refuse("check-due", "%s（%s）的安全检查已于%s到期，检查合格后才能出租", t.ID, t.Name, t.CheckBy)
	}
	return nil
}

// preapproved reports whether the county lets all of these go without a person's
// approval.
func (h *Hall) preapproved(lines []Line) bool {
	for _, l := range lines {
		if !slices.Contains(h.cfg.Rental.Preapproved, l.Class) {
			return false
		}
	}
	return true
}
