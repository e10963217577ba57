package config

import (
	"fmt"
	"strings"
	"time"
)

// boards bounds what a lock board can address and time, by its data sheet.
var boards = map[string]struct {
	lo, hi int           // addresses
	doors  int           // on one board
	pulse  time.Duration // step of a pulse; 0: the board has a time of its own
}{
	"lock8a":       {1, 32, 50, time.Second},
	"wkly":         {0, 31, 245, 0},
	"kerong":       {0, 14, 16, 0},
	"modbus-relay": {1, 247, 32, 100 * time.Millisecond},
}

// expanderDoors is how many doors an MCP23017 serves: locks on one of its ports,
// contacts on the other.
const expanderDoors = 8

// The addresses that an MCP23017 can be strapped to.
const (
	expanderFirst = 0x20
	expanderLast  = 0x27
)

func (c *checker) lockers() {
	names := map[string]string{}
	for i, l := range c.cfg.Lockers {
		unique(c, names, l.Name, at("locker", i, "name"))
		if strings.Contains(l.Name, "/") {
			c.bad(at("locker", i, "name"), "柜名里不能有 /", "门写作 柜名/门号，如 A/3")
		}
		if l.Driver != "lock8a" {
			c.unused(at("locker", i, "order"), l.Order, "只有 lock8a 的状态字节有先后之分")
		}
		if l.Driver == "gpio" {
			c.pinLocker(i, l)
		} else {
			c.boardLocker(i, l)
		}
	}
}

// boardLocker checks doors of a lock board.
func (c *checker) boardLocker(i int, l Locker) {
	c.needPort(at("locker", i, "port"), l.Port, l.Driver)
	if len(l.Pins)+len(l.Contacts) > 0 {
		c.bad(at("locker", i, "pins"), "只有 driver = \"gpio\" 用引脚", "删去 pins 和 contacts")
	}
	if l.PulseLimiter {
		c.bad(at("locker", i, "pulse_limiter"), "锁控板自己限时", "删去这一项，只有 gpio 柜要写")
	}
	b, ok := boards[l.Driver]
	if !ok {
		return
	}
	if l.Board < b.lo || l.Board > b.hi {
		c.bad(at("locker", i, "board"), fmt.Sprintf("%s 的板号是 %d 到 %d", l.Driver, b.lo, b.hi), "看锁板上的拨码")
	}
	if l.Doors > b.doors {
		c.bad(at("locker", i, "doors"), fmt.Sprintf("一块 %s 板最多 %d 个门", l.Driver, b.doors), "多出的门另写一个 [[locker]]")
	}
	switch {
	case b.pulse == 0 && l.Pulse != 0:
		c.bad(at("locker", i, "pulse"), l.Driver+" 板的通电时间由板子自己定", "写 \"0s\" 或删去这一项")
	case b.pulse > 0 && l.Pulse%b.pulse != 0:
		c.bad(at("locker", i, "pulse"), fmt.Sprintf("%s 的通电时间要是 %v 的整数倍", l.Driver, b.pulse), "改成整数倍，或写 \"0s\" 用板上的设定")
	}
}

// pinLocker checks doors that hang on pins of the Pi itself, or of an MCP23017.
func (c *checker) pinLocker(i int, l Locker) {
	if !l.PulseLimiter {
		c.bad(at("locker", i, "pulse_limiter"), "引脚直接驱动的锁必须有硬件限时电路", "装好后写 pulse_limiter = true；没有就改用锁控板")
	}
	if l.Port != "" {
		c.expander(i, l)
		return
	}
	for _, list := range []struct {
		key  string
		pins []string
	}{{"pins", l.Pins}, {"contacts", l.Contacts}} {
		if len(list.pins) != l.Doors {
			c.bad(at("locker", i, list.key), fmt.Sprintf("有 %d 个门，写了 %d 个引脚", l.Doors, len(list.pins)), "每个门一个，1 号门在前；接在 MCP23017 上的只写 port")
		}
		for j, pin := range list.pins {
			c.pin(fmt.Sprintf("locker[%d].%s[%d]", i, list.key, j), pin)
		}
	}
}

// expander checks doors that hang on an MCP23017, whose own pins they take.
func (c *checker) expander(i int, l Locker) {
	if p, ok := c.port(at("locker", i, "port"), l.Port, l.Driver); ok {
		if n := p.chip(); n < expanderFirst || n > expanderLast {
			c.bad(at("locker", i, "port"), fmt.Sprintf("MCP23017 的地址是 0x%02x 到 0x%02x", expanderFirst, expanderLast), "看芯片 A0 到 A2 的接法")
		}
	}
	if l.Doors > expanderDoors {
		c.bad(at("locker", i, "doors"), fmt.Sprintf("一片 MCP23017 最多 %d 个门", expanderDoors), "多出的门另写一个 [[locker]]，用另一个地址的芯片")
	}
	if len(l.Pins)+len(l.Contacts) > 0 {
		c.bad(at("locker", i, "pins"), "接在 MCP23017 上的锁不用树莓派的引脚", "删去 pins 和 contacts，或删去 port")
	}
}
