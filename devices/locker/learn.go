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
	// AnyOrder says that both byte orders fit, because the door stands in the
	// middle byte. Doors 1 to 8 tell the orders apart.
	AnyOrder bool
}

// Miswired says that other contacts changed than the one of the door that was
// opened: the wiring is wrong, or another door moved.
type Miswired struct {
	Door    int
	Changed []int // doors whose contacts changed; empty: none did
}

// Error names the contacts.
func (m *Miswired) Error() string {
	return fmt.Sprintf("door %d opened and the contacts of doors %v changed", m.Door, m.Changed)
}

// Learn finds polarity and byte order from the contacts before and after one
// door was seen to open. It wants exactly one contact to have changed, at the
// door's place or, on a board whose byte order is a setting, at its place in the
// other order; anything else is a [*Miswired].
func Learn(door int, before, after []Bit, ordered bool) (Lesson, error) {
	if len(before) != len(after) {
		return Lesson{}, fmt.Errorf("%d contacts before and %d after", len(before), len(after))
	}
	var changed []int
	for i := range before {
		if before[i] != after[i] {
			changed = append(changed, i+1)
		}
	}
	other := mirrored(door, len(before))
	if len(changed) != 1 || changed[0] != door && !(ordered && changed[0] == other) {
		return Lesson{}, &Miswired{door, changed}
	}
	lesson := Lesson{Contact: ClosedWhenLocked, Swapped: changed[0] != door, AnyOrder: ordered && other == door}
	if after[changed[0]-1] == Touches {
		lesson.Contact = ClosedWhenOpen
	}
	return lesson, nil
}

// mirrored is the place of a door among n contacts when the bytes are swapped.
func mirrored(door, n int) int {
	i := door - 1
	return n - 8 - i/8*8 + i%8 + 1
}
