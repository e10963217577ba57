package config

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// address is a port of a line in its parts, KIND:TARGET?OPTIONS. Only the
// form is known here; what opens it is firmware-bridge.
type address struct {
	Kind    string // serial, tcp, file, gpio, spi, i2c
	Target  string // path, host:port, or the host's name of a pin or bus
	Options url.Values
}

// bauds are the rates the serial library can set on every board.
var bauds = []string{"1200", "2400", "4800", "9600", "19200", "38400", "57600", "115200", "230400", "460800", "921600"}

// portOptions are what may follow the question mark of each kind.
var portOptions = map[string][]string{
	"serial": {"baud", "flow", "echo", "timeout", "parity"},
	"tcp":    {"echo", "timeout"},
	"file":   {"timeout"},
	"i2c":    {"addr"},
	"gpio":   nil,
	"spi":    nil,
}

// parsePort splits a port address. Its error is the rest of a sentence to the
// installer.
func parsePort(s string) (address, error) {
	kind, rest, ok := strings.Cut(s, ":")
	target, query, _ := strings.Cut(rest, "?")
	options, err := url.ParseQuery(query)
	if !ok || target == "" || err != nil {
		return address{}, fmt.Errorf("%q 不是端口地址，要写成 serial:/dev/… ?baud=9600、tcp:主机:端口、file:/dev/…、gpio:名、spi:名 或 i2c:总线?addr=0x70", s)
	}
	p := address{kind, target, options}
	return p, p.check()
}

func (p address) check() error {
	if err := p.options(); err != nil {
		return err
	}
	switch p.Kind {
	case "serial":
		return p.serial()
	case "tcp":
		host, port, err := net.SplitHostPort(p.Target)
		if n, nerr := strconv.ParseUint(port, 10, 16); err != nil || nerr != nil || n == 0 || host == "" {
			return fmt.Errorf("%q 要写成 tcp:主机:端口", "tcp:"+p.Target)
		}
	case "file":
		return p.absolute()
	case "i2c":
		return p.i2c()
	case "gpio", "spi":
		if strings.ContainsAny(p.Target, "/ ") {
			return fmt.Errorf("%q 要写引脚或总线的名字，如 gpio:GPIO17、spi:SPI0.0", p.Kind+":"+p.Target)
		}
	default:
		return fmt.Errorf("不认识的端口种类 %q，可用 serial、tcp、file、gpio、spi、i2c", p.Kind)
	}
	return nil
}

// optionWords are the values that an option may have.
var optionWords = map[string][]string{
	"flow": {"none", "rtscts", "xonxoff"}, "echo": {"none", "discard"}, "parity": {"none"},
}

func (p address) options() error {
	for _, key := range slices.Sorted(maps.Keys(p.Options)) {
		values := p.Options[key]
		allowed, known := portOptions[p.Kind]
		if !known {
			return nil // the kind is told instead
		}
		if !slices.Contains(allowed, key) {
			return fmt.Errorf("%s 端口没有选项 %q", p.Kind, key)
		}
		if len(values) > 1 {
			return fmt.Errorf("选项 %q 写了两次，只留一个", key)
		}
		if w := optionWords[key]; w != nil && !slices.Contains(w, values[0]) {
			return fmt.Errorf("选项 %s=%s 不可用，可写 %s", key, values[0], strings.Join(w, "、"))
		}
		if d, err := time.ParseDuration(values[0]); key == "timeout" && (err != nil || d < time.Millisecond || d > 10*time.Minute) {
			return fmt.Errorf("选项 timeout=%s 不是 1ms 到 10m 的时长，可写 timeout=5s", values[0])
		}
	}
	return nil
}

func (p address) absolute() error {
	if !filepath.IsAbs(p.Target) {
		return fmt.Errorf("%q 不是完整路径，要以 / 开头", p.Target)
	}
	return nil
}

func (p address) serial() error {
	if err := p.absolute(); err != nil {
		return err
	}
	if b := p.Options["baud"]; len(b) != 1 || !slices.Contains(bauds, b[0]) {
		return fmt.Errorf("串口要写明波特率，如 serial:%s?baud=9600，可用 %s", p.Target, strings.Join(bauds, "、"))
	}
	return nil
}

// chip is the address of an i2c port, 0 if it has none of seven bits.
func (p address) chip() uint64 {
	n, err := strconv.ParseUint(p.Options.Get("addr"), 0, 7)
	if err != nil {
		return 0
	}
	return n
}

// i2c wants a seven-bit address that is not reserved.
func (p address) i2c() error {
	if n := p.chip(); n < 0x08 || n > 0x77 {
		return fmt.Errorf("i2c 要写明器件地址 0x08 到 0x77，如 i2c:%s?addr=0x70", p.Target)
	}
	return nil
}
