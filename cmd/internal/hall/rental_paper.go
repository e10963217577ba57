package hall

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Paper is a slip of a rental that is to be signed. Whenever it is drawn up anew
// it gets another number, and those before are void.
type Paper struct {
	Drawn   int    // how often
	Stub    string // number of the stub that counts
	Binding string // what a signature on it binds together, as a short hash
}

// The papers of a rental.
const (
	PaperContract = "contract" // 租赁单
	PaperReturn   = "return"   // 归还检查单
)

// RentalDrawn records that a paper to be signed was drawn up.
type RentalDrawn struct {
	Rental  string `json:"rental"`
	Paper   string `json:"paper"` // PaperContract or PaperReturn
	Stub    string `json:"stub"`
	Terms   string `json:"terms,omitempty"` // version of those on a contract
	Binding string `json:"binding"`
	Staff   string `json:"staff,omitempty"`
}

func (*RentalDrawn) Kind() Kind        { return "rental.drawn" }
func (d *RentalDrawn) Subject() string { return d.Rental }

func (d *RentalDrawn) apply(h *Hall, _ Stamp) {
	r := h.Rentals[d.Rental]
	if r == nil {
		return
	}
	p := &r.Return
	if d.Paper == PaperContract {
		p, r.Terms = &r.Contract, d.Terms
	}
	*p = Paper{Drawn: p.Drawn + 1, Stub: d.Stub, Binding: d.Binding}
}

// toSign adds the paper that is to be signed next, if the records of an outcome
// leave a rental waiting for a signature that it did not wait for before.
func (h *Hall) toSign(out *Outcome, at Stamp, r *Rental, staff string) {
	if after := h.foresee(at, r, out.Data); after.State != r.State {
		h.drawUp(out, at, after, staff)
	}
}

// drawUp adds the paper that a rental waits for, if it waits for one.
func (h *Hall) drawUp(out *Outcome, at Stamp, r *Rental, staff string) {
	d := &RentalDrawn{Rental: r.ID, Staff: staff}
	switch r.State { //nolint:exhaustive // no other state waits for a signature
	case Approved:
		d.Paper, d.Stub, d.Terms, d.Binding = PaperContract, r.contractStub(), h.cfg.Rental.Terms.Version, h.contractBinding(r)
		out.Data = append(out.Data, d)
		h.addSlip(out, h.contractSlip(at, r, d))
	case Inspected, Lost:
		d.Paper, d.Stub, d.Binding = PaperReturn, r.returnStub(), r.bill().binding(r)
		out.Data = append(out.Data, d)
		h.addSlip(out, h.returnSlip(at, r, d))
	}
}

// foresee is a rental as records will leave it. The hall itself does not change.
func (h *Hall) foresee(at Stamp, r *Rental, data []Data) *Rental {
	c := *r
	c.Lines, c.Paid = slices.Clone(r.Lines), maps.Clone(r.Paid)
	s := New(h.cfg)
	s.Day, s.Rentals[r.ID] = h.Day, &c
	for _, l := range c.Lines {
		if t := h.Tools[l.Tool]; t != nil {
			tool := *t
			s.Tools[l.Tool] = &tool
		}
	}
	for _, d := range data {
		d.apply(s, at)
	}
	return s.Rentals[r.ID]
}

// contractStub is the number of the next contract's stub: that of the rental,
// with a count from the second on.
func (r *Rental) contractStub() string {
	if r.Contract.Drawn == 0 {
		return r.ID
	}
	return fmt.Sprintf("%s-%d", r.ID, r.Contract.Drawn+1)
}

// returnStub is the number of the next return slip's stub.
func (r *Rental) returnStub() string { return fmt.Sprintf("%s-J%d", r.ID, r.Return.Drawn+1) }

// ownNumber is what the numbers look like that the hall itself gives to rentals
// and their papers.
var ownNumber = regexp.MustCompile(`^R\d{6}-\d{3,}(-[JY]?\d+)?$`)

// stub settles which stub was signed: the one that was printed last, or one from
// a numbered book that was never used before.
func (h *Hall) stub(r *Rental, printed, given string) (number string, typed bool, err error) {
	switch {
	case given == "" || given == printed:
		return printed, false, nil
	case given == r.ID || strings.HasPrefix(given, r.ID+"-"):
		return "", false, refuse("stub-void", "签字联%s已作废或不是要签的一联，有效的是%s，请在新打印的一联上签字", given, printed)
	case ownNumber.MatchString(given):
		return "", false, refuse("stub-used", "签字联%s属于另一张租赁单，请核对", given)
	}
	return given, true, h.unused(given)
}

// unused refuses the number of a paper from a numbered book that is none, or was
// used before.
func (h *Hall) unused(number string) error {
	if len(number) > mostText || strings.TrimSpace(number) != number {
		return refuse("stub", "编号“%s”不对，请核对后再输入", number)
	}
	if used := h.Stubs[number]; used != "" {
		return refuse("stub-used", "编号%s已用于租赁单%s，不能再用", number, used)
	}
	return nil
}

// padded checks what stands for the strokes of a signature pad: nothing, or a
// SHA-256.
func padded(pad string) error {
	if b, err := hex.DecodeString(pad); pad != "" && (err != nil || len(b) != sha256.Size) {
		return refuse("pad", "签字板笔迹的校验值不对，应是64位十六进制的 SHA-256")
	}
	return nil
}

// contractBinding is a short hash over what the signature on a contract stands
// for: the terms, the safety notes, and each tool with its price and deposit.
func (h *Hall) contractBinding(r *Rental) string {
	var b strings.Builder
	terms := h.cfg.Rental.Terms
	fmt.Fprintf(&b, "%s\n%s\n%s\n%s\n", r.ID, terms.Version, strings.Join(terms.Lines, "\n"), strings.Join(h.safety(r), "\n"))
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "%s %s %s %s %s", l.Tool, l.Class, l.Price.Version, l.Price.text(), l.Deposit)
		for _, part := range slices.Sorted(maps.Keys(l.Parts)) {
			fmt.Fprintf(&b, " %s %s", part, l.Parts[part])
		}
		fmt.Fprintf(&b, " %s\n", l.For)
	}
	return shortHash(b.String())
}

// shortHash is what of a SHA-256 a person can compare on paper.
func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}

// RentalContract draws the paper anew that waits for a signature: the contract,
// when its terms changed or its print was spoilt, or the return slip.
type RentalContract struct{ Rental, Staff string }

func (e RentalContract) handle(h *Hall, at Stamp) (Outcome, error) {
	r, err := h.inState(e.Rental, Approved, Inspected, Lost)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := h.who(at, e.Staff, Counter, Keeper, Head); err != nil {
		return Outcome{}, err
	}
	out := Outcome{Reply: viewOf(r.ID)}
	h.drawUp(&out, at, r, e.Staff)
	return out, nil
}
