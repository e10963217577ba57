package display

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"halld/devices"
	"halld/devices/devicestest"
	"halld/firmware-bridge/emulator/display"
	"halld/firmware-bridge/emulator/wire"
)

// screen is an emulated display.
type screen interface {
	wire.Device
	Shown() string
	Next(a ...wire.Accident)
	Times(n int, a ...wire.Accident)
	Clear()
}

// faults keeps what a display reported.
type faults struct {
	mu  sync.Mutex
	all []devices.Fault
}

func (f *faults) report(fault devices.Fault, _ error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(f.all, fault)
}

func (f *faults) want(t *testing.T, want ...devices.Fault) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.Equal(f.all, want) {
		t.Errorf("reports: got %q, want %q", f.all, want)
	}
}

// kinds are the serial displays, each with what it shows of a call to window 3.
var kinds = []struct {
	name, driver string
	opts         Opts
	screen       func() screen
	call         string
	answers      bool
}{
	{"armfly", "led485", Opts{}, func() screen {
		return display.NewLED485(display.OptsLED485{Digits: 4})
	}, "A012", true},
	{"046", "led485", Opts{Map: Map046, Digits: 6}, func() screen {
		return display.NewLED485(display.OptsLED485{Model: display.Model046})
	}, "A012", true},
	{"ledascii", "ledascii", Opts{}, func() screen {
		return display.NewLED485(display.OptsLED485{ASCII: true, Digits: 4})
	}, "A012", false},
	{"strip-sum", "strip-sum", Opts{Hall: true}, func() screen {
		return display.NewStrip(display.OptsStrip{})
	}, "请A012号到3号窗口", false},
	{"strip-xor", "strip-xor", Opts{}, func() screen {
		return display.NewStrip(display.OptsStrip{Check: display.CheckXOR})
	}, "请A012号到3号窗口", true},
	{"onbon", "onbon", Opts{}, func() screen { return display.NewOnbon(display.OptsOnbon{}) }, "请A012号到3号窗口", true},
}

var call = Content{Ticket: "A012", Window: 3}

// wireUp puts a driver and an emulated display on one wire, in a bubble.
func wireUp(t *testing.T, driver string, o Opts, s screen, w wire.Opts) (*Dev, *faults) {
	t.Helper()
	f := &faults{}
	line, far := devicestest.Pipe(t)
	o.Report = f.report
	d, err := New(driver, line, o)
	if err != nil {
		t.Fatal(err)
	}
	w.Baud = 9600
	go wire.New(w, s).Run(t.Context(), far) // ends with the pipe
	return d, f
}

func shows(t *testing.T, s screen, want string) {
	t.Helper()
	synctest.Wait()
	if got := strings.TrimSpace(s.Shown()); got != want {
		t.Errorf("shows %q, want %q", got, want)
	}
}

func TestCall(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := k.screen()
				d, f := wireUp(t, k.driver, k.opts, s, wire.Opts{})
				for _, step := range []struct {
					content Content
					want    string
				}{{call, k.call}, {Content{}, ""}, {call, k.call}} {
					if err := d.Show(t.Context(), step.content); err != nil {
						t.Fatal(err)
					}
					shows(t, s, step.want)
				}
				if err := d.Halt(); err != nil {
					t.Error(err)
				}
				shows(t, s, "")
				if err := d.Show(t.Context(), call); err != nil { // after a halt all is as before
					t.Error(err)
				}
				shows(t, s, k.call)
				f.want(t, devices.OK)
			})
		})
	}
}

func TestBrightness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tube := display.NewLED485(display.OptsLED485{})
		d, _ := wireUp(t, "led485", Opts{Brightness: 2}, tube, wire.Opts{})
		if err := d.Show(t.Context(), call); err != nil || tube.Brightness() != 2 {
			t.Errorf("got brightness %d, %v", tube.Brightness(), err)
		}
	})
}

// A display that answers is held to it: one accident is lived through, a wire
// that stays bad is reported once, and its return too.
func TestAccidents(t *testing.T) {
	tests := []struct {
		name     string
		accident wire.Accident
		want     devices.Fault // when it lasts
		harmless bool          // also when it lasts
	}{
		{"silence", wire.Mute(), devices.NoAnswer, false},
		{"half", wire.Half(), devices.BadAnswer, false},
		{"bad sum", wire.BadSum(), devices.BadAnswer, false},
		{"late", wire.Late(400 * time.Millisecond), devices.NoAnswer, false},
		{"junk before", wire.Before(0xFA, 0xFD), "", true},
		{"junk behind", wire.Trailing(0x00), "", true},
		{"split", wire.Split(1, 40*time.Millisecond), "", true},
	}
	for _, k := range kinds {
		for _, tt := range tests {
			if !k.answers || k.driver == "strip-xor" && tt.name != "silence" { // its answer is one byte
				continue
			}
			t.Run(k.name+" "+tt.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := k.screen()
					d, f := wireUp(t, k.driver, k.opts, s, wire.Opts{})
					s.Next(tt.accident)
					if err := d.Show(t.Context(), call); err != nil {
						t.Errorf("once: %v", err)
					}
					f.want(t, devices.OK)
					shows(t, s, k.call)
					s.Times(wire.Forever, tt.accident)
					err := d.Show(t.Context(), Content{Ticket: "A013"})
					if (err == nil) != tt.harmless && tt.name != "late" {
						t.Errorf("for ever: %v", err)
					}
					s.Clear()
					time.Sleep(time.Second)
					if err := d.Show(t.Context(), call); err != nil {
						t.Errorf("afterwards: %v", err)
					}
					shows(t, s, k.call)
					switch {
					case tt.name == "late": // the answer to the first try comes in the second
					case tt.harmless:
						f.want(t, devices.OK)
					default:
						f.want(t, devices.OK, tt.want, devices.OK)
					}
				})
			})
		}
	}
}

// An echo of the own bytes, which a line may forget to drop, is no answer and
// does not hide one.
func TestEcho(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := k.screen()
				d, f := wireUp(t, k.driver, k.opts, s, wire.Opts{Echo: true})
				if err := d.Show(t.Context(), call); err != nil {
					t.Error(err)
				}
				shows(t, s, k.call)
				if !k.answers {
					return
				}
				s.Times(wire.Forever, wire.Mute())
				if _, err := d.Identify(t.Context()); err == nil {
					t.Error("an echo alone was taken for an answer to Identify")
				}
				if err := d.Show(t.Context(), call); err == nil {
					t.Error("an echo alone was taken for an answer to Show")
				}
				f.want(t, devices.OK, devices.NoAnswer)
			})
		})
	}
}

// The XOR of this text is the byte that a strip answers with.
func TestStripAnswerInItsOwnEcho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := display.NewStrip(display.OptsStrip{Check: display.CheckXOR})
		d, _ := wireUp(t, "strip-xor", Opts{}, s, wire.Opts{Echo: true})
		s.Times(wire.Forever, wire.Mute())
		text := Content{Text: string([]byte{0x1B ^ 0x0B ^ 0x05 ^ 0x3F})}
		if err := d.Show(t.Context(), text); !errors.Is(err, devices.ErrNoAnswer) {
			t.Errorf("got %v, want no answer", err)
		}
	})
}

func TestIdentify(t *testing.T) {
	cannot := []string{"strip-sum"}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := k.screen()
				d, _ := wireUp(t, k.driver, k.opts, s, wire.Opts{})
				if err := d.Show(t.Context(), call); err != nil {
					t.Fatal(err)
				}
				who, err := d.Identify(t.Context())
				if slices.Contains(cannot, k.name) {
					if !errors.Is(err, devices.ErrCannotAnswer) {
						t.Errorf("got %q, %v, want that it cannot answer", who, err)
					}
				} else if err != nil || !strings.HasSuffix(who, "answers") {
					t.Errorf("got %q, %v, want that it answers", who, err)
				}
				shows(t, s, k.call)
				if err := d.Halt(); err != nil {
					t.Error(err)
				}
				_, _ = d.Identify(t.Context()) // a display that was switched off stays so
				shows(t, s, "")
				s.Times(wire.Forever, wire.Mute())
				if _, err := d.Identify(t.Context()); !slices.Contains(cannot, k.name) && !errors.Is(err, devices.ErrNoAnswer) {
					t.Errorf("silent: got %v", err)
				}
			})
		})
	}
}

// What a display cannot show is told as its fault, and the number before it does
// not stay.
func TestUnshowable(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := k.screen()
				d, f := wireUp(t, k.driver, k.opts, s, wire.Opts{})
				for _, step := range []struct {
					content Content
					want    string
					err     error
				}{
					{call, k.call, nil},
					{Content{Ticket: strings.Repeat("A", 13), Text: strings.Repeat("请", 101)}, "", ErrUnshowable},
					{call, k.call, nil},
				} {
					if err := d.Show(t.Context(), step.content); !errors.Is(err, step.err) {
						t.Errorf("got %v, want %v", err, step.err)
					}
					shows(t, s, step.want)
				}
				f.want(t, devices.OK, devices.CannotShow, devices.OK)
			})
		})
	}
}

// A sentence that is wider than the panel runs, so that all of it can be read.
func TestOnbonSizes(t *testing.T) {
	for _, width := range []int{16, 64, 128, 136, 512} {
		synctest.Test(t, func(t *testing.T) {
			s := display.NewOnbon(display.OptsOnbon{})
			d, _ := wireUp(t, "onbon", Opts{Width: width, Height: 32}, s, wire.Opts{})
			if err := d.Show(t.Context(), call); err != nil {
				t.Fatal(err)
			}
			shows(t, s, "请A012号到3号窗口")
		})
	}
}

// Two tubes on one wire each show their own, and a wire that is gone is said to
// be gone.
func TestSharedWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := display.NewLED485(display.OptsLED485{Unit: 1})
		two := display.NewLED485(display.OptsLED485{Unit: 2})
		line, far := devicestest.Pipe(t)
		go wire.New(wire.Opts{Baud: 9600}, one, two).Run(t.Context(), far) // ends with the pipe
		f := &faults{}
		tickets := map[int]string{1: "A001", 2: "P2"}
		devs := map[int]*Dev{}
		for unit := range tickets {
			d, err := New("led485", line, Opts{Address: unit, Report: f.report})
			if err != nil {
				t.Fatal(err)
			}
			devs[unit] = d
			go d.Show(t.Context(), Content{Ticket: tickets[unit]}) // seen below
		}
		time.Sleep(time.Second)
		shows(t, one, "A001")
		shows(t, two, "P2")
		far.Close()
		synctest.Wait()
		if err := devs[1].Show(t.Context(), call); !errors.Is(err, devices.ErrOffline) {
			t.Errorf("got %v", err)
		}
		f.want(t, devices.OK, devices.OK, devices.Offline)
	})
}

// Whoever gives up while the wire is busy is no fault of the display.
func TestShowIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, f := wireUp(t, "led485", Opts{}, display.NewLED485(display.OptsLED485{}), wire.Opts{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := d.line.Do(t.Context(), func(devices.Conn) error { return d.Show(ctx, call) })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		f.want(t)
	})
}
