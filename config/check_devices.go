package config

import (
	"fmt"
	"image/png"
	"io"
	"os"
	"slices"
	"strings"
)

// kinds are the port kinds each driver can work on.
var kinds = map[string][]string{
	"sdt":          {"serial", "tcp"},
	"escpos":       {"serial", "tcp", "file"},
	"led485":       {"serial", "tcp"},
	"ledascii":     {"serial", "tcp"},
	"strip-sum":    {"serial", "tcp"},
	"strip-xor":    {"serial", "tcp"},
	"onbon":        {"serial", "tcp"},
	"max7219":      {"spi"},
	"ht16k33":      {"i2c"},
	"lock8a":       {"serial", "tcp"},
	"wkly":         {"serial", "tcp"},
	"kerong":       {"serial", "tcp"},
	"modbus-relay": {"serial", "tcp"},
	"syn6288":      {"serial", "tcp"},
	"gpio":         {"i2c"},
	"button":       {"gpio"},
}

func (c *checker) devices() {
	if r := c.cfg.Reader; r != nil {
		c.port("reader.port", r.Port, r.Driver)
	} else {
		c.warn("reader", "没有读卡器", "取号前的实名登记只能由工作人员手工办理")
	}
	if p := c.cfg.Printer; p != nil {
		c.printer(p)
	} else {
		c.warn("printer", "没有打印机", "号码、租赁单和押金收据都印不出来")
	}
	c.displays()
	c.lockers()
	c.buttons()
	c.voice()
}

// port checks a port's form and that its driver can use it.
func (c *checker) port(path, port, driver string) (address, bool) {
	if port == "" {
		return address{}, false
	}
	p, err := parsePort(port)
	if err != nil {
		c.bad(path, err.Error(), "")
		return p, false
	}
	if ok := kinds[driver]; ok != nil && !slices.Contains(ok, p.Kind) {
		c.bad(path, fmt.Sprintf("%s 不能接在 %s 上", driver, p.Kind), "可用 "+strings.Join(ok, "、"))
		return p, false
	}
	return p, true
}

// needPort is port for a table whose port depends on the driver.
func (c *checker) needPort(path, port, driver string) {
	if port == "" && kinds[driver] != nil {
		c.bad(path, "必须填写", "写上 port = \""+kinds[driver][0]+":…\"")
		return
	}
	c.port(path, port, driver)
}

func (c *checker) printer(p *Printer) {
	if port, ok := c.port("printer.port", p.Port, p.Driver); ok && port.Kind != "serial" && p.Flow != "none" {
		c.bad("printer.flow", "只有串口有流控", "删去 flow，或改用串口")
	}
	if p.Confirm == "none" {
		c.warn("printer.confirm", "不确认打印结果，缺纸时号码可能已发出却没有小票", "打印机能回状态就写 auto")
	}
	c.geometry(p)
	c.picture("printer.logo", p.Logo)
}

// columnDots is the width of a half-width character.
const columnDots = 12

// geometry checks a row that is not the paper's usual one.
func (c *checker) geometry(p *Printer) {
	if p.Dots%8 != 0 || p.Dots != 0 && p.Dots < 192 {
		c.bad("printer.dots", fmt.Sprintf("每行不会是 %d 点", p.Dots), "写打印机说明书里的点数，是 8 的倍数，至少 192")
	}
	if p.Columns != 0 && p.Dots != 0 && p.Columns*columnDots > p.Dots {
		c.bad("printer.columns", fmt.Sprintf("%d 点里放不下 %d 个字符", p.Dots, p.Columns), fmt.Sprintf("每个半角字符 %d 点，最多写 %d", columnDots, p.Dots/columnDots))
	}
	if p.Columns != 0 && p.Dots == 0 {
		c.bad("printer.columns", "要和 dots 一起写", "写上每行点数 dots，或删去 columns")
	}
}

// picture checks that a file is a PNG picture of a sensible size.
func (c *checker) picture(path, name string) {
	if !c.reads(path, name) {
		return
	}
	if text := readPNG(name); text != "" {
		c.bad(path, text, "用县里发的原图，存成 PNG，每边不超过 4096 点")
	}
}

// readPNG reads a whole picture and says what is wrong with it.
func readPNG(name string) (wrong string) {
	const most = 4096 // dots a side
	f, err := os.Open(name)
	if err != nil {
		return "读不到图片"
	}
	defer f.Close()
	size, err := png.DecodeConfig(f)
	if err == nil && max(size.Width, size.Height) > most {
		return fmt.Sprintf("图片有 %d×%d 点，太大", size.Width, size.Height)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = png.Decode(f)
	}
	if err != nil {
		return "不是完整的 PNG 图片"
	}
	return ""
}

func (c *checker) pin(path, pin string) {
	if pin == "" {
		c.bad(path, "必须填写", "写引脚，如 \"gpio:GPIO17\"")
		return
	}
	if p, err := parsePort(pin); err != nil || p.Kind != "gpio" {
		c.bad(path, fmt.Sprintf("%q 不是引脚", pin), "写成 \"gpio:GPIO17\"")
	}
}

func (c *checker) unused(path, value, why string) {
	if value != "" {
		c.bad(path, "这里用不到", why+"，删去这一项")
	}
}

func (c *checker) buttons() {
	names := map[string]string{}
	for i, b := range c.cfg.Buttons {
		unique(c, names, b.Name, at("button", i, "name"))
		c.port(at("button", i, "port"), b.Port, "button")
		if (b.Service == "") == (b.Window == 0) {
			c.bad(at("button", i, "service"), "按钮要么取号要么属于窗口", "service 和 window 只写一个")
			continue
		}
		if b.Window != 0 {
			c.isWindow(at("button", i, "window"), b.Window)
			continue
		}
		c.isService(at("button", i, "service"), b.Service)
		if b.Action == "emergency" {
			c.bad(at("button", i, "action"), "取号按钮不能报警", "报警按钮写 window，不写 service")
		}
	}
}

func (c *checker) voice() {
	v := c.cfg.Voice
	switch v.Driver {
	case "syn6288":
		c.needPort("voice.port", v.Port, v.Driver)
	case "clips":
		c.unused("voice.port", v.Port, "clips 从声卡播放")
	}
	if (v.QuietFrom == nil) != (v.QuietTo == nil) {
		c.bad("voice.quiet_from", "quiet_from 和 quiet_to 要成对", "两个都写或都不写")
	}
}
