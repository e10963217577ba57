package cardreader

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"halld/firmware-bridge/emulator/wire"
)

// Opts describes a module. The zero value is a healthy one that answers at
// once, which suits tests; a simulator wants delays.
type Opts struct {
	// SAM is the module's identity and firmware version; zero is a
	// fictitious one.
	SAM SAMID
	// Continual lets a card be found again while it lies there. Without it
	// a selected card must be lifted first, as on most readers.
	Continual bool
	// AllAddresses answers 30 03 with every additional address of the card
	// instead of the newest.
	AllAddresses bool
	// CardStatus is SW1 and SW2 beside SW3 31, 41, 47 and 81, where the
	// module forwards what the card said.
	CardStatus [2]byte
	// Delay is the time before every answer, ReadDelay the time that the
	// radio exchange of a read adds. Real readers take some 10 ms and some
	// hundred.
	Delay, ReadDelay time.Duration
	// PowerUp is how long the module stays deaf after Run starts. Real ones
	// want 2 s.
	PowerUp time.Duration
	// ReceiveTimeout is the silence after which half a request is refused
	// with BadLength; zero means 500 ms.
	ReceiveTimeout time.Duration
	// Baud is the speed the module was last set to. Zero means 115200.
	Baud int
	// Unpaced answers as fast as the wire takes it.
	Unpaced bool
	// HostBaud tells the speed of the host's side; see [wire.Opts].
	HostBaud func() int
}

// Reader is an emulated card reader.
type Reader struct {
	wire.Station
	opts Opts
	scan wire.Scanner // owned by the goroutine that calls Hear

	mu    sync.Mutex
	state state
	card  Card
	baud  int
	deaf  time.Time // hears nothing before
	fails []fail
	seen  []Command
	stale *time.Timer // refuses half a request
}

// state is where a card is in the module's sequence.
type state int

const (
	noCard state = iota
	idle
	found
	selected
)

type fail struct {
	cmd  Command
	sw3  byte
	left int
}

// New makes a reader with no card on it.
func New(opts Opts) *Reader {
	if opts.SAM == (SAMID{}) {
		opts.SAM = SAMID{Major: 5, Minor: 1, Date: 20991231, A: 512345, B: 1234567890}
	}
	if opts.Baud == 0 {
		opts.Baud = bauds[0]
	}
	if opts.ReceiveTimeout == 0 {
		opts.ReceiveTimeout = 500 * time.Millisecond
	}
	return &Reader{
		opts: opts,
		baud: opts.Baud,
		scan: wire.Scanner{Cut: cut, Gap: opts.ReceiveTimeout},
	}
}

// String names the device.
func (r *Reader) String() string { return "cardreader" }

// Run serves a wire until ctx ends; see [wire.Bus.Run]. The reader keeps its
// card and its speed between runs.
func (r *Reader) Run(ctx context.Context, rw io.ReadWriter) error {
	return wire.New(wire.Opts{Baud: r.pace(), HostBaud: r.opts.HostBaud}, r).Run(ctx, rw)
}

// pace is the baud that the wire keeps.
func (r *Reader) pace() int {
	if r.opts.Unpaced && r.opts.HostBaud == nil {
		return 0
	}
	return r.Baud()
}

// Attach implements [wire.Device]: the module gets power.
func (r *Reader) Attach(s wire.Sender) {
	r.scan.Reset()
	r.Station.Attach(s)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deaf = time.Now().Add(r.opts.PowerUp)
	r.restart()
}

// restart forgets what was done with the card; r.mu is held.
func (r *Reader) restart() {
	if r.state != noCard {
		r.state = idle
	}
}

// Lay puts a card on the reader, in place of one that lies there.
func (r *Reader) Lay(c Card) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.card, r.state = c, idle
}

// Lift takes the card away.
func (r *Reader) Lift() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.card, r.state = Card{}, noCard
}

// Card is the card on the reader, if one lies there.
func (r *Reader) Card() (c Card, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.card, r.state != noCard
}

// Baud is the speed of the module.
func (r *Reader) Baud() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.baud
}

// Fail answers the next times requests of a command, or of [AnyCommand], with
// status sw3 instead of doing them; [wire.Forever] holds until Mend.
func (r *Reader) Fail(cmd Command, sw3 byte, times int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fails = append(r.fails, fail{cmd, sw3, times})
}

// Mend takes back every status code still to come.
func (r *Reader) Mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fails = nil
}

// Seen returns the last commands that were understood, oldest first.
func (r *Reader) Seen() []Command {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.seen)
}

// Hear implements [wire.Device].
func (r *Reader) Hear(b []byte) {
	if r.isDeaf() {
		return
	}
	r.scan.Feed(b, r.serve)
	r.watch(r.scan.Pending() >= headLen)
}

func (r *Reader) isDeaf() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Before(r.deaf)
}

// watch refuses a request that stopped half-way once it is too old.
func (r *Reader) watch(pending bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stale != nil {
		r.stale.Stop()
		r.stale = nil
	}
	if pending {
		r.stale = time.AfterFunc(r.opts.ReceiveTimeout, func() {
			r.Answer(nil, frame([3]byte{0, 0, BadLength}), 0)
		})
	}
}
