package hall

// serves refuses somebody who was put out of the market every service but the
// protection of rights (附件2 第十条).
func (h *Hall) serves(ref string, s Service) error {
	if s.root() == RootRights || h.blocked(ref) == nil {
		return nil
	}
	return refuse(ReasonBlocked, "此人已被清出市场，除权益保护外不办理“%s”", s.Name)
}

// expel ends what a person waits for when put out of the market, and the course
// that the person is in. A number at a window stays there: the clerk ends it in
// words. So does a rental that holds a deposit, which has to go back.
func (h *Hall) expel(out *Outcome, at Stamp, ref, staff string) {
	for _, t := range h.byArrival() {
		s, _ := h.service(t.Service) // one that is gone from the menu is not of rights
		if t.Person == ref && (t.State == Waiting || t.State == Held) && s.root() != RootRights {
			out.Data = append(out.Data, &TicketEnded{Ticket: t.Number, Outcome: OutcomeBlocked, Staff: staff})
		}
	}
	for _, r := range h.rentals() {
		if r.Person.Ref == ref && r.unpaid() {
			out.Data = append(out.Data, &RentalRefused{Rental: r.ID, State: Cancelled, Staff: staff, Reason: "清出市场"})
		}
	}
	if t := h.Training.present(ref); t != nil {
		out.Data = append(out.Data, h.Training.attended(at, Person{Ref: t.Ref, Last4: t.Last4}, t, h.Day))
	}
}
