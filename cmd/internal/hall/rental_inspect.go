package hall

import (
	"slices"
	"time"
)

// The results of an inspection.
const (
	ResultOK         = "ok"
	ResultDamaged    = "damaged"
	ResultIncomplete = "incomplete" // whole, but an accessory is missing
	ResultLost       = "lost"
)

// RentalInspected records the look at a returned tool before it is restocked
// (检查后方可入库), or that a tool will not come back.
type RentalInspected struct {
	Rental  string        `json:"rental"`
	Tool    string        `json:"tool"`
	Result  string        `json:"result"`
	Failed  []string      `json:"failed,omitempty"`  // points of the checklist that were not in order
	Missing []string      `json:"missing,omitempty"` // accessories
	Deduct  Fen           `json:"deduct"`            // compensation, missing accessories included
	Staff   string        `json:"staff"`
	Second  string        `json:"second,omitempty"`
	Note    string        `json:"note,omitempty"`
	Used    time.Duration `json:"used,omitempty"` // of a tool that never came back
	Unsure  bool          `json:"unsure,omitempty"`
}

func (*RentalInspected) Kind() Kind        { return "rental.inspected" }
func (d *RentalInspected) Subject() string { return d.Rental }

func (d *RentalInspected) apply(h *Hall, at Stamp) {
	r := h.Rentals[d.Rental]
	if r == nil {
		return
	}
	if l := r.line(d.Tool); l != nil {
		if l.State == ToolOut {
			l.Used, l.Unsure = d.Used, d.Unsure
			h.account(d.Tool).Out += d.Used
		}
		l.inspect(d)
	}
	if t := h.Tools[d.Tool]; t != nil && t.Rental == r.ID {
		t.State, t.Rental = afterInspection[d.Result], ""
		t.Lacking = slices.Clone(d.Missing)
		if t.gone() {
			h.account(d.Tool).Ended = at
		}
	}
	r.progress()
}

// inspect enters the result of an inspection in a line.
func (l *Line) inspect(d *RentalInspected) {
	l.State, l.Result, l.Deduct, l.Missing = afterInspection[d.Result], d.Result, d.Deduct, slices.Clone(d.Missing)
}

// afterInspection is where a tool goes: only one that is whole goes into stock.
var afterInspection = map[string]ToolState{
	ResultOK: ToolIn, ResultDamaged: ToolInRepair, ResultIncomplete: ToolInRepair, ResultLost: ToolLost,
}

// RentalInspect is a keeper's look at a returned tool.
type RentalInspect struct {
	Rental  string
	Tool    string // empty: the first that waits
	Result  string
	Deduct  Fen      // compensation besides what missing accessories cost
	Failed  []string // points of the checklist that were not in order
	Missing []string // accessories that were handed out and did not come back
	Note    string
	Staff   string
	Second  string // who confirms that a tool is lost (报损)
}

func (e RentalInspect) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.rental(e.Rental)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	l, err := e.line(r)
	if err != nil {
		return Outcome{}, err
	}
	if err := e.check(h, at, l); err != nil {
		return Outcome{}, err
	}
	d := &RentalInspected{
		Rental: r.ID, Tool: l.Tool, Result: e.Result, Failed: e.Failed, Missing: e.Missing,
		Deduct: e.Deduct + h.partsPrice(l.Tool, e.Missing), Staff: e.Staff, Second: e.Second, Note: e.Note,
	}
	if e.Result == ResultOK && len(e.Missing) > 0 {
		d.Result = ResultIncomplete
	}
	if l.State == ToolOut {
		used, sure := h.elapsed(l.Out, at)
		d.Used, d.Unsure = used, !sure
	}
	out := Outcome{Data: []Data{d}, Reply: viewOf(r.ID)}
	if after := r.after(d); after.State == Inspected || after.State == Lost {
		h.addSlip(&out, h.returnSlip(at, after, e.Staff))
	}
	return out, nil
}

// line finds the tool that is looked at: one that is back, or for a loss one
// that is out.
func (e RentalInspect) line(r *Rental) (*Line, error) {
	l := r.first(ToolReturned)
	switch {
	case e.Tool != "":
		l = r.line(e.Tool)
	case l == nil && e.Result == ResultLost:
		l = r.first(ToolOut)
	}
	if l != nil && (l.State == ToolReturned || l.State == ToolOut && e.Result == ResultLost) {
		return l, nil
	}
	if l != nil && r.State == Returned {
		return nil, refuse("wrong-order", "%s不在待检状态", l.Tool)
	}
	return nil, r.wrongOrder()
}

// check refuses a result that contradicts itself.
func (e RentalInspect) check(h *Hall, at Stamp, l *Line) error {
	switch {
	case e.Result != ResultOK && e.Result != ResultDamaged && e.Result != ResultLost:
		return refuse("result", "检查结果只能是 ok（完好）、damaged（损坏）或 lost（丢失）")
	case e.Deduct < 0 || e.Deduct > MaxFen:
		return refuse("deduct", "扣款不对，请写元，如 10.00，不能是负数")
	case e.Result == ResultOK && e.Deduct > 0:
		return refuse("deduct-ok", "工具完好不能扣款；如有损坏请选 damaged")
	case e.Result == ResultOK && len(e.Failed) > 0:
		return refuse("failed", "检查单上有不合格项，结果不能是完好")
	}
	for _, f := range e.Failed {
		if !slices.Contains(h.checklist(l.Type), f) {
			return refuse("failed", "检查单上没有“%s”这一项", f)
		}
	}
	for i, m := range e.Missing {
		if !slices.Contains(l.Accessories, m) || slices.Contains(e.Missing[:i], m) {
			return refuse("accessory", "出库时没有配件“%s”，或写了两次", m)
		}
	}
	if t := h.Tools[l.Tool]; t.Purchase > 0 && e.Deduct > t.Purchase {
		return refuse("deduct", "扣款%s元超过工具购置价%s元，请核对", e.Deduct, t.Purchase)
	}
	if e.Result == ResultLost {
		return h.second(at, e.Staff, e.Second)
	}
	return nil
}

// partsPrice is what missing accessories of a tool cost.
func (h *Hall) partsPrice(tool string, missing []string) (sum Fen) {
	for _, m := range missing {
		sum += h.Tools[tool].PartPrices[m]
	}
	return sum
}

// after is the rental as it will be once an inspection is recorded.
func (r *Rental) after(d *RentalInspected) *Rental {
	c := *r
	c.Lines = slices.Clone(r.Lines)
	l := c.line(d.Tool)
	if l.State == ToolOut {
		l.Used, l.Unsure = d.Used, d.Unsure
	}
	l.inspect(d)
	c.progress()
	return &c
}
