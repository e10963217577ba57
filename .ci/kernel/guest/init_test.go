// Package guest tests the drivers on Linux's own interfaces. Its test binary is
// the only program of a virtual machine: the kernel starts it as init. See
// .ci/kernel/run.
//
// The far ends are the emulators of firmware-bridge. A printer hangs on a USB
// port whose device side is in this machine too; the card reader hangs outside,
// on a serial adapter whose cable the host pulls when it reads "@pull".
package guest

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// gadget is where the device side of the USB port is described.
const gadget = "/sys/kernel/config/usb_gadget/printer"

// pins are the lines of the simulated GPIO chip, by their numbers.
var pins = []string{"LAMP", "BUTTON", "LOCK1", "LOCK2", "CONTACT1", "CONTACT2"}

func TestMain(m *testing.M) {
	if node := os.Getenv(openNode); node != "" {
		os.Exit(int(openOnce(node)))
	}
	if os.Getpid() != 1 {
		fmt.Println("these tests are the init of a virtual machine: use .ci/kernel/run")
		os.Exit(2)
	}
	code := 1
	if err := setUp(); err != nil {
		fmt.Println("setting up the machine:", err)
	} else {
		code = m.Run()
	}
	fmt.Println("@exit", code)
	unix.Sync()
	if err := unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF); err != nil {
		fmt.Println("switching off:", err)
	}
}

func setUp() error {
	mounts := []struct{ kind, at string }{
		{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}, {"tmpfs", "/tmp"},
	}
	for _, m := range mounts {
		if err := unix.Mount(m.kind, m.at, m.kind, 0, ""); err != nil {
			return fmt.Errorf("mounting %s: %w", m.at, err)
		}
	}
	if err := loadModules(); err != nil {
		return err
	}
	if err := unix.Mount("configfs", "/sys/kernel/config", "configfs", 0, ""); err != nil {
		return fmt.Errorf("mounting configfs: %w", err)
	}
	return cmp.Or(makePins(), makePrinterPort())
}

// loadModules loads what the disk holds, in the order of the names.
func loadModules() error {
	names, err := filepath.Glob("/modules/*.ko")
	if err != nil || len(names) == 0 {
		return fmt.Errorf("no modules on the disk: %w", err)
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		err = unix.FinitModule(int(f.Fd()), "", 0)
		f.Close()
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("loading %s: %w", name, err)
		}
	}
	return nil
}

// setting is a file of configfs and what to write into it.
type setting struct{ file, value string }

func configure(dirs []string, settings []setting) error {
	for _, d := range dirs {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	for _, s := range settings {
		if err := os.WriteFile(s.file, []byte(s.value), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// makePins makes a GPIO chip whose far side is in sysfs; see simPin.
func makePins() error {
	const chip = "/sys/kernel/config/gpio-sim/hall"
	dirs := []string{chip + "/bank0"}
	settings := []setting{{chip + "/bank0/label", "hall"}, {chip + "/bank0/num_lines", strconv.Itoa(len(pins))}}
	for i, name := range pins {
		line := fmt.Sprintf("%s/bank0/line%d", chip, i)
		dirs = append(dirs, line)
		settings = append(settings, setting{line + "/name", name})
	}
	return configure(dirs, append(settings, setting{chip + "/live", "1"}))
}

// makePrinterPort describes a printer to the USB device controller and plugs
// it in. Its far side is /dev/g_printer0.
func makePrinterPort() error {
	dirs := []string{gadget + "/strings/0x409", gadget + "/configs/c.1/strings/0x409", gadget + "/functions/printer.0"}
	err := configure(dirs, []setting{
		{gadget + "/idVendor", "0x1d6b"},
		{gadget + "/idProduct", "0x0104"},
		{gadget + "/strings/0x409/manufacturer", "hall"},
		{gadget + "/strings/0x409/product", "emulated printer"},
		{gadget + "/functions/printer.0/pnp_string", "MFG:HALL;MDL:TM80;CLS:PRINTER;CMD:ESC/POS;"},
	})
	if err != nil {
		return err
	}
	if err := os.Symlink(gadget+"/functions/printer.0", gadget+"/configs/c.1/printer.0"); err != nil {
		return err
	}
	return plugPrinter(true)
}

// plugPrinter ties the printer to the USB device controller, or parts them. The
// controller's own soft_connect is no use: dummy_hcd stays deaf after it.
func plugPrinter(in bool) error {
	controller := "\n"
	if in {
		controller = "dummy_udc.0"
	}
	return os.WriteFile(gadget+"/UDC", []byte(controller), 0o644)
}

// calm fails the test in which the kernel first warned of itself or failed.
func calm(t *testing.T) {
	t.Helper()
	const died, warned = 1 << 7, 1 << 9 // Documentation/admin-guide/tainted-kernels.rst
	taint := func() int {
		b, err := os.ReadFile("/proc/sys/kernel/tainted")
		if err != nil {
			t.Fatal(err)
		}
		n, err := strconv.Atoi(strings.TrimSpace(string(b)))
		if err != nil {
			t.Fatal(err)
		}
		return n & (died | warned)
	}
	before := taint()
	t.Cleanup(func() {
		if taint() != before {
			t.Errorf("the kernel complains of itself:\n%s", kernelLog(t))
		}
	})
}

// kernelLog is the end of the kernel's own log.
func kernelLog(t *testing.T) []byte {
	t.Helper()
	log := make([]byte, 1<<20)
	n, err := unix.Klogctl(unix.SYSLOG_ACTION_READ_ALL, log)
	if err != nil {
		t.Fatal(err)
	}
	return log[max(0, n-4000):n]
}
