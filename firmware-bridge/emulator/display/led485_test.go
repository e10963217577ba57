package display

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"halld/firmware-bridge/emulator/wire"
	"halld/firmware-bridge/emulator/wire/wiretest"
)

func TestNumberTubeVectors(t *testing.T) {
	tests := []struct {
		request string
		opts    OptsLED485
		shown   string
		answer  string // "" means silence, "ack" the Modbus acknowledgement
	}{
		{"led485-modbus/ascii-P2.3", OptsLED485{}, "P2.3", "ack"},
		{"led485-modbus/brightness-5", OptsLED485{}, "", "ack"},
		{"led485-modbus/dot-2", OptsLED485{}, "", "ack"},
		{"led485-046-modbus/set-unit-5", OptsLED485{Model: Model046}, "", "ack"},
		{"led485-046-modbus/set-baud-19200", OptsLED485{Model: Model046}, "", "ack"},
		{"led485-046-modbus/ascii-__A012", OptsLED485{Model: Model046}, "  A012", "ack"},
		{"led485-ascii/number-12", OptsLED485{ASCII: true}, " 12", ""},
		{"led485-ascii/set-address", OptsLED485{ASCII: true}, "", ""},
		{"led485-ascii/test", OptsLED485{ASCII: true}, "", "OK"},
		{"led485-ascii/model", OptsLED485{ASCII: true}, "", "LED-485"},
		{"led485-ascii/version", OptsLED485{ASCII: true}, "", "V1.0"},
		{"led485-modbus/ascii-P2.3", OptsLED485{Unit: 2}, "", ""},
		{"led485-ascii/number-12", OptsLED485{ASCII: true, Unit: 12}, "", ""},
		{"led485-ascii/number-12", OptsLED485{}, "", ""},
	}
	v := wiretest.Vectors(t)
	for _, test := range tests {
		t.Run(test.request, func(t *testing.T) {
			req := v[test.request].Bytes
			if req == nil {
				t.Fatal("no such vector")
			}
			d := NewLED485(test.opts)
			got := string(wiretest.Ask(d, req))
			want := test.answer
			if want == "ack" {
				want = string(wire.RTU(req[0], req[1:6]...))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if d.Shown() != test.shown {
				t.Errorf("shown %q, want %q", d.Shown(), test.shown)
			}
		})
	}
}

func TestNumberTubeRegisters(t *testing.T) {
	tests := []struct {
		name  string
		model Model
		pdus  [][]byte
		shown string
		code  byte // exception of the last
	}{
		{"integer", Model043, [][]byte{{6, 0, 0x88, 0, 42}}, "42", 0},
		{"negative", Model043, [][]byte{{6, 0, 0x88, 0xFF, 0xD6}}, "-42", 0},
		{"decimals", Model043, [][]byte{{6, 0, 0x25, 0, 2}, {6, 0, 0x88, 0, 5}}, "0.05", 0},
		{"signed", Model043, [][]byte{{16, 0, 0x90, 0, 2, 4, 1, 1, 0, 123}}, "-12.3", 0},
		{"too long", Model043, [][]byte{{16, 0, 0x70, 0, 6, 12, 'A', '1', '2', '3', '4', '5', '6', '7', 0, 0, 0, 0}}, "A12345", 0},
		{"too bright", Model043, [][]byte{{6, 0, 0x24, 0, 8}}, "", wire.IllegalValue},
		{"text of wrong size", Model043, [][]byte{{16, 0, 0x70, 0, 1, 2, 'A', '1'}}, "", wire.IllegalValue},
		{"the other map", Model043, [][]byte{{6, 0, 0, 0, 42}}, "", wire.IllegalAddress},
		{"integer 046", Model046, [][]byte{{6, 0, 0, 0, 42}}, "42", 0},
		{"decimals 046", Model046, [][]byte{{6, 0, 4, 0, 1}, {6, 0, 0, 0, 42}}, "4.2", 0},
		{"segments 046", Model046, [][]byte{{16, 0, 0x80, 0, 2, 4, 0x77, 0xBF, 0x06, 0x5B}}, "A0.12", 0},
		{"the other map 046", Model046, [][]byte{{6, 0, 0x88, 0, 42}}, "", wire.IllegalAddress},
		{"reading", Model046, [][]byte{{3, 0, 0, 0, 1}}, "", wire.IllegalFunction},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := NewLED485(OptsLED485{Model: test.model})
			var got []byte
			for _, pdu := range test.pdus {
				got = wiretest.Ask(d, wire.RTU(1, pdu...))
			}
			last := test.pdus[len(test.pdus)-1]
			want := wire.RTU(1, last[:5]...)
			if test.code != 0 {
				want = wire.Exception(1, last[0], test.code)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if d.Shown() != test.shown {
				t.Errorf("shown %q, want %q", d.Shown(), test.shown)
			}
		})
	}
}

func TestTubesShareAWire(t *testing.T) {
	one, two := NewLED485(OptsLED485{}), NewLED485(OptsLED485{Unit: 2, ASCII: true})
	r := &wiretest.Recorder{}
	one.Attach(r)
	two.Attach(r)
	for _, req := range [][]byte{wire.RTU(1, 6, 0, 0x88, 0, 7), []byte("$002,8#"), wire.RTU(0, 6, 0, 0x88, 0, 9), []byte("$002,81&"), wire.RTU(2, 6, 0, 0x88, 0, 6)} {
		one.Hear(req)
		two.Hear(req)
	}
	if one.Shown() != "9" || two.Shown() != "6" {
		t.Errorf("shown %q and %q, want 9 and 6", one.Shown(), two.Shown())
	}
	want := append(wire.RTU(1, 6, 0, 0x88, 0, 7), wire.RTU(2, 6, 0, 0x88, 0, 6)...)
	if diff := cmp.Diff(want, r.Take()); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

func FuzzLED485(f *testing.F) {
	for _, v := range wiretest.Vectors(f) {
		f.Add(v.Bytes, true)
		f.Add(v.Bytes, false)
	}
	f.Fuzz(func(t *testing.T, b []byte, ascii bool) {
		for _, m := range []Model{Model043, Model046} {
			d := NewLED485(OptsLED485{ASCII: ascii, Model: m})
			wiretest.Ask(d, b)
			if n := len(d.Shown()); n > 2*d.opts.Digits+1 {
				t.Fatalf("%d characters on %d digits: %q", n, d.opts.Digits, d.Shown())
			}
		}
	})
}
