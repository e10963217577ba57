package hall

import "slices"

// Judged is an event that judges a person by the facts of their card. Whoever
// keeps the facts fills them in before the event is handled; what a caller wrote
// there does not count.
type Judged interface {
	Event
	// Whom gives the ref of the person.
	Whom(h *Hall) (ref string, err error)
	// Judge is the event with the facts of that person.
	Judge(ref string, f Facts) Event
}

// Whom implements [Judged].
func (e RentalRequest) Whom(h *Hall) (string, error) { return h.Resolve(e.Person) }

// Whom implements [Judged].
func (e RentalHandover) Whom(h *Hall) (string, error) { return h.renter(e.Rental) }

// Whom implements [Judged].
func (e RentalSwap) Whom(h *Hall) (string, error) { return h.renter(e.Rental) }

// Judge implements [Judged]: the person stays the same, whoever lays a card
// meanwhile.
func (e RentalRequest) Judge(ref string, f Facts) Event { e.Person, e.Facts = ref, f; return e }

// Judge implements [Judged].
func (e RentalHandover) Judge(_ string, f Facts) Event { e.Facts = f; return e }

// Judge implements [Judged].
func (e RentalSwap) Judge(_ string, f Facts) Event { e.Facts = f; return e }

func (h *Hall) renter(rental string) (string, error) {
	r, err := h.rental(rental)
	if err != nil {
		return "", err
	}
	return r.Person.Ref, nil
}

// mayRent asks whether a person may have these tools: a visitor of today, of
// age, and with nothing else open that blocks.
func (h *Hall) mayRent(at Stamp, ref string, f Facts, lines []Line) error {
	v := h.Persons[ref]
	switch {
	case h.Day == "" || !at.Trusted:
		return refuse(ReasonClock, "%s，请大厅负责人核准日期", refusalText[ReasonClock].reason)
	case h.cfg.Rental.SameDayVisit && (v == nil || v.Day != h.Day):
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
