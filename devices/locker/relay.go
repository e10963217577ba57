package locker

import (
	"cmp"
	"errors"
	"time"

	"halld/devices/internal/ask"
	"halld/devices/internal/modbus"
)

// relay is the Waveshare Modbus RTU Relay (D), whose flash-on lets the board
// time the pulse: a board that must be told to switch off again would burn the
// coil if the program died in between, and is not supported.
//
//	UNIT 05 02nn 00tt CRC   flash on: relay nn (from 0) for tt x 100 ms; answered by an echo
//	UNIT 05 00FF 0000 CRC   all relays off
//	UNIT 02 0000 nnnn CRC   read the inputs, which carry the contacts
type relay struct {
	unit   byte
	inputs uint16
	tenths uint16
}

// Addresses and limits of the relay board.
const (
	relayFlashOn = 0x0200
	relayAll     = 0x00FF
	relayOff     = 0x0000
	relayMost    = 32
	relayStep    = 100 * time.Millisecond
	relayPulse   = 200 * time.Millisecond
	modbusWrite  = 8 // size of an answer to a write
)

func newRelay(o *Opts) (protocol, error) {
	if err := (limit{1, 247, relayMost, relayStep}).check(o); err != nil {
		return nil, err
	}
	o.Pulse = cmp.Or(o.Pulse, relayPulse)
	inputs := uint16(o.Doors+7) / 8 * 8
	return &relay{byte(o.Board), inputs, uint16(o.Pulse / relayStep)}, nil
}

func (r *relay) query() []byte {
	return modbus.Frame(r.unit, modbus.ReadInputs, 0, r.inputs)
}

func (r *relay) status(in []byte) ([]Bit, error) {
	n := int(r.inputs / 8)
	f, err := modbus.Answer(in, r.unit, modbus.ReadInputs, 5+n)
	if err != nil {
		return nil, err
	}
	return bitsOf(f[3 : 3+n]), nil
}

func (r *relay) open(door int) []byte {
	return modbus.Frame(r.unit, modbus.WriteCoil, relayFlashOn+uint16(door-1), r.tenths)
}

func (r *relay) off() ([]byte, func([]byte) error) {
	return modbus.Frame(r.unit, modbus.WriteCoil, relayAll, relayOff), r.written
}

// written finds the answer to a write.
func (r *relay) written(in []byte) error {
	_, err := modbus.Answer(in, r.unit, modbus.WriteCoil, modbusWrite)
	return err
}

// refused finds an exception answer to a write.
func (r *relay) refused(in []byte) error {
	if err := r.written(in); !errors.Is(err, ask.ErrMore) {
		return err
	}
	return nil
}

// news never comes: a Modbus unit only answers.
func (r *relay) news([]byte) (bool, []byte) { return false, nil }
