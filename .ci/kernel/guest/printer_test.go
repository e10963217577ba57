package guest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"halld/devices"
	"halld/devices/printer"
	emulator "halld/firmware-bridge/emulator/printer"
)

const (
	lp   = "/dev/usb/lp0"
	poll = time.Second // between two looks of the driver at its printer
)

// usbPrinter is the emulated printer at the far side of the USB port. While the
// cable is out the port's far end is gone, and the printer is not served.
func usbPrinter(t *testing.T, opts emulator.Opts) *emulator.Printer {
	t.Helper()
	far := emulator.New(opts)
	background(t, "emulated printer", func(ctx context.Context) error {
		for ctx.Err() == nil {
			err := serve(ctx, far)
			if err != nil && !errors.Is(err, unix.ENODEV) && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			time.Sleep(10 * time.Millisecond)
		}
		return nil
	})
	return far
}

func serve(ctx context.Context, far *emulator.Printer) error {
	node, err := os.OpenFile("/dev/g_printer0", os.O_RDWR|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer node.Close()
	return far.Run(ctx, node)
}

// cable pulls the USB cable or puts it back, unless it is so already.
func cable(t *testing.T, in bool) {
	t.Helper()
	b, err := os.ReadFile(gadget + "/UDC")
	if is := strings.TrimSpace(string(b)) != ""; err == nil && is != in {
		err = plugPrinter(in)
	}
	if err != nil {
		t.Errorf("plugging the printer in: %v: %v", in, err)
	}
}

func slip(text string) printer.Doc {
	return printer.Doc{Lines: []printer.Line{printer.Text{Text: text, Width: 2, Height: 2}}}
}

// prints prints a slip that must come out of the printer whole. A blank piece
// may come before it: what the cutting off of an old job leaves.
func prints(t *testing.T, dev *printer.Dev, far *emulator.Printer, text string) {
	t.Helper()
	before := len(far.Tickets())
	result, err := dev.Print(soon(t), slip(text))
	if err != nil || result != printer.Printed {
		t.Fatalf("printing %s: got %s, %v, want %s", text, result, err, printer.Printed)
	}
	var out []string
	for _, ticket := range far.Tickets()[before:] {
		if words := strings.TrimSpace(ticket.Text); words != "" && ticket.Cut {
			out = append(out, words)
		}
	}
	if !slices.Equal(out, []string{text}) {
		t.Fatalf("tickets that came out: %q, want one, %q", out, text)
	}
}

func TestPrinter(t *testing.T) {
	calm(t)
	opts := emulator.TM80()
	opts.MMPerSec = 100
	far := usbPrinter(t, opts)
	comes(t, lp)
	faults := newFaults()
	l, up := line(t, "file:"+lp)
	dev := printer.New(l, printer.Opts{Poll: poll, Report: faults.report})
	background(t, "printer", dev.Run)

	t.Run("slip", func(t *testing.T) {
		await(t, faults, devices.OK, 10*time.Second)
		name, err := dev.Identify(soon(t))
		if err != nil || name == "" {
			t.Errorf("who it is: %q, %v", name, err)
		}
		begun := time.Now()
		prints(t, dev, far, "A012 求职登记")
		t.Logf("%s; confirmed after %v", name, ms(begun))
		idle(t)
	})
	t.Run("paper end", func(t *testing.T) {
		far.PaperOut(true)
		await(t, faults, devices.PaperOut, 2*time.Second)
		if result, err := dev.Print(soon(t), slip("A013")); err == nil || result != printer.NotSent {
			t.Errorf("without paper: got %s, %v, want %s", result, err, printer.NotSent)
		}
		far.PaperOut(false)
		await(t, faults, devices.OK, 5*time.Second)
		prints(t, dev, far, "A014")
	})
	t.Run("cable pulled and put back", func(t *testing.T) {
		await(t, up, true, time.Second)
		t.Cleanup(func() { cable(t, true) })
		cable(t, false)
		goes(t, lp)
		begun := time.Now()
		await(t, up, false, noticed)
		lost := ms(begun)
		await(t, faults, devices.Offline, poll+noticed)
		offline := ms(begun)
		if result, err := dev.Print(soon(t), slip("A015")); result != printer.NotSent || !errors.Is(err, devices.ErrOffline) {
			t.Errorf("without a cable: got %s, %v, want %s and offline", result, err, printer.NotSent)
		}
		cable(t, true)
		comes(t, lp)
		begun = time.Now()
		await(t, faults, devices.OK, 10*time.Second)
		back := ms(begun)
		prints(t, dev, far, "A016")
		t.Logf("line lost after %v, offline told after %v, works %v after the node is back", lost, offline, back)
	})
	t.Run("cable pulled out of a job", func(t *testing.T) { testPulledJob(t, dev, far, faults) })
}

// A job that was under way is never said to be printed, and never sent again.
func testPulledJob(t *testing.T, dev *printer.Dev, far *emulator.Printer, faults faults) {
	before := len(far.Tickets())
	t.Cleanup(func() { cable(t, true) })
	time.AfterFunc(300*time.Millisecond, func() { cable(t, false) })
	long := printer.Doc{Lines: []printer.Line{printer.Text{Text: "A017"}, printer.Feed{Lines: 100}}}
	result, err := dev.Print(soon(t), long) // 100 mm/s: some 4 s of paper
	if result != printer.Unknown || !errors.Is(err, devices.ErrOffline) {
		t.Errorf("got %s, %v, want %s and offline", result, err, printer.Unknown)
	}
	await(t, faults, devices.Offline, poll+noticed)
	goes(t, lp)
	cable(t, true)
	await(t, faults, devices.OK, 20*time.Second)
	times := func(text string) (n int) {
		for _, ticket := range far.Tickets()[before:] {
			n += strings.Count(ticket.Text, text)
		}
		return n
	}
	// What the printer took before the cable went it prints to its end.
	eventually(t, "the old job out", 10*time.Second, func() bool { return times("A017") > 0 })
	prints(t, dev, far, "A018")
	if n := times("A017"); n != 1 {
		t.Errorf("the job was printed %d times", n)
	}
}
