package bridge

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// SameNode tells whether two addresses are one physical thing under whatever
// names: a link and what it leads to, two nodes of one device, or GPIO17 and
// 17. Two lines with different addresses for one node would steal each other's
// bytes, so a configuration that has them is wrong. A path that is not there
// yet, because the adapter is not plugged in, is compared as it is written.
func (a Address) SameNode(b Address) bool {
	switch {
	case a.onPath() && b.onPath():
		return samePath(a.Name, b.Name)
	case a.Scheme != b.Scheme || a.Addr != b.Addr:
		return false
	case a.Scheme == TCP:
		return strings.EqualFold(a.Name, b.Name)
	default:
		return a.shortName() == b.shortName()
	}
}

func (a Address) onPath() bool { return a.Scheme == Serial || a.Scheme == File }

// shortName is the name without what periph lets one leave out or write in
// another way: GPIO17 is also 17, SPI0.0 is /dev/spidev0.0, I2C1 is 1.
func (a Address) shortName() string {
	name := strings.ToUpper(a.Name)
	for _, prefix := range []string{"/DEV/SPIDEV", "/DEV/I2C-", "GPIO", "SPI", "I2C"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return name
}

func samePath(a, b string) bool {
	if resolve(a) == resolve(b) {
		return true
	}
	devA, okA := deviceOf(a)
	devB, okB := deviceOf(b)
	return okA && okB && devA == devB
}

func resolve(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return filepath.Clean(path)
}

// deviceOf is the device number behind a character device's node.
func deviceOf(path string) (number uint64, ok bool) {
	info, err := os.Stat(path)
	if err != nil || info.Mode()&fs.ModeCharDevice == 0 {
		return 0, false
	}
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return 0, false
	}
	return uint64(st.Rdev), true //nolint:unconvert // 32 bits on some boards
}
