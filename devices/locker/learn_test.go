package locker

import (
	"errors"
	"slices"
	"testing"

	"halld/firmware-bridge/emulator/lockboard"
	"halld/firmware-bridge/emulator/wire"
)

// The guided test finds out how a cabinet is wired, whatever was configured.
func TestLearn(t *testing.T) {
	tests := []struct {
		name    string
		contact lockboard.Contact
		low     bool
		want    Lesson
	}{
		{"as configured", lockboard.ClosedWhenLocked, false, Lesson{Contact: ClosedWhenLocked}},
		{"other polarity", lockboard.ClosedWhenOpen, false, Lesson{Contact: ClosedWhenOpen}},
		{"other order", lockboard.ClosedWhenLocked, true, Lesson{Contact: ClosedWhenLocked, Swapped: true}},
		{"both", lockboard.ClosedWhenOpen, true, Lesson{Contact: ClosedWhenOpen, Swapped: true}},
	}
	for _, tt := range tests {
		bubble(t, tt.name, func(t *testing.T) {
			board := lockboard.New8A(lockboard.Opts8A{Contact: tt.contact, LowFirst: tt.low})
			o := Opts{Board: 1, Doors: 24, Contact: ClosedWhenLocked}
			r := wireUp(t, "lock8a", o, board, wire.Opts{Baud: 9600})
			before, err := r.Bits(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			r.Open(t.Context(), 3) // may well say stuck
			after, err := r.Bits(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got, err := Learn(3, before, after, true); got != tt.want || err != nil {
				t.Errorf("got %+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
}

func TestLearnRefuses(t *testing.T) {
	none, all := bitsOf([]byte{0, 0, 0}), bitsOf([]byte{0xFF, 0, 0})
	other := bitsOf([]byte{0x10, 0, 0})
	for name, after := range map[string][]Bit{
		"nothing changed": none, "many changed": all, "another door": other, "fewer contacts": none[:8],
	} {
		if got, err := Learn(1, none, after, true); err == nil {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	var m *Miswired
	if _, err := Learn(1, none, other, true); !errors.As(err, &m) || m.Door != 1 || !slices.Equal(m.Changed, []int{5}) {
		t.Errorf("got %v, want that contact 5 changed", err)
	}
}

// Only a board whose byte order is a setting may answer at the mirrored place,
// and a door of the middle byte says nothing of the order.
func TestLearnOrder(t *testing.T) {
	tests := []struct {
		name          string
		door, changed int
		contacts      int
		ordered       bool
		want          Lesson
		miswired      bool
	}{
		{"first byte", 3, 3, 24, true, Lesson{Contact: ClosedWhenOpen}, false},
		{"first byte, mirrored", 3, 19, 24, true, Lesson{Contact: ClosedWhenOpen, Swapped: true}, false},
		{"middle byte", 12, 12, 24, true, Lesson{Contact: ClosedWhenOpen, AnyOrder: true}, false},
		{"middle byte, another contact", 12, 4, 24, true, Lesson{}, true},
		{"an even number of bytes has no middle", 12, 20, 32, true, Lesson{Contact: ClosedWhenOpen, Swapped: true}, false},
		{"no order", 1, 1, 12, false, Lesson{Contact: ClosedWhenOpen}, false},
		{"no order, mirrored", 1, 5, 12, false, Lesson{}, true},
		{"no order, middle byte", 12, 12, 24, false, Lesson{Contact: ClosedWhenOpen}, false},
	}
	for _, tt := range tests {
		before, after := make([]Bit, tt.contacts), make([]Bit, tt.contacts)
		for i := range before {
			before[i], after[i] = Apart, Apart
		}
		after[tt.changed-1] = Touches
		got, err := Learn(tt.door, before, after, tt.ordered)
		var m *Miswired
		if got != tt.want || errors.As(err, &m) != tt.miswired || (err != nil) != tt.miswired {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
		}
	}
}
