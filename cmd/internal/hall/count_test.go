package hall

import (
	"math"
	"testing"
)

// TestLostRecordGivesNoNumberTwice: what a damaged ledger has lost leaves a gap in
// the numbers, and the rental that has the last one is not written over.
func TestLostRecordGivesNoNumberTwice(t *testing.T) {
	s := withTools(t)
	s.upTo(Approved, "DR-01")
	last := s.upTo(Deposited, "SP-01")
	s.papers()
	h, lost := New(s.cfg), 0
	for _, r := range s.ledger {
		if lost == 0 && r.kind == "rental.requested" || lost == 1 && r.kind == "slip.queued" {
			lost++
			continue
		}
		apply(t, h, r)
	}
	s.h = h
	for _, j := range h.Jobs {
		if id := h.jobID(0); id <= j.ID {
			t.Errorf("the next slip is %s, and there is a %s", id, j.ID)
		}
	}
	if r := s.do(RentalRequest{Tools: []string{"DR-01"}, Staff: "01"}).(RentalView); r.Rental <= last || s.h.Rentals[last].Held == 0 {
		t.Errorf("the next rental is %s, and there is a %s", r.Rental, last)
	}
}

// TestNumberOfALostRecordIsLeftOut: the record that was lost may have been the last.
func TestNumberOfALostRecordIsLeftOut(t *testing.T) {
	s := withTools(t)
	first, last := s.request("DR-01"), s.request("SP-01")
	h := New(s.cfg)
	for _, r := range s.ledger {
		if r.kind != "rental.requested" || h.Rentals[first] == nil {
			apply(t, h, r)
		}
	}
	s.h = h
	h.Apply(Record{At: s.at, Data: &LedgerRecovered{Lost: [][2]uint64{{uint64(len(s.ledger)), uint64(len(s.ledger))}}}})
	if r := s.do(RentalRequest{Tools: []string{"SP-01"}, Staff: "01"}).(RentalView); r.Rental <= last {
		t.Errorf("the next rental is %s, and somebody has a slip of %s", r.Rental, last)
	}
}

// TestOldCardSkipsNumbers that somebody may have, and does not use them up.
func TestOldCardSkipsNumbers(t *testing.T) {
	for ahead, want := range map[uint64]int{0: 3, 5: 8, math.MaxUint64: 251} {
		s := begin(t)
		s.visitors("p1", "p2")
		s.h.Apply(Record{At: s.at, Data: &LedgerRecovered{Ahead: ahead, Lost: [][2]uint64{}}})
		if got := max(s.h.Next["match"], 1); got != want {
			t.Errorf("with a county ahead by %d the next number is %d, want %d", ahead, got, want)
		}
	}
}
