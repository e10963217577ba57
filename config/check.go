package config

import "fmt"

// checker looks at what the types can't say: references, contradictions, and
// the hall's rules. It adds to the decoder's problems.
type checker struct {
	*decoder
	cfg      *Config
	warnings []Problem
}

func (c *checker) warn(path, text, fix string) {
	c.warnings = append(c.warnings, Problem{c.file, c.lines.of(path), path, text, fix})
}

func (c *checker) all() {
	c.hall()
	c.hours()
	c.services()
	c.windows()
	c.devices()
	c.wires()
	c.county()
	c.staff()
	c.rental()
	c.console()
}

// unique tells a value that stood before, and remembers it.
func unique[K comparable](c *checker, seen map[K]string, value K, path string) {
	if first, ok := seen[value]; ok {
		c.bad(path, fmt.Sprintf("%v 与 %s（第 %d 行）重复", value, first, c.lines.of(first)), "改成不同的值")
		return
	}
	seen[value] = path
}

// at is the path of a key in element i of a list of tables.
func at(table string, i int, key string) string { return fmt.Sprintf("%s[%d].%s", table, i, key) }
