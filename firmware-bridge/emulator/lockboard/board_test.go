package lockboard

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"halld/firmware-bridge/emulator/wire"
	"halld/firmware-bridge/emulator/wire/wiretest"
)

// TestVectors brings a board into the state of each known answer. Where no
// answer is named, only the doors that open are known.
func TestVectors(t *testing.T) {
	open := func(doors ...int) func(*Cabinet) {
		return func(c *Cabinet) {
			for _, n := range doors {
				c.ForceOpen(n)
			}
		}
	}
	openAllBut := func(n, ways int) func(*Cabinet) {
		return func(c *Cabinet) {
			for i := range ways {
				if i+1 != n {
					c.ForceOpen(i + 1)
				}
			}
		}
	}
	stuck := func(c *Cabinet) { c.StuckBolt(1, true) }
	all24 := slices.Repeat([]int{0}, 24)
	for i := range all24 {
		all24[i] = i + 1
	}
	b8 := func(o Opts8A) wire.Device { return New8A(o) }
	tests := []struct {
		board           wire.Device
		prepare         func(*Cabinet)
		request, answer string
		pulses          []int
	}{
		{b8(Opts8A{}), nil, "lock-8A-bcc/open-1", "lock-8A-bcc/open-1-reply-00", []int{1}},
		{b8(Opts8A{Contact: ClosedWhenOpen}), nil, "lock-8A-bcc/open-1", "lock-8A-bcc/open-1-reply-11", []int{1}},
		{b8(Opts8A{}), stuck, "lock-8A-bcc/open-1", "lock-8A-bcc/open-1-reply-11", []int{1}},
		{b8(Opts8A{}), nil, "lock-8A-bcc/open-7", "", []int{7}},
		{b8(Opts8A{}), nil, "lock-8A-bcc/open-board32-lock1", "", nil},
		{b8(Opts8A{Board: 32}), nil, "lock-8A-bcc/open-board32-lock1", "", []int{1}},
		{b8(Opts8A{}), nil, "lock-8A-bcc/open-1-for-3s", "lock-8A-bcc/open-1-reply-00", []int{1}},
		{b8(Opts8A{NoTimed: true}), nil, "lock-8A-bcc/open-1-for-3s", "", nil},
		{b8(Opts8A{}), nil, "lock-8A-bcc/open-many-2-10-18", "", []int{2, 10, 18}},
		{b8(Opts8A{}), nil, "lock-8A-bcc/hold-off-1", "", nil},
		{b8(Opts8A{}), nil, "lock-8A-bcc/open-all-9D-variant", "", nil},
		{b8(Opts8A{}), nil, "lock-8A-bcc/firmware-query", "", nil},
		{b8(Opts8A{}), open(1), "lock-8A-bcc/query-1", "lock-8A-bcc/query-1-reply-00", nil},
		{b8(Opts8A{Contact: ClosedWhenOpen}), open(2), "lock-8A-bcc/query-all", "lock-8A-bcc/query-all-reply-bit1-last", nil},
		{b8(Opts8A{Ways: 8, Contact: ClosedWhenOpen}), open(6), "lock-8A-bcc/query-all", "lock-8A-bcc/query-all-reply-bit5-last", nil},
		{b8(Opts8A{Ways: 32}), openAllBut(1, 32), "lock-8A-bcc/query-all", "lock-8A-bcc/query-all-reply-32ch", nil},
		{b8(Opts8A{Ways: 50, LowFirst: true}), nil, "lock-8A-bcc/query-all", "lock-8A-bcc/query-all-reply-50ch", nil},

		{NewWKLY(OptsWKLY{}), nil, "lock-wkly/open-1", "", []int{1}},
		{NewWKLY(OptsWKLY{Board: 10}), nil, "lock-wkly/open-1-board10", "", []int{1}},
		{NewWKLY(OptsWKLY{}), nil, "lock-wkly/open-1-board10", "", nil},
		{NewWKLY(OptsWKLY{}), nil, "lock-wkly/open-simultaneous-1-2-3", "lock-wkly/open-simultaneous-reply", []int{1, 2, 3}},
		{NewWKLY(OptsWKLY{}), nil, "lock-wkly/open-sequential-1-2-3", "lock-wkly/open-sequential-reply", []int{1, 2, 3}},
		{NewWKLY(OptsWKLY{}), nil, "lock-wkly/open-all", "lock-wkly/open-all-reply", all24},
		{NewWKLY(OptsWKLY{}), openAllBut(0, 24), "lock-wkly/query-all", "lock-wkly/query-all-reply-24", nil},
		{NewWKLY(OptsWKLY{Ways: 4}), open(1, 4), "lock-wkly/query-all", "lock-wkly/query-all-reply-4", nil},
		{NewWKLY(OptsWKLY{}), nil, "lock-wkly/query-1", "", nil},

		{NewKerong(OptsKerong{}), nil, "lock-kerong-cu16/status-board0", "lock-kerong-cu16/status-reply-all-locked", nil},
		{NewKerong(OptsKerong{}), open(1), "lock-kerong-cu16/status-board0", "lock-kerong-cu16/status-reply-lock1-open", nil},
		{NewKerong(OptsKerong{}), nil, "lock-kerong-cu16/unlock-b0-l1", "", []int{1}},
		{NewKerong(OptsKerong{UnlockAnswer: true}), nil, "lock-kerong-cu16/unlock-b0-l1", "lock-kerong-cu16/status-reply-lock1-open", []int{1}},
		{NewKerong(OptsKerong{}), nil, "lock-kerong-cu16/unlock-b1-l1", "", nil},
		{NewKerong(OptsKerong{Board: 1}), nil, "lock-kerong-cu16/unlock-b1-l1", "", []int{1}},
		{NewKerong(OptsKerong{}), nil, "lock-kerong-cu16/set-unlock-time-300ms", "", nil},
		{NewKerong(OptsKerong{}), nil, "lock-kerong-cu16/unlock-all-b0", "", all24[:16]},

		{NewRelay(OptsRelay{}), nil, "relay-modbus-waveshare-d/relay1-off", "relay-modbus-waveshare-d/relay1-off", nil},
		{NewRelay(OptsRelay{}), nil, "relay-modbus-waveshare-d/all-off", "relay-modbus-waveshare-d/all-off", nil},
		{NewRelay(OptsRelay{}), nil, "relay-modbus-waveshare-d/read-relays", "", nil},
		{NewRelay(OptsRelay{}), nil, "relay-modbus-waveshare-d/flash-on-reply", "relay-modbus-waveshare-d/flash-on-reply", []int{1}},
	}
	vectors := wiretest.Vectors(t)
	for i, test := range tests {
		t.Run(fmt.Sprint(i, " ", test.request), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := test.board.(interface {
					wire.Device
					cabinet() *Cabinet
				})
				if test.prepare != nil {
					test.prepare(b.cabinet())
				}
				got := wiretest.Ask(b, vectors[test.request].Bytes)
				time.Sleep(time.Minute) // time for doors that open in turn
				if test.answer != "" {
					if diff := cmp.Diff(vectors[test.answer].Bytes, got); diff != "" || got == nil {
						t.Errorf("answer (-want +got):\n%s", diff)
					}
				}
				if diff := cmp.Diff(test.pulses, doorsOf(b.cabinet().Pulses())); diff != "" {
					t.Errorf("pulses (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func (c *Cabinet) cabinet() *Cabinet { return c }

func doorsOf(pulses []Pulse) (doors []int) {
	for _, p := range pulses {
		doors = append(doors, p.Door)
	}
	return doors
}

// TestReports is what boards say by themselves when a door moves.
func TestReports(t *testing.T) {
	v := wiretest.Vectors(t)
	want := func(names ...string) (b []byte) {
		for _, n := range names {
			b = append(b, v[n].Bytes...)
		}
		return b
	}
	shut := func(n int) func(c *Cabinet) { return func(c *Cabinet) { c.ForceOpen(n); c.PushShut(n); c.PushShut(n) } }
	tests := []struct {
		name  string
		board wire.Device
		do    func(*Cabinet)
		want  []byte
	}{
		{"81", New8A(Opts8A{Report: Report81}), shut(2), want("lock-8A-bcc/unsolicited-81-released", "lock-8A-bcc/unsolicited-81-pressed")},
		{"82", New8A(Opts8A{Report: Report82}), func(c *Cabinet) { c.ForceOpen(1) }, want("lock-8A-bcc/unsolicited-82-open")},
		{"off", New8A(Opts8A{}), shut(2), nil},
		{"wkly open", NewWKLY(OptsWKLY{Reports: true}), func(c *Cabinet) { c.ForceOpen(2) }, want("lock-wkly/unsolicited-2-open")},
		{
			"wkly", NewWKLY(OptsWKLY{Ways: 1, Reports: true}), func(c *Cabinet) { c.LeftOpen(1, true); c.PushShut(1); c.LeftOpen(1, false); c.PushShut(1) },
			append(frameWKLY(0, wklyChange, 1, 0), v["lock-wkly/unsolicited-1-closed"].Bytes...),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := &wiretest.Recorder{}
			test.board.Attach(r)
			test.do(test.board.(interface{ cabinet() *Cabinet }).cabinet())
			if diff := cmp.Diff(test.want, r.Take()); diff != "" {
				t.Errorf("reports (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNeverMovesADoorByMistake feeds frames that are damaged, for another
// board, or only echoes of what boards say.
func TestNeverMovesADoorByMistake(t *testing.T) {
	boards := []interface {
		wire.Device
		cabinet() *Cabinet
	}{New8A(Opts8A{}), NewWKLY(OptsWKLY{}), NewKerong(OptsKerong{}), NewRelay(OptsRelay{})}
	for name, v := range wiretest.Vectors(t) {
		b := slices.Clone(v.Bytes)
		b[len(b)-1] ^= 0x40
		for _, board := range boards {
			wiretest.Ask(board, b)
			wiretest.Ask(board, b[:len(b)-1])
			if p := board.cabinet().Pulses(); len(p) != 0 {
				t.Fatalf("%s: damaged %s pulsed %v", board, name, p)
			}
		}
	}
}
