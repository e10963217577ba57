package hall

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestListWhileSomebodyWaits: a list counts from the moment it comes, for
// numbers that were drawn before, too.
func TestListWhileSomebodyWaits(t *testing.T) {
	s := begin(t)
	s.visitors("p1", "p2", "p3")
	reply := s.do(Lists{
		Version: 1, Hash: "h1",
		Priority: []Listed{{Ref: "p3", Class: 1, Reason: "残疾", Until: "2026-12-31"}},
		Trades:   []Trade{{Key: "scaffolder", Name: "架子工", Minors: true, Basis: "未成年工特殊保护规定"}},
	})
	want(t, "reply", reply.(ListsReply), ListsReply{Version: 1, Hash: "h1", Priority: 1, Trades: 1})
	want(t, "the listed one is called", s.called(1), "A003")
	want(t, "then whoever came first", s.called(2), "A001")
	s.replayed()
}

// TestListsKnowPeopleBeforeTheHallDoes: somebody of a list may come for the
// first time after it.
func TestListsKnowPeopleBeforeTheHallDoes(t *testing.T) {
	s := begin(t)
	s.do(Lists{
		Version: 1, Hash: "h1",
		Priority: []Listed{{Ref: "p2", Class: 2, Reason: "零就业家庭", Until: "2026-12-31"}},
		Block:    []Listed{{Ref: "p9", Reason: "清出市场", Until: "2026-12-31"}},
	})
	want(t, "people made by a list", len(s.h.Persons), 0)
	s.visitors("p1", "p2")
	want(t, "class at the first swipe", s.h.class("p2"), 2)
	s.refused(born("p9", 1990, 1, 1), ReasonBlocked)
	rights := born("p9", 1990, 1, 1)
	rights.Service = "rights"
	s.do(rights)
	want(t, "rights service stays open", len(s.h.Queue().Waiting), 3)
	s.replayed()
}

func TestListEndsWithItsLastDay(t *testing.T) {
	s := begin(t)
	s.do(Lists{
		Version: 1, Hash: "h1",
		Priority: []Listed{
			{Ref: "p1", Class: 1, Reason: "低收入", Until: "2026-03-02"},
			{Ref: "p2", Class: 1, Reason: "低收入", Until: "2026-03-01"},
		},
		Block: []Listed{{Ref: "p3", Reason: "清出市场", Until: "2026-03-02"}},
	})
	s.visitors("p1", "p2")
	want(t, "class on the last day", s.h.class("p1"), 1)
	want(t, "class that ended yesterday", s.h.class("p2"), 0)
	s.refused(born("p3", 1990, 1, 1), ReasonBlocked)
	s.later(24 * time.Hour)
	s.visitors("p3")
	want(t, "class the day after", s.h.class("p1"), 0)
	s.replayed()
}

// TestStaffMarksOutliveLists: a pack takes the place of the county's words only.
func TestStaffMarksOutliveLists(t *testing.T) {
	s := begin(t)
	s.visitors("p1", "p2")
	s.do(PersonFlag{Person: "p1", Class: 2, Reason: "残疾", Until: "2026-12-31", Staff: "01"})
	s.do(PersonBlock{Person: "p2", Reason: "扰乱秩序", Until: "2026-12-31", Staff: "02"})
	s.do(Lists{
		Version: 5, Hash: "h5",
		Priority: []Listed{{Ref: "p1", Class: 3, Reason: "低收入"}, {Ref: "p4", Class: 1, Reason: "低收入"}},
		Block:    []Listed{{Ref: "p3", Reason: "清出市场"}},
	})
	want(t, "class by both", s.h.class("p1"), 3)
	s.refused(Lists{Version: 4, Hash: "h4"}, "older")
	s.refused(Lists{Version: 5, Hash: "other"}, "older")
	want(t, "version after older ones", s.h.CountyLists().Hash, "h5")
	s.do(Lists{Version: 6, Hash: "h6"})
	want(t, "class by staff", s.h.class("p1"), 2)
	want(t, "class by the county", s.h.class("p4"), 0)
	want(t, "blocked by staff", s.h.blocked("p2") != nil, true)
	want(t, "blocked by the county", s.h.blocked("p3") != nil, false)
	s.replayed()
}

func TestBadListsChangeNothing(t *testing.T) {
	long := strings.Repeat("长", longestField+1)
	for name, bad := range map[string]Lists{
		"no ref":         {Block: []Listed{{Reason: "x"}}},
		"no class":       {Priority: []Listed{{Ref: "p1", Reason: "x"}}},
		"class too high": {Priority: []Listed{{Ref: "p1", Class: 10, Reason: "x"}}},
		"twice":          {Block: []Listed{{Ref: "p1", Reason: "x"}, {Ref: "p1", Reason: "y"}}},
		"no day":         {Block: []Listed{{Ref: "p1", Until: "2026-02-30"}}},
		"long reason":    {Block: []Listed{{Ref: "p1", Reason: long}}},
		"long ref":       {Block: []Listed{{Ref: long}}},
		"nameless trade": {Trades: []Trade{{Name: "电工"}}},
		"long trade":     {Trades: []Trade{{Key: "x", Basis: long}}},
	} {
		s := begin(t)
		s.do(Lists{Version: 1, Hash: "h1", Block: []Listed{{Ref: "p7", Reason: "清出市场"}}})
		bad.Version = 2
		s.refused(bad, "list")
		if s.h.County.Version != 1 || s.h.blocked("p7") == nil {
			t.Errorf("%s: the lists before are gone", name)
		}
	}
}

// TestLongListsFitTheLedger: a pack for a whole county is several records, none
// longer than the ledger takes.
func TestLongListsFitTheLedger(t *testing.T) {
	s := begin(t)
	const ledgerTakes = 60 << 10 // 64 KiB with what is around the data
	worst := strings.Repeat("<", longestField-8)
	e := Lists{Version: 1, Hash: strings.Repeat("f", 64)}
	for i := range 100 {
		ref := fmt.Sprintf("%s%08d", worst, i)
		e.Block = append(e.Block, Listed{Ref: ref, Reason: ref, Until: "2026-12-31"})
		e.Priority = append(e.Priority, Listed{Ref: ref, Class: 9, Reason: ref, Until: "2026-12-31"})
		e.Trades = append(e.Trades, Trade{Key: ref, Name: ref, Women: true, Minors: true, Basis: ref})
	}
	out, err := s.send(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range out.Data {
		if raw, err := json.Marshal(d); err != nil || len(raw) > ledgerTakes {
			t.Errorf("a record of %d bytes, %v", len(raw), err)
		}
	}
	want(t, "reply", s.h.CountyLists(), ListsReply{Version: 1, Hash: e.Hash, Priority: 100, Block: 100, Trades: 100})
	s.do(Lists{Version: 2, Hash: "h2"})
	want(t, "after an empty pack", s.h.CountyLists(), ListsReply{Version: 2, Hash: "h2"})
	s.replayed()
}

// TestReceiptNamesWhatTheLawForbids whom (附件2 第七条第二项).
func TestReceiptNamesWhatTheLawForbids(t *testing.T) {
	s := begin(t)
	s.do(Lists{Version: 1, Hash: "h1", Trades: []Trade{
		{Key: "mine", Name: "矿山井下", Women: true, Minors: true, Basis: "劳动法"},
		{Key: "heights", Minors: true},
		{Key: "porter", Name: "搬运"},
	}})
	s.visitors("p1")
	s.do(Receipt{Person: "p1", Staff: "01"})
	got := slip[CheckinSlip](s, "checkin")
	want(t, "not for women", strings.Join(got.Women, "、"), "矿山井下（劳动法）")
	want(t, "not for minors", strings.Join(got.Minors, "、"), "矿山井下（劳动法）、heights")
	s.replayed()
}
