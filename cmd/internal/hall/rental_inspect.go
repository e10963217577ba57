package hall

import "slices"

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
	Rental  string   `json:"rental"`
	Tool    string   `json:"tool"`
	Result  string   `json:"result"`
	Passed  []string `json:"passed,omitempty"`  // points of the checklist that were in order
	Failed  []string `json:"failed,omitempty"`  // and those that were not
	Missing []string `json:"missing,omitempty"` // accessories
	Deduct  Fen      `json:"deduct"`            // compensation, missing accessories included
	Staff   string   `json:"staff"`
	Second  string   `json:"second,omitempty"`
	Note    string   `json:"note,omitempty"`
	Use              // of a tool that never came back
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
			l.Use = d.Use
			h.account(d.Tool).Out += d.Used
		}
		l.State, l.Result, l.Deduct = afterInspection[d.Result], d.Result, d.Deduct
		l.Passed, l.Failed, l.Missing = slices.Clone(d.Passed), slices.Clone(d.Failed), slices.Clone(d.Missing)
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

// forget takes the result of an inspection out of a line.
func (l *Line) forget() {
	l.Result, l.Passed, l.Failed, l.Missing, l.Deduct = "", nil, nil, nil, 0
}

// afterInspection is where a tool goes: only one that is whole goes into stock.
var afterInspection = map[string]ToolState{
	ResultOK: ToolIn, ResultDamaged: ToolInRepair, ResultIncomplete: ToolInRepair, ResultLost: ToolLost,
}

// RentalInspect is a keeper's look at a returned tool. What the tool's type lists
// to be checked, and each accessory that went out, wants an answer.
type RentalInspect struct {
	Rental  string
	Tool    string   // empty: the first that waits
	Result  string   // ok, damaged, incomplete or lost
	Passed  []string // points of the checklist that were in order; [All]: those that did not fail
	Failed  []string // points that were not
	Present []string // accessories that came back; [All]: those that are not missing
	Missing []string // accessories that went out and did not come back
	Deduct  Fen      // compensation besides what missing accessories cost
	Note    string
	Staff   string
	Second  string // who confirms that a tool is lost (报损)
}

// All stands for every point of a checklist, or every accessory, of which the
// opposite was not said.
const All = "all"

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
	d, err := e.look(h, at, l)
	if err != nil {
		return Outcome{}, err
	}
	d.Rental, d.Tool = r.ID, l.Tool
	if l.State == ToolOut {
		d.Use = h.used(l.Out, at, l.Price)
	}
	out := Outcome{Data: []Data{d}, Reply: viewOf(r.ID)}
	h.toSign(&out, at, r, e.Staff)
	return out, nil
}

// line finds the tool that is looked at: one that is back, or for a loss one
// that is out.
func (e RentalInspect) line(r *Rental) (*Line, error) {
	l := r.first(ToolReturned)
	switch {
	case e.Tool != "":
		if l = r.line(e.Tool); l == nil {
			return nil, refuse("not-on-slip", "租赁单%s上没有%s", r.ID, e.Tool)
		}
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

// look makes the record of a result, or refuses one that is not whole or
// contradicts itself.
func (e RentalInspect) look(h *Hall, at Stamp, l *Line) (*RentalInspected, error) {
	d := &RentalInspected{
		Result: e.Result, Failed: e.Failed, Missing: e.Missing, Deduct: e.Deduct, Staff: e.Staff, Second: e.Second, Note: e.Note,
	}
	if e.Result == ResultOK && len(e.Missing) > 0 {
		d.Result = ResultIncomplete
	}
	if err := d.check(h.Tools[l.Tool]); err != nil {
		return nil, err
	}
	for _, m := range e.Missing {
		d.Deduct += l.Parts[m]
	}
	if e.Result == ResultLost {
		if len(e.Passed)+len(e.Failed)+len(e.Present)+len(e.Missing) > 0 {
			return nil, refuse("lost", "工具整件丢失，不用再填检查项目和配件")
		}
		return d, h.second(at, e.Staff, e.Second)
	}
	var err error
	if d.Passed, err = e.points(h, l); err != nil {
		return nil, err
	}
	return d, e.accessories(l)
}

// check refuses a result that contradicts itself. The sum is still without the
// missing accessories.
func (d *RentalInspected) check(t *Tool) error {
	_, known := afterInspection[d.Result]
	switch {
	case !known:
		return refuse("result", "检查结果只能是 ok（完好）、damaged（损坏）、incomplete（缺配件）或 lost（丢失）")
	case d.Deduct < 0 || d.Deduct > MaxFen:
		return refuse("deduct", "扣款不对，请写元，如 10.00，不能是负数")
	case d.Result == ResultIncomplete && len(d.Missing) == 0:
		return refuse("nothing-missing", "结果是缺配件，请写明缺少哪些配件（--missing）")
	case d.Result == ResultOK && d.Deduct > 0:
		return refuse("deduct-ok", "工具完好不能扣款；如有损坏，结果请选损坏（--result damaged）")
	case (d.Result == ResultOK || d.Result == ResultIncomplete) && len(d.Failed) > 0:
		return refuse("failed", "检查单上有不合格项，结果只能是损坏（--result damaged）")
	case t.Purchase > 0 && d.Deduct > t.Purchase:
		return refuse("deduct", "扣款%s元超过工具购置价%s元，请核对", d.Deduct, t.Purchase)
	}
	return nil
}

// points are those of the checklist that were in order. What the tool's type
// lists wants an answer each; of the hall's own list, which holds for any tool, a
// good result says that all of it was.
func (e RentalInspect) points(h *Hall, l *Line) ([]string, error) {
	list := h.checklist(l.Type)
	passed := others(e.Passed, list, e.Failed)
	own := h.mustTick(l.Type)
	if !own && len(e.Passed) == 0 && e.Result != ResultDamaged {
		passed = slices.Clone(list)
	}
	if p, ok := stray(list, passed, e.Failed); ok {
		return nil, refuse("failed", "检查单上没有“%s”这一项，或写了两次", p)
	}
	if p, ok := unanswered(list, passed, e.Failed); ok && own {
		return nil, refuse("unchecked", "检查单上“%s”还没有结果，请写明合格（--passed）或不合格（--failed）", p)
	}
	return passed, nil
}

// accessories asks where each accessory is that went out.
func (e RentalInspect) accessories(l *Line) error {
	present := others(e.Present, l.Accessories, e.Missing)
	if a, ok := stray(l.Accessories, present, e.Missing); ok {
		return refuse("accessory", "出库时没有配件“%s”，或写了两次", a)
	}
	if a, ok := unanswered(l.Accessories, present, e.Missing); ok {
		return refuse("unticked", "配件“%s”还没有清点，请写明已交回（--present）或缺少（--missing）", a)
	}
	return nil
}

// others is a list of answers, in which [All] stands for everything that the
// opposite list does not name.
func others(said, all, opposite []string) []string {
	if !slices.Equal(said, []string{All}) {
		return said
	}
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(opposite, s) })
}

// stray finds an answer that nobody asked for, or that stands twice.
func stray(asked, yes, no []string) (string, bool) {
	all := slices.Concat(yes, no)
	for i, s := range all {
		if !slices.Contains(asked, s) || slices.Contains(all[:i], s) {
			return s, true
		}
	}
	return "", false
}

// unanswered finds what has no answer.
func unanswered(asked, yes, no []string) (string, bool) {
	for _, s := range asked {
		if !slices.Contains(yes, s) && !slices.Contains(no, s) {
			return s, true
		}
	}
	return "", false
}
