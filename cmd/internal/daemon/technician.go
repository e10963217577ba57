package daemon

import (
	"cmp"
	"context"
	"time"

	"halld/cmd/internal/console"
	"halld/cmd/internal/hall"
	"halld/cmd/internal/slip"
	"halld/config"
	"halld/devices/idcard"
	"halld/devices/locker"
	"halld/devices/printer"
)

// CheckIn checks somebody in by a typed number, whose facts are those of the
// number itself.
func (b backend) CheckIn(ctx context.Context, t console.Typed) (any, error) {
	id, err := idcard.ParseNumber(t.Number)
	if err != nil {
		return nil, &hall.Refusal{Code: "number", Text: "证件号码不对，请核对后再输入"}
	}
	if t.Name == "" {
		return nil, &hall.Refusal{Code: "no-name", Text: "请写明姓名"}
	}
	key, err := refKey(b.d.cfg)
	if err != nil {
		return nil, err
	}
	ev, who := swipe(key, idcard.Card{
		Kind: id.Kind, Number: id.Number, Birth: id.Birth, Sex: id.Sex, Name: t.Name, LongTerm: true,
	})
	ev.Typed, ev.Staff, ev.Second, ev.Service = true, t.Staff, t.Second, t.Service
	return b.d.loop.send(ctx, call{event: ev, who: &who})
}

// TestPrint prints a page that shows what the printer can do. It is no slip of
// the hall's: the rules do not hear of it.
func (b backend) TestPrint(ctx context.Context) (any, error) {
	press := b.d.gear.press
	if press == nil {
		return nil, &hall.Refusal{Code: "no-printer", Text: "hall.toml 里没有配置打印机"}
	}
	result, err := press.dev.Print(ctx, testPage(b.d.cfg.Hall.Name, b.d.opts.Version))
	if err != nil {
		return nil, &hall.Refusal{Code: "not-printed", Text: "测试页没有打印出来：" + err.Error()}
	}
	return map[string]string{"result": string(result)}, nil
}

// CheckSlip checks the code on a slip, as a scanner read it or somebody typed it.
func (b backend) CheckSlip(scanned string) (string, error) {
	claim, err := slip.Verify(b.d.gear.house.Code, scanned)
	if err != nil {
		return "", &hall.Refusal{Code: "forged", Text: "校验码不符，不是本大厅打印的小票，或内容被改过，请勿据此办理"}
	}
	return claim, nil
}

func testPage(name, version string) printer.Doc {
	return printer.Doc{Lines: []printer.Line{
		printer.Text{Text: name, Align: printer.Center, Bold: true},
		printer.Text{Text: "打印测试", Align: printer.Center, Width: 2, Height: 2},
		printer.Rule{},
		printer.Columns{Left: "左对齐", Right: "右对齐"},
		printer.Text{Text: "A012", Align: printer.Center, Width: 4, Height: 4},
		printer.Text{Text: " 补打 ", Align: printer.Center, Reverse: true},
		printer.Text{Text: "生僻字：㛃 䶮 堃 喆 祎 𠮷"},
		printer.Text{Text: "金额：￥12.50　0123456789"},
		printer.QR{Payload: "halld test page", Caption: "二维码"},
		printer.Rule{},
		printer.Columns{Left: "halld", Right: version},
	}}
}

// Contacts gives the contacts of a locker's doors as its board reports them.
func (b backend) Contacts(ctx context.Context, name string) (console.Contacts, error) {
	k := b.d.gear.keys[name]
	if k == nil {
		return console.Contacts{}, &hall.Refusal{Code: "unknown-locker", Text: "hall.toml 里没有“" + name + "”柜"}
	}
	bits, err := k.dev.Bits(ctx)
	if err != nil {
		return console.Contacts{}, &hall.Refusal{Code: "not-read", Text: "锁控板没有回答：" + err.Error()}
	}
	c := console.Contacts{Locker: name}
	for _, bit := range bits {
		c.Contacts += bit.String()
	}
	for _, l := range b.d.cfg.Lockers {
		if l.Name == name {
			c.Order = orderOf(l)
		}
	}
	return c, nil
}

// County is how the line to the county is, with times in the hall's zone.
func (b backend) County(context.Context) (any, error) {
	s := b.d.county.Status()
	for _, t := range []*time.Time{&s.Since, &s.LastAck} {
		if !t.IsZero() {
			*t = t.In(b.d.cfg.Location)
		}
	}
	return s, nil
}

// orderOf is the order of a board's status bytes, empty for boards that have only
// one.
func orderOf(l config.Locker) string {
	if l.Driver != "lock8a" {
		return ""
	}
	return cmp.Or(l.Order, locker.HighFirst)
}
