package bridge

import (
	"errors"
	"fmt"
	"net"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Scheme is the kind of an address: what stands before its first colon.
type Scheme string

// The schemes. The first three are lines; see [Address.IsLine].
const (
	Serial Scheme = "serial" // serial:/dev/hall/reader?baud=115200
	TCP    Scheme = "tcp"    // tcp:192.168.1.87:9100
	File   Scheme = "file"   // file:/dev/usb/lp0
	GPIO   Scheme = "gpio"   // gpio:GPIO17
	SPI    Scheme = "spi"    // spi:SPI0.0
	I2C    Scheme = "i2c"    // i2c:1?addr=0x70
)

// Flow is the flow control of a serial line. Linux has none for DTR/DSR: wire
// a printer's DTR to the host's CTS and say rtscts.
type Flow string

// The kinds of flow control. XON/XOFF takes the bytes 11 and 13 out of what
// arrives, so it suits printers only.
const (
	FlowNone    Flow = ""
	FlowRTSCTS  Flow = "rtscts"
	FlowXonXoff Flow = "xonxoff"
)

// DefaultBaud is the speed of a serial address that names none. Nearly every
// lock board and number display is shipped with 9600 8N1.
const DefaultBaud = 9600

// The addresses that the I2C specification leaves to devices, in 7 bits.
const (
	minI2CAddr = 0x03
	maxI2CAddr = 0x77
)

// ErrAddress is wrapped by every error of [ParseAddress].
var ErrAddress = errors.New("bad port address")

// Address is where a device hangs, as hall.toml writes it. Addresses compare
// with ==; two devices with equal addresses share the line.
type Address struct {
	Scheme  Scheme
	Name    string        // path, host:port, pin, port or bus
	Baud    int           // serial: bits a second, always 8N1
	Flow    Flow          // serial
	Echo    bool          // serial, tcp: the wire repeats what is sent, drop it
	Timeout time.Duration // lines: longest time for one write, and to reach a host; 0 = the line's default
	Addr    uint16        // i2c: address in 7 bits, 0x03 to 0x77
}

// IsLine tells whether bytes run along this address, so that [New] takes it.
func (a Address) IsLine() bool {
	return a.Scheme == Serial || a.Scheme == TCP || a.Scheme == File
}

// String is the address as [ParseAddress] reads it, without what is default
// except for the baud rate.
func (a Address) String() string {
	var options []string
	option := func(set bool, key, value string) {
		if set {
			options = append(options, key+"="+value)
		}
	}
	option(a.Baud != 0, "baud", strconv.Itoa(a.Baud))
	option(a.Flow != FlowNone, "flow", string(a.Flow))
	option(a.Echo, "echo", "discard")
	option(a.Timeout != 0, "timeout", a.Timeout.String())
	option(a.Addr != 0, "addr", fmt.Sprintf("0x%02x", a.Addr))
	s := string(a.Scheme) + ":" + a.Name
	if len(options) > 0 {
		s += "?" + strings.Join(options, "&")
	}
	return s
}

// ParseAddress reads an address:
//
//	serial:PATH?baud=N&flow=none|rtscts|xonxoff&echo=none|discard&timeout=10s
//	tcp:HOST:PORT?echo=none|discard&timeout=10s
//	file:PATH?timeout=10s
//	gpio:NAME
//	spi:NAME
//	i2c:BUS?addr=0xNN
//
// Its errors wrap [ErrAddress] and say what to write instead.
func ParseAddress(s string) (Address, error) {
	a, err := parseAddress(s)
	if err != nil {
		return Address{}, fmt.Errorf("%w %q: %w", ErrAddress, s, err)
	}
	return a, nil
}

func parseAddress(s string) (Address, error) {
	scheme, rest, found := strings.Cut(s, ":")
	a := Address{Scheme: Scheme(scheme)}
	allowed, known := optionsOf(a.Scheme)
	if !found || !known {
		return a, errors.New("it must begin with serial:, tcp:, file:, gpio:, spi: or i2c: as its scheme")
	}
	name, query, asked := strings.Cut(rest, "?")
	if err := a.setName(name); err != nil {
		return a, err
	}
	if asked {
		if err := a.setOptions(query, allowed); err != nil {
			return a, err
		}
	}
	return a, a.complete()
}

func optionsOf(s Scheme) (options []string, known bool) {
	switch s {
	case Serial:
		return []string{"baud", "flow", "echo", "timeout", "parity"}, true
	case TCP:
		return []string{"echo", "timeout"}, true
	case File:
		return []string{"timeout"}, true
	case I2C:
		return []string{"addr"}, true
	case GPIO, SPI:
		return nil, true
	default:
		return nil, false
	}
}

func (a *Address) setName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("nothing follows %s: in it", a.Scheme)
	case name != strings.TrimSpace(name) || strings.ContainsFunc(name, unicode.IsControl):
		return errors.New("a blank or control character in the name")
	case a.Scheme == Serial && !path.IsAbs(name):
		return fmt.Errorf("the path must be absolute, such as /dev/%s", name)
	case a.Scheme == TCP:
		return a.setHost(name)
	}
	a.Name = name
	return nil
}

func (a *Address) setHost(name string) error {
	host, port, err := net.SplitHostPort(name)
	if err != nil {
		return fmt.Errorf("it needs a host and a port, such as tcp:192.168.1.87:9100: %w", err)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	switch {
	case host == "" || strings.ContainsAny(host, "[] "):
		return errors.New("the host is missing or has stray blanks or brackets")
	case err != nil || number == 0:
		return fmt.Errorf("port %q is not a number from 1 to 65535", port)
	}
	a.Name = net.JoinHostPort(host, strconv.FormatUint(number, 10))
	return nil
}

func (a *Address) setOptions(query string, allowed []string) error {
	var seen []string
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		switch {
		case !slices.Contains(allowed, key) && len(allowed) == 0:
			return fmt.Errorf("%s has no option %q, nor any other", a.Scheme, key)
		case !slices.Contains(allowed, key):
			return fmt.Errorf("%s has no option %q, only %s", a.Scheme, key, strings.Join(allowed, ", "))
		case slices.Contains(seen, key):
			return fmt.Errorf("option %q stands twice", key)
		}
		seen = append(seen, key)
		if err := a.setOption(key, value); err != nil {
			return err
		}
	}
	return nil
}

func (a *Address) setOption(key, value string) error {
	switch key {
	case "baud":
		return a.setBaud(value)
	case "flow":
		return a.setFlow(value)
	case "echo":
		if value != "none" && value != "discard" {
			return fmt.Errorf("echo %q is neither none nor discard", value)
		}
		a.Echo = value == "discard"
	case "timeout":
		d, err := time.ParseDuration(value)
		if err != nil || d < time.Millisecond || d > 10*time.Minute {
			return fmt.Errorf("timeout %q is not a duration from 1ms to 10m, such as 5s", value)
		}
		a.Timeout = d
	case "parity":
		if value != "none" {
			return fmt.Errorf("parity %q is not supported, lines are 8N1", value)
		}
	case "addr":
		n, err := strconv.ParseUint(value, 0, 16)
		if err != nil || n < minI2CAddr || n > maxI2CAddr {
			return fmt.Errorf("addr %q is not an I2C address from 0x%02x to 0x%02x", value, minI2CAddr, maxI2CAddr)
		}
		a.Addr = uint16(n)
	}
	return nil
}

// setBaud takes the rates in the table of tarm/serial; it knows no others.
func (a *Address) setBaud(value string) error {
	baud, err := strconv.Atoi(value)
	if err != nil || !slices.Contains(baudRates, baud) {
		return fmt.Errorf("baud %q is not a rate that a port can be set to, such as 9600, 19200 or 115200", value)
	}
	a.Baud = baud
	return nil
}

func (a *Address) setFlow(value string) error {
	switch f := Flow(value); f {
	case "none":
		a.Flow = FlowNone
	case FlowRTSCTS, FlowXonXoff:
		a.Flow = f
	default:
		return fmt.Errorf("flow %q is not none, rtscts or xonxoff", value)
	}
	return nil
}

// complete fills in what was not written and refuses what must be.
func (a *Address) complete() error {
	if a.Scheme == Serial && a.Baud == 0 {
		a.Baud = DefaultBaud
	}
	if a.Scheme == I2C && a.Addr == 0 {
		return fmt.Errorf("the address on the bus is missing, write i2c:%s?addr=0x70", a.Name)
	}
	return nil
}
