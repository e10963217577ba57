package display

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/text/encoding/simplifiedchinese"

	"halld/devices/internal/ask"
)

// maxText is the longest text sent to a strip, in bytes of GBK. The sheets say
// nothing; more than this nobody reads.
const maxText = 200

// Marks of the AA BB frames. GBK has no byte FF, so the end is certain.
const (
	stripHead = 0xAA
	stripMark = 0xBB
	stripEnd  = 0xFF
	stripDone = 0x1B
)

// gbk is the text as strips take it.
func gbk(s string) ([]byte, error) {
	b, err := simplifiedchinese.GBK.NewEncoder().String(s)
	if err != nil {
		return nil, errors.New("the text has a character that GBK lacks")
	}
	if len(b) > maxText {
		return nil, fmt.Errorf("text of %d bytes: a strip takes %d", len(b), maxText)
	}
	for i := range len(b) {
		if b[i] < ' ' {
			return nil, errors.New("the text has a control character")
		}
	}
	return []byte(b), nil
}

// stripSum is the window strip (窗口屏) or hall screen (综合屏) with a sum.
//
//	AA addr BB 51 54 CK 01 00 99 00 63 GBK FF   CK = sum of everything behind it
//
// A hall screen has 08 02 for 01 00. Nothing is answered.
type stripSum struct {
	address byte
	kind    []byte
}

func newStripSum(o *Opts) (codec, error) {
	s := &stripSum{byte(o.Address), []byte{0x01, 0x00}}
	if o.Hall {
		s.kind = []byte{0x08, 0x02}
	}
	return s, within("address", o.Address, 1, 255)
}

func (s *stripSum) show(c Content) ([]message, error) {
	text, err := gbk(blankIfEmpty(c.sentence()))
	if err != nil {
		return nil, err
	}
	return []message{{frame: s.frame(text)}}, nil
}

func (s *stripSum) off() []message          { return []message{{frame: s.frame([]byte(" "))}} }
func (s *stripSum) hello(Content) []message { return nil }

func (s *stripSum) frame(text []byte) []byte {
	data := append(append([]byte(nil), s.kind...), 0x99, 0x00, 0x63)
	data = append(append(data, text...), stripEnd)
	var sum byte
	for _, v := range data {
		sum += v
	}
	return append([]byte{stripHead, s.address, stripMark, 0x51, 0x54, sum}, data...)
}

// stripXOR is the strip of 漳州圆心光电.
//
//	AA addr BB 51 54 mode speed delay colour valid GBK XOR FF   XOR from mode on; answered by 1B
//	AA addr BB 4F 41 / 4F 46                                    on / off, without answer
//
// The text is the volatile one: a strip that lost its power is blank.
type stripXOR struct {
	address byte
}

// style is mode 11 (立即打出, at once), speed 5, no delay, red, valid for ever.
var style = [...]byte{0x0B, 0x05, 0x00, 0x00, 0x3F}

func newStripXOR(o *Opts) (codec, error) {
	return &stripXOR{byte(o.Address)}, within("address", o.Address, 1, 255)
}

func (s *stripXOR) show(c Content) ([]message, error) {
	text, err := gbk(blankIfEmpty(c.sentence()))
	if err != nil {
		return nil, err
	}
	return []message{s.power(0x41), s.text(text)}, nil
}

func (s *stripXOR) off() []message { return []message{s.power(0x46)} }

// hello sends the text that is shown once more, for its 1B, and leaves a strip
// that is off as it is.
func (s *stripXOR) hello(c Content) []message {
	text, err := gbk(blankIfEmpty(c.sentence()))
	if err != nil {
		return nil
	}
	return []message{s.text(text)}
}

// text is a frame and its answer, which is not looked for in an echo of the
// frame: its XOR may be 1B too.
func (s *stripXOR) text(b []byte) message {
	frame := s.frame(b)
	return message{frame, func(in []byte) error {
		if bytes.HasPrefix(frame, in) {
			return ask.ErrMore
		}
		return readDone(bytes.TrimPrefix(in, frame))
	}}
}

func (s *stripXOR) power(how byte) message {
	return message{frame: []byte{stripHead, s.address, stripMark, 0x4F, how}}
}

func (s *stripXOR) frame(text []byte) []byte {
	f := append([]byte{stripHead, s.address, stripMark, 0x51, 0x54}, style[:]...)
	f = append(f, text...)
	var x byte
	for _, v := range f[5:] {
		x ^= v
	}
	if x == stripEnd { // it would end the frame before its time
		f, x = append(f, ' '), x^' '
	}
	return append(f, x, stripEnd)
}

func readDone(in []byte) error {
	if bytes.IndexByte(in, stripDone) >= 0 {
		return nil
	}
	return ask.ErrMore
}

// blankIfEmpty keeps one blank, because an empty text may leave the old one.
func blankIfEmpty(s string) string {
	if s == "" {
		return " "
	}
	return s
}
