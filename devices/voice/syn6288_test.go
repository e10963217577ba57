package voice

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"

	"halld/devices"
	"halld/devices/devicestest"
	"halld/devices/internal/ask"
	"halld/firmware-bridge/emulator/display"
)

func TestSynVectors(t *testing.T) {
	f, err := os.Open("testdata/vectors.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); n++ {
		var v struct{ Name, Hex string }
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		want, err := hex.DecodeString(strings.ReplaceAll(v.Hex, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		text, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte("请A012号到3号窗口"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, synFrame(synSpeak, append([]byte{synGBK}, text...)...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", v.Name, diff)
		}
	}
	if n != 1 {
		t.Errorf("got %d vectors, want 1", n)
	}
	for cmd, want := range map[byte][]byte{synStop: {0xFD, 0, 2, 2, 0xFD}, synQuery: {0xFD, 0, 2, 0x21, 0xDE}} {
		if diff := cmp.Diff(want, synFrame(cmd)); diff != "" {
			t.Errorf("command %02X (-want +got):\n%s", cmd, diff)
		}
	}
}

// chip is the far end: it reads frames by their length and answers.
type chip struct {
	frames chan []byte
	answer func(cmd byte) []byte
}

func (c *chip) serve(far net.Conn) {
	for {
		head := make([]byte, 3)
		if _, err := io.ReadFull(far, head); err != nil {
			return
		}
		body := make([]byte, int(head[1])<<8|int(head[2]))
		if _, err := io.ReadFull(far, body); err != nil {
			return
		}
		c.frames <- slices.Concat(head, body)
		if b := c.answer(body[0]); b != nil {
			if _, err := far.Write(b); err != nil {
				return
			}
		}
	}
}

func withChip(t *testing.T, answer func(cmd byte) []byte, f func(t *testing.T, c *Chip, frames chan []byte)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		line, far := devicestest.Pipe(t)
		far2 := &chip{frames: make(chan []byte, 100), answer: answer}
		go far2.serve(far)
		f(t, NewChip(line, ChipOpts{}), far2.frames)
		far.Close()
		synctest.Wait()
	})
}

func TestChipSpeaks(t *testing.T) {
	asked := 0
	withChip(t, func(cmd byte) []byte {
		if cmd != synQuery {
			return []byte{0x4A, synAccepted}
		}
		if asked++; asked < 10 {
			return []byte{synBusy}
		}
		return []byte{synIdle}
	}, func(t *testing.T, c *Chip, frames chan []byte) {
		begun := time.Now()
		if err := c.Speak(t.Context(), "请A零一二号到三号窗口", 50); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(begun); d != 2*time.Second {
			t.Errorf("Speak took %v, want until the chip was idle after 2 s", d)
		}
		text, err := simplifiedchinese.GBK.NewDecoder().Bytes((<-frames)[5:])
		if err != nil || !strings.HasPrefix(string(text), "[v8]请A零一二号到三号窗口") {
			t.Errorf("sent %q, %v", text, err)
		}
		if s, err := c.Identify(t.Context()); err != nil || s != "SYN6288, idle" {
			t.Errorf("Identify = %q, %v", s, err)
		}
		if err := c.Halt(); err != nil {
			t.Error(err)
		}
	})
}

func TestChipThatCannotBeHeard(t *testing.T) {
	withChip(t, func(byte) []byte { return nil }, func(t *testing.T, c *Chip, _ chan []byte) {
		begun := time.Now()
		if err := c.Speak(t.Context(), "一二三", 100); err != nil {
			t.Errorf("Speak: %v, want no fault of a chip that is wired one way", err)
		}
		if d := time.Since(begun); d < 900*time.Millisecond {
			t.Errorf("Speak took %v, want the time of three syllables", d)
		}
		if _, err := c.Identify(t.Context()); !errors.Is(err, devices.ErrCannotAnswer) {
			t.Errorf("Identify: %v, want ErrCannotAnswer", err)
		}
		if err := c.Halt(); err != nil {
			t.Error(err)
		}
	})
}

// A chip that has answered before is missed when it does not any more.
func TestChipThatFallsSilent(t *testing.T) {
	var silent atomic.Bool
	withChip(t, func(cmd byte) []byte {
		switch {
		case silent.Load():
			return nil
		case cmd == synQuery:
			return []byte{synIdle}
		}
		return []byte{synAccepted}
	}, func(t *testing.T, c *Chip, _ chan []byte) {
		if err := c.Speak(t.Context(), "一", 100); err != nil {
			t.Fatal(err)
		}
		silent.Store(true)
		if err := c.Speak(t.Context(), "一", 100); !errors.Is(err, devices.ErrNoAnswer) {
			t.Errorf("Speak: %v, want ErrNoAnswer", err)
		}
	})
}

// The emulated chip understands the driver, and the driver the chip.
func TestChipOnTheEmulator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		line, far := devicestest.Pipe(t)
		v := display.NewVoice(display.OptsVoice{Hello: true, Baud: 9600})
		go v.Run(t.Context(), far) // ends with the pipe
		c := NewChip(line, ChipOpts{})
		if err := c.Speak(t.Context(), "请A零一二号到三号窗口", 100); err != nil {
			t.Error(err)
		}
		if v.Busy() {
			t.Error("Speak returned while the chip still speaks")
		}
		if diff := cmp.Diff([]string{"[v16]请A零一二号到三号窗口"}, v.Said()); diff != "" {
			t.Errorf("said (-want +got):\n%s", diff)
		}
	})
}

// FuzzSynAnswer: an answer is found wherever it stands, and nothing else is one.
func FuzzSynAnswer(f *testing.F) {
	f.Add([]byte{synAccepted}, byte(synSpeak))
	f.Add([]byte{0x4A, synBusy, synIdle}, byte(synQuery))
	f.Add([]byte{synIdle, synRefused}, byte(synStop))
	f.Fuzz(func(t *testing.T, in []byte, cmd byte) {
		good := map[bool]string{true: "\x4E\x4F", false: "\x41\x45"}[cmd == synQuery]
		b, err := synAnswer(cmd, in)
		if i := bytes.IndexAny(in, good); i < 0 {
			if !errors.Is(err, ask.ErrMore) {
				t.Errorf("found %02X, %v in % X", b, err, in)
			}
		} else if err != nil || b != in[i] {
			t.Errorf("found %02X, %v in % X, want %02X", b, err, in, in[i])
		}
	})
}

// TestEchoIsNoAnswer, though the A of a ticket's number is the byte of a yes.
func TestEchoIsNoAnswer(t *testing.T) {
	withChip(t, func(cmd byte) []byte {
		if cmd == synQuery {
			return []byte{synIdle}
		}
		text, err := synText("A", 100)
		if err != nil {
			t.Error(err)
		}
		return synFrame(synSpeak, append([]byte{synGBK}, text...)...) // of which nobody has heard
	}, func(t *testing.T, c *Chip, _ chan []byte) {
		if err := c.Speak(t.Context(), "A", 100); err != nil || c.heard.Load() {
			t.Errorf("got %v, heard: %t; want a chip that cannot be heard, as its wire only echoes", err, c.heard.Load())
		}
	})
}

func TestChipTrouble(t *testing.T) {
	withChip(t, func(byte) []byte { return []byte{synRefused} }, func(t *testing.T, c *Chip, _ chan []byte) {
		if err := c.Speak(t.Context(), "一", 100); err == nil || devices.FaultOf(err) != devices.BadAnswer {
			t.Errorf("refused: %v, want a bad answer", err)
		}
	})
	withChip(t, func(cmd byte) []byte {
		if cmd == synQuery {
			return []byte{synBusy}
		}
		return []byte{synAccepted}
	}, func(t *testing.T, c *Chip, _ chan []byte) {
		begun := time.Now()
		if err := c.Speak(t.Context(), "一", 100); err == nil || time.Since(begun) > 5*time.Second {
			t.Errorf("busy for ever: %v after %v", err, time.Since(begun))
		}
	})
	c := NewChip(nil, ChipOpts{})
	for _, text := range []string{"😀", strings.Repeat("请", 100)} {
		if err := c.Check(text); !errors.Is(err, ErrUnspeakable) {
			t.Errorf("Check(%.6s): %v, want ErrUnspeakable", text, err)
		}
	}
}
