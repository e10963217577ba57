package config

import (
	"fmt"
	"slices"
	"strings"
)

// roots are the notice's five services.
var roots = []string{"info", "match", "training", "aid", "rights"}

func (c *checker) services() {
	keys, prefixes := map[string]string{}, map[string]string{}
	for i := range c.cfg.Services {
		s := &c.cfg.Services[i]
		unique(c, keys, s.Key, at("service", i, "key"))
		unique(c, prefixes, s.Prefix, at("service", i, "prefix"))
		c.prefix(at("service", i, "prefix"), s.Prefix)
		if s.First > s.Last {
			c.bad(at("service", i, "last"), fmt.Sprintf("号段 %d 到 %d 是空的", s.First, s.Last), "last 不能小于 first")
		}
		c.root(i, s)
		c.served(i, s.Key)
	}
}

func (c *checker) root(i int, s *Service) {
	switch {
	case s.Root != "":
	case slices.Contains(roots, s.Key):
		s.Root = s.Key
	default:
		s.Root = "info"
		c.warn(at("service", i, "root"), "没有写属于哪一类服务，按零工信息服务（info）统计", "写 root，可用 "+strings.Join(roots, "、"))
	}
}

func (c *checker) prefix(path, p string) {
	if p == "" {
		return
	}
	if len(p) != 1 || p < "A" || p > "Z" {
		c.bad(path, fmt.Sprintf("%q 不是号码的字母", p), "写一个大写字母，如 A")
		return
	}
	for i, d := range c.cfg.Displays {
		if screens[d.Driver].tubes > 0 && !strings.Contains(segmentLetters, p) {
			c.bad(path, fmt.Sprintf("字母 %s 在数码管（display[%d]）上看不清", p, i), "改用 "+strings.Join(strings.Split(segmentLetters, ""), " ")+" 之一")
			return
		}
	}
}

// served warns of a service whose tickets no window calls.
func (c *checker) served(i int, key string) {
	for _, w := range c.cfg.Windows {
		if slices.Contains(w.Services, key) {
			return
		}
	}
	c.warn(at("service", i, "key"), fmt.Sprintf("没有窗口叫 %q 的号", key), "把它写进某个 [[window]] 的 services")
}

func (c *checker) windows() {
	numbers := map[int]string{}
	for i, w := range c.cfg.Windows {
		if w.Number > 0 {
			unique(c, numbers, w.Number, at("window", i, "number"))
		}
		seen := map[string]string{}
		for j, key := range w.Services {
			path := fmt.Sprintf("window[%d].services[%d]", i, j)
			c.isService(path, key)
			unique(c, seen, key, path)
		}
	}
}

func (c *checker) isService(path, key string) {
	var keys []string
	for _, s := range c.cfg.Services {
		if !slices.Contains(keys, s.Key) {
			keys = append(keys, s.Key)
		}
	}
	if key != "" && !slices.Contains(keys, key) {
		c.bad(path, fmt.Sprintf("没有 key 为 %q 的 [[service]]", key), suggest(key, keys))
	}
}

func (c *checker) isWindow(path string, number int) {
	var numbers []string
	for _, w := range c.cfg.Windows {
		if w.Number == number {
			return
		}
		numbers = append(numbers, fmt.Sprint(w.Number))
	}
	c.bad(path, fmt.Sprintf("没有 %d 号窗口", number), "已有的窗口："+strings.Join(numbers, "、"))
}
