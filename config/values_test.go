package config

import (
	"encoding"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestValues(t *testing.T) {
	tests := []struct {
		in   string
		into encoding.TextUnmarshaler
		want any // nil: refused
	}{
		{"07:05", new(TimeOfDay), TimeOfDay(425)},
		{"24:00", new(TimeOfDay), TimeOfDay(1440)},
		{"7:05", new(TimeOfDay), nil},
		{"24:01", new(TimeOfDay), nil},
		{"2026-02-28", new(Date), Date("2026-02-28")},
		{"2026-02-29", new(Date), nil},
		{"02-29", new(MonthDay), MonthDay("02-29")},
		{"02-30", new(MonthDay), nil},
		{"mon", new(Days), Days(0b0000010)},
		{"mon-fri", new(Days), Days(0b0111110)},
		{"sat-mon", new(Days), Days(0b1000011)},
		{"mon-mon", new(Days), Days(0b0000010)},
		{"un ", new(Days), nil},
		{"mon-", new(Days), nil},
		{"1:3", new(Ratio), Ratio{1, 3}},
		{"0:1", new(Ratio), Ratio{0, 1}},
		{"1:0", new(Ratio), nil},
		{"200.00", new(Fen), Fen(20000)},
		{"0.05", new(Fen), Fen(5)},
		{"200", new(Fen), nil},
		{"-1.00", new(Fen), nil},
		{"007.00", new(Fen), nil},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			err := tt.into.UnmarshalText([]byte(tt.in))
			if (err == nil) != (tt.want != nil) {
				t.Fatalf("%T of %q: error %v, want %v", tt.into, tt.in, err, tt.want)
			}
			if tt.want == nil {
				return
			}
			if diff := cmp.Diff(deref(tt.into), tt.want); diff != "" {
				t.Errorf("%T of %q (-got +want):\n%s", tt.into, tt.in, diff)
			}
		})
	}
}

func deref(v any) any {
	switch v := v.(type) {
	case *TimeOfDay:
		return *v
	case *Date:
		return *v
	case *MonthDay:
		return *v
	case *Days:
		return *v
	case *Ratio:
		return *v
	case *Fen:
		return *v
	}
	return v
}

func TestDurations(t *testing.T) {
	for in, want := range map[string]time.Duration{"300ms": 300 * time.Millisecond, "1h30m": 90 * time.Minute, "7d": 168 * time.Hour, "0s": 0} {
		if got, err := parseDuration(in); err != nil || got != want {
			t.Errorf("parseDuration(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "3", "-1s", "d", "1.5d", "99999d"} {
		if got, err := parseDuration(in); err == nil {
			t.Errorf("parseDuration(%q) = %v, want an error", in, got)
		}
	}
}

func TestWeekdays(t *testing.T) {
	h := Hours{Days: []Days{1 << time.Monday, 1 << time.Sunday}}
	if s := h.Weekdays(); !s.Has(time.Sunday) || !s.Has(time.Monday) || s.Has(time.Tuesday) {
		t.Errorf("weekdays = %07b", s)
	}
}

func TestPorts(t *testing.T) {
	for _, good := range []string{
		"serial:/dev/ttyUSB0?baud=9600", "tcp:printer.local:9100", "tcp:[::1]:9100", "file:/dev/usb/lp0",
		"gpio:GPIO17", "spi:SPI0.0", "i2c:1?addr=0x70",
	} {
		if _, err := parsePort(good); err != nil {
			t.Errorf("%s is refused: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "serial:", "/dev/ttyUSB0", "serial:ttyUSB0?baud=9600", "serial:/dev/ttyUSB0", "serial:/dev/ttyUSB0?baud=250000",
		"serial:/dev/x?baud=9600&baud=1200", "tcp:host", "tcp::9100", "tcp:host:99999", "file:lp0", "gpio:/dev/gpiochip0",
		"serial:/dev/x?buad=9600&baud=9600", "gpio:GPIO17?pull=up", "i2c:1", "i2c:1?addr=0x80", "i2c:1?addr=0x03", "usb:1", "serial:/dev/x?baud=%zz",
	} {
		if p, err := parsePort(bad); err == nil {
			t.Errorf("%s is taken as %+v", bad, p)
		}
	}
}
