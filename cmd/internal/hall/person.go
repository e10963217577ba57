package hall

import (
	"slices"
	"time"
)

// Visitor is someone who checked in.
type Visitor struct {
	Ref       string
	Last4     string
	Day       string // day of the last check-in
	Since     Stamp  // time of that check-in
	Tapped    Stamp  // time of the last card, check-in or not
	Days      int    // days on which the person came without finding work (待工时间)
	Confirm   string `json:",omitempty"` // what staff have to confirm
	Confirmed string `json:",omitempty"` // who of the staff did
	Class     *Flag  `json:",omitempty"` // service class, by staff (困难分级)
	Block     *Flag  `json:",omitempty"` // 清出市场, by staff
}

// Flag is a mark on a person: who set it, why, and until when.
type Flag struct {
	Class  int    `json:"class,omitempty"` // of service, from 1
	Reason string `json:"reason"`
	Until  string `json:"until,omitempty"` // last day; empty: no end
	Staff  string `json:"staff,omitempty"` // empty: the county
}

func (f *Flag) inForce(day string) bool { return f != nil && (f.Until == "" || day <= f.Until) }

// class is the service class of a person today; 0 is none.
func (h *Hall) class(ref string) (class int) {
	if v := h.Persons[ref]; v != nil && v.Class.inForce(h.Day) {
		class = v.Class.Class
	}
	if f, ok := h.County.Priority[ref]; ok && f.inForce(h.Day) {
		class = max(class, f.Class)
	}
	return class
}

// blocked is why a person may use no service but one, or nil.
func (h *Hall) blocked(ref string) *Flag {
	if v := h.Persons[ref]; v != nil && v.Block.inForce(h.Day) {
		return v.Block
	}
	if f, ok := h.County.Block[ref]; ok && f.inForce(h.Day) {
		return &f
	}
	return nil
}

// personData lists the kinds of this file.
var personData = []func() Data{
	func() Data { return new(PersonFlagged) },
	func() Data { return new(PersonUnflagged) },
	func() Data { return new(PersonBlocked) },
	func() Data { return new(PersonUnblocked) },
	func() Data { return new(PersonConfirmed) },
}

// PersonFlagged records that staff gave a person a service class, the proof in
// hand (附件6 第四条).
type PersonFlagged struct {
	Person Person `json:"person"`
	Flag
}

// PersonUnflagged records that staff took a service class back.
type PersonUnflagged struct {
	Person Person `json:"person"`
	Staff  string `json:"staff"`
	Reason string `json:"reason,omitempty"`
}

// PersonBlocked records that a person was put out of the market (清出市场).
type PersonBlocked struct {
	Person Person `json:"person"`
	Flag
}

// PersonUnblocked records that a person may come again.
type PersonUnblocked struct {
	Person Person `json:"person"`
	Staff  string `json:"staff"`
	Reason string `json:"reason"`
}

// PersonConfirmed records that staff looked at what a document does not prove.
type PersonConfirmed struct {
	Person Person `json:"person"`
	What   string `json:"what"`
	Staff  string `json:"staff"`
}

func (*PersonFlagged) Kind() Kind          { return "person.flagged" }
func (*PersonUnflagged) Kind() Kind        { return "person.unflagged" }
func (*PersonBlocked) Kind() Kind          { return "person.blocked" }
func (*PersonUnblocked) Kind() Kind        { return "person.unblocked" }
func (*PersonConfirmed) Kind() Kind        { return "person.confirmed" }
func (d *PersonFlagged) Subject() string   { return d.Person.Ref }
func (d *PersonUnflagged) Subject() string { return d.Person.Ref }
func (d *PersonBlocked) Subject() string   { return d.Person.Ref }
func (d *PersonUnblocked) Subject() string { return d.Person.Ref }
func (d *PersonConfirmed) Subject() string { return d.Person.Ref }
func (d *PersonFlagged) Who() *Person      { return &d.Person }
func (d *PersonUnflagged) Who() *Person    { return &d.Person }
func (d *PersonBlocked) Who() *Person      { return &d.Person }
func (d *PersonUnblocked) Who() *Person    { return &d.Person }
func (d *PersonConfirmed) Who() *Person    { return &d.Person }

func (d *PersonFlagged) apply(h *Hall, at Stamp) {
	f := d.Flag
	h.visitor(d.Person).Class = &f
	h.except(at, d.Staff, "标注服务等级", d.Person.Ref, d.Reason)
}

func (d *PersonUnflagged) apply(h *Hall, at Stamp) {
	h.visitor(d.Person).Class = nil
	h.except(at, d.Staff, "取消服务等级", d.Person.Ref, d.Reason)
}

func (d *PersonBlocked) apply(h *Hall, at Stamp) {
	f := d.Flag
	h.visitor(d.Person).Block = &f
	h.except(at, d.Staff, "清出市场", d.Person.Ref, d.Reason)
}

func (d *PersonUnblocked) apply(h *Hall, at Stamp) {
	h.visitor(d.Person).Block = nil
	h.except(at, d.Staff, "恢复服务", d.Person.Ref, d.Reason)
}

func (d *PersonConfirmed) apply(h *Hall, _ Stamp) {
	v := h.visitor(d.Person)
	v.Confirm, v.Confirmed = "", d.Staff
}

// visitor gives what is known of a person, making it if it was forgotten.
func (h *Hall) visitor(p Person) *Visitor {
	if h.Persons[p.Ref] == nil {
		h.Persons[p.Ref] = &Visitor{Ref: p.Ref, Last4: p.Last4}
	}
	return h.Persons[p.Ref]
}

// PersonFlag gives a person a service class, 1 to 9, with the reason and the
// last day that it holds. Any class comes before none; among them the order is
// that of arrival.
type PersonFlag struct {
	Person string // ref, number of a ticket, or "last"
	Class  int
	Reason string
	Until  string // 2027-01-01; empty: no end
	Staff  string
}

// PersonUnflag takes the service class back.
type PersonUnflag struct{ Person, Reason, Staff string }

// PersonBlock puts a person out of the market (清出市场), which is a decision of
// the people in charge.
type PersonBlock struct {
	Person string
	Reason string
	Until  string
	Staff  string
}

// PersonUnblock lets a person come again.
type PersonUnblock struct{ Person, Reason, Staff string }

// PersonConfirm says that staff saw the proof of what a document leaves open,
// the right to work.
type PersonConfirm struct{ Person, Staff string }

func (e PersonFlag) handle(h *Hall, at Stamp) (Outcome, error) {
	p, err := h.markable(at, e.Person, e.Staff, Counter, Head, Manager)
	switch {
	case err != nil:
		return Outcome{}, err
	case e.Class < 1 || e.Class > 9:
		return Outcome{}, refuse("class", "服务等级请写1到9（--class）")
	}
	if err := h.reasoned(e.Reason, e.Until); err != nil {
		return Outcome{}, err
	}
	return h.about(p, &PersonFlagged{p, Flag{Class: e.Class, Reason: e.Reason, Until: e.Until, Staff: e.Staff}}), nil
}

func (e PersonUnflag) handle(h *Hall, at Stamp) (Outcome, error) {
	p, err := h.markable(at, e.Person, e.Staff, Counter, Head, Manager)
	if err != nil {
		return Outcome{}, err
	}
	if h.Persons[p.Ref].Class == nil {
		return Outcome{}, refuse("no-flag", "此人没有由工作人员标注的服务等级")
	}
	return h.about(p, &PersonUnflagged{Person: p, Staff: e.Staff, Reason: e.Reason}), nil
}

func (e PersonBlock) handle(h *Hall, at Stamp) (Outcome, error) {
	p, err := h.markable(at, e.Person, e.Staff, Head, Manager)
	if err != nil {
		return Outcome{}, err
	}
	if err := h.reasoned(e.Reason, e.Until); err != nil {
		return Outcome{}, err
	}
	out := h.about(p, &PersonBlocked{p, Flag{Reason: e.Reason, Until: e.Until, Staff: e.Staff}})
	h.expel(&out, at, p.Ref, e.Staff)
	return out, nil
}

func (e PersonUnblock) handle(h *Hall, at Stamp) (Outcome, error) {
	p, err := h.markable(at, e.Person, e.Staff, Head, Manager)
	switch {
	case err != nil:
		return Outcome{}, err
	case h.Persons[p.Ref].Block == nil:
		return Outcome{}, refuse("no-block", "此人没有被本市场清出；县里名单上的请向县里申请")
	case e.Reason == "":
		return Outcome{}, refuse("no-reason", "请写明原因（--reason）")
	}
	return h.about(p, &PersonUnblocked{Person: p, Staff: e.Staff, Reason: e.Reason}), nil
}

func (e PersonConfirm) handle(h *Hall, at Stamp) (Outcome, error) {
	p, err := h.markable(at, e.Person, e.Staff, Counter, Head)
	if err != nil {
		return Outcome{}, err
	}
	if h.Persons[p.Ref].Confirm == "" {
		return Outcome{}, refuse("nothing", "此人没有需要核实的事项")
	}
	return h.about(p, &PersonConfirmed{Person: p, What: h.Persons[p.Ref].Confirm, Staff: e.Staff}), nil
}

// markable finds the person that staff of some role want to mark.
func (h *Hall) markable(at Stamp, person, staff string, roles ...Role) (Person, error) {
	if _, err := h.who(at, staff, roles...); err != nil {
		return Person{}, err
	}
	ref, err := h.Resolve(person)
	if err != nil {
		return Person{}, err
	}
	return Person{Ref: ref, Last4: h.Persons[ref].Last4}, nil
}

// reasoned asks for a reason and a last day that is still to come.
func (h *Hall) reasoned(reason, until string) error {
	switch {
	case reason == "":
		return refuse("no-reason", "请写明原因（--reason）")
	case until != "" && !isDate(until):
		return refuse("until", "截止日期“%s”不对，请写成 2027-01-01", until)
	case until != "" && until < h.Day:
		return refuse("until", "截止日期%s已过", until)
	}
	return nil
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// about answers with what is known of a person.
func (h *Hall) about(p Person, d Data) Outcome {
	return Outcome{Data: []Data{d}, Reply: func(h *Hall) (any, error) { return h.Person(p.Ref) }}
}

// PersonView is a person as staff see one.
type PersonView struct {
	Person      string       `json:"person"` // ref
	Last4       string       `json:"last4"`
	Day         string       `json:"day"` // of the last check-in
	WaitingDays int          `json:"waiting_days"`
	Class       int          `json:"class"`
	Priority    *Flag        `json:"flag,omitempty"`
	Blocked     *Flag        `json:"block,omitempty"`
	Confirm     string       `json:"confirm,omitempty"`
	Tickets     []TicketView `json:"tickets"`
	Rentals     []RentalView `json:"rentals"`
	Notices     []NoticeView `json:"notices"`
	Courses     []Attendance `json:"courses"`
}

// Person gives what is known of a person: a ref, a ticket's number, or "last".
func (h *Hall) Person(person string) (PersonView, error) {
	ref, err := h.Resolve(person)
	if err != nil {
		return PersonView{}, err
	}
	p := h.Persons[ref]
	v := PersonView{
		Person: ref, Last4: p.Last4, Day: p.Day, WaitingDays: p.Days, Class: h.class(ref), Blocked: h.blocked(ref),
		Confirm: p.Confirm, Tickets: []TicketView{}, Rentals: []RentalView{}, Notices: []NoticeView{}, Courses: h.attendances(ref),
	}
	if p.Class.inForce(h.Day) {
		v.Priority = p.Class
	} else if f, ok := h.County.Priority[ref]; ok && v.Class > 0 {
		v.Priority = &f
	}
	for _, t := range h.byArrival() {
		if t.Person == ref {
			v.Tickets = append(v.Tickets, h.ticketView(t))
		}
	}
	for _, r := range h.ListRentals() {
		if r.Person == ref {
			v.Rentals = append(v.Rentals, r)
		}
	}
	v.Notices = slices.DeleteFunc(h.ListNotices(), func(n NoticeView) bool { return n.Person != ref })
	return v, nil
}
