package daemon

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"halld/cmd/internal/identity"
	"halld/config"
)

const plainHall = `
[hall]
county = "140321"
code = "01"
name = "平定县零工市场"
operator = "平定县公共就业服务中心"
hotline = "0353-6060000"
[[service]]
key = "match"
name = "快速对接"
prefix = "A"
[[window]]
number = 1
name = "求职登记"
services = ["match"]
[[staff]]
id = "01"
name = "王"
roles = ["counter"]
`

// pins makes pins of this name known to the process.
func pins(t *testing.T, names ...string) {
	t.Helper()
	for i, name := range names {
		if err := gpioreg.Register(&gpiotest.Pin{N: name, Num: 200_000 + i}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = gpioreg.Unregister(name) })
	}
}

// The configuration takes of a display what its driver takes, and no more: a
// value that only the driver refuses would come out when the hall is to open.
func TestDisplaysTakeWhatTheConfigurationTakes(t *testing.T) {
	pins(t, "CHECK_CLK", "CHECK_DIO")
	ports := map[string]string{
		"max7219": `port = "spi:SPI0.0"`, "ht16k33": `port = "i2c:1?addr=0x70"`,
		"tm1637": "clk = \"gpio:CHECK_CLK\"\ndio = \"gpio:CHECK_DIO\"",
	}
	tubes := []string{"digits", "brightness"}
	keys := map[string][]string{
		"led485": append(tubes, "address"), "ledascii": append(tubes, "address"), "max7219": tubes, "tm1637": tubes, "ht16k33": tubes,
		"strip-sum": {"address"}, "strip-xor": {"address"}, "onbon": {"address", "width", "height"},
	}
	values := []int{4, 5, 6, 7, 8, 9, 12, 13, 15, 16, 17, 64, 247, 248, 255, 256, 999, 1000, 1024, 1025, 4096, 4097, 32767, 32768}
	for driver, keys := range keys {
		port, special := ports[driver]
		if !special {
			port = `port = "serial:/dev/hall/displays?baud=9600"`
		}
		table := fmt.Sprintf("%s[[display]]\nname = \"d\"\ndriver = %q\n%s\n", plainHall, driver, port)
		base, err := config.Parse("hall.toml", []byte(table))
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			for _, v := range values {
				_, refused := config.Parse("hall.toml", fmt.Appendf(nil, "%s%s = %d\n", table, key, v))
				cfg := *base
				cfg.Displays = []config.Display{base.Displays[0]}
				d := &cfg.Displays[0]
				*map[string]*int{"digits": &d.Digits, "brightness": &d.Brightness, "address": &d.Address, "width": &d.Width, "height": &d.Height}[key] = v
				if err := Check(&cfg); (err == nil) != (refused == nil) {
					t.Errorf("%s, %s = %d: the driver says %v, the configuration %v", driver, key, v, err, refused)
				}
			}
		}
	}
}

// What a port's address may hold is the same for both.
func TestPortsAreReadAlike(t *testing.T) {
	for _, port := range []string{
		"serial:/dev/a?baud=9600", "serial:/dev/a?baud=9600&echo=discard", "serial:/dev/a?baud=9600&echo=drop", "serial:/dev/a?baud=9600&flow=xonxoff",
		"serial:/dev/a?baud=9600&flow=dtr", "serial:/dev/a?baud=9600&parity=even", "serial:/dev/a?baud=9600&timeout=5", "serial:/dev/a?baud=9600&timeout=11m",
		"serial:/dev/a?baud=9600&baud=9600", "tcp:h:9100?echo=none", "tcp:h:9100?timeout=1s", "tcp:h:9100?flow=none", "tcp:h:0",
	} {
		_, refused := config.Parse("hall.toml", fmt.Appendf(nil, "%s[[display]]\nname = \"d\"\ndriver = \"led485\"\nport = %q\n", plainHall, port))
		if _, err := newWires(slog.New(slog.DiscardHandler), nil).line(port); (err == nil) != (refused == nil) {
			t.Errorf("%s: the line says %v, the configuration %v", port, err, refused)
		}
	}
}

// A key that is none is told before anybody's identity is held back, or lost.
func TestKeyThatIsNoneIsAProblemOfTheFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := identity.WriteKeyFiles(filepath.Join(dir, "county")); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(plainHall, "\n[hall]", "data_dir = \"data\"\nsocket = \"s\"\n[hall]", 1) + "[county]\n"
	for name, wrong := range map[string]bool{"county.pub": false, "county.key": true} {
		cfg, err := config.Parse(filepath.Join(dir, "hall.toml"), []byte(text+fmt.Sprintf("seal_to = %q\n", name)))
		if err != nil {
			t.Fatal(err)
		}
		results := []error{Check(cfg)}
		if wrong {
			results = append(results, Run(t.Context(), cfg, Opts{Log: slog.New(slog.DiscardHandler)}))
		}
		for _, err := range results {
			var bad config.Problems
			if errors.As(err, &bad) != wrong || wrong && (len(bad) != 1 || !strings.Contains(bad[0].String(), "county.seal_to")) {
				t.Errorf("with %s: got %v, want a problem: %v", name, err, wrong)
			}
		}
	}
}

// What a driver alone knows to be wrong ends a check and a start alike, with all
// of it and each with its line: systemd must not try again.
func TestDriversRefusalsAreProblemsOfTheFile(t *testing.T) {
	text := strings.Replace(plainHall, "\n[hall]", "data_dir = \"data\"\nsocket = \"s\"\n[hall]", 1)
	for _, name := range []string{"one", "two", "three"} {
		text += fmt.Sprintf("[[display]]\nname = %q\ndriver = \"led485\"\nport = \"serial:/dev/hall/%s?baud=9600\"\n", name, name)
	}
	cfg, err := config.Parse(filepath.Join(t.TempDir(), "hall.toml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Displays[0].Digits, cfg.Displays[2].Brightness = 13, 8
	for what, err := range map[string]error{
		"check": Check(cfg),
		"run":   Run(t.Context(), cfg, Opts{Log: slog.New(slog.DiscardHandler)}),
	} {
		var bad config.Problems
		if !errors.As(err, &bad) || len(bad) != 2 {
			t.Errorf("%s: got %v, want the problems of two displays", what, err)
			continue
		}
		for i, line := range []int{21, 29} {
			if bad[i].Line != line || bad[i].Fix == "" {
				t.Errorf("%s: got %s, want line %d and what to do", what, bad[i], line)
			}
		}
	}
}
