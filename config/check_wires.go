package config

import (
	"fmt"
	"path/filepath"
	"slices"
)

// use is one device on one port.
type use struct {
	path string // of the key that names the port
	port address
	node string // what the port comes down to
	unit string // its address on a shared wire; empty: it wants the wire alone
}

// uses lists every port that is well-formed.
func (c *checker) uses() []use {
	var all []use
	add := func(path, port, unit string) {
		if p, err := parsePort(port); err == nil {
			all = append(all, use{path, p, node(p), unit})
		}
	}
	if r := c.cfg.Reader; r != nil {
		add("reader.port", r.Port, "")
	}
	if p := c.cfg.Printer; p != nil {
		add("printer.port", p.Port, "")
	}
	for i, d := range c.cfg.Displays {
		add(at("display", i, "port"), d.Port, unit(d.Driver, d.Address, d.Port))
		add(at("display", i, "clk"), d.CLK, "")
		add(at("display", i, "dio"), d.DIO, "")
	}
	for i, l := range c.cfg.Lockers {
		add(at("locker", i, "port"), l.Port, unit(l.Driver, l.Board, l.Port))
		for j, pin := range slices.Concat(l.Pins, l.Contacts) {
			add(pinPath(i, j, len(l.Pins)), pin, "")
		}
	}
	for i, b := range c.cfg.Buttons {
		add(at("button", i, "port"), b.Port, "")
	}
	add("voice.port", c.cfg.Voice.Port, "")
	return all
}

// pinPath is the path of pin j of a locker, counted over pins and contacts.
func pinPath(i, j, pins int) string {
	if j < pins {
		return fmt.Sprintf("locker[%d].pins[%d]", i, j)
	}
	return fmt.Sprintf("locker[%d].contacts[%d]", i, j-pins)
}

// unit is what a device answers to on a shared wire. Devices of different
// protocols don't hear each other; the two Modbus drivers do, and the two strips,
// whose frames begin alike.
func unit(driver string, address int, port string) string {
	switch driver {
	case "led485", "modbus-relay":
		driver = "Modbus"
	case "strip-sum", "strip-xor":
		driver = "条屏"
	case "max7219": // no address at all
		return ""
	}
	if p, err := parsePort(port); err == nil && p.Kind == "i2c" { // any chip of a bus hears its address
		return fmt.Sprintf("I2C 地址 0x%02x", p.chip())
	}
	return fmt.Sprintf("%s 地址 %d", driver, address)
}

// node is what a port comes down to: a link is followed to its device.
func node(p address) string {
	if p.Kind != "serial" && p.Kind != "file" {
		return p.Kind + ":" + p.Target
	}
	if device, err := filepath.EvalSymlinks(p.Target); err == nil {
		return device
	}
	return filepath.Clean(p.Target)
}

// wires finds devices that are in each other's way.
func (c *checker) wires() {
	all := c.uses()
	for i, u := range all {
		for _, before := range all[:i] {
			if u.node == before.node && c.collide(u, before) {
				break
			}
		}
	}
}

// collide tells what two devices on one node can't both have: two names for
// the node, the wire alone, different speeds, or the same address.
func (c *checker) collide(u, before use) bool {
	where := fmt.Sprintf("%s（第 %d 行）", before.path, c.lines.of(before.path))
	switch {
	case u.port.Target != before.port.Target || u.port.Kind != before.port.Kind:
		c.bad(u.path, "和 "+where+"是同一个设备的两个名字", "两处写同一个地址")
	case u.unit == "" || before.unit == "":
		c.bad(u.path, u.port.Kind+":"+u.port.Target+" 已被 "+where+"占用", "换一个端口")
	case u.port.Kind != "i2c" && u.port.Options.Encode() != before.port.Options.Encode():
		c.bad(u.path, "同一线路与 "+where+"的设置不同", "一条 485 线上的设备写同一波特率和选项")
	case u.unit == before.unit:
		c.bad(u.path, "与 "+where+"在同一线路上地址相同："+u.unit, "给其中一个换地址")
	default:
		return false
	}
	return true
}
