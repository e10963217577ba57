package locker

// State is what a door's contact says, after polarity.
type State uint8

// The states of a door.
const (
	Unknown State = iota // the contact could not be read
	Locked               // shut and locked
	Open                 // not locked
)

// String is the word that the hall uses for the state.
func (s State) String() string {
	switch s {
	case Locked:
		return "locked"
	case Open:
		return "open"
	default:
		return "unknown"
	}
}

// Bit is a door's contact as the board reports it, before polarity.
type Bit uint8

// The values of a contact.
const (
	NoBit   Bit = iota // the board did not report this door
	Apart              // contact open: 0 on the wire
	Touches            // contact closed: 1 on the wire
)

// String is the bit as a technician writes it.
func (b Bit) String() string {
	switch b {
	case Apart:
		return "0"
	case Touches:
		return "1"
	default:
		return "?"
	}
}

func bitOf(closed bool) Bit {
	if closed {
		return Touches
	}
	return Apart
}

// bitsOf unpacks bytes whose lowest bit is the lowest door, first byte first.
func bitsOf(packed []byte) []Bit {
	bits := make([]Bit, 0, 8*len(packed))
	for _, b := range packed {
		for i := range 8 {
			bits = append(bits, bitOf(b>>i&1 == 1))
		}
	}
	return bits
}

// state applies the polarity to a contact.
func (o *Opts) state(b Bit) State {
	switch {
	case b == NoBit:
		return Unknown
	case (b == Touches) == (o.Contact == ClosedWhenLocked):
		return Locked
	default:
		return Open
	}
}

// states gives one state for each configured door. A door that is missing in
// the bits is unknown.
func (o *Opts) states(bits []Bit) []State {
	s := make([]State, o.Doors)
	for i := range min(len(s), len(bits)) {
		s[i] = o.state(bits[i])
	}
	return s
}
