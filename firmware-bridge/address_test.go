package bridge

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseAddress(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Address
	}{
		{"serial:/dev/hall/reader?baud=115200", Address{Scheme: Serial, Name: "/dev/hall/reader", Baud: 115200}},
		{"serial:/dev/ttyUSB0", Address{Scheme: Serial, Name: "/dev/ttyUSB0", Baud: 9600}},
		{
			"serial:/dev/ttyUSB0?baud=19200&flow=rtscts&echo=discard&timeout=2s&parity=none",
			Address{Scheme: Serial, Name: "/dev/ttyUSB0", Baud: 19200, Flow: FlowRTSCTS, Echo: true, Timeout: 2 * time.Second},
		},
		{"serial:/dev/ttyUSB0?flow=none&echo=none", Address{Scheme: Serial, Name: "/dev/ttyUSB0", Baud: 9600}},
		{"serial:/dev/ttyS0?flow=xonxoff", Address{Scheme: Serial, Name: "/dev/ttyS0", Baud: 9600, Flow: FlowXonXoff}},
		{"tcp:192.168.1.87:9100", Address{Scheme: TCP, Name: "192.168.1.87:9100"}},
		{"tcp:[fe80::1]:09100?timeout=1s", Address{Scheme: TCP, Name: "[fe80::1]:9100", Timeout: time.Second}},
		{"file:/dev/usb/lp0", Address{Scheme: File, Name: "/dev/usb/lp0"}},
		{"gpio:GPIO17", Address{Scheme: GPIO, Name: "GPIO17"}},
		{"spi:SPI0.0", Address{Scheme: SPI, Name: "SPI0.0"}},
		{"i2c:1?addr=0x70", Address{Scheme: I2C, Name: "1", Addr: 0x70}},
		{"i2c:I2C1?addr=112", Address{Scheme: I2C, Name: "I2C1", Addr: 0x70}},
	} {
		got, err := ParseAddress(tt.in)
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.in, diff)
		}
		if again, err := ParseAddress(got.String()); err != nil || again != got {
			t.Errorf("%s: its String %q reads back as %+v (%v)", tt.in, got, again, err)
		}
	}
}

func TestParseAddressRefuses(t *testing.T) {
	for _, tt := range []struct{ in, says string }{
		{"", "must begin with"},
		{"/dev/ttyUSB0", "must begin with"},
		{"usb:1", "must begin with"},
		{"Serial:/dev/ttyUSB0", "must begin with"},
		{"serial:", "nothing follows"},
		{"serial:ttyUSB0", "absolute, such as /dev/ttyUSB0"},
		{"serial: /dev/ttyUSB0", "blank"},
		{"serial:/dev/tty\x00", "control character"},
		{"serial:/dev/ttyUSB0?", `no option ""`},
		{"serial:/dev/ttyUSB0?baud=250000", "250000"},
		{"serial:/dev/ttyUSB0?baud=", "not a rate"},
		{"serial:/dev/ttyUSB0?baud=0", "not a rate"},
		{"serial:/dev/ttyUSB0?baud=9600&baud=9600", "stands twice"},
		{"serial:/dev/ttyUSB0?speed=9600", "only baud, flow, echo, timeout"},
		{"serial:/dev/ttyUSB0?flow=dtrdsr", "none, rtscts or xonxoff"},
		{"serial:/dev/ttyUSB0?echo=yes", "neither none nor discard"},
		{"serial:/dev/ttyUSB0?parity=even", "8N1"},
		{"serial:/dev/ttyUSB0?timeout=5", "duration"},
		{"serial:/dev/ttyUSB0?timeout=-5s", "duration"},
		{"tcp:192.168.1.87", "host and a port"},
		{"tcp::9100", "host is missing"},
		{"tcp:printer:", "1 to 65535"},
		{"tcp:printer:0", "1 to 65535"},
		{"tcp:printer:65536", "1 to 65535"},
		{"tcp:printer:9100?baud=9600", "only echo, timeout"},
		{"file:", "nothing follows"},
		{"gpio:GPIO17?pull=up", "nor any other"},
		{"i2c:1", "i2c:1?addr=0x70"},
		{"i2c:1?addr=0x02", "0x03 to 0x77"},
		{"i2c:1?addr=0x78", "0x03 to 0x77"},
		{"i2c:1?addr=", "0x03 to 0x77"},
	} {
		got, err := ParseAddress(tt.in)
		if !errors.Is(err, ErrAddress) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%q: got %+v, %v, want an error that says %q", tt.in, got, err, tt.says)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{
		"serial:/dev/hall/reader?baud=115200&flow=rtscts&echo=discard&timeout=1m30s",
		"tcp:[::1]:9100", "file:/dev/usb/lp0", "gpio:GPIO17", "i2c:1?addr=0x70", "spi:SPI0.0",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddress(s)
		if err != nil {
			return
		}
		if again, err := ParseAddress(a.String()); err != nil || again != a {
			t.Errorf("%q is %+v, but its String %q is %+v (%v)", s, a, a, again, err)
		}
	})
}

func TestSameNode(t *testing.T) {
	dir := t.TempDir()
	node, link := filepath.Join(dir, "ttyUSB0"), filepath.Join(dir, "reader")
	if err := os.WriteFile(node, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(node, link); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"serial:" + node, "serial:" + link + "?baud=19200", true},
		{"serial:" + node, "file:" + node, true},
		{"serial:" + dir + "/absent", "serial:" + dir + "/./absent", true},
		{"serial:" + node, "serial:" + dir + "/absent", false},
		{"file:/dev/null", "file:/dev/zero", false},
		{"tcp:printer:9100", "tcp:Printer:9100?timeout=1s", true},
		{"tcp:printer:9100", "tcp:printer:9101", false},
		{"gpio:GPIO17", "gpio:17", true},
		{"gpio:17", "spi:17", false},
		{"spi:SPI0.0", "spi:/dev/spidev0.0", true},
		{"i2c:1?addr=0x70", "i2c:I2C1?addr=0x70", true},
		{"i2c:1?addr=0x70", "i2c:1?addr=0x71", false},
	} {
		if got := mustParse(t, tt.a).SameNode(mustParse(t, tt.b)); got != tt.want {
			t.Errorf("%s and %s are the same node: got %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

func mustParse(t *testing.T, s string) Address {
	t.Helper()
	a, err := ParseAddress(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
