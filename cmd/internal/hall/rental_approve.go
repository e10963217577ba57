package hall

import (
	"slices"
	"strings"
)

// RentalApproved records an approval (审批).
type RentalApproved struct {
	Rental string `json:"rental"`
	Staff  string `json:"staff"` // empty: the class is approved beforehand by the county
}

// RentalRefused records the end of a rental that never began: refused by an
// approver, withdrawn, or not approved in time.
type RentalRefused struct {
	Rental string      `json:"rental"`
	State  RentalState `json:"state"` // refused or cancelled
	Staff  string      `json:"staff,omitempty"`
	Reason string      `json:"reason"`
}

func (*RentalApproved) Kind() Kind        { return "rental.approved" }
func (d *RentalApproved) Subject() string { return d.Rental }
func (d *RentalRefused) Subject() string  { return d.Rental }

// Kind is the same for a refusal and a withdrawal; the state tells them apart.
func (d *RentalRefused) Kind() Kind { return "rental.refused" }

func (d *RentalApproved) apply(h *Hall, _ Stamp) {
	if r := h.Rentals[d.Rental]; r != nil {
		r.State, r.Approver = Approved, d.Staff
	}
}

func (d *RentalRefused) apply(h *Hall, _ Stamp) {
	if r := h.Rentals[d.Rental]; r != nil {
		h.free(r)
		r.State, r.Ended = d.State, h.Day
	}
}

// RentalApprove approves a request (先批后租). Nobody approves their own.
type RentalApprove struct{ Rental, Staff string }

func (e RentalApprove) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.inState(e.Rental, Requested)
	if err != nil {
		return Outcome{}, err
	}
	if err := h.mayApprove(at, r, e.Staff); err != nil {
		return Outcome{}, err
	}
	out := Outcome{Data: []Data{&RentalApproved{Rental: r.ID, Staff: e.Staff}}, Reply: viewOf(r.ID)}
	h.toSign(&out, at, r, e.Staff)
	return out, nil
}

// approvers are the roles that may approve.
var approvers = []Role{Approver, Head, Manager}

// mayApprove asks whether someone may approve a rental: another person than who
// requested it, with a role whose limit reaches its deposit.
func (h *Hall) mayApprove(at Stamp, r *Rental, id string) error {
	s, err := h.who(at, id, approvers...)
	switch {
	case err != nil:
		return err
	case id == r.By:
		return refuse("same-person", "申请和审批不能是同一人，请由另一名审批人员办理")
	case h.waited(r, at) <= 0:
		return refuse("too-late", "租赁单%s已超过审批时限，请重新申请", r.ID)
	}
	for _, role := range approvers {
		limit, limited := h.cfg.Rental.ApprovalLimit[role]
		if slices.Contains(s.Roles, role) && (!limited || r.deposit() <= limit) {
			return nil
		}
	}
	return refuse("limit", "押金%s元超出工号%s的审批限额，请由上级审批", r.deposit(), id)
}

// RentalApproveByCounty is the county's word on a request, by message.
type RentalApproveByCounty struct {
	Rental string
	By     string // whoever decided there
	Refuse bool
	Reason string // of a refusal
}

func (e RentalApproveByCounty) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.inState(e.Rental, Requested)
	if err != nil {
		return Outcome{}, err
	}
	if longer(e.By) || longer(e.Reason) {
		return Outcome{}, refuse("too-long", "审批人和理由最多各%d个字", longestField)
	}
	by := inCounty
	if e.By != "" {
		by += ":" + e.By
	}
	out := Outcome{Reply: viewOf(r.ID)}
	switch {
	case e.Refuse:
		out.Data = []Data{&RentalRefused{Rental: r.ID, State: Refused, Staff: by, Reason: e.Reason}}
	case h.waited(r, at) <= 0:
		return Outcome{}, refuse("too-late", "租赁单%s已超过审批时限，请重新申请", r.ID)
	default:
		out.Data = []Data{&RentalApproved{Rental: r.ID, Staff: by}}
	}
	h.toSign(&out, at, r, by)
	return out, nil
}

// inCounty stands in the place of a staff id for whoever decided in the county,
// who may be named behind it: county:zhang.
const inCounty = "county"

// approvedBy is an approver as the contract names one.
func approvedBy(id string) string {
	name, county := strings.CutPrefix(id, inCounty+":")
	switch {
	case id == "":
		return "县里免逐件审批"
	case id == inCounty:
		return "县里审批"
	case county:
		return "县里审批（" + name + "）"
	}
	return id
}

// RentalRefuse refuses a request, with a reason.
type RentalRefuse struct{ Rental, Staff, Reason string }

func (e RentalRefuse) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.inState(e.Rental, Requested)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, approvers...); err != nil {
		return Outcome{}, err
	}
	if e.Reason == "" {
		return Outcome{}, refuse("no-reason", "请写明拒绝的原因（--reason）")
	}
	return Outcome{
		Data:  []Data{&RentalRefused{Rental: r.ID, State: Refused, Staff: e.Staff, Reason: e.Reason}},
		Reply: viewOf(r.ID),
	}, nil
}
