package display

import (
	"errors"
	"fmt"
	"strings"

	"halld/devices/internal/modbus"
)

// led485 is the LED-485 number tube, Modbus RTU, in either of its two register
// maps. Both take characters from register 0070 on, two in a register.
//
//	UNIT 10 0070 nnnn LEN characters CRC   answered by UNIT 10 0070 nnnn CRC
//	UNIT 06 0024 000b CRC                  brightness 0-7, armfly only; answered by an echo
//
// The armfly map takes always 12 characters padded with 00, the 046 as many as
// it has tubes, right-justified.
type led485 struct {
	unit   byte
	map046 bool
	digits int
	bright uint16
}

// Registers, and the size of an answer to a write.
const (
	regBrightness = 0x0024
	regUnit046    = 0x0002
	regASCII      = 0x0070
	lenASCII      = 12
	modbusWrite   = 8
	modbusReadOne = 7
)

func newLED485(o *Opts) (codec, error) {
	most := 7
	if o.Map == Map046 {
		most = 15 // it has no such register
	}
	err := errors.Join(within("address", o.Address, 1, 247), within("digits", o.Digits, 1, lenASCII),
		within("brightness", o.Brightness, 0, most))
	if o.Map != MapArmfly && o.Map != Map046 {
		err = errors.Join(err, fmt.Errorf("map %q is neither %s nor %s", o.Map, MapArmfly, Map046))
	}
	return &led485{byte(o.Address), o.Map == Map046, o.Digits, uint16(o.Brightness)}, err
}

func (l *led485) show(c Content) ([]message, error) {
	s, err := tube(c.Ticket, l.digits)
	if err != nil {
		return nil, err
	}
	if l.map046 {
		return []message{l.characters(s)}, nil
	}
	return []message{l.brightness(), l.characters(s)}, nil
}

func (l *led485) off() []message {
	s, _ := tube("", l.digits)
	return []message{l.characters(s)}
}

// hello reads a register that the map has: the brightness, or the own number of
// a 046. A write would not do, because its answer is its own echo. A refusal is a
// sign of life too: not every tube can be read.
func (l *led485) hello(Content) []message {
	reg := uint16(regBrightness)
	if l.map046 {
		reg = regUnit046
	}
	frame := modbus.Frame(l.unit, modbus.ReadRegisters, reg, 1)
	return []message{{frame, func(in []byte) error {
		_, err := modbus.Answer(in, l.unit, modbus.ReadRegisters, modbusReadOne)
		if _, alive := errors.AsType[*modbus.Exception](err); alive {
			return nil
		}
		return err
	}}}
}

func (l *led485) brightness() message {
	frame := modbus.Frame(l.unit, modbus.WriteRegister, regBrightness, l.bright)
	return message{frame, l.answer(modbus.WriteRegister)}
}

func (l *led485) characters(s string) message {
	if l.map046 {
		if len(s)%2 == 1 {
			s = " " + s
		}
	} else {
		s = strings.TrimLeft(s, " ")
		if s == "" {
			s = strings.Repeat(" ", l.digits)
		}
		s += strings.Repeat("\x00", lenASCII-len(s))
	}
	return message{modbus.FrameWrite(l.unit, regASCII, []byte(s)), l.answer(modbus.WriteRegisters)}
}

func (l *led485) answer(function byte) func(in []byte) error {
	return func(in []byte) error {
		_, err := modbus.Answer(in, l.unit, function, modbusWrite)
		return err
	}
}

// tube is a ticket right-justified in the digits of a tube, if it is legible
// there. A dot shares the tube of the character before it.
func tube(ticket string, digits int) (string, error) {
	if !Legible(ticket) {
		return "", fmt.Errorf("%q is not legible on seven segments", ticket)
	}
	n := digits - len(ticket) + strings.Count(ticket, ".")
	if n < 0 {
		return "", fmt.Errorf("%q is longer than %d digits", ticket, digits)
	}
	return strings.Repeat(" ", n) + ticket, nil
}
