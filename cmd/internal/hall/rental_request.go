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
	h.RentalSeq++
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
	Facts  Facts  // from the person's card; zero if the hall no longer has it
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
		h.approve(&out, at, &Rental{ID: d.Rental, Person: d.Person, Lines: lines, Trade: e.Trade}, "")
	}
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
	case t.CheckBy != "" && DateOf(at.Time).String() > t.CheckBy:
		return nil, refuse("check-due", "%s（%s）的安全检查已于%s到期，检查合格后才能出租", t.ID, t.Name, t.CheckBy)
	}
	return t, nil
}

// mayRent asks whether a person may have these tools: a visitor of today, of
// age, and with nothing else open that blocks.
func (h *Hall) mayRent(at Stamp, ref string, f Facts, lines []Line) error {
	switch {
	case h.Day == "" || !at.Trusted:
		return refuse(ReasonClock, "%s，请大厅负责人核准日期", refusalText[ReasonClock].reason)
	case h.cfg.Rental.SameDayVisit && h.Persons[ref].Day != h.Day:
		return refuse("no-visit", "租用工具要先在今天刷身份证登记")
	case h.blocked(ref) != nil:
		return refuse(ReasonBlocked, "%s", refusalText[ReasonBlocked].reason)
	case f.Birth.IsZero():
		return refuse("no-facts", "请让其再刷一次身份证，以便核验年龄")
	}
	age := Age(f.Birth, DateOf(at.Time))
	if age < minimumAge {
		return refuse(ReasonUnderage, "未满十六周岁，不能租用工具")
	}
	for _, l := range lines {
		kind := h.cfg.Rental.Types[l.Type]
		switch {
		case age < 18 && !slices.Contains(h.cfg.Rental.MinorClasses, l.Class):
			return refuse("minor", "未满十八周岁，不能租用%s（%s）", l.Tool, l.Name)
		case age < kind.MinAge:
			return refuse("minor", "未满%d周岁，不能租用%s（%s）", kind.MinAge, l.Tool, l.Name)
		}
	}
	return h.clean(at, ref)
}

// skilled asks for the training that a tool's type wants: attended here, or
// proven on paper that staff saw.
func (h *Hall) skilled(ref string, courses []string, lines []Line) error {
	for _, l := range lines {
		if want := h.cfg.Rental.Types[l.Type].Training; want != "" && !slices.Contains(h.courses(ref), want) && !slices.Contains(courses, want) {
			return refuse("untrained-user", "%s（%s）要参加过“%s”培训才能租用，请核对培训记录", l.Tool, l.Name, want)
		}
	}
	return nil
}

// clean refuses a person who has a tool out for too long, or has not paid.
func (h *Hall) clean(at Stamp, ref string) error {
	for _, r := range h.rentals() {
		if r.Person.Ref != ref {
			continue
		}
		if r.Due > 0 {
			return refuse("unpaid", "租赁单%s还欠%s元，付清后才能再租", r.ID, r.Due)
		}
		for i := range r.Lines {
			if h.overdue(at, &r.Lines[i]) {
				return refuse("overdue", "租赁单%s的%s已超期未还，归还后才能再租", r.ID, r.Lines[i].Name)
			}
		}
	}
	return nil
}

func (h *Hall) preapproved(lines []Line) bool {
	for _, l := range lines {
		if !slices.Contains(h.cfg.Rental.Preapproved, l.Class) {
			return false
		}
	}
	return true
}
