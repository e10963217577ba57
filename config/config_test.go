package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const minimal = `
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

func TestDefaults(t *testing.T) {
	cfg, err := Parse("/etc/halld/hall.toml", []byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	got := []any{cfg.HallID(), cfg.DataDir, cfg.Services[0].Last, cfg.Queue.PriorityRatio, cfg.Rental.MinorClasses, cfg.Reader == nil}
	want := []any{"140321-01", "/var/lib/halld", 499, Ratio{1, 3}, []string{"simple"}, true}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Error(diff)
	}
}
