package locker

import (
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
		{"as configured", lockboard.ClosedWhenLocked, false, Lesson{ClosedWhenLocked, false}},
		{"other polarity", lockboard.ClosedWhenOpen, false, Lesson{ClosedWhenOpen, false}},
		{"other order", lockboard.ClosedWhenLocked, true, Lesson{ClosedWhenLocked, true}},
		{"both", lockboard.ClosedWhenOpen, true, Lesson{ClosedWhenOpen, true}},
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
			if got, err := Learn(3, before, after); got != tt.want || err != nil {
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
		if got, err := Learn(1, none, after); err == nil {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	if got, err := Learn(12, bitsOf([]byte{0, 0}), bitsOf([]byte{0, 8})); err != nil || got.Contact != ClosedWhenOpen || got.Swapped {
		t.Errorf("two bytes: got %+v, %v", got, err)
	}
}
