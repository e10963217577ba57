package display

import (
	"bytes"
	"errors"
	"fmt"

	"halld/devices/internal/ask"
)

// ledascii is the LED-485 number tube in its ASCII mode, for which the tube is
// set once by its maker's tool.
//
//	$001,text#   show        $001,5%   brightness 0-7
//	$001,01&     test, answered by OK, the only answer there is
//
// There is no checksum, so a disturbed number stands until the next Show.
type ledascii struct {
	address, digits, bright int
}

func newLEDASCII(o *Opts) (codec, error) {
	err := errors.Join(within("address", o.Address, 1, 999), within("digits", o.Digits, 1, lenASCII),
		within("brightness", o.Brightness, 0, 7))
	return &ledascii{o.Address, o.Digits, o.Brightness}, err
}

func (l *ledascii) show(c Content) ([]message, error) {
	s, err := tube(c.Ticket, l.digits)
	if err != nil {
		return nil, err
	}
	return []message{l.frame(fmt.Sprint(l.bright), '%'), l.frame(s, '#')}, nil
}

func (l *ledascii) off() []message {
	s, _ := tube("", l.digits)
	return []message{l.frame(s, '#')}
}

func (l *ledascii) hello(Content) []message {
	m := l.frame("01", '&')
	m.read = readOK
	return []message{m}
}

func (l *ledascii) frame(s string, end byte) message {
	return message{frame: fmt.Appendf(nil, "$%03d,%s%c", l.address, s, end)}
}

func readOK(in []byte) error {
	if bytes.Contains(in, []byte("OK")) {
		return nil
	}
	return ask.ErrMore
}
