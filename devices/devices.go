// Package devices says what the hall sees of its hardware: the wire a driver
// is lent, and the words in which a driver tells what is wrong. Each kind of
// device has a package of its own below this one.
//
// A driver never opens a port. It takes a [Line], or a periph conn interface
// for pins and buses, so the same driver runs on a serial adapter, a socket, a
// pseudo-terminal or a pipe in a test.
package devices

import (
	"context"
	"errors"
	"io"
	"time"
)

// Conn is the wire while it is lent for one transaction.
//
// Read returns os.ErrDeadlineExceeded when the read deadline passes first:
// silence is never io.EOF. Any other error means that the line is gone.
type Conn interface {
	io.ReadWriter
	SetReadDeadline(t time.Time) error

	// Pass gives input back that may be somebody else's: a device of a shared
	// wire can speak during another's turn. The listeners hear it when the turn
	// ends.
	Pass(b []byte)
}

// Line is the wire to one or more devices. Devices that share a wire share the
// Line, and take turns on it.
type Line interface {
	// Do lends the wire to f, alone, until f returns. Input that came before
	// goes to the listeners first, so a late byte of one transaction is never
	// read as the answer of the next. Do returns f's error, the context's, or
	// an error that wraps [ErrOffline] when the line is not open.
	Do(ctx context.Context, f func(Conn) error) error

	// Listen registers f for the bytes that arrive while nobody holds the
	// wire, which is how devices that speak first are heard, and for those
	// that a turn passed on. f is called from
	// one goroutine at a time, must not block, and must not keep the slice.
	// Listeners are registered before the line runs.
	Listen(f func(b []byte))

	// String names the line as the configuration does, for messages.
	String() string
}

// ErrOffline is wrapped by every error that means the wire is not there: the
// adapter is pulled, the socket is closed, or the port can't be opened.
var ErrOffline = errors.New("line is offline")

// ErrNoAnswer is wrapped by every error that means the wire is there but the
// device said nothing, or nothing that could be read, in its time.
var ErrNoAnswer = errors.New("device gives no answer")

// ErrUnavailable is wrapped by every error that means that this machine lacks a
// pin or bus, or does not let us use it now.
var ErrUnavailable = errors.New("not available on this machine")

// ErrNoSound is wrapped by the error of a player or sound card that does not
// play.
var ErrNoSound = errors.New("no sound comes out")

// ErrCannotAnswer is wrapped by the error of a device that is asked who it is
// and knows no such question, or is not wired to answer: for all anyone knows,
// it is there.
var ErrCannotAnswer = errors.New("device cannot answer")

// Fault is what is wrong with a device, in one word that the console explains
// to staff as problem, effect and what to do. The zero Fault is a device that
// works.
type Fault string

// The faults a driver can report.
const (
	OK           Fault = ""
	Offline      Fault = "offline"        // the line is gone
	NoAnswer     Fault = "no-answer"      // the line is there, the device is silent
	BadAnswer    Fault = "bad-answer"     // it answers, but not in its protocol
	NotReady     Fault = "not-ready"      // it says that it is busy or off line
	NoStatus     Fault = "no-status"      // it works, but cannot confirm what it did
	PaperLow     Fault = "paper-low"      // paper near its end; still prints
	PaperOut     Fault = "paper-out"      // no paper
	StaleTicket  Fault = "stale-ticket"   // no paper, and an old ticket waits in the printer for the next roll
	CoverOpen    Fault = "cover-open"     // paper cover open
	CutterJam    Fault = "cutter-jam"     // cutter stuck
	Overheat     Fault = "overheat"       // print head hot, recovers by itself
	TicketWaits  Fault = "ticket-waiting" // the last ticket hangs in the mouth
	Broken       Fault = "broken"         // unrecoverable, needs a technician
	NoChinese    Fault = "no-chinese"     // printer without a Chinese font
	Unauthorised Fault = "unauthorised"   // card module without a formal key
	SelfTest     Fault = "self-test"      // card module failed its self-test
	WrongDevice  Fault = "wrong-device"   // something else answers on this port
	DoorUnknown  Fault = "door-unknown"   // a door's contact cannot be read
	CannotShow   Fault = "cannot-show"    // a display is too small for what it should show
	NoSound      Fault = "no-sound"       // the player or the sound card does not play
	Unavailable  Fault = "unavailable"    // this machine lacks the pin or bus, or it is taken
)

// Report tells the owner of a device that its state changed. Drivers call it
// on changes only; err, when there is one, says what was seen and never holds
// personal data.
type Report func(f Fault, err error)

// Faulty is an error that says itself which fault it stands for.
type Faulty interface {
	error
	Stands() Fault
}

// FaultOf is the fault that an error of a driver stands for.
func FaultOf(err error) Fault {
	if f, ok := errors.AsType[Faulty](err); ok {
		return f.Stands()
	}
	switch {
	case err == nil:
		return OK
	case errors.Is(err, ErrUnavailable):
		return Unavailable
	case errors.Is(err, ErrNoSound):
		return NoSound
	case errors.Is(err, ErrOffline):
		return Offline
	case errors.Is(err, ErrNoAnswer):
		return NoAnswer
	default:
		return BadAnswer
	}
}
