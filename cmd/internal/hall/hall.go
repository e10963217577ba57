package hall

import (
	"encoding/json"
	"fmt"
	"time"
)

// Hall is the state of one hall: everything the rules need to decide, and
// nothing of it that was not put there by a record. One owner uses it; it does
// no locking.
type Hall struct {
	cfg Config
	state
}

// state is what a snapshot holds.
type state struct {
	Day       string    // the hall's day, 2026-01-31; empty until a trusted clock or a person says it
	Opened    bool      // whether the day is open for business
	Last      string    // ref of the person whose card was read last
	Clock     ClockWord // a person's word on the date
	Persons   map[string]*Visitor
	Tickets   map[string]*Ticket // of the day, by number
	Next      map[string]int     // next number by service
	Before    Numbers            // of the day before
	Windows   map[int]*Counters
	Calls     []Call // of the day, the last first
	Notice    CountyNoticeShown
	Jobs      map[string]*Job
	JobSeq    int
	Ops       map[string]*Operation
	OpSeq     int
	Devices   map[string]*Condition
	Tools     map[string]*Tool
	Rentals   map[string]*Rental
	RentalSeq int
	Stubs     map[string]string // rental by number of a stub from a numbered book
	Boots     []Boot            // starts of the machine, for durations over a restart

	Accounts    map[string]*Account // by tool
	Cash        map[string]*CashDay // by day
	Drawer      Drawer
	Handovers   map[string]*Handover // open, or of the last weeks
	HandoverSeq int
	Total       Sums // since the ledger began
	DoorBooks   map[DoorID]*DoorBook
	RepairSeq   int // repairs of doors that were ever asked for
	Storages    map[string]*Storage
	StorageSeq  int
	Requests    map[string]*ToolRequest
	RequestSeq  int

	Tally Tally
	desk
}

// ClockWord is the date a staff member confirmed, for one start of the machine.
type ClockWord struct {
	Boot string
	Date string
}

// Numbers are how far a day's numbers came.
type Numbers struct {
	Day     string
	Next    map[string]int // by service
	Notices int
}

// New makes a hall in which nothing has happened yet.
func New(cfg Config) *Hall {
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	h := &Hall{cfg: cfg}
	h.state.fill()
	return h
}

// fill makes the maps that are missing, in a new state or in one from a
// snapshot.
func (s *state) fill() {
	if s.Persons == nil {
		s.Persons = map[string]*Visitor{}
	}
	if s.Jobs == nil {
		s.Jobs = map[string]*Job{}
	}
	if s.Ops == nil {
		s.Ops = map[string]*Operation{}
	}
	if s.Devices == nil {
		s.Devices = map[string]*Condition{}
	}
	if s.Tools == nil {
		s.Tools = map[string]*Tool{}
	}
	if s.Rentals == nil {
		s.Rentals = map[string]*Rental{}
	}
	if s.Stubs == nil {
		s.Stubs = map[string]string{}
	}
	if s.Accounts == nil {
		s.Accounts = map[string]*Account{}
	}
	if s.Cash == nil {
		s.Cash = map[string]*CashDay{}
	}
	if s.Drawer.Methods == nil {
		s.Drawer.Methods = map[string]Fen{}
	}
	if s.Handovers == nil {
		s.Handovers = map[string]*Handover{}
	}
	if s.DoorBooks == nil {
		s.DoorBooks = map[DoorID]*DoorBook{}
	}
	if s.Storages == nil {
		s.Storages = map[string]*Storage{}
	}
	if s.Requests == nil {
		s.Requests = map[string]*ToolRequest{}
	}
	if s.Windows == nil {
		s.Windows = map[int]*Counters{}
	}
	if s.Tickets == nil {
		s.Tickets = map[string]*Ticket{}
	}
	if s.Next == nil {
		s.Next = map[string]int{}
	}
	s.desk.fill()
}

// Handle decides on an event and changes nothing. The caller puts the outcome's
// records on disk, applies them with [Hall.Apply], and only then carries out the
// effects. A *[Refusal] is the rules' no; nothing happened then.
func (h *Hall) Handle(at Stamp, ev Event) (Outcome, error) {
	at.Time = at.Time.In(h.cfg.Zone)
	out, err := ev.handle(h, h.judge(at))
	if err == nil {
		h.seated(ev, &out)
	}
	h.feed(&out, false)
	return out, err
}

// Apply changes the state as a record says.
func (h *Hall) Apply(r Record) {
	r.At.Time = r.At.Time.In(h.cfg.Zone)
	h.witness(h.judge(r.At))
	r.Data.apply(h, r.At)
}

// judge lets a stamp pass as trusted when a person confirmed its date since the
// machine started.
func (h *Hall) judge(at Stamp) Stamp {
	at.Trusted = at.Trusted || h.Confirmed(at)
	return at
}

// Confirmed reports whether a person's word on the date ([ConfirmDate]) holds for a
// stamp: of that day, and of the same run of the machine.
func (h *Hall) Confirmed(at Stamp) bool {
	return at.Boot != "" && h.Clock.Boot == at.Boot && h.Clock.Date == DateOf(at.Time).String()
}

// Snapshot gives the state for [Restore].
func (h *Hall) Snapshot() ([]byte, error) {
	b, err := json.Marshal(&h.state)
	if err != nil {
		return nil, fmt.Errorf("writing a snapshot of the hall: %w", err)
	}
	return b, nil
}

// Restore makes a hall of a snapshot and the present configuration.
func Restore(cfg Config, snapshot []byte) (*Hall, error) {
	h := New(cfg)
	if err := json.Unmarshal(snapshot, &h.state); err != nil {
		return nil, fmt.Errorf("reading a snapshot of the hall: %w", err)
	}
	h.state.fill()
	return h, nil
}

// SnapshotVersion changes whenever the form of a snapshot does; an older one is
// left aside and the ledger replayed.
const SnapshotVersion = 6

// day is the business day that a wall time belongs to.
func (h *Hall) day(t time.Time) string {
	return DateOf(t.Add(-h.cfg.Rollover)).String()
}

// Due is what the hall must handle before any other event: a new day, once the
// clock may be believed. It is nil when nothing is due.
func (h *Hall) Due(at Stamp) Event {
	at.Time = at.Time.In(h.cfg.Zone)
	at = h.judge(at)
	day := h.day(at.Time)
	// A day that lies ahead was a clock's mistake if a person says so.
	if at.Trusted && (day > h.Day || day < h.Day && h.Confirmed(at)) {
		return newDay{}
	}
	return nil
}

// Resolve gives the ref that a person argument stands for: "last" is whoever
// laid a card last today, and a ticket's number is whoever drew it. Behind a card
// that led to no check-in there is no last person.
func (h *Hall) Resolve(person string) (string, error) {
	if person == "" || person == "last" {
		person = h.Last
	}
	if t := h.Tickets[person]; t != nil {
		person = t.Person
	}
	switch {
	case person != "":
	case h.Tally.Visits+h.Tally.Refusals == 0:
		return "", refuse("nobody", "今天还没有人登记，请先刷身份证")
	default:
		return "", refuse("nobody", "最近一张证件没有登记，请重新刷证")
	}
	if h.Persons[person] == nil {
		return "", refuse("unknown-person", "没有找到这个人，请让其先刷身份证")
	}
	return person, nil
}
