package hall

import "slices"

// rentalMatters are what waits for the staff about rentals, the most urgent
// first: an approval, a deposit that was taken on an earlier day for a tool that
// never left, a tool that is out for too long, and one that nobody looked at
// since it came back.
func (h *Hall) rentalMatters() (list []Warning) {
	for _, find := range []func(*Hall, *Rental) []Warning{toApprove, overnight, tooLate, toInspect} {
		for _, r := range h.rentals() {
			list = append(list, find(h, r)...)
		}
	}
	return list
}

func toApprove(_ *Hall, r *Rental) []Warning {
	if r.State != Requested {
		return nil
	}
	return []Warning{warning("approval", r.ID, "租赁单%s（尾号%s）等待审批，请审批人员批准或拒绝", r.ID, r.Person.Last4)}
}

// overnight is about a rental that holds a deposit of an earlier day and waits
// for its hand-over. Money is in it, so it does not end by itself.
func overnight(h *Hall, r *Rental) []Warning {
	waits := slices.Contains([]RentalState{Approved, Signed, Deposited}, r.State)
	if !waits || r.Held == 0 || r.begun() || r.Day >= h.Day {
		return nil
	}
	return []Warning{warning("overnight", r.ID, "租赁单%s（尾号%s）%s收了押金%s元，工具至今没有出库，请取消并退押金，或让本人今天刷身份证后出库", r.ID, r.Person.Last4, r.Day, r.Held)}
}

func tooLate(_ *Hall, r *Rental) (list []Warning) {
	for _, l := range r.Lines {
		if l.Overdue && l.State == ToolOut {
			list = append(list, warning("overdue", r.ID, "租赁单%s（尾号%s）的%s（%s）超期未还，请联系本人归还，可打印催还单", r.ID, r.Person.Last4, l.Name, l.Tool))
		}
	}
	return list
}

func toInspect(_ *Hall, r *Rental) (list []Warning) {
	for _, l := range r.Lines {
		if l.Reminded && l.State == ToolReturned {
			list = append(list, warning("inspection", r.ID, "租赁单%s归还的%s（%s）超过时限没有检查，不能再出租，请保管人员检查", r.ID, l.Name, l.Tool))
		}
	}
	return list
}
