package config

import (
	"fmt"
	"strconv"
)

// segmentLetters are the letters that seven segments can show.
const segmentLetters = "ABCDEFHJLPU"

// screens bounds what a display driver takes, by its data sheet. Strips have no
// tubes and no brightness; the chips have no address here, since it is their
// port's.
var screens = map[string]struct{ addresses, tubes, brightest int }{
	"led485":    {addresses: 247, tubes: 12, brightest: 7},
	"ledascii":  {addresses: 999, tubes: 12, brightest: 7},
	"strip-sum": {addresses: 255},
	"strip-xor": {addresses: 255},
	"onbon":     {addresses: 0x7FFF},
	"max7219":   {tubes: 8, brightest: 15},
	"tm1637":    {tubes: 6, brightest: 7},
	"ht16k33":   {tubes: 4, brightest: 15},
}

func (c *checker) displays() {
	names := map[string]string{}
	for i, d := range c.cfg.Displays {
		unique(c, names, d.Name, at("display", i, "name"))
		if d.Window != 0 {
			c.isWindow(at("display", i, "window"), d.Window)
		}
		c.screen(i, d)
		c.displayPort(i, d)
	}
}

func (c *checker) displayPort(i int, d Display) {
	if d.Driver == "tm1637" {
		c.pin(at("display", i, "clk"), d.CLK)
		c.pin(at("display", i, "dio"), d.DIO)
		c.unused(at("display", i, "port"), d.Port, "tm1637 接在 clk 和 dio 两个引脚上")
		return
	}
	c.needPort(at("display", i, "port"), d.Port, d.Driver)
	c.unused(at("display", i, "clk"), d.CLK, "只有 tm1637 用引脚")
	c.unused(at("display", i, "dio"), d.DIO, "只有 tm1637 用引脚")
	if p, err := parsePort(d.Port); err == nil && d.Driver == "ht16k33" && p.Kind == "i2c" {
		if n, _ := strconv.ParseUint(p.Options.Get("addr"), 0, 7); n < 0x70 {
			c.bad(at("display", i, "port"), fmt.Sprintf("ht16k33 没有器件地址 %#x", n), "看板上的焊点，写 addr=0x70 到 addr=0x77")
		}
	}
}

// screen holds a display to what its driver can do, and to the hall's numbers.
func (c *checker) screen(i int, d Display) {
	s, known := screens[d.Driver]
	if !known {
		return
	}
	if s.addresses > 0 && d.Address > s.addresses {
		c.bad(at("display", i, "address"), fmt.Sprintf("%s 没有地址 %d", d.Driver, d.Address), fmt.Sprintf("应在 1 到 %d 之间", s.addresses))
	}
	if d.Entrance && d.Window != 0 {
		c.bad(at("display", i, "entrance"), "入口屏不属于窗口", "entrance 和 window 只写一个")
	}
	if s.tubes == 0 {
		return
	}
	if d.Entrance {
		c.bad(at("display", i, "entrance"), d.Driver+" 不能显示文字", "入口屏用 strip-sum、strip-xor 或 onbon")
	}
	dimmable := d.Driver != "led485" || d.Map != "046" // that map has no brightness
	if dimmable && d.Brightness > s.brightest {
		c.bad(at("display", i, "brightness"), fmt.Sprintf("%s 没有亮度 %d", d.Driver, d.Brightness), fmt.Sprintf("应在 0 到 %d 之间", s.brightest))
	}
	if d.Digits > s.tubes {
		c.bad(at("display", i, "digits"), fmt.Sprintf("%s 没有 %d 个字符", d.Driver, d.Digits), fmt.Sprintf("最多写 %d", s.tubes))
		return
	}
	if n := c.longestNumber(); len(n) > d.Digits {
		c.bad(at("display", i, "digits"), fmt.Sprintf("%d 个字符显示不下号码 %s", d.Digits, n),
			fmt.Sprintf("换成至少 %d 个字符的显示屏，或把 [[service]] 的号段改短", len(n)))
	}
}

// longestNumber is the longest of the hall's numbers. Any display may have to
// show it: who is transferred to another service keeps the number.
func (c *checker) longestNumber() (longest string) {
	for _, s := range c.cfg.Services {
		if n := fmt.Sprintf("%.1s%03d", s.Prefix, s.Last); len(n) > len(longest) {
			longest = n
		}
	}
	return longest
}
