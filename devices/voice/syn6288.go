package voice

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"halld/devices"
	"halld/devices/internal/ask"
	"halld/devices/internal/loop"
)

// Commands and answers of the SYN6288.
const (
	synSpeak = 0x01
	synStop  = 0x02
	synQuery = 0x21
	synGBK   = 0x01 // parameter of synSpeak: GBK, no music behind

	synAccepted = 0x41
	synRefused  = 0x45
	synBusy     = 0x4E
	synIdle     = 0x4F

	synMaxText = 200 // bytes
)

// ChipOpts configures a Chip. Every zero field takes its default.
type ChipOpts struct {
	Answer   time.Duration // to the answer of a command; default 300 ms
	Poll     time.Duration // between two questions whether it still speaks; default 200 ms
	Syllable time.Duration // per character, where the chip cannot be asked; default 300 ms
}

// Chip speaks with a SYN6288. Many are wired one way only, so one that never
// answered is taken for such a chip, and one that did is missed when it falls
// silent.
type Chip struct {
	line  devices.Line
	opts  ChipOpts
	heard atomic.Bool // it has answered
}

// NewChip makes an engine of the chip on line.
func NewChip(line devices.Line, opts ChipOpts) *Chip {
	opts.Answer = cmp.Or(opts.Answer, 300*time.Millisecond)
	opts.Poll = cmp.Or(opts.Poll, 200*time.Millisecond)
	opts.Syllable = cmp.Or(opts.Syllable, 300*time.Millisecond)
	return &Chip{line: line, opts: opts}
}

// String names the chip and its line.
func (c *Chip) String() string { return fmt.Sprintf("SYN6288 on %s", c.line) }

// Halt ends what is being said.
func (c *Chip) Halt() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, err := c.ask(ctx, synFrame(synStop))
	if errors.Is(err, devices.ErrNoAnswer) {
		return nil
	}
	return err
}

// Identify asks the chip for its state. For silence the error is a
// [devices.ErrCannotAnswer].
func (c *Chip) Identify(ctx context.Context) (string, error) {
	b, err := c.ask(ctx, synFrame(synQuery))
	switch {
	case errors.Is(err, devices.ErrNoAnswer):
		return "", fmt.Errorf("%s is silent, or wired one way: %w", c, devices.ErrCannotAnswer)
	case err != nil:
		return "", err
	case b == synBusy:
		return "SYN6288, speaking", nil
	default:
		return "SYN6288, idle", nil
	}
}

// Check tells whether the chip takes the text.
func (c *Chip) Check(text string) error {
	_, err := synText(text, 100)
	return err
}

// Speak sends the text and waits until the chip is idle, or, where it cannot be
// heard, as long as the text takes to say.
func (c *Chip) Speak(ctx context.Context, text string, volume int) error {
	b, err := synText(text, volume)
	if err != nil {
		return err
	}
	length := c.opts.Syllable * time.Duration(utf8.RuneCountInString(text))
	answer, err := c.ask(ctx, synFrame(synSpeak, append([]byte{synGBK}, b...)...))
	switch {
	case errors.Is(err, devices.ErrNoAnswer) && !c.heard.Load():
		loop.Sleep(ctx, length)
		return nil
	case err != nil:
		return err
	case answer != synAccepted:
		return fmt.Errorf("chip answered %02X to a text", answer)
	}
	return c.untilIdle(ctx, time.Now().Add(2*length+time.Second))
}

// untilIdle asks until the chip is idle, or for as long as no text takes.
func (c *Chip) untilIdle(ctx context.Context, limit time.Time) error {
	for time.Now().Before(limit) {
		loop.Sleep(ctx, c.opts.Poll)
		b, err := c.ask(ctx, synFrame(synQuery))
		if err != nil || b == synIdle {
			return err
		}
	}
	return fmt.Errorf("chip speaks without end")
}

// ask sends a frame and returns the byte that answers it.
func (c *Chip) ask(ctx context.Context, frame []byte) (answer byte, err error) {
	cmd := frame[3]
	err = c.line.Do(ctx, func(conn devices.Conn) error {
		return ask.Answer(conn, frame, ask.Opts{Timeout: c.opts.Answer}, func(in []byte) (err error) {
			if bytes.HasPrefix(frame, in) { // the wire's echo, whose text may hold the answer's byte
				return ask.ErrMore
			}
			answer, err = synAnswer(cmd, bytes.TrimPrefix(in, frame))
			return err
		})
	})
	if err != nil {
		return 0, fmt.Errorf("sending command %02X: %w", cmd, err)
	}
	c.heard.Store(true)
	return answer, nil
}

// synAnswer finds the answer to cmd in what came in. 4F also comes by itself when
// a text ends, and 4A after power-up, so nothing else is taken for one.
func synAnswer(cmd byte, in []byte) (byte, error) {
	for _, b := range in {
		if answers(cmd, b) {
			return b, nil
		}
	}
	return 0, ask.ErrMore
}

func answers(cmd, b byte) bool {
	if cmd == synQuery {
		return b == synBusy || b == synIdle
	}
	return b == synAccepted || b == synRefused
}

// synFrame builds a frame of the chip.
func synFrame(cmd byte, data ...byte) []byte {
	n := 1 + len(data) + 1
	f := append([]byte{0xFD, byte(n >> 8), byte(n), cmd}, data...)
	var x byte
	for _, b := range f {
		x ^= b
	}
	return append(f, x)
}

// synText is the text in GBK behind the tag of its volume, [v0] to [v16].
func synText(text string, volume int) ([]byte, error) {
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("%w: a character that GBK lacks", ErrUnspeakable)
	}
	b = append(fmt.Appendf(nil, "[v%d]", max(1, volume*16/100)), b...)
	if len(b) > synMaxText {
		return nil, fmt.Errorf("%w: %d bytes", ErrUnspeakable, len(b))
	}
	return b, nil
}
