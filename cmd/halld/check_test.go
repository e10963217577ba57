package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"halld/cmd/internal/daemon"
	"halld/config"
	"halld/devices"
)

func TestReport(t *testing.T) {
	cfg, err := config.Parse("hall.toml", []byte(`[hall]
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
[[display]]
name = "window-1"
driver = "strip-sum"
port = "serial:/dev/hall/displays?baud=9600"
[voice]
driver = "clips"
`))
	if err != nil {
		t.Fatal(err)
	}
	good := daemon.Finding{Device: "reader", Port: "serial:/dev/hall/reader", Answer: "a card module"}
	mute := daemon.Finding{Device: "display/window-1", Port: "serial:/dev/hall/displays", Err: fmt.Errorf("strip: %w", devices.ErrCannotAnswer)}
	dead := daemon.Finding{Device: "display/window-1", Port: "serial:/dev/hall/displays", Err: fmt.Errorf("strip: %w", devices.ErrOffline)}
	unnamed := daemon.Finding{
		Device: "display/window-1", Port: "serial:/dev/hall/displays?baud=9600",
		Err: fmt.Errorf("the port did not open: %w: %w", devices.ErrOffline, fs.ErrNotExist),
	}
	dumb := daemon.Finding{Device: "voice", Port: "default", Err: fmt.Errorf("aplay: %w", devices.ErrNoSound)}
	for _, tt := range []struct {
		name     string
		findings []daemon.Finding
		says     []string
		not      string
		wrong    []string // lines of the error
	}{
		{"all answer", []daemon.Finding{good, good}, []string{"✓ reader", "a card module", "2 台设备全部应答"}, "未核实", nil},
		{"one cannot", []daemon.Finding{good, mute}, []string{"✓ reader", "？ display/window-1", "1 台设备应答，1 台不能应答、未核实"}, "全部应答", nil},
		{"nobody can", []daemon.Finding{mute}, []string{"0 台设备应答，1 台不能应答、未核实"}, "全部应答", nil},
		{"no device", nil, []string{"没有配置任何设备"}, "全部应答", nil},
		{"no such port", []daemon.Finding{unnamed}, []string{"✗ display/window-1"}, "配置正确", []string{
			"hall.toml:19: display[0]: 没有这个端口：serial:/dev/hall/displays?baud=9600；插好设备；/dev/hall 下的名字由 halld adapter 写成",
		}},
		{"dead", []daemon.Finding{good, dead, dumb}, []string{"✓ reader", "✗ display/window-1", "✗ voice", "有 2 处问题（已查：语法、取值、相互关系、设备）"}, "配置正确", []string{
			"hall.toml:19: display[0]: 连接线断开（strip: line is offline）；检查显示屏的电源和数据线",
			"hall.toml:23: voice: 声音放不出来（aplay: no sound comes out）；检查音箱和声卡",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			err := report(&out, cfg, "hall.toml", tt.findings)
			for _, s := range tt.says {
				if !strings.Contains(out.String(), s) {
					t.Errorf("the report lacks %q:\n%s", s, &out)
				}
			}
			if strings.Contains(out.String(), tt.not) {
				t.Errorf("the report says %q:\n%s", tt.not, &out)
			}
			var bad config.Problems
			if errors.As(err, &bad); len(bad) != len(tt.wrong) {
				t.Fatalf("got the error %v, want %d problems", err, len(tt.wrong))
			}
			for i, want := range tt.wrong {
				if got := bad[i].String(); !strings.HasPrefix(got, want) {
					t.Errorf("got %s\nwant %s…", got, want)
				}
			}
			if want := map[bool]int{true: exitConfig, false: 0}[len(bad) > 0]; exitCode(err) != want {
				t.Errorf("exit code %d, want %d", exitCode(err), want)
			}
		})
	}
}

// TestCheckOfRunningHall: the devices of a hall that runs are not said to be
// without a cable.
func TestCheckOfRunningHall(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "halld.sock")
	cfg := &config.Config{Socket: socket}
	if err := idle(cfg); err != nil {
		t.Errorf("got %v of a hall that does not run", err)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := idle(cfg); exitCode(err) != exitConfig || !strings.Contains(err.Error(), "halld 正在运行") {
		t.Errorf("got %v of a hall that runs", err)
	}
}

// TestCheckSaysHowDeep: a check that finds something says how deep it looked too.
func TestCheckSaysHowDeep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hall.toml")
	if err := os.WriteFile(path, []byte("[hall]\nbogus = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	cmd := root()
	cmd.SetOut(&out)
	cmd.SetArgs([]string{"check", "--config", path})
	if err := cmd.Execute(); exitCode(err) != exitConfig || !strings.Contains(out.String(), "未查设备") {
		t.Errorf("got %v and %q", err, &out)
	}
}
