package modbus

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"halld/devices/internal/ask"
)

func TestFrame(t *testing.T) {
	// Published frames of a relay board and of a number tube.
	if got, want := Frame(1, WriteCoil, 0x0200, 7), []byte{0x01, 0x05, 0x02, 0x00, 0x00, 0x07, 0x8D, 0xB0}; !bytes.Equal(got, want) {
		t.Errorf("got % X, want % X", got, want)
	}
	want := []byte{0x01, 0x10, 0x00, 0x70, 0x00, 0x03, 0x06, 0x20, 0x20, 0x41, 0x30, 0x31, 0x32, 0xE2, 0x7A}
	if got := FrameWrite(1, 0x0070, []byte("  A012")); !bytes.Equal(got, want) {
		t.Errorf("got % X, want % X", got, want)
	}
}

func TestAnswer(t *testing.T) {
	ok := Frame(1, WriteRegister, 0x24, 5)
	no := []byte{0x01, 0x86, 0x03, 0x02, 0x61}
	tests := []struct {
		name string
		in   []byte
		want []byte
		code byte
	}{
		{"whole", ok, ok, 0},
		{"behind noise", append([]byte{0x01, 0x06, 0xFF}, ok...), ok, 0},
		{"before noise", append(bytes.Clone(ok), 0), ok, 0},
		{"half", ok[:5], nil, 0},
		{"another unit", Frame(2, WriteRegister, 0x24, 5), nil, 0},
		{"another function", Frame(1, WriteCoil, 0x24, 5), nil, 0},
		{"refusal", no, nil, 3},
		{"refusal with a bad sum", []byte{0x01, 0x86, 0x03, 0x02, 0x60}, nil, 0},
	}
	for _, tt := range tests {
		got, err := Answer(tt.in, 1, WriteRegister, 8)
		var e *Exception
		switch {
		case tt.code != 0:
			if !errors.As(err, &e) || e.Code != tt.code || e.Function != WriteRegister {
				t.Errorf("%s: got %v", tt.name, err)
			}
		case tt.want == nil:
			if !errors.Is(err, ask.ErrMore) {
				t.Errorf("%s: got % X, %v", tt.name, got, err)
			}
		case err != nil || !bytes.Equal(got, tt.want):
			t.Errorf("%s: got % X, %v", tt.name, got, err)
		}
	}
}

// A request for 17 to 24 inputs is as long as its answer, and no answer.
func TestAnswerIsNotTheRequest(t *testing.T) {
	req := Frame(1, ReadInputs, 0, 24)
	if got, err := Answer(req, 1, ReadInputs, len(req)); !errors.Is(err, ask.ErrMore) {
		t.Errorf("got % X, %v of the own request", got, err)
	}
	want := seal([]byte{1, ReadInputs, 3, 0xFF, 0x7F, 0x01})
	if got, err := Answer(append(req, want...), 1, ReadInputs, len(want)); err != nil || !bytes.Equal(got, want) {
		t.Errorf("got % X, %v, want % X", got, err, want)
	}
}

// Any answer is found behind noise that cannot begin one.
func TestAnswerRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.ByteRange(1, 247).Draw(t, "unit")
		f := Frame(unit, WriteCoil, rapid.Uint16().Draw(t, "reg"), rapid.Uint16().Draw(t, "value"))
		noise := rapid.SliceOf(rapid.ByteRange(248, 255)).Draw(t, "noise")
		got, err := Answer(append(noise, f...), unit, WriteCoil, len(f))
		if err != nil || !bytes.Equal(got, f) {
			t.Fatalf("got % X, %v, want % X", got, err, f)
		}
	})
}

func TestExceptionSaysWhy(t *testing.T) {
	for _, e := range []*Exception{{5, 2}, {5, 99}} {
		if e.Error() == "" {
			t.Errorf("%+v says nothing", e)
		}
	}
}
