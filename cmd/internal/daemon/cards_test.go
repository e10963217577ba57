package daemon

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/console"
	"halld/cmd/internal/hall"
	"halld/cmd/internal/identity"
	"halld/devices/idcard"
	"halld/firmware-bridge/emulator/cardreader"
)

// checkedIn waits for the check-in of a number and gives its record.
func (s *stage) checkedIn(number string) *hall.CheckinRecorded {
	s.t.Helper()
	key, err := refKey(s.cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	ref := identity.Ref(key, number)
	s.until("the person is known", func(h *hall.Hall) bool { return h.Persons[ref] != nil })
	for r, err := range s.d.ledger.Read(s.t.Context(), 1, 0) {
		if err != nil {
			s.t.Fatal(err)
		}
		d, err := hall.Decode(hall.Kind(r.Kind), r.Data)
		if err != nil {
			s.t.Fatal(err)
		}
		if in, ok := d.(*hall.CheckinRecorded); ok && in.Person.Ref == ref {
			return in
		}
	}
	s.t.Fatal("no check-in is in the ledger")
	return nil
}

// Each kind of document is recorded as what it is, whether its chip was read or
// its number typed, and one that leaves the right to work open asks for it.
func TestEveryKindOfDocument(t *testing.T) {
	s := onStage(t)
	deck := cardreader.Sample(time.Now())
	for i, c := range []struct {
		card    cardreader.Card
		want    hall.Document
		confirm string
	}{
		{deck[0], hall.DocumentResident, ""},
		{deck[9], hall.DocumentPermit, hall.RightToWork},
		{deck[10], hall.DocumentForeigner, hall.RightToWork},
		{deck[11], hall.DocumentForeigner, hall.RightToWork},
	} {
		s.swipe(c.card)
		got := s.checkedIn(c.card.Number)
		if got.Document != c.want || got.Confirm != c.confirm || got.Way != "card" {
			t.Errorf("card %q gives %+v, want %s and to confirm %q", c.card.Type, got, c.want, c.confirm)
		}
		s.hw.Reader.Lift()

		typed := []string{
			"11010519491231002X", "830000199201300022", cardreader.Foreigner15("UTO", "1100", "820202", 2),
			"911398199012310021",
		}[i]
		_, err := backend{s.d}.CheckIn(t.Context(), console.Typed{Number: typed, Name: "试", Staff: "01", Second: "02"})
		if err != nil {
			t.Fatal(err)
		}
		got = s.checkedIn(typed)
		if got.Document != c.want || got.Confirm != c.confirm || got.Way != "typed" || got.Second != "02" {
			t.Errorf("typed number of kind %d gives %+v, want %s and to confirm %q", i, got, c.want, c.confirm)
		}
	}
}

// A card that the rules can't take as it is leads to the window, on paper and in
// the ledger, and gives no number.
func TestCardsThatAreRefused(t *testing.T) {
	s := onStage(t)
	deck := cardreader.Sample(time.Now())
	contradicts, early := deck[0], deck[1]
	contradicts.Sex = "2"
	early.From = time.Now().AddDate(0, 0, 2).Format("20060102")
	for _, c := range []struct {
		card cardreader.Card
		want string
	}{
		{contradicts, "证件信息前后不一致"},
		{early, "证件还没有到有效期"},
		{deck[7], "证件已超过有效期"},
		{deck[6], "未满十六周岁"},
	} {
		s.swipe(c.card)
		paper := strings.Join(strings.Fields(s.paper()), "")
		if !strings.Contains(paper, c.want) || strings.Contains(paper, "A00") {
			t.Errorf("the slip reads %q, want %q on it", paper, c.want)
		}
		s.hw.Reader.Lift()
	}
}

// What was wrong with a card has words of its own.
func TestTroubleOfEveryError(t *testing.T) {
	for err, want := range map[error]string{
		idcard.ErrLifted:          hall.TroubleLifted,
		idcard.ErrUnreadable:      hall.TroubleUnreadable,
		idcard.ErrUnsupportedCard: hall.TroubleUnsupported,
		idcard.ErrMalformed:       hall.TroubleUnsupported,
		idcard.ErrPrivateUse:      hall.TroubleName,
		errors.New("other"):       hall.TroubleUnreadable,
	} {
		if got := trouble(fmt.Errorf("reading: %w", err)); got != want {
			t.Errorf("%v is %q to the rules, want %q", err, got, want)
		}
	}
}
