package daemon

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"halld/cmd/internal/county"
	"halld/cmd/internal/county/countytest"
	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
	"halld/cmd/internal/receiver"
	"halld/firmware-bridge/emulator/cardreader"
)

// seat is a county with a broker and a database.
type seat struct {
	t     *testing.T
	url   string
	store receiver.Store
}

func newSeat(t *testing.T) *seat {
	t.Helper()
	c := &seat{t: t, url: countytest.StartEmbedded(t)}
	var err error
	if c.store, err = receiver.Open(t.Context(), "memory:"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	r := receiver.New(receiver.Opts{Link: county.Link{Brokers: []string{c.url}}, Store: c.store, Reorder: 200 * time.Millisecond})
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		c.store.Close()
	})
	return c
}

// table is what hall.toml says of it.
func (c *seat) table(more string) string {
	return fmt.Sprintf("\n[county]\nbrokers = [%q]\n%s\n", c.url, more)
}

// order queues a command and waits for the hall's answer.
func (c *seat) order(id, name string, body map[string]any) county.Result {
	c.t.Helper()
	o := receiver.Order{ID: id, Hall: "140321-01", Name: name, Body: body, Expires: time.Now().Add(time.Hour)}
	if err := c.store.Queue(c.t.Context(), o, time.Now()); err != nil {
		c.t.Fatal(err)
	}
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		list, err := c.store.Orders(c.t.Context(), 100)
		if err != nil {
			c.t.Fatal(err)
		}
		i := slices.IndexFunc(list, func(o receiver.Ordered) bool { return o.ID == id })
		if !list[i].Answered.IsZero() {
			var res county.Result
			if err := json.Unmarshal(list[i].Result, &res); err != nil {
				c.t.Fatal(err)
			}
			return res
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("command %s is not answered", id)
		}
	}
}

// confirmed waits until the county has all that the hall recorded.
func (s *stage) confirmed() {
	s.t.Helper()
	s.wait("all is confirmed", func() bool { return s.d.ledger.UnconfirmedCount() == 0 })
}

func (s *stage) wait(what string, ok func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("not within 60 s: %s", what)
		}
	}
}

// holdsToContract holds every record of the ledger to the contract, and says
// which kinds there are.
func (s *stage) holdsToContract() (kinds map[string]bool) {
	s.t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile("../../../config/contract/schemas/record.json")
	if err != nil {
		s.t.Fatal(err)
	}
	kinds = map[string]bool{}
	for r, err := range s.d.ledger.Read(s.t.Context(), 1, 0) {
		if err != nil {
			s.t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(r.Doc))
		if err == nil {
			err = schema.Validate(doc)
		}
		if err != nil {
			s.t.Errorf("%v\n%s", err, r.Doc)
		}
		kinds[r.Kind] = true
	}
	return kinds
}

// TestOrdersOfTheCounty: an order goes from the county's database through the
// daemon to the rules, and the answer back.
func TestOrdersOfTheCounty(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "lists.pub")
	if err := os.WriteFile(key, []byte(base64.StdEncoding.EncodeToString(public)+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c := newSeat(t)
	s := onStage(t, c.table(fmt.Sprintf("lists_key = %q", key)))
	if res := c.order("n-1", county.CmdNotice, map[string]any{"text": "明日上午停电，下午照常", "until": "2999-12-31"}); !res.OK {
		t.Errorf("the notice is answered %+v", res)
	}
	s.until("the notice is on the board", func(h *hall.Hall) bool { return slices.Contains(h.Board().Lines, "明日上午停电，下午照常") })

	lists := county.Lists{Version: 7, County: "140321", Issued: time.Now(), Block: []county.Listed{{Ref: "bb", Reason: "清出市场", Until: "2999-01-01"}}}
	pack, sig := county.SignLists(private, lists)
	if res := c.order("l-7", county.CmdLists, map[string]any{"pack": pack, "sig": sig}); !res.OK || !strings.Contains(fmt.Sprint(res.Result), "7") {
		t.Errorf("the lists are answered %+v", res)
	}
	if res := c.order("l-7-again", county.CmdLists, map[string]any{"pack": pack, "sig": sig}); res.OK {
		t.Errorf("the same lists again are answered %+v", res)
	}

	s.swipe(cardreader.Sample(time.Now())[0])
	s.paper()
	s.do(hall.ToolAdd{Staff: "01", Tool: hall.Tool{
		ID: "DR-01", Name: "电锤", Class: hall.Priced, Deposit: 20000, Door: "A/3", Price: hall.Price{Rate: 500, Per: hall.PerHour, Cap: 3000},
	}})
	var facts hall.Facts
	s.until("the person is known", func(h *hall.Hall) bool {
		ref, err := h.Resolve("last")
		facts = s.d.vault.facts(ref)
		return err == nil
	})
	r := s.do(hall.RentalRequest{Tools: []string{"DR-01"}, Person: "last", Facts: facts, Staff: "01"}).(hall.RentalView).Rental
	if res := c.order("a-1", county.CmdApprove, map[string]any{"rental": r, "by": "李"}); !res.OK {
		t.Errorf("the approval is answered %+v", res)
	}
	if slip := s.paper(); !strings.Contains(slip, "200.00") {
		t.Errorf("no contract came out:\n%s", slip)
	}
	if res := c.order("a-2", county.CmdApprove, map[string]any{"rental": r, "by": "李"}); res.OK || res.Error != county.RefusedFailed {
		t.Errorf("approving what is approved is answered %+v", res)
	}
	s.until("the rental is approved", func(h *hall.Hall) bool {
		v, err := h.Rental(r)
		return err == nil && v.State == hall.Approved
	})
	s.confirmed()
	s.do(hall.DayClose{Staff: "02", Reason: "停电"})
	if kinds := s.holdsToContract(); !kinds["ledger.digest"] || !kinds["county.notice"] || !kinds["county.lists"] {
		t.Errorf("the records are of kinds %v", kinds)
	}
}

// TestCommandIsDoneWithItsAnswer: a crash right behind the effect leaves no
// command that was done and would be answered otherwise.
func TestCommandIsDoneWithItsAnswer(t *testing.T) {
	s := onStage(t)
	notice := func(id, text string) county.Command {
		body, err := json.Marshal(map[string]string{"text": text})
		if err != nil {
			t.Fatal(err)
		}
		return county.Command{ID: id, Name: county.CmdNotice, Expires: time.Now().Add(time.Hour), Body: body}
	}
	if _, err := s.d.command(t.Context(), notice("n-1", "放假")); err != nil {
		t.Fatal(err)
	}
	s.stop() // before the reporter could keep anything
	s.start()
	answer, ok, err := county.LedgerInbox{Ledger: s.d.ledger}.Answer("n-1")
	var res county.Result
	if err != nil || !ok || json.Unmarshal(answer, &res) != nil || !res.OK || res.ID != "n-1" {
		t.Errorf("the command's answer is %s, %v, %v; want that it was done", answer, ok, err)
	}
	if _, err := s.d.command(t.Context(), notice("n-2", strings.Repeat("长", 201))); err == nil {
		t.Fatal("a notice that is too long is taken")
	}
	if _, ok, err := s.d.ledger.Get(ledger.Inbox, "n-2"); ok || err != nil {
		t.Errorf("a refused command has an answer that says it was done: %v", err)
	}
}

// TestOldCardIsPutBack: last week's image of the card goes into the box, people
// come before the line is up, and then the county knows more than the card. The
// hall goes on in a new epoch, and nobody's visit is lost.
func TestOldCardIsPutBack(t *testing.T) {
	c := newSeat(t)
	proxy := countytest.StartProxy(t, c.url[len("tcp://"):])
	s := onStage(t, fmt.Sprintf("\n[county]\nbrokers = [%q]\n", proxy.URL()))
	adults := grownUps(t)
	s.visit(adults[0])
	s.confirmed()
	putBack := s.image()
	s.visit(adults[1])
	s.confirmed()
	s.stop()
	reached, _ := s.d.ledger.Head()
	putBack()
	proxy.Refuse(true)
	s.start()
	before := s.d.ledger.Epoch()
	s.visit(adults[2])
	s.visit(adults[3])
	if now, _ := s.d.ledger.Head(); now <= reached {
		t.Fatalf("the old card has %d records, which is not past the county's %d", now, reached)
	}
	proxy.Refuse(false)
	s.until("the queue stays, and the clerk is told", func(h *hall.Hall) bool {
		return len(h.Queue().Waiting) >= 3 && faultOf(h, ledgerName) == oldCard
	})
	if s.d.ledger.Epoch() == before {
		t.Error("the ledger goes on in its epoch")
	}
	s.confirmed()
	if kinds := s.holdsToContract(); !kinds["ledger.salvaged"] || !kinds["ledger.recovered"] {
		t.Errorf("the records are of kinds %v", kinds)
	}
	days, err := c.store.Days(t.Context(), "0000-01-01", "9999-12-31")
	if err != nil || len(days) != 1 || days[0].Persons != 4 {
		t.Errorf("the county's days are %+v, %v, want all 4 people", days, err)
	}
	s.stop()
	s.start()
	s.until("both outlive a restart", func(h *hall.Hall) bool {
		return len(h.Queue().Waiting) >= 3 && faultOf(h, ledgerName) == oldCard
	})
	_ = s.d.loop.View(t.Context(), func(h *hall.Hall) {
		if s.d.staleRollback(h) {
			t.Error("the alarm of today is called old")
		}
		next := *h
		if next.Day = "2999-01-01"; !s.d.staleRollback(&next) {
			t.Error("the alarm of a day that is over stays")
		}
	})
}

// TestOldCardGivesNoNumberTwice: this morning's image of the card goes into the
// box, and somebody has the number that it would give next.
func TestOldCardGivesNoNumberTwice(t *testing.T) {
	c := newSeat(t)
	s := onStage(t, fmt.Sprintf("\n[county]\nbrokers = [%q]\n", c.url))
	adults := grownUps(t)
	given := []string{s.visit(adults[0])}
	s.confirmed()
	putBack := s.image()
	given = append(given, s.visit(adults[1]), s.visit(adults[2]))
	s.confirmed()
	s.stop()
	putBack()
	s.start()
	s.until("the clerk is told", func(h *hall.Hall) bool { return faultOf(h, ledgerName) == oldCard })
	if number := s.visit(adults[3]); slices.Contains(given, number) {
		t.Errorf("%s is given again, after %v", number, given)
	}
}

// image takes an image of the card between a stop and a start, which putBack
// writes over a hall that stands still.
func (s *stage) image() (putBack func()) {
	s.t.Helper()
	path := filepath.Join(s.cfg.DataDir, "ledger.db")
	s.stop()
	image, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	s.start()
	return func() {
		if err := os.WriteFile(path, image, 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
}

// grownUps are four people of the sample cards who may rent anything.
func grownUps(t *testing.T) (adults []cardreader.Card) {
	t.Helper()
	for _, p := range cardreader.Sample(time.Now()) {
		if p.Birth < "2000" {
			adults = append(adults, p)
		}
	}
	if len(adults) < 4 {
		t.Fatalf("%d grown-up people are too few", len(adults))
	}
	return adults
}

// visit lays a card on the reader until its slip is printed, and gives the number.
func (s *stage) visit(p cardreader.Card) (number string) {
	s.t.Helper()
	s.swipe(p)
	slip := s.paper()
	if number = regexp.MustCompile(`A\d{3}`).FindString(slip); number == "" {
		s.t.Errorf("no number came out:\n%s", slip)
	}
	s.hw.Reader.Lift()
	s.until("the slip is confirmed", func(h *hall.Hall) bool {
		q := h.Queue().Waiting
		return q[len(q)-1].Slip == hall.JobPrinted
	})
	return number
}

func faultOf(h *hall.Hall, device string) string {
	for _, d := range h.Health() {
		if d.Name == device {
			return d.Fault
		}
	}
	return ""
}
