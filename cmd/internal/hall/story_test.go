package hall

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// story drives a hall the way the daemon does, and keeps its ledger, so that
// each test can be replayed.
type story struct {
	t       *testing.T
	cfg     Config
	h       *Hall
	at      Stamp
	ledger  []stored
	effects []Effect
	out     []Job            // papers that came out and were not looked at
	people  map[string]Facts // of the cards that were laid
	long    bool             // many days: without looking at the whole state around each event
}

type stored struct {
	kind Kind
	at   Stamp
	raw  []byte
}

var shanghai = time.FixedZone("CST", 8*3600)

// testConfig is a small hall: two windows, four people of the staff.
func testConfig() Config {
	return Config{
		ID: "140321-01", Name: "平定县零工市场", Hotline: "0353-6060000", Zone: shanghai, Printer: true,
		Lockers: map[string]int{"A": 24}, Devices: []string{"reader", PrinterName, "locker/A", "display/window-1"},
		Services: []Service{
			{Key: "match", Name: "快速对接", Prefix: "A", First: 1, Last: 499},
			{Key: "rights", Name: "权益保护", Prefix: "E", First: 1, Last: 99},
		},
		Windows: []Window{
			{Number: 1, Name: "求职登记", Services: []string{"match"}},
			{Number: 2, Name: "权益保护", Services: []string{"rights", "match"}},
		},
		Staff: []Staff{
			{ID: "01", Name: "王", Roles: []Role{Counter, Keeper}},
			{ID: "02", Name: "刘", Roles: []Role{Keeper, Approver, Finance, Head}},
			{ID: "03", Name: "赵", Roles: []Role{Technician}},
			{ID: "04", Name: "孙", Roles: []Role{Approver}},
		},
		Queue: QueueRules{Priority: 1, Ordinary: 3, LateWithin: 30 * time.Minute, HoldFor: 20 * time.Minute},
		Rental: RentalRules{
			ApproveWithin: 30 * time.Minute, SameDayVisit: true, MinorClasses: []Class{Simple},
			Terms: Terms{Version: "1", Lines: []string{"损坏照价赔偿"}},
		},
	}
}

func begin(t *testing.T) *story {
	t.Helper()
	cfg := testConfig()
	return &story{t: t, cfg: cfg, h: New(cfg), people: map[string]Facts{}, at: Stamp{
		Time: time.Date(2026, 3, 2, 7, 0, 0, 0, shanghai), Trusted: true, Boot: "b1", Uptime: time.Minute,
	}}
}

// later lets time pass.
func (s *story) later(d time.Duration) {
	s.at.Time, s.at.Uptime = s.at.Time.Add(d), s.at.Uptime+d
}

// send handles an event and applies what it decided, as read back from its JSON.
func (s *story) send(ev Event) (Outcome, error) {
	s.t.Helper()
	if due := s.h.Due(s.at); due != nil {
		s.decide(due)
	}
	return s.decide(ev)
}

func (s *story) decide(ev Event) (Outcome, error) {
	s.t.Helper()
	ev = s.judged(ev)
	var before []byte
	if !s.long {
		before, _ = s.h.Snapshot()
	}
	out, err := s.h.Handle(s.at, ev)
	if !s.long {
		if after, _ := s.h.Snapshot(); string(before) != string(after) {
			s.t.Fatalf("handling %T changed the hall", ev)
		}
	}
	for _, d := range out.Data {
		raw, err := json.Marshal(d)
		if err != nil {
			s.t.Fatal(err)
		}
		s.ledger = append(s.ledger, stored{d.Kind(), s.at, raw})
		keep(s.ledger[len(s.ledger)-1])
		apply(s.t, s.h, s.ledger[len(s.ledger)-1])
	}
	for _, e := range out.Effects {
		if p, ok := e.(Print); ok {
			if err := LayOut(p.Job); err != nil {
				s.t.Errorf("%T prints what nobody can lay out: %v", ev, err)
			}
		}
	}
	s.effects = append(s.effects, out.Effects...)
	return out, err
}

// judged fills in what the hall knows of a person from the card.
func (s *story) judged(ev Event) Event {
	if c, ok := ev.(CardRead); ok {
		s.people[c.Person.Ref] = c.Facts
	}
	if j, ok := ev.(Judged); ok {
		if ref, err := j.Whom(s.h); err == nil {
			return j.Judge(ref, s.people[ref])
		}
	}
	return ev
}

func apply(t *testing.T, h *Hall, r stored) {
	t.Helper()
	d, err := Decode(r.kind, r.raw)
	if err != nil {
		t.Fatal(err)
	}
	h.Apply(Record{At: r.at, Data: d})
}

// do sends an event that must be accepted and gives the reply.
func (s *story) do(ev Event) any {
	s.t.Helper()
	out, err := s.send(ev)
	if err != nil {
		s.t.Fatalf("%T: %v", ev, err)
	}
	if out.Reply == nil {
		return nil
	}
	reply, err := out.Reply(s.h)
	if err != nil {
		s.t.Fatalf("%T: %v", ev, err)
	}
	return reply
}

// refused sends an event that the rules must refuse with a code.
func (s *story) refused(ev Event, code string) {
	s.t.Helper()
	out, err := s.send(ev)
	if err == nil && out.Reply != nil {
		_, err = out.Reply(s.h)
	}
	var r *Refusal
	if !errors.As(err, &r) || r.Code != code {
		s.t.Fatalf("%T: got %v, want refusal %q", ev, err, code)
	}
	if r.Text == "" || strings.Contains(r.Text, "%!") {
		s.t.Errorf("%T is refused as %s with the words %q", ev, code, r.Text)
	}
}

// printed confirms every slip that was sent to the printer, and gives their
// templates.
func (s *story) printed() (templates []string) {
	for _, j := range s.papers() {
		templates = append(templates, j.Slip.Template)
	}
	s.out = nil
	return templates
}

// papers confirms every slip that was sent to the printer, and gives all since
// the last [story.printed].
func (s *story) papers() []Job {
	for len(s.effects) > 0 {
		for _, j := range s.sent() {
			s.out = append(s.out, j)
			s.do(SlipResult{Job: j.ID, State: JobPrinted})
		}
	}
	return s.out
}

// sent gives the slips that were sent to the printer since the last time.
func (s *story) sent() (jobs []Job) {
	for _, e := range s.took() {
		if p, ok := e.(Print); ok {
			jobs = append(jobs, p.Job)
		}
	}
	return jobs
}

// took gives the effects since the last time.
func (s *story) took() []Effect {
	e := s.effects
	s.effects = nil
	return e
}

// replayed checks that the ledger alone gives the same hall.
func (s *story) replayed() {
	s.t.Helper()
	h := New(s.cfg)
	for _, r := range s.ledger {
		apply(s.t, h, r)
	}
	if diff := cmp.Diff(snapshot(s.t, s.h), snapshot(s.t, h)); diff != "" {
		s.t.Errorf("the replay differs (-live +replay):\n%s", diff)
	}
	again, err := Restore(s.cfg, []byte(snapshot(s.t, s.h)))
	if err != nil {
		s.t.Fatal(err)
	}
	if diff := cmp.Diff(snapshot(s.t, s.h), snapshot(s.t, again)); diff != "" {
		s.t.Errorf("a restored snapshot differs:\n%s", diff)
	}
}

func snapshot(t *testing.T, h *Hall) string {
	t.Helper()
	b, err := h.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// born makes a card of somebody.
func born(ref string, y int, m time.Month, d int) CardRead {
	return CardRead{
		Person: Person{Ref: ref, Last4: "002X"},
		Facts:  Facts{Document: DocumentResident, Birth: Date{y, m, d}},
	}
}
