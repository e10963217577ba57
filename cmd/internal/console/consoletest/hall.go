// Package consoletest is a hall without a daemon, for tests of what stands in
// front of it: the real rules, a ledger in memory, and devices that obey.
package consoletest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"halld/cmd/internal/console"
	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
)

// Hall is a console.Backend. It may be used from several goroutines.
type Hall struct {
	mu        sync.Mutex
	h         *hall.Hall
	at        hall.Stamp
	docs      []json.RawMessage
	records   []hall.Record
	pins      map[string][]byte
	cards     map[string]string
	listeners map[chan struct{}]bool
	facts     map[string]hall.Facts

	bad    []string // what Verify finds
	doors  map[hall.DoorID]hall.OpState
	paper  hall.JobState
	bits   map[string]string // contacts by locker
	opened map[string]string // contacts by locker once a door was opened

	greeting string // told at the entrance last

	Broken error // nothing can be written down because of it
}

var _ console.Backend = (*Hall)(nil)

var zone = time.FixedZone("CST", 8*3600)

// Config is a hall with two windows, a locker and four people of the staff.
func Config() hall.Config {
	return hall.Config{
		ID: "140321-01", Name: "平定县零工市场", Operator: "平定县公共就业服务中心", Hotline: "0353-6060000", Complaints: "12333", Zone: zone, Printer: true,
		Lockers: map[string]int{"A": 24}, Devices: []string{hall.NetworkName, "reader", hall.PrinterName, "locker/A", "display/window-1"},
		Services: []hall.Service{
			{Key: "match", Name: "快速对接", Prefix: "A", First: 1, Last: 499},
			{Key: "training", Name: "创业培训", Prefix: "C", First: 1, Last: 99},
		},
		Windows: []hall.Window{
			{Number: 1, Name: "求职登记", Services: []string{"match"}},
			{Number: 2, Name: "培训", Services: []string{"training"}},
		},
		Staff: []hall.Staff{
			{ID: "01", Name: "王", Roles: []hall.Role{hall.Counter, hall.Keeper}},
			{ID: "02", Name: "刘", Roles: []hall.Role{hall.Keeper, hall.Approver, hall.Finance, hall.Head}},
			{ID: "03", Name: "赵", Roles: []hall.Role{hall.Technician}},
		},
		Rental: hall.RentalRules{
			ApproveWithin: 30 * time.Minute, OverdueAfter: 24 * time.Hour, SameDayVisit: true, MinorClasses: []hall.Class{hall.Simple},
			PriceList: "2026-1", Terms: hall.Terms{Version: "1", Lines: []string{"损坏照价赔偿", "不得转借"}},
			Types: map[string]hall.ToolType{
				"drill": {Name: "电锤", Safety: []string{"戴护目镜和手套", "换钻头前先断电"}, Checklist: []string{"外壳", "电源线", "试机"}},
			},
		},
	}
}

// New makes a hall on the morning of 2 March 2026.
func New() *Hall { return With(Config()) }

// With is New for another hall.
func With(cfg hall.Config) *Hall {
	return &Hall{
		h:         hall.New(cfg),
		at:        hall.Stamp{Time: time.Date(2026, 3, 2, 8, 0, 0, 0, zone), Trusted: true, Boot: "b1", Uptime: time.Minute},
		pins:      map[string][]byte{},
		cards:     map[string]string{},
		listeners: map[chan struct{}]bool{},
		facts:     map[string]hall.Facts{},
		opened:    map[string]string{},
		doors:     map[hall.DoorID]hall.OpState{},
		paper:     hall.JobPrinted,
		bits:      map[string]string{"A": "111111110000000000000000"},
	}
}

// Swipe lets somebody of 1990 lay a card.
func (f *Hall) Swipe(ref, last4 string) error {
	facts := hall.Facts{Document: hall.DocumentResident, Birth: hall.Date{Year: 1990, Month: time.January, Day: 1}}
	f.facts[ref] = facts
	_, err := f.Do(context.Background(), hall.CardRead{Person: hall.Person{Ref: ref, Last4: last4}, Facts: facts})
	return err
}

// Spoil makes Verify find these problems.
func (f *Hall) Spoil(problems ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bad = problems
}

// Rewire sets what the contacts of a locker become once a door was opened.
func (f *Hall) Rewire(locker, contacts string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.opened[locker] = contacts
}

// Misbehave makes a door come to another end than being open and shut again:
// failed, unsent or unknown; open, and it stays so; or queued, and its turn never
// comes.
func (f *Hall) Misbehave(door hall.DoorID, end hall.OpState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.doors[door] = end
}

// Paper lets slips end in a state from now on.
func (f *Hall) Paper(ends hall.JobState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.paper = ends
}

// Doubt takes the trust in the clock away.
func (f *Hall) Doubt() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at.Trusted, f.at.Boot, f.at.Uptime = false, "b2", time.Minute
}

// Later lets time pass.
func (f *Hall) Later(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at.Time, f.at.Uptime = f.at.Time.Add(d), f.at.Uptime+d
}

// CheckIn implements console.Hall; the number itself is the reference.
func (f *Hall) CheckIn(ctx context.Context, t console.Typed) (any, error) {
	facts := hall.Facts{Document: hall.DocumentResident, Birth: hall.Date{Year: 1990, Month: time.January, Day: 1}}
	f.facts[t.Number] = facts
	return f.Do(ctx, hall.CardRead{
		Person: hall.Person{Ref: t.Number, Last4: t.Number[max(len(t.Number)-4, 0):]}, Facts: facts,
		Typed: true, Staff: t.Staff, Second: t.Second, Service: t.Service,
	})
}

// Do implements console.Hall. Every slip is printed, and every door opens and is
// shut again, before the answer is given.
func (f *Hall) Do(_ context.Context, ev hall.Event) (any, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Broken != nil {
		return nil, f.Broken
	}
	if j, ok := ev.(hall.Judged); ok {
		ref, err := j.Whom(f.h)
		if err != nil {
			return nil, err
		}
		ev = j.Judge(ref, f.facts[ref])
	}
	if due := f.h.Due(f.at); due != nil {
		if _, err := f.step(due); err != nil {
			return nil, err
		}
	}
	out, err := f.step(ev)
	if err != nil || out.Reply == nil {
		return nil, err
	}
	return out.Reply(f.h)
}

func (f *Hall) step(ev hall.Event) (hall.Outcome, error) {
	out, err := f.h.Handle(f.at, ev)
	if err != nil {
		return out, err
	}
	for _, d := range out.Data {
		if err := f.write(d); err != nil {
			return out, err
		}
		f.h.Apply(hall.Record{At: f.at, Data: d})
	}
	for _, e := range out.Effects {
		if err := f.obey(e); err != nil {
			return out, err
		}
	}
	for ch := range f.listeners {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
	return out, nil
}

// obey plays the devices.
func (f *Hall) obey(e hall.Effect) error {
	var answers []hall.Event
	switch e := e.(type) {
	case hall.Greet:
		f.greeting = e.Text
	case hall.Print:
		answers = []hall.Event{hall.SlipResult{Job: e.Job.ID, State: f.paper}}
	case hall.OpenDoor:
		if name, _, ok := e.Door.Split(); ok && f.opened[name] != "" {
			f.bits[name] = f.opened[name]
		}
		answers = f.driven(e)
	}
	for _, a := range answers {
		if _, err := f.step(a); err != nil {
			return err
		}
	}
	return nil
}

// driven plays the lock board.
func (f *Hall) driven(e hall.OpenDoor) []hall.Event {
	switch end := f.doors[e.Door]; end {
	case hall.OpQueued:
		return nil
	case hall.OpUnsent:
		return []hall.Event{hall.DoorOutcome{Op: e.Op, State: end, Cause: "offline"}}
	case "":
		return []hall.Event{
			hall.PulseDoor{Op: e.Op}, hall.DoorOutcome{Op: e.Op, State: hall.OpOpen}, hall.DoorSeen{Door: e.Door, State: hall.DoorLocked},
		}
	default:
		return []hall.Event{hall.PulseDoor{Op: e.Op}, hall.DoorOutcome{Op: e.Op, State: end}}
	}
}

// write keeps a record as the ledger does, as far as readers care.
func (f *Hall) write(d hall.Data) error {
	seq := len(f.docs) + 1
	doc, err := json.Marshal(map[string]any{
		"specversion": "1.0", "id": fmt.Sprintf("140321-01-e1-%d", seq), "source": "/halls/140321-01", "type": "hall." + string(d.Kind()),
		"time": f.at.Time.Format(time.RFC3339), "subject": d.Subject(), "sequence": fmt.Sprint(seq), "clock": "trusted", "data": d,
	})
	f.docs = append(f.docs, doc)
	f.records = append(f.records, hall.Record{At: f.at, Data: d})
	return err
}

// View implements console.Hall.
func (f *Hall) View(_ context.Context, look func(*hall.Hall)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	look(f.h)
	return nil
}

// InService implements console.Hall.
func (f *Hall) InService(context.Context) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.Broken == nil
}

// Entrance implements console.Hall.
func (f *Hall) Entrance() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.greeting
}

// Now implements console.Hall.
func (f *Hall) Now() hall.Stamp {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at
}

// Status implements console.Hall.
func (f *Hall) Status(context.Context) (any, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return map[string]any{
		"hall": "140321-01", "name": "平定县零工市场", "version": "test", "day": f.h.Day, "clock": "trusted", "in_service": true,
		"waiting": len(f.h.Queue().Waiting), "last_seq": len(f.docs), "unconfirmed": len(f.docs), "devices": f.h.Health(), "warnings": f.h.Warnings(), "time": f.at.Time,
	}, nil
}

// Listen implements console.Hall.
func (f *Hall) Listen() (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	ch <- struct{}{}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listeners[ch] = true
	return ch, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.listeners, ch)
	}
}

// Listeners is how many screens listen.
func (f *Hall) Listeners() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.listeners)
}

// Records implements console.Book.
func (f *Hall) Records(_ context.Context, from uint64, n int) ([]json.RawMessage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if from == 0 {
		from = uint64(max(len(f.docs)-n, 0)) + 1
	}
	first := min(int(from)-1, len(f.docs))
	return append([]json.RawMessage{}, f.docs[first:min(first+n, len(f.docs))]...), nil
}

// Sheet implements console.Book.
func (f *Hall) Sheet(_ context.Context, book string, p hall.Period) (hall.Sheet, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b, err := hall.FindBook(book)
	if err != nil {
		return hall.Sheet{}, err
	}
	return b.Sheet(Config(), slices.Values(f.records), p)
}

// Verify implements console.Book.
func (f *Hall) Verify(_ context.Context, progress func(done, total uint64)) (any, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := uint64(len(f.docs))
	if progress != nil {
		progress(n/2, n)
		progress(n, n)
	}
	return map[string]any{"records": n, "epoch": "e1", "head": "00", "bad": append([]string{}, f.bad...)}, nil
}

// Backup implements console.Book: a real ledger of the records so far.
func (f *Hall) Backup(ctx context.Context) (io.ReadCloser, int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, err := os.MkdirTemp("", "backup-")
	if err != nil {
		return nil, 0, err
	}
	defer os.RemoveAll(dir)
	l, err := ledger.Open(filepath.Join(dir, "ledger.db"), ledger.Opts{Hall: Config().ID})
	if err != nil {
		return nil, 0, err
	}
	var entries []ledger.Entry
	for _, r := range f.records {
		entries = append(entries, ledger.Entry{Kind: string(r.Data.Kind()), Time: r.At.Time, Subject: r.Data.Subject(), Data: r.Data})
	}
	_, err = l.Append(entries)
	path := filepath.Join(dir, "copy.db")
	if err = errors.Join(err, l.Backup(ctx, path), l.Close()); err != nil {
		return nil, 0, err
	}
	b, err := os.ReadFile(path)
	return io.NopCloser(bytes.NewReader(b)), int64(len(b)), err
}

// TestPrint implements console.Gear.
func (*Hall) TestPrint(context.Context) (any, error) {
	return map[string]string{"result": "printed"}, nil
}

// CheckSlip implements console.Gear; the code of every genuine slip is TRUE.
func (*Hall) CheckSlip(scanned string) (string, error) {
	claim, ok := strings.CutSuffix(scanned, "#TRUE")
	if !ok {
		return "", &hall.Refusal{Code: "forged", Text: "校验码不符"}
	}
	return claim, nil
}

// Contacts implements console.Gear.
func (f *Hall) Contacts(_ context.Context, locker string) (console.Contacts, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	bits, ok := f.bits[locker]
	if !ok {
		return console.Contacts{}, &hall.Refusal{Code: "unknown-locker", Text: "没有“" + locker + "”柜"}
	}
	return console.Contacts{Locker: locker, Contacts: bits, Order: "high-first"}, nil
}

// County implements console.Gear.
func (f *Hall) County(context.Context) (any, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return map[string]any{"connected": false, "epoch": "e1", "last_seq": len(f.docs), "upto": 0, "unconfirmed": len(f.docs)}, nil
}

// Pin implements console.Keys.
func (f *Hall) Pin(staff string) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.pins[staff], nil
}

// SetPin implements console.Keys.
func (f *Hall) SetPin(staff string, hash []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.pins[staff] = hash; hash == nil {
		delete(f.pins, staff)
	}
	return nil
}

// Card implements console.Keys.
func (f *Hall) Card(staff string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cards[staff], nil
}

// SetCard implements console.Keys.
func (f *Hall) SetCard(staff, ref string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cards[staff] = ref
	return nil
}
