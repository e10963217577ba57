package locker

import (
	"context"
	"fmt"
)

// Bits reads the contacts as the board reports them, without polarity, in the
// configured byte order, and as many as the board has: for the guided test of
// a new cabinet, which opens one door and hands Bits from before and after to
// [Learn].
func (d *Dev) Bits(ctx context.Context) ([]Bit, error) {
	bits, err := d.bits(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d, err)
	}
	return bits, nil
}

// Lesson is what one opening taught about a cabinet.
type Lesson struct {
	// Contact is the polarity that fits: see [Opts.Contact].
	Contact string
	// Swapped says that the other byte order fits: see [Opts.Order].
	Swapped bool
}

// Learn finds polarity and byte order from the contacts before and after one
// door was seen to open. It wants exactly one contact to have changed, at the
// door's place or at its place in the other byte order; anything else is an
// error that says which contacts changed, because then the wiring is wrong or
// another door moved.
func Learn(door int, before, after []Bit) (Lesson, error) {
	if len(before) != len(after) {
		return Lesson{}, fmt.Errorf("%d contacts before and %d after", len(before), len(after))
	}
	var changed []int
	for i := range before {
		if before[i] != after[i] {
			changed = append(changed, i+1)
		}
	}
	if len(changed) != 1 {
		return Lesson{}, fmt.Errorf("door %d opened and %d contacts changed: %v", door, len(changed), changed)
	}
	lesson := Lesson{Contact: ClosedWhenLocked}
	if after[changed[0]-1] == Touches {
		lesson.Contact = ClosedWhenOpen
	}
	switch changed[0] {
	case door:
		return lesson, nil
	case mirrored(door, len(before)):
		lesson.Swapped = true
		return lesson, nil
	default:
		return Lesson{}, fmt.Errorf("door %d opened and the contact of door %d changed", door, changed[0])
	}
}

// mirrored is the place of a door among n contacts when the bytes are swapped.
func mirrored(door, n int) int {
	i := door - 1
	return n - 8 - i/8*8 + i%8 + 1
}
