package printer

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"halld/devices"
)

func scanAll(s *scanner, parts ...[]byte) []reply {
	var got []reply
	for _, p := range parts {
		s.scan(p, func(r reply) { got = append(got, reply{r.kind, bytes.Clone(r.data)}) })
	}
	return got
}

func TestScan(t *testing.T) {
	tests := []struct {
		name, in string
		want     []reply
	}{
		{"status", "\x12\x16\x72", []reply{{kindStatus, []byte{0x12}}, {kindStatus, []byte{0x16}}, {kindStatus, []byte{0x72}}}},
		{"automatic", "\x14\x00\x03\x00", []reply{{kindASB, []byte{0x14, 0, 3, 0}}}},
		{"flow control inside", "\x14\x13\x00\x11\x00\x13\x00", []reply{{kindASB, []byte{0x14, 0, 0, 0}}}},
		{"block", "\x37\x220001\x00", []reply{{kindBlock, []byte("\x37\x220001")}}},
		{"block with XOFF", "\x5fEP\x13SON\x00", []reply{{kindBlock, []byte("_EPSON")}}},
		{"byte", "\x00\x0f\x03", []reply{{kindByte, []byte{0}}, {kindByte, []byte{0x0f}}, {kindByte, []byte{3}}}},
		{"broken quartet", "\x14\x00\x12", []reply{{kindStatus, []byte{0x12}}}},
		{"broken block", "\x37\x22\x12", []reply{{kindStatus, []byte{0x12}}}},
		{"noise", "\xff\xfe\x80\x92\x12", []reply{{kindStatus, []byte{0x12}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := scanAll(&scanner{}, []byte(tt.in))
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(reply{})); diff != "" {
				t.Errorf("whole, -want +got:\n%s", diff)
			}
			var parts [][]byte
			for i := range len(tt.in) {
				parts = append(parts, []byte{tt.in[i]})
			}
			got = scanAll(&scanner{}, parts...)
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(reply{})); diff != "" {
				t.Errorf("byte by byte, -want +got:\n%s", diff)
			}
		})
	}
}

// Each vector of a status byte and the fault it means.
func TestStatusVectors(t *testing.T) {
	v := vectors(t)
	tests := []struct {
		name string
		n    byte // of DLE EOT, 0 for automatic status
		want devices.Fault
	}{
		{"eot1_12", 1, devices.OK},
		{"eot1_16", 1, devices.OK},
		{"eot1_3a", 1, devices.NotReady},
		{"eot1_52", 1, devices.OK},
		{"eot1_kp628_92", 1, devices.TicketWaits},
		{"eot2_12", 2, devices.OK},
		{"eot2_16", 2, devices.CoverOpen},
		{"eot2_32", 2, devices.PaperOut},
		{"eot2_52", 2, devices.OK}, // some error, which answer 3 names
		{"eot3_12", 3, devices.OK},
		{"eot3_16", 3, devices.NotReady},
		{"eot3_32", 3, devices.Broken},
		{"eot3_52", 3, devices.Overheat},
		{"eot4_72", 4, devices.PaperOut},
		{"asb_14000000", 0, devices.OK},
		{"asb_14000300", 0, devices.PaperLow},
		{"asb_3c000000", 0, devices.CoverOpen},
		{"asb_1c080000", 0, devices.CutterJam},
		{"asb_1c200000", 0, devices.Broken},
		{"asb_54000000", 0, devices.OK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := scanAll(&scanner{ticketBit: true}, v[tt.name])
			if len(got) != 1 {
				t.Fatalf("% x is %d replies, want 1", v[tt.name], len(got))
			}
			var s state
			if tt.n == 0 {
				s = s.applyASB(got[0].data)
			} else {
				s = s.apply(got[0].data[0], statusBits(tt.n))
			}
			if s.fault() != tt.want {
				t.Errorf("% x means %q, want %q", v[tt.name], s.fault(), tt.want)
			}
		})
	}
}

func TestBlockVectors(t *testing.T) {
	v := vectors(t)
	for name, want := range map[string]string{
		"clear_resp": "\x37\x25", "maker_resp": "_EPSON", "qr_size_resp": "\x376100\x1f100\x1f1\x1f0",
	} {
		got := scanAll(&scanner{}, v[name])
		if len(got) != 1 || got[0].kind != kindBlock || string(got[0].data) != want {
			t.Errorf("%s is %q, want one block %q", name, got, want)
		}
	}
}

// Automatic status after a reload clears what DLE EOT 2 had said.
func TestStateForgets(t *testing.T) {
	s := state(0).apply(0x32, statusBits(2)).applyASB([]byte{0x10, 0, 0, 0})
	if s.fault() != devices.OK {
		t.Errorf("still %q after the paper was reloaded", s.fault())
	}
}

// However the bytes are cut into reads, the replies are the same, and no
// reply is longer than it can be.
func FuzzScan(f *testing.F) {
	f.Add([]byte("\x12\x14\x00\x03\x00\x37\x220001\x00\x0f"), 3)
	f.Add([]byte("\x37\x22\x13\x11\x12\x10\x10\x10\x10\x10"), 1)
	f.Add(bytes.Repeat([]byte{0x5f, 0x41}, 200), 7)
	f.Fuzz(func(t *testing.T, b []byte, at int) {
		whole := scanAll(&scanner{}, b)
		if at < 0 || at > len(b) {
			at = len(b) / 2
		}
		parts := scanAll(&scanner{}, b[:at], b[at:])
		if diff := cmp.Diff(whole, parts, cmp.AllowUnexported(reply{})); diff != "" {
			t.Fatalf("cut at %d, -whole +parts:\n%s", at, diff)
		}
		for _, r := range whole {
			if len(r.data) == 0 || len(r.data) > maxBlock {
				t.Fatalf("a reply of %d bytes", len(r.data))
			}
		}
	})
}
