package hall

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// crowd drives check-in and queue at random.
type crowd struct {
	*rapid.T
	h      *Hall
	at     Stamp
	ledger []stored
	drawn  map[string]bool // day and number
	jobs   []Job
}

// TestAnyCrowd holds the queue, whatever happens, to what may never happen:
// handling changes nothing, no number is lost or drawn twice on a day, a window
// serves one number, and the ledger alone gives the same hall.
func TestAnyCrowd(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		cfg := testConfig()
		cfg.CarryOver = rapid.Bool().Draw(r, "carry over")
		c := &crowd{T: r, h: New(cfg), drawn: map[string]bool{}, at: Stamp{
			Time: time.Date(2026, 3, 2, 20, 0, 0, 0, shanghai), Trusted: true, Boot: "b1", Uptime: time.Minute,
		}}
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			c.step()
			c.sane()
		}
		again := New(cfg)
		for _, s := range c.ledger {
			d, err := Decode(s.kind, s.raw)
			if err != nil {
				r.Fatal(err)
			}
			again.Apply(Record{At: s.at, Data: d})
		}
		if a, b := c.snapshot(c.h), c.snapshot(again); a != b {
			r.Fatalf("the replay differs:\nlive   %s\nreplay %s", a, b)
		}
	})
}

func (c *crowd) snapshot(h *Hall) string {
	b, err := h.Snapshot()
	if err != nil {
		c.Fatal(err)
	}
	return string(b)
}

func (c *crowd) one(label string, list ...string) string {
	return rapid.SampledFrom(list).Draw(c.T, label)
}

// step lets time pass and something happen.
func (c *crowd) step() {
	d := time.Duration(rapid.IntRange(0, 40).Draw(c.T, "minutes")) * time.Minute
	c.at.Time, c.at.Uptime = c.at.Time.Add(d), c.at.Uptime+d
	c.at.Trusted = rapid.IntRange(0, 9).Draw(c.T, "trusted") > 0
	if rapid.IntRange(0, 30).Draw(c.T, "restart") == 0 {
		c.at.Boot += "x"
		c.at.Uptime = 0
		c.jobs = nil
		c.handle(Start{})
	}
	c.handle(c.event())
}

func (c *crowd) event() Event {
	window := rapid.IntRange(1, 3).Draw(c.T, "window")
	staff := c.one("staff", "01", "01", "02", "03")
	who := c.one("person", "a", "b", "c", "d", "e", "last")
	ticket := c.one("ticket", "A001", "A002", "A003", "E001")
	switch rapid.IntRange(0, 21).Draw(c.T, "event") {
	case 0, 1, 2, 3, 4, 5:
		e := born(who, 1990, 1, 1)
		e.Service = c.one("service", "", "", "match", "rights")
		return e
	case 6, 7, 8:
		return CallNext{Window: window, Staff: staff}
	case 9:
		return CallNext{Window: window, Ticket: ticket, Reason: "急", Staff: staff}
	case 10:
		return Recall{Window: window, Staff: staff}
	case 11:
		return Hold{Window: window, Staff: staff}
	case 12:
		return Unhold{Ticket: ticket, Staff: staff}
	case 13:
		return Skip{Window: window, Staff: staff}
	case 14:
		return Transfer{Window: window, To: c.one("to", "match", "rights"), Staff: staff}
	case 15, 16:
		return Done{Window: window, Outcome: "办结", Staff: staff}
	case 17:
		return PersonFlag{Person: who, Class: 1, Reason: "残疾", Staff: staff}
	case 18:
		return PersonBlock{Person: who, Reason: "打架", Staff: staff}
	case 19:
		if c.h.Training == nil {
			return TrainingOpen{Course: "电工", Staff: staff}
		}
		return TrainingClose{Staff: staff}
	case 20:
		if c.h.Opened {
			return DayClose{Staff: staff, Reason: "停电"}
		}
		return DayOpen{Staff: staff}
	default:
		return Tick{}
	}
}

// handle puts an event before the rules as the daemon does; slips come out, or
// not.
func (c *crowd) handle(ev Event) {
	if due := c.h.Due(c.at); due != nil {
		c.decide(due)
	}
	c.decide(ev)
	for len(c.jobs) > 0 {
		if len(c.jobs) > 1 {
			c.Fatalf("%d slips are on their way to one printer", len(c.jobs))
		}
		j := c.jobs[0]
		c.jobs = nil
		state := c.one("slip", "printed", "printed", "held", "unknown", "")
		if state == "" { // it takes its time
			c.jobs = append(c.jobs, j)
			break
		}
		c.decide(SlipResult{Job: j.ID, State: JobState(state)})
	}
}

func (c *crowd) decide(ev Event) {
	before := c.snapshot(c.h)
	out, err := c.h.Handle(c.at, ev)
	if after := c.snapshot(c.h); before != after {
		c.Fatalf("handling %T changed the hall", ev)
	}
	var no *Refusal
	if err != nil && (!errors.As(err, &no) || len(out.Data) > 0) {
		c.Fatalf("%T: got %v with %d records", ev, err, len(out.Data))
	}
	for _, d := range out.Data {
		raw, err := json.Marshal(d)
		if err != nil {
			c.Fatal(err)
		}
		if t, ok := d.(*TicketIssued); ok {
			key := t.Day + " " + t.Ticket
			if c.drawn[key] {
				c.Fatalf("%s was drawn twice", key)
			}
			c.drawn[key] = true
		}
		back, err := Decode(d.Kind(), raw)
		if err != nil {
			c.Fatal(err)
		}
		c.ledger = append(c.ledger, stored{d.Kind(), c.at, raw})
		c.h.Apply(Record{At: c.at, Data: back})
	}
	if out.Reply != nil {
		_, _ = out.Reply(c.h) // must not panic
	}
	for _, e := range out.Effects {
		if p, ok := e.(Print); ok {
			c.jobs = append(c.jobs, p.Job)
		}
	}
}

// sane is what always holds.
func (c *crowd) sane() {
	for id, j := range c.h.Jobs {
		if is := len(c.jobs) > 0 && c.jobs[0].ID == id; (j.State == JobSending) != is {
			c.Fatalf("job %s is %s, and on its way to the printer is %v", id, j.State, c.jobs)
		}
	}
	at := map[string]int{}
	for n, w := range c.h.Windows {
		if w.Ticket == "" {
			continue
		}
		if t := c.h.Tickets[w.Ticket]; t == nil || t.State != Called || t.Window != n {
			c.Fatalf("window %d serves %s, which is %+v", n, w.Ticket, t)
		}
		at[w.Ticket]++
	}
	open := map[string]bool{}
	for number, t := range c.h.Tickets {
		if t.State == Called && at[number] != 1 {
			c.Fatalf("%s is called and at %d windows", number, at[number])
		}
		if key := fmt.Sprint(t.Person, t.Service); t.State != Ended {
			if open[key] {
				c.Fatalf("%s has two numbers for %s", t.Person, t.Service)
			}
			open[key] = true
		}
	}
	q := c.h.Queue()
	if n := len(q.Waiting) + len(q.Called) + len(q.Held); n != len(open) {
		c.Fatalf("the queue shows %d of %d open numbers", n, len(open))
	}
	for _, t := range q.Waiting {
		if alone, err := c.h.Ticket(t.Ticket); err != nil || alone != t {
			c.Fatalf("in the queue it is %+v, alone %+v, %v", t, alone, err)
		}
	}
	r := c.h.Report()
	if c.h.cfg.CarryOver {
		return
	}
	if ended := sum(r.Outcomes); r.Tickets != ended+r.Waiting {
		c.Fatalf("%d numbers drawn, %d ended and %d open", r.Tickets, ended, r.Waiting)
	}
}
