package idcard

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"halld/devices"
	"halld/devices/internal/loop"
)

// Opts configures a reader. Every zero field takes its default.
type Opts struct {
	Poll     time.Duration // between two looks for a card, or at the one that lies there; default 250 ms
	Debounce time.Duration // how long a card that nobody saw leave stays the same card; default 5 s

	Status time.Duration // to the first byte of 11 FF and 12 FF; default 500 ms
	Find   time.Duration // to the first byte of 20 01 and 20 02; default 500 ms
	Read   time.Duration // to the first byte of 30 01; default 3 s
	Watch  time.Duration // to the first byte of 30 05 and 30 03; default 1.5 s
	Reset  time.Duration // to the answer of 10 FF; default 3 s
	Gap    time.Duration // silence that ends a half answer; default 100 ms

	Grace  time.Duration // a module that just got power may be silent this long; default 2 s
	Retry  time.Duration // between two attempts to open a reader that is not there; default 1 s
	Resend int           // repeats of a command that was damaged on the wire; default 1, negative for none

	Report devices.Report // told of every change of the reader's state; may be nil
	Opened func(Info)     // told which module answers, whenever that changed; may be nil
}

func (o Opts) withDefaults() Opts {
	o.Poll = cmp.Or(o.Poll, 250*time.Millisecond)
	o.Debounce = cmp.Or(o.Debounce, 5*time.Second)
	o.Status = cmp.Or(o.Status, 500*time.Millisecond)
	o.Find = cmp.Or(o.Find, 500*time.Millisecond)
	o.Read = cmp.Or(o.Read, 3*time.Second)
	o.Watch = cmp.Or(o.Watch, 1500*time.Millisecond)
	o.Reset = cmp.Or(o.Reset, 3*time.Second)
	o.Gap = cmp.Or(o.Gap, 100*time.Millisecond)
	o.Grace = cmp.Or(o.Grace, 2*time.Second)
	o.Retry = cmp.Or(o.Retry, time.Second)
	switch {
	case o.Resend == 0:
		o.Resend = 1
	case o.Resend < 0:
		o.Resend = 0
	}
	if o.Report == nil {
		o.Report = func(devices.Fault, error) {}
	}
	if o.Opened == nil {
		o.Opened = func(Info) {}
	}
	return o
}

func (o Opts) timeout(c command) time.Duration {
	switch c {
	case findCard, selCard:
		return o.Find
	case readBase:
		return o.Read
	case readAddr, readMgmt:
		return o.Watch
	case resetSAM:
		return o.Reset
	default:
		return o.Status
	}
}

// Dev is a card reader on a line.
type Dev struct {
	line devices.Line
	opts Opts
	news loop.News
	info Info // what Opts.Opened was told last; Run owns it
}

// New makes the driver of the reader on line. It sends nothing yet.
func New(line devices.Line, opts Opts) *Dev {
	opts = opts.withDefaults()
	return &Dev{line: line, opts: opts, news: loop.News{Report: opts.Report}}
}

// String names the reader and its line.
func (d *Dev) String() string { return fmt.Sprintf("card reader on %s", d.line) }

// Halt does nothing: a reader that is not asked does nothing.
func (d *Dev) Halt() error { return nil }

// Info says which module answers.
type Info struct {
	SAM      string // 模块管理号, such as 05.01-20991231-0000512345-1234567890
	Firmware string // its first part, such as 05.01
}

// String names the module for a technician.
func (i Info) String() string {
	if i.SAM == "" {
		return "SAM without a number"
	}
	return fmt.Sprintf("SAM %s, firmware %s", i.SAM, i.Firmware)
}

// Speeds are those that a module may be set to, the factory's first.
var Speeds = []int{115200, 57600, 38400, 19200, 9600}

// Probe tells whether a reader answers on a line: 11 FF, once, without the grace
// of power-up. It serves to try the [Speeds]; at a wrong one there is silence or
// garbage. A module that answers is found, also one whose self-test failed.
func Probe(ctx context.Context, line devices.Line) error {
	_, err := New(line, Opts{}).ask(ctx, samStatus)
	return err
}

// Identify asks the reader who it is: SAM number and firmware.
func (d *Dev) Identify(ctx context.Context) (string, error) {
	_, err := d.exchange(ctx, samStatus)
	var i Info
	if err == nil {
		i, err = d.samInfo(ctx)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", d, err)
	}
	return i.String(), nil
}

// samInfo asks 12 FF. A module that has no number to tell, or tells it in
// another form, works all the same.
func (d *Dev) samInfo(ctx context.Context) (Info, error) {
	a, err := d.exchange(ctx, readSAMID)
	switch {
	case err == nil && a.status == statusOK:
		return parseSAM(a.data), nil
	case answerable(err):
		err = nil
	}
	return Info{}, err
}

// parseSAM reads the 16 bytes of 12 FF: major and minor version in bytes 0 and
// 2, then a date and two numbers, little-endian.
func parseSAM(b []byte) Info {
	u := binary.LittleEndian.Uint32
	firmware := fmt.Sprintf("%02d.%02d", b[0], b[2])
	return Info{
		SAM:      fmt.Sprintf("%s-%08d-%010d-%010d", firmware, u(b[4:]), u(b[8:]), u(b[12:])),
		Firmware: firmware,
	}
}
