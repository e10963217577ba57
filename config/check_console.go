package config

import (
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"
	"time"
)

func (c *checker) console() {
	k := c.cfg.Console
	seen := map[string]string{}
	host := c.listens(seen, "console.listen", k.Listen)
	c.listens(seen, "console.board_listen", k.BoardListen)
	c.secrets(k, host)
	if st, err := os.Stat(k.Boards); k.Boards != "" && (err != nil || !st.IsDir()) {
		c.bad("console.boards", "读不到文件夹 "+k.Boards, "建好文件夹，放入 .txt 文件，或不写这一项")
	}
	c.background(k.Background)
	if k.SessionIdle > k.SessionMax {
		c.bad("console.session_idle", "比 session_max 还长", "改小")
	}
}

// listens checks an address to listen on and gives its host.
func (c *checker) listens(seen map[string]string, path, addr string) (host string) {
	if addr == "" {
		return ""
	}
	host, port, err := net.SplitHostPort(addr)
	if _, nerr := strconv.ParseUint(port, 10, 16); err != nil || nerr != nil {
		c.bad(path, fmt.Sprintf("%q 不是监听地址", addr), "写成 127.0.0.1:8080")
		return ""
	}
	if port != "0" {
		unique(c, seen, addr, path)
	}
	return host
}

// secrets keeps PINs and typed ID numbers from travelling in the clear: beyond
// this machine the staff pages want a certificate.
func (c *checker) secrets(k Console, host string) {
	leaf := c.pair("console", k.Cert, k.Key)
	open := host != "" && !loopback(host) && k.Cert == ""
	switch {
	case open && !k.Insecure:
		c.bad("console.listen", "工作页面对其他机器开放，但没有加密，PIN 和证件号码会在网络上明文传送",
			"写上 cert 和 key（做法见 README），或只写 127.0.0.1，屏幕用 board_listen；网络另有保护时才写 insecure = true")
	case open:
		c.warn("console.insecure", "工作页面不加密，同一网络的人可看到 PIN 和证件号码", "写上 cert 和 key")
	case k.Insecure:
		c.warn("console.insecure", "这一项没有作用：已有证书，或只在本机", "删掉这一项")
	}
	if leaf != nil && time.Until(leaf.NotAfter) < 30*24*time.Hour {
		c.warn("console.cert", "证书 "+leaf.NotAfter.Format(time.DateOnly)+" 到期", "换一张新证书，不用重启")
	}
}

var colour = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// darkest is how dark red, green and blue may be each, for the pages' texts to
// keep their contrast.
const darkest = 0xc0

func (c *checker) background(s string) {
	if !colour.MatchString(s) {
		c.bad("console.background", fmt.Sprintf("%q 不是颜色", s), "写成 #d9ecfb")
		return
	}
	for i := 1; i < len(s); i += 2 {
		if n, _ := strconv.ParseUint(s[i:i+2], 16, 8); n < darkest {
			c.bad("console.background", "底色太深，字看不清", "用浅蓝色，如 #d9ecfb")
			return
		}
	}
}
