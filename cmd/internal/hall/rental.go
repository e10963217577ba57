package hall

import (
	"maps"
	"slices"
	"time"
)

// RentalRules are the county's settings of tool rental (附件4). None of them is
// a sum that anybody pays.
type RentalRules struct {
	ApproveWithin time.Duration // a request that nobody approved by then ends
	Preapproved   []Class       // classes that need no person's approval
	SameDayVisit  bool
	MinorClasses  []Class      // what a person of 16 or 17 may rent
	ApprovalLimit map[Role]Fen // highest deposit that a role may approve; a role not named has no limit
	InspectWithin time.Duration
	OverdueAfter  time.Duration // how long a tool may be out; 0: no limit
	AjarAfter     time.Duration // a door open for longer is told; 0: never
	TwoPersonAdd  bool          // 新增 needs a second person too
	PriceList     string        // version of the price list in force
	Checklist     []string      // asked of a tool whose type has none
	Terms         Terms
	Types         map[string]ToolType // by key
}

// ToolType is what all tools of one kind share.
type ToolType struct {
	Name        string
	Safety      []string // shown and printed before signing (安全使用)
	Checklist   []string
	Accessories []string
	MinAge      int    // raises the rules' sixteen
	Training    string // course that the user must have attended
}

// Terms is the text that a signature is bound to.
type Terms struct {
	Version string
	Lines   []string
}

// RentalState is how far a rental is.
type RentalState string

// The states of a rental, in order, and the ways out aside (附件4 第一条).
const (
	Requested RentalState = "requested" // 申请
	Approved  RentalState = "approved"  // 审批
	Signed    RentalState = "signed"    // 签字
	Deposited RentalState = "deposited" // 收押金
	Out       RentalState = "out"       // 在租
	Returned  RentalState = "returned"  // 归还，待检
	Inspected RentalState = "inspected" // 检查
	Settled   RentalState = "settled"   // 结算
	Refused   RentalState = "refused"
	Cancelled RentalState = "cancelled"
	Lost      RentalState = "lost" // a tool is lost; the settlement is still to come
)

// stateName is a state in the clerk's words, and nextStep what to do then.
var (
	stateName = map[RentalState]string{
		Requested: "待审批", Approved: "待签字", Signed: "待收押金", Deposited: "待出库", Out: "在租",
		Returned: "待检", Inspected: "待结算", Settled: "已结算", Refused: "已拒绝", Cancelled: "已取消", Lost: "已报失，待结算",
	}
	nextStep = map[RentalState]string{
		Requested: "先审批", Approved: "先签字", Signed: "先收押金", Deposited: "先出库", Out: "先归还",
		Returned: "先检查", Inspected: "先结算", Lost: "先结算",
	}
)

// Rental is the lending of one or more tools on one slip.
type Rental struct {
	ID         string
	Day        string
	Person     Person
	State      RentalState
	Lines      []Line
	Trade      string // what the tools are for
	By         string // who requested it
	Approver   string // empty: approved beforehand by the county
	Terms      string // version of the terms on the printed contract
	Contract   Paper
	Return     Paper
	Binding    string         // of the contract that was signed
	Stub       string         // number of its stub
	Receipt    string         // number of the deposit slip that counts
	Receipts   int            // deposit slips written; older ones are void
	Method     string         // how the deposit was paid
	BackMethod string         // how it was refunded
	Paid       map[string]Fen // what was paid beyond it, by way of payment
	Held       Fen            // deposit held
	Bill       *Bill          // once settled
	Due        Fen            // owed beyond the deposit and not paid yet
	Requested  Stamp
	Ended      string // day of the settlement, refusal or cancellation
}

// Line is one tool of a rental. Its price, what its accessories cost and its
// deposit are those of the request and do not change any more.
type Line struct {
	Tool        string         `json:"tool"`
	Name        string         `json:"name"`
	Type        string         `json:"type,omitempty"`
	Class       Class          `json:"class"`
	Price       Price          `json:"price"`
	Deposit     Fen            `json:"deposit"`
	Accessories []string       `json:"accessories,omitempty"`
	Parts       map[string]Fen `json:"parts,omitempty"` // what a missing accessory costs
	For         string         `json:"for,omitempty"`   // tool that it replaces
	State       ToolState      `json:"state"`
	Out         Stamp          `json:"out,omitzero"`
	In          Stamp          `json:"in,omitzero"`
	Back        string         `json:"back,omitempty"` // day of the return
	Use
	Result   string   `json:"result,omitempty"`
	Passed   []string `json:"passed,omitempty"`  // points of the checklist that were in order
	Failed   []string `json:"failed,omitempty"`  // and those that were not
	Missing  []string `json:"missing,omitempty"` // accessories
	Deduct   Fen      `json:"deduct"`
	Overdue  bool     `json:"overdue,omitempty"`  // recorded as overdue
	Reminded bool     `json:"reminded,omitempty"` // staff were reminded of the inspection
}

// rentalData lists the kinds of the rental files.
var rentalData = []func() Data{
	func() Data { return new(RentalRequested) },
	func() Data { return new(RentalApproved) },
	func() Data { return new(RentalRefused) },
	func() Data { return new(RentalDropped) },
	func() Data { return new(RentalDrawn) },
	func() Data { return new(RentalSigned) },
	func() Data { return new(RentalDeposited) },
	func() Data { return new(RentalOut) },
	func() Data { return new(RentalReturned) },
	func() Data { return new(RentalInspected) },
	func() Data { return new(RentalSettled) },
	func() Data { return new(RentalSwapped) },
	func() Data { return new(RentalReceipt) },
	func() Data { return new(RentalReminded) },
	func() Data { return new(RentalCorrected) },
	func() Data { return new(DepositTaken) },
	func() Data { return new(DepositRefunded) },
	func() Data { return new(DepositForfeited) },
	func() Data { return new(PaymentTaken) },
}

// rental finds a rental.
func (h *Hall) rental(id string) (*Rental, error) {
	r := h.Rentals[id]
	if r == nil {
		return nil, refuse("unknown-rental", "没有租赁单%s，请核对单号", id)
	}
	return r, nil
}

// inState finds a rental that must be in one of some states for what is asked.
func (h *Hall) inState(id string, want ...RentalState) (*Rental, error) {
	r, err := h.rental(id)
	if err != nil || slices.Contains(want, r.State) {
		return r, err
	}
	return nil, r.wrongOrder()
}

// wrongOrder says where a rental is and what comes next.
func (r *Rental) wrongOrder() error {
	next := nextStep[r.State]
	if next != "" {
		next = "，请" + next
	}
	return refuse("wrong-order", "租赁单%s现在是“%s”%s", r.ID, stateName[r.State], next)
}

// line finds a tool's line.
func (r *Rental) line(tool string) *Line {
	for i := range r.Lines {
		if r.Lines[i].Tool == tool {
			return &r.Lines[i]
		}
	}
	return nil
}

// first is the first line in a state, or nil.
func (r *Rental) first(s ToolState) *Line {
	for i := range r.Lines {
		if r.Lines[i].State == s {
			return &r.Lines[i]
		}
	}
	return nil
}

// deposit is the sum of the lines' deposits.
func (r *Rental) deposit() (sum Fen) {
	for _, l := range r.Lines {
		sum += l.Deposit
	}
	return sum
}

// open reports whether anything of the rental is still to be done.
func (r *Rental) open() bool { return nextStep[r.State] != "" }

// progress moves a rental on as far as its tools are. As long as a tool is still
// to be handed out, the steps before the hand-over decide.
func (r *Rental) progress() {
	switch {
	case r.first(ToolReserved) != nil:
	case r.first(ToolOut) != nil:
		r.State = Out
	case r.first(ToolReturned) != nil:
		r.State = Returned
	case r.first(ToolLost) != nil:
		r.State = Lost
	default:
		r.State = Inspected
	}
}

// free lets the tools go that a rental reserved and did not hand out.
func (h *Hall) free(r *Rental) {
	for i := range r.Lines {
		l := &r.Lines[i]
		if l.State != ToolReserved {
			continue
		}
		l.State = ToolIn
		if t := h.Tools[l.Tool]; t != nil && t.Rental == r.ID {
			t.State, t.Rental = ToolIn, ""
		}
	}
}

// rentals lists the known rentals by number.
func (h *Hall) rentals() []*Rental {
	list := make([]*Rental, 0, len(h.Rentals))
	for _, id := range slices.Sorted(maps.Keys(h.Rentals)) {
		list = append(list, h.Rentals[id])
	}
	return list
}

// Keeps reports whether a person's identity is still needed: a rental is open,
// something is unpaid, or something of theirs is stored.
func (h *Hall) Keeps(ref string) bool {
	for _, r := range h.Rentals {
		if r.Person.Ref == ref && (r.open() || r.Due > 0) {
			return true
		}
	}
	for _, s := range h.Storages {
		if s.Person.Ref == ref {
			return true
		}
	}
	return false
}

// keptDays is how long an ended rental can be looked up without the ledger.
const keptDays = 31

// forgetRentals drops rentals that ended long before a day.
func (h *Hall) forgetRentals(today string) {
	limit := daysBefore(today, keptDays)
	maps.DeleteFunc(h.Rentals, func(_ string, r *Rental) bool {
		return !r.open() && r.Due == 0 && r.Ended < limit
	})
}

// daysBefore counts days back in the calendar.
func daysBefore(date string, n int) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return ""
	}
	return t.AddDate(0, 0, -n).Format(time.DateOnly)
}
