package daemon

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"halld/cmd/internal/hall"
	"halld/cmd/internal/ledger"
	"halld/config"
	bridge "halld/firmware-bridge"
	"halld/firmware-bridge/emulator/cardreader"
)

// read is a page of the hall's.
func (s *stage) read(path string) string {
	s.t.Helper()
	resp, err := http.Get(s.d.web + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

// says waits for a page to hold a text.
func (s *stage) says(path, text string) {
	s.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(s.read(path), text); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("%s does not say %q within 30 s:\n%s", path, text, s.read(path))
		}
	}
}

// TestFullDiskStopsTheHallUntilThereIsRoom: nothing is promised, printed or
// opened that is not on disk, everybody is told, and the hall comes back by
// itself.
func TestFullDiskStopsTheHallUntilThereIsRoom(t *testing.T) {
	s := onStage(t)
	people := cardreader.Sample(time.Now())
	s.swipe(people[0])
	s.paper()
	s.until("the slip is confirmed", func(h *hall.Hall) bool { return h.Queue().Waiting[0].Slip == hall.JobPrinted })
	s.hw.Reader.Lift()
	records, _ := s.d.ledger.Head()

	s.disk.full.Store(true)
	s.swipe(people[1])
	s.says("/", "证件没有登记，请稍后重新刷证")
	s.says("/", "暂停受理")
	if _, err := s.d.loop.Do(t.Context(), hall.OpenForService{Door: "A/5", Staff: "02", Reason: "检修"}); !errors.Is(err, errOutOfService) {
		t.Errorf("a door is opened with %v, want out of service", err)
	}
	health := s.d.health.forCounty(s.cfg.DataDir)()
	var fault string
	for _, d := range health.Devices {
		if d.Name == ledgerName {
			fault = d.Fault
		}
	}
	if fault != faultDiskFull {
		t.Errorf("the county hears of the ledger %q, want %q", fault, faultDiskFull)
	}

	s.hw.Reader.Lift()
	s.disk.full.Store(false)
	s.says("/", "刚才的证件没有登记，请重新刷证")
	if strings.Contains(s.read("/"), "暂停受理") {
		t.Error("the board says out of service, and the hall is not")
	}
	if after, _ := s.d.ledger.Head(); after != records+1 {
		t.Errorf("%d records were added, want only that a card was lost", after-records)
	}
	if _, err := (backend{s.d}).Do(t.Context(), hall.RentalRequest{Tools: []string{"X"}, Person: "last", Staff: "01"}); err == nil || !strings.Contains(err.Error(), "最近一张证件没有登记") {
		t.Errorf("a rental for the last card answers %v, want that it was not recorded", err)
	}
	if n := len(s.tickets); n != 0 {
		t.Errorf("%d slips came out", n)
	}
	if n := len(s.hw.Locker.Pulses()); n != 0 {
		t.Errorf("%d doors were opened", n)
	}
	s.swipe(people[1])
	if slip := s.paper(); !strings.Contains(slip, "A002") {
		t.Errorf("the next slip is another than A002's:\n%s", slip)
	}
	s.until("the slip is confirmed", func(h *hall.Hall) bool { return h.Queue().Waiting[1].Slip == hall.JobPrinted })
	s.disk.full.Store(true)
	s.stop() // is no failure on a full disk either
}

// TestWhatIsTooLongIsRefused: text that no record has room for is the sender's
// fault, and no reason to send people away.
func TestWhatIsTooLongIsRefused(t *testing.T) {
	s := onStage(t)
	s.until("the hall has settled", func(h *hall.Hall) bool { return h.Day != "" })
	long := strings.Repeat("长", ledger.MaxDoc/3)
	_, err := s.d.loop.Do(t.Context(), hall.OpenForService{Door: "A/5", Staff: "02", Reason: long})
	var no *hall.Refusal
	if !errors.As(err, &no) || no.Code != "too-long" {
		t.Errorf("a reason of %d bytes is answered %v, want a refusal", len(long), err)
	}
	s.swipe(cardreader.Sample(time.Now())[0])
	s.paper()
	for r, err := range s.d.ledger.Read(t.Context(), 1, 0) {
		if err != nil || r.Kind == "device.fault" && r.Subject == ledgerName {
			t.Errorf("record %d says %s, %v; want a ledger that is well", r.Seq, r.Data, err)
		}
	}
}

// TestHallOpensOnceThereIsRoom: a start on a full disk waits for room instead of
// giving up, and tells systemd meanwhile that it lives, or would be ended for
// taking too long.
func TestHallOpensOnceThereIsRoom(t *testing.T) {
	s := onStage(t)
	s.stop()
	s.disk.full.Store(true)
	var early atomic.Bool
	s.alive = func(string) {
		if s.disk.full.Load() {
			early.Store(true)
		}
	}
	room := time.AfterFunc(500*time.Millisecond, func() { s.disk.full.Store(false) })
	s.start()
	if room.Stop() {
		t.Fatal("the hall opened without room for its first record")
	}
	if !early.Load() {
		t.Error("the hall does not say that it lives while it waits for room")
	}
	s.swipe(cardreader.Sample(time.Now())[0])
	s.paper()
}

// TestCallForHelpWaitsForRoom: the alarm of a button that was pressed while the
// disk was full is raised as soon as it can be.
func TestCallForHelpWaitsForRoom(t *testing.T) {
	s := onStage(t)
	s.disk.full.Store(true)
	time.AfterFunc(500*time.Millisecond, func() { s.disk.full.Store(false) })
	if err := s.d.gear.pressOf(config.Button{Window: 1, Action: "emergency"})(t.Context()); err != nil {
		t.Error(err)
	}
	s.until("the alarm is raised", func(h *hall.Hall) bool { return len(h.ListAlarms()) == 1 })
}

// TestUnsavedStateIsSaidOnce: the state is tried to be saved every few seconds,
// and that the disk is full is one matter.
func TestUnsavedStateIsSaidOnce(t *testing.T) {
	disk, said := newDisk(t), new(bytes.Buffer)
	l, err := ledger.Open(filepath.Join(t.TempDir(), "ledger.db"), ledger.Opts{Hall: "140321-01", VFS: disk.name})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	b, h := &book{ledger: l, since: snapshotEvery, log: slog.New(slog.NewTextHandler(said, nil))}, hall.New(hall.Config{})
	for range 2 { // it fills, has room, and fills again
		disk.full.Store(true)
		for range 3 {
			b.save(h, snapshotEvery)
		}
		disk.full.Store(false)
		b.save(h, snapshotEvery)
		b.since = snapshotEvery
	}
	if n := bytes.Count(said.Bytes(), []byte("the state was not saved")); n != 2 {
		t.Errorf("said %d times that the state was not saved, want once each time:\n%s", n, said)
	}
}

// TestSlipComesBehindTheSync: as long as the record of a number is not synced, no
// paper moves and nobody is told the number.
func TestSlipComesBehindTheSync(t *testing.T) {
	s := onStage(t)
	s.until("the hall has settled", func(h *hall.Hall) bool { return h.Day != "" })
	entered, release := make(chan struct{}, 100), make(chan struct{})
	s.disk.onSync(func() { entered <- struct{}{}; <-release })
	s.swipe(cardreader.Sample(time.Now())[0])
	select {
	case <-entered:
	case <-time.After(30 * time.Second):
		t.Fatal("the check-in is not synced")
	}
	select {
	case p := <-s.tickets:
		t.Fatalf("a slip came out before the sync:\n%s", p.Text)
	case <-time.After(300 * time.Millisecond): // in which it would have
	}
	s.disk.onSync(nil)
	released := time.Now()
	close(release)
	if slip := s.paper(); !strings.Contains(slip, "A001") {
		t.Errorf("the slip behind the sync reads:\n%s", slip)
	}
	s.stop() // so that all of the trace is there
	sent := 0
	for _, e := range s.trace.list() {
		if strings.Contains(e.Port, "/printer?") && e.Dir == bridge.Sent && e.Len > longestPoll {
			sent++
			if e.Begin.Before(released) {
				t.Errorf("%d bytes went to the printer %v before the record was synced", e.Len, released.Sub(e.Begin))
			}
		}
	}
	if sent == 0 {
		t.Error("no slip went to the printer")
	}
}

// longestPoll is more than the printer is asked at once while it rests, and less
// than a slip has.
const longestPoll = 32
