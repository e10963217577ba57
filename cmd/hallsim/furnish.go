package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"halld/cmd/internal/console"
	"halld/cmd/internal/hall"
	"halld/config"
)

// socket is the path of the hall's unix socket.
type socket string

// post asks the hall for something; whether it agrees does not matter here.
func (s socket) post(ctx context.Context, path string, body any) {
	b, err := json.Marshal(body)
	if err != nil {
		return
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://halld"+console.Root+path, bytes.NewReader(b))
	if err != nil {
		return
	}
	client := http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", string(s))
		},
		DisableKeepAlives: true,
	}}
	if resp, err := client.Do(req); err == nil {
		resp.Body.Close()
	}
}

// demoPin is the PIN of a member of the simulated staff: nobody learns anything
// by it, so it stands on the screen.
func demoPin(id string) string { return "26" + id }

// demoTypes are the kinds of tools that the simulated hall lends.
const demoTypes = `
[[tool_type]]
key = "hammer-drill"
name = "电锤"
safety = ["使用前检查电源线和插头", "戴护目镜和手套", "更换钻头先断电"]
checklist = ["外壳无裂纹", "电源线完好", "试机正常"]
`

// demoTools are what the simulated hall lends.
var demoTools = []map[string]any{
	{
		"tool": "DR-01", "name": "电锤", "class": "priced", "type": "hammer-drill", "price": map[string]any{"rate": "5.00", "per": "hour", "cap": "30.00"},
		"deposit": "200.00", "purchase": "600.00", "door": "A/1", "accessories": []string{"钻头", "手柄"}, "part_prices": map[string]string{"手柄": "8.00"},
	},
	{"tool": "MX-01", "name": "搅拌器", "class": "priced", "price": map[string]any{"rate": "4.00", "per": "hour"}, "deposit": "100.00", "door": "A/2"},
	{"tool": "SP-01", "name": "铁锹", "class": "simple", "deposit": "20.00", "door": "A/3"},
	{"tool": "HM-01", "name": "榔头", "class": "simple", "deposit": "15.00", "door": "A/4"},
}

// furnish gives a hall that is only for trying PINs and tools. One in a folder
// of the visitor's keeps what it has.
func (s *simulation) furnish(ctx context.Context) {
	if !s.opts.demo {
		return
	}
	to := socket(s.cfg.Socket)
	for _, p := range s.cfg.Staff {
		to.post(ctx, "staff/pin", console.PinRequest{Staff: p.ID, Pin: demoPin(p.ID)})
	}
	for _, t := range demoTools {
		to.post(ctx, "tool/add", map[string]any{"tool": t, "staff": s.cfg.Staff[0].ID})
	}
}

// signIn says how to get into the console.
func (s *simulation) signIn() string {
	if !s.opts.demo {
		return "PIN 用 hallctl staff pin 工号 设置"
	}
	var list []string
	for _, p := range s.cfg.Staff {
		list = append(list, fmt.Sprintf("工号 %s（%s）PIN %s", p.ID, duties(p), demoPin(p.ID)))
	}
	return strings.Join(list, "，")
}

func duties(p config.Staff) string {
	var names []string
	for _, r := range p.Roles {
		names = append(names, hall.Name("role", string(r)))
	}
	return strings.Join(names, "、")
}
