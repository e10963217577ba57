package display

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/firmware-bridge/emulator/wire"
	"halld/firmware-bridge/emulator/wire/wiretest"
)

const call = "请A012号到3号窗口"

func TestStripVectors(t *testing.T) {
	tests := []struct {
		request string
		opts    OptsStrip
		shown   string
		answer  []byte
	}{
		{"led-AA-BB-5154-sum/hall-call", OptsStrip{}, call, nil},
		{"led-AA-BB-5154-sum/hall-call", OptsStrip{Address: 2}, "", nil},
		{"led-AA-BB-5154-xor/volatile-call", OptsStrip{Check: CheckXOR}, call, []byte{stripReply}},
		{"led-AA-BB-5154-xor/saved-welcome", OptsStrip{Check: CheckXOR}, "欢迎光临", []byte{stripReply}},
		{"led-AA-BB-5154-xor/screen-on", OptsStrip{Check: CheckXOR}, "", []byte{stripReply}},
	}
	v := wiretest.Vectors(t)
	for _, test := range tests {
		t.Run(test.request, func(t *testing.T) {
			d := NewStrip(test.opts)
			got := wiretest.Ask(d, v[test.request].Bytes)
			if diff := cmp.Diff(test.answer, got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if d.Shown() != test.shown {
				t.Errorf("shown %q, want %q", d.Shown(), test.shown)
			}
			bad := bytes.Clone(v[test.request].Bytes)
			bad[len(bad)-2] ^= 1
			other := NewStrip(test.opts)
			if wiretest.Ask(other, bad); other.Shown() != "" {
				t.Errorf("a damaged frame shows %q", other.Shown())
			}
		})
	}
}

func TestStripKeepsWhatWasSaved(t *testing.T) {
	v := wiretest.Vectors(t)
	d := NewStrip(OptsStrip{Check: CheckXOR})
	wiretest.Ask(d, v["led-AA-BB-5154-xor/saved-welcome"].Bytes)
	wiretest.Ask(d, v["led-AA-BB-5154-xor/volatile-call"].Bytes)
	if d.Shown() != call {
		t.Errorf("shown %q, want the call", d.Shown())
	}
	wiretest.Ask(d, v["led-AA-BB-5154-xor/screen-off"].Bytes)
	if d.Shown() != "" {
		t.Errorf("a screen that is off shows %q", d.Shown())
	}
	d.PowerCut()
	if d.Shown() != "欢迎光临" {
		t.Errorf("after a power cut: %q", d.Shown())
	}
	if d.Frames() != 3 {
		t.Errorf("%d frames carried out, want 3", d.Frames())
	}
}

func TestOnbonVectors(t *testing.T) {
	v := wiretest.Vectors(t)
	d := NewOnbon(OptsOnbon{})
	got := wiretest.Ask(d, v["led-onbon-bx-font/dynamic-area-A012"].Bytes)
	if d.Shown() != "A012" {
		t.Errorf("shown %q, want A012", d.Shown())
	}
	ack := frameOnbon([]byte{0x01, 0x80}, []byte{0x01, 0x00}, onbonGroupAck, 0, 0, 0, 0)
	if diff := cmp.Diff(ack, got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if got := wiretest.Ask(d, v["led-onbon-bx-font/ping"].Bytes); len(got) == 0 {
		t.Error("no answer to the ping")
	}
	other := NewOnbon(OptsOnbon{Screen: 2})
	if got := wiretest.Ask(other, v["led-onbon-bx-font/ping"].Bytes); len(got) != 0 {
		t.Errorf("screen 2 answered % X to screen 1's ping", got)
	}
}

func TestOnbonAreas(t *testing.T) {
	// area is a dynamic area with text, and words to say unless empty.
	area := func(n byte, text, words string) []byte {
		b := []byte{0, 0, 0x80, 0, 0x80, 64, 0x80, 16, 0x80, n, 0, 0, 0, 0}
		if words == "" {
			b = append(b, 0)
		} else {
			b = append(b, 2, 0, 5, 5, byte(len(words)), 0, 0, 0)
			b = append(b, words...)
		}
		b = append(b, 0, 0, 1, 1, 1, 0, 10, 0, byte(len(text)), 0, 0, 0)
		return append(b, text...)
	}
	update := func(deleted []byte, areas ...[]byte) []byte {
		b := append([]byte{0xA3, 0x06, 1, 0, 0, byte(len(deleted))}, deleted...)
		b = append(b, byte(len(areas)))
		for _, a := range areas {
			b = append(append(b, byte(len(a)), 0), a...)
		}
		return frameOnbon([]byte{1, 0}, []byte{0, 0x80}, b...)
	}
	d := NewOnbon(OptsOnbon{})
	// Z is 5A, the end of a frame, and has to be escaped.
	wiretest.Ask(d, update(nil, area(1, `\C2\FE000Z[02`, "Z[02"), area(0, `A\n1`, "")))
	if d.Shown() != "A 1\nZ[02" {
		t.Errorf("shown %q", d.Shown())
	}
	if diff := cmp.Diff([]string{"Z[02"}, d.Said()); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
	wiretest.Ask(d, update([]byte{0}))
	if d.Shown() != "Z[02" {
		t.Errorf("shown %q after area 0 was deleted", d.Shown())
	}
	short := area(1, "longer than it is", "")
	if got := wiretest.Ask(d, update(nil, short[:30])); len(got) < 24 || got[23] != 1 || d.Shown() != "Z[02" {
		t.Errorf("a short area was answered with % X and shows %q", got, d.Shown())
	}
}

func TestVoice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		speak := wiretest.Vectors(t)["voice-syn6288/speak-call"].Bytes
		query, stop := []byte{0xFD, 0, 2, 0x21, 0xDE}, []byte{0xFD, 0, 2, 0x02, 0xFD}
		v := NewVoice(OptsVoice{Hello: true})
		r := &wiretest.Recorder{}
		v.Attach(r)
		say := func(b []byte) []byte { v.Hear(b); return r.Take() }
		steps := []struct {
			send, want []byte
		}{
			{nil, []byte{synReady}},
			{query, []byte{synIdle}},
			{speak, []byte{synAccepted}},
			{query, []byte{synBusy}},
			{speak, []byte{synAccepted}},
			{stop, []byte{synAccepted}},
			{query, []byte{synIdle}},
			{speak, []byte{synAccepted}},
			{append(bytes.Clone(speak[:len(speak)-1]), 0), []byte{synRefused}},
			{[]byte{0xFD, 0, 2, 0x77, 0x88}, []byte{synRefused}},
		}
		for i, s := range steps {
			if got := say(s.send); !bytes.Equal(got, s.want) {
				t.Errorf("step %d: % X, want % X", i, got, s.want)
			}
		}
		time.Sleep(12 * 250 * time.Millisecond)
		synctest.Wait()
		if got := r.Take(); !bytes.Equal(got, []byte{synIdle}) || v.Busy() {
			t.Errorf("at the end of the text: % X, busy %v", got, v.Busy())
		}
		if diff := cmp.Diff([]string{call, call, call}, v.Said()); diff != "" {
			t.Errorf("said (-want +got):\n%s", diff)
		}
	})
}

func FuzzDisplays(f *testing.F) {
	for _, v := range wiretest.Vectors(f) {
		f.Add(v.Bytes)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, d := range []wire.Device{NewStrip(OptsStrip{}), NewStrip(OptsStrip{Check: CheckXOR}), NewOnbon(OptsOnbon{}), NewVoice(OptsVoice{PerRune: time.Hour})} {
			if n := len(wiretest.Ask(d, b)); n > 64*(len(b)+1) {
				t.Fatalf("%v said %d bytes to %d", d, n, len(b))
			}
		}
	})
}
