// Vm starts the virtual machine of the real-kernel test, plays the card reader at
// the far end of its serial adapter, and prints what its tests said.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"halld/firmware-bridge/emulator/cardreader"
	"halld/firmware-bridge/emulator/wire"
	"halld/firmware-bridge/pty"
)

type options struct {
	kernel, initrd, log, only string
	limit                     time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.kernel, "kernel", "", "kernel to boot")
	flag.StringVar(&o.initrd, "initrd", "", "its disk")
	flag.StringVar(&o.log, "log", os.DevNull, "file for the console")
	flag.StringVar(&o.only, "run", "", "tests to run, as for go test")
	flag.DurationVar(&o.limit, "limit", 3*time.Minute, "when to give up")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ok, err := run(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "vm:", err)
	}
	if err != nil || !ok {
		stop()
		os.Exit(1)
	}
}

// run boots the machine and waits until it switches itself off.
func run(ctx context.Context, o options) (ok bool, err error) {
	ctx, stop := context.WithTimeout(ctx, o.limit)
	defer stop()
	dir, err := os.MkdirTemp("", "vm")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	far, err := pty.Open()
	if err != nil {
		return false, err
	}
	defer far.Close()
	// The adapter passes the speed that the guest sets on to the terminal, so a
	// driver at the wrong one is not understood.
	reader := cardreader.New(cardreader.Opts{HostBaud: wire.TerminalBaud(far.Master)})
	var parts sync.WaitGroup
	defer parts.Wait()
	served, unserve := context.WithCancel(ctx)
	defer unserve()
	parts.Go(func() {
		if err := reader.Run(served, far.Master); err != nil {
			fmt.Fprintln(os.Stderr, "vm: card reader:", err)
		}
	})

	monitor := filepath.Join(dir, "qmp")
	qemu := command(ctx, o, monitor, far.Name())
	console, err := qemu.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := qemu.Start(); err != nil {
		return false, err
	}
	r := &report{hands: &hands{ctx: ctx, monitor: monitor, reader: reader}}
	readErr := r.read(console, o.log)
	if readErr != nil {
		stop()
	}
	err = errors.Join(readErr, qemu.Wait())
	if cause := context.Cause(ctx); cause != nil && readErr == nil {
		err = fmt.Errorf("the machine did not switch itself off: %w", cause)
	}
	return r.print(os.Stdout, o), err
}

func command(ctx context.Context, o options, monitor, terminal string) *exec.Cmd {
	// A test that hangs has the time to say where.
	test := "-test.v -test.timeout=" + (o.limit - min(o.limit/2, 30*time.Second)).String()
	if o.only != "" {
		test += " -test.run=" + o.only
	}
	qemu := exec.CommandContext(ctx, "qemu-system-aarch64",
		"-M", "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", "512",
		"-display", "none", "-no-reboot", "-nic", "none", "-serial", "stdio",
		"-qmp", "unix:"+monitor+",server=on,wait=off",
		"-device", "qemu-xhci", "-chardev", "serial,id=wire,path="+terminal, "-device", adapter,
		"-kernel", o.kernel, "-initrd", o.initrd,
		"-append", "console=ttyAMA0 loglevel=1 panic=-1 -- "+test)
	qemu.Stderr = os.Stderr
	qemu.WaitDelay = 5 * time.Second
	return qemu
}

// hands does for the guest what no machine can do to itself.
type hands struct {
	ctx     context.Context
	monitor string
	reader  *cardreader.Reader
	qmp     *monitor
	pulled  bool
}

const adapter = "usb-serial,id=adapter,chardev=wire"

func (h *hands) do(request string) error {
	words := strings.Fields(request)
	switch {
	case request == "pull" && !h.pulled:
		h.pulled = true
		return h.command("device_del", map[string]any{"id": "adapter"}, "DEVICE_DELETED")
	case request == "plug" && h.pulled:
		h.pulled = false
		return h.command("device_add", map[string]any{"driver": "usb-serial", "id": "adapter", "chardev": "wire"}, "")
	case request == "pull", request == "plug":
		return nil // it is so already
	case request == "lift":
		h.reader.Lift()
		return nil
	case len(words) == 3 && words[0] == "lay":
		return h.lay(words[1], words[2])
	}
	return fmt.Errorf("the guest asks for %q", request)
}

// lay puts a card of the deck of a day on the reader.
func (h *hands) lay(day, card string) error {
	on, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(card)
	deck := cardreader.Sample(on)
	if err != nil || n < 0 || n >= len(deck) {
		return fmt.Errorf("no card %q in the deck", card)
	}
	h.reader.Lay(deck[n])
	return nil
}

func (h *hands) command(name string, arguments map[string]any, event string) error {
	if h.qmp == nil {
		m, err := dial(h.ctx, h.monitor)
		if err != nil {
			return err
		}
		h.qmp = m
	}
	return h.qmp.command(name, arguments, event)
}

// lines calls f for every line of the console, without its line end.
func lines(r io.Reader, f func(string) error) error {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		if err := f(strings.TrimRight(s.Text(), "\r")); err != nil {
			return err
		}
	}
	return s.Err()
}
