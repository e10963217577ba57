package locker

import "halld/devices/internal/ask"

// kerong is the Kerong CU16 (and CU12).
//
//	02 ADDR CMD [DATA] 03 SUM       ADDR = board high nibble, lock-1 low nibble; SUM of all before
//	30  status; answer 02 ADDR 35 H1 H2 I1 I2 03 SUM: hooks 1-8, 9-16, infrared 1-8, 9-16
//	31  unlock; many boards answer nothing
//
// Hook bit 0 of H1 is door 1; 1 is a closed contact.
type kerong struct {
	board byte
}

// Commands and layout.
const (
	stx          = 0x02
	etx          = 0x03
	kerongStatus = 0x30
	kerongUnlock = 0x31
	kerongAnswer = 0x35
	kerongSize   = 9 // of a status answer
)

func newKerong(o *Opts) (protocol, error) {
	if err := (limit{0, 14, 16, 0}).check(o); err != nil { // F is all boards
		return nil, err
	}
	return &kerong{byte(o.Board)}, nil
}

func (k *kerong) request(lock, cmd byte) []byte {
	f := []byte{stx, k.board<<4 | lock, cmd, etx}
	return append(f, sum(f))
}

func (k *kerong) query() []byte        { return k.request(0, kerongStatus) }
func (k *kerong) open(door int) []byte { return k.request(byte(door-1), kerongUnlock) }
func (k *kerong) refused([]byte) error { return nil }

// off is nothing: the board ends its pulses.
func (k *kerong) off() ([]byte, func([]byte) error) { return nil, nil }

// news never comes: the board only answers.
func (k *kerong) news([]byte) (bool, []byte) { return false, nil }

func (k *kerong) status(in []byte) (bits []Bit, err error) {
	err = ask.ErrMore
	for len(in) >= kerongSize {
		if !k.isStatus(in[:kerongSize]) {
			in = in[1:]
			continue
		}
		bits, err = bitsOf(in[3:5]), nil
		in = in[kerongSize:]
	}
	return bits, err
}

// isStatus looks at the board's nibble only: a board may leave the lock it was
// last asked for in the other.
func (k *kerong) isStatus(f []byte) bool {
	n := kerongSize - 1
	return f[0] == stx && f[1]>>4 == k.board && f[2] == kerongAnswer &&
		f[n-1] == etx && f[n] == sum(f[:n])
}

func sum(b []byte) (s byte) {
	for _, v := range b {
		s += v
	}
	return s
}
