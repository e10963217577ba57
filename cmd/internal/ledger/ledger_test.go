package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const testHall = "140321-01"

var testTime = time.Date(2026, 3, 2, 8, 30, 0, 123e6, time.FixedZone("", 8*3600))

func testOpts() Opts {
	return Opts{Hall: testHall, Busy: time.Millisecond, Now: func() time.Time { return testTime }}
}

func open(t testing.TB, path string) *Ledger {
	t.Helper()
	l, err := Open(path, testOpts())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func openNew(t testing.TB) (*Ledger, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	return open(t, path), path
}

func entry(n int) Entry {
	return Entry{
		Kind: "ticket.issued", Time: testTime.Add(time.Duration(n) * time.Second), Trusted: true,
		Subject: fmt.Sprintf("A%03d", n), Boot: "b1", Uptime: time.Duration(n) * time.Second,
		Data: map[string]any{"service": "match", "window": n},
	}
}

func appendN(t testing.TB, l *Ledger, n int) []Record {
	t.Helper()
	var all []Record
	for i := range n {
		recs, err := l.Append([]Entry{entry(i + 1)})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, recs...)
	}
	return all
}

func readAll(t testing.TB, l *Ledger) []Record {
	t.Helper()
	var all []Record
	for r, err := range l.Read(t.Context(), 1, 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func seqs(recs []Record) []uint64 {
	s := []uint64{}
	for _, r := range recs {
		s = append(s, r.Seq)
	}
	return s
}

func TestWhatIsAppendedIsRead(t *testing.T) {
	l, path := openNew(t)
	if got := l.Next(); got != 1 {
		t.Fatalf("Next of a new ledger = %d, want 1", got)
	}
	wrote, err := l.Append([]Entry{entry(1), entry(2), {Kind: "hall.opened", Time: testTime}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wrote, readAll(t, l)); diff != "" {
		t.Errorf("read differs from appended (-appended +read):\n%s", diff)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, path)
	if diff := cmp.Diff(wrote, readAll(t, l)); diff != "" {
		t.Errorf("read after reopening differs (-appended +read):\n%s", diff)
	}
	if seq, head := l.Head(); seq != 3 || head != wrote[2].Hash || l.Next() != 4 {
		t.Errorf("Head after reopening = %d %s", seq, head)
	}
}

func TestDocumentIsACloudEvent(t *testing.T) {
	l, _ := openNew(t)
	e := entry(1)
	e.Data = map[string]string{"note": "<电锤> & 桶"}
	recs, err := l.Append([]Entry{e})
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`{"specversion":"1.0","id":"140321-01-%[1]s-1","source":"/halls/140321-01","type":"hall.ticket.issued",`+
		`"time":"2026-03-02T08:30:01.123+08:00","subject":"A001","sequence":"1","epoch":"%[1]s","clock":"trusted","boot":"b1",`+
		`"uptime":"1000","prev":"%[2]s","datacontenttype":"application/json","data":{"note":"<电锤> & 桶"}}`, l.Epoch(), Genesis)
	if diff := cmp.Diff(want, string(recs[0].Doc)); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
}

func TestAppendRefusesWhatIsNoRecord(t *testing.T) {
	l, _ := openNew(t)
	big := make([]byte, MaxDoc)
	for name, e := range map[string]Entry{
		"no kind":      {Time: testTime},
		"kind spelled": {Kind: "Ticket Issued", Time: testTime},
		"dots":         {Kind: "ticket..issued", Time: testTime},
		"no time":      {Kind: "ticket.issued"},
		"year":         {Kind: "ticket.issued", Time: testTime.AddDate(9000, 0, 0)},
		"uptime":       {Kind: "ticket.issued", Time: testTime, Uptime: -1},
		"data":         {Kind: "ticket.issued", Time: testTime, Data: func() {}},
		"too long":     {Kind: "ticket.issued", Time: testTime, Data: big},
	} {
		if _, err := l.Append([]Entry{entry(1), e}, Put(Meta, "k", nil)); err == nil {
			t.Errorf("%s: Append took it", name)
		}
	}
	if got := l.Next(); got != 1 {
		t.Errorf("Next = %d after refusals, want 1", got)
	}
	if _, ok, _ := l.Get(Meta, "k"); ok {
		t.Error("a side value of a refused append was kept")
	}
}

func TestChainHoldsForAnyEntries(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		l, err := Open(filepath.Join(dir, fmt.Sprint(n)), testOpts())
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		prev, seq := Genesis, uint64(0)
		for range rapid.IntRange(1, 4).Draw(t, "appends") {
			entries := rapid.SliceOfN(anyEntry(), 0, 5).Draw(t, "entries")
			recs, err := l.Append(entries)
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range recs {
				seq++
				e := entries[i]
				if r.Seq != seq || r.Prev != prev || r.Hash != Hash(r.Doc) {
					t.Fatalf("record %d does not follow: seq %d prev %s", seq, r.Seq, r.Prev)
				}
				if r.Kind != e.Kind || r.Subject != e.Subject || r.Trusted != e.Trusted || !r.Time.Equal(e.Time) {
					t.Fatalf("record %d = %+v, want %+v", seq, r, e)
				}
				prev = r.Hash
			}
		}
		rep, err := l.Verify(context.Background(), nil)
		if err != nil || len(rep.Bad) > 0 || rep.Records != seq || rep.Head != prev {
			t.Fatalf("Verify = %+v, %v", rep, err)
		}
	})
}

func anyEntry() *rapid.Generator[Entry] {
	return rapid.Custom(func(t *rapid.T) Entry {
		return Entry{
			Kind:    rapid.StringMatching(`[a-z]{1,8}(\.[a-z]{1,8})?`).Draw(t, "kind"),
			Time:    time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "ms")).In(time.FixedZone("", rapid.IntRange(-12, 14).Draw(t, "zone")*3600)),
			Trusted: rapid.Bool().Draw(t, "trusted"),
			Subject: rapid.String().Draw(t, "subject"),
			Uptime:  time.Duration(rapid.Int64Range(0, 1e12).Draw(t, "uptime")),
			Data:    rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "data"),
		}
	})
}

func TestReadRanges(t *testing.T) {
	l, _ := openNew(t)
	entries := make([]Entry, 150)
	for i := range entries {
		entries[i] = entry(i)
	}
	if _, err := l.Append(entries); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		from        uint64
		limit       int
		first, last uint64
	}{
		{0, 0, 1, 150}, {1, 1, 1, 1}, {60, 10, 60, 69}, {1, 64, 1, 64}, {1, 65, 1, 65}, {149, 9, 149, 150}, {151, 0, 0, 0}, {1 << 63, 3, 0, 0},
	} {
		var first, last uint64
		for r, err := range l.Read(t.Context(), tt.from, tt.limit) {
			if err != nil {
				t.Fatal(err)
			}
			if first == 0 {
				first = r.Seq
			}
			last = r.Seq
		}
		if first != tt.first || last != tt.last {
			t.Errorf("Read(%d, %d) gives %d to %d, want %d to %d", tt.from, tt.limit, first, last, tt.first, tt.last)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range l.Read(ctx, 1, 0) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Read under an ended context gives %v", err)
		}
	}
}

func TestReadersBesideTheWriter(t *testing.T) {
	l, _ := openNew(t)
	appendN(t, l, 10)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for i := range 20 {
				want := uint64(1)
				for r, err := range l.Unconfirmed(t.Context(), 0) {
					if err != nil || r.Seq != want {
						t.Errorf("round %d: record %d, %v, want %d", i, r.Seq, err, want)
						return
					}
					want++
				}
			}
		})
	}
	appendN(t, l, 100)
	wg.Wait()
}

func TestAppendedWakesOnce(t *testing.T) {
	l, _ := openNew(t)
	appendN(t, l, 3)
	select {
	case <-l.Appended():
	default:
		t.Fatal("no wake-up after appends")
	}
	select {
	case <-l.Appended():
		t.Fatal("a second wake-up for the same appends")
	default:
	}
	if _, err := l.Append(nil, Put(Meta, "k", []byte("v"))); err != nil {
		t.Fatal(err)
	}
	select {
	case <-l.Appended():
		t.Fatal("a wake-up without a record")
	default:
	}
}

func TestConfirm(t *testing.T) {
	l, path := openNew(t)
	appendN(t, l, 10)
	epoch := l.Epoch()
	for _, tt := range []struct {
		name string
		ack  Ack
		want error
		left []uint64
	}{
		{"first", Ack{Epoch: epoch, Upto: 4}, nil, []uint64{5, 6, 7, 8, 9, 10}},
		{"holes", Ack{Epoch: epoch, Upto: 9, Holes: []Range{{7, 8}, {2, 2}}}, nil, []uint64{2, 7, 8, 10}},
		{"again", Ack{Epoch: epoch, Upto: 9, Holes: []Range{{2, 2}, {7, 8}}}, nil, []uint64{2, 7, 8, 10}},
		{"another epoch", Ack{Epoch: "0000000000000000", Upto: 10}, ErrEpoch, []uint64{2, 7, 8, 10}},
		{"ahead", Ack{Epoch: epoch, Upto: 11}, ErrAhead, []uint64{2, 7, 8, 10}},
		{"back", Ack{Epoch: epoch, Upto: 8}, nil, []uint64{9, 10}},
		{"all", Ack{Epoch: epoch, Upto: 10}, nil, []uint64{}},
		{"hole", Ack{Epoch: epoch, Upto: 10, Holes: []Range{{10, 10}}}, nil, []uint64{10}},
	} {
		err := l.Confirm(tt.ack)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: Confirm = %v, want %v", tt.name, err, tt.want)
		}
		if diff := cmp.Diff(tt.left, unconfirmed(t, l, 0)); diff != "" {
			t.Errorf("%s: unconfirmed (-want +got):\n%s", tt.name, diff)
		}
		if got := l.UnconfirmedCount(); got != uint64(len(tt.left)) {
			t.Errorf("%s: UnconfirmedCount = %d, want %d", tt.name, got, len(tt.left))
		}
	}
	for _, holes := range [][]Range{{{0, 1}}, {{3, 2}}, {{1, 3}, {3, 4}}, {{9, 10}}} {
		if err := l.Confirm(Ack{Epoch: epoch, Upto: 9, Holes: holes}); err == nil {
			t.Errorf("Confirm took holes %v under 9", holes)
		}
	}
	l.Close()
	l = open(t, path)
	want := Ack{Epoch: epoch, Upto: 10, Holes: []Range{{10, 10}}}
	if diff := cmp.Diff(want, l.Confirmed()); diff != "" {
		t.Errorf("watermark after reopening (-want +got):\n%s", diff)
	}
}

// TestConfirmHoldsTheHead: an old image of the card that was written on has
// enough records, but not the county's.
func TestConfirmHoldsTheHead(t *testing.T) {
	l, _ := openNew(t)
	appendN(t, l, 10)
	other, _ := openNew(t)
	appendN(t, other, 5)
	hash := func(l *Ledger, seq uint64) string {
		for r, err := range l.Read(t.Context(), seq, 1) {
			if err == nil {
				return r.Hash
			}
		}
		t.Fatalf("record %d does not read", seq)
		return ""
	}
	for _, tt := range []struct {
		name string
		ack  Ack
		want error
		upto uint64
	}{
		{"own record", Ack{Upto: 5, Head: hash(l, 5)}, nil, 5},
		{"another's record", Ack{Upto: 6, Head: hash(other, 5)}, ErrAhead, 5},
		{"another's record behind a hole", Ack{Upto: 6, Holes: []Range{{2, 3}}, Head: hash(other, 5)}, ErrAhead, 5},
		{"nonsense", Ack{Upto: 6, Head: "x"}, ErrAhead, 5},
		{"a county that says none", Ack{Upto: 7}, nil, 7},
		{"before the first", Ack{Head: Genesis}, nil, 0},
		{"own record behind a hole", Ack{Upto: 8, Holes: []Range{{2, 3}}, Head: hash(l, 8)}, nil, 8},
	} {
		tt.ack.Epoch = l.Epoch()
		if _, err := l.Check(tt.ack); !errors.Is(err, tt.want) {
			t.Errorf("%s: Check = %v, want %v", tt.name, err, tt.want)
		}
		if err := l.Confirm(tt.ack); !errors.Is(err, tt.want) || l.Confirmed().Upto != tt.upto {
			t.Errorf("%s: Confirm = %v and the watermark is %d, want %v and %d", tt.name, err, l.Confirmed().Upto, tt.want, tt.upto)
		}
	}
}

func unconfirmed(t *testing.T, l *Ledger, after uint64) []uint64 {
	t.Helper()
	var recs []Record
	for r, err := range l.Unconfirmed(t.Context(), after) {
		if err != nil {
			t.Fatal(err)
		}
		recs = append(recs, r)
	}
	return seqs(recs)
}

func TestUnconfirmedAfter(t *testing.T) {
	l, _ := openNew(t)
	appendN(t, l, 6)
	if err := l.Confirm(Ack{Epoch: l.Epoch(), Upto: 4, Holes: []Range{{2, 3}}}); err != nil {
		t.Fatal(err)
	}
	for after, want := range map[uint64][]uint64{0: {2, 3, 5, 6}, 2: {3, 5, 6}, 3: {5, 6}, 5: {6}, 6: {}, 99: {}} {
		if diff := cmp.Diff(want, unconfirmed(t, l, after)); diff != "" {
			t.Errorf("Unconfirmed(%d) (-want +got):\n%s", after, diff)
		}
	}
}

func TestAckJSON(t *testing.T) {
	b, err := json.Marshal(Ack{Epoch: "e", Upto: 9, Holes: []Range{{2, 3}}})
	if got, want := string(b), `{"epoch":"e","upto":9,"holes":[[2,3]]}`; err != nil || got != want {
		t.Errorf("Ack is %s, want %s (%v)", got, want, err)
	}
}

func TestRangeJSON(t *testing.T) {
	var r Range
	if err := json.Unmarshal([]byte("[2,3]"), &r); err != nil || r != (Range{2, 3}) {
		t.Errorf("got %v, %v, want 2 to 3", r, err)
	}
	for _, bad := range []string{"[]", "[2]", "[2,3,4]", "null", "{}", "2", `["2","3"]`, "[2,-3]", "[2,3.5]"} {
		if err := json.Unmarshal([]byte(bad), new(Range)); err == nil {
			t.Errorf("%s is taken for a range", bad)
		}
	}
}

func TestSecondProcessIsKeptOut(t *testing.T) {
	_, path := openNew(t)
	if _, err := Open(path, testOpts()); !errors.Is(err, ErrInUse) {
		t.Errorf("second Open = %v, want ErrInUse", err)
	}
}

func TestClosedLedger(t *testing.T) {
	l, _ := openNew(t)
	l.Close()
	if _, err := l.Append([]Entry{entry(1)}); !errors.Is(err, ErrClosed) {
		t.Errorf("Append = %v, want ErrClosed", err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("second Close = %v", err)
	}
}
