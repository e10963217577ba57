package hall

// RulesVersion is the notice whose rules a person takes note of at check-in.
const RulesVersion = "晋人社办发〔2023〕32号"

// Receipt asks for a visitor's 登记回执 on paper.
type Receipt struct{ Person, Staff string }

func (e Receipt) handle(h *Hall, at Stamp) (Outcome, error) {
	p, err := h.markable(at, e.Person, e.Staff, Counter, Head)
	if err != nil {
		return Outcome{}, err
	}
	if h.Persons[p.Ref].Day != h.Day {
		return Outcome{}, refuse("no-visit", "此人今天没有登记，请先刷身份证")
	}
	if !h.cfg.Printer {
		return Outcome{}, errNoPrinter
	}
	slip := CheckinSlip{Kind: "求职", Rules: RulesVersion, Issued: minute(at)}
	slip.Women, slip.Minors = h.County.barred()
	for _, t := range h.byArrival() {
		if t.Person == p.Ref && t.State != Ended {
			slip.Ticket = t.Number
		}
	}
	out := Outcome{Reply: func(h *Hall) (any, error) { return h.Person(p.Ref) }}
	h.addSlip(&out, newSlip("checkin", p.Ref, "checkin", slip))
	return out, nil
}
